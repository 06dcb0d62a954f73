"""Sending what waits, mails over one connection and text messages one by one; looking into the mailboxes."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.gateways import mail, mailbox, sms
from tomoshibi.messaging import operations, queries, values
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker_operations
from tomoshibi.worker import queries as worker_queries

MAIL, TEXT = values.Channel.MAIL, values.Channel.TEXT
BROKEN_IN_A_ROW = 3
"""A gateway that fails so often in a row is left alone until the next hour."""


class PutOff(RuntimeError):
    """The other side takes some messages later; they wait, and the job may be run again."""


@worker_operations.define_job(values.SEND_JOB, procedure="CM4", label=gettext_noop("Send messages"))
def send(progress: worker_operations.Progress) -> str:
    """Send queued mails; a refused recipient is that mail's failure, a server that cannot now is the job's."""
    total, sent, refused, later, last = queries.count_queued(channel=MAIL), 0, 0, 0, 0
    outbox = mail.SmtpOutbox()
    while waiting := queries.queued(channel=MAIL, after_id=last):
        last = waiting[-1].id
        answers = outbox.send_each(_mail(delivery) for delivery in waiting)
        for delivery, problem in zip(waiting, answers, strict=True):
            if isinstance(problem, mail.Unreachable | mail.NotAdmitted):
                later += 1
            elif problem is not None:
                refused += 1
                with db.transaction():
                    operations.mark_failed(delivery_id=delivery.id, error=str(problem))
            else:
                sent += 1
                with db.transaction():
                    operations.mark_sent(delivery_id=delivery.id, now=worker_queries.now())
            progress(sent + refused + later, total)
    if later:
        counts = {"sent": sent, "refused": refused, "later": later}
        raise PutOff(_("%(sent)d sent, %(refused)d refused, %(later)d put off by the mail server") % counts)
    return (
        _("%(sent)d sent, %(refused)d refused") % {"sent": sent, "refused": refused} if total else _("nothing to send")
    )


def _mail(delivery: values.Delivery) -> mail.Mail:
    """The number of the delivery names the message, so that a mail that arrives twice can be told."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    return mail.Mail(
        to=delivery.recipient,
        subject=delivery.subject,
        text=delivery.body,
        message_id=f"<delivery-{delivery.id}@{domain}>",
        sender=delivery.sender,
        in_reply_to=delivery.in_reply_to,
        references=delivery.references,
    )


AT_ONCE = 100
"""So many messages are written in one transaction; a crash takes no more than these again."""


@worker_operations.define_job(values.POLL_JOB, procedure="IN2", label=gettext_noop("Look into the mailboxes"))
def poll(progress: worker_operations.Progress) -> str:
    """
    Take what is new from every mailbox. Running it again takes nothing twice; after a crash it goes on where it stopped.

    A mailbox that cannot be read stops no other one; the job fails when all are done, so that somebody is told.
    """
    said, failed = [], []
    for box in queries.mailboxes(only_active=True):
        try:
            said.append(_("%(box)s: %(n)d new") % {"box": box.code, "n": _take_all(box, progress)})
        except (mailbox.MailboxError, OSError) as reason:
            failed.append(f"{box.code}: {reason}")
            with db.transaction():
                operations.note_failure(mailbox_id=box.id, failure=str(reason))
        except operations.Superseded:
            said.append(_("%(box)s: somebody else is at it") % {"box": box.code})
    if failed:
        raise NotReached("; ".join([*failed, *said]))
    return ", ".join(said) or _("no mailbox is looked into")


class NotReached(RuntimeError):
    """A mailbox was not reached; its messages lie there and are taken next time."""


def _take_all(box: values.Mailbox, progress: worker_operations.Progress) -> int:
    new = done = 0
    with mailbox.ImapMailbox(connection(box)) as line:
        with db.transaction():
            operations.restart(mailbox_id=box.id, uid_validity=line.folder().uid_validity, now=worker_queries.now())
        here = queries.mailbox(mailbox_id=box.id)
        assert here is not None, "it was there a moment ago"
        at, uids = here.last_uid, line.uids_after(here.last_uid)
        for batch in _batches(uids):
            raws, broken = _fetched(line, batch)
            if raws:
                with db.transaction():
                    new += operations.take_in(
                        mailbox_id=box.id,
                        after_uid=at,
                        uid_validity=here.uid_validity,
                        raws=raws,
                        now=worker_queries.now(),
                    )
                at = raws[-1][0]
            if broken is not None:
                raise broken
            line.mark_seen(raw[0] for raw in raws)
            done += len(batch)
            progress(done, len(uids))
    return new


