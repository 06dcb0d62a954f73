"""
The one place that turns usage columns, sizes and dates into lines, tax and a rounded total.

Quotes, previews, bills and case checks call it; nothing else in the house prices anything. It knows no database and no
clock: programs and published values are passed in (``tariffs.queries`` finds them).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tomoshibi.kernel import frames
from tomoshibi.kernel.exact import to_multiple
from tomoshibi.kernel.rounding import Int64Array, divide
from tomoshibi.rating import deferral, engine, totals
from tomoshibi.rating.program import Program
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.sheet import Group, Usage
from tomoshibi.rating.tiers import Tiers
from tomoshibi.tariffs import derivation, market_slots, parts, times_of_use, values
from tomoshibi.tariffs.line_columns import LineColumns
from tomoshibi.tariffs.shares_of_month import column, days, ratios, reading

BLOCK_ROWS = 250_000
"""Rows priced at once; memory is bounded by it."""
_VALUE = "_micro"
_BAND, _DWH = "band_", "_dwh"


@dataclass(frozen=True)
class _Group:
    """Rows of one plan version, priced."""

    program: Program
    rated: engine.Rated
    usage: Usage
    frame: pl.DataFrame


def price(
    *, usage: pl.DataFrame, programs: Mapping[int, Program], half_hours: Sequence[values.HalfHours] = ()
) -> values.PricedFrame:
    """
    Price bills.

    :param usage: ``values.USAGE`` and optional columns (see ``README.md``); several rows of one ``row_id`` are parts
        (segments) of one bill, numbered by ``segment``
    :param programs: program per plan version (``tariffs.queries.programs``)
    :param half_hours: half-hours of bills on time-of-use plans whose band energies are not columns already, and of
        bills on market-linked plans, with the market's prices (``tariffs.queries.half_hours``)
    :returns: lines, totals and refusals; every ``row_id`` is in exactly one of the last two
    """
    frames.require(usage, values.USAGE)
    frame = usage if "segment" in usage.columns else usage.with_columns(pl.lit(0, dtype=pl.Int16).alias("segment"))
    if frame.schema["segment"] != pl.Int16:
        frame = frame.with_columns(pl.col("segment").cast(pl.Int16))
    results = []
    whole, divided = parts.apart(frame)
    for start in range(0, whole.height, BLOCK_ROWS):
        block = _from_half_hours(whole.slice(start, BLOCK_ROWS), programs=programs, half_hours=half_hours)
        results.append(_price_whole(block, programs=programs))
    if divided.height:
        divided = _from_half_hours(divided, programs=programs, half_hours=half_hours)
        results.append(_price_divided(divided, programs=programs))
    return values.PricedFrame(
        totals=_stack([r.totals for r in results], values.TOTALS),
        refusals=_stack([r.refusals for r in results], values.REFUSALS),
        columns=tuple(columns for r in results for columns in r.columns),
        divided=_stack([r.divided for r in results], values.LINES),
    )


def _from_half_hours(
    frame: pl.DataFrame, *, programs: Mapping[int, Program], half_hours: Sequence[values.HalfHours]
) -> pl.DataFrame:
    """What plans take from half-hours, as columns: energies of bands, and what slots come to at the market's prices."""
    frame = times_of_use.with_bands(frame, programs=programs, half_hours=half_hours)
    return market_slots.with_slot_sums(frame, programs=programs, half_hours=half_hours)


def split_by_days(frame: pl.DataFrame, *, energy: str = "bill_energy_dwh") -> pl.DataFrame:
    """
    Give each part of a bill its share of the bill's energy by days, so that the parts add up.

    :param frame: parts with ``row_id``, ``segment``, ``period_start``, ``period_end`` and the column of the energy
    :returns: the frame with ``energy_dwh``, ordered by bill and part
    """
    return parts.split_by_days(frame, energy=energy)


def split_energy(
    frame: pl.DataFrame, *, programs: Mapping[int, Program], half_hours: Sequence[values.HalfHours] = ()
) -> pl.DataFrame:
    """
    Give each part of a bill its share of the bill's energy as the plan of its last part says, so that the parts add up.

    :param frame: parts with ``row_id``, ``segment``, ``plan_version``, ``period_start``, ``period_end``,
        ``capacity_milli`` and the bill's energy ``bill_energy_dwh``
    :returns: the frame with ``energy_dwh``, ordered by bill and part
    """
    measured = times_of_use.part_energies(frame, half_hours=half_hours)
    return parts.split_energy(frame, rules={v: p.split for v, p in programs.items()}, measured=measured)


