"""Reads of enquiries and announcements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from tomoshibi.care import values
from tomoshibi.care.models import Announcement, AnswerText, Enquiry, Entry, Kind, Preference, Recipient, Settings
from tomoshibi.care.values import OPEN_ENQUIRIES, AnnouncementState, Audience, EntryKind
from tomoshibi.contracts import queries as contracts
from tomoshibi.identity import queries as identity
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply

SHOWN = (EntryKind.RECEIVED.value, EntryKind.ANSWER.value)
"""What the customer sees of a thread."""


class NoSuchEnquiry(LookupError):
    """There is no such enquiry."""


class NoSuchAnnouncement(LookupError):
    """There is no such announcement."""


def kinds(*, only_active: bool = True) -> list[values.Kind]:
    rows = Kind.objects.order_by("position", "code")
    return [to_kind(row) for row in (rows.filter(is_active=True) if only_active else rows)]


def kind(*, kind_id: int) -> values.Kind | None:
    row = Kind.objects.filter(id=kind_id).first()
    return to_kind(row) if row else None


def to_kind(row: Kind) -> values.Kind:
    return values.Kind(row.id, row.code, row.names, row.business_days, row.is_active)


def to_enquiry(row: Enquiry) -> values.Enquiry:
    return values.Enquiry(
        id=row.id,
        number=row.number,
        channel=values.Channel(row.channel),
        kind=to_kind(row.kind),
        state=values.EnquiryState(row.state),
        subject=row.subject,
        customer_id=row.customer_id,
        recognized_by=values.Recognized(row.recognized_by),
        name=row.name,
        mail=row.mail,
        phone=row.phone,
        language=row.language,
        assigned_to_id=row.assigned_to_id,
        received_at=row.received_at,
        due_at=row.due_at,
        first_answered_at=row.first_answered_at,
        closed_at=row.closed_at,
    )


def enquiry(*, enquiry_id: int) -> values.Enquiry:
    """:raises NoSuchEnquiry: for an unknown id"""
    row = Enquiry.objects.select_related("kind").filter(id=enquiry_id).first()
    if row is None:
        raise NoSuchEnquiry(_("there is no such enquiry"))
    return to_enquiry(row)


def enquiry_of_message(*, inbound_id: int) -> values.Enquiry | None:
    """The enquiry that a message belongs to."""
    entry = Entry.objects.filter(inbound_id=inbound_id).select_related("enquiry__kind").order_by("-id").first()
    return to_enquiry(entry.enquiry) if entry else None


def enquiry_rows() -> QuerySet[Enquiry]:
    """All enquiries with their kind, for the list."""
    return Enquiry.objects.select_related("kind")


def enquiries_of(*, customer_id: int, certain: bool = False, limit: int = 100) -> list[values.Enquiry]:
    """
    Enquiries of a customer, newest first.

    :param certain: only what the customer may see: what came from the portal, or was tied by one of us
    """
    rows = Enquiry.objects.filter(customer_id=customer_id).select_related("kind")
    if certain:
        rows = rows.filter(recognized_by__in=[values.Recognized.PORTAL.value, values.Recognized.CLERK.value])
    return [to_enquiry(row) for row in rows.order_by("-received_at")[:limit]]


def entries_of(*, enquiry_id: int, only_shown: bool = False) -> list[values.Entry]:
    """A thread, oldest first; the customer sees what was said to and by them."""
    rows = Entry.objects.filter(enquiry_id=enquiry_id).order_by("id")
    rows = rows.filter(kind__in=SHOWN) if only_shown else rows
    return [
        values.Entry(
            row.id, row.enquiry_id, EntryKind(row.kind), row.body, row.at, row.author_id, row.inbound_id,
            row.delivery_id, row.procedure, row.url,
        )
        for row in rows
    ]  # fmt: skip


def answer_texts(*, language: str = "") -> list[values.AnswerText]:
    rows = AnswerText.objects.order_by("code", "language")
    rows = rows.filter(language=language) if language else rows
    return [values.AnswerText(row.id, row.code, row.language, row.title, row.body) for row in rows]


def answer_text_rows() -> QuerySet[AnswerText]:
    return AnswerText.objects.all()


def quiet_since(*, before: datetime) -> list[int]:
    """Answered enquiries about which nobody wrote since a moment."""
    rows = Enquiry.objects.filter(state=values.EnquiryState.ANSWERED.value)
    latest = Entry.objects.filter(at__gte=before).values("enquiry_id")
    return list(rows.exclude(id__in=latest).values_list("id", flat=True))


# --- statistics


@dataclass(frozen=True)
class Figures:
    """
    What came and what was answered of one kind or channel.

    :param hours: from receiving to the first answer, on average, of those that were answered
    :param in_time: of the answered ones, how many by their deadline
    """

    label: str
    received: int
    answered: int
    open: int
    late: int
    hours: float | None
    in_time: int


def statistics(*, by: str, first: date, last: date, now: datetime) -> list[Figures]:
    """
    Figures of what was received in some days.

    :param by: ``kind__code`` or ``channel``
    """
    rows = Enquiry.objects.filter(received_at__date__gte=first, received_at__date__lte=last)
    rows = rows.exclude(state=values.EnquiryState.REROUTED.value)
    still_open = Q(state__in=[state.value for state in OPEN_ENQUIRIES])
    from django.db.models import Avg

    found = rows.values(by).annotate(
        received=Count("id"),
        answered=Count("id", filter=Q(first_answered_at__isnull=False)),
        open=Count("id", filter=still_open),
        late=Count("id", filter=still_open & Q(due_at__lt=now)),
        took=Avg(F("first_answered_at") - F("received_at")),
        in_time=Count("id", filter=Q(first_answered_at__lte=F("due_at"))),
    )
    return [
        Figures(
            row[by], row["received"], row["answered"], row["open"], row["late"],
            row["took"].total_seconds() / 3600 if row["took"] is not None else None, row["in_time"],
        )
        for row in found.order_by("-received")
    ]  # fmt: skip


def by_day(*, first: date, last: date) -> list[tuple[date, int, int]]:
    """For each day: how many were received, and how many of any day got their first answer."""
    received = _per_day("received_at", first, last)
    answered = _per_day("first_answered_at", first, last)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [(day, received.get(day, 0), answered.get(day, 0)) for day in days]


def _per_day(column: str, first: date, last: date) -> dict[date, int]:
    from django.db.models.functions import TruncDate

    rows = Enquiry.objects.filter(**{f"{column}__date__gte": first, f"{column}__date__lte": last})
    return dict(rows.annotate(day=TruncDate(column)).values_list("day").annotate(n=Count("id")).values_list("day", "n"))


# --- announcements


def to_announcement(row: Announcement) -> values.Announcement:
    return values.Announcement(
        id=row.id,
        state=AnnouncementState(row.state),
        texts=row.texts,
        audience=Audience.of(row.audience),
        by_mail=row.by_mail,
        scheduled_at=row.scheduled_at,
        counted=row.counted,
        created_by_id=row.created_by_id,
        decided_by_id=row.decided_by_id,
        sent_at=row.sent_at,
        withdrawn_reason=row.withdrawn_reason,
    )


def announcement(*, announcement_id: int) -> values.Announcement:
    """:raises NoSuchAnnouncement: for an unknown id"""
    row = Announcement.objects.filter(id=announcement_id).first()
    if row is None:
        raise NoSuchAnnouncement(_("there is no such announcement"))
    return to_announcement(row)


def announcement_rows() -> QuerySet[Announcement]:
    """All announcements with the counts of whom they reached, for the list."""
    from django.db.models import IntegerField, OuterRef, Subquery
    from django.db.models.functions import Coalesce

    reached = Recipient.objects.filter(announcement=OuterRef("pk")).values("announcement")
    count = reached.annotate(n=Count("id")).values("n")
    read = reached.annotate(n=Count("read_at")).values("n")
    return Announcement.objects.annotate(
        reached=Coalesce(Subquery(count, output_field=IntegerField()), 0),
        read=Coalesce(Subquery(read, output_field=IntegerField()), 0),
    )


def counts_of(*, announcement_id: int) -> tuple[int, int, int]:
    """How many were reached, of them by mail too, and how many read it."""
    found = Recipient.objects.filter(announcement_id=announcement_id).aggregate(
        reached=Count("id"), mailed=Count("id", filter=Q(mailed=True) & ~Q(mail="")), read=Count("read_at")
    )
    return found["reached"], found["mailed"], found["read"]


def due_announcements(*, now: datetime) -> list[int]:
    """Announcements whose moment has come, and those that were interrupted while they went out."""
    due = Q(state=AnnouncementState.SCHEDULED.value, scheduled_at__lte=now)
    rows = Announcement.objects.filter(due | Q(state=AnnouncementState.SENDING.value))
    return list(rows.order_by("scheduled_at", "id").values_list("id", flat=True))


def announcements_to(*, customer_id: int, limit: int = 50) -> list[tuple[values.Announcement, bool]]:
    """What a portal user sees, newest first, and whether they read it."""
    shown = [AnnouncementState.SENDING.value, AnnouncementState.SENT.value]
    rows = Recipient.objects.filter(customer_id=customer_id, announcement__state__in=shown)
    rows = rows.select_related("announcement").order_by("-announcement_id")[:limit]
    return [(to_announcement(row.announcement), row.read_at is not None) for row in rows]


def wants_mail(*, customer_id: int) -> bool:
    """Whether a portal user wants announcements by mail too; until they say no, yes."""
    row = Preference.objects.filter(customer_id=customer_id).first()
    return row.announcements_by_mail if row else True


def alone_up_to() -> int:
    """How many people an announcement may reach without a second person."""
    row = Settings.objects.filter(id=1).first()
    return row.alone_up_to if row else int(Settings._meta.get_field("alone_up_to").default)  # type: ignore[union-attr]


def audience_frame(*, audience: Audience, today: date) -> pl.DataFrame:
    """
    Portal users who fit an audience today.

    :returns: columns customer_id, mail, language, wants_mail; one row each
    """
    users = identity.portal_users_frame()
    if audience.of_contracts:
        users = _only(users, _contracts_of(audience, today)["customer_id"])
    if audience.numbers:
        found = [parties.customer_by_number(number=number) for number in audience.numbers]
        users = _only(users, pl.Series([one.id for one in found if one], dtype=pl.Int64))
    refused = list(Preference.objects.filter(announcements_by_mail=False).values_list("customer_id", flat=True))
    return users.with_columns(wants_mail=~pl.col("customer_id").is_in(refused))


def _contracts_of(audience: Audience, today: date) -> pl.DataFrame:
    """The contracts of today that fit: one and the same is in the area, on the plan, of the agency and at the place."""
    found = contracts.supplied_frame(period_start=today, period_end=today + timedelta(days=1))
    if audience.areas:
        found = found.filter(pl.col("area").is_in(list(audience.areas)))
    terms = contracts.terms_frame(
        contract_ids=found["contract_id"], period_start=today, period_end=today + timedelta(days=1)
    )
    for column, named in (("plan_code", audience.plans), ("agency_code", audience.agencies)):
        if named:
            fitting = terms.filter(pl.col(column).is_in(list(named)))["contract_id"]
            found = found.filter(pl.col("contract_id").is_in(fitting.implode()))
    if audience.places:
        points = supply.points_frame(supply_point_ids=found["supply_point_id"])
        dark = pl.any_horizontal([pl.col("postal_code").str.starts_with(place) for place in audience.places])
        there = points.filter(dark)["supply_point_id"]
        found = found.filter(pl.col("supply_point_id").is_in(there.implode()))
    return found


def _only(users: pl.DataFrame, customer_ids: pl.Series) -> pl.DataFrame:
    return users.filter(pl.col("customer_id").is_in(customer_ids.unique().implode()))


def unknown_numbers(*, numbers: Sequence[str]) -> list[str]:
    """Which of some customer numbers nobody has."""
    return [number for number in numbers if parties.customer_by_number(number=number) is None]
