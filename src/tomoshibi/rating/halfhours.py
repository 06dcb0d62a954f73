"""
A month of half-hours reduced to energy per band.

Summing contiguous integers is what processors do best: the compiled kernel walks each point's vector once, and
again for every three bands while it still lies in the nearest memory. Without numba the same sums come from
numpy, run by run (night, day, home ...).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tomoshibi.kernel.halfhours import GONE, Int32Array
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.cores import over_rows

WORTH_COMPILING = 10_000_000
"""Slots from which the compiled kernel is worth its start (about a second of compiling)."""
_MOST = 2**31 - 1
Runs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
Numbers = Int32Array | npt.NDArray[np.uint16]


class Kernels(NamedTuple):
    """
    Sums per band of rows that begin at ``starts`` of the numbers.

    :ivar rows: all of one calendar: a loop of one length is an eighth faster
    :ivar stretches: each of its own
    """

    rows: Callable[[Numbers, Int64Array, Int32Array, Int64Array, Int32Array, Int32Array], None]
    stretches: Callable[
        [Numbers, Int64Array, Int32Array, Int64Array, Int64Array, Int64Array, Int32Array, Int32Array], None
    ]


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
    lowest, highest = (np.empty(values_dwh.shape[0], dtype=np.int32) for _end in "ab")
    wanted = values_dwh.size >= WORTH_COMPILING if compiled is None else compiled
    kernels = _compiled() if wanted else None
    if kernels:
        add_up, of_slot = kernels.rows, bands.astype(np.int32)

        def stretch(rows: slice) -> None:
            numbers, step = in_a_row(values_dwh[rows])
            starts = np.arange(rows.stop - rows.start) * step
            add_up(numbers, starts, of_slot, sums[rows], lowest[rows], highest[rows])

        over_rows(stretch, rows=lowest.size)
    else:
        _with_numpy(values_dwh, *runs_of(bands), sums, lowest)
    complete = lowest >= 0
    sums[~complete] = 0
    return sums, complete


class StretchSums:
    """
    Energy per band of stretches of vectors that come a few at a time, each with a period of its own.

    By the kernel of ``band_sums``, and nothing is held of what was added up.

    :param bands: (any,) band of each slot of each period, one period behind the other
    :param begins: (n,) where the period of each stretch begins in them
    :param slots: (n,) how long each stretch is
    :ivar sums: (n, band_count) sums [0.1 Wh]
    :ivar complete: (n,) whether it has slots, all of them came, and none is missing; other stretches hold zeros
    """

    def __init__(self, bands: Int32Array, *, begins: Int64Array, slots: Int64Array, band_count: int) -> None:
        kernels = _compiled()
        assert kernels is not None, "who adds up what comes has numba"
        assert int(bands.max(initial=0)) < band_count, "every band has a column"
        self._add_up, self._bands, self._begins, self._slots = kernels.stretches, bands, begins, slots
        self.sums = np.zeros((begins.size, band_count), dtype=np.int64)
        self.complete = np.zeros(begins.size, dtype=np.bool_)

    def add(
        self, numbers: Numbers, *, step_dwh: int, stretches: Int64Array, rows: Int64Array, firsts: Int64Array
    ) -> None:
        """
        :param numbers: (m, slots of the longest), packed (``kernel.halfhours.packed``) or energies
        :param step_dwh: what one step of a number stands for [0.1 Wh]
        :param stretches: (k,) which stretches these are
        :param rows: (k,) the vector of each
        :param firsts: (k,) its first slot there
        """
        slots = self._slots[stretches]
        there = (slots > 0) & (firsts + slots <= numbers.shape[1])
        if not there.all():
            stretches, rows, firsts, slots = stretches[there], rows[there], firsts[there], slots[there]
        memory, width = in_a_row(numbers)
        sums = np.empty((stretches.size, self.sums.shape[1]), dtype=np.int64)
        lowest, highest = (np.empty(stretches.size, dtype=np.int32) for _end in "ab")
        starts, begins = rows * width + firsts, self._begins[stretches]
        self._add_up(memory, starts, self._bands, begins, slots, sums, lowest, highest)
        complete = highest < GONE if numbers.dtype == np.uint16 else lowest >= 0
        self.sums[stretches] = np.where(complete[:, None], sums * step_dwh, 0)
        self.complete[stretches] = complete


def can_compile() -> bool:
    """Whether numba is installed."""
    return _compiled() is not None


def in_a_row(values_dwh: Any) -> tuple[Any, int]:
    """
    The memory from the first number of some rows to the last, and how far it is from row to row.

    A part of longer rows is not copied: that takes as long as to sum it.
    """
    if values_dwh.strides[1] != values_dwh.itemsize or values_dwh.strides[0] < 0:
        values_dwh = np.ascontiguousarray(values_dwh)
    step = values_dwh.strides[0] // values_dwh.itemsize
    size = (values_dwh.shape[0] - 1) * step + values_dwh.shape[1]
    return np.lib.stride_tricks.as_strided(values_dwh, (size,), (values_dwh.itemsize,), writeable=False), step


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


def _rows(
    values_dwh: Numbers,
    starts: Int64Array,
    bands: Int32Array,
    sums: Int64Array,
    lowest: Int32Array,
    highest: Int32Array,
) -> None:
    # A row lies in the nearest memory after the first pass; one more for every three bands costs less than to walk
    # its many short runs. Sums of 32 bits take half as long, and hold a month of everybody but the largest.
    last = sums.shape[1] - 1
    nothing = np.int32(0)
    for number in range(sums.shape[0]):
        row = values_dwh[starts[number] : starts[number] + bands.size]
        low, high, rest = np.int32(_MOST), np.int32(0), np.int32(0)
        for slot in range(bands.size):
            value = row[slot]
            low = min(low, value)
            high = max(high, value)
            rest = np.int32(rest + value)
        lowest[number], highest[number] = low, high
        if np.int64(high) * bands.size > _MOST:
            sums[number, :] = 0
            for slot in range(bands.size):
                sums[number, bands[slot]] += row[slot]
            continue
        for band in range(0, last, 3):
            first, second, third = np.int32(0), np.int32(0), np.int32(0)
            if last - band == 1:
                for slot in range(bands.size):
                    first = np.int32(first + (row[slot] if bands[slot] == band else nothing))
            else:
                for slot in range(bands.size):
                    value, own = row[slot], bands[slot]
                    first = np.int32(first + (value if own == band else nothing))
                    second = np.int32(second + (value if own == band + 1 else nothing))
                    third = np.int32(third + (value if own == band + 2 else nothing))
                sums[number, band + 1] = second
            sums[number, band] = first
            if last - band > 2:  # noqa: PLR2004 - a third band that is not the last
                sums[number, band + 2] = third
            else:
                third = np.int32(0)
            rest = np.int32(rest - first - second - third)
        sums[number, last] = rest


@lru_cache(maxsize=1)
def _compiled() -> Kernels | None:
    try:
        from numba import njit
    except ImportError:
        return None

    of_one = njit(nogil=True, cache=False)(_rows)

    def stretches(
        values_dwh: Numbers,
        starts: Int64Array,
        calendars: Int32Array,
        begins: Int64Array,
        slots: Int64Array,
        sums: Int64Array,
        lowest: Int32Array,
        highest: Int32Array,
    ) -> None:
        first, end = 0, sums.shape[0]
        while first < end:
            begin, size = begins[first], slots[first]
            until = first + 1
            while until < end and begins[until] == begin and slots[until] == size:
                until += 1
            own, bands = slice(first, until), calendars[begin : begin + size]
            of_one(values_dwh, starts[own], bands, sums[own], lowest[own], highest[own])
            first = until

    return Kernels(of_one, njit(nogil=True, cache=False)(stretches))
