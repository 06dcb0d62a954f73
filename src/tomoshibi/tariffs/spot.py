"""What market-linked plans take from the spot prices: vectors for half-hours, averages of windows."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.masters import queries as masters
from tomoshibi.masters.values import NO_PRICE, SPOT_SLOTS, SYSTEM_PRICE
from tomoshibi.rating.market_average import Edge, MarketAverage
from tomoshibi.rating.market_linked import Market
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import daytypes, values


def half_hours(
    *,
    row_ids: Int64Array,
    values_dwh: Int32Array,
    period: Period,
    area: str,
    programs: Mapping[int, Program],
) -> values.HalfHours:
    """
    Half-hours of bills of one area and period as pricing takes them: with day types, and the spot prices that hold.

    :param values_dwh: (n, days x 48) [0.1 Wh]
    :param programs: of the bills; spot prices are asked for only where one of them is market-linked
    """
    return values.HalfHours(
        row_ids=row_ids,
        first_day=period.start,
        values_dwh=values_dwh,
        day_types=daytypes.day_types(period, area=area),
        area=area,
        spot_micro=vectors(period=period, area=area, programs=programs),
    )


def given_vectors(
    days: Mapping[tuple[str, date], Sequence[int | None]], *, period: Period, area: str, programs: Mapping[int, Program]
) -> dict[str, Int64Array]:
    """
    The same from prices that are passed in.

    :param days: 48 prices per area and day [1e-6 currency/kWh]
    """
    markets = {linked.market for program in programs.values() for linked in program.market_linked}
    none = [None] * SPOT_SLOTS
    return {
        market.value: np.array(
            [
                NO_PRICE if price is None else price
                for day in period
                for price in days.get((_place(market, area), day), none)
            ],
            dtype=np.int64,
        )
        for market in markets
    }


def vectors(*, period: Period, area: str, programs: Mapping[int, Program]) -> dict[str, Int64Array]:
    """The spot prices that the programs need for a period at an area, by market."""
    markets = {linked.market for program in programs.values() for linked in program.market_linked}
    return {
        market.value: masters.spot_prices(area=_place(market, area), period=period).price_micro for market in markets
    }


def average_unit(adjustment: MarketAverage, *, area: str, month: Month) -> int | None:
    """
    The unit of a market adjustment for bills of a month at an area [1e-6 currency/kWh]; nothing while a price of its
    window is missing.
    """
    window = Period(_day(month, adjustment.start), _day(month, adjustment.end))
    found = masters.spot_sum(area=_place(adjustment.market, area), period=window)
    if found is None:
        return None
    total, count = found
    return adjustment.unit(total_micro=total, count=count, area=area)


def _day(month: Month, edge: Edge) -> date:
    return month.plus(-edge.months_before).first.replace(day=edge.day)


def _place(market: Market, area: str) -> str:
    return area if market is Market.AREA else SYSTEM_PRICE
