"""Messages and what became of them."""

import os
import re

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tomoshibi.gateways import sms
from tomoshibi.messaging import values, words
from tomoshibi.messaging.models import Attachment, Delivery, Inbound, Mailbox, TextLink
from tomoshibi.messaging.values import InboundState
from tomoshibi.storage import places
from tomoshibi.worker import queries as clock

OWN_ID = re.compile(r"<delivery-(\d+)@[^<>\s]+>")
"""How our own messages are named (``jobs``)."""
TOKEN = "TOMOSHIBI_SMS_TOKEN"  # noqa: S105 - the name of an environment variable
"""Where the gateway's secret is; it is never kept in the database."""


def state_in_words(state: values.DeliveryState) -> str:
    """What became of a message, in the reader's language."""
    return str(words.STATES[state].word)


class NoSuchMessage(LookupError):
    """There is no such message."""


def to_value(row: Delivery) -> values.Delivery:
    return values.Delivery(
        id=row.id,
        channel=row.channel,
        template=row.template,
        recipient=row.recipient,
        subject=row.subject,
        body=row.body,
        about=row.about,
        customer_id=row.customer_id,
        state=values.DeliveryState(row.state),
        error=row.error,
        queued_at=row.queued_at,
        sent_at=row.sent_at,
        sender=row.sender,
        in_reply_to=row.in_reply_to,
        references=row.references,
        delivered_at=row.delivered_at,
        message_id=str(row.message_id or ""),
        attempts=row.attempts,
    )


def deliveries_to(*, customer_id: int, limit: int = 200) -> list[values.Delivery]:
    """Newest first."""
    return [to_value(row) for row in Delivery.objects.filter(customer_id=customer_id).order_by("-queued_at")[:limit]]


def deliveries_about(*, about: str) -> list[values.Delivery]:
    return [to_value(row) for row in Delivery.objects.filter(about=about).order_by("-queued_at")]


def deliveries(*, ids: list[int]) -> dict[int, values.Delivery]:
    return {row.id: to_value(row) for row in Delivery.objects.filter(id__in=ids)}


def queued(*, channel: values.Channel, after_id: int = 0, limit: int = 100) -> list[values.Delivery]:
    """What waits to be sent, oldest first."""
    rows = _waiting(channel).filter(id__gt=after_id).order_by("id")[:limit]
    return [to_value(row) for row in rows]


def count_queued(*, channel: values.Channel) -> int:
    return _waiting(channel).count()


def _waiting(channel: values.Channel) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=values.DeliveryState.QUEUED, channel=channel.value)


def delivery(*, delivery_id: int) -> values.Delivery | None:
    row = Delivery.objects.filter(id=delivery_id).first()
    return to_value(row) if row else None


def delivery_rows() -> QuerySet[Delivery]:
    """All messages, for the list."""
    return Delivery.objects.all()


def text_link() -> values.TextLink | None:
    """How text messages leave; nothing while nobody set it up."""
    row = TextLink.objects.filter(id=1).exclude(address="").first()
    if row is None:
        return None
    return values.TextLink(
        address=row.address,
        trust_file=row.trust_file,
        sender=row.sender,
        timeout_seconds=row.timeout_seconds,
        mark=row.mark,
        reached_at=row.reached_at,
        failure=row.failure,
    )


def text_connection() -> sms.Connection | None:
    """
    The gateway, with the secret that the machine's environment holds.

    Where nothing is set up, nothing: text messages cannot be sent.
    """
    link = text_link()
    if link is None:
        return None
    return sms.Connection(
        address=link.address,
        token=os.environ.get(TOKEN, "") or _demo_token(),
        authority=places.found(link.trust_file) if link.trust_file else None,
        timeout_seconds=float(link.timeout_seconds),
    )


def _demo_token() -> str:
    """The demo, known by its clock from every command, has the simulator for a gateway, and its secret is no secret."""
    return sms.SIMULATOR_TOKEN if clock.is_stepped() else ""


# --- what comes in


def mailboxes(*, only_active: bool = False) -> list[values.Mailbox]:
    rows = Mailbox.objects.order_by("code")
    return [to_mailbox(row) for row in (rows.filter(is_active=True) if only_active else rows)]


def mailbox(*, mailbox_id: int) -> values.Mailbox | None:
    row = Mailbox.objects.filter(id=mailbox_id).first()
    return to_mailbox(row) if row else None


def mailbox_rows() -> QuerySet[Mailbox]:
    """All mailboxes, for the list."""
    return Mailbox.objects.all()


def to_mailbox(row: Mailbox) -> values.Mailbox:
    names = values.Mailbox.__dataclass_fields__
    return values.Mailbox(**{name: getattr(row, name) for name in names} | {"route": values.Route(row.route)})


def inbound_rows(*, route: values.Route) -> QuerySet[Inbound]:
    """Messages of a route that nobody sent twice, for the list."""
    return Inbound.objects.filter(route=route.value).exclude(state=InboundState.REPEATED.value)


def inbound(*, inbound_id: int) -> values.Inbound:
    """:raises NoSuchMessage: for an unknown id"""
    row = Inbound.objects.filter(id=inbound_id).first()
    if row is None:
        raise NoSuchMessage(_("there is no such message"))
    return to_inbound(row)


def to_inbound(row: Inbound) -> values.Inbound:
    names = values.Inbound.__dataclass_fields__
    enums = {"route": values.Route(row.route), "state": InboundState(row.state)}
    return values.Inbound(**{name: getattr(row, name) for name in names if name not in enums} | enums)


def arrived(*, route: values.Route, limit: int = 500) -> list[values.Inbound]:
    """What the room of a route has not seen, oldest first."""
    rows = Inbound.objects.filter(route=route.value, state=InboundState.ARRIVED.value).order_by("id")[:limit]
    return [to_inbound(row) for row in rows]


def inbound_of(*, outcome_subject: str) -> list[values.Inbound]:
    """Messages that a thing came of, oldest first."""
    return [to_inbound(row) for row in Inbound.objects.filter(outcome_subject=outcome_subject).order_by("id")]


def attachments_of(*, inbound_id: int) -> list[values.Attachment]:
    return [to_attachment(row) for row in Attachment.objects.filter(inbound_id=inbound_id).order_by("position")]


def attachment(*, attachment_id: int) -> values.Attachment | None:
    row = Attachment.objects.filter(id=attachment_id).first()
    return to_attachment(row) if row else None


def to_attachment(row: Attachment) -> values.Attachment:
    names = values.Attachment.__dataclass_fields__
    return values.Attachment(**{name: getattr(row, name) for name in names})


def repetitions_of(*, inbound_id: int) -> int:
    """How often the message came again."""
    return Inbound.objects.filter(original_id=inbound_id).count()
