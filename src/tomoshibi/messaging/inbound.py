"""Take messages in: each one once, whatever happens in between."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from tomoshibi.documents import operations as documents
from tomoshibi.messaging import queries, reading, values
from tomoshibi.messaging.models import Attachment, Delivery, Inbound, Mailbox
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker

TAKEN = documents.PAPERS | {documents.Media.XLSX}
"""Kinds of files that are kept of a message."""
SAME_LETTER_WITHIN = timedelta(days=14)
"""So long the same words of the same person are the same letter, sent once more."""


class Superseded(RuntimeError):
    """Somebody else took from this mailbox meanwhile."""


class WrongStep(ValueError):
    """The message's state does not allow this."""


@db.transaction_required
def save_mailbox(*, code: str, **entries: Any) -> int:
    """Enter or change a mailbox; returns its id. Another server or user makes its numbers begin anew."""
    row = Mailbox.objects.select_for_update().filter(code=code).first() or Mailbox(code=code)
    if row.id and any(
        getattr(row, name) != entries.get(name, getattr(row, name)) for name in ("host", "user", "folder")
    ):
        row.uid_validity = row.last_uid = 0
    for name, value in entries.items():
        setattr(row, name, value)
    row.save()
    return row.id


@db.transaction_required
def note_failure(*, mailbox_id: int, failure: str) -> None:
    Mailbox.objects.filter(id=mailbox_id).update(failure=failure[:500])


@db.transaction_required
def restart(*, mailbox_id: int, uid_validity: int, now: datetime) -> None:
    """
    The mailbox was reached; where its numbers mean something else than before, everything in it is looked at again.

    What was taken already is recognized by its content, and counts as repeated.
    """
    row = Mailbox.objects.select_for_update().get(id=mailbox_id)
    if row.uid_validity != uid_validity:
        row.uid_validity, row.last_uid = uid_validity, 0
    row.reached_at, row.failure = now, ""
    row.save()


@db.transaction_required
def take_in(
    *, mailbox_id: int, after_uid: int, uid_validity: int, raws: Iterable[tuple[int, bytes, int, bool]], now: datetime
) -> int:
    """
    Write messages and the watermark behind them, in one transaction: a crash loses none and doubles none.

    :param after_uid: the watermark that they were asked for with
    :param raws: number, bytes, size, and whether the bytes are all of it; oldest first
    :returns: how many are new
    :raises Superseded: if the watermark moved meanwhile: they are taken already
    """
    box = Mailbox.objects.select_for_update().get(id=mailbox_id)
    if (box.uid_validity, box.last_uid) != (uid_validity, after_uid):
        raise Superseded(f"mailbox {box.code} was at {after_uid} and is at {box.last_uid}")
    new = 0
    for uid, content, size, whole in raws:
        new += _take(box, uid=uid, content=content, size=size, whole=whole, now=now)
        box.last_uid = uid
    box.save()
    if new:
        worker.announce(values.MailArrived(mailbox_id=box.id))
    return new


def _take(box: Mailbox, *, uid: int, content: bytes, size: int, whole: bool, now: datetime) -> bool:
    letter = reading.read(content)
    raw = documents.store(name=f"{box.code}-{uid}.eml", content=content, kind="messaging.inbound", now=now)
    row = Inbound(
        mailbox=box,
        uid_validity=box.uid_validity,
        uid=uid,
        route=box.route,
        message_id=letter.message_id,
        references=" ".join(letter.references),
        sender=letter.sender,
        sender_name=letter.sender_name,
        recipient=letter.recipient,
        subject=letter.subject,
        body=letter.text,
        sent_at=letter.sent_at,
        received_at=now,
        raw_file_id=raw.id,
        size_bytes=size,
        is_whole=whole,
        is_automatic=letter.automatic,
        content_sha256=letter.fingerprint,
        replies_about=_replied(letter.references),
    )
    before = _before(row)
    if before is not None:
        row.original = before.original or before
        row.repeat()
        row.save()
        return False
    row.save()
    _keep_files(row, letter, now=now)
    return True


def _before(row: Inbound) -> Inbound | None:
    """The same message, by its id, or the same letter, by its content."""
    same = Inbound.objects.filter(mailbox=row.mailbox).order_by("id")
    known = same.filter(message_id=row.message_id).first() if row.message_id else None
    # Who writes the same words a season later wants something again.
    lately = same.filter(content_sha256=row.content_sha256, received_at__gte=row.received_at - SAME_LETTER_WITHIN)
    return known or lately.first()


def _replied(references: tuple[str, ...]) -> str:
    """What our newest message in the thread was about."""
    ids = [int(found[1]) for one in references if (found := queries.OWN_ID.fullmatch(one))]
    known = Delivery.objects.filter(id__in=[one for one in ids if one < 2**62]).order_by("-id").first()
    return known.about if known else ""


def _keep_files(row: Inbound, letter: reading.Letter, *, now: datetime) -> None:
    for position, file in enumerate(letter.files, start=1):
        made = Attachment(
            inbound=row, position=position, name=file.name, media_type=file.media_type, size_bytes=len(file.content)
        )
        try:
            made.media_type = documents.examined(name=file.name, content=file.content, allowed=TAKEN).value
            stored = documents.store(name=file.name, content=file.content, kind="messaging.attachment", now=now)
            made.file_id = stored.id
        except documents.UploadRefused as refused:
            made.refused = str(refused)[:300]
        made.save()


@db.transaction_required
def put_before_people(*, inbound_id: int) -> None:
    """:raises WrongStep: if it was seen already"""
    _move(inbound_id, "put_before_people")


@db.transaction_required
def settle(*, inbound_id: int, outcome: str, subject: str = "") -> None:
    """
    Say what came of a message.

    :param subject: the thing that came of it, as records name it
    :raises WrongStep: if something came of it already
    """
    _move(inbound_id, "settle", outcome=outcome[:300], subject=subject)


@db.transaction_required
def forward(*, inbound_id: int, route: values.Route) -> None:
    """
    A message is the matter of another room: there it arrives anew.

    :raises WrongStep: if no room has seen it yet
    """
    _move(inbound_id, "send_elsewhere", route=route.value)


def _move(inbound_id: int, step: str, **details: Any) -> None:
    row = Inbound.objects.select_for_update().get(id=inbound_id)
    try:
        getattr(row, step)(**details)
    except TransitionNotAllowed:
        raise WrongStep(_("the message has gone on meanwhile")) from None
    row.save()
