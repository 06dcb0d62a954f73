"""Energy by time of use (時間帯別): one price per band; which half-hour is in which band is a calendar."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from tomoshibi.kernel.exact import to_multiple
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.rounding_policy import Step
from tomoshibi.rating.sheet import MISSING, Group, Sheet, Slot, Unit

HALF_HOURS_A_DAY = 48
EVERY_MONTH = frozenset(range(1, 13))


class DayType(IntEnum):
    """What kind of day it is to a tariff; Sundays are holidays here."""

    WEEKDAY = 0
    SATURDAY = 1
    HOLIDAY = 2


@dataclass(frozen=True)
class Band:
    name: str
    price_micro: int


@dataclass(frozen=True)
class BandCalendar:
    """
    Which band a half-hour belongs to.

    :param table: bands by number, indexed [month 0..11][day type][slot 0..47]
    """

    table: tuple[tuple[tuple[int, ...], ...], ...]

    def months_of(self, number: int) -> frozenset[int]:
        """Calendar months 1..12 in which some half-hour is in a band."""
        return frozenset(
            month for month, days in enumerate(self.table, start=1) if any(number in slots for slots in days)
        )

    def of_days(
        self, months: npt.NDArray[np.int64], day_types: npt.NDArray[np.int8], *, slots_a_day: int = HALF_HOURS_A_DAY
    ) -> npt.NDArray[np.uint8]:
        """
        Bands of consecutive days as one vector.

        :param months: month of each day, 1..12
        :param day_types: ``DayType`` of each day
        :param slots_a_day: 48; finer intervals take the band of the half-hour they lie in, coarser ones are refused
        """
        assert slots_a_day % HALF_HOURS_A_DAY == 0, "bands change on half-hours"
        table = np.array(self.table, dtype=np.uint8)
        days = table[months - 1, day_types.astype(np.int64)]
        return np.repeat(days, slots_a_day // HALF_HOURS_A_DAY, axis=1).reshape(-1)


@dataclass(frozen=True)
class Bands:
    """
    Energy priced per band.

    :param rounding: band energies are rounded first; then ``remainder`` takes what is left of the bill's energy
    :param remainder: name of that band; empty: the bands must add up to the energy exactly
    """

    code: str
    bands: tuple[Band, ...]
    calendar: BandCalendar
    rounding: Step | None = None
    remainder: str = ""

    def slots(self) -> tuple[Slot, ...]:
        return tuple(Slot(f"{self.code}_{band.name}", self.code, Unit.KWH, Group.ENERGY) for band in self.bands)

    def values(self) -> tuple[str, ...]:
        return ()

    def charge(self, sheet: Sheet) -> None:
        usage = sheet.usage
        energies = {}
        for band in self.bands:
            given = usage.bands_dwh.get(band.name)
            if given is None:
                sheet.refuse(np.ones(usage.rows, dtype=np.bool_), Refusal.BANDS_MISSING, band.name)
                return
            below = given < 0
            sheet.refuse(given == MISSING, Refusal.BANDS_MISSING, band.name)
            sheet.refuse(below & (given != MISSING), Refusal.HALF_HOURS_INCOMPLETE)
            known = np.where(below, np.int64(0), given)
            energies[band.name] = (
                to_multiple(known, unit=self.rounding.unit, rounding=self.rounding.rounding) if self.rounding else known
            )
        if self.remainder:
            rest = usage.energy_dwh - sum(energies[b.name] for b in self.bands if b.name != self.remainder)
            sheet.refuse(rest < 0, Refusal.BANDS_UNLIKE_ENERGY)
            energies[self.remainder] = np.maximum(rest, 0)
        else:
            together = np.sum(list(energies.values()), axis=0, dtype=np.int64)
            sheet.refuse(together != usage.energy_dwh, Refusal.BANDS_UNLIKE_ENERGY)
        for band in self.bands:
            sheet.charge(f"{self.code}_{band.name}", quantity=energies[band.name], price_micro=band.price_micro)
