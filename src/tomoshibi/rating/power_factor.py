"""Power factor (力率): from daytime energies, and what it does to a basic charge."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.exact import BoolArray
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.sheet import Sheet

NEUTRAL_PERCENT = 85
KEPT_PERCENT, MISSED_PERCENT = 90, 80
HUNDRED = 100
_CLOSE = 1e-6


def percent(active: Int64Array, reactive: Int64Array) -> Int64Array:
    """
    ``active / sqrt(active^2 + reactive^2)``, half up to whole per cent.

    A month without energy in the daytime (08:00-22:00) counts as 85, a leading power factor as 100.
    The float only proposes; where it is near a half, whole numbers decide.

    :param active: (n,) active energy of the daytime, not negative [any unit]
    :param reactive: (n,) reactive energy of the same hours in the same unit; zero or below where the current leads
    :returns: (n,) power factor [%]
    """
    assert bool((active >= 0).all()), "energy is not negative"
    lagging = np.maximum(reactive, 0)
    size = np.hypot(active.astype(np.float64), lagging.astype(np.float64))
    exact = np.divide(active * float(HUNDRED), size, out=np.full(size.shape, float(NEUTRAL_PERCENT)), where=size > 0)
    found: Int64Array = np.floor(exact + 0.5).astype(np.int64)
    near = np.abs(exact + 0.5 - np.round(exact + 0.5)) < _CLOSE
    for row in np.flatnonzero(near & (size > 0)):
        found[row] = _exact_percent(int(active[row]), int(lagging[row]))
    return found


def _exact_percent(active: int, reactive: int) -> int:
    """The largest p with ``p - 0.5 <= 100 a / s``: both sides squared, so nothing is rounded."""
    whole = active * active + reactive * reactive
    return max(p for p in range(HUNDRED + 1) if p == 0 or (2 * p - 1) ** 2 * whole <= (2 * HUNDRED * active) ** 2)


@dataclass(frozen=True)
class PowerFactor:
    """
    How a basic charge follows the power factor: ``(100 + neutral - PF) / 100``, with 85 as neutral (185 - PF)/100.

    :param measured: from the input ``power_factor_percent``; otherwise by codes that the contract carries
    :param kept: code of contracts that keep the plan's target: they count as 90 %
    :param missed: code of contracts that do not: they count as 80 %; without a code they are neutral
    """

    measured: bool
    neutral: int = NEUTRAL_PERCENT
    kept: str = ""
    missed: str = ""

    def inputs(self) -> tuple[str, ...]:
        return ("power_factor_percent",) if self.measured else ()

    def codes(self) -> tuple[str, ...]:
        return () if self.measured else (self.kept, self.missed)

    def of(self, sheet: Sheet) -> tuple[Int64Array, Int64Array]:
        """
        Power factor of each row, and what a price is multiplied with.

        :returns: power factor [%], and the factor in hundredths
        """
        if self.measured:
            found = sheet.input("power_factor_percent")
            bad = (found < 0) | (found > HUNDRED)
            sheet.refuse(bad, Refusal.INPUT_MISSING, "power_factor_percent")
            found = np.where(bad, np.int64(self.neutral), found)
        else:
            found = np.full(sheet.usage.rows, self.neutral, dtype=np.int64)
            found[self._has(sheet, self.kept)] = KEPT_PERCENT
            found[self._has(sheet, self.missed)] = MISSED_PERCENT
        return found, HUNDRED + self.neutral - found

    @staticmethod
    def _has(sheet: Sheet, code: str) -> BoolArray:
        return sheet.usage.flags.get(code, np.zeros(sheet.usage.rows, dtype=np.bool_))
