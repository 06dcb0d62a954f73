"""Published units per kWh: fuel adjustment, levy, government discount, market adjustment; with or without a block."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.rating.proration import Scope, prorate_energy
from tomoshibi.rating.sheet import Group, Sheet, Slot, Unit

EXEMPTION = "levy_exemption_percent"
WHOLE = 100


@dataclass(frozen=True)
class PerKwh:
    """
    A unit per kWh that somebody publishes, on all energy or on what lies above the minimum charge's block.

    A plan with a minimum charge has its own block unit (最初の15kWhまで): it is owed in full however little is used.

    :param value: name of the published value; the block's is ``<value>_block``
    :param group: fuel, subsidy, levy ...
    :param sign: -1 for a discount that is published as a positive number
    :param block_dwh: the block [0.1 Wh]; 0 for none
    :param block_from_unit: without a published block unit it is the unit times the block's kWh (levy, subsidy)
    """

    code: str
    value: str
    group: Group
    sign: int = 1
    block_dwh: int = 0
    block_from_unit: bool = False

    def slots(self) -> tuple[Slot, ...]:
        own = Slot(self.code, self.code, Unit.KWH, self.group)
        if not self.block_dwh:
            return (own,)
        return (Slot(f"{self.code}_block", self.code, Unit.CONTRACT, self.group), own)

    def values(self) -> tuple[str, ...]:
        if self.block_dwh and not self.block_from_unit:
            return (self.value, f"{self.value}_block")
        return (self.value,)

    def inputs(self) -> tuple[str, ...]:
        """A levy knows the share that a certificate takes off (減免)."""
        return (EXEMPTION,) if self.group is Group.LEVY else ()

    def _owed(self, sheet: Sheet) -> tuple[Int64Array, Int64Array] | None:
        """The share of the levy that is owed, as a reduced ratio, where any row has a certificate."""
        if self.group is not Group.LEVY:
            return None
        percent = sheet.counted(EXEMPTION, at_most=WHOLE)
        if not percent.any():
            return None
        owed = np.int64(WHOLE) - percent
        common = np.gcd(owed, np.int64(WHOLE))
        return owed // common, np.int64(WHOLE) // common

    def charge(self, sheet: Sheet) -> None:
        owed = self._owed(sheet)
        unit = sheet.value(self.value) * np.int64(self.sign)
        energy = sheet.usage.energy_dwh
        if self.block_dwh:
            block = prorate_energy(
                self.block_dwh,
                sheet.usage.ratio_num,
                sheet.usage.ratio_den,
                policy=sheet.proration,
                scope=Scope.BLOCKS,
            )
            own = self._block_unit(sheet, unit)
            sheet.charge(
                f"{self.code}_block",
                quantity=sheet.full(1),
                price_micro=own,
                scope=Scope.BLOCKS,
                present=own != 0 if self.group is Group.SUBSIDY else None,
                factor=owed,
            )
            before = sheet.before_dwh(Scope.BLOCKS)
            free = block if before is None else np.maximum(block - before, 0)
            energy = np.maximum(energy - free, 0)
        present = (energy != 0) & (unit != 0) if self.group is Group.SUBSIDY else None
        sheet.charge(self.code, quantity=energy, price_micro=unit, present=present, factor=owed)

    def _block_unit(self, sheet: Sheet, unit: Int64Array) -> Int64Array:
        published, there = sheet.optional_value(f"{self.value}_block")
        if not self.block_from_unit:
            return sheet.value(f"{self.value}_block") * np.int64(self.sign)
        assert self.block_dwh % DWH_PER_KWH == 0, "blocks are whole kWh"
        return np.where(there, published * np.int64(self.sign), unit * np.int64(self.block_dwh // DWH_PER_KWH))
