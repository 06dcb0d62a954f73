"""A period in which something changes: its parts, and the energy of each."""

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import polars as pl

from tomoshibi.billing import queries
from tomoshibi.billing.operations.world import AS_IT_IS, World
from tomoshibi.billing.values import Split
from tomoshibi.kernel import frames, halfhours
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.metering import queries as metering
from tomoshibi.metering.values import INTERVAL_MINUTES
from tomoshibi.rating import program as rating
from tomoshibi.rating.halfhours import Numbers
from tomoshibi.rating.program import Program
from tomoshibi.rating.proration import PriceChange
from tomoshibi.tariffs import pricing
from tomoshibi.tariffs import values as tariff_values

SLOTS = halfhours.slots_per_day(INTERVAL_MINUTES)
DEMAND_INPUTS = ("demand_milli", "max_demand_milli")
MATRIX_ROWS = 20_000
"""Half-hour months in one block: about 120 MB."""


def at_price_changes(parts: pl.DataFrame, *, world: World = AS_IT_IS) -> pl.DataFrame:
    """
    Divide parts on the first day of a new version of their plan, where the plan says so and the version changes anything.

    :param parts: ``row_id, segment, plan_code, plan_version, period_start, period_end``, with versions
    """
    if parts.is_empty():
        return parts
    versions = world.starts()
    first, last = parts["period_start"].min(), parts["period_end"].max()
    inside = versions.filter((pl.col("valid_from") > first) & (pl.col("valid_from") < last))
    if inside.is_empty():
        return parts
    splitting = [
        version
        for version, program in world.programs(parts["plan_version"].drop_nulls().unique()).items()
        if program.proration.price_change is PriceChange.SPLIT
    ]
    cut = parts.filter(pl.col("plan_version").is_in(splitting))
    inside = _that_change(inside.join(cut, on="plan_code", how="semi"), world=world)
    cut = cut.join(inside, on="plan_code", how="inner")
    divided = _at_days(parts, cut.select("row_id", "segment", "period_start", "period_end", day="valid_from"))
    if divided is None:
        return parts
    return world.versions(divided.drop("plan_version")).select(parts.columns)


def _that_change(starts: pl.DataFrame, *, world: World) -> pl.DataFrame:
    """
    The first days of versions that price otherwise than the day before.

    A version that mends a word or a source prices as before: a period is not divided by it.

    :param starts: ``plan_code, valid_from``
    """
    if starts.is_empty():
        return starts
    asked = starts.select("plan_code", period_start="valid_from")
    new = world.versions(asked)["plan_version"]
    old = world.versions(asked.with_columns(pl.col("period_start").dt.offset_by("-1d")))["plan_version"]
    rules = world.rules(pl.concat([old, new]).drop_nulls().unique())
    changed = [rules.get(before) != rules.get(after) for before, after in zip(old, new, strict=True)]
    return starts.filter(pl.Series(changed, dtype=pl.Boolean))


def at_changes_of_equipment(parts: pl.DataFrame, *, month: Month, programs: Mapping[int, Program]) -> pl.DataFrame:
    """
    Divide parts on the day on which equipment was added: contract demand by actual demand is another one from then on.

    :param parts: ``row_id, contract_id, segment, plan_version, period_start, period_end``
    """
    by_demand = [version for version, program in programs.items() if set(DEMAND_INPUTS) & set(program.inputs)]
    if not by_demand:
        return parts
    mine = parts.filter(pl.col("plan_version").is_in(by_demand))
    changes = metering.demand_frame(month=month, contract_ids=mine["contract_id"].unique()).filter(pl.col("part") > 0)
    cut = mine.select("row_id", "segment", "contract_id", "period_start", "period_end").join(
        changes.select("contract_id", day="period_start"), on="contract_id"
    )
    divided = _at_days(parts, cut.drop("contract_id"))
    return parts if divided is None else divided.select(parts.columns)


