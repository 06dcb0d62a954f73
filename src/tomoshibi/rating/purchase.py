"""Purchase prices (FIT): by when a plant was certified, and by the year since it began to deliver."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.sheet import Group, Sheet, Slot, Unit

CERTIFIED, DELIVERING = "certified_day", "delivering_since_day"
"""Inputs: the day of certification, and that of first delivery (days since 1970-01-01)."""
NO_END = 10_000


@dataclass(frozen=True)
class YearStep:
    """A price until, and with, a year since first delivery; the first year is 1."""

    until_year: int
    price_micro: int


@dataclass(frozen=True)
class Cohort:
    """Plants certified from a day on, until the next cohort begins."""

    certified_from_day: int
    steps: tuple[YearStep, ...]


@dataclass(frozen=True)
class Purchase:
    """
    Delivered energy at the price of the plant's cohort and year.

    A period belongs to the year of its first day: terms end on reading days.

    :param cohorts: ascending
    """

    code: str
    cohorts: tuple[Cohort, ...]

    def slots(self) -> tuple[Slot, ...]:
        return (Slot(self.code, self.code, Unit.KWH, Group.ENERGY),)

    def values(self) -> tuple[str, ...]:
        return ()

    def inputs(self) -> tuple[str, ...]:
        return (CERTIFIED, DELIVERING)

    def charge(self, sheet: Sheet) -> None:
        certified, since = sheet.input(CERTIFIED), sheet.input(DELIVERING)
        start = sheet.usage.start
        assert start is not None, "purchase prices look at days"
        year = _year(since, start.astype("datetime64[D]"))
        edges = np.array([cohort.certified_from_day for cohort in self.cohorts], dtype=np.int64)
        place = np.searchsorted(edges, certified, side="right") - 1
        price = np.zeros(sheet.usage.rows, dtype=np.int64)
        found = np.zeros(sheet.usage.rows, dtype=np.bool_)
        for number, cohort in enumerate(self.cohorts):
            lower = 0
            for step in cohort.steps:
                rows = (place == number) & (year > lower) & (year <= step.until_year)
                price[rows], found[rows], lower = step.price_micro, True, step.until_year
        for number in np.unique(year[~found]):
            sheet.refuse(~found & (year == number), Refusal.NO_PURCHASE_PRICE, f"{self.code} {number}")
        sheet.charge(self.code, quantity=sheet.usage.energy_dwh, price_micro=price)


def _year(since_day: Int64Array, start: np.ndarray) -> Int64Array:
    """The year since first delivery that a day lies in, counted from 1 by anniversaries (29 February: 1 March)."""
    since = since_day.astype("datetime64[D]")
    months = start.astype("datetime64[M]").astype(np.int64) - since.astype("datetime64[M]").astype(np.int64)
    day_of = (start - start.astype("datetime64[M]")).astype(np.int64)
    since_of = (since - since.astype("datetime64[M]")).astype(np.int64)
    full = np.floor_divide(months - (day_of < since_of), 12)
    return np.where(start < since, np.int64(0), full + 1)
