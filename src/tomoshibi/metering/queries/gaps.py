"""What is due and not there, agreed quantities, and what a clerk may propose."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Count, Min, Q, QuerySet

from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.rounding import Rounding, divide
from tomoshibi.masters import queries as masters
from tomoshibi.metering import values
from tomoshibi.metering.models import AgreedQuantity, Gap, PortalEndpoint, Reading

_MONTHS_OF_AVERAGE = 3
_WAIT_BUSINESS_DAYS = 4
"""原則 検針日から起算して 4 営業日; per area it is a setting of the portal."""
_LATELY = timedelta(days=70)
"""After this time a supply has been read, or its gap is somebody's work."""


def waits_of_areas() -> Mapping[str, int]:
    """Business days within which each area's grid company gives out values, the reading day being the first."""
    known = dict(PortalEndpoint.objects.values_list("area", "wait_business_days"))
    return defaultdict(lambda: _WAIT_BUSINESS_DAYS, known)


def due_on(*, reading_on: date, working: masters.Days, wait_business_days: int) -> date:
    """The last day on which data is in time: the reading day is the first business day that counts."""
    return working.add(working.next_or_same(reading_on), wait_business_days - 1)


def first_values_on(*, today: date) -> date | None:
    """The next day, today left out, by which the first values of a supply that began lately are due."""
    new = contracts.supplied_frame(
        period_start=today, period_end=today + timedelta(days=1), begun_since=today - _LATELY
    )
    read = Reading.objects.filter(supply_point_id__in=new["supply_point_id"].to_list(), provided=True)
    held = set(read.values_list("supply_point_id", "period_start"))
    waiting = new.filter([row not in held for row in new.select("supply_point_id", "start").iter_rows()])
    months = [Month.of(today).plus(n) for n in (-1, 0, 1, 2)]
    days = {(day.area, day.base_day, day.month): day for month in months for day in masters.reading_days(month=month)}
    waits, due = waits_of_areas(), []
    for area, base_day, start in waiting.select("area", "base_day", "start").unique().iter_rows():
        read_days = (days.get((area, base_day, month)) for month in months)
        first = next((day for day in read_days if day is not None and day.metering_on > start), None)
        if first is not None:
            reach = first.reading_on + timedelta(days=waits[area] * 7)
            working = masters.days_of(start=first.reading_on, end=reach, scopes=(masters.NATIONAL, area))
            due.append(due_on(reading_on=first.reading_on, working=working, wait_business_days=waits[area]))
    return min((day for day in due if day > today), default=None)


def to_gap(row: Gap) -> values.Gap:
    return values.Gap(
        id=row.id,
        area=row.area,
        base_day=row.base_day,
        month=row.month,
        supply_point_id=row.supply_point_id,
        spin=row.spin,
        contract_id=row.contract_id,
        contract_number=row.contract_number,
        period=Period(row.period_start, row.period_end),
        due_on=row.due_on,
        reason=values.GapReason(row.reason),
        opened_at=row.opened_at,
        asked_at=row.asked_at,
        asked_count=row.asked_count,
        closed_at=row.closed_at,
        outcome=values.GapOutcome(row.outcome) if row.outcome else None,
    )


def gap(*, gap_id: int) -> values.Gap | None:
    row = Gap.objects.filter(id=gap_id).first()
    return to_gap(row) if row else None


def gaps(*, open_only: bool = True) -> QuerySet[Gap]:
    """Gaps, longest overdue first, as a lazy list for tables."""
    rows = Gap.objects.filter(closed_at=None) if open_only else Gap.objects.all()
    return rows.order_by("due_on", "area", "base_day", "spin")


def gap_counts() -> list[values.GapsOfDay]:
    """Open gaps by reading day, longest overdue first."""
    rows = Gap.objects.filter(closed_at=None).values("area", "base_day", "month")
    rows = rows.annotate(n=Count("id"), due=Min("due_on"), asked=Count("id", filter=~Q(asked_at=None)))
    return [
        values.GapsOfDay(
            area=row["area"],
            base_day=row["base_day"],
            month=row["month"],
            due_on=row["due"],
            count=row["n"],
            asked_count=row["asked"],
        )
        for row in rows.order_by("due", "area", "base_day")
    ]


def suggestions(*, supply_point_id: int, month: Month, period: Period) -> list[values.Suggestion]:
    """
    Quantities that may be proposed for a period without a value, from the point's own confirmed months.

    Each is the use per day of its months, times the days of the period, in whole 0.1 kWh (rounded half up).
    """
    rows = Reading.objects.filter(
        supply_point_id=supply_point_id,
        kind=values.ReadingKind.SUPPLY,
        superseded_by=None,
        provided=True,
        month__gte=month.plus(-12).number,
        month__lt=month.number,
    ).order_by("-month")
    known = list(rows)
    chosen = [
        (values.AgreedBasis.PREVIOUS_MONTH, [row for row in known if row.month == month.plus(-1).number]),
        (values.AgreedBasis.SAME_MONTH_LAST_YEAR, [row for row in known if row.month == month.plus(-12).number]),
        (values.AgreedBasis.AVERAGE, known[:_MONTHS_OF_AVERAGE]),
    ]
    return [_suggestion(basis, months, period) for basis, months in chosen if months]


def _suggestion(basis: values.AgreedBasis, rows: Sequence[Reading], period: Period) -> values.Suggestion:
    days = sum((row.period_end - row.period_start).days for row in rows)
    used = sum(row.energy_dwh for row in rows)
    tenths_of_kwh = divide(used * period.days, days * 1_000, rounding=Rounding.HALF_UP)
    return values.Suggestion(
        basis=basis,
        energy_dwh=tenths_of_kwh * 1_000,
        days=period.days,
        months=tuple(sorted(row.month for row in rows)),
    )


def to_agreed(row: AgreedQuantity) -> values.Agreed:
    version = row.reading
    return values.Agreed(
        id=row.id,
        reading_id=version.id,
        supply_point_id=row.supply_point_id,
        month=version.month,
        period=Period(version.period_start, version.period_end),
        energy_dwh=version.energy_dwh,
        basis=values.AgreedBasis(row.basis),
        reason=row.reason,
        agreed_by=row.agreed_by,
        agreed_on=row.agreed_on,
        evidence_id=row.evidence_id,
        entered_by_id=row.entered_by_id,
        entered_at=row.entered_at,
        superseded_at=version.superseded_at,
    )


def agreed_of_reading(*, reading_id: int) -> values.Agreed | None:
    """What a bill says about the agreed quantity it rests on."""
    row = AgreedQuantity.objects.select_related("reading").filter(reading_id=reading_id).first()
    return to_agreed(row) if row else None


def agreed(*, agreed_id: int) -> values.Agreed | None:
    row = AgreedQuantity.objects.select_related("reading").filter(id=agreed_id).first()
    return to_agreed(row) if row else None


def agreed_of_point(*, supply_point_id: int) -> list[values.Agreed]:
    rows = AgreedQuantity.objects.select_related("reading").filter(supply_point_id=supply_point_id)
    return [to_agreed(row) for row in rows.order_by("-id")]