def deferred(found: values.PricedFrame, *, programs: Mapping[int, Program]) -> pl.DataFrame:
    """
    What of priced bills is paid later, where the plan of their last part defers (支払繰延).

    :returns: ``row_id``, ``plan_version``, ``amount_minor`` of the bills that defer anything
    """
    schema = {"row_id": pl.Int64, "plan_version": pl.Int64, "amount_minor": pl.Int64}
    if all(program.deferral is None for program in programs.values()):
        return frames.empty(schema)
    # A line's number means what the plan of its own part says: another plan of the bill numbers its lines otherwise.
    numbers = pl.DataFrame(
        [
            (version, number)
            for version, program in programs.items()
            for number, slot in enumerate(program.slots, start=1)
            if slot.group is Group.ENERGY
        ],
        schema={"plan_version": pl.Int64, "component_no": pl.Int16},
        orient="row",
    )
    energy = pl.col("amount_e10").sum().alias("energy_e10")
    sums = found.lines.join(numbers, on=["plan_version", "component_no"], how="semi").group_by("row_id").agg(energy)
    parts_of_bills = []
    for version, program in programs.items():
        if program.deferral is None:
            continue
        own = found.totals.filter(pl.col("rules_version") == version).select("row_id", "energy_dwh")
        own = own.join(sums, on="row_id", how="left", maintain_order="left").with_columns(
            pl.col("energy_e10").fill_null(0)
        )
        later = deferral.deferred_minor(
            program.deferral,
            energy_e10=column(own, "energy_e10"),
            energy_dwh=column(own, "energy_dwh"),
            minor_e10=program.rounding.minor_e10,
        )
        parts_of_bills.append(
            own.select("row_id", plan_version=pl.lit(version, dtype=pl.Int64), amount_minor=pl.Series(later))
        )
    return _stack(parts_of_bills, schema).filter(pl.col("amount_minor") > 0)


def named(lines: pl.DataFrame, *, components: Mapping[int, Sequence[values.Component]]) -> pl.DataFrame:
    """
    Lines with the meaning of their numbers: ``code``, ``component``, ``group``, ``unit``, ``quantity_scale``.

    :param components: per plan version (``tariffs.queries.components``)
    """
    rows = [
        (version, c.no, c.code, c.component, c.group, c.unit, c.quantity_scale)
        for version, found in components.items()
        for c in found
    ]
    meaning = pl.DataFrame(
        rows,
        schema={
            "plan_version": pl.Int64,
            "component_no": pl.Int16,
            "code": pl.String,
            "component": pl.String,
            "group": pl.String,
            "unit": pl.String,
            "quantity_scale": pl.Int64,
        },
        orient="row",
    )
    return lines.join(meaning, on=["plan_version", "component_no"], how="left", maintain_order="left")


def displayed_items_e10(
    lines: pl.DataFrame, *, item_of: Mapping[tuple[int, int], str], programs: Mapping[int, Program]
) -> dict[str, int]:
    """
    What the items of one printed bill come to: lines of an item are added first, then rounded for print.

    :param lines: the lines of one bill
    :param item_of: item per ``(plan_version, component_no)``; lines without one are left out
    :returns: displayed amount per item [1e-10 currency]
    """
    exact: dict[str, int] = {}
    step = None
    for row in lines.iter_rows(named=True):
        item = item_of.get((row["plan_version"], row["component_no"]))
        step = programs[row["plan_version"]].rounding.display
        if item is not None:
            exact[item] = exact.get(item, 0) + row["amount_e10"]
    if step is None:
        return {}
    return {
        item: divide(amount, step.unit, rounding=step.rounding) * step.unit if step.unit > 1 else amount
        for item, amount in exact.items()
    }


def tier_edges_dwh(*, program: Program, days: int, of_days: int) -> tuple[int, ...]:
    """Where the first steps of a plan's tiers end for a share of a month [0.1 Wh]."""
    num, den = np.array([days], dtype=np.int64), np.array([of_days], dtype=np.int64)
    return tuple(
        int(edge[0])
        for component in program.components
        if isinstance(component, Tiers)
        for edge in component.edges(num, den, policy=program.proration)[1:]
    )


