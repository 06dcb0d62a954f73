"""Energy by cumulative steps (段階料金)."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.proration import Proration, Scope, prorate_energy
from tomoshibi.rating.sheet import Group, Sheet, Slot, Unit


@dataclass(frozen=True)
class TierStep:
    """
    One step.

    :param up_to_dwh: where it ends, counted from zero energy [0.1 Wh]; ``None`` for the last
    """

    up_to_dwh: int | None
    price_micro: int


@dataclass(frozen=True)
class Tiers:
    """
    Each step prices the part of the energy that lies in it.

    :param floor_dwh: where the first step starts (the end of the minimum charge's block)
    """

    code: str
    steps: tuple[TierStep, ...]
    floor_dwh: int = 0

    def slot_code(self, index: int) -> str:
        return f"{self.code}_tier_{index + 1}"

    def slots(self) -> tuple[Slot, ...]:
        return tuple(Slot(self.slot_code(index), self.code, Unit.KWH, Group.ENERGY) for index in range(len(self.steps)))

    def values(self) -> tuple[str, ...]:
        return ()

    def edges(self, numerator: Int64Array, denominator: Int64Array, *, policy: Proration) -> list[Int64Array]:
        """
        Where the steps lie for the share of a month, widths prorated one by one.

        :returns: floor and ceilings, k arrays (n,) for k steps: the last step has no ceiling [0.1 Wh]
        """
        edge = prorate_energy(self.floor_dwh, numerator, denominator, policy=policy, scope=Scope.BLOCKS)
        edges = [edge]
        floor = self.floor_dwh
        for step in self.steps[:-1]:
            assert step.up_to_dwh is not None, "only the last step is open"
            width = prorate_energy(step.up_to_dwh - floor, numerator, denominator, policy=policy, scope=Scope.TIERS)
            edge, floor = edge + width, step.up_to_dwh
            edges.append(edge)
        return edges

    def charge(self, sheet: Sheet) -> None:
        usage = sheet.usage
        edges = self.edges(usage.ratio_num, usage.ratio_den, policy=sheet.proration)
        before = sheet.before_dwh(Scope.TIERS)
        below = up_to(usage.energy_dwh, before, edges[0])
        priced = below
        for index, step in enumerate(self.steps):
            last = index == len(self.steps) - 1
            until = usage.energy_dwh if last else up_to(usage.energy_dwh, before, edges[index + 1])
            in_step, below = until - below, until
            priced = priced + in_step
            sheet.charge(self.slot_code(index), quantity=in_step, price_micro=step.price_micro)
        assert bool((priced == usage.energy_dwh).all()), "no watt-hour is lost or priced twice"


def up_to(energy: Int64Array, before: Int64Array | None, edge: Int64Array) -> Int64Array:
    """How much of the energy lies below an edge; earlier parts of the bill fill what is below first."""
    if before is None:
        return np.minimum(energy, edge)
    left: Int64Array = np.maximum(edge - before, 0)
    return np.minimum(left, energy)
