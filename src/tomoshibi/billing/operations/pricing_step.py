"""From candidates to priced documents: what a chunk hands to ``tariffs.pricing``, and what it makes of the answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tomoshibi.billing import composition, inputs, queries, values
from tomoshibi.billing.operations import dividing, numbers
from tomoshibi.billing.operations.world import AS_IT_IS, World
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import TaxTreatment
from tomoshibi.kernel import frames
from tomoshibi.kernel.periods import Month
from tomoshibi.rating import totals
from tomoshibi.rating.program import Program
from tomoshibi.rating.sheet import Group
from tomoshibi.tariffs import pricing
from tomoshibi.tariffs import values as tariff_values

EXTRAS: frames.Schema = {
    "row_id": pl.Int64,
    "code": pl.String,
    "text": pl.String,
    "amount_minor": pl.Int64,
    "taxed": pl.Boolean,
    "charge_id": pl.Int64,
    "adjustment_id": pl.Int64,
}


@dataclass(frozen=True)
class Priced:
    """
    :param rows: one per document: ``row_id``, the parts' last plan and size, totals, what the checks look at
    :param lines: ``tariff_values.LINES``
    :param extras: ``EXTRAS``
    :param refusals: ``tariff_values.REFUSALS``
    :param parts: ``inputs.PARTS`` of the bills that are not simply one whole month
    :param published: ``inputs.PUBLISHED``
    """

    rows: pl.DataFrame
    lines: pl.DataFrame
    extras: pl.DataFrame
    refusals: pl.DataFrame
    parts: pl.DataFrame
    published: pl.DataFrame


@dataclass(frozen=True)
class Rated:
    """
    The plan's part of bills.

    :param usage: what pricing was given, one row per part of a bill
    :param found: what it gave
    """

    usage: pl.DataFrame
    programs: Mapping[int, Program]
    found: tariff_values.PricedFrame

    def only(self, row_ids: pl.Series) -> "Rated":
        """The same for some bills."""
        mine = pl.col("row_id").is_in(row_ids.implode())
        return Rated(self.usage.filter(mine), self.programs, self.found.only(row_ids))

    def last_plan(self, name: str) -> pl.DataFrame:
        """``row_id`` and the plan of the last part of each bill."""
        plans = self.usage.select("row_id", pl.col("plan_code").alias(name))
        if frames.all_differ(plans["row_id"]):
            return plans
        return plans.unique(subset="row_id", keep="last", maintain_order=True)


def rate(rows: pl.DataFrame, *, month: Month, adjustments: pl.DataFrame, world: World = AS_IT_IS) -> Rated:
    """
    Price candidates, without what stands on their bills besides the plan: the one path of bills and of studies.

    :param rows: candidates with a provided reading inside the contract
    """
    usage = _usage(rows, month=month, adjustments=adjustments, world=world)
    usage = world.values(usage.with_columns(month=pl.lit(month.number, dtype=pl.Int64)))
    found, programs = price_usage(usage, readings=rows, world=world)
    return Rated(usage=usage, programs=programs, found=found)


def price(rows: pl.DataFrame, *, month: Month, adjustments: pl.DataFrame, world: World = AS_IT_IS) -> Priced:
    """
    Price the candidates that can be billed.

    :param rows: candidates with a provided reading inside the contract
    :param adjustments: individual corrections (``queries.adjustments``)
    """
    rated = rate(rows, month=month, adjustments=adjustments, world=world)
    published, usage = inputs.published(rated.usage)
    found, programs = rated.found, rated.programs
    extras = _extras(rows, month=month, adjustments=adjustments, priced=found.totals)
    extras = pl.concat([extras, _deferred(rows, found, programs=programs)])
    last = usage.group_by("row_id", maintain_order=True).agg(
        pl.col("plan_code", "plan_version", "capacity_kind", "capacity_milli").last(),
        capacity_changed=(pl.col("capacity_milli").n_unique() > 1) | (pl.col("capacity_kind").n_unique() > 1),
        plan_changed=pl.col("plan_code").n_unique() > 1,
        price_changed=pl.struct("plan_code", "plan_version").n_unique() > pl.col("plan_code").n_unique(),
        split=pl.col("split").last(),
        published_id=pl.when(pl.len() == 1).then(pl.col("published_id").first()),
    )
    priced = found.totals.join(last, on="row_id", how="left", maintain_order="left")
    priced = with_extras(priced, extras, programs=programs)
    looked = _looked_at(found.lines, programs=programs)
    priced = priced.join(looked, on="row_id", how="left", maintain_order="left")
    # A bill on which nothing was used may have no line at all.
    priced = priced.with_columns(pl.col("^.*_e10$").exclude("lowest_line_e10", "unrounded_e10").fill_null(0))
    return Priced(
        rows=composition.without_tax(priced, programs=programs),
        lines=found.lines,
        extras=extras,
        refusals=_with_unpriced(rows, found),
        parts=inputs.parts(usage),
        published=published,
    )


def priced_by_half_hours(rows: pl.DataFrame, *, world: World) -> int:
    """How many candidates have plans that price half-hours: each takes six kilobytes while it is priced."""
    parts = world.parts(rows).select("row_id", "plan_code", period_start="part_start")
    asked = parts.select("plan_code", "period_start").unique(maintain_order=True)
    versions = world.versions(asked)["plan_version"]
    needing = [
        number for number, program in world.programs(versions.drop_nulls().unique()).items() if program.needs_half_hours
    ]
    mine = asked.filter(versions.is_in(needing))
    return parts.join(mine, on=["plan_code", "period_start"], how="semi")["row_id"].n_unique()


def price_usage(
    usage: pl.DataFrame, *, readings: pl.DataFrame, world: World = AS_IT_IS
) -> tuple[tariff_values.PricedFrame, Mapping[int, Program]]:
    """
    Price a usage frame that is complete but for the half-hours: those of the readings are looked up here.

    :param readings: one per bill: ``row_id, reading_id, area, period_start, period_end, has_half_hours``
    """
    programs = world.programs(usage["plan_version"].drop_nulls().unique())
    half_hours = _half_hours(readings, usage, programs, world)
    return pricing.price(usage=usage, programs=programs, half_hours=half_hours), programs


def _usage(rows: pl.DataFrame, *, month: Month, adjustments: pl.DataFrame, world: World = AS_IT_IS) -> pl.DataFrame:
    """One row per part of a bill, as pricing takes it, with today's facts and the individual corrections."""
    columns = ["row_id", "contract_id", "area", "voltage", "start", "period_start", "period_end", "metered_dwh"]
    columns += ["reading_start", "reading_end"]
    given = rows.select(columns)
    for kind, column in (("usage", "energy_dwh"), ("capacity", "capacity_milli")):
        given = _with_own(given, adjustments.filter(pl.col("kind") == kind), column=column)
    given = given.with_columns(
        bill_energy_dwh=pl.coalesce("own_energy_dwh", "metered_dwh"),
        by_hand=pl.col("own_energy_dwh").is_not_null(),
        reading_on=pl.col("period_end"),
        continuing=pl.col("start") < pl.col("period_start"),
    )
    parts = frames.beside(world.parts(rows), given, on="row_id")
    parts = parts.with_columns(
        pl.coalesce("own_capacity_milli", "capacity_milli").alias("capacity_milli"),
        period_start=pl.col("part_start"),
        period_end=pl.col("part_end"),
    )
    parts = dividing.at_price_changes(world.versions(parts), world=world)
    programs = world.programs(parts["plan_version"].drop_nulls().unique())
    parts = world.channels(parts, rows=rows, programs=programs)
    parts = dividing.at_changes_of_equipment(parts, month=month, programs=programs)
    parts = dividing.with_energy(parts, readings=rows, programs=programs)
    parts = numbers.with_numbers(parts, rows=rows, month=month, programs=programs)
    parts = _with_bands(
        _with_registers(parts, rows=rows, registers=world.lookups.registers(rows)), adjustments=adjustments
    )
    parts = contracts.with_levy_exemption(parts, held=world.lookups.exemptions(parts["contract_id"].unique()))
    return parts.drop("part_start", "part_end", "metered_dwh", "own_energy_dwh", "own_capacity_milli", "start")


