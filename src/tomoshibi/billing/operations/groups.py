"""The energy of groups of points, worked out from registers and point lists, as confirmed values that runs bill."""

from datetime import date, datetime, timedelta

import polars as pl
from django.db import connection

from tomoshibi.billing import groupenergy, queries, values
from tomoshibi.groups import queries as groups
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import operations as metering_operations
from tomoshibi.metering import queries as metering
from tomoshibi.storage import bulk, db

LOOK_BACK, LOOK_AHEAD = timedelta(days=62), timedelta(days=35)
"""How far from the period a reading may lie so that its energy is still spread into it."""
_WRITTEN = (
    "group_id", "group_number", "supply_point_id", "month", "period_start", "period_end", "reading_id", "problem",
    "problem_on", "counts_benchmark", "meters", "spread_days", "meter_dwh", "energy_dwh", "peak_dwh", "flat_dwh",
    "valley_dwh", "point_days", "day_dwh", "day_peak_dwh", "day_flat_dwh", "day_valley_dwh", "day_points",
    "share_points", "share_from", "share_days", "share_dwh",
)  # fmt: skip


@db.transaction_required
def calculate_groups(
    *, month: Month, today: date, now: datetime, group_ids: pl.Series | None = None
) -> values.GroupOutcome:
    """
    Work out the energy of groups whose period of a reading month is over, and let it stand as their confirmed values.

    The same facts give the same numbers: doing it again writes nothing. What changed replaces what stood; bills that were
    issued on the former value are found like any other whose reading changed.

    :param group_ids: only these
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('billing.groups'), %s)", [month.number])
    periods = queries.group_periods(month=month, until=today, group_ids=group_ids)
    if periods.is_empty():
        return values.GroupOutcome(0, 0, 0, 0)
    found = work_out(periods)
    good = found.filter(pl.col("problem") == "")
    standing = metering_operations.record_calculated(
        good.select("supply_point_id", "spin", "month", "period_start", "period_end", "energy_dwh"), now=now
    )
    known = standing.select("supply_point_id", "period_start", "reading_id")
    told = found.join(known, on=["supply_point_id", "period_start"], how="left", maintain_order="left").with_columns(
        reading_id=pl.when(pl.col("problem") == "").then("reading_id")
    )
    new = queries.unlike_standing(told, month=month)
    _replace(new, month=month, now=now)
    bad = told.filter(pl.col("problem") != "").height
    return values.GroupOutcome(groups=told.height, written=new.height, problems=bad, points=int(told["points"].sum()))


def _replace(new: pl.DataFrame, *, month: Month, now: datetime) -> None:
    if new.is_empty():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE billing_groupmonth g SET superseded_at = %s
            FROM unnest(%s::bigint[], %s::date[]) AS n(group_id, period_start)
            WHERE g.group_id = n.group_id AND g.period_start = n.period_start AND g.month = %s AND superseded_at IS NULL
            """,
            [now, new["group_id"].to_list(), new["period_start"].to_list(), month.number],
        )
    bulk.copy_in("billing_groupmonth", new.select(*_WRITTEN, calculated_at=pl.lit(now.isoformat())))


def work_out(periods: pl.DataFrame) -> pl.DataFrame:
    """
    The energy of groups from what the database knows today.

    :param periods: ``queries.GROUP_PERIODS``, one row per group
    :returns: the same with the columns of ``GroupMonth`` (arrays as their text), and ``points`` (memberships)
    """
    first, last = periods["period_start"].min(), periods["period_end"].max()
    assert isinstance(first, date), "a period has a start"
    assert isinstance(last, date), "and an end"
    chosen = periods["group_id"] if periods.height < queries.MANY else None
    placed = periods.select("group_id", place=pl.int_range(pl.len(), dtype=pl.Int64))
    meters = groups.reference_meters(group_ids=chosen).join(placed, on="group_id", how="inner")
    registers = metering.registers_between(
        start=first - LOOK_BACK,
        end=last + LOOK_AHEAD,
        meters=meters["number"].unique().to_list() if chosen is not None else None,
    )
    members = groups.members_between(start=first, end=last, group_ids=chosen).join(placed, on="group_id", how="inner")
    counted = {day: bool(groups.parameter("count_benchmark", on=day)) for day in periods["period_start"].unique()}
    counts = periods["period_start"].replace_strict(counted, return_dtype=pl.Boolean)
    return reckon(periods, registers=registers, meters=meters, members=members, counts_benchmark=counts)


