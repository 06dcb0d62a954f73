"""A few shops on high voltage whose contract demand is by actual demand: what their meters said, and what is missing."""

import polars as pl

from tomoshibi.kernel.periods import Month
from tomoshibi.onboarding.demo import story

AREA, PLAN = "03", "tokyo-high-voltage-commercial"
YEARLY_KWH = (148_000.0, 262_000.0, 395_000.0)
"""One workshop and two shops."""
SIZES_MILLI = (65_000, 120_000, 180_000)
_HIGHEST = (64_600, 118_200, 176_900)
"""[1e-3 kW]; the workshop's was in May."""
_SHARES = (82, 80, 78, 81, 100, 88, 93, 95, 90, 84, 79, 81)
"""Of the highest, by calendar month: a busy spring, cooling in summer [%]."""
_FACTORS = (98_000, 100_000, 92_000)
_NO_DEMAND, _NO_FACTOR = 1, 2
"""Whose demand, and whose power factor, the file of the open month leaves out."""


def spins(contracts: pl.DataFrame, homes: pl.DataFrame, *, but: pl.DataFrame) -> list[str]:
    """
    The points on actual demand: shops of one area that were there from the first month on and stay.

    :param but: contracts that are something special already
    """
    shops = homes.filter(area=AREA, kind="shop")["spin"]
    staying = contracts.filter(
        pl.col("spin").is_in(shops.implode())
        & pl.col("end").is_null()
        & (pl.col("start") < story.FIRST_MONTH.plus(-1).first)
        & ~pl.col("account_number").is_in(but["account_number"].implode())
    )
    return staying["spin"].head(len(YEARLY_KWH)).to_list()


def frame(chosen: list[str]) -> pl.DataFrame:
    """``spin``, what it uses in a year, and the size that was agreed when it began."""
    count = len(chosen)
    return pl.DataFrame(
        {
            "spin": chosen,
            "demand_no": range(count),
            "yearly": YEARLY_KWH[:count],
            "size_milli": SIZES_MILLI[:count],
        },
        schema={"spin": pl.String, "demand_no": pl.Int64, "yearly": pl.Float64, "size_milli": pl.Int64},
    )


def measured(number: int, month: Month) -> tuple[int | None, int | None]:
    """:returns: the largest demand of a month and its power factor [1e-3 kW, 1e-3 %]; nothing where they are missing"""
    highest, factor = _HIGHEST[number], _FACTORS[number]
    demand = highest * _SHARES[month.month - 1] // 100
    late = month == story.OPEN
    return (
        None if late and number == _NO_DEMAND else demand // 100 * 100,
        None if late and number == _NO_FACTOR else factor,
    )
