"""Queue messages; a job sends them after the transaction is committed."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from tomoshibi.messaging import shipped, values
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
from tomoshibi.messaging.models import Delivery, Template
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker_operations

__all__ = [
    "MissingPart",
    "NoTemplate",
    "Superseded",
    "WrongStep",
    "forward",
    "load_shipped_texts",
    "mark_failed",
    "mark_sent",
    "note_failure",
    "put_before_people",
    "queue_mails",
    "reply",
    "restart",
    "save_mailbox",
    "save_template",
    "send_mail",
    "settle",
    "take_in",
]


class NoTemplate(LookupError):
    """No text is known under this code."""


class MissingPart(ValueError):
    """The template names something that was not given."""


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
    before = Delivery.objects.count()
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    worker_operations.enqueue(values.SEND_JOB, lock=values.SEND_JOB)
    return Delivery.objects.count() - before


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
    Delivery.objects.filter(id=delivery_id).update(state=values.DeliveryState.SENT, sent_at=now, error="")


@db.transaction_required
def mark_failed(*, delivery_id: int, error: str) -> None:
    Delivery.objects.filter(id=delivery_id).update(state=values.DeliveryState.FAILED, error=error[:500])


def _render(mail: values.Mail, texts: dict[tuple[str, str], Template], now: datetime) -> Delivery:
    text = texts.get((mail.template, mail.language)) or texts.get((mail.template, "ja"))
    if text is None:
        raise NoTemplate(_("no message text is known under %(name)s") % {"name": mail.template})
    try:
        subject, body = text.subject.format_map(mail.context), text.body.format_map(mail.context)
    except KeyError as missing:
        raise MissingPart(
            _("the message text %(name)s names %(part)s, which was not given")
            % {"name": mail.template, "part": missing}
        ) from None
    return Delivery(
        channel="mail",
        template=mail.template,
        recipient=mail.recipient,
        subject=subject,
        body=body,
        about=mail.about,
        key=mail.key,
        customer_id=mail.customer_id,
        queued_at=now,
    )
