"""Reads of the room: confirmed values as frames, half-hours as matrices, and what the pages show."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from django.db import connection

from tomoshibi.kernel import halfhours
from tomoshibi.kernel.halfhours import MISSING, Int32Array
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.metering import values, vectors
from tomoshibi.metering.models import DayVector, HalfHours, Reading
from tomoshibi.storage import bulk

_EXPRESSIONS = {"reading_id": "id", "has_half_hours": "half_hour_sum_dwh IS NOT NULL"}
"""Columns of ``values.CONFIRMED`` that the table has under another name."""


def confirmed_frame(
    *,
    month: Month,
    spins: Sequence[str] | None = None,
    supply_point_ids: Sequence[int] | pl.Series | None = None,
    kind: values.ReadingKind = values.ReadingKind.SUPPLY,
    columns: Sequence[str] = tuple(values.CONFIRMED),
) -> pl.DataFrame:
    """
    The readings of a reading month (月分) that stand, by supply point.

    A point that the grid company reports both whole and split (仕訳コード 2) has its split row only: that is the part
    which this retailer supplies. A point that changed hands inside the month has a row per period.

    :param columns: those that are wanted
    :returns: columns of ``values.CONFIRMED``
    """
    read = [name for name in values.CONFIRMED if name in columns or name in {"supply_point_id", "split_code"}]
    query = f"""
        SELECT {", ".join(_EXPRESSIONS.get(name, name) for name in read)}
          FROM metering_reading
         WHERE kind = %(kind)s AND month = %(month)s AND superseded_by_id IS NULL {{chosen}}
         ORDER BY supply_point_id, period_start
        """
    schema = {name: values.CONFIRMED[name] for name in read}
    params: dict[str, Any] = {"kind": kind.value, "month": month.number}
    if isinstance(supply_point_ids, pl.Series):
        point = "supply_point_id"
        query = query.format(chosen="AND {among}")
        frame = bulk.read_among(query, schema, params, key=point, column=point, ids=supply_point_ids)
    else:
        clauses, chosen = _chosen(spins=spins, supply_point_ids=supply_point_ids)
        frame = bulk.read_frame(query.format(chosen=clauses), schema, {**params, **chosen})
    split = frame.filter(pl.col("split_code") == values.PARTIAL_SPLIT)
    if not split.is_empty():
        shared = pl.col("supply_point_id").is_in(split["supply_point_id"].implode())
        frame = frame.filter((pl.col("split_code") == values.PARTIAL_SPLIT) | ~shared)
    return frame[list(columns)]


def standing_frame(
    *, months: Sequence[Month], supply_point_ids: pl.Series, kind: values.ReadingKind = values.ReadingKind.SUPPLY
) -> pl.DataFrame:
    """
    Which readings of some points in some months stand, as ``confirmed_frame`` has them.

    :returns: ``supply_point_id``, ``reading_id``
    """
    frame = bulk.read_among(
        """
        SELECT month, supply_point_id, id, split_code FROM metering_reading
         WHERE kind = %(kind)s AND month = ANY(%(months)s) AND superseded_by_id IS NULL AND {among}
        """,
        {"month": pl.Int64, "supply_point_id": pl.Int64, "reading_id": pl.Int64, "split_code": pl.String},
        {"kind": kind.value, "months": [month.number for month in months]},
        key="supply_point_id",
        column="supply_point_id",
        ids=supply_point_ids,
    )
    split = pl.col("split_code") == values.PARTIAL_SPLIT
    standing = frame.filter(split | ~split.any().over("month", "supply_point_id"))
    return standing.select("supply_point_id", "reading_id")


def history_frame(
    *,
    last_month: Month,
    months: int = 13,
    supply_point_ids: Sequence[int] | pl.Series | None = None,
    kind: values.ReadingKind = values.ReadingKind.SUPPLY,
) -> pl.DataFrame:
    """
    Quantities of the reading months up to and including ``last_month``, for charts and plausibility checks.

    :returns: columns of ``values.HISTORY``; months without a quantity have no row
    """
    return bulk.read_among(
        """
        SELECT supply_point_id, month, period_start, period_end, energy_dwh, agreed
          FROM metering_reading
         WHERE kind = %(kind)s AND month = ANY(%(months)s) AND superseded_by_id IS NULL AND provided AND {among}
         ORDER BY supply_point_id, period_start
        """,
        values.HISTORY,
        # Each by its name: an index over months and points then yields a range of points from every month.
        {"kind": kind.value, "months": [last_month.plus(-back).number for back in range(months)]},
        key="supply_point_id",
        column="supply_point_id",
        ids=supply_point_ids,
    )


def year_ago_frame(*, month: Month, supply_point_ids: Sequence[int] | pl.Series | None = None) -> pl.DataFrame:
    """
    The quantities of the same reading month a year before.

    :returns: columns of ``values.HISTORY``
    """
    return history_frame(last_month=month.plus(-12), months=1, supply_point_ids=supply_point_ids)


def _chosen(
    *, spins: Sequence[str] | None = None, supply_point_ids: Sequence[int] | None = None
) -> tuple[str, dict[str, list[str] | list[int]]]:
    clauses = ""
    params: dict[str, list[str] | list[int]] = {}
    if spins is not None:
        clauses, params["spins"] = " AND spin = ANY(%(spins)s)", list(spins)
    if supply_point_ids is not None:
        clauses += " AND supply_point_id = ANY(%(points)s)"
        params["points"] = list(supply_point_ids)
    return clauses, params


def half_hour_matrix(
    *,
    readings: pl.DataFrame,
    interval_minutes: int = values.INTERVAL_MINUTES,
    space: Int32Array | None = None,
) -> values.HalfHourMatrix:
    """
    Half-hours of readings as one matrix, row by row in the order of the frame.

    A month of a million points is 6 GB: callers pass as many readings as they want to hold, or take
    ``half_hour_blocks``.

    :param readings: a frame with a column ``reading_id``, each id once; with ``period_start`` and ``period_end`` nothing is
        copied for vectors that turn out longer
    :param interval_minutes: shorter stored intervals are summed to this length
    :param space: one-dimensional, nobody else's any more: the matrix is made in it if it is large enough. New memory of a
        hundred megabytes costs more than what is written to it
    :raises vectors.IntervalsTooLong: if a vector has longer intervals than wanted
    """
    ids = readings["reading_id"].to_numpy().astype(np.int64)
    order = np.argsort(ids)
    assert (np.diff(ids[order]) > 0).all(), "each reading is asked for once"
    shape = (len(ids), _expected_days(readings) * halfhours.slots_per_day(interval_minutes))
    size = shape[0] * shape[1]
    filled = np.empty(shape, np.int32) if space is None or space.size < size else space[:size].reshape(shape)
    first_day = np.full(len(ids), np.datetime64("NaT", "D"))
    days, missing = np.zeros(len(ids), dtype=np.int64), np.zeros(len(ids), dtype=np.int64)
    used = np.zeros(len(ids), dtype=np.int64)
    # Vectors lie in the order of their readings: asked for in another one, the server turns to each page again and again.
    for heads, intervals in vectors.packs_of(_blocks(ids[order])):
        rows = order[np.searchsorted(ids, heads["reading_id"].astype(np.int64), sorter=order)]
        found = vectors.with_interval(
            intervals, interval_minutes=int(heads["interval"][0]), wanted_minutes=interval_minutes
        )
        if found.shape[1] > filled.shape[1]:
            filled = np.pad(filled, ((0, 0), (0, found.shape[1] - filled.shape[1])))
        filled[rows, : found.shape[1]] = found
        first_day[rows], days[rows], used[rows] = vectors.first_days(heads), heads["days"], found.shape[1]
        same = found.shape[1] == intervals.shape[1]
        missing[rows] = heads["missing"] if same else (found == MISSING).sum(axis=1)
    width = int(used.max(initial=0))
    filled = filled[:, :width]
    # Only what no vector covers is written twice: a matrix is mostly full.
    for length in np.unique(used[used < width]).tolist():
        filled[np.flatnonzero(used == length), length:] = MISSING
    return values.HalfHourMatrix(
        reading_ids=ids,
        values_dwh=filled,
        first_day=first_day,
        days=days,
        missing=missing,
        interval_minutes=interval_minutes,
    )


def half_hour_blocks(
    *, readings: pl.DataFrame, rows: int = 20_000, interval_minutes: int = values.INTERVAL_MINUTES
) -> Iterator[values.HalfHourMatrix]:
    """``half_hour_matrix`` of ``rows`` readings at a time: memory does not grow with their number."""
    for part in readings.iter_slices(rows):
        yield half_hour_matrix(readings=part, interval_minutes=interval_minutes)


def half_hour_packs(
    *, readings: pl.DataFrame, interval_minutes: int = values.INTERVAL_MINUTES
) -> Iterator[tuple[Int64Array, vectors.Stored, int]]:
    """
    Half-hours of readings as they come, some at a time, for who looks at each once: nobody holds a matrix of them.

    They are to be taken to the end before the session is asked anything else.

    :param readings: a frame with a column ``reading_id``, each id once
    :returns: ids, the intervals of each from the first of its vector on, (n, slots), and what one step of them stands for
        [0.1 Wh]: 16-bit numbers (``kernel.halfhours.packed``), or 32-bit ones with a step of 1. Readings without half-hours
        do not come
    :raises vectors.IntervalsTooLong: if a vector has longer intervals than wanted
    """
    for heads, numbers in vectors.stored_packs_of(_blocks(np.sort(readings["reading_id"].to_numpy()))):
        step, interval = int(heads["step"][0]), int(heads["interval"][0])
        ids = heads["reading_id"].astype(np.int64)
        if step and interval == interval_minutes:
            yield ids, numbers, step
            continue
        found = vectors.energies(heads, numbers)
        yield ids, vectors.with_interval(found, interval_minutes=interval, wanted_minutes=interval_minutes), 1


def _expected_days(readings: pl.DataFrame) -> int:
    """The longest period of readings, where they come with it: their vectors are as long, and a matrix is made once."""
    if readings.is_empty() or not {"period_start", "period_end"} <= set(readings.columns):
        return 0
    longest = (readings["period_end"] - readings["period_start"]).dt.total_days().max()
    return longest if isinstance(longest, int) else 0


def _blocks(ids: np.ndarray) -> Iterator[bytes | memoryview]:
    asked = vectors.PACKED.format(ids=bulk.id_array(pl.Series(ids)), count=len(ids), together=vectors.TOGETHER)
    with connection.wrap_database_errors, connection.cursor() as cursor:
        yield from bulk.copied_rows(cursor, f"COPY ({asked}) TO STDOUT (FORMAT BINARY)")


def load_curve(*, supply_point_id: int, period: Period) -> values.LoadCurve | None:
    """
    The metered intervals of a point for the days of a period; confirmed vectors before those of daily files.

    :returns: nothing where no day of the period has any; the shortest interval found where they differ is refused
    :raises vectors.IntervalsTooLong: if the intervals of the days cannot be brought to one length
    """
    stored = [*_confirmed_days(supply_point_id, period), *_daily_days(supply_point_id, period)]
    if not stored:
        return None
    wanted = max(interval for _, interval, _ in stored)
    slots = halfhours.slots_per_day(wanted)
    filled = np.full((period.days, slots), MISSING, dtype=np.int32)
    known: set[date] = set()
    for day, interval, row in stored:
        if day in period and day not in known:
            known.add(day)
            filled[(day - period.start).days] = vectors.with_interval(
                row[None, :], interval_minutes=interval, wanted_minutes=wanted
            )[0]
    return values.LoadCurve(first_day=period.start, interval_minutes=wanted, values_dwh=filled)


_DayRow = tuple[date, int, halfhours.Int32Array]


def _confirmed_days(supply_point_id: int, period: Period) -> Iterator[_DayRow]:
    rows = HalfHours.objects.filter(
        reading__supply_point_id=supply_point_id,
        reading__superseded_by=None,
        reading__period_start__lt=period.end,
        reading__period_end__gt=period.start,
    ).order_by("first_day")
    for row in rows:
        by_day = halfhours.unpacked(bytes(row.values_dwh), step_dwh=row.step_dwh).reshape(row.days, -1)
        for index in range(row.days):
            yield row.first_day + timedelta(days=index), row.interval_minutes, by_day[index]


def _daily_days(supply_point_id: int, period: Period) -> Iterator[_DayRow]:
    rows = DayVector.objects.filter(supply_point_id=supply_point_id, day__gte=period.start, day__lt=period.end)
    for row in rows.order_by("day"):
        yield row.day, row.interval_minutes, halfhours.from_bytes(bytes(row.values_dwh))


def to_reading(row: Reading) -> values.Reading:
    return values.Reading(
        id=row.id,
        kind=values.ReadingKind(row.kind),
        supply_point_id=row.supply_point_id,
        spin=row.spin,
        month=row.month,
        split_code=row.split_code,
        period=Period(row.period_start, row.period_end),
        energy_dwh=row.energy_dwh,
        max_demand_milli=row.max_demand_milli,
        provided=row.provided,
        agreed=row.agreed,
        half_hour_sum_dwh=row.half_hour_sum_dwh,
        half_hours_missing=row.half_hours_missing,
        next_reading_on=row.next_reading_on,
        revision=row.revision,
        notes=tuple(row.notes.split()),
        file_id=row.file_id,
        file_name=row.file.name if row.file else "",
        recorded_at=row.recorded_at,
        superseded_by_id=row.superseded_by_id,
        superseded_at=row.superseded_at,
    )


def reading(*, reading_id: int) -> values.Reading | None:
    row = Reading.objects.select_related("file").filter(id=reading_id).first()
    return to_reading(row) if row else None


def readings_of_point(*, supply_point_id: int, limit: int = 60) -> list[values.Reading]:
    """Every version of the point's readings, newest month first, the version that stands before those it replaced."""
    rows = Reading.objects.select_related("file").filter(supply_point_id=supply_point_id)
    return [to_reading(row) for row in rows.order_by("-month", "-period_start", "-id")[:limit]]