def derivations(
    lines: pl.DataFrame, *, components: Mapping[int, Sequence[values.Component]]
) -> list[derivation.Derivation]:
    """How each line of one bill came about, for people: ``180 kWh x 36.40 = 6,552.00``, with sources."""
    return derivation.of_lines(lines, components)


def invoice_tax(total_minor: Iterable[int], *, rate_ppm: int, program: Program) -> int:
    """
    The tax in the total of an invoice over many bills of one rate: one rounding per rate and invoice.

    :param total_minor: totals of the bills, tax included
    """
    amount = np.array([sum(total_minor)], dtype=np.int64)
    rate = np.array([rate_ppm], dtype=np.int64)
    return int(totals.included_tax(amount, rate_ppm=rate, policy=program.rounding)[0])


def _stack(found: list[pl.DataFrame], schema: frames.Schema) -> pl.DataFrame:
    return pl.concat(found) if found else frames.empty(schema)


def _usage(frame: pl.DataFrame, program: Program) -> Usage:
    energy = column(frame, "energy_dwh")
    num, den = ratios(frame, program)
    reading_start, reading_end = reading(frame)
    flags = {}
    if "discounts" in frame.columns:
        flags = {
            code: frame["discounts"].list.contains(code).fill_null(value=False).to_numpy() for code in program.codes
        }
    found = {name.removesuffix(_VALUE): column(frame, name) for name in frame.columns if name.endswith(_VALUE)}
    return Usage(
        energy_dwh=energy,
        bill_energy_dwh=column(frame, "bill_energy_dwh") if "bill_energy_dwh" in frame.columns else energy,
        capacity_milli=column(frame, "capacity_milli"),
        ratio_num=num,
        ratio_den=den,
        bands_dwh={
            name.removeprefix(_BAND).removesuffix(_DWH): column(frame, name)
            for name in frame.columns
            if name.startswith(_BAND) and name.endswith(_DWH)
        },
        values=found,
        flags=flags,
        inputs={name: column(frame, name) for name in program.inputs if name in frame.columns},
        start=days(frame, "period_start"),
        end=days(frame, "period_end"),
        divided=parts.standing(frame),
        reading_start=reading_start,
        reading_end=reading_end,
    )


def _groups(
    frame: pl.DataFrame, programs: Mapping[int, Program], *, whole: bool
) -> tuple[list[_Group], list[pl.DataFrame]]:
    """Rows of one version each, priced; and refusals of rows without a version that is known."""
    versions = frame["plan_version"]
    single = versions.null_count() == 0 and versions.min() == versions.max()
    pieces = [frame] if single else frame.partition_by("plan_version", maintain_order=True)
    groups, refused = [], []
    for piece in pieces:
        version = piece["plan_version"][0] if piece.height else None
        program = programs.get(version) if version is not None else None
        if program is None:
            refused.append(_refusals(piece["row_id"], Refusal.NO_PLAN_VERSION))
            continue
        usage = _usage(piece, program)
        groups.append(_Group(program, engine.rate(program, usage, whole=whole), usage, piece))
    return groups, refused


def _refusals(row_ids: pl.Series, reason: Refusal, detail: str = "") -> pl.DataFrame:
    told = {"row_id": row_ids, "code": [reason.code] * row_ids.len(), "detail": [detail] * row_ids.len()}
    return pl.DataFrame(told, schema=dict(values.REFUSALS))


def _refused(group: _Group) -> pl.DataFrame:
    rows = np.flatnonzero(group.rated.refusal)
    return pl.DataFrame(
        {
            "row_id": group.frame["row_id"].gather(rows),
            "code": [Refusal(int(group.rated.refusal[row])).code for row in rows],
            "detail": [", ".join(group.rated.details(int(row))) for row in rows],
        },
        schema=dict(values.REFUSALS),
    )


def _columns(group: _Group) -> LineColumns:
    return LineColumns(keys=group.frame[["row_id", "segment", "plan_version"]], lines=group.rated.lines)


def _levy_e10(group: _Group) -> Int64Array:
    levy = np.zeros(group.usage.rows, dtype=np.int64)
    for slot, line in zip(group.program.slots, group.rated.lines, strict=True):
        if slot.group is Group.LEVY:
            levy = levy + line.amount_e10
    return levy