def _with_own(given: pl.DataFrame, corrections: pl.DataFrame, *, column: str) -> pl.DataFrame:
    """Add ``own_<column>``: what the newest correction of each contract says."""
    if corrections.is_empty():
        return given.with_columns(pl.lit(None, dtype=pl.Int64).alias(f"own_{column}"))
    newest = corrections.group_by("contract_id").agg(pl.col(column).last().alias(f"own_{column}"))
    return given.join(newest, on="contract_id", how="left", maintain_order="left")


def _with_registers(parts: pl.DataFrame, *, rows: pl.DataFrame, registers: pl.DataFrame) -> pl.DataFrame:
    """
    Band energies of groups, from the rate registers of their reference meters: each part has those of its own days.

    What was worked out before days were kept by rate is shared by days.
    """
    if registers.is_empty():
        return parts
    of_rows = rows.select("row_id", "reading_id").join(registers, on="reading_id", how="inner").drop("reading_id")
    columns = [name for name in of_rows.columns if name != "row_id"]
    found = parts.join(of_rows, on="row_id", how="left", maintain_order="left")
    several = pl.col("row_id").is_duplicated() & pl.col(columns[0]).is_not_null()
    divided = found.filter(several)
    if divided.is_empty():
        return found
    for column in columns:
        shared = pricing.split_by_days(divided.drop("energy_dwh"), energy=column)
        divided = divided.sort("row_id", "segment").with_columns(shared["energy_dwh"].alias(column))
    own = dividing.of_group_days(divided, readings=rows).select("row_id", "segment", *columns)
    divided = divided.join(own, on=["row_id", "segment"], how="left", maintain_order="left", suffix="_own")
    divided = divided.with_columns(
        pl.when(pl.col(f"{column}_own").is_not_null().all().over("row_id"))
        .then(pl.col(f"{column}_own"))
        .otherwise(pl.col(column))
        .alias(column)
        for column in columns
    )
    return pl.concat([found.filter(~several), divided.select(found.columns)]).sort("row_id", "segment")


