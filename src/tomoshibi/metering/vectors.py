"""Vectors of metered intervals: how they travel through COPY, and how many become one matrix."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from tomoshibi.kernel import halfhours
from tomoshibi.kernel.halfhours import MISSING, Int32Array

_EPOCH = date(2000, 1, 1)
"""PostgreSQL counts the days of a binary date from here."""
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = struct.pack("!h", -1)
_HEAD = struct.Struct("!h iq ii ih ih ii ih i")
"""Seven fields with their lengths: reading, first day, days, interval, missing, step, and the length of the values."""
_FIELDS = 7
_BLOCK = 2**20
Stored = Any
"""Vectors of one step as they are stored, shape (n, slots): ``uint16`` (``kernel.halfhours.packed``) or ``int32``."""


class IntervalsTooLong(ValueError):
    """Longer intervals cannot be read as shorter ones."""


@dataclass(frozen=True)
class Vector:
    """Intervals of one reading, as ``kernel.halfhours.to_bytes`` makes them."""

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
        step, stored = halfhours.packed(vector.values_dwh)
        missing = int((halfhours.from_bytes(vector.values_dwh) == MISSING).sum())
        assert missing == vector.missing_count, (
            "who reads a vector looks for what is missing only where some is counted"
        )
        head = _HEAD.pack(
            _FIELDS, 8, vector.reading_id, 4, day, 2, vector.days, 2, vector.interval_minutes,
            4, vector.missing_count, 2, step, len(stored),
        )  # fmt: skip
        waiting += (head, stored)
        size += len(stored)
        if size > _BLOCK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join((*waiting, _TRAILER))


COPY_COLUMNS = ("reading_id", "first_day", "days", "interval_minutes", "missing_count", "step_dwh", "values_dwh")


PACKED = """
    SELECT packed.heads, packed.vectors
      FROM (SELECT '{ids}'::bigint[] AS ids) asked, generate_series(1, {count}, {together}) AS s(first),
           LATERAL (
               SELECT string_agg(
                          int8send(reading_id) || int4send(first_day - date '2000-01-01') || int2send(days)
                          || int2send(interval_minutes) || int4send(missing_count) || int2send(step_dwh)
                          || int4send(octet_length(values_dwh)),
                          ''::bytea
                      ) AS heads,
                      string_agg(values_dwh, ''::bytea) AS vectors
                 FROM metering_halfhours
                WHERE reading_id = ANY(asked.ids[s.first : s.first + {together} - 1])
           ) packed
     WHERE packed.heads IS NOT NULL
"""
"""
Vectors of many readings, ``TOGETHER`` in a row, for a binary COPY: one row each costs more to receive than its bytes do, and
threads that read side by side hand the interpreter to each other at every one.
"""
TOGETHER = 64
"""Some 400 kB of months once they are energies, which stay near the processor."""
_HEADS = np.dtype(
    [
        ("reading_id", ">i8"), ("day", ">i4"), ("days", ">i2"), ("interval", ">i2"), ("missing", ">i4"), ("step", ">i2"),
        ("size", ">i4"),
    ]
)  # fmt: skip
_KIND = ["interval", "step", "size"]
"""Vectors that are alike in these are one matrix."""
_PACK = struct.Struct("!hi")
"""How many fields a row has, and how long the first one is."""


def packs_of(blocks: Iterable[bytes | memoryview]) -> Iterator[tuple[npt.NDArray[np.void], Int32Array]]:
    """
    The vectors of a binary COPY of ``PACKED``, those of the same length, interval and step together.

    :returns: heads (``reading_id, day, days, interval, missing, step, size``), and the intervals of each, shape (n, slots)
        [0.1 Wh]
    """
    for heads, numbers in stored_packs_of(blocks):
        yield heads, energies(heads, numbers)


def stored_packs_of(blocks: Iterable[bytes | memoryview]) -> Iterator[tuple[npt.NDArray[np.void], Stored]]:
    """The same as they are stored: numbers of one step each, 32-bit energies where the step is 0. They lie in the block."""
    for number, block in enumerate(blocks):
        row = memoryview(block)
        if not number:
            row = row[len(_SIGNATURE) :]
        if len(row) > len(_TRAILER):
            yield from _unpacked(row)


def energies(heads: npt.NDArray[np.void], numbers: Stored) -> Int32Array:
    """Vectors of one kind as energies [0.1 Wh]."""
    step = int(heads["step"][0])
    return halfhours.widened(numbers, step_dwh=step, missing=bool(heads["missing"].any())) if step else numbers


def _unpacked(row: memoryview) -> Iterator[tuple[npt.NDArray[np.void], Stored]]:
    _fields, length = _PACK.unpack_from(row)
    heads = np.frombuffer(row, dtype=_HEADS, count=length // _HEADS.itemsize, offset=_PACK.size)
    stored = np.frombuffer(row, dtype=np.uint8, offset=_PACK.size + length + 4)
    kinds = heads[_KIND]
    if (kinds == kinds[0]).all():
        yield heads, _numbers(heads, stored.reshape(len(heads), -1))
        return
    ends = np.cumsum(heads["size"])
    for kind in np.unique(kinds):
        mine = np.flatnonzero(kinds == kind)
        yield heads[mine], _numbers(heads[mine], np.stack([stored[ends[n] - kind["size"] : ends[n]] for n in mine]))


def _numbers(heads: npt.NDArray[np.void], stored: npt.NDArray[np.uint8]) -> Stored:
    """Vectors of one kind, byte by byte in their rows, as numbers."""
    found = stored.view("<u2" if heads["step"][0] else "<i4")
    # Behind the heads they begin anywhere: numbers that lie across their places are read several times as slowly.
    return found if found.flags.aligned else found.copy()


def first_days(heads: npt.NDArray[np.void]) -> npt.NDArray[np.datetime64]:
    return np.datetime64(_EPOCH, "D") + heads["day"].astype("timedelta64[D]")


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
