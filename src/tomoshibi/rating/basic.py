"""Basic charge (基本料金): per ampere, kVA, kW or contract, half at zero use where the plan says so."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.rating.proration import Scope
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.rounding_policy import Step
from tomoshibi.rating.sheet import MISSING, Group, Sheet, Slot, Unit


@dataclass(frozen=True)
class Basic:
    """
    ``price x size / per``, with an optional first part that costs one amount.

    :param unit: ampere, kVA, kW or contract (then the size is one)
    :param per: the price is for so many units (Japanese tables print 10 A)
    :param first_milli: size covered by ``first_price_micro`` (スマートライフ: up to 10 kVA); 0 for none
    :param allowed_milli: sizes the plan offers; empty for any
    :param own: the published price per size is itself rounded (15 A: 467.625 becomes 467.63)
    :param half_at_zero_use: a month without energy pays one half
    """

    code: str
    unit: Unit
    price_micro: int
    per: int = 1
    first_milli: int = 0
    first_price_micro: int = 0
    allowed_milli: tuple[int, ...] = ()
    own: Step | None = None
    half_at_zero_use: bool = False

    def slots(self) -> tuple[Slot, ...]:
        own = Slot(self.code, self.code, self.unit, Group.BASIC)
        if not self.first_milli:
            return (own,)
        return (Slot(f"{self.code}_first", self.code, Unit.CONTRACT, Group.BASIC), own)

    def values(self) -> tuple[str, ...]:
        return ()

    def charge(self, sheet: Sheet) -> None:
        halve = sheet.usage.bill_energy_dwh == 0 if self.half_at_zero_use else None
        if self.unit is Unit.CONTRACT:
            one = sheet.full(1)
            sheet.charge(self.code, quantity=one, price_micro=self.price_micro, scope=Scope.BASIC, halve=halve)
            return
        size = sheet.usage.capacity_milli
        missing = (size == MISSING) | (size <= 0)
        sheet.refuse(missing, Refusal.NO_CAPACITY)
        if self.allowed_milli:
            offered = np.isin(size, np.array(self.allowed_milli, dtype=np.int64))
            sheet.refuse(~offered & ~missing, Refusal.CAPACITY_NOT_OFFERED)
        size = np.where(missing, np.int64(0), size)
        if self.first_milli:
            price = self.first_price_micro
            sheet.charge(
                f"{self.code}_first", quantity=sheet.full(1), price_micro=price, scope=Scope.BASIC, halve=halve
            )
            size = np.maximum(size - self.first_milli, 0)
        sheet.charge(
            self.code,
            quantity=size,
            price_micro=self.price_micro,
            per=self.per,
            own=self.own,
            scope=Scope.BASIC,
            halve=halve,
        )
