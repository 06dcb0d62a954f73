"""Rows of a usage frame beside their half-hours: what bands, market prices and shares of parts are made from."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import polars as pl

from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.tariffs import values

PLACE = "_place"
"""Where the row of a piece stands in its block."""
_BLOCK = "_block"


def in_blocks(
    frame: pl.DataFrame, *, half_hours: Sequence[values.HalfHours], by: Sequence[str]
) -> Iterator[tuple[values.HalfHours, pl.DataFrame]]:
    """
    The rows of a frame whose half-hours a block holds, in pieces that share some columns, with their ``PLACE`` in it.

    :param frame: with ``row_id`` and the columns of ``by``
    """
    if not half_hours:
        return
    sizes = [block.row_ids.size for block in half_hours]
    places = pl.DataFrame(
        {
            "row_id": np.concatenate([block.row_ids for block in half_hours]),
            _BLOCK: np.repeat(np.arange(len(sizes)), sizes),
            PLACE: np.concatenate([np.arange(size, dtype=np.int64) for size in sizes]),
        }
    )
    # All blocks at once: they are many and small.
    placed = frame.join(places, on="row_id", maintain_order="left").sort(_BLOCK, maintain_order=True)
    for piece in placed.partition_by(_BLOCK, *by, maintain_order=True):
        yield half_hours[piece[_BLOCK][0]], piece


def days_in(block: values.HalfHours, *, start: date, end: date) -> slice | None:
    """
    The slots of a period in a block; nothing where the block does not hold all its days, or where its slots are not those of
    its days: of days with 47 or 49 half-hours every later one would count for another hour.
    """
    first, days = (start - block.first_day).days, (end - start).days
    if block.values_dwh.shape[1] != block.day_types.size * block.slots_a_day:
        return None
    if first < 0 or days < 1 or (first + days) * block.slots_a_day > block.values_dwh.shape[1]:
        return None
    return slice(first * block.slots_a_day, (first + days) * block.slots_a_day)


def rows_of(block: values.HalfHours, places: Int64Array, slots: slice) -> Int32Array:
    """The half-hours of some rows of a block; all of them, in their order, are not copied."""
    everything = places.size == block.values_dwh.shape[0] and bool((np.diff(places) == 1).all())
    rows = block.values_dwh if everything else block.values_dwh[places]
    return rows[:, slots]
