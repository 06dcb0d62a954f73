"""What levy and fuel unit a bill has to show by the day of its closing reading, asked apart from pricing."""

from datetime import date

import polars as pl

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.tariffs import queries as tariffs

_KEYS = ["plan_version", "area", "reading_end"]
_FOUND = {
    "plan_version": pl.Int64,
    "area": pl.String,
    "reading_end": pl.Date,
    "levy_expected_micro": pl.Int64,
    "fuel_expected_micro": pl.Int64,
}


def with_expected(rows: pl.DataFrame) -> pl.DataFrame:
    """
    Add ``levy_expected_micro`` and ``fuel_expected_micro``.

    Pricing goes by the month that the grid company names (月分); here the day of the closing reading decides: of somebody
    who left inside a month, the reading that closes it for the others. Where the two differ, a check says so.

    :param rows: with ``plan_version``, ``area``, ``reading_end``
    """
    cases = rows.select(_KEYS).drop_nulls().unique()
    versions = {number: tariffs.version(version_id=number) for number in cases["plan_version"].unique()}
    products = {number: tariffs.fuel_product(found.document) for number, found in versions.items() if found}
    rates, fuels = masters.RateBook(), _fuel_book(cases)
    found = [
        (version, area, day, _levy(rates, day), _fuel(fuels, products.get(version, ""), area, day))
        for version, area, day in cases.rows()
    ]
    expected = pl.DataFrame(found, schema=_FOUND, orient="row")
    return rows.join(expected, on=_KEYS, how="left", maintain_order="left")


def _fuel_book(cases: pl.DataFrame) -> masters.FuelBook | None:
    months = [Month.of(day) for day in cases["reading_end"]]
    return (
        masters.FuelBook(areas=cases["area"].unique().to_list(), first=min(months), last=max(months))
        if months
        else None
    )


def _levy(rates: masters.RateBook, day: date) -> int | None:
    try:
        return rates.levy_unit(reading_day=day).price_micro_per_kwh
    except masters.MasterMissing:
        return None


def _fuel(fuels: masters.FuelBook | None, product: str, area: str, day: date) -> int | None:
    if not product or fuels is None:
        return None
    try:
        return fuels.unit(area=area, month=Month.of(day), product=product).price_micro_per_kwh
    except masters.MasterMissing:
        return None