def _fetched(
    line: mailbox.Mailbox, batch: list[int]
) -> tuple[list[tuple[int, bytes, int, bool]], mailbox.MailboxError | None]:
    """What came before the line broke, if it did: a line that always breaks after some messages gets on all the same."""
    raws: list[tuple[int, bytes, int, bool]] = []
    try:
        raws.extend((raw.uid, raw.content, raw.size_bytes, raw.whole) for raw in line.fetch_each(batch))
    except mailbox.MailboxError as broken:
        return raws, broken
    return raws, None


def _batches(uids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(uids), AT_ONCE):
        yield uids[start : start + AT_ONCE]


def connection(box: values.Mailbox) -> mailbox.Connection:
    """
    How a mailbox is read; the password stays in its file.

    :raises OSError: if the file cannot be read
    """
    return mailbox.Connection(
        host=box.host,
        port=box.port,
        user=box.user,
        password=Path(box.password_file).read_text("utf-8").strip(),
        folder=box.folder,
        authority=Path(box.trust_file) if box.trust_file else None,
    )


@worker_operations.define_job(values.SEND_TEXTS_JOB, procedure=values.STEP, label=gettext_noop("Send text messages"))
def send_texts(progress: worker_operations.Progress) -> str:
    """
    Send queued text messages; each is one message, however often the line breaks.

    A refused number is that message's failure. A gateway that cannot now leaves the rest waiting for the next hour.
    """
    gateway = queries.text_connection()
    if gateway is None:
        return _("no gateway for text messages is set up")
    link = queries.text_link()
    sent = refused = later = last = 0
    broken = 0
    total = queries.count_queued(channel=TEXT)
    with sms.HttpsTextOutbox(gateway) as outbox:
        while (waiting := queries.queued(channel=TEXT, after_id=last)) and broken < BROKEN_IN_A_ROW:
            for delivery in waiting:
                last = delivery.id
                answer = _send_text(outbox, delivery, sender=link.sender if link else "")
                broken = broken + 1 if answer == "later" else 0
                sent, refused, later = (
                    sent + (answer == "sent"),
                    refused + (answer == "refused"),
                    later + (answer == "later"),
                )
                progress(sent + refused + later, total)
                if broken >= BROKEN_IN_A_ROW:
                    break
    if not total:
        return _("nothing to send")
    counts = {"sent": sent, "refused": refused, "wait": queries.count_queued(channel=TEXT)}
    return _("%(sent)d sent, %(refused)d refused, %(wait)d wait") % counts


def _send_text(outbox: sms.TextOutbox, delivery: values.Delivery, *, sender: str) -> str:
    """
    One text message out, and what became of it written down before the next one leaves.

    :raises sms.NotAdmitted: a person must look, nothing leaves
    :raises sms.BadAnswer: likewise
    """
    now = worker_queries.now
    text = sms.Text(to=delivery.recipient, text=delivery.body, message_id=delivery.message_id, sender=sender)
    try:
        outbox.send(text)
    except sms.Refused as refusal:
        with db.transaction():
            operations.fail_text(delivery_id=delivery.id, error=refusal.in_words(_))
        return "refused"
    except sms.Unreachable as reason:
        with db.transaction():
            again = operations.note_attempt(delivery_id=delivery.id, error=reason.in_words(_), now=now())
            operations.note_line(now=now(), failure=reason.in_words(_))
        return "later" if again else "refused"
    except sms.SmsError as reason:
        with db.transaction():
            operations.note_line(now=now(), failure=reason.in_words(_))
        raise
    with db.transaction():
        operations.mark_sent(delivery_id=delivery.id, now=now())
        operations.note_line(now=now())
    return "sent"


@worker_operations.define_job(
    values.RECEIPTS_JOB, procedure=values.STEP, label=gettext_noop("Send text messages that wait and fetch receipts")
)
def fetch_receipts(progress: worker_operations.Progress) -> str:
    """Each hour: what could not leave goes out again, then what became of the others."""
    gateway = queries.text_connection()
    if gateway is None:
        return _("no gateway for text messages is set up")
    said = send_texts(progress) if queries.count_queued(channel=TEXT) else ""
    changed = 0
    try:
        with sms.HttpsTextOutbox(gateway) as outbox:
            while True:
                link = queries.text_link()
                before = link.mark if link else ""
                receipts, mark = outbox.receipts(after=before)
                with db.transaction():
                    changed += operations.take_receipts(receipts=receipts, mark=mark, now=worker_queries.now())
                if mark == before:
                    break
    except sms.Unreachable as reason:
        with db.transaction():
            operations.note_line(now=worker_queries.now(), failure=reason.in_words(_))
        said = f"{said}; {reason}" if said else str(reason)
    receipts_said = _("%(n)d receipts") % {"n": changed}
    return f"{said}; {receipts_said}" if said else receipts_said
