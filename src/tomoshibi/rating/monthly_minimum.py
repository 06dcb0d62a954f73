"""Minimum monthly amount (最低月額料金): what is missing to it is charged as a line of its own."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.units import E10_PER_MICRO
from tomoshibi.rating.proration import Scope
from tomoshibi.rating.sheet import Group, Sheet, Slot, Unit


@dataclass(frozen=True)
class MonthlyMinimum:
    """
    Tops up the sum of some components to an amount.

    :param price_micro: the amount per month [1e-6 currency]
    :param of: codes of the components that count (basic, energy, fuel); the levy never does
    """

    code: str
    price_micro: int
    of: tuple[str, ...]

    def slots(self) -> tuple[Slot, ...]:
        return (Slot(self.code, self.code, Unit.CONTRACT, Group.BASIC),)

    def values(self) -> tuple[str, ...]:
        return ()

    def charge(self, sheet: Sheet) -> None:
        floor = sheet.prorated(sheet.full(self.price_micro * E10_PER_MICRO), Scope.MONTHLY_MINIMUM)
        missing = np.maximum(floor - sheet.sum_of(self.of), 0)
        sheet.top_up(self.code, missing)
