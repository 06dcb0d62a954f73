"""Discounts and surcharges: fixed, per kWh, or a share of other components; for all, or for rows with a code."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.conditions import Condition
from tomoshibi.rating.proration import Scope
from tomoshibi.rating.sheet import Group, Sheet, Slot, Unit

ALWAYS = Condition()

MOST_TIMES = 366
"""Days of outage and the like: a bill has at most a year of them."""


@dataclass(frozen=True)
class FixedAmount:
    """
    An amount per month (口座振替割引, paper fee); negative for a discount.

    A bill of several parts owes it once, under the terms of its last part, unless it follows the days.

    :param when: rows it is for
    :param times: name of an input that says how often in the bill (days of outage); empty: once
    :param most_times: it counts no more of them than this; 0: any number
    :param prorated: whether it follows the share of the month
    """

    code: str
    price_micro: int
    when: Condition = ALWAYS
    times: str = ""
    prorated: bool = False
    most_times: int = 0

    def slots(self) -> tuple[Slot, ...]:
        return (Slot(self.code, self.code, Unit.PIECE, Group.DISCOUNT),)

    def values(self) -> tuple[str, ...]:
        return ()

    def inputs(self) -> tuple[str, ...]:
        return self.when.inputs() + ((self.times,) if self.times else ())

    def codes(self) -> tuple[str, ...]:
        return self.when.codes()

    def charge(self, sheet: Sheet) -> None:
        quantity = _counted(sheet, self.times, self.most_times) if self.times else sheet.full(1)
        quantity = np.where(self.when.holds(sheet), quantity, np.int64(0))
        divided = sheet.usage.divided
        if divided is not None and not self.prorated:
            quantity = np.where(divided.last, quantity, np.int64(0))
        scope = Scope.FIXED if self.prorated else None
        sheet.charge(self.code, quantity=quantity, price_micro=self.price_micro, scope=scope)


@dataclass(frozen=True)
class PerKwhAmount:
    """
    A price per kWh, on all energy or on its first part; negative for a discount.

    :param up_to_dwh: energy of the bill that it is limited to [0.1 Wh]; ``None``: all
    """

    code: str
    price_micro: int
    when: Condition = ALWAYS
    up_to_dwh: int | None = None

    def slots(self) -> tuple[Slot, ...]:
        return (Slot(self.code, self.code, Unit.KWH, Group.DISCOUNT),)

    def values(self) -> tuple[str, ...]:
        return ()

    def inputs(self) -> tuple[str, ...]:
        return self.when.inputs()

    def codes(self) -> tuple[str, ...]:
        return self.when.codes()

    def charge(self, sheet: Sheet) -> None:
        energy = sheet.usage.energy_dwh
        if self.up_to_dwh is not None:
            divided = sheet.usage.divided
            left = np.int64(self.up_to_dwh) if divided is None else np.maximum(self.up_to_dwh - divided.before_dwh, 0)
            energy = np.minimum(energy, left)
        quantity = np.where(self.when.holds(sheet), energy, np.int64(0))
        sheet.charge(self.code, quantity=quantity, price_micro=self.price_micro)


@dataclass(frozen=True)
class Percentage:
    """
    A share of what other components come to; negative for a discount.

    :param ppm: the share [1e-6]: 4 % is 40,000
    :param of: codes of components that stand before it in the plan
    :param times: name of an input that says how often in the bill (days of outage); empty: once
    :param most_times: it counts no more of them than this; 0: any number
    """

    code: str
    ppm: int
    of: tuple[str, ...]
    when: Condition = ALWAYS
    times: str = ""
    most_times: int = 0

    def slots(self) -> tuple[Slot, ...]:
        return (Slot(self.code, self.code, Unit.SHARE, Group.DISCOUNT),)

    def values(self) -> tuple[str, ...]:
        return ()

    def inputs(self) -> tuple[str, ...]:
        return self.when.inputs() + ((self.times,) if self.times else ())

    def codes(self) -> tuple[str, ...]:
        return self.when.codes()

    def charge(self, sheet: Sheet) -> None:
        base = np.where(self.when.holds(sheet), sheet.sum_of(self.of), np.int64(0))
        times = _counted(sheet, self.times, self.most_times) if self.times else np.int64(1)
        ratio = np.asarray(times * np.int64(self.ppm), dtype=np.int64)
        sheet.charge(self.code, quantity=base, price_micro=ratio, present=(base != 0) & (ratio != 0))


def _counted(sheet: Sheet, times: str, most: int) -> Int64Array:
    """How often something counts in the bill of each row."""
    found = sheet.counted(times, at_most=MOST_TIMES)
    return np.minimum(found, most) if most else found
