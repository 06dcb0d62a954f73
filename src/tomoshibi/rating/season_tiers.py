"""Tiers whose prices and edges follow the season (季節別・段階別), a period's energy split by days."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tomoshibi.kernel.exact import share
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.proration import Scope
from tomoshibi.rating.rounding_policy import Step
from tomoshibi.rating.seasons import sound_days, spells
from tomoshibi.rating.sheet import Group, Sheet, Slot, Unit
from tomoshibi.rating.tiers import Tiers, up_to


@dataclass(frozen=True)
class TieredSeason:
    """
    :param months: calendar months 1..12
    :param tiers: its steps, from zero energy
    """

    name: str
    months: frozenset[int]
    tiers: Tiers


@dataclass(frozen=True)
class SeasonTiers:
    """
    A season that begins inside a period divides it as a new price does: energy by days, steps as wide as their days.

    Where the plan does not share its tiers by days, the bill has them once and its seasons fill them in the order of time.

    :param seasons: they cover every month once
    :param rounding: of the running share of the energy [0.1 Wh]
    """

    code: str
    seasons: tuple[TieredSeason, ...]
    rounding: Step

    def slots(self) -> tuple[Slot, ...]:
        return tuple(
            Slot(season.tiers.slot_code(index), self.code, Unit.KWH, Group.ENERGY)
            for season in self.seasons
            for index in range(len(season.tiers.steps))
        )

    def values(self) -> tuple[str, ...]:
        return ()

    def charge(self, sheet: Sheet) -> None:
        usage, once = sheet.usage, not sheet.proration.follows_days(Scope.TIERS)
        start, end = sound_days(sheet)
        days = (end - start).astype(np.int64)
        before = sheet.before_dwh(Scope.TIERS)
        until, given = np.zeros_like(days), np.zeros_like(usage.energy_dwh)
        cells = [[np.zeros_like(given) for _step in season.tiers.steps] for season in self.seasons]
        for number, first, last in spells(start, end, seasons=[season.months for season in self.seasons]):
            until = until + (last - first).astype(np.int64)
            running = share(usage.energy_dwh, until, days, unit=self.rounding.unit, rounding=self.rounding.rounding)
            running = np.where(until == days, usage.energy_dwh, np.minimum(running, usage.energy_dwh))
            ahead = given if before is None else before + given
            tiers, shares = self.seasons[number].tiers, sheet.share_of_days(first, last)
            own = _in_steps(tiers, running - given, ahead if once else None, shares, sheet)
            cells[number] = [sum_ + energy for sum_, energy in zip(cells[number], own, strict=True)]
            given = running
        priced = np.sum([energy for own in cells for energy in own], axis=0)
        assert bool((priced == usage.energy_dwh).all()), "no watt-hour is lost or priced twice"
        for season, energies in zip(self.seasons, cells, strict=True):
            for index, (step, energy) in enumerate(zip(season.tiers.steps, energies, strict=True)):
                sheet.charge(season.tiers.slot_code(index), quantity=energy, price_micro=step.price_micro)


def _in_steps(
    tiers: Tiers, energy: Int64Array, ahead: Int64Array | None, shares: tuple[Int64Array, Int64Array], sheet: Sheet
) -> list[Int64Array]:
    """How much of the energy of some days lies in each step."""
    edges = tiers.edges(*shares, policy=sheet.proration)[1:]
    below = [np.zeros_like(energy), *(up_to(energy, ahead, edge) for edge in edges), energy]
    return [after - before for before, after in pairwise(below)]
