"""Quotes: what a load would cost on a plan, through the same pricing as a bill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from tomoshibi.kernel.periods import Month
from tomoshibi.rating.bands import DayType
from tomoshibi.rating.power_factor import NEUTRAL_PERCENT
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import compile as compiler
from tomoshibi.tariffs import daytypes, meaning, pricing, published, spot, values
from tomoshibi.tariffs.derivation import Derivation
from tomoshibi.tariffs.loads import Load


@dataclass(frozen=True)
class Quote:
    """
    What one bill would be.

    :param refusal: code and detail where it cannot be priced; then there is no total
    :param deferred_minor: what of the total its plan lets the customer pay with later bills
    """

    month: Month
    energy_dwh: int
    lines: tuple[Derivation, ...]
    total_minor: int | None
    tax_minor: int | None
    refusal: tuple[str, str] | None = None
    deferred_minor: int = 0


@dataclass(frozen=True)
class Asked:
    """
    A version of a plan, as a one-version document, and the terms of the contract on it.

    :param codes: what the contract carries: discounts, and how the payer pays and is told
    """

    document: Mapping[str, Any]
    capacity_milli: int | None
    codes: Sequence[str] = ()


@dataclass(frozen=True)
class Priced:
    """
    What one bill of a comparison would come to.

    :param refusal: code and detail where it cannot be priced; then there is no total
    :param deferred_minor: what of the total its plan lets the customer pay with later bills
    """

    total_minor: int | None
    refusal: tuple[str, str] | None
    deferred_minor: int = 0


class NoVersion(LookupError):
    """No version of the plan holds on the first day of a bill."""


def version_on(documents: Sequence[Mapping[str, Any]], day: date) -> int:
    """
    Place of the version that holds on a day among one-version documents in order.

    :raises NoVersion: if none does
    """
    held = [n for n, d in enumerate(documents) if date.fromisoformat(d["versions"][0]["from"]) <= day]
    if held:
        until = documents[held[-1]]["versions"][0].get("until")
        if until is None or day < date.fromisoformat(until):
            return held[-1]
    raise NoVersion(f"no version of the plan holds on {day}")


def quote(
    *,
    documents: Sequence[Mapping[str, Any]],
    loads: Sequence[Load],
    area: str,
    capacity_milli: int | None = None,
    discounts: Sequence[str] = (),
    given: Mapping[str, int] | None = None,
    use_masters: bool = True,
    spot_days: Mapping[tuple[str, date], Sequence[int | None]] | None = None,
) -> list[Quote]:
    """
    Price loads on a plan.

    :param documents: the versions of one plan as one-version documents, oldest first
    :param area: where the point is (for published values and holidays)
    :param given: published values by name [1e-6 currency] and ``tax_rate_ppm``, before those of the masters
    :param use_masters: ask the masters for what is not given; without them it stays missing
    :param spot_days: spot prices per area and day instead of those of the masters
    :raises NoVersion: if a load begins on a day without a version
    """
    versions = [version_on(documents, load.period.start) for load in loads]
    used = {n: compiler.program(documents[n]) for n in sorted(set(versions))}
    frame = _frame(documents, loads, versions, area=area, capacity_milli=capacity_milli, discounts=discounts)
    for name, value in (given or {}).items():
        column = name if name == "tax_rate_ppm" else f"{name}_micro"
        frame = frame.with_columns(pl.lit(value, dtype=pl.Int64).alias(column))
    if use_masters:
        products = {n: published.fuel_product(documents[n]) for n in used}
        frame = published.add_columns(frame, programs=used, fuel_products=products)
    elif "tax_rate_ppm" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.Int64).alias("tax_rate_ppm"))
    half_hours = [
        _half_hours(number, load, area=area, programs=used, use_masters=use_masters, spot_days=spot_days)
        for number, load in enumerate(loads)
        if load.half_hours is not None
    ]
    priced = pricing.price(usage=frame, programs=used, half_hours=half_hours)
    components = {n: meaning.components(documents[n]) for n in used}
    later = _deferred(priced, used)
    return [
        replace(_quote(number, load, priced, components), deferred_minor=later.get(number, 0))
        for number, load in enumerate(loads)
    ]


def compare(
    *, asked: Sequence[Asked], loads: Sequence[Load], area: str, known: published.Masters | None = None
) -> list[list[Priced]]:
    """
    Price the same loads on several plans at once; every master and every kind of day is read once for all of them.

    :param asked: versions that hold in all periods of the loads (``preview.as_if_it_held``)
    :param known: what was read of the masters before
    :returns: per plan, per load
    """
    if not asked:
        return []
    known = known or published.Masters()
    documents = [one.document for one in asked]
    programs = {n: compiler.program(document) for n, document in enumerate(documents)}
    versions = [n for n in programs for _load in loads]
    frame = _frame(documents, [*loads] * len(asked), versions, area=area, capacity_milli=None, discounts=())
    sizes = pl.Series([asked[n].capacity_milli for n in versions], dtype=pl.Int64)
    codes = pl.Series([list(asked[n].codes) for n in versions], dtype=pl.List(pl.String))
    frame = published.add_columns(
        frame.with_columns(capacity_milli=sizes, discounts=codes),
        programs=programs,
        fuel_products={n: published.fuel_product(document) for n, document in enumerate(documents)},
        known=known,
    )
    half_hours = [
        known.half_hours(
            row_ids=np.arange(len(asked), dtype=np.int64) * len(loads) + number,
            values_dwh=np.repeat(load.half_hours.reshape(1, -1), len(asked), axis=0),
            period=load.period,
            area=area,
            programs=programs,
        )
        for number, load in enumerate(loads)
        if load.half_hours is not None
    ]
    found = pricing.price(usage=frame, programs=programs, half_hours=half_hours)
    totals = dict(found.totals.select("row_id", "total_minor").iter_rows())
    refusals = {
        row_id: (code, detail) for row_id, code, detail in found.refusals.select("row_id", "code", "detail").iter_rows()
    }
    later = _deferred(found, programs)
    return [
        [
            Priced(totals.get(row_id), refusals.get(row_id), later.get(row_id, 0))
            for row_id in range(n * len(loads), (n + 1) * len(loads))
        ]
        for n in programs
    ]


def _deferred(priced: values.PricedFrame, programs: Mapping[int, Program]) -> dict[int, int]:
    """What of each bill is paid later."""
    later = pricing.deferred(priced, programs=programs)
    return dict(later.select("row_id", "amount_minor").iter_rows())


def curve(
    *,
    document: Mapping[str, Any],
    kwh: Sequence[int],
    capacity_milli: int | None,
    month: Month,
    given: Mapping[str, int],
) -> list[int | None]:
    """
    Totals of a plan version over energies, for the picture of yen against kWh; plans on actual demand at the contract size
    and the neutral power factor.

    :param given: published values by name and ``tax_rate_ppm``; values it does not name count as zero
    :returns: total per energy, nothing where it cannot be priced (time of use without half-hours)
    """
    program = compiler.program(document)
    wanted = dict.fromkeys(program.values, 0) | dict(given)
    start = date.fromisoformat(document["versions"][0]["from"])
    period = Month.of(max(start, month.plus(-1).first)).period
    frame = pl.DataFrame(
        {
            "row_id": range(len(kwh)),
            "plan_version": 0,
            "capacity_milli": capacity_milli,
            "energy_dwh": [k * 10_000 for k in kwh],
            "period_start": period.start,
            "period_end": period.end,
        },
        schema={name: dtype for name, dtype in values.USAGE.items() if name != "tax_rate_ppm"},
    )
    frame = frame.with_columns(
        max_demand_milli="capacity_milli",
        demand_milli="capacity_milli",
        power_factor_percent=pl.lit(NEUTRAL_PERCENT, dtype=pl.Int64),
    )
    frame = frame.with_columns(
        pl.lit(v, dtype=pl.Int64).alias(n if n == "tax_rate_ppm" else f"{n}_micro") for n, v in wanted.items()
    )
    priced = pricing.price(usage=frame, programs={0: program})
    totals = dict(priced.totals.select("row_id", "total_minor").iter_rows())
    return [totals.get(n) for n in range(len(kwh))]


def _frame(
    documents: Sequence[Mapping[str, Any]],
    loads: Sequence[Load],
    versions: Sequence[int],
    *,
    area: str,
    capacity_milli: int | None,
    discounts: Sequence[str],
) -> pl.DataFrame:
    told = sorted({name for load in loads for name in load.numbers})
    return pl.DataFrame(
        {
            "row_id": range(len(loads)),
            "plan_version": versions,
            "capacity_milli": [capacity_milli] * len(loads),
            "energy_dwh": [load.energy_dwh for load in loads],
            "period_start": [load.period.start for load in loads],
            "period_end": [load.period.end for load in loads],
            "month": [load.month.number for load in loads],
            "area": [area] * len(loads),
            "voltage": [documents[n]["voltage"] for n in versions],
            "discounts": [list(discounts)] * len(loads),
            "max_demand_milli": [load.max_demand_milli for load in loads],
            "demand_milli": [load.demand_milli for load in loads],
            "power_factor_percent": [load.power_factor_percent for load in loads],
            **{name: [load.numbers.get(name) for load in loads] for name in told},
        },
        schema={
            "row_id": pl.Int64,
            "plan_version": pl.Int64,
            "capacity_milli": pl.Int64,
            "energy_dwh": pl.Int64,
            "period_start": pl.Date,
            "period_end": pl.Date,
            "month": pl.Int64,
            "area": pl.String,
            "voltage": pl.String,
            "discounts": pl.List(pl.String),
            "max_demand_milli": pl.Int64,
            "demand_milli": pl.Int64,
            "power_factor_percent": pl.Int64,
            **dict.fromkeys(told, pl.Int64),
        },
    )


def _half_hours(
    number: int,
    load: Load,
    *,
    area: str,
    programs: Mapping[int, Program],
    use_masters: bool,
    spot_days: Mapping[tuple[str, date], Sequence[int | None]] | None,
) -> values.HalfHours:
    assert load.half_hours is not None
    row_ids, values_dwh = np.array([number], dtype=np.int64), load.half_hours.reshape(1, -1)
    if use_masters and spot_days is None:
        return spot.half_hours(row_ids=row_ids, values_dwh=values_dwh, period=load.period, area=area, programs=programs)
    kinds = [DayType.WEEKDAY] * 5 + [DayType.SATURDAY, DayType.HOLIDAY]
    by_weekday = np.array([kinds[day.weekday()] for day in load.period], dtype=np.int8)
    return values.HalfHours(
        row_ids=row_ids,
        first_day=load.period.start,
        values_dwh=values_dwh,
        day_types=daytypes.day_types(load.period, area=area) if use_masters else by_weekday,
        area=area,
        spot_micro=spot.given_vectors(spot_days or {}, period=load.period, area=area, programs=programs),
    )


def _quote(
    number: int, load: Load, priced: values.PricedFrame, components: Mapping[int, Sequence[values.Component]]
) -> Quote:
    refused = priced.refusals.filter(pl.col("row_id") == number)
    if refused.height:
        return Quote(load.month, load.energy_dwh, (), None, None, refused.select("code", "detail").row(0))
    total = priced.totals.filter(pl.col("row_id") == number).row(0, named=True)
    lines = pricing.derivations(priced.lines.filter(pl.col("row_id") == number), components=components)
    return Quote(load.month, load.energy_dwh, tuple(lines), total["total_minor"], total["tax_minor"])
