"""CM10: announcements to portal users. Nobody gets one twice, whatever happens in between."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from tomoshibi.care import queries, values
from tomoshibi.care.models import Announcement, Preference, Recipient, Settings
from tomoshibi.care.values import AnnouncementState, Audience
from tomoshibi.identity import operations as identity
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging.values import Mail
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import operations as worklist

WORK = "care.announcement"
"""Kind of the work items of announcements that wait for a second person."""
Texts = Mapping[str, Mapping[str, str]]


class NotReady(ValueError):
    """The announcement's state or text does not allow this."""


class NoReceivers(ValueError):
    """Nobody would get it."""


class UnknownCustomers(ValueError):
    """Numbers that nobody has."""


@db.transaction_required
def draft(*, texts: Texts, audience: Audience, by_mail: bool, now: datetime, actor_id: int | None) -> int:
    """
    Write an announcement; returns its id.

    :raises NotReady: without a Japanese title and text
    :raises UnknownCustomers: naming the numbers that nobody has
    """
    _require_whole(texts, audience)
    row = Announcement.objects.create(
        texts=texts, audience=audience.as_dict(), by_mail=by_mail, created_at=now, created_by_id=actor_id
    )
    _record(row, "wrote", now=now, actor_id=actor_id)
    return row.id


@db.transaction_required
def change_draft(
    *, announcement_id: int, texts: Texts, audience: Audience, by_mail: bool, now: datetime, actor_id: int | None
) -> None:
    """As ``draft``, for one that was not asked for yet."""
    _require_whole(texts, audience)
    row = _locked(announcement_id)
    if row.state != AnnouncementState.DRAFT:
        raise NotReady(_("The announcement has gone on meanwhile."))
    row.texts, row.audience, row.by_mail, row.created_by_id = texts, audience.as_dict(), by_mail, actor_id
    row.save()
    _record(row, "changed", now=now, actor_id=actor_id)


def _require_whole(texts: Texts, audience: Audience) -> None:
    japanese = texts.get("ja", {})
    if not japanese.get("title", "").strip() or not japanese.get("body", "").strip():
        raise NotReady(_("An announcement has a title and a text in Japanese at least."))
    unknown = queries.unknown_numbers(numbers=audience.numbers)
    if unknown:
        raise UnknownCustomers(_("Nobody has these numbers: %(numbers)s") % {"numbers": ", ".join(unknown[:20])})


def _locked(announcement_id: int) -> Announcement:
    row = Announcement.objects.select_for_update().filter(id=announcement_id).first()
    if row is None:
        raise queries.NoSuchAnnouncement(_("there is no such announcement"))
    return row


def _move(row: Announcement, step: str, **details: Any) -> None:
    try:
        getattr(row, step)(**details)
    except TransitionNotAllowed:
        raise NotReady(_("The announcement has gone on meanwhile.")) from None


def _record(row: Announcement, what: str, *, now: datetime, actor_id: int | None) -> None:
    identity.record_deed(
        procedure=values.ANNOUNCE,
        what=f"{what} announcement {row.id}",
        at=now,
        subject=_subject(row),
        actor_id=actor_id,
    )


def _subject(row: Announcement) -> str:
    return f"care.announcement:{row.id}"


@db.transaction_required
def request(
    *, announcement_id: int, at: datetime, counted: int, now: datetime, today: date, actor_id: int | None
) -> values.AnnouncementState:
    """
    Let it go out at a moment. To more people than one may decide about alone, a second person is asked.

    :param counted: how many the person who asks was shown; where it is another number now, they look again
    :raises NoReceivers: if it would reach nobody
    :raises NotReady: if the number is another one now, or it was asked for already
    """
    row = _locked(announcement_id)
    reached = queries.audience_frame(audience=Audience.of(row.audience), today=today).height
    if not reached:
        raise NoReceivers(_("Nobody who uses the portal fits these choices."))
    if reached != counted:
        raise NotReady(_("It would reach %(n)s people now: please look again.") % {"n": reached})
    row.scheduled_at, row.counted = max(at, now), reached
    needs_second = reached > queries.alone_up_to()
    _move(row, "ask" if needs_second else "schedule")
    row.save()
    _record(row, "asked for" if needs_second else "scheduled", now=now, actor_id=actor_id)
    if needs_second:
        worklist.open_item(
            procedure=values.ANNOUNCE, kind=WORK, subject=_subject(row),
            title=_("Decide about the announcement: %(title)s") % {"title": row.texts["ja"]["title"]},
            due_at=row.scheduled_at, now=now, url=reverse("care:announcement", args=[row.id]),
        )  # fmt: skip
    else:
        worker.enqueue(values.PUBLISH_JOB, lock=values.PUBLISH_JOB)
    return AnnouncementState(row.state)


