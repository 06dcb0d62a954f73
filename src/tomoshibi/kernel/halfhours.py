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
