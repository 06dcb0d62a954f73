"""
A month of half-hours reduced to energy per band.

Summing contiguous integers is what processors do best: the compiled kernel walks each point's vector once, and
again for every three bands while it still lies in the nearest memory. Without numba the same sums come from
numpy, run by run (night, day, home ...).
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.cores import over_rows

WORTH_COMPILING = 10_000_000
"""Slots from which the compiled kernel is worth its start (about a second of compiling)."""
Runs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
Kernel = Callable[[Int32Array, Int32Array, Int64Array, Int32Array], None]


def runs_of(bands: npt.NDArray[np.uint8]) -> Runs:
    """
    Stretches of the same band.

    :param bands: (slots,) band of each slot, not empty
    :returns: where each stretch starts, with the end of the last; and its band
    """
    starts = np.flatnonzero(np.diff(bands, prepend=bands[:1] ^ np.uint8(1)))
    return np.append(starts, bands.size).astype(np.int64), bands[starts].astype(np.int64)


def band_sums(
    values_dwh: Int32Array, bands: npt.NDArray[np.uint8], *, band_count: int, compiled: bool | None = None
) -> tuple[Int64Array, npt.NDArray[np.bool_]]:
    """
    Energy per point and band.

    :param values_dwh: (n, slots) [0.1 Wh]; rows are contiguous. Anything below zero counts as missing
    :param bands: (slots,) band of each slot
    :param compiled: use numba where it is installed; unless said, when there is enough to sum to pay for compiling
    :returns: (n, band_count) sums [0.1 Wh], and (n,) whether each row is complete
    """
    assert values_dwh.ndim == 2, "one row per point"  # noqa: PLR2004
    assert values_dwh.shape[1] == bands.size, "one band per slot"
    assert int(bands.max(initial=0)) < band_count, "every band has a column"
    sums = np.zeros((values_dwh.shape[0], band_count), dtype=np.int64)
    if not bands.size:
        return sums, np.ones(values_dwh.shape[0], dtype=np.bool_)
    lowest = np.empty(values_dwh.shape[0], dtype=np.int32)
    wanted = values_dwh.size >= WORTH_COMPILING if compiled is None else compiled
    kernel = _compiled() if wanted else None
    if kernel:
        of_slot = bands.astype(np.int32)

        def stretch(rows: slice) -> None:  # a part of longer rows is copied here, some rows at a time
            kernel(np.ascontiguousarray(values_dwh[rows]), of_slot, sums[rows], lowest[rows])

        over_rows(stretch, rows=lowest.size)
    else:
        _with_numpy(values_dwh, *runs_of(bands), sums, lowest)
    complete = lowest >= 0
    sums[~complete] = 0
    return sums, complete


def _with_numpy(
    values_dwh: Int32Array,
    edges: npt.NDArray[np.int64],
    of_run: npt.NDArray[np.int64],
    sums: Int64Array,
    lowest: Int32Array,
) -> None:
    for number, band in enumerate(of_run):
        sums[:, band] += values_dwh[:, edges[number] : edges[number + 1]].sum(axis=1, dtype=np.int64)
    lowest[:] = values_dwh.min(axis=1)


@lru_cache(maxsize=1)
def _compiled() -> Kernel | None:
    try:
        from numba import njit
    except ImportError:
        return None

    def kernel(values_dwh: Int32Array, bands: Int32Array, sums: Int64Array, lowest: Int32Array) -> None:
        # A row lies in the nearest memory after the first pass; one more for every three bands costs less than to walk
        # its many short runs.
        last = sums.shape[1] - 1
        for row in range(values_dwh.shape[0]):
            low = np.int32(2**31 - 1)
            rest = np.int64(0)
            for slot in range(values_dwh.shape[1]):
                value = values_dwh[row, slot]
                rest += value
                low = min(low, value)
            lowest[row] = low
            for band in range(0, last, 3):
                first, second, third = np.int64(0), np.int64(0), np.int64(0)
                if last - band == 1:
                    for slot in range(values_dwh.shape[1]):
                        first += values_dwh[row, slot] if bands[slot] == band else 0
                else:
                    for slot in range(values_dwh.shape[1]):
                        value, own = values_dwh[row, slot], bands[slot]
                        first += value if own == band else 0
                        second += value if own == band + 1 else 0
                        third += value if own == band + 2 else 0
                    sums[row, band + 1] = second
                sums[row, band] = first
                if last - band > 2:  # noqa: PLR2004 - a third band that is not the last
                    sums[row, band + 2] = third
                else:
                    third = np.int64(0)
                rest -= first + second + third
            sums[row, last] = rest

    compiled: Kernel = njit(nogil=True, cache=False)(kernel)
    return compiled
