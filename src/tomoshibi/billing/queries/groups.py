"""Groups of points as billing sees them: their periods, the energies that were worked out, and each point's share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from django.db.models import Case, F, Value, When

from tomoshibi.billing import groupenergy
from tomoshibi.billing.models import GroupMonth
from tomoshibi.billing.queries.reading_days import reading_day_frame
from tomoshibi.contracts import queries as contracts
from tomoshibi.groups import queries as groups
from tomoshibi.kernel.frames import Schema
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import bulk

WORKED_OUT = "ok"
"""The state of an energy without a problem, in lists."""
MANY = 20_000
"""From so many groups on, tables are read whole instead of by lists of ids."""
GROUP_PERIODS: Schema = {
    "group_id": pl.Int64, "group_number": pl.String, "supply_point_id": pl.Int64, "spin": pl.String, "month": pl.Int64,
    "period_start": pl.Date, "period_end": pl.Date,
}  # fmt: skip
DAY_BANDS = ("day_peak_dwh", "day_flat_dwh", "day_valley_dwh")
_SAME = (
    "period_end", "reading_id", "problem", "problem_on", "counts_benchmark", "meters", "energy_dwh", "peak_dwh",
    "flat_dwh", "valley_dwh", "day_dwh", *DAY_BANDS, "day_points", "share_points", "share_from", "share_days", "share_dwh",
)  # fmt: skip


def group_periods(*, month: Month, until: date, group_ids: pl.Series | None = None) -> pl.DataFrame:
    """
    The days of a reading month on which groups were supplied, from reading day to reading day, cut to their contracts.

    :param until: only periods that are over by then
    :returns: columns of ``GROUP_PERIODS``, by group
    """
    days = reading_day_frame(month).drop_nulls(["from_day", "to_day"])
    if days.is_empty():
        return pl.DataFrame(schema=dict(GROUP_PERIODS))
    first, last = days["from_day"].min(), days["to_day"].max()
    assert isinstance(first, date), "days without a date were dropped"
    assert isinstance(last, date), "days without a date were dropped"
    own = groups.supplies_between(start=first, end=last, group_ids=group_ids)
    if own.is_empty():  # a company without groups does not look at all its contracts for nothing
        return pl.DataFrame(schema=dict(GROUP_PERIODS))
    supplied = contracts.supplied_frame(period_start=first, period_end=last)
    found = own.join(supplied, on="supply_point_id", how="inner").join(days, on=["area", "base_day"], how="inner")
    far = date(9999, 12, 31)
    found = found.with_columns(
        period_start=pl.max_horizontal("from_day", "start", "supplied_from"),
        period_end=pl.min_horizontal("to_day", pl.col("end").fill_null(far), pl.col("supplied_until").fill_null(far)),
        month=pl.lit(month.number, dtype=pl.Int64),
    )
    over = (pl.col("period_start") < pl.col("period_end")) & (pl.col("period_end") <= until)
    return found.filter(over).sort("group_id", "period_start").select(list(GROUP_PERIODS))


def unlike_standing(told: pl.DataFrame, *, month: Month) -> pl.DataFrame:
    """Those of the energies that differ in anything from what stands."""
    arrays = {"day_dwh", *DAY_BANDS, "day_points", "share_points", "share_from", "share_days", "share_dwh"}
    schema: dict[str, Any] = {"group_id": pl.Int64, "period_start": pl.Date}
    schema |= {name: pl.String if name in arrays else told.schema[name] for name in _SAME}
    standing = bulk.read_frame(
        f"""
        SELECT group_id, period_start, {", ".join(f"{name}::text" if name in arrays else name for name in _SAME)}
        FROM billing_groupmonth WHERE month = %(month)s AND superseded_at IS NULL
        """,
        schema,
        {"month": month.number},
    ).with_columns(pl.col("problem").fill_null(""))
    if standing.is_empty():
        return told
    return told.join(standing, on=["group_id", "period_start", *_SAME], how="anti", nulls_equal=True)


@dataclass(frozen=True)
class GroupDay:
    """A day of a period: what the meter measured, the points, and their product."""

    day: date
    meter_dwh: int
    points: int

    @property
    def energy_dwh(self) -> int:
        return self.meter_dwh * self.points


@dataclass(frozen=True)
class GroupEnergy:
    """How the energy of a group in a month came about."""

    id: int
    group_id: int
    group_number: str
    supply_point_id: int
    month: Month
    period_start: date
    period_end: date
    reading_id: int | None
    problem: str
    problem_on: date | None
    counts_benchmark: bool
    meters: int
    spread_days: int
    meter_dwh: int
    energy_dwh: int
    bands_dwh: dict[str, int]
    point_days: int
    calculated_at: datetime
    day_dwh: tuple[int, ...]
    day_points: tuple[int, ...]

    @property
    def state(self) -> str:
        return self.problem or WORKED_OUT

    @property
    def last_day(self) -> date:
        return self.period_end - timedelta(days=1)

    @property
    def days(self) -> list[GroupDay]:
        return [
            GroupDay(self.period_start + timedelta(days=nth), dwh, points)
            for nth, (dwh, points) in enumerate(zip(self.day_dwh, self.day_points, strict=True))
        ]

    @property
    def parts(self) -> list["GroupPart"]:
        """Days with the same points, put together."""
        found: list[GroupPart] = []
        for day in self.days:
            if found and found[-1].points == day.points:
                last = found[-1]
                found[-1] = GroupPart(last.first, day.day, day.points, last.meter_dwh + day.meter_dwh)
            else:
                found.append(GroupPart(day.day, day.day, day.points, day.meter_dwh))
        return found


@dataclass(frozen=True)
class GroupPart:
    """Days on end with the same number of points."""

    first: date
    last: date
    points: int
    meter_dwh: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def energy_dwh(self) -> int:
        return self.meter_dwh * self.points


def _energy(row: GroupMonth) -> GroupEnergy:
    names = (
        "id", "group_id", "group_number", "supply_point_id", "period_start", "period_end", "reading_id", "problem",
        "problem_on", "counts_benchmark", "meters", "spread_days", "meter_dwh", "energy_dwh", "point_days", "calculated_at",
    )  # fmt: skip
    bands = {"peak": row.peak_dwh, "flat": row.flat_dwh, "valley": row.valley_dwh}
    return GroupEnergy(
        **{name: getattr(row, name) for name in names},
        month=Month.from_number(row.month),
        bands_dwh={name: energy for name, energy in bands.items() if energy is not None},
        day_dwh=tuple(row.day_dwh),
        day_points=tuple(row.day_points),
    )


def group_energies(*, group_id: int, limit: int = 36) -> list[GroupEnergy]:
    """What stands for a group, newest month first."""
    rows = GroupMonth.objects.filter(group_id=group_id, superseded_at=None).order_by("-month", "-period_start")
    return [_energy(row) for row in rows.defer("share_points", "share_from", "share_days", "share_dwh")[:limit]]


def group_energy(*, energy_id: int) -> GroupEnergy | None:
    """One calculation, whether it stands or not."""
    row = GroupMonth.objects.filter(id=energy_id).first()
    return _energy(row) if row else None


def group_energy_of_bill(*, bill_id: int) -> GroupEnergy | None:
    """The energy that a bill rests on; nothing for a bill of an ordinary contract."""
    row = _of_bill(bill_id)
    return _energy(row) if row else None


def _of_bill(bill_id: int) -> GroupMonth | None:
    """The version that stood when the bill was issued: a later one may say the same energy of other points."""
    found = bulk.read_frame(
        """
        SELECT m.id FROM billing_bill b JOIN billing_groupmonth m ON m.reading_id = b.reading_id
          LEFT JOIN billing_invoice i ON i.bill_id = b.id LEFT JOIN billing_run r ON r.id = i.run_id
        WHERE b.id = %s ORDER BY (r.issued_at IS NULL OR m.calculated_at <= r.issued_at) DESC, m.id DESC LIMIT 1
        """,
        {"id": pl.Int64},
        [bill_id],
    )
    return GroupMonth.objects.get(id=found["id"][0]) if found.height else None


SHARES: Schema = {
    "point_id": pl.Int64, "account_number": pl.String, "name": pl.String, "address": pl.String, "from_day": pl.Date,
    "last_day": pl.Date, "days": pl.Int64, "energy_dwh": pl.Int64,
}  # fmt: skip


def shares_of_bill(*, bill_id: int, total_minor: int) -> pl.DataFrame:
    """
    Each point's part of a bill: energy as it was worked out, money by the largest remainders.

    :returns: columns of ``SHARES`` and ``amount_minor``, by account number; both add up to the bill exactly
    """
    row = _of_bill(bill_id)
    if row is None:
        return pl.DataFrame(schema={**SHARES, "amount_minor": pl.Int64})
    shares = pl.DataFrame(
        {"point_id": row.share_points, "nth": row.share_from, "days": row.share_days, "energy_dwh": row.share_dwh},
        schema={"point_id": pl.Int64, "nth": pl.Int64, "days": pl.Int64, "energy_dwh": pl.Int64},
    )
    named = groups.points_named(point_ids=shares["point_id"], on=row.period_end - timedelta(days=1))
    found = shares.join(named, on="point_id", how="left").sort("account_number", "nth")
    assert found["energy_dwh"].sum() == row.energy_dwh, "the shares are the whole"
    weights = found["energy_dwh"] if row.energy_dwh else found["days"]
    amounts = groupenergy.divided(total_minor, weights.to_numpy().astype(np.int64))
    return found.with_columns(
        amount_minor=pl.Series(amounts, dtype=pl.Int64),
        from_day=pl.lit(row.period_start) + pl.duration(days="nth"),
        last_day=pl.lit(row.period_start) + pl.duration(days=pl.col("nth") + pl.col("days") - 1),
    ).select(*SHARES, "amount_minor")


def band_energies(*, reading_ids: pl.Series) -> pl.DataFrame:
    """``reading_id, band_peak_dwh, band_flat_dwh, band_valley_dwh`` of groups whose meters have rate registers."""
    return bulk.read_among(
        """
        SELECT DISTINCT ON (reading_id) reading_id, peak_dwh, flat_dwh, valley_dwh FROM billing_groupmonth
        WHERE {among} AND peak_dwh IS NOT NULL ORDER BY reading_id, id DESC
        """,
        {"reading_id": pl.Int64, "band_peak_dwh": pl.Int64, "band_flat_dwh": pl.Int64, "band_valley_dwh": pl.Int64},
        key="reading_id",
        column="reading_id",
        ids=reading_ids,
    )


GROUP_DAYS: Schema = {
    "reading_id": pl.Int64, "day": pl.Date, "day_energy_dwh": pl.Int64,
    "band_peak_dwh": pl.Int64, "band_flat_dwh": pl.Int64, "band_valley_dwh": pl.Int64,
}  # fmt: skip


def day_energies(*, reading_ids: pl.Series) -> pl.DataFrame:
    """
    The energy of groups on each day of their periods: what the meter measured, times the points of the day.

    :returns: columns of ``GROUP_DAYS``, only of readings that are of groups; bands are null where the meter has none
    """
    return bulk.read_frame(
        """
        SELECT g.reading_id, g.period_start + (d.nth - 1)::int, d.meter * d.points,
               d.peak * d.points, d.flat * d.points, d.valley * d.points
        FROM (
            SELECT DISTINCT ON (reading_id) * FROM billing_groupmonth
            WHERE reading_id = ANY(%(ids)s::bigint[]) ORDER BY reading_id, id DESC
        ) g, unnest(g.day_dwh, g.day_points, g.day_peak_dwh, g.day_flat_dwh, g.day_valley_dwh)
            WITH ORDINALITY AS d (meter, points, peak, flat, valley, nth)
        """,
        GROUP_DAYS,
        {"ids": bulk.id_array(reading_ids)},
    )


def month_rows(*, month: Month) -> Any:
    """What stands for a month, for the list."""
    told = Case(When(problem="", then=Value(WORKED_OUT)), default=F("problem"))
    rows = GroupMonth.objects.filter(month=month.number, superseded_at=None).annotate(state=told)
    return rows.defer("day_dwh", "day_points", "share_points", "share_from", "share_days", "share_dwh")


def group_month_sums(*, month: Month) -> dict[str, int]:
    """How many groups of a month there are, how many have a problem, and what the others come to."""
    frame = bulk.read_frame(
        """
        SELECT count(*), count(*) FILTER (WHERE problem <> ''), coalesce(sum(energy_dwh) FILTER (WHERE problem = ''), 0),
               coalesce(sum(meter_dwh) FILTER (WHERE problem = ''), 0), coalesce(sum(point_days), 0)
        FROM billing_groupmonth WHERE month = %s AND superseded_at IS NULL
        """,
        dict.fromkeys(("groups", "problems", "energy_dwh", "meter_dwh", "point_days"), pl.Int64),
        [month.number],
    )
    return frame.row(0, named=True)


def bills_of_group(*, supply_point_ids: Sequence[int], limit: int = 24) -> list[dict[str, Any]]:
    """Bills of a group, newest first, drafts too."""
    return list(
        bulk.read_frame(
            """
            SELECT b.id, b.month, b.period_start, b.period_end, b.energy_dwh, b.total_minor, b.tax_minor, b.kind,
                   i.number, i.issued_on, i.due_on
            FROM billing_bill b LEFT JOIN billing_invoice i ON i.bill_id = b.id
            WHERE b.supply_point_id = ANY(%(ids)s) ORDER BY b.month DESC, b.revision DESC, b.id DESC LIMIT %(limit)s
            """,
            {
                "bill_id": pl.Int64, "month": pl.Int64, "period_start": pl.Date, "period_end": pl.Date,
                "energy_dwh": pl.Int64, "total_minor": pl.Int64, "tax_minor": pl.Int64, "kind": pl.String,
                "number": pl.Int64, "issued_on": pl.Date, "due_on": pl.Date,
            },
            {"ids": list(supply_point_ids), "limit": limit},
        ).iter_rows(named=True)
    )  # fmt: skip


def with_suspicions(rows: pl.DataFrame) -> pl.DataFrame:
    """
    Add which reference meter behind a candidate somebody does not trust on a day of its period.

    :param rows: ``row_id, supply_point_id, period_start, period_end``
    :returns: the rows with ``suspect_meter``: number and reason
    """
    dated = rows.drop_nulls(["period_start", "period_end"])
    if dated.is_empty():
        return rows.with_columns(suspect_meter=pl.lit(""))
    first, last = dated["period_start"].min(), dated["period_end"].max()
    assert isinstance(first, date), "null days were dropped"
    assert isinstance(last, date), "null days were dropped"
    marks = groups.suspected(start=first, end=last)
    if marks.is_empty():
        return rows.with_columns(suspect_meter=pl.lit(""))
    hit = dated.select("row_id", "supply_point_id", "period_start", "period_end").join(
        marks, on="supply_point_id", how="inner"
    )
    holds = (pl.col("suspect_from") < pl.col("period_end")) & (
        pl.col("suspect_until").is_null() | (pl.col("suspect_until") > pl.col("period_start"))
    )
    told = (
        hit.filter(holds)
        .group_by("row_id")
        .agg(suspect_meter=pl.format("{} ({})", "meter_number", "reason").sort().str.join(", "))
    )
    return rows.join(told, on="row_id", how="left", maintain_order="left")