def _at_days(parts: pl.DataFrame, cuts: pl.DataFrame) -> pl.DataFrame | None:
    """
    Divide parts on days inside them; nothing where no day lies inside.

    :param cuts: ``row_id, segment, period_start, period_end, day``
    """
    cuts = cuts.filter((pl.col("day") > pl.col("period_start")) & (pl.col("day") < pl.col("period_end")))
    if cuts.is_empty():
        return None
    days = cuts.group_by("row_id", "segment").agg(pl.col("day").unique().sort().alias("days"))
    none = pl.lit([], dtype=pl.List(pl.Date))
    divided = parts.join(days, on=["row_id", "segment"], how="left").with_columns(pl.col("days").fill_null(none))
    divided = divided.with_columns(
        period_start=pl.concat_list("period_start", "days"), period_end=pl.concat_list("days", "period_end")
    ).explode("period_start", "period_end")
    return (
        divided.sort("row_id", "period_start")
        .with_columns(segment=pl.int_range(pl.len(), dtype=pl.Int16).over("row_id"))
        .drop("days")
    )


def with_energy(parts: pl.DataFrame, *, readings: pl.DataFrame, programs: Mapping[int, Program]) -> pl.DataFrame:
    """
    Give each part its energy, so that the parts of a bill add up to it; how, says the plan of its last part.

    :param parts: ``row_id, segment, plan_version, period_start, period_end, capacity_milli, bill_energy_dwh``
    :param readings: one per bill: ``row_id, reading_id, area, period_start, period_end, has_half_hours``
    :returns: the parts with ``energy_dwh`` and ``split`` (``values.Split``)
    """
    if frames.all_differ(parts["row_id"]):
        return parts.with_columns(energy_dwh=pl.col("bill_energy_dwh"), split=pl.lit(Split.WHOLE.value))
    several = pl.col("row_id").is_duplicated()
    whole = parts.filter(~several).with_columns(energy_dwh=pl.col("bill_energy_dwh"), split=pl.lit(Split.WHOLE.value))
    divided = parts.filter(several).sort("row_id", "segment")
    measuring = [number for number, program in programs.items() if program.split is rating.Split.HALF_HOURS]
    lasts = divided.group_by("row_id", maintain_order=True).last()
    chosen = lasts.filter(pl.col("plan_version").is_in(measuring))["row_id"]
    wanted = readings.filter(pl.col("row_id").is_in(chosen.implode()) & pl.col("has_half_hours"))
    blocks = half_hours(wanted, programs={})
    divided = pricing.split_energy(divided, programs=programs, half_hours=blocks)
    measured = pl.Series([row_id for block in blocks for row_id in _complete(block)], dtype=pl.Int64)
    divided = divided.with_columns(
        split=pl.when(pl.col("row_id").is_in(measured.implode()))
        .then(pl.lit(Split.MEASURED.value))
        .otherwise(pl.lit(Split.DAYS.value))
    )
    divided = _by_registers(divided, readings=readings)
    return pl.concat([whole, divided.select(whole.columns)]).sort("row_id", "segment")


def of_group_days(parts: pl.DataFrame, *, readings: pl.DataFrame) -> pl.DataFrame:
    """
    What the meters of groups measured on the days of each part, times the points of each day (DEC-3, G-083).

    :param parts: ``row_id, segment, period_start, period_end``
    :param readings: ``row_id, reading_id``
    :returns: ``row_id, segment, day_energy_dwh, band_…_dwh`` of the parts of groups; bands are null where a day has none
    """
    mine = parts.select("row_id", "segment", "period_start", "period_end").join(
        readings.select("row_id", "reading_id").drop_nulls(), on="row_id", how="inner"
    )
    days = queries.day_energies(reading_ids=mine["reading_id"].unique())
    inside = mine.join(days, on="reading_id", how="inner").filter(
        (pl.col("day") >= pl.col("period_start")) & (pl.col("day") < pl.col("period_end"))
    )
    names = [name for name in queries.GROUP_DAYS if name not in {"reading_id", "day"}]
    known = (pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name) for name in names)
    return inside.group_by("row_id", "segment", maintain_order=True).agg(*known)


