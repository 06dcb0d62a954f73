"""Amounts per month: fixed in the plan, or published month by month (容量拠出金反映額)."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.proration import Scope
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.sheet import MISSING, Group, Sheet, Slot, Unit


@dataclass(frozen=True)
class Monthly:
    """
    A published amount per contract, or per unit of its size.

    :param value: name of the published value [1e-6 currency]; zero is a value, missing is a refusal
    :param unit: contract, or the unit of the size it is multiplied with
    :param milli_per_unit: size that counts as one unit (10 A = 1 kW: 10,000 milli-ampere)
    :param size: input that holds the size (``demand_milli``); empty: the size of the contract
    """

    code: str
    value: str
    unit: Unit = Unit.CONTRACT
    milli_per_unit: int = 1_000
    sign: int = 1
    size: str = ""

    def slots(self) -> tuple[Slot, ...]:
        return (Slot(self.code, self.code, self.unit, Group.MONTHLY),)

    def values(self) -> tuple[str, ...]:
        return (self.value,)

    def inputs(self) -> tuple[str, ...]:
        return (self.size,) if self.size else ()

    def charge(self, sheet: Sheet) -> None:
        price = sheet.value(self.value) * np.int64(self.sign)
        if self.unit is Unit.CONTRACT:
            sheet.charge(self.code, quantity=sheet.full(1), price_micro=price, scope=Scope.MONTHLY)
            return
        sheet.charge(
            self.code,
            quantity=self._size(sheet),
            price_micro=price,
            per=self.milli_per_unit // 1_000,
            scope=Scope.MONTHLY,
        )

    def _size(self, sheet: Sheet) -> Int64Array:
        """The size that is charged; 0 where there is none."""
        if self.size:
            size = sheet.input(self.size)
            sheet.refuse(size < 0, Refusal.INPUT_MISSING, self.size)
            return np.maximum(size, 0)
        size = sheet.usage.capacity_milli
        missing = size == MISSING
        sheet.refuse(missing, Refusal.NO_CAPACITY)
        return np.where(missing, np.int64(0), size)
