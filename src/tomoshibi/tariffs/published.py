"""The published values that the plans of a frame need, as columns: each master is read once for the whole frame."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tomoshibi.kernel import frames
from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.masters import queries as masters
from tomoshibi.rating.market_linked import Market
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import daytypes, spot, values

_OWN = {"fuel", "fuel_block", "levy", "government_discount"}
_KEYS = ["plan_version", "area", "voltage", "month", "usage_month"]


class Masters:
    """
    What is published: rates of all times, and fuel units, amounts, days and spot prices as asked for; each read once.

    :param months: that will be asked about, where they are known: their fuel units are read at once
    """

    def __init__(self, *, months: Sequence[Month] = ()) -> None:
        self._months = tuple(months)
        self.rates = masters.RateBook()
        self._fuel: dict[tuple[tuple[str, ...], Month, Month], masters.FuelBook] = {}
        self._amounts: dict[tuple[str, str, Month], int | None] = {}
        self._day_types: dict[tuple[str, int], npt.NDArray[np.int8]] = {}
        self._half_hours: dict[tuple[Period, str, frozenset[Market], int | None], values.HalfHours] = {}

    def fuel(self, frame: pl.DataFrame) -> masters.FuelBook:
        """What the fuel units of the areas and months of a frame rest on."""
        areas = tuple(sorted(frame["area"].unique().drop_nulls().to_list()))
        months = [*self._months, *(Month.from_number(number) for number in frame["month"].unique().drop_nulls())]
        key = (areas, min(months), max(months))
        if key not in self._fuel:
            self._fuel[key] = masters.FuelBook(areas=areas, first=key[1], last=key[2])
        return self._fuel[key]

    def monthly_amount(self, *, code: str, area: str, month: Month) -> int | None:
        """A published amount of a month (``masters.monthly_amount``)."""
        key = (code, area, month)
        if key not in self._amounts:
            self._amounts[key] = masters.monthly_amount(code=code, area=area, month=month)
        return self._amounts[key]

    def day_types(self, period: Period, *, area: str) -> npt.NDArray[np.int8]:
        """What kind of day each day of a period is (``daytypes.day_types``); the calendar is read by whole years."""
        years = range(period.start.year, period.end.year + 1)
        for year in years:
            if (area, year) not in self._day_types:
                whole = Period(date(year, 1, 1), date(year + 1, 1, 1))
                self._day_types[area, year] = daytypes.day_types(whole, area=area)
        first = (period.start - date(period.start.year, 1, 1)).days
        return np.concatenate([self._day_types[area, year] for year in years])[first : first + period.days]

    def half_hours(
        self,
        *,
        row_ids: Int64Array,
        values_dwh: Int32Array,
        period: Period,
        area: str,
        programs: Mapping[int, Program],
        spot_year: int | None = None,
    ) -> values.HalfHours:
        """The half-hours of some bills with their days and prices (``spot.half_hours``)."""
        markets = frozenset(one.market for program in programs.values() for one in program.market_linked)
        key = (period, area, markets, spot_year)
        if key not in self._half_hours:
            # Kept without any bill: half-hours take six kilobytes for each.
            self._half_hours[key] = spot.half_hours(
                row_ids=np.empty(0, dtype=np.int64),
                values_dwh=np.empty((0, 0), dtype=np.int32),
                period=period,
                area=area,
                programs=programs,
                spot_year=spot_year,
                day_types=self.day_types(period, area=area),
            )
        return replace(self._half_hours[key], row_ids=row_ids, values_dwh=values_dwh)


def add_columns(
    frame: pl.DataFrame,
    *,
    programs: Mapping[int, Program],
    fuel_products: Mapping[int, str],
    spot_year: int | None = None,
    known: Masters | None = None,
) -> pl.DataFrame:
    """
    Add ``<value>_micro`` columns and ``tax_rate_ppm``; what no master holds stays null, and pricing refuses the row.

    Columns that the frame has already are kept.

    :param frame: ``plan_version``, ``area``, ``voltage``, ``month`` (202610, the 月分), ``period_start``, ``period_end``;
        optional ``usage_month`` (the month before, unless said), ``reading_on`` (the period's end) and ``continuing``
    :param fuel_products: product of the fuel adjustment per plan version
    :param spot_year: averages of spot prices as if those of a year had come
    :param known: what was read before
    """
    frame = _with_defaults(frame)
    known = known or Masters()
    rows = []
    telling = frames.telling(frame, _KEYS)
    keys = frame.select(_KEYS).unique(subset=telling, maintain_order=True)
    burnt = known.fuel(keys) if keys.height and any(fuel_products.values()) else None
    for key in keys.iter_rows(named=True):
        program = programs.get(key["plan_version"])
        if program is not None:
            product = fuel_products.get(key["plan_version"], "")
            fuel = burnt if product else None
            rows.append(key | _values(key, program, product, spot_year, known, fuel))
    names = sorted({name for row in rows for name in row} - set(_KEYS))
    schema = {name: frame.schema[name] for name in _KEYS} | dict.fromkeys(names, pl.Int64)
    fresh = [name for name in names if name not in frame.columns]
    found = pl.DataFrame(rows, schema=schema, orient="row").select(*telling, *fresh)
    joined = _beside(frame, found, on=telling)
    return joined if "tax_rate_ppm" in frame.columns else _with_tax(joined, known.rates)


def fuel_product(document: Mapping[str, Any]) -> str:
    """The product whose fuel unit a one-version document takes; empty where it has no fuel adjustment."""
    (one,) = document["versions"]
    return next((part["product"] for part in one["components"] if part["kind"] == "fuel"), "")


def _with_defaults(frame: pl.DataFrame) -> pl.DataFrame:
    missing = []
    if "usage_month" not in frame.columns:
        before = {m: Month.from_number(m).plus(-1).number for m in frame["month"].unique().drop_nulls()}
        missing.append(pl.col("month").replace_strict(before, return_dtype=pl.Int64).alias("usage_month"))
    if "reading_on" not in frame.columns:
        missing.append(pl.col("period_end").alias("reading_on"))
    if "continuing" not in frame.columns:
        missing.append(pl.lit(value=True).alias("continuing"))
    return frame.with_columns(missing)


def _values(
    key: Mapping[str, Any],
    program: Program,
    product: str,
    spot_year: int | None,
    known: Masters,
    fuel: masters.FuelBook | None,
) -> dict[str, int | None]:
    month, area = Month.from_number(key["month"]), key["area"]
    wanted = program.values
    found: dict[str, int | None] = {}
    if fuel is not None:
        unit = _or_nothing(lambda: fuel.unit(area=area, month=month, product=product))
        found["fuel_micro"] = unit.price_micro_per_kwh if unit else None
        found["fuel_block_micro"] = unit.block_micro if unit else None
    if "levy" in wanted:
        levy = _or_nothing(lambda: known.rates.levy_for_month(month=month))
        found["levy_micro"] = levy.price_micro_per_kwh if levy else None
    if "government_discount" in wanted:
        used = Month.from_number(key["usage_month"])
        found["government_discount_micro"] = known.rates.government_discount(
            usage_month=used, voltage=key["voltage"], area=area
        )
    averages = {adjustment.code: adjustment for adjustment in program.market_averages}
    for name, adjustment in averages.items():
        found[f"{name}_micro"] = spot.average_unit(adjustment, area=area, month=month, spot_year=spot_year)
    for name in wanted:
        if name not in _OWN and name not in averages:
            found[f"{name}_micro"] = known.monthly_amount(code=name, area=area, month=month)
    return found


def _or_nothing(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except masters.MasterMissing:
        return None


def _with_tax(frame: pl.DataFrame, rates: masters.RateBook) -> pl.DataFrame:
    keys = ["period_start", "period_end", "reading_on", "continuing"]
    telling = frames.telling(frame, keys)
    if "reading_on" in telling and "period_end" in telling and frame["reading_on"].equals(frame["period_end"]):
        telling.remove("reading_on")
    rows = []
    for key in frame.select(keys).unique(subset=telling).iter_rows(named=True):
        start, end = key["period_start"], key["period_end"]
        rate = None
        if start is not None and end is not None and start < end:
            rate = _tax(rates, Period(start, end), key["reading_on"] or end, continuing=bool(key["continuing"]))
        rows.append(key | {"tax_rate_ppm": rate})
    if len({row["tax_rate_ppm"] for row in rows}) == 1:  # but for the years in which the rate changed
        return frame.with_columns(pl.lit(rows[0]["tax_rate_ppm"], dtype=pl.Int64).alias("tax_rate_ppm"))
    schema = {name: frame.schema[name] for name in keys} | {"tax_rate_ppm": pl.Int64}
    found = pl.DataFrame(rows, schema=schema, orient="row").select(*telling, "tax_rate_ppm")
    return _beside(frame, found, on=telling, nulls_equal=True)


def _beside(frame: pl.DataFrame, found: pl.DataFrame, *, on: list[str], nulls_equal: bool = False) -> pl.DataFrame:
    """What was found for each value of some columns beside the rows that have it."""
    if found.height == 1 and len(on) == 1 and frame[on[0]].eq_missing(found[on[0]][0]).all():
        return frame.with_columns(
            pl.lit(found[name][0], dtype=found.schema[name]).alias(name) for name in found.columns[1:]
        )
    return frame.join(found, on=on, how="left", maintain_order="left", nulls_equal=nulls_equal)


def _tax(rates: masters.RateBook, period: Period, fixed_on: Any, *, continuing: bool) -> int | None:
    rate = _or_nothing(lambda: rates.tax_rate_of_bill(period=period, fixed_on=fixed_on, continuing=continuing))
    return rate.rate_ppm if rate else None