def _by_registers(divided: pl.DataFrame, *, readings: pl.DataFrame) -> pl.DataFrame:
    """Parts of groups take the energy of their own days, where the days are the whole energy of the bill."""
    measured = of_group_days(divided, readings=readings)
    if measured.is_empty():
        return divided
    found = divided.join(
        measured.select("row_id", "segment", "day_energy_dwh"),
        on=["row_id", "segment"],
        how="left",
        maintain_order="left",
    )
    # An energy that somebody entered by hand has no days of its own.
    whole = (pl.col("day_energy_dwh").sum().over("row_id") == pl.col("bill_energy_dwh")) & pl.col(
        "day_energy_dwh"
    ).is_not_null().all().over("row_id")
    return found.with_columns(
        energy_dwh=pl.when(whole).then(pl.col("day_energy_dwh")).otherwise(pl.col("energy_dwh")),
        split=pl.when(whole).then(pl.lit(Split.REGISTERS.value)).otherwise(pl.col("split")),
    ).drop("day_energy_dwh")


def _complete(block: tariff_values.HalfHours) -> list[int]:
    """The bills of a block whose half-hours are all there, and not all nothing."""
    there = (block.values_dwh >= 0).all(axis=1) & (block.values_dwh > 0).any(axis=1)
    return [int(row_id) for row_id in block.row_ids[there]]


def half_hours(
    readings: pl.DataFrame, *, programs: Mapping[int, Program], world: World = AS_IT_IS
) -> tariff_values.Blocks:
    """
    The half-hours of readings in blocks that share area and days, with the market's prices where a program needs them.

    :param readings: ``row_id, reading_id, area, period_start, period_end``
    """
    if readings.is_empty():
        return tariff_values.Blocks(tuple)
    markets = frozenset(one.market for program in programs.values() for one in program.market_linked)
    key = (readings["row_id"].to_numpy().tobytes(), markets, world.spot_year)
    return world.lookups.blocks(
        key,
        lambda: tariff_values.Blocks(
            lambda: _blocks(readings, programs=programs, world=world),
            known=lambda question, work_out: world.lookups.added_up(readings, question, work_out),
            # A market prices half-hours one by one, in every world anew: they are better held.
            arriving=None if markets else lambda: _arriving(readings, world=world),
        ),
    )


def _arriving(readings: pl.DataFrame, *, world: World) -> tariff_values.Arriving:
    """The half-hours of readings as they come."""
    of_readings = readings.select("reading_id", "row_id").sort("reading_id")
    reading_ids, row_ids = of_readings["reading_id"].to_numpy(), of_readings["row_id"].to_numpy()

    def packs() -> Iterator[tuple[Int64Array, Numbers, int]]:
        for ids, numbers, step in world.lookups.half_hour_packs(readings):
            yield row_ids[np.searchsorted(reading_ids, ids)], numbers, step

    blocks = [
        world.half_hours(
            row_ids=block["row_id"].to_numpy(),
            # As wide as the period, and one number in memory.
            values_dwh=np.broadcast_to(halfhours.MISSING, (block.height, period.days * SLOTS)),
            period=period,
            area=str(area),
            programs={},
        )
        for (area, first, until), block in readings.group_by("area", "period_start", "period_end", maintain_order=True)
        for period in [_period(first, until)]
    ]
    return tariff_values.Arriving(tuple(blocks), packs)


def _period(first: object, until: object) -> Period:
    assert isinstance(first, date)
    assert isinstance(until, date)
    return Period(first, until)


def _blocks(
    readings: pl.DataFrame, *, programs: Mapping[int, Program], world: World
) -> Iterator[tariff_values.HalfHours]:
    by = ("area", "period_start", "period_end")
    for some in readings.sort(by, maintain_order=True).iter_slices(MATRIX_ROWS):
        # One read for all of them: their periods are many, and begin and end on few days each.
        matrix = world.lookups.half_hours(some)
        row = 0
        for (area, first, until), block in some.group_by(by, maintain_order=True):
            period = _period(first, until)
            yield world.half_hours(
                row_ids=block["row_id"].to_numpy(),
                values_dwh=matrix[row : row + block.height, : period.days * SLOTS],
                period=period,
                area=str(area),
                programs=programs,
            )
            row += block.height