def _sums(group: _Group, *, whole: bool) -> pl.DataFrame:
    """What the priced rows of a group come to, before the total is rounded; the energy of parts is rounded already."""
    good = group.rated.refusal == 0
    step = group.program.quantity if whole else None
    energy = group.usage.energy_dwh
    if step is not None:
        energy = to_multiple(energy, unit=step.unit, rounding=step.rounding)
    sums = group.frame[["row_id", "segment", "plan_version", "tax_rate_ppm"]].hstack(
        [
            pl.Series("unrounded_e10", group.rated.sum_e10()),
            pl.Series("levy_e10", _levy_e10(group)),
            pl.Series("energy_dwh", energy),
        ]
    )
    return sums if good.all() else sums.filter(pl.Series(good))


def _total(sums: pl.DataFrame, program: Program) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rounded totals of bills under one program; a bill without a tax rate is refused."""
    rates = sums["tax_rate_ppm"]
    untaxed = _refusals(sums["row_id"].filter(rates.is_null()), Refusal.VALUE_MISSING, "tax_rate")
    sums = sums.filter(rates.is_not_null()) if untaxed.height else sums
    found = totals.total(
        sums["unrounded_e10"].to_numpy(),
        rate_ppm=sums["tax_rate_ppm"].to_numpy(),
        policy=program.rounding,
        tax_included=program.tax_included,
    )
    levy = to_multiple(
        sums["levy_e10"].to_numpy(), unit=program.rounding.minor_e10, rounding=program.rounding.levy.rounding
    )
    columns = sums.hstack(
        [
            pl.Series("total_minor", found.total_minor),
            pl.Series("tax_minor", found.tax_minor),
            pl.Series("net_minor", found.net_minor),
            pl.Series("levy_minor", levy // program.rounding.minor_e10),
            sums["plan_version"].alias("rules_version"),
        ]
    )
    return columns[list(values.TOTALS)], untaxed


def _price_whole(frame: pl.DataFrame, *, programs: Mapping[int, Program]) -> values.PricedFrame:
    """Bills in which nothing changes: one row each."""
    groups, refused = _groups(frame, programs, whole=True)
    columns, found = [], []
    for group in groups:
        total, untaxed = _total(_sums(group, whole=True), group.program)
        own = _columns(group)
        columns.append(own.only(total["row_id"]) if untaxed.height else own)
        found.append(total)
        refused += [_refused(group), untaxed]
    return values.PricedFrame(
        totals=_stack(found, values.TOTALS),
        refusals=_stack(refused, values.REFUSALS),
        columns=tuple(columns),
        divided=frames.empty(values.LINES),
    )


def _price_divided(frame: pl.DataFrame, *, programs: Mapping[int, Program]) -> values.PricedFrame:
    """Bills of several parts: quantities and the levy are rounded once per bill, a refused part refuses its bill."""
    frame = parts.with_bill_energy(frame, programs=programs)
    groups, without_version = _groups(frame, programs, whole=False)
    refused = _stack([*without_version, *map(_refused, groups)], values.REFUSALS)
    refused = refused.unique(subset="row_id", keep="first", maintain_order=True)
    lines = _stack([_columns(group).frame() for group in groups], values.LINES)
    lines = lines.join(refused, on="row_id", how="anti").sort("row_id", "segment", "component_no")
    rules = frame.group_by("row_id").agg(pl.col("plan_version").last())
    lines = parts.round_levy(lines, rules=rules, programs=programs)
    sums = _stack([_sums(group, whole=False) for group in groups], {}).join(refused, on="row_id", how="anti")
    sums = parts.add_up(sums, lines=lines, programs=programs)
    found, untaxed = [], []
    for piece in sums.partition_by("plan_version", maintain_order=True):
        total, without = _total(piece, programs[piece["plan_version"][0]])
        found.append(total)
        untaxed.append(without)
    no_rate = _stack(untaxed, values.REFUSALS)
    return values.PricedFrame(
        totals=_stack(found, values.TOTALS),
        refusals=pl.concat([refused, no_rate]),
        columns=(),
        divided=lines.join(no_rate, on="row_id", how="anti", maintain_order="left").select(list(values.LINES)),
    )
