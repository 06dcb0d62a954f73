"""Half-hours of bills reduced to the energies of the bands of their plans."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.bands import Bands
from tomoshibi.rating.halfhours import band_sums
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import values

INCOMPLETE = -1
"""A band energy that cannot be told because half-hours are missing."""


def with_bands(
    frame: pl.DataFrame, *, programs: Mapping[int, Program], half_hours: Sequence[values.HalfHours]
) -> pl.DataFrame:
    """
    Add ``band_<name>_dwh`` columns to the rows whose plans have bands and whose half-hours are given.

    Columns that are there stay where they hold a value.

    :param half_hours: blocks of bills that share their days; each part of a bill takes the days of its own period
    """
    versions = [v for v in frame["plan_version"].unique().drop_nulls() if v in programs and programs[v].bands]
    if not versions or not half_hours:
        return frame
    found = []
    for block in half_hours:
        places = pl.DataFrame({"row_id": block.row_ids, "_place": np.arange(block.row_ids.size, dtype=np.int64)})
        rows = (
            frame.filter(pl.col("plan_version").is_in(versions))
            .select("row_id", "segment", "plan_version", "period_start", "period_end")
            .join(places, on="row_id")
        )
        for piece in rows.partition_by("plan_version", "period_start", "period_end"):
            for bands in programs[piece["plan_version"][0]].bands:
                found.append(_piece(piece, block, bands))  # noqa: PERF401 - the nested loops read better as loops
    if not found:
        return frame
    sums = pl.concat(found, how="diagonal")
    names = [name for name in sums.columns if name.startswith("band_")]
    sums = sums.group_by("row_id", "segment").agg(pl.col(names).max())
    joined = frame.join(sums, on=["row_id", "segment"], how="left", suffix="_found", maintain_order="left")
    both = [name for name in names if f"{name}_found" in joined.columns]
    return joined.with_columns(pl.coalesce(name, f"{name}_found").alias(name) for name in both).drop(
        f"{name}_found" for name in both
    )


def _piece(piece: pl.DataFrame, block: values.HalfHours, bands: Bands) -> pl.DataFrame:
    sums, complete = period_sums(
        block,
        places=piece["_place"].to_numpy(),
        start=piece["period_start"][0],
        end=piece["period_end"][0],
        bands=bands,
    )
    columns = {
        f"band_{band.name}_dwh": np.where(complete, sums[:, number], np.int64(INCOMPLETE))
        for number, band in enumerate(bands.bands)
    }
    return piece.select("row_id", "segment").with_columns(pl.Series(name, col) for name, col in columns.items())


def period_sums(
    block: values.HalfHours, *, places: Int64Array, start: date, end: date, bands: Bands
) -> tuple[Int64Array, np.ndarray]:
    """
    Band energies of some rows of a block over a period.

    :returns: (n, bands) sums, and (n,) whether every half-hour of the period is there
    """
    first, days = (start - block.first_day).days, (end - start).days
    if first < 0 or (first + days) * block.slots_a_day > block.values_dwh.shape[1]:
        return np.zeros((places.size, len(bands.bands)), dtype=np.int64), np.zeros(places.size, dtype=np.bool_)
    dates = np.datetime64(start, "D") + np.arange(days)
    months = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    vector = bands.calendar.of_days(months, block.day_types[first : first + days], slots_a_day=block.slots_a_day)
    slots = slice(first * block.slots_a_day, (first + days) * block.slots_a_day)
    everything = places.size == block.values_dwh.shape[0] and bool((np.diff(places) == 1).all())
    rows = block.values_dwh if everything else block.values_dwh[places]
    return band_sums(rows[:, slots], vector, band_count=len(bands.bands))
