"""Basic charge (基本料金): per ampere, kVA, kW or contract, by contract size or by demand, with the power factor."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.exact import BoolArray
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.kernel.units import MILLI, plain
from tomoshibi.rating.power_factor import HUNDRED, PowerFactor
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
    :param size: input that holds the size (``demand_milli``, ``reserve_milli``); empty: the size of the contract
    :param optional: a row without the size has no line (reserve power) instead of being refused
    :param power_factor: what multiplies the charge; its value stands on a line of its own without an amount
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
    size: str = ""
    optional: bool = False
    power_factor: PowerFactor | None = None

    def slots(self) -> tuple[Slot, ...]:
        found = [Slot(self.code, self.code, self.unit, Group.BASIC)]
        if self.first_milli:
            found.insert(0, Slot(f"{self.code}_first", self.code, Unit.CONTRACT, Group.BASIC))
        if self.power_factor is not None:
            found.append(Slot(f"{self.code}_power_factor", self.code, Unit.PERCENT, Group.BASIC))
        return tuple(found)

    def values(self) -> tuple[str, ...]:
        return ()

    def inputs(self) -> tuple[str, ...]:
        own = (self.size,) if self.size else ()
        return own + (self.power_factor.inputs() if self.power_factor else ())

    def codes(self) -> tuple[str, ...]:
        return self.power_factor.codes() if self.power_factor else ()

    def charge(self, sheet: Sheet) -> None:
        halve = sheet.usage.bill_energy_dwh == 0 if self.half_at_zero_use else None
        if self.unit is Unit.CONTRACT:
            one = sheet.full(1)
            sheet.charge(self.code, quantity=one, price_micro=self.price_micro, scope=Scope.BASIC, halve=halve)
            return
        size = self._size(sheet)
        factor = self._factor(sheet, there=size > 0)
        if self.first_milli:
            price = self.first_price_micro
            once = (size > 0).astype(np.int64) if self.optional else sheet.full(1)
            sheet.charge(
                f"{self.code}_first", quantity=once, price_micro=price, scope=Scope.BASIC, halve=halve, factor=factor
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
            factor=factor,
        )

    def _size(self, sheet: Sheet) -> Int64Array:
        """The size that is charged; 0 where there is none."""
        if self.size:
            size = sheet.optional_input(self.size)[0] if self.optional else sheet.input(self.size)
            sheet.refuse(size < 0, Refusal.INPUT_MISSING, self.size)
            return np.maximum(size, 0)
        size = sheet.usage.capacity_milli
        missing: BoolArray = (size == MISSING) | (size <= 0)
        sheet.refuse(missing, Refusal.NO_CAPACITY)
        if self.allowed_milli:
            offered = np.isin(size, np.array(self.allowed_milli, dtype=np.int64))
            sizes = ", ".join(plain(size, scale=MILLI) for size in self.allowed_milli)
            sheet.refuse(~offered & ~missing, Refusal.CAPACITY_NOT_OFFERED, f"{sizes} {self.unit}")
        return np.where(missing, np.int64(0), size)

    def _factor(self, sheet: Sheet, *, there: BoolArray) -> tuple[Int64Array, int] | None:
        if self.power_factor is None:
            return None
        percent, hundredths = self.power_factor.of(sheet)
        sheet.charge(f"{self.code}_power_factor", quantity=percent, price_micro=0, present=there)
        return hundredths, HUNDRED
