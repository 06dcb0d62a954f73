"""Counting points: steps of a history from memberships, the cap, the balance, a split - arithmetic only."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from tomoshibi.groups import values


def steps(members: pl.DataFrame, *, count_benchmark: bool) -> list[values.Step]:
    """
    The point count of one group as a history.

    :param members: ``role``, ``start``, ``end`` (null: open) of all its memberships, past ones too
    :returns: one step for each day on which a count changed, oldest first; counts hold until the next step
    """
    is_sub = (pl.col("role") == values.Role.SUB.value).cast(pl.Int64)
    counted = pl.lit(1, dtype=pl.Int64) if count_benchmark else is_sub
    arrivals = members.select(day="start", points=counted, subs=is_sub)
    departures = members.filter(pl.col("end").is_not_null()).select(day="end", points=-counted, subs=-is_sub)
    changes = pl.concat([arrivals, departures]).group_by("day").sum().sort("day")
    changes = changes.filter((pl.col("points") != 0) | (pl.col("subs") != 0))
    running = changes.with_columns(pl.col("points").cum_sum(), pl.col("subs").cum_sum())
    return [values.Step(start, points, subs) for start, points, subs in running.iter_rows()]


def count_on(history: Sequence[values.Step], day: date) -> values.Step:
    """The step that holds on a day; nothing before the first."""
    held = [step for step in history if step.start <= day]
    return held[-1] if held else values.Step(day, 0, 0)


def peaks(members: pl.DataFrame) -> pl.DataFrame:
    """
    The most points and sub-accounts that each group has on any day.

    :param members: ``group_id``, ``role``, ``start``, ``end``
    :returns: ``group_id``, ``points``, ``subs``
    """
    is_sub = (pl.col("role") == values.Role.SUB.value).cast(pl.Int64)
    one = pl.lit(1, dtype=pl.Int64)
    arrivals = members.select("group_id", day="start", points=one, subs=is_sub)
    departures = members.filter(pl.col("end").is_not_null()).select("group_id", day="end", points=-one, subs=-is_sub)
    changes = pl.concat([arrivals, departures]).group_by("group_id", "day").sum().sort("group_id", "day")
    running = changes.with_columns(pl.col("points", "subs").cum_sum().over("group_id"))
    return running.group_by("group_id").agg(pl.col("points", "subs").max())


def balance(sizes: Sequence[tuple[str, int]], *, warn_above_percent: int) -> values.Balance:
    """
    How evenly points are spread over a customer's groups of one type.

    :param sizes: number and points of each group
    """
    total = sum(points for _number, points in sizes)
    ratio_milli = max((points for _n, points in sizes), default=0) * len(sizes) * 1_000 // total if total else 1_000
    return values.Balance(tuple(sizes), ratio_milli, warns=ratio_milli > warn_above_percent * 10)


def split(
    points: Sequence[tuple[str, str]], *, benchmark: str, limit: int, counts_points: bool
) -> tuple[values.Part, ...]:
    """
    Cut a group into parts that fit under the cap and differ by one point at most, neighbours together.

    :param points: account number and district number of each point, the benchmark among them
    :param limit: the cap; without ``counts_points`` it does not count each part's benchmark
    :returns: the first part holds the present benchmark; of every other the first point is proposed
    """
    most = limit if counts_points else limit + 1
    ordered = sorted(points, key=lambda point: (point[1], point[0]))
    count = -(-len(ordered) // most)
    if not counts_points and len(ordered) > most:
        # The cap is on sub-accounts, but parts are made to fit it as points too: room for growth stays.
        count = max(count, -(-len(ordered) // limit))
    size, larger = divmod(len(ordered), count) if count else (0, 0)
    parts, at = [], 0
    for number in range(count):
        end = at + size + (1 if number < larger else 0)
        parts.append(ordered[at:end])
        at = end
    parts.sort(key=lambda part: benchmark not in {number for number, _district in part})
    return tuple(_part(part, benchmark) for part in parts)


def _part(points: Sequence[tuple[str, str]], benchmark: str) -> values.Part:
    numbers = tuple(number for number, _district in points)
    chosen = benchmark if benchmark in numbers else numbers[0]
    return values.Part(chosen, numbers, tuple(sorted({district for _number, district in points})))
