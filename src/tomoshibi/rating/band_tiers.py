"""Tiers inside time bands (時間帯別・段階別): which tier a band's energy is in follows a rule that the plan states."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from tomoshibi.kernel.exact import portion, to_multiple
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.bands import EVERY_MONTH, BandCalendar
from tomoshibi.rating.proration import Proration, Scope, prorate_energy
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.rounding_policy import Step
from tomoshibi.rating.seasons import sound_days, spells
from tomoshibi.rating.sheet import MISSING, Group, Sheet, Slot, Unit


class Allocation(StrEnum):
    """Which part of a band's energy lies in which tier."""

    TIME_ORDER = "time_order"
    """The month's energy fills the tiers half-hour by half-hour."""
    PRO_RATA = "pro_rata"
    """Each band's energy is split in the proportion in which the month's energy lies in the tiers."""
    EACH_BAND = "each_band"
    """Each band counts for itself from zero; one that some months only have, for the period's days in them."""


@dataclass(frozen=True)
class TieredBand:
    """
    :param up_to_dwh: where its tiers end but for the last, which is open [0.1 Wh]
    :param price_micro: one per tier
    """

    name: str
    up_to_dwh: tuple[int, ...]
    price_micro: tuple[int, ...]


@dataclass(frozen=True)
class BandTiers:
    """
    Energy priced per band and tier.

    :param bands: with the same tiers unless each band counts for itself
    :param rounding: band energies are rounded first; then ``remainder`` takes what is left of the bill's energy
    """

    code: str
    bands: tuple[TieredBand, ...]
    calendar: BandCalendar
    allocation: Allocation
    rounding: Step | None = None
    remainder: str = ""

    def slot_code(self, band: str, tier: int) -> str:
        return f"{self.code}_{band}_tier_{tier + 1}"

    def slots(self) -> tuple[Slot, ...]:
        return tuple(
            Slot(self.slot_code(band.name, tier), self.code, Unit.KWH, Group.ENERGY)
            for band in self.bands
            for tier in range(len(band.price_micro))
        )

    def values(self) -> tuple[str, ...]:
        return ()

    @property
    def tier_count(self) -> int:
        return len(self.bands[0].price_micro)

    def edges(
        self, band: TieredBand, numerator: Int64Array, denominator: Int64Array, *, policy: Proration
    ) -> list[Int64Array]:
        """Where the tiers of a band end for the share of a month, widths prorated one by one: k-1 arrays (n,) [0.1 Wh]."""
        found, lower, edge = [], 0, np.zeros(numerator.shape, dtype=np.int64)
        for upper in band.up_to_dwh:
            edge = edge + prorate_energy(upper - lower, numerator, denominator, policy=policy, scope=Scope.TIERS)
            found.append(edge)
            lower = upper
        return found

    def charge(self, sheet: Sheet) -> None:
        cells = self._in_time_order(sheet) if self.allocation is Allocation.TIME_ORDER else self._from_bands(sheet)
        if cells is None:
            return
        for band, energies in zip(self.bands, cells, strict=True):
            for tier, energy in enumerate(energies):
                code = self.slot_code(band.name, tier)
                sheet.charge(code, quantity=energy, price_micro=band.price_micro[tier])

    def _in_time_order(self, sheet: Sheet) -> list[list[Int64Array]] | None:
        cells = []
        for band in self.bands:
            found = [self._given(sheet, f"{band.name}_tier_{tier + 1}") for tier in range(self.tier_count)]
            if any(column is None for column in found):
                return None
            cells.append([column for column in found if column is not None])
        together = np.sum([energy for energies in cells for energy in energies], axis=0, dtype=np.int64)
        sheet.refuse(together != sheet.usage.energy_dwh, Refusal.BANDS_UNLIKE_ENERGY)
        return cells

    def _from_bands(self, sheet: Sheet) -> list[list[Int64Array]] | None:
        usage = sheet.usage
        energies = self._band_energies(sheet)
        if energies is None:
            return None
        if self.allocation is Allocation.EACH_BAND:
            return [_in_tiers(energy, self._edges_of_its_days(sheet, number)) for number, energy in enumerate(energies)]
        edges = self.edges(self.bands[0], usage.ratio_num, usage.ratio_den, policy=sheet.proration)
        return [_pro_rata(energy, usage.energy_dwh, edges) for energy in energies]

    def _edges_of_its_days(self, sheet: Sheet, number: int) -> list[Int64Array]:
        """A band that some months only have is a season's: its tiers are as wide as the period's days in those months."""
        band, usage = self.bands[number], sheet.usage
        months = self.calendar.months_of(number)
        if months == EVERY_MONTH or not sheet.proration.follows_days(Scope.TIERS):
            return self.edges(band, usage.ratio_num, usage.ratio_den, policy=sheet.proration)
        found = [np.zeros(usage.rows, dtype=np.int64) for _upper in band.up_to_dwh]
        for season, first, last in spells(*sound_days(sheet), seasons=[months, EVERY_MONTH - months]):
            if season == 0:
                edges = self.edges(band, *sheet.share_of_days(first, last), policy=sheet.proration)
                found = [edge + np.where(first < last, own, 0) for edge, own in zip(found, edges, strict=True)]
        return found

    def _given(self, sheet: Sheet, name: str) -> Int64Array | None:
        """A column of band energies as components may rely on it; nothing where there is no such column."""
        given = sheet.usage.bands_dwh.get(name)
        if given is None:
            sheet.refuse(np.ones(sheet.usage.rows, dtype=np.bool_), Refusal.BANDS_MISSING, name)
            return None
        sheet.refuse(given == MISSING, Refusal.BANDS_MISSING, name)
        sheet.refuse((given < 0) & (given != MISSING), Refusal.HALF_HOURS_INCOMPLETE)
        return np.maximum(given, 0)

    def _band_energies(self, sheet: Sheet) -> list[Int64Array] | None:
        found = {}
        for band in self.bands:
            given = self._given(sheet, band.name)
            if given is None:
                return None
            step = self.rounding
            found[band.name] = to_multiple(given, unit=step.unit, rounding=step.rounding) if step else given
        energy = sheet.usage.energy_dwh
        if self.remainder:
            rest = energy - sum(found[band.name] for band in self.bands if band.name != self.remainder)
            sheet.refuse(rest < 0, Refusal.BANDS_UNLIKE_ENERGY)
            found[self.remainder] = np.maximum(rest, 0)
        together = np.sum(list(found.values()), axis=0, dtype=np.int64)
        unlike = together != energy
        sheet.refuse(unlike, Refusal.BANDS_UNLIKE_ENERGY)
        return [np.where(unlike, np.int64(0), found[band.name]) for band in self.bands]


def _in_tiers(energy: Int64Array, edges: list[Int64Array]) -> list[Int64Array]:
    below = [*(np.minimum(energy, edge) for edge in edges), energy]
    return [below[0], *(after - before for before, after in pairwise(below))]


def _pro_rata(band: Int64Array, whole: Int64Array, edges: list[Int64Array]) -> list[Int64Array]:
    """A band's energy in the proportion of the tiers; its running share is cut to 0.1 Wh, so the tiers add up to it."""
    running = [*(portion(band, np.minimum(whole, edge), whole) for edge in edges), band]
    return [running[0], *(after - before for before, after in pairwise(running))]
