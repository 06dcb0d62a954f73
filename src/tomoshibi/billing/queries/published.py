"""Published values that a bill of a month is priced with: fuel, levy, government discount, monthly amounts, tax."""

from collections.abc import Iterable
from datetime import date

import polars as pl

from tomoshibi.kernel.periods import Month, Period
from tomoshibi.masters import queries as masters
from tomoshibi.masters import values as masters_values

LEVY, FUEL, FUEL_BLOCK, GOVERNMENT = "levy", "fuel", "fuel_block", "government_discount"
_FUEL_PRODUCTS = {
    "low": masters_values.REGULATED_LOW,
    "high": masters_values.HIGH,
    "special": masters_values.SPECIAL_HIGH,
}


def with_published(rows: pl.DataFrame, *, month: Month, names: Iterable[str]) -> pl.DataFrame:
    """
    Add a column ``<name>_micro`` for each published value that the plans of a frame need; null where there is none.

    :param rows: with ``area`` and ``voltage``
    :param names: what the plans' programs ask for (``Program.values``)
    """
    wanted = sorted(set(names))
    places = rows.select("area", "voltage").unique().rows()
    found = [(area, voltage, *(_value(name, area, voltage, month) for name in wanted)) for area, voltage in places]
    schema = {"area": pl.String, "voltage": pl.String} | {f"{name}_micro": pl.Int64 for name in wanted}
    return rows.join(pl.DataFrame(found, schema=schema, orient="row"), on=["area", "voltage"], how="left")


def _value(name: str, area: str, voltage: str, month: Month) -> int | None:
    try:
        if name == LEVY:
            return masters.levy_for_month(month=month).price_micro_per_kwh
        if name in {FUEL, FUEL_BLOCK}:
            unit = masters.fuel_unit(area=area, month=month, product=_FUEL_PRODUCTS[voltage])
            return unit.price_micro_per_kwh if name == FUEL else unit.block_micro
        if name == GOVERNMENT:
            # The discount of a month of use stands on the bill of the month after (月分).
            return masters.government_discount(usage_month=month.plus(-1), voltage=voltage, area=area)
    except masters.MasterMissing:
        return None
    return masters.monthly_amount(code=name, area=area, month=month)


def with_tax_rate(rows: pl.DataFrame) -> pl.DataFrame:
    """
    Add ``tax_rate_ppm``: the rate of each bill, with the transitional measure for continuing contracts.

    :param rows: with ``period_start``, ``period_end`` and the contract's ``start``
    """
    keyed = rows.with_columns(continuing=pl.col("start") < pl.col("period_start"))
    cases = keyed.select("period_start", "period_end", "continuing").unique()
    rates = pl.Series("tax_rate_ppm", [_rate(*case) for case in cases.rows()], dtype=pl.Int64)
    on = ["period_start", "period_end", "continuing"]
    return keyed.join(cases.with_columns(rates), on=on, how="left", maintain_order="left").drop("continuing")


def _rate(start: date, end: date, continuing: bool) -> int | None:  # noqa: FBT001 - a row of a frame
    try:
        period = Period(start, end)
        return masters.tax_rate_of_bill(period=period, fixed_on=end, continuing=continuing).rate_ppm
    except masters.MasterMissing:
        return None


def expected_units(*, places: Iterable[tuple[str, str]], month: Month) -> pl.DataFrame:
    """
    What levy and fuel a bill of the month has to show: ``area, voltage, fuel_expected_micro``.

    Taken from the masters anew, so that a bill priced before a master changed is found.
    """
    rows = [(area, voltage, _value(FUEL, area, voltage, month)) for area, voltage in places]
    return pl.DataFrame(
        rows, schema={"area": pl.String, "voltage": pl.String, "fuel_expected_micro": pl.Int64}, orient="row"
    )


def expected_levy(*, reading_days: Iterable[date]) -> pl.DataFrame:
    """The levy that holds for the reading that closes a period: ``period_end, levy_expected_micro``."""
    rows: list[tuple[date, int | None]] = []
    for day in reading_days:
        try:
            rows.append((day, masters.levy_unit(reading_day=day).price_micro_per_kwh))
        except masters.MasterMissing:
            rows.append((day, None))
    return pl.DataFrame(rows, schema={"period_end": pl.Date, "levy_expected_micro": pl.Int64}, orient="row")
