"""
The energy of groups of points: what a meter measured each day, times the points of that day. Whole columns, whole numbers.

A meter's energy between two readings is the difference of its registers (past a roll-over) times the ratio of its
transformers, spread evenly over the days between where there are several: the days add up exactly to it, none differs by
more than one unit from another. A point's share is the meter's energy of the days on which it was active, so that shares
add up to the energy of the group to the last digit, with nothing left to round.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from tomoshibi.billing.values import GroupProblem
from tomoshibi.kernel.frames import Schema
from tomoshibi.kernel.units import DWH_PER_KWH

Int64Array = npt.NDArray[np.int64]
BANDS = ("peak_dwh", "flat_dwh", "valley_dwh")
ROLLED_AT_MOST = 10
"""A register that shows less than before has rolled over if it moved at most a tenth of its range; else it fell."""
INTERVALS: Schema = {
    "place": pl.Int64, "from_day": pl.Date, "days": pl.Int64, "fell": pl.Boolean, "energy_dwh": pl.Int64,
    **dict.fromkeys(BANDS, pl.Int64),
}  # fmt: skip


@dataclass(frozen=True)
class Days:
    """
    The days of all groups, one row per group, as many columns as the longest period has days.

    :ivar meter_dwh: (n, d) what one meter measured [0.1 Wh]; the mean where a group has several
    :ivar bands_dwh: the same per rate register
    :ivar has_bands: (n,) whether every reading of the group has rate registers
    :ivar spread: (n, d) whether the day's energy was spread from a longer interval
    :ivar missing: (n,) the first day without energy, or -1
    :ivar fell: (n,) the first day of an interval whose register fell, or -1
    """

    meter_dwh: Int64Array
    bands_dwh: dict[str, Int64Array]
    has_bands: npt.NDArray[np.bool_]
    spread: npt.NDArray[np.bool_]
    missing: Int64Array
    fell: Int64Array


def intervals(registers: pl.DataFrame, meters: pl.DataFrame) -> pl.DataFrame:
    """
    What meters measured between two readings that follow each other.

    :param registers: columns of ``metering.queries.REGISTERS``: what they showed at the end of days
    :param meters: ``place`` (row of the group), ``number``, ``physical_ratio``, ``register_digits``, ``start``, ``end``
    :returns: columns of ``INTERVALS``: ``days`` days from ``from_day``; bands are null where the meter has none
    """
    names = ["forward_dwh", *BANDS]
    shown = registers.join(meters, left_on="meter_number", right_on="number", how="inner").with_columns(
        at=pl.col("day").dt.offset_by("1d")
    )
    # A register of the eve of a day is what the meter showed when the day began: the first one of a new meter, too.
    shown = shown.filter(
        (pl.col("at") >= pl.col("start")) & (pl.col("end").is_null() | (pl.col("at") <= pl.col("end")))
    )
    shown = shown.sort("place", "meter_number", "at")
    key = ["place", "meter_number"]
    same = pl.all_horizontal(*(pl.col(name) == pl.col(name).shift(1) for name in key))
    range_ = pl.lit(10, dtype=pl.Int64).pow(pl.col("register_digits")) * DWH_PER_KWH
    moved = {name: pl.col(name) - pl.col(name).shift(1) for name in names}
    rolled = {name: pl.when(change < 0).then(change + range_).otherwise(change) for name, change in moved.items()}
    found = shown.select(
        "place",
        from_day=pl.col("at").shift(1),
        days=(pl.col("at") - pl.col("at").shift(1)).dt.total_days(),
        fell=(moved["forward_dwh"] < 0) & (rolled["forward_dwh"] * ROLLED_AT_MOST > range_),
        same=same,
        energy_dwh=rolled["forward_dwh"] * pl.col("physical_ratio"),
        **{name: rolled[name] * pl.col("physical_ratio") for name in BANDS},
    )
    return found.filter(pl.col("same").fill_null(value=False)).drop("same").cast(dict(INTERVALS))  # type: ignore[arg-type]


def by_day(found: pl.DataFrame, *, starts: pl.Series, ends: pl.Series) -> Days:
    """
    Energy per group and day of its period.

    :param found: columns of ``INTERVALS``
    :param starts: first day of each group's period, by ``place``; ``ends``: the day after its last
    """
    lengths = (ends - starts).dt.total_days().to_numpy().astype(np.int64)
    height, width = len(starts), int(lengths.max()) if len(starts) else 0
    placed = found.join(
        pl.DataFrame({"place": pl.int_range(len(starts), eager=True), "first": starts}), on="place", how="inner"
    ).with_columns(offset=(pl.col("from_day") - pl.col("first")).dt.total_days())
    placed = placed.filter((pl.col("offset") < width) & (pl.col("offset") + pl.col("days") > 0))
    place, offset, days = (placed[name].to_numpy().astype(np.int64) for name in ("place", "offset", "days"))
    # One entry per interval and day: most intervals are a day already.
    row = np.repeat(np.arange(len(place)), days)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(days) - days, days)
    column = offset[row] + nth
    inside = (column >= 0) & (column < lengths[place[row]])
    row, nth, column = row[inside], nth[inside], column[inside]
    cell, size = place[row] * width + column, height * width

    def sums(name: str) -> Int64Array:
        whole = placed[name].fill_null(0).to_numpy().astype(np.int64)
        share = whole[row] * (nth + 1) // days[row] - whole[row] * nth // days[row]
        # Whole numbers below 2^53 pass through floats unharmed.
        return np.bincount(cell, weights=share, minlength=size).astype(np.int64).reshape(height, width)

    count = np.bincount(cell, minlength=size).reshape(height, width).astype(np.int64)
    over = np.maximum(count, 1)
    without = np.zeros(height, dtype=np.bool_)
    if placed.height:
        unrated = placed.select(pl.any_horizontal(pl.col(list(BANDS)).is_null())).to_series().to_numpy()
        without[place[unrated]] = True
    else:
        without[:] = True
    spread = np.zeros(size, dtype=np.bool_)
    spread[cell[days[row] > 1]] = True
    expected = np.arange(width)[None, :] < lengths[:, None]
    fell = np.full(height, -1, dtype=np.int64)
    broken = placed.filter("fell").sort("offset", descending=True)
    fell[broken["place"].to_numpy()] = np.maximum(broken["offset"].to_numpy(), 0)
    return Days(
        meter_dwh=_mean(sums("energy_dwh"), over),
        bands_dwh={name: _mean(sums(name), over) for name in BANDS},
        has_bands=~without,
        spread=spread.reshape(height, width),
        missing=_first(expected & (count == 0)),
        fell=fell,
    )


def _mean(total: Int64Array, count: Int64Array) -> Int64Array:
    """The mean of several meters, half a unit upwards; of one meter exactly what it measured."""
    return total if int(count.max(initial=1)) == 1 else (2 * total + count) // (2 * count)


def _first(where: npt.NDArray[np.bool_]) -> Int64Array:
    """(n,) the first column that is true, or -1."""
    if where.shape[1] == 0:
        return np.full(where.shape[0], -1, dtype=np.int64)
    return np.where(where.any(axis=1), where.argmax(axis=1), -1).astype(np.int64)


@dataclass(frozen=True)
class Shares:
    """
    What every membership of a group has of its energy.

    :ivar members: ``place``, ``point_id``, ``from_nth`` (day of the period), ``days``, ``energy_dwh``, by place and point
    :ivar points: (n, d) points that count on each day
    """

    members: pl.DataFrame
    points: Int64Array


def shares(
    members: pl.DataFrame, *, days: Days, starts: pl.Series, ends: pl.Series, counts_benchmark: pl.Series
) -> Shares:
    """
    Points per day, and each point's part of the energy.

    :param members: ``place``, ``point_id``, ``is_benchmark``, ``start``, ``end``
    :param counts_benchmark: per group, whether its benchmark is one of the points that the energy is multiplied by
    """
    height, width = days.meter_dwh.shape
    periods = pl.DataFrame(
        {"place": pl.int_range(height, eager=True), "first": starts, "after": ends, "counts": counts_benchmark}
    )
    rows = members.join(periods, on="place", how="inner").with_columns(
        begins=pl.max_horizontal("start", "first"), stops=pl.min_horizontal(pl.col("end").fill_null(date.max), "after")
    )
    rows = rows.filter((pl.col("begins") < pl.col("stops")) & (~pl.col("is_benchmark") | pl.col("counts"))).select(
        "place",
        "point_id",
        from_nth=(pl.col("begins") - pl.col("first")).dt.total_days(),
        to_nth=(pl.col("stops") - pl.col("first")).dt.total_days(),
    ).sort("place", "point_id", "from_nth")  # fmt: skip
    place, begins, stops = (rows[name].to_numpy().astype(np.int64) for name in ("place", "from_nth", "to_nth"))
    size = height * (width + 1)
    steps = np.bincount(place * (width + 1) + begins, minlength=size).astype(np.int64)
    steps -= np.bincount(place * (width + 1) + stops, minlength=size).astype(np.int64)
    points = np.cumsum(steps.reshape(height, width + 1), axis=1)[:, :width]
    until = np.zeros((height, width + 1), dtype=np.int64)
    np.cumsum(days.meter_dwh, axis=1, out=until[:, 1:])
    energy = until[place, stops] - until[place, begins]
    found = rows.select("place", "point_id", "from_nth", days=pl.col("to_nth") - pl.col("from_nth")).with_columns(
        energy_dwh=pl.Series(energy)
    )
    assert int(energy.sum()) == int((days.meter_dwh * points).sum()), "no energy is lost or shared twice"
    return Shares(members=found, points=points)


def problems(days: Days, points: Int64Array, *, has_meter: npt.NDArray[np.bool_]) -> tuple[list[str], Int64Array]:
    """
    Why groups cannot be billed, and on which day of the period; empty and -1 for those that can.
    """
    found = np.full(len(has_meter), "", dtype=object)
    nth = np.full(len(has_meter), -1, dtype=np.int64)
    empty = points.sum(axis=1) == 0
    for code, where, day in (
        (GroupProblem.NO_POINTS, empty, np.zeros_like(nth)),
        (GroupProblem.READ_MISSING, days.missing >= 0, days.missing),
        (GroupProblem.REGISTER_FELL, days.fell >= 0, days.fell),
        (GroupProblem.NO_METER, ~has_meter, np.zeros_like(nth)),
    ):
        found[where], nth[where] = code.value, day[where]
    return list(found), nth


def divided(total: int, weights: npt.NDArray[np.int64]) -> Int64Array:
    """
    A whole amount divided in proportion, by the largest remainders: the parts add up, none is a unit from its exact part.

    Equal remainders go in the order given. Without any weight all parts weigh the same.
    """
    if not len(weights):
        assert total == 0, "an amount needs somebody to bear it"
        return np.zeros(0, dtype=np.int64)
    heavy = [int(weight) for weight in weights] if int(weights.sum()) else [1] * len(weights)
    whole = sum(heavy)
    sign, amount = (-1, -total) if total < 0 else (1, total)
    parts = [amount * weight // whole for weight in heavy]
    rest = amount - sum(parts)
    by_remainder = sorted(range(len(heavy)), key=lambda n: (-(amount * heavy[n] % whole), n))
    for n in by_remainder[:rest]:
        parts[n] += 1
    return np.array([sign * part for part in parts], dtype=np.int64)