def reckon(
    periods: pl.DataFrame,
    *,
    registers: pl.DataFrame,
    meters: pl.DataFrame,
    members: pl.DataFrame,
    counts_benchmark: pl.Series,
) -> pl.DataFrame:
    """
    The columnar path itself, without a database.

    :param meters, members: with ``place``, the row of their group in ``periods``
    :param counts_benchmark: per group, by the rule of the first day of its period
    """
    starts, ends = periods["period_start"], periods["period_end"]
    days = groupenergy.by_day(groupenergy.intervals(registers, meters), starts=starts, ends=ends)
    shared = groupenergy.shares(members, days=days, starts=starts, ends=ends, counts_benchmark=counts_benchmark)
    in_period = meters.join(
        periods.select("group_id", "period_start", "period_end"), on="group_id", how="inner"
    ).filter(
        (pl.col("start") < pl.col("period_end")) & (pl.col("end").is_null() | (pl.col("end") > pl.col("period_start")))
    )
    hung = in_period.group_by("place").agg(pl.col("number").n_unique().alias("meters"))
    meter_count = (
        periods.select(place=pl.int_range(pl.len(), dtype=pl.Int64))
        .join(hung, on="place", how="left", maintain_order="left")["meters"]
        .fill_null(0)
    )
    problem, nth = groupenergy.problems(days, shared.points, has_meter=meter_count.to_numpy() > 0)
    bands = {
        name: pl.Series((band * shared.points).sum(axis=1)).set(pl.Series(~days.has_bands), None)
        for name, band in days.bands_dwh.items()
    }
    members_of = shared.members.group_by("place", maintain_order=True).agg(
        *(_array(pl.col(name)).alias(target) for name, target in _SHARES.items()),
        pl.len().cast(pl.Int64).alias("points"),
    )
    lengths = (ends - starts).dt.total_days()
    found = periods.with_columns(
        place=pl.int_range(pl.len(), dtype=pl.Int64),
        problem=pl.Series(problem, dtype=pl.String),
        nth=pl.Series(nth),
        counts_benchmark=counts_benchmark,
        meters=meter_count.cast(pl.Int64),
        spread_days=pl.Series(days.spread.sum(axis=1)),
        meter_dwh=pl.Series(days.meter_dwh.sum(axis=1)),
        energy_dwh=pl.Series((days.meter_dwh * shared.points).sum(axis=1)),
        **bands,
        point_days=pl.Series(shared.points.sum(axis=1)),
        day_dwh=_days(days.meter_dwh, lengths),
        **{
            f"day_{name}": _days(band, lengths).set(pl.Series(~days.has_bands), None)
            for name, band in days.bands_dwh.items()
        },
        day_points=_days(shared.points, lengths),
    )
    return found.join(members_of, on="place", how="left", maintain_order="left").with_columns(
        pl.col("points").fill_null(0),
        *(pl.col(target).fill_null("{}") for target in _SHARES.values()),
        problem_on=pl.when(pl.col("nth") >= 0).then(pl.col("period_start") + pl.duration(days=pl.col("nth"))),
    )


_SHARES = {"point_id": "share_points", "from_nth": "share_from", "days": "share_days", "energy_dwh": "share_dwh"}


def _array(column: pl.Expr) -> pl.Expr:
    """A column of a group as the text of an array."""
    return pl.format("{}{}{}", pl.lit("{"), column.cast(pl.String).str.join(","), pl.lit("}"))


def _days(matrix: groupenergy.Int64Array, lengths: pl.Series) -> pl.Series:
    """The days of each row's period as the text of an array."""
    rows = pl.Series(matrix, dtype=pl.Array(pl.Int64, matrix.shape[1])).arr.to_list()
    cut = pl.DataFrame({"days": rows, "n": lengths}).select(
        pl.format(
            "{}{}{}", pl.lit("{"), pl.col("days").list.head("n").cast(pl.List(pl.String)).list.join(","), pl.lit("}")
        )
    )
    return cut.to_series()
