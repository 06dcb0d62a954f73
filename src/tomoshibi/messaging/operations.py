"""Queue messages; a job sends them after the transaction is committed."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.gateways import sms
from tomoshibi.messaging import queries, shipped, values
from tomoshibi.messaging.inbound import (
    Superseded,
    WrongStep,
    forward,
    note_failure,
    put_before_people,
    restart,
    save_mailbox,
    settle,
    take_in,
)
from tomoshibi.messaging.models import Delivery, Template, TextLink
from tomoshibi.storage import db, places
from tomoshibi.worker import operations as worker_operations

__all__ = [
    "BadNumber",
    "MissingPart",
    "NoGateway",
    "NoTemplate",
    "Superseded",
    "TooLong",
    "WrongStep",
    "fail_text",
    "forward",
    "load_shipped_texts",
    "mark_failed",
    "mark_sent",
    "note_attempt",
    "note_failure",
    "note_line",
    "put_before_people",
    "queue_mails",
    "queue_texts",
    "reply",
    "restart",
    "save_mailbox",
    "save_template",
    "send_mail",
    "send_text",
    "set_text_link",
    "settle",
    "take_in",
    "take_receipts",
]


class NoTemplate(LookupError):
    """No text is known under this code."""


class MissingPart(ValueError):
    """The template names something that was not given."""


class NoGateway(LookupError):
    """How text messages leave is not set up."""


class BadNumber(ValueError):
    """No phone has this number."""


class TooLong(ValueError):
    """The text does not fit into the parts of a text message."""


MAX_CHARACTERS = 670
"""Ten parts of 67 characters each: what phones put together again (3GPP TS 23.040, characters of two bytes)."""
NUMBER = re.compile(r"\+?[0-9]{5,15}")
GIVEN_UP_AFTER = 24
"""Attempts: one an hour, for a day."""


@db.transaction_required
def save_template(*, code: str, language: str, subject: str, body: str) -> None:
    Template.objects.update_or_create(code=code, language=language, defaults={"subject": subject, "body": body})


@db.transaction_required
def load_shipped_texts() -> int:
    """
    Add the texts that come with the product; one that is there already stays as it is, because people edit them.

    :returns: how many are new
    """
    made = 0
    for text in shipped.texts():
        _row, created = Template.objects.get_or_create(
            code=text.code, language=text.language, defaults={"subject": text.subject, "body": text.body}
        )
        made += created
    return made


@db.transaction_required
def queue_mails(*, mails: Sequence[values.Mail], now: datetime) -> int:
    """
    Queue mails and the job that sends them.

    :returns: how many are new (a key that was queued before is not)
    :raises NoTemplate: if a code has no text in the language nor in Japanese
    :raises MissingPart: if a text names a part that the context lacks
    """
    if not mails:
        return 0
    texts = {(row.code, row.language): row for row in Template.objects.filter(code__in={m.template for m in mails})}
    rows = [_render(mail, texts, now) for mail in mails]
    return _queue(rows, job=values.SEND_JOB)


def _queue(rows: Sequence[Delivery], *, job: str) -> int:
    """Write what is new, and the job that sends it; a key stands once, also twice in one call."""
    keys = {(row.template, row.key) for row in rows if row.key}
    queued = Delivery.objects.filter(
        template__in={template for template, _key in keys}, key__in={key for _template, key in keys}
    )
    known = set(queued.values_list("template", "key"))
    fresh = []
    for row in rows:
        if not row.key or (row.template, row.key) not in known:
            fresh.append(row)
            known.add((row.template, row.key))
    # Whoever queues the same at this moment is not in the way: the database keeps one of them.
    Delivery.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=2000)
    worker_operations.enqueue(job, lock=job)
    return len(fresh)


@db.transaction_required
def send_mail(
    *,
    template: str,
    recipient: str,
    context: dict[str, str],
    about: str,
    now: datetime,
    customer_id: int | None = None,
    language: str = "ja",
    key: str = "",
) -> None:
    """Queue one mail; see ``queue_mails``."""
    mail = values.Mail(
        template=template,
        recipient=recipient,
        context=context,
        about=about,
        customer_id=customer_id,
        language=language,
        key=key,
    )
    queue_mails(mails=[mail], now=now)


@db.transaction_required
def reply(
    *,
    recipient: str,
    subject: str,
    body: str,
    about: str,
    key: str,
    now: datetime,
    to: values.Inbound | None = None,
    sender: str = "",
    customer_id: int | None = None,
) -> int:
    """
    Queue a mail that a person wrote; the same key again is the same mail.

    :param to: the message that it answers; it stays in that message's thread
    :param sender: the address that the answer comes from
    :returns: the delivery's id
    """
    thread = [*to.references.split(), to.message_id] if to else []
    row, created = Delivery.objects.get_or_create(
        template=REPLY,
        key=key,
        defaults={
            "channel": "mail", "recipient": recipient, "subject": " ".join(subject.split())[:200], "body": body,
            "about": about, "customer_id": customer_id, "queued_at": now, "sender": sender,
            "in_reply_to": to.message_id if to else "", "references": " ".join(filter(None, thread[-20:])),
        },
    )  # fmt: skip
    if created:
        worker_operations.enqueue(values.SEND_JOB, lock=values.SEND_JOB)
    return row.id


REPLY = "messaging.reply"
"""What stands in place of a template's code where a person wrote the text."""


