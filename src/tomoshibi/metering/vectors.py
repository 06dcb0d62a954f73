"""Vectors of metered intervals: how they travel through COPY, and how many become one matrix."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from tomoshibi.kernel import halfhours
from tomoshibi.kernel.halfhours import MISSING, Int32Array

_EPOCH = date(2000, 1, 1)
"""PostgreSQL counts the days of a binary date from here."""
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = struct.pack("!h", -1)
_HEAD = struct.Struct("!h iq ii ih ih ii i")
"""Six fields with their lengths: reading, first day, days, interval, missing, and the length of the values."""
_FIELDS = 6
_BLOCK = 2**20


class IntervalsTooLong(ValueError):
    """Longer intervals cannot be read as shorter ones."""


@dataclass(frozen=True)
class Vector:
    """Intervals of one reading, as its row holds them."""

    reading_id: int
    first_day: date
    interval_minutes: int
    missing_count: int
    values_dwh: bytes

    @property
    def days(self) -> int:
        return len(self.values_dwh) // 4 // halfhours.slots_per_day(self.interval_minutes)


def to_copy(vectors: Iterable[Vector]) -> Iterator[bytes]:
    """The vectors as a binary COPY stream, in the order of the columns of ``COPY_COLUMNS``."""
    waiting, size = [_SIGNATURE], 0
    for vector in vectors:
        day = (vector.first_day - _EPOCH).days
        head = _HEAD.pack(
            _FIELDS, 8, vector.reading_id, 4, day, 2, vector.days, 2, vector.interval_minutes,
            4, vector.missing_count, len(vector.values_dwh),
        )  # fmt: skip
        waiting += (head, vector.values_dwh)
        size += len(vector.values_dwh)
        if size > _BLOCK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join((*waiting, _TRAILER))


COPY_COLUMNS = ("reading_id", "first_day", "days", "interval_minutes", "missing_count", "values_dwh")


def rows_of(blocks: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """The row messages of a binary COPY stream, without its head and its end."""
    for block in blocks:
        row = block[len(_SIGNATURE) :] if block[: len(_SIGNATURE)] == _SIGNATURE else block
        if len(row) > len(_TRAILER):
            yield row


def _row_type(size: int) -> np.dtype[np.void]:
    """A row message of ``size`` bytes as one record: rows of the same length become one array without a loop."""
    fields = [
        ("fields", ">i2"), ("l1", ">i4"), ("reading_id", ">i8"), ("l2", ">i4"), ("day", ">i4"), ("l3", ">i4"),
        ("days", ">i2"), ("l4", ">i4"), ("interval", ">i2"), ("l5", ">i4"), ("missing", ">i4"), ("l6", ">i4"),
        ("values", "<i4", ((size - _HEAD.size) // 4,)),
    ]  # fmt: skip
    return np.dtype(fields)


def records_of(rows: Sequence[bytes | memoryview]) -> Iterator[npt.NDArray[np.void]]:
    """Row messages as arrays of records, one array per length and interval."""
    by_size: dict[int, list[bytes | memoryview]] = {}
    for row in rows:
        by_size.setdefault(len(row), []).append(row)
    for size, same in by_size.items():
        records = np.frombuffer(b"".join(same), dtype=_row_type(size))
        intervals = np.unique(records["interval"])
        if len(intervals) == 1:
            yield records
        else:
            yield from (records[records["interval"] == one] for one in intervals)


def first_days(records: npt.NDArray[np.void]) -> npt.NDArray[np.datetime64]:
    return np.datetime64(_EPOCH, "D") + records["day"].astype("timedelta64[D]")


def with_interval(values_dwh: Int32Array, *, interval_minutes: int, wanted_minutes: int) -> Int32Array:
    """
    The same energy in longer intervals.

    :param values_dwh: shape (n, slots) [0.1 Wh]
    :returns: shape (n, fewer slots); ``MISSING`` where any part is missing
    :raises IntervalsTooLong: when the intervals are longer than the wanted ones, or do not fit into them
    """
    if interval_minutes == wanted_minutes:
        return values_dwh
    if wanted_minutes % interval_minutes:
        raise IntervalsTooLong(f"values of {interval_minutes} minutes cannot be read as {wanted_minutes} minutes")
    parts = values_dwh.reshape(len(values_dwh), -1, wanted_minutes // interval_minutes)
    summed = parts.astype(np.int64).sum(axis=2)
    return np.where((parts == MISSING).any(axis=2), np.int64(MISSING), summed).astype(np.int32)


def total_dwh(values_dwh: Int32Array) -> int:
    """Sum of the usable intervals [0.1 Wh]."""
    return int(values_dwh[values_dwh != MISSING].sum(dtype=np.int64))
