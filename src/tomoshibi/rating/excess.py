"""Contract-excess charge (契約超過金): what a month's demand was above the agreed contract demand."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.rating.power_factor import HUNDRED, PowerFactor
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.sheet import MISSING, Group, Sheet, Slot, Unit

NOT_DIVIDED = HUNDRED


@dataclass(frozen=True)
class Excess:
    """
    ``price x (demand - contract) x percent / 100``, with the power factor of the month.

    Each part of a divided bill owes it for its share of the bill's days.

    :param price_micro: the basic charge per kW
    :param percent: how much dearer the excess is (150)
    :param demand: input with the month's maximum demand [1e-3 kW]
    """

    code: str
    price_micro: int
    percent: int
    demand: str = "max_demand_milli"
    power_factor: PowerFactor | None = None

    def slots(self) -> tuple[Slot, ...]:
        return (Slot(self.code, self.code, Unit.KW, Group.BASIC),)

    def values(self) -> tuple[str, ...]:
        return ()

    def inputs(self) -> tuple[str, ...]:
        return (self.demand, *(self.power_factor.inputs() if self.power_factor else ()))

    def codes(self) -> tuple[str, ...]:
        return self.power_factor.codes() if self.power_factor else ()

    def charge(self, sheet: Sheet) -> None:
        agreed = sheet.usage.capacity_milli
        sheet.refuse((agreed == MISSING) | (agreed <= 0), Refusal.NO_CAPACITY)
        demand = sheet.input(self.demand)
        sheet.refuse(demand < 0, Refusal.INPUT_MISSING, self.demand)
        excess = np.maximum(np.maximum(demand, 0) - np.maximum(agreed, 0), 0)
        hundredths = self.power_factor.of(sheet)[1] if self.power_factor else sheet.full(NOT_DIVIDED)
        owed, whole = hundredths * np.int64(self.percent), sheet.full(HUNDRED * HUNDRED)
        divided = sheet.usage.divided
        if divided is not None:
            owed, whole = owed * divided.days, whole * divided.of_days
        sheet.charge(self.code, quantity=excess, price_micro=self.price_micro, factor=(owed, whole))
