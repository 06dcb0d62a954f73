"""Frames are moved only where they have to be, and their fingerprint is of every row."""

import polars as pl

from tomoshibi.kernel import frames

ROWS = pl.DataFrame({"a": [1, 2, 3], "b": ["x", "x", "x"], "c": [None, 5, 6]})


def test_rows_in_their_order_are_not_moved_and_others_are():
    assert frames.sorted_by(ROWS, "a") is ROWS
    assert frames.sorted_by(ROWS.head(0), "a").is_empty()
    mixed = pl.DataFrame({"a": [2, 1, 2], "b": [1, 9, 0]})
    assert frames.sorted_by(mixed, "a", "b").rows() == [(1, 9), (2, 0), (2, 1)]
    twice = pl.DataFrame({"a": [1, 1], "b": [2, 1]})
    assert frames.sorted_by(twice, "a", "b").rows() == [(1, 1), (1, 2)]


def test_columns_tell_rows_apart_where_they_differ():
    assert frames.telling(ROWS, ["b", "a", "c"]) == ["a", "c"]
    assert frames.telling(ROWS, ["b"]) == ["b"]
    assert frames.telling(ROWS.head(0), ["b", "a"]) == ["b"]
    assert frames.telling(pl.DataFrame({"n": [None, None]}), ["n"]) == ["n"]


def test_a_fingerprint_is_of_every_row_and_value():
    known = {frames.digest(ROWS)}
    for other in (
        ROWS.with_columns(b=pl.lit("y")),
        ROWS.with_columns(b=pl.Series(["x", "x", "y"])),
        ROWS.head(2),
        ROWS.with_columns(c=pl.lit(None, dtype=pl.Int64)),
        ROWS.with_columns(c=pl.lit(0)),
        ROWS.reverse(),
    ):
        assert frames.digest(other) not in known
        known.add(frames.digest(other))
    assert frames.digest(ROWS.clone()) in known


def test_what_is_looked_up_by_columns_of_which_some_are_alike_is_what_a_join_finds():
    found = pl.DataFrame({"area": ["03", "03", "04"], "day": ["05", "06", "05"], "cut": [1, 2, 3]})
    for areas in (["03", "03", "03"], ["04", "03", "09"]):
        frame = pl.DataFrame({"area": areas, "day": ["06", "07", "05"], "row": [1, 2, 3]})
        expected = frame.join(found, on=["area", "day"], how="left", maintain_order="left")
        assert frames.looked_up(frame, found, on=["area", "day"]).equals(expected)
        assert frames.looked_up(frame.clear(), found, on=["area", "day"]).equals(expected.clear())


def test_values_that_differ_need_not_rise():
    assert frames.all_differ(pl.Series([3, 1, 2]))
    assert not frames.all_differ(pl.Series([1, 2, 1]))
    assert frames.rises(pl.Series([1, 2, 5]))
    assert not frames.rises(pl.Series([1, 2, 2]))
