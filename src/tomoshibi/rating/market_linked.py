"""Market-linked energy (市場連動): each half-hour at the market's price of its slot, with loss, tax, margin and bounds."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from tomoshibi.kernel.exact import BoolArray, product
from tomoshibi.kernel.rounding import Int64Array, Rounding, divide_columns
from tomoshibi.kernel.units import MICRO
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.rounding_policy import Step
from tomoshibi.rating.sheet import Group, Sheet, Slot, Unit

PRICE_LIMIT_MICRO = 10_000 * MICRO
"""No half-hour's market price may be larger (10,000 a kWh): products below stay far from what an integer holds."""
INCOMPLETE, NO_LOSS, TOO_LARGE = -1, -2, -3
"""Stand in the energy of a row that cannot be priced: half-hours missing, no loss rate, an amount too large."""
AMOUNT, ENERGY, COUNT = "_slots_e10", "_slots_dwh", "_slots_count"
"""Ends of the names of a component's inputs: ``energy_slots_e10`` ..."""
_UNPRICED = -(10**6)
_SLOTS_A_DAY = 48


def unpriced(day: np.datetime64, slot: int) -> int:
    """What stands in the energy of a row whose first half-hour without a market price is a slot of a day."""
    return _UNPRICED - (int(day.astype("datetime64[D]").astype(np.int64)) * _SLOTS_A_DAY + slot)


def _half_hour(mark: int) -> str:
    """``2026-10-03 08:30`` of what ``unpriced`` made."""
    day, slot = divmod(_UNPRICED - mark, _SLOTS_A_DAY)
    return f"{np.datetime64(day, 'D')} {slot // 2:02d}:{slot % 2 * 30:02d}"


class Market(StrEnum):
    """Whose price: that of the point's area, or the one of the whole system."""

    AREA = "area"
    SYSTEM = "system"


class Per(StrEnum):
    """What a floor and a cap bound."""

    SLOT = "slot"
    """The market's price of each half-hour, before loss, fee, tax and margin."""
    AVERAGE = "average"
    """What a kWh of the bill comes to on average, everything included."""


@dataclass(frozen=True)
class MarketLinked:
    """
    ``round((bounded market price + fee) x (1 + tax) / (1 - loss)) + margin``, each half-hour.

    :param loss_ppm: loss rate per area [1e-6]
    :param fee_micro: added to the market's price before loss and tax [1e-6 currency/kWh]
    :param margin_micro: added to the rounded price [1e-6 currency/kWh]
    :param step: rounding of each half-hour's price, before the margin [1e-6 currency/kWh]
    :param within_dwh: how far the bill's energy may lie from that of its half-hours; the difference is charged at the
        average price. ``None``: they must agree exactly
    """

    code: str
    market: Market
    loss_ppm: tuple[tuple[str, int], ...]
    step: Step
    fee_micro: int = 0
    tax_ppm: int = 0
    margin_micro: int = 0
    floor_micro: int | None = None
    cap_micro: int | None = None
    bounds: Per = Per.SLOT
    within_dwh: int | None = None

    def slots(self) -> tuple[Slot, ...]:
        own = Slot(self.code, self.code, Unit.KWH, Group.ENERGY)
        if self.within_dwh is None:
            return (own,)
        return (own, Slot(f"{self.code}_difference", self.code, Unit.KWH, Group.ENERGY, signed=True))

    def values(self) -> tuple[str, ...]:
        return ()

    def inputs(self) -> tuple[str, ...]:
        """What the half-hours of a bill come to: amount, energy (or why there is none), number of half-hours."""
        return (self.code + AMOUNT, self.code + ENERGY, self.code + COUNT)

    def loss_of(self, area: str) -> int | None:
        return dict(self.loss_ppm).get(area, dict(self.loss_ppm).get("*"))

    def units(self, market_micro: Int64Array, *, loss_ppm: int) -> Int64Array:
        """
        What a kWh costs in each half-hour.

        :param market_micro: (slots,) the market's prices without tax, all there [1e-6 currency/kWh]
        :returns: (slots,) [1e-6 currency/kWh]
        """
        assert 0 <= loss_ppm < MICRO, "not everything can be lost"
        price = market_micro
        if self.bounds is Per.SLOT:
            price = _between(price, self.floor_micro, self.cap_micro)
        assert bool((np.abs(price) <= PRICE_LIMIT_MICRO).all()), "market prices are bounded where they come in"
        numerator = (price + self.fee_micro) * np.int64(MICRO + self.tax_ppm)
        scale = (MICRO - loss_ppm) * self.step.unit
        return divide_columns(numerator, scale, rounding=self.step.rounding) * self.step.unit + self.margin_micro

    def charge(self, sheet: Sheet) -> None:
        (amount, _), (energy, there), (count, _) = (sheet.optional_input(name) for name in self.inputs())
        sheet.refuse(~there, Refusal.BANDS_MISSING, self.code)
        self._refuse(sheet, energy)
        known = there & (energy >= 0)
        energy, amount = np.where(known, energy, 0), np.where(known, amount, 0)
        if self.bounds is Per.AVERAGE:
            amount = self._bounded(sheet, energy, amount)
        average = divide_columns(amount, np.maximum(energy, 1), rounding=Rounding.HALF_UP)
        of = np.where(known, count, 1)
        sheet.lay(self.code, quantity=energy, price_micro=average, amount_e10=amount, of=of)
        self._charge_difference(sheet, energy, average, known)

    def _refuse(self, sheet: Sheet, energy: Int64Array) -> None:
        sheet.refuse(energy == INCOMPLETE, Refusal.HALF_HOURS_INCOMPLETE)
        sheet.refuse(energy == NO_LOSS, Refusal.VALUE_MISSING, f"{self.code} loss")
        sheet.refuse(energy == TOO_LARGE, Refusal.TOO_LARGE, "amount")
        for mark in np.unique(energy[energy <= _UNPRICED]):
            sheet.refuse(energy == mark, Refusal.SPOT_PRICE_MISSING, _half_hour(int(mark)))

    def _bounded(self, sheet: Sheet, energy: Int64Array, amount: Int64Array) -> Int64Array:
        """Floor and cap of what a kWh comes to on average."""
        for limit, choose in ((self.floor_micro, np.maximum), (self.cap_micro, np.minimum)):
            if limit is not None:
                bound, too_large = product(energy, sheet.full(limit))
                if too_large is not None:
                    sheet.refuse(too_large, Refusal.TOO_LARGE, "amount")
                amount = choose(amount, bound)
        return amount

    def _charge_difference(self, sheet: Sheet, energy: Int64Array, average: Int64Array, known: BoolArray) -> None:
        difference = np.where(known, sheet.usage.energy_dwh - energy, 0)
        if self.within_dwh is None:
            sheet.refuse(difference != 0, Refusal.BANDS_UNLIKE_ENERGY)
            return
        beyond = (np.abs(difference) > self.within_dwh) | ((difference != 0) & (energy == 0))
        sheet.refuse(beyond, Refusal.BANDS_UNLIKE_ENERGY)
        sheet.charge(f"{self.code}_difference", quantity=np.where(beyond, 0, difference), price_micro=average)


def _between(price: Int64Array, low: int | None, high: int | None) -> Int64Array:
    price = price if low is None else np.maximum(price, np.int64(low))
    return price if high is None else np.minimum(price, np.int64(high))
