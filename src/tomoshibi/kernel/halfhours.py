"""
Metered intervals as vectors.

A vector holds the intervals of consecutive civil days, first interval of the first day first. Japan has no summer
time, so a day has ``24 * 60 / interval_minutes`` slots; the interval length is stored with every vector.
"""

import numpy as np
import numpy.typing as npt

Int32Array = npt.NDArray[np.int32]
MISSING = np.int32(-(2**31))
"""Marks an interval without a usable value."""
MINUTES_A_DAY = 24 * 60
STEPS_DWH = (1, 10, 100, 1_000)
"""What one step of a packed vector may stand for [0.1 Wh]."""
GONE = 2**16 - 1
"""Marks an interval without a usable value in a packed vector."""


def slots_per_day(interval_minutes: int) -> int:
    """
    Slots of a civil day.

    :raises ValueError: if the length does not divide a day
    """
    if interval_minutes <= 0 or MINUTES_A_DAY % interval_minutes:
        raise ValueError(f"intervals of {interval_minutes} minutes do not divide a day")
    return MINUTES_A_DAY // interval_minutes


def to_bytes(values_dwh: Int32Array) -> bytes:
    """The stored form of a vector: little-endian 32-bit integers [0.1 Wh]."""
    return values_dwh.astype("<i4", copy=False).tobytes()


def from_bytes(stored: bytes) -> Int32Array:
    return np.frombuffer(stored, dtype="<i4").astype(np.int32, copy=False)


def packed(stored: bytes) -> tuple[int, bytes]:
    """
    Half the size for what fits into it, as nearly every meter does: 6.5 kWh in an interval, or more in coarser steps.

    :param stored: as ``to_bytes`` makes it
    :returns: what one step of the little-endian 16-bit numbers stands for [0.1 Wh], and the numbers; 0 and ``stored`` itself
        where no step loses nothing. The same vector is always packed the same way
    """
    values_dwh = from_bytes(stored)
    there = values_dwh != MISSING
    known = values_dwh[there]
    if known.min(initial=0) < 0:
        return 0, stored
    for step in STEPS_DWH:
        if known.max(initial=0) < GONE * step and not (known % step).any():
            small = np.where(there, values_dwh // step, np.int32(GONE))
            return step, small.astype("<u2").tobytes()
    return 0, stored


def unpacked(stored: bytes, *, step_dwh: int) -> Int32Array:
    """The vector again that ``packed`` made smaller."""
    if not step_dwh:
        return from_bytes(stored)
    return widened(np.frombuffer(stored, dtype="<u2"), step_dwh=step_dwh)


def widened(numbers: npt.NDArray[np.uint16], *, step_dwh: int, missing: bool = True) -> Int32Array:
    """
    Packed numbers of one step, of any shape, as energies [0.1 Wh].

    :param missing: whether any may be missing; nobody looks for them otherwise
    """
    wide = numbers.astype(np.int32)
    if step_dwh > 1:
        wide *= np.int32(step_dwh)
    if missing:
        wide[numbers == GONE] = MISSING
    return wide
