"""Half-hours of bills on market-linked plans priced slot by slot, before the engine sees the bills."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.masters.values import NO_PRICE
from tomoshibi.rating.market_linked import (
    AMOUNT,
    COUNT,
    ENERGY,
    INCOMPLETE,
    NO_LOSS,
    TOO_LARGE,
    MarketLinked,
    unpriced,
)
from tomoshibi.rating.program import Program
from tomoshibi.rating.slot_prices import priced_sums
from tomoshibi.tariffs import pieces, values

_SLOTS = 48


def with_slot_sums(
    frame: pl.DataFrame, *, programs: Mapping[int, Program], half_hours: Sequence[values.HalfHours]
) -> pl.DataFrame:
    """
    Add ``<code>_slots_e10``, ``<code>_slots_dwh`` and ``<code>_slots_count`` to rows on market-linked plans.

    :param half_hours: blocks of bills that share area and days; each part of a bill takes the days of its own period
    """
    versions = [v for v in frame["plan_version"].unique().drop_nulls() if v in programs and programs[v].market_linked]
    if not versions:
        return frame
    found = []
    by = ("plan_version", "period_start", "period_end")
    rows = frame.filter(pl.col("plan_version").is_in(versions)).select("row_id", "segment", *by)
    for block, piece in pieces.in_blocks(rows, half_hours=half_hours, by=by):
        program = programs[piece["plan_version"][0]]
        found.append(
            piece.select("row_id", "segment").with_columns(
                column for linked in program.market_linked for column in _columns(piece, block, linked)
            )
        )
    if not found:
        return frame
    sums = pl.concat(found, how="diagonal")
    return frame.join(sums, on=["row_id", "segment"], how="left", maintain_order="left")


def _columns(piece: pl.DataFrame, block: values.HalfHours, linked: MarketLinked) -> list[pl.Series]:
    amount, energy = _sums(
        block,
        linked,
        places=piece[pieces.PLACE].to_numpy(),
        start=piece["period_start"][0],
        end=piece["period_end"][0],
    )
    slots = (piece["period_end"][0] - piece["period_start"][0]).days * block.slots_a_day
    return [
        pl.Series(linked.code + AMOUNT, amount),
        pl.Series(linked.code + ENERGY, energy),
        pl.Series(linked.code + COUNT, np.full(piece.height, slots, dtype=np.int64)),
    ]


def _sums(
    block: values.HalfHours, linked: MarketLinked, *, places: Int64Array, start: date, end: date
) -> tuple[Int64Array, Int64Array]:
    """:returns: (n,) amounts and (n,) energies of a period; an energy below zero says why there is none"""

    def none(mark: int) -> tuple[Int64Array, Int64Array]:
        return np.zeros(places.size, dtype=np.int64), np.full(places.size, mark, dtype=np.int64)

    slots = pieces.days_in(block, start=start, end=end)
    if slots is None:
        return none(INCOMPLETE)
    first, days = (start - block.first_day).days, (end - start).days
    market = block.spot_micro.get(linked.market.value)
    if market is None or market.size < (first + days) * _SLOTS:
        return none(unpriced(np.datetime64(start, "D"), 0))
    market = market[first * _SLOTS : (first + days) * _SLOTS]
    gaps = np.flatnonzero(market == NO_PRICE)
    if gaps.size:
        return none(unpriced(np.datetime64(start, "D") + gaps[0] // _SLOTS, int(gaps[0] % _SLOTS)))
    loss_ppm = linked.loss_of(block.area)
    if loss_ppm is None:
        return none(NO_LOSS)
    assert block.slots_a_day % _SLOTS == 0, "market prices are for half-hours"
    units = np.repeat(linked.units(market, loss_ppm=loss_ppm), block.slots_a_day // _SLOTS)
    found = priced_sums(pieces.rows_of(block, places, slots), units)
    energy = np.where(found.complete, found.energy_dwh, np.int64(INCOMPLETE))
    return found.amount_e10, np.where(found.too_large, np.int64(TOO_LARGE), energy)
