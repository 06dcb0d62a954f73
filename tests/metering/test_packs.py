"""Many vectors in one row of a COPY come apart again, whatever their lengths."""

import struct

import numpy as np

from tomoshibi.kernel.halfhours import MISSING
from tomoshibi.metering import vectors

HEAD = struct.Struct("!qihhihi")
SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)


def row(*readings):
    """
    One row as the server sends it: the heads of some readings, and their vectors one behind the other.

    :param readings: id, day, interval, numbers, and the step where they are packed
    """
    heads, values = b"", b""
    for reading_id, day, interval, numbers, *packed in readings:
        step, own = packed[0] if packed else 0, np.array(numbers, dtype="<u2" if packed else "<i4").tobytes()
        gone = numbers.count(65_535 if packed else -1)
        heads += HEAD.pack(reading_id, day, 1, interval, gone, step, len(own))
        values += own
    return struct.pack("!h", 2) + b"".join(struct.pack("!i", len(part)) + part for part in (heads, values))


def unpacked(*rows):
    first, *others = rows
    found = {}
    for heads, values in vectors.packs_of([SIGNATURE + first, *others, struct.pack("!h", -1)]):
        assert len(set(heads["interval"].tolist())) == 1
        for head, numbers in zip(heads, values.tolist(), strict=True):
            found[int(head["reading_id"])] = (int(head["interval"]), int(head["missing"]), numbers)
    return found


def test_vectors_of_one_length_come_back_in_their_order():
    assert unpacked(row((7, 0, 30, [1, 2]), (9, 1, 30, [3, -1])), row((8, 0, 30, [5, 6]))) == {
        7: (30, 0, [1, 2]),
        9: (30, 1, [3, -1]),
        8: (30, 0, [5, 6]),
    }


def test_vectors_of_several_lengths_and_intervals_keep_to_themselves():
    mixed = row((1, 0, 30, [1, 2, 3]), (2, 0, 15, [4, 5, 6]), (3, 0, 30, [7]), (4, 0, 30, [8, 9, 10]))
    assert unpacked(mixed) == {
        1: (30, 0, [1, 2, 3]),
        2: (15, 0, [4, 5, 6]),
        3: (30, 0, [7]),
        4: (30, 0, [8, 9, 10]),
    }


def test_packed_vectors_are_energies_again_beside_those_that_are_not():
    gone = int(MISSING)
    assert unpacked(row((1, 0, 30, [1, 65_535], 1), (2, 0, 30, [3, 4], 1))) == {
        1: (30, 1, [1, gone]),
        2: (30, 0, [3, 4]),
    }
    mixed = row((1, 0, 30, [65_535, 2], 100), (2, 0, 30, [7]), (3, 0, 30, [5, 6], 1), (4, 0, 30, [9, 1], 100))
    assert unpacked(mixed) == {
        1: (30, 1, [gone, 200]),
        2: (30, 0, [7]),
        3: (30, 0, [5, 6]),
        4: (30, 0, [900, 100]),
    }
