"""Many vectors in one row of a COPY come apart again, whatever their lengths."""

import struct

import numpy as np

from tomoshibi.metering import vectors

HEAD = struct.Struct("!qihhii")
SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)


def row(*readings):
    """One row as the server sends it: the heads of some readings, and their vectors one behind the other."""
    heads, values = b"", b""
    for reading_id, day, interval, numbers in readings:
        own = np.array(numbers, dtype="<i4").tobytes()
        heads += HEAD.pack(reading_id, day, 1, interval, numbers.count(-1), len(own))
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
