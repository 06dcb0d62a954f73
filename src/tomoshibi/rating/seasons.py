"""Energy at one price per season, a period's energy split by days (夏季・その他季, 日数按分)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tomoshibi.kernel.exact import BoolArray, share
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.proration import DayArray
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.rounding_policy import Step
from tomoshibi.rating.sheet import Group, Sheet, Slot, Unit

LONGEST_DAYS = 10_000


@dataclass(frozen=True)
class Season:
    """
    :param months: calendar months 1..12
    """

    name: str
    months: frozenset[int]
    price_micro: int


@dataclass(frozen=True)
class Seasons:
    """
    Each season prices its days' share of the energy.

    The running share is rounded, and each season takes the difference: the seasons add up to the energy.

    :param seasons: they cover every month once
    :param rounding: of the running share [0.1 Wh]
    """

    code: str
    seasons: tuple[Season, ...]
    rounding: Step

    def slots(self) -> tuple[Slot, ...]:
        return tuple(Slot(f"{self.code}_{season.name}", self.code, Unit.KWH, Group.ENERGY) for season in self.seasons)

    def values(self) -> tuple[str, ...]:
        return ()

    def charge(self, sheet: Sheet) -> None:
        usage = sheet.usage
        start, end = sound_days(sheet)
        days = (end - start).astype(np.int64)
        until, given = np.zeros_like(days), np.zeros_like(usage.energy_dwh)
        for season in self.seasons:
            until = until + days_in_months(start, end, months=season.months)
            running = share(usage.energy_dwh, until, days, unit=self.rounding.unit, rounding=self.rounding.rounding)
            running = np.where(until == days, usage.energy_dwh, np.minimum(running, usage.energy_dwh))
            sheet.charge(f"{self.code}_{season.name}", quantity=running - given, price_micro=season.price_micro)
            given = running
        assert bool((given == usage.energy_dwh).all()), "no watt-hour is lost or priced twice"


def sound_days(sheet: Sheet) -> tuple[DayArray, DayArray]:
    """First day of each row and the day after its last; rows whose days make no sense are refused and hold one day."""
    usage = sheet.usage
    assert usage.start is not None, "seasons look at days"
    assert usage.end is not None, "seasons look at days"
    bad: BoolArray = np.isnat(usage.start) | np.isnat(usage.end) | ~(usage.start < usage.end)
    bad |= (usage.end - usage.start).astype(np.int64) > LONGEST_DAYS
    sheet.refuse(bad, Refusal.BAD_PERIOD)
    start = np.where(bad, np.datetime64("2000-01-01", "D"), usage.start)
    return start, np.where(bad, np.datetime64("2000-01-02", "D"), usage.end)


def spells(
    start: DayArray, end: DayArray, *, seasons: Sequence[frozenset[int]]
) -> Iterator[tuple[int, DayArray, DayArray]]:
    """
    The days of each period that lie in one season without a break, in the order of time.

    :param seasons: months of each; they cover the year once
    :returns: number of the season, first day and day after the last, (n,) each; equal where a period has no day of it
    """
    if not start.size:
        return
    first, last = start.min(), end.max()
    months = np.arange(first, last).astype("datetime64[M]").astype(np.int64) % 12
    of_month = np.array([next(n for n, own in enumerate(seasons) if month in own) for month in range(1, 13)])
    number = of_month[months]
    edges = [0, *(np.flatnonzero(np.diff(number)) + 1), number.size]
    for begin, until in pairwise(edges):
        yield int(number[begin]), np.clip(first + begin, start, end), np.clip(first + until, start, end)


def days_in_months(start: DayArray, end: DayArray, *, months: frozenset[int]) -> Int64Array:
    """Days of each period that lie in some calendar months."""
    if not start.size:
        return np.zeros(0, dtype=np.int64)
    first, last = start.min(), end.max()
    calendar = np.arange(first, last)
    inside = np.isin(calendar.astype("datetime64[M]").astype(np.int64) % 12 + 1, sorted(months))
    before = np.concatenate([[0], np.cumsum(inside, dtype=np.int64)])
    found: Int64Array = before[(end - first).astype(np.int64)] - before[(start - first).astype(np.int64)]
    return found