def _with_bands(parts: pl.DataFrame, *, adjustments: pl.DataFrame) -> pl.DataFrame:
    """Band energies that a person entered; they belong to the whole bill, so several parts share them by days."""
    if adjustments.is_empty():
        return parts
    entered = adjustments.filter(
        (pl.col("kind") == "usage") & pl.col("bands").is_not_null() & (pl.col("bands") != "{}")
    )
    newest = adjustments.filter(pl.col("kind") == "usage").group_by("contract_id").agg(pl.col("adjustment_id").last())
    entered = entered.join(newest, on=["contract_id", "adjustment_id"], how="semi")
    if entered.is_empty():
        return parts
    bands = {row["contract_id"]: json.loads(row["bands"]) for row in entered.iter_rows(named=True)}
    names = sorted({name for own in bands.values() for name in own})
    told = pl.DataFrame(
        [(contract_id, *(own.get(name) for name in names)) for contract_id, own in bands.items()],
        schema={"contract_id": pl.Int64, **{f"band_{name}_dwh": pl.Int64 for name in names}},
        orient="row",
    )
    columns = [f"band_{name}_dwh" for name in names]
    found = parts.join(told, on="contract_id", how="left", maintain_order="left")
    by_hand = pl.any_horizontal(pl.col(columns).is_not_null())
    hand = found.filter(by_hand)
    for column in columns:
        hand = (
            pricing.split_by_days(hand.drop("energy_dwh", strict=False), energy=column)
            .drop(column)
            .rename({"energy_dwh": column})
        )
    hand = hand.with_columns(
        energy_dwh=pl.sum_horizontal(pl.col(columns).fill_null(0)), split=pl.lit(values.Split.HAND.value)
    )
    return pl.concat([found.filter(~by_hand), hand.select(found.columns)]).sort("row_id", "segment")


def _half_hours(
    rows: pl.DataFrame, usage: pl.DataFrame, programs: Mapping[int, Program], world: World
) -> tariff_values.Blocks:
    """Half-hours of the bills whose plans price them (time of use, market), in blocks that share area and days."""
    needing = {version: program for version, program in programs.items() if program.needs_half_hours}
    wanted = usage.filter(pl.col("plan_version").is_in(list(needing)))["row_id"].unique()
    needed = rows.filter(pl.col("row_id").is_in(wanted.implode()) & pl.col("has_half_hours"))
    return dividing.half_hours(needed, programs=needing, world=world)


def _extras(rows: pl.DataFrame, *, month: Month, adjustments: pl.DataFrame, priced: pl.DataFrame) -> pl.DataFrame:
    """Sundry charges that wait for the contracts, and amounts added by hand; each contract's on its first bill."""
    firsts = (
        rows.join(priced, on="row_id", how="semi")
        .group_by("contract_id")
        .agg(pl.col("row_id").min(), pl.col("period_end").max())
    )
    waiting = firsts.join(
        contracts.waiting_charges_frame(contract_ids=firsts["contract_id"]), on="contract_id", how="inner"
    )
    # The bill of the last day is the last one: it takes what was to come later, too.
    last = (pl.col("contract_end") <= pl.col("period_end")).fill_null(value=False)
    charges = told(waiting.filter((pl.col("month") <= month.number) | last))
    added = firsts.join(adjustments.filter(pl.col("kind") == "charge"), on="contract_id", how="inner").select(
        "row_id",
        code=pl.lit("adjustment"),
        text="text",
        amount_minor="amount_minor",
        taxed=pl.lit(True),
        charge_id=pl.lit(None, dtype=pl.Int64),
        adjustment_id=pl.col("adjustment_id"),
    )
    return pl.concat([charges, added]).select(list(EXTRAS)).sort("row_id", maintain_order=True)


