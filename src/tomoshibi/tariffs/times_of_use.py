"""Half-hours of bills reduced to the energies of the bands of their plans."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
import polars.selectors as cs

from tomoshibi.kernel import frames
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.band_tiers import Allocation, BandTiers
from tomoshibi.rating.bands import Bands
from tomoshibi.rating.halfhours import WORTH_COMPILING, StretchSums, band_sums, can_compile
from tomoshibi.rating.program import Program
from tomoshibi.rating.time_order import tier_band_sums
from tomoshibi.tariffs import pieces, values
from tomoshibi.tariffs.shares_of_month import ratios

_BY = ("plan_version", "period_start", "period_end")
_SHARE = "^(reading_start|reading_end|ratio_num|ratio_den)$"
INCOMPLETE = np.int64(-1)
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
    if not versions:
        return frame
    rows = frame.filter(pl.col("plan_version").is_in(versions)).select("row_id", "segment", *_BY, cs.matches(_SHARE))
    sums = _known(rows, programs={version: programs[version] for version in versions}, half_hours=half_hours)
    if sums.is_empty():
        return frame
    names = [name for name in sums.columns if name.startswith("band_")]
    joined = frame.join(sums, on=["row_id", "segment"], how="left", suffix="_found", maintain_order="left")
    both = [name for name in names if f"{name}_found" in joined.columns]
    return joined.with_columns(pl.coalesce(name, f"{name}_found").alias(name) for name in both).drop(
        f"{name}_found" for name in both
    )


def _known(
    rows: pl.DataFrame, *, programs: Mapping[int, Program], half_hours: Sequence[values.HalfHours]
) -> pl.DataFrame:
    """What ``_sums`` gives; the worlds of a study and later ones ask for the same energies under other prices."""
    if isinstance(half_hours, values.Blocks):
        question = _question(rows, programs=programs)
        if question:
            return half_hours.added_up(question, lambda: _sums(rows, programs=programs, half_hours=half_hours))
    return _sums(rows, programs=programs, half_hours=half_hours)


def _sums(
    rows: pl.DataFrame, *, programs: Mapping[int, Program], half_hours: Sequence[values.HalfHours]
) -> pl.DataFrame:
    """``row_id``, ``segment`` and the energies of bands of the rows whose half-hours are given."""
    arriving = half_hours.arriving if isinstance(half_hours, values.Blocks) and not _in_time_order(programs) else None
    if arriving is not None and _many(arriving.blocks) and can_compile():
        found = _as_they_come(rows, arriving, programs=programs)
    else:
        compiled = _many(half_hours)
        found = [
            _piece(piece, block, bands, programs[piece["plan_version"][0]], compiled=compiled)
            for block, piece in pieces.in_blocks(rows, half_hours=half_hours, by=_BY)
            for bands in programs[piece["plan_version"][0]].bands
        ]
    sums = pl.concat(found, how="diagonal") if found else rows.select("row_id", "segment").clear()
    names = [name for name in sums.columns if name.startswith("band_")]
    if frames.all_differ(sums["row_id"]):
        return sums
    return sums.group_by("row_id", "segment").agg(pl.col(names).max())


def _many(half_hours: Sequence[values.HalfHours]) -> bool:
    """Blocks may be many and small: all of them together say whether compiling is worth its time."""
    return sum(block.values_dwh.size for block in half_hours) >= WORTH_COMPILING


def _in_time_order(programs: Mapping[int, Program]) -> bool:
    every = (bands for program in programs.values() for bands in program.bands)
    return any(isinstance(bands, BandTiers) and bands.allocation is Allocation.TIME_ORDER for bands in every)


def _as_they_come(
    rows: pl.DataFrame, arriving: values.Arriving, *, programs: Mapping[int, Program]
) -> list[pl.DataFrame]:
    """The same energies, each vector added up when it comes: nothing is written to memory but the sums."""
    asked = [
        (piece, bands, _slots(block, start=piece["period_start"][0], end=piece["period_end"][0], bands=bands))
        for block, piece in pieces.in_blocks(rows, half_hours=arriving.blocks, by=_BY)
        for bands in programs[piece["plan_version"][0]].bands
    ]
    if not asked:
        return []
    heights = [piece.height for piece, _bands, _found in asked]
    none = (slice(0, 0), np.empty(0, dtype=np.uint8))
    calendars = [found or none for _piece, _bands, found in asked]
    lengths = np.array([vector.size for _slots, vector in calendars], dtype=np.int64)
    sums = StretchSums(
        np.concatenate([vector for _slots, vector in calendars]).astype(np.int32),
        begins=np.repeat(np.cumsum(lengths) - lengths, heights),
        slots=np.repeat(lengths, heights),
        band_count=max(len(bands.bands) for _piece, bands, _found in asked),
    )
    firsts = np.repeat([slots.start for slots, _vector in calendars], heights)
    row_ids = np.concatenate([piece["row_id"].to_numpy() for piece, _bands, _found in asked])
    order = np.argsort(row_ids, kind="stable")
    in_order = row_ids[order]
    for ids, numbers, step in arriving.packs():
        rows_of_pack, places = _all_of(ids, in_order)
        stretches = order[places]
        sums.add(numbers, step_dwh=step, stretches=stretches, rows=rows_of_pack, firsts=firsts[stretches])
    ends = np.cumsum(heights)
    return [
        _energies(piece, bands, sums.sums[end - piece.height : end], sums.complete[end - piece.height : end])
        for (piece, bands, _found), end in zip(asked, ends, strict=True)
    ]


def _all_of(ids: Int64Array, among: Int64Array) -> tuple[Int64Array, Int64Array]:
    """
    Where each of some ids stands among others: a bill of several parts stands there for each of them.

    :param among: in their order
    :returns: (k,) which of the ids, and (k,) its place
    """
    begin = np.searchsorted(among, ids)
    counts = np.searchsorted(among, ids, side="right") - begin
    rest = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(np.arange(ids.size), counts), np.repeat(begin, counts) + rest


def _question(rows: pl.DataFrame, *, programs: Mapping[int, Program]) -> str:
    """
    What is asked of half-hours: which bands of which days of which bills, whatever they cost.

    :returns: nothing where tiers in the order of time lie in the energies, too: those are asked for anew each time
    """
    numbers = {version: number for number, version in enumerate(sorted(programs))}
    bands = [(number, one) for version, number in numbers.items() for one in programs[version].bands]
    if _in_time_order(programs):
        return ""
    asked = rows.with_columns(pl.col("plan_version").replace_strict(numbers, return_dtype=pl.Int64))
    return repr((frames.digest(asked), [(number, one.calendar, _names(one)) for number, one in bands]))


def _piece(
    piece: pl.DataFrame, block: values.HalfHours, bands: Bands | BandTiers, program: Program, *, compiled: bool
) -> pl.DataFrame:
    if isinstance(bands, BandTiers) and bands.allocation is Allocation.TIME_ORDER:
        return _tier_piece(piece, block, bands, program)
    sums, complete = period_sums(
        block,
        places=piece[pieces.PLACE].to_numpy(),
        start=piece["period_start"][0],
        end=piece["period_end"][0],
        bands=bands,
        compiled=compiled,
    )
    return _energies(piece, bands, sums, complete)


def _energies(
    piece: pl.DataFrame, bands: Bands | BandTiers, sums: Int64Array, complete: npt.NDArray[np.bool_]
) -> pl.DataFrame:
    columns = {
        f"band_{name}_dwh": np.where(complete, sums[:, number], np.int64(INCOMPLETE))
        for number, name in enumerate(_names(bands))
    }
    own = [pl.Series(name, column) for name, column in columns.items()]
    return pl.DataFrame(
        [piece["row_id"], piece["segment"], *own]
    )  # pieces are many: an expression costs more than its sums


def _names(bands: Bands | BandTiers) -> list[str]:
    return [band.name for band in bands.bands]


def _tier_piece(piece: pl.DataFrame, block: values.HalfHours, bands: BandTiers, program: Program) -> pl.DataFrame:
    """Energies per band and tier, the tiers filled in the order of time: ``band_<name>_tier_<n>_dwh``."""
    found = _slots(block, start=piece["period_start"][0], end=piece["period_end"][0], bands=bands)
    names = [(n, band.name, tier) for n, band in enumerate(bands.bands) for tier in range(bands.tier_count)]
    if found is None:
        columns = {f"band_{band}_tier_{tier + 1}_dwh": np.full(piece.height, INCOMPLETE) for _n, band, tier in names}
    else:
        slots, vector = found
        num, den = ratios(piece, program)
        bad = (num <= 0) | (den <= 0)  # refused later; here they must only do no harm
        num, den = np.where(bad, np.int64(1), num), np.where(bad, np.int64(1), den)
        edges = bands.edges(bands.bands[0], num, den, policy=program.proration)
        matrix = pieces.rows_of(block, piece[pieces.PLACE].to_numpy(), slots)
        cells, complete = tier_band_sums(matrix, vector, band_count=len(bands.bands), edges_dwh=edges)
        columns = {
            f"band_{band}_tier_{tier + 1}_dwh": np.where(complete, cells[:, n, tier], np.int64(INCOMPLETE))
            for n, band, tier in names
        }
    return piece.select("row_id", "segment").with_columns(pl.Series(name, col) for name, col in columns.items())


def part_energies(frame: pl.DataFrame, *, half_hours: Sequence[values.HalfHours]) -> pl.DataFrame:
    """
    What the half-hours of each part come to, for parts whose half-hours are all there.

    :returns: ``row_id``, ``segment``, ``part_dwh``
    """
    found = [pl.DataFrame(schema={"row_id": pl.Int64, "segment": frame.schema["segment"], "part_dwh": pl.Int64})]
    by = ("period_start", "period_end")
    for block, piece in pieces.in_blocks(frame.select("row_id", "segment", *by), half_hours=half_hours, by=by):
        slots = pieces.days_in(block, start=piece["period_start"][0], end=piece["period_end"][0])
        if slots is None:
            continue
        matrix = pieces.rows_of(block, piece[pieces.PLACE].to_numpy(), slots)
        complete = (matrix >= 0).all(axis=1)
        sums = pl.Series("part_dwh", np.maximum(matrix, 0).sum(axis=1, dtype=np.int64))
        found.append(piece.select("row_id", "segment").with_columns(sums).filter(pl.Series(complete)))
    return pl.concat(found).unique(subset=["row_id", "segment"], keep="first")


def _slots(
    block: values.HalfHours, *, start: date, end: date, bands: Bands | BandTiers
) -> tuple[slice, npt.NDArray[np.uint8]] | None:
    """The slots of a period in a block with their bands."""
    slots = pieces.days_in(block, start=start, end=end)
    if slots is None:
        return None
    first, days = (start - block.first_day).days, (end - start).days
    dates = np.datetime64(start, "D") + np.arange(days)
    months = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    types = block.day_types[first : first + days]
    return slots, bands.calendar.of_days(months, types, slots_a_day=block.slots_a_day)


def period_sums(
    block: values.HalfHours,
    *,
    places: Int64Array,
    start: date,
    end: date,
    bands: Bands | BandTiers,
    compiled: bool | None = None,
) -> tuple[Int64Array, np.ndarray]:
    """
    Band energies of some rows of a block over a period.

    :param compiled: as ``band_sums`` takes it

    :returns: (n, bands) sums, and (n,) whether every half-hour of the period is there
    """
    found = _slots(block, start=start, end=end, bands=bands)
    if found is None:
        return np.zeros((places.size, len(bands.bands)), dtype=np.int64), np.zeros(places.size, dtype=np.bool_)
    slots, vector = found
    rows = pieces.rows_of(block, places, slots)
    return band_sums(rows, vector, band_count=len(bands.bands), compiled=compiled)
