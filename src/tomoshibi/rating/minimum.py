"""Minimum charge (最低料金): one amount for the month that covers the first kWh."""

from dataclasses import dataclass

from tomoshibi.rating.proration import Scope
from tomoshibi.rating.sheet import Group, Sheet, Slot, Unit


@dataclass(frozen=True)
class MinimumCharge:
    """
    An amount per contract and month; the tiers of the plan start where its block ends.

    :param block_dwh: energy it covers [0.1 Wh]; kept for the trace, the tiers hold the same number as their floor
    """

    code: str
    price_micro: int
    block_dwh: int

    def slots(self) -> tuple[Slot, ...]:
        return (Slot(self.code, self.code, Unit.CONTRACT, Group.BASIC),)

    def values(self) -> tuple[str, ...]:
        return ()

    def charge(self, sheet: Sheet) -> None:
        sheet.charge(self.code, quantity=sheet.full(1), price_micro=self.price_micro, scope=Scope.MINIMUM)