@db.transaction_required
def mark_sent(*, delivery_id: int, now: datetime) -> None:
    """The other side took it. A text whose receipt was quicker stays delivered."""
    waiting = Delivery.objects.filter(id=delivery_id, state=values.DeliveryState.QUEUED)
    waiting.update(state=values.DeliveryState.SENT, sent_at=now, error="")


@db.transaction_required
def mark_failed(*, delivery_id: int, error: str) -> None:
    Delivery.objects.filter(id=delivery_id).update(state=values.DeliveryState.FAILED, error=error[:500])


@db.transaction_required
def queue_texts(*, texts: Sequence[values.TextMessage], now: datetime) -> int:
    """
    Queue text messages and the job that sends them.

    :returns: how many are new (a key that was queued before is not)
    :raises NoGateway: while nobody set up how they leave
    :raises BadNumber: naming the number that no phone has
    :raises TooLong: if a text does not fit
    :raises NoTemplate: if a code has no text in the language nor in Japanese
    :raises MissingPart: if a text names a part that the context lacks
    """
    if not texts:
        return 0
    if queries.text_link() is None:
        raise NoGateway(_("how text messages are sent is not set up yet: Operation, Text messages"))
    known = {(row.code, row.language): row for row in Template.objects.filter(code__in={t.template for t in texts})}
    rows = [_render_text(text, known, now) for text in texts]
    return _queue(rows, job=values.SEND_TEXTS_JOB)


@db.transaction_required
def send_text(
    *,
    template: str,
    number: str,
    context: dict[str, str],
    about: str,
    now: datetime,
    customer_id: int | None = None,
    language: str = "ja",
    key: str = "",
) -> bool:
    """
    Queue one text message; see ``queue_texts``.

    :returns: whether it is new
    """
    text = values.TextMessage(
        template=template,
        number=number,
        context=context,
        about=about,
        customer_id=customer_id,
        language=language,
        key=key,
    )
    return queue_texts(texts=[text], now=now) == 1


@db.transaction_required
def note_attempt(*, delivery_id: int, error: str, now: datetime) -> bool:
    """
    A text message could not leave now. After so many attempts it is given up.

    :returns: whether it will be tried again
    """
    row = Delivery.objects.select_for_update().get(id=delivery_id)
    row.attempts, row.error = row.attempts + 1, error[:500]
    row.save(update_fields=["attempts", "error"])
    if row.attempts < GIVEN_UP_AFTER:
        return True
    fail_text(
        delivery_id=delivery_id, error=_("given up after %(n)d attempts: %(why)s") % {"n": row.attempts, "why": error}
    )
    return False


@db.transaction_required
def fail_text(*, delivery_id: int, error: str) -> None:
    """A text message will not arrive: somebody is told, once."""
    row = Delivery.objects.select_for_update().get(id=delivery_id)
    if row.state == values.DeliveryState.FAILED:
        return
    row.state, row.error = values.DeliveryState.FAILED.value, error[:500]
    row.save(update_fields=["state", "error"])
    worker_operations.announce(
        values.TextFailed(delivery_id=row.id, ending=row.recipient[-4:], about=row.about, reason=row.error)
    )