def _deferred(rows: pl.DataFrame, found: tariff_values.PricedFrame, *, programs: Mapping[int, Program]) -> pl.DataFrame:
    """What of the bills is paid later: a line that takes it off; no last bill of a contract defers anything."""
    later = pricing.deferred(found, programs=programs)
    if later.is_empty():
        return pl.DataFrame(schema=dict(EXTRAS))
    going_on = rows.filter(pl.col("end").is_null() | (pl.col("period_end") < pl.col("end")))
    return later.join(going_on, on="row_id", how="semi").select(
        "row_id",
        code=pl.lit(queries.DEFERRED),
        text=pl.lit(queries.charge_text(code=queries.DEFERRED)),
        amount_minor=-pl.col("amount_minor"),
        taxed=pl.lit(value=False),
        charge_id=pl.lit(None, dtype=pl.Int64),
        adjustment_id=pl.lit(None, dtype=pl.Int64),
    )


def told(waiting: pl.DataFrame) -> pl.DataFrame:
    """
    Waiting charges as lines beside the plan.

    :param waiting: ``row_id`` and columns of ``contracts.queries.CHARGES``
    :returns: ``EXTRAS``
    """
    return waiting.select(
        "row_id",
        "code",
        "text",
        "amount_minor",
        taxed=pl.col("tax") == TaxTreatment.INCLUDED.value,
        charge_id=pl.col("charge_id"),
        adjustment_id=pl.lit(None, dtype=pl.Int64),
    )


def with_extras(priced: pl.DataFrame, extras: pl.DataFrame, *, programs: Mapping[int, Program]) -> pl.DataFrame:
    """Add what stands on the bill besides the plan; the tax of such a bill is taken anew, once for the invoice."""
    sums = extras.group_by("row_id").agg(
        extra_minor=pl.col("amount_minor").sum(),
        untaxed_minor=pl.col("amount_minor").filter(~pl.col("taxed")).sum(),
    )
    found = priced.join(sums, on="row_id", how="left", maintain_order="left").with_columns(
        pl.col("extra_minor", "untaxed_minor").fill_null(0),
        plan_minor=pl.col("total_minor"),
        plan_net_minor=pl.col("net_minor"),
    )
    taxed_extra = pl.col("extra_minor") != pl.col("untaxed_minor")
    found = found.with_columns(pl.col("total_minor") + pl.col("extra_minor"))
    if found.filter(taxed_extra).is_empty():
        return found
    tax = found["tax_minor"].to_numpy().copy()
    taxable = (found["total_minor"] - found["untaxed_minor"]).to_numpy()
    again = found.select(taxed_extra).to_series().to_numpy()
    for version in found.filter(taxed_extra)["plan_version"].unique():
        mine = again & (found["plan_version"] == version).to_numpy()
        rate = found["tax_rate_ppm"].to_numpy()[mine]
        tax[mine] = totals.included_tax(taxable[mine], rate_ppm=rate, policy=programs[version].rounding)
    return found.with_columns(pl.Series("tax_minor", tax))


def _looked_at(lines: pl.DataFrame, *, programs: Mapping[int, Program]) -> pl.DataFrame:
    """What the checks look at in the lines (the lowest charge, the units of levy and fuel), and what each kind comes to."""
    charges = {Group.BASIC, Group.ENERGY, Group.LEVY}
    meaning = pl.DataFrame(
        [
            (
                version,
                number,
                composition.KIND_OF.get(slot.group, composition.OTHER),
                slot.group in charges and not slot.signed,
                slot.group.value,
            )
            for version, program in programs.items()
            for number, slot in enumerate(program.slots, start=1)
        ],
        schema={
            "plan_version": pl.Int64,
            "component_no": pl.Int16,
            "kind": pl.String,
            "charge": pl.Boolean,
            "group": pl.String,
        },
        orient="row",
    )
    marked = lines.join(meaning, on=["plan_version", "component_no"], how="left", maintain_order="left")
    # Columns first and plain sums then: a condition inside a group costs as much as the group.
    sums = (
        marked.select("row_id", *composition.exact_e10(), lowest_line_e10=pl.when("charge").then("amount_e10"))
        .group_by("row_id")
        .agg(pl.col("^.*_e10$").exclude("lowest_line_e10").sum(), pl.col("lowest_line_e10").min())
    )
    for group, name in ((Group.LEVY, "levy_price_micro"), (Group.FUEL, "fuel_price_micro")):
        units = marked.filter((pl.col("group") == group.value) & (pl.col("quantity") > 1))
        prices = units.group_by("row_id").agg(pl.col("price_micro").last().alias(name))
        sums = sums.join(prices, on="row_id", how="left")
    return sums


def _with_unpriced(rows: pl.DataFrame, found: tariff_values.PricedFrame) -> pl.DataFrame:
    """Refusals, and rows that no terms cover."""
    known = pl.concat([found.totals.select("row_id"), found.refusals.select("row_id")])
    lost = rows.join(known, on="row_id", how="anti").select(
        "row_id", pl.lit("no_terms").alias("code"), pl.lit("").alias("detail")
    )
    return pl.concat([found.refusals, lost])
