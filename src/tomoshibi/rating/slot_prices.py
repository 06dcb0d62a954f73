"""
Half-hours times a price for each half-hour: what market-linked energy comes to.

The kernel walks each point's vector once; the prices are the same for all rows of a block. Without numba the same sums
come from numpy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tomoshibi.kernel.exact import LIMIT, BoolArray, largest
from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.cores import over_rows
from tomoshibi.rating.halfhours import WORTH_COMPILING, in_a_row

Kernel = Callable[[Int32Array, int, Int32Array | Int64Array, Int64Array, Int64Array, Int32Array], None]
_ROWS_AT_ONCE = 4_096


@dataclass(frozen=True)
class PricedSums:
    """
    :param amount_e10: (n,) sum of energy x price [1e-10 currency]
    :param energy_dwh: (n,) sum of the energy [0.1 Wh]
    :param complete: (n,) whether every half-hour is there; rows that are not hold zeros
    :param too_large: (n,) rows whose amount could pass what an amount may hold; they hold zeros
    """

    amount_e10: Int64Array
    energy_dwh: Int64Array
    complete: BoolArray
    too_large: BoolArray


def priced_sums(values_dwh: Int32Array, unit_micro: Int64Array, *, compiled: bool | None = None) -> PricedSums:
    """
    Energy and amount of points over a period with one price per slot.

    :param values_dwh: (n, slots) [0.1 Wh]; anything below zero counts as missing
    :param unit_micro: (slots,) [1e-6 currency/kWh]
    :param compiled: use numba where it is installed; unless said, when there is enough to sum to pay for compiling
    """
    assert values_dwh.ndim == 2, "one row per point"  # noqa: PLR2004
    assert values_dwh.shape[1] == unit_micro.size, "one price per slot"
    rows = values_dwh.shape[0]
    amount, energy = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    lowest = np.zeros(rows, dtype=np.int32)
    if unit_micro.size and rows:
        wanted = values_dwh.size >= WORTH_COMPILING if compiled is None else compiled
        kernel = _compiled() if wanted else None
        if kernel:
            # No price of a market is near 2,147 currency units a kWh; products of 32-bit numbers are made twice as fast.
            narrow = largest(unit_micro) <= np.iinfo(np.int32).max
            units = unit_micro.astype(np.int32) if narrow else unit_micro.astype(np.int64)

            def stretch(part: slice) -> None:
                kernel(*in_a_row(values_dwh[part]), units, amount[part], energy[part], lowest[part])

            over_rows(stretch, rows=rows)
        else:
            _with_numpy(values_dwh, unit_micro.astype(np.int64), amount, energy, lowest)
    complete = lowest >= 0
    # No partial sum is larger than all energy at the highest price: a product that fits has not overflowed before.
    too_large = complete & (energy > LIMIT // max(largest(unit_micro), 1))
    for sums in (amount, energy):
        sums[~complete | too_large] = 0
    return PricedSums(amount, energy, complete, too_large)


def _with_numpy(
    values_dwh: Int32Array, unit_micro: Int64Array, amount: Int64Array, energy: Int64Array, lowest: Int32Array
) -> None:
    for start in range(0, values_dwh.shape[0], _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        wide = values_dwh[rows].astype(np.int64)
        amount[rows] = wide @ unit_micro
        energy[rows] = wide.sum(axis=1)
        lowest[rows] = values_dwh[rows].min(axis=1)


@lru_cache(maxsize=1)
def _compiled() -> Kernel | None:
    try:
        from numba import njit
    except ImportError:
        return None

    def kernel(
        values_dwh: Int32Array,
        step: int,
        unit_micro: Int32Array | Int64Array,
        amount: npt.NDArray[np.int64],
        energy: npt.NDArray[np.int64],
        lowest: Int32Array,
    ) -> None:
        for number in range(amount.size):
            row = values_dwh[number * step : number * step + unit_micro.size]
            low = np.int32(2**31 - 1)
            owed, used = np.int64(0), np.int64(0)
            for slot in range(unit_micro.size):
                value = row[slot]
                owed += np.int64(value) * np.int64(unit_micro[slot])
                used += value
                low = min(low, value)
            amount[number], energy[number], lowest[number] = owed, used, low

    compiled: Kernel = njit(nogil=True, cache=False)(kernel)
    return compiled