@db.transaction_required
def take_receipts(*, receipts: Sequence[sms.Receipt], mark: str, now: datetime) -> int:
    """
    What phone networks say of text messages; one that is told twice changes nothing the second time.

    :param mark: behind these receipts: they are not asked for again
    :returns: how many messages changed
    """
    changed = 0
    rows = Delivery.objects.select_for_update().filter(message_id__in=[uuid for r in receipts if (uuid := _uuid(r))])
    told = {_uuid(receipt): receipt for receipt in receipts}
    for row in rows.order_by("id"):
        receipt = told[row.message_id]
        if row.state in {values.DeliveryState.DELIVERED, values.DeliveryState.FAILED}:
            continue
        changed += 1
        if receipt.state is sms.ReceiptState.FAILED:
            fail_text(delivery_id=row.id, error=receipt.reason or _("it was not delivered"))
            continue
        row.state, row.delivered_at, row.error = values.DeliveryState.DELIVERED.value, receipt.at, ""
        row.sent_at = row.sent_at or now
        row.save(update_fields=["state", "delivered_at", "error", "sent_at"])
    TextLink.objects.filter(id=1).update(mark=mark, reached_at=now, failure="")
    return changed


def _uuid(receipt: sms.Receipt) -> uuid.UUID | None:
    try:
        return uuid.UUID(receipt.message_id)
    except ValueError:
        return None


@db.transaction_required
def note_line(*, now: datetime, failure: str = "") -> None:
    """Whether the gateway was reached."""
    told: dict[str, Any] = {"failure": failure[:500]} if failure else {"failure": "", "reached_at": now}
    TextLink.objects.filter(id=1).update(**told)


@db.transaction_required
def set_text_link(*, address: str, trust_file: str = "", sender: str = "", timeout_seconds: int = 30) -> None:
    """How the gateway is reached. Receipts of another gateway begin anew."""
    row = TextLink.objects.select_for_update().filter(id=1).first() or TextLink(id=1)
    if row.address != address:
        row.mark = ""
    row.address, row.trust_file, row.sender, row.timeout_seconds = (
        address,
        places.kept(trust_file),
        sender,
        timeout_seconds,
    )
    row.save()


def _render_text(text: values.TextMessage, known: dict[tuple[str, str], Template], now: datetime) -> Delivery:
    number = re.sub(r"[\s-]", "", text.number)
    if not NUMBER.fullmatch(number):
        raise BadNumber(_("%(number)s is no phone number") % {"number": text.number or "–"})
    template = _template(text.template, text.language, known)
    body = _filled(template.body, text.template, text.context).strip()
    if len(body) > MAX_CHARACTERS:
        raise TooLong(
            _("the text message has %(n)d characters; %(most)d fit") % {"n": len(body), "most": MAX_CHARACTERS}
        )
    return Delivery(
        channel=values.Channel.TEXT.value,
        template=text.template,
        recipient=number,
        subject=_filled(template.subject, text.template, text.context),
        body=body,
        about=text.about,
        key=text.key,
        customer_id=text.customer_id,
        queued_at=now,
        message_id=uuid.uuid4(),
    )


def _render(mail: values.Mail, texts: dict[tuple[str, str], Template], now: datetime) -> Delivery:
    text = _template(mail.template, mail.language, texts)
    return Delivery(
        channel=values.Channel.MAIL.value,
        template=mail.template,
        recipient=mail.recipient,
        subject=_filled(text.subject, mail.template, mail.context),
        body=_filled(text.body, mail.template, mail.context),
        about=mail.about,
        key=mail.key,
        customer_id=mail.customer_id,
        queued_at=now,
    )


def _template(code: str, language: str, known: dict[tuple[str, str], Template]) -> Template:
    text = known.get((code, language)) or known.get((code, "ja"))
    if text is None:
        raise NoTemplate(_("no message text is known under %(name)s") % {"name": code})
    return text


def _filled(text: str, code: str, context: dict[str, str]) -> str:
    try:
        return text.format_map(context)
    except KeyError as missing:
        raise MissingPart(
            _("the message text %(name)s names %(part)s, which was not given") % {"name": code, "part": missing}
        ) from None
