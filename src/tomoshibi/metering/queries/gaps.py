"""What is due and not there, agreed quantities, and what a clerk may propose."""

from collections.abc import Sequence

from django.db.models import Count, Min, Q, QuerySet

from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.rounding import Rounding, divide
from tomoshibi.metering import values
from tomoshibi.metering.models import AgreedQuantity, Gap, Reading

_MONTHS_OF_AVERAGE = 3


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