@db.transaction_required
def confirm(*, announcement_id: int, now: datetime, actor_id: int | None) -> None:
    """
    The second pair of eyes.

    :raises identity.SamePerson: if the same person wrote it
    :raises NotReady: if it does not wait for one
    """
    row = _locked(announcement_id)
    if row.state != AnnouncementState.WAITING:
        raise NotReady(_("The announcement has gone on meanwhile."))
    identity.require_second_person(first_id=row.created_by_id, second_id=actor_id)
    _move(row, "schedule")
    row.decided_by_id = actor_id
    row.save()
    worklist.close_about(kind=WORK, subjects=[_subject(row)], outcome="confirmed", now=now, actor_id=actor_id)
    _record(row, "confirmed", now=now, actor_id=actor_id)
    worker.enqueue(values.PUBLISH_JOB, lock=values.PUBLISH_JOB)


@db.transaction_required
def send_back(*, announcement_id: int, now: datetime, actor_id: int | None) -> None:
    """:raises NotReady: if it does not wait for a second person"""
    row = _locked(announcement_id)
    _move(row, "send_back")
    row.save()
    worklist.close_about(kind=WORK, subjects=[_subject(row)], outcome="sent back", now=now, actor_id=actor_id)
    _record(row, "sent back", now=now, actor_id=actor_id)


@db.transaction_required
def withdraw(*, announcement_id: int, reason: str, now: datetime, actor_id: int | None) -> None:
    """
    It is shown no longer, and no further mail of it leaves.

    :raises NotReady: if it was withdrawn already, or without a reason
    """
    if not reason.strip():
        raise NotReady(_("Say why it is withdrawn."))
    row = _locked(announcement_id)
    _move(row, "withdraw", reason=reason.strip()[:300])
    row.save()
    worklist.close_about(kind=WORK, subjects=[_subject(row)], outcome="withdrawn", now=now, actor_id=actor_id)
    _record(row, "withdrew", now=now, actor_id=actor_id)


@db.transaction_required
def publish(*, announcement_id: int, now: datetime, today: date) -> int:
    """
    Its moment has come: write down whom it reaches; from now on they see it. Done again it writes nothing.

    :returns: how many
    """
    row = _locked(announcement_id)
    if row.state != AnnouncementState.SCHEDULED or row.scheduled_at is None or row.scheduled_at > now:
        return 0
    _move(row, "begin")
    frame = queries.audience_frame(audience=Audience.of(row.audience), today=today)
    Recipient.objects.bulk_create(
        [
            Recipient(
                announcement=row, customer_id=one["customer_id"], language=one["language"] or "ja",
                mail=one["mail"] if row.by_mail and one["wants_mail"] else "",
            )
            for one in frame.iter_rows(named=True)
        ],
        ignore_conflicts=True, batch_size=5_000,
    )  # fmt: skip
    row.save()
    _record(row, "published", now=now, actor_id=None)
    return frame.height


@db.transaction_required
def mail_some(*, announcement_id: int, now: datetime, limit: int = 500) -> int:
    """
    Queue the mails of some whom it reached; a mail and the mark that it is queued are one transaction.

    :returns: how many were looked at; zero says that it is finished
    """
    row = _locked(announcement_id)
    if row.state != AnnouncementState.SENDING:
        return 0
    waiting = list(Recipient.objects.filter(announcement=row, mailed=False).order_by("id")[:limit])
    if not waiting:
        _move(row, "finish")
        row.sent_at = now
        row.save()
        return 0
    shown = queries.to_announcement(row)
    company = masters.company()
    messaging.queue_mails(
        mails=[
            Mail(
                template="care.announcement", recipient=one.mail, about=_subject(row), customer_id=one.customer_id,
                language=one.language, key=f"{row.id}:{one.customer_id}",
                context={
                    "company": company.name, "phone": company.phone, "title": shown.title_in(one.language),
                    "body": shown.body_in(one.language),
                    "url": settings.BASE_URL + reverse("portals:customer_announcements"),
                },
            )
            for one in waiting if one.mail
        ],
        now=now,
    )  # fmt: skip
    Recipient.objects.filter(id__in=[one.id for one in waiting]).update(mailed=True)
    return len(waiting)


@db.transaction_required
def read(*, announcement_id: int, customer_id: int, now: datetime) -> bool:
    """A customer read it; the first time counts."""
    unread = Recipient.objects.filter(announcement_id=announcement_id, customer_id=customer_id, read_at=None)
    return bool(unread.update(read_at=now))


@db.transaction_required
def set_wants_mail(*, customer_id: int, wanted: bool) -> None:
    Preference.objects.update_or_create(customer_id=customer_id, defaults={"announcements_by_mail": wanted})


@db.transaction_required
def set_alone_up_to(*, count: int) -> None:
    """How many people an announcement may reach without a second person."""
    Settings.objects.update_or_create(id=1, defaults={"alone_up_to": count})
