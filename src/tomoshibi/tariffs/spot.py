"""What market-linked plans take from the spot prices: vectors for half-hours, averages of windows."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

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
    known_at: datetime | None = None,
    spot_year: int | None = None,
    day_types: npt.NDArray[np.int8] | None = None,
) -> values.HalfHours:
    """
    Half-hours of bills of one area and period as pricing takes them: with day types, and the spot prices that hold.

    :param values_dwh: (n, days x 48) [0.1 Wh]
    :param programs: of the bills; spot prices are asked for only where one of them is market-linked
    :param known_at: the spot prices that held at that moment
    :param spot_year: the spot prices of the same days of a year, for a period that begins in it
    :param day_types: of the days of the period, where they are at hand
    """
    return values.HalfHours(
        row_ids=row_ids,
        first_day=period.start,
        values_dwh=values_dwh,
        day_types=daytypes.day_types(period, area=area) if day_types is None else day_types,
        area=area,
        spot_micro=vectors(period=period, area=area, programs=programs, known_at=known_at, spot_year=spot_year),
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


def vectors(
    *,
    period: Period,
    area: str,
    programs: Mapping[int, Program],
    known_at: datetime | None = None,
    spot_year: int | None = None,
) -> dict[str, Int64Array]:
    """The spot prices that the programs need for a period at an area, by market."""
    markets = {linked.market for program in programs.values() for linked in program.market_linked}
    return {
        market.value: _prices(area=_place(market, area), period=period, known_at=known_at, spot_year=spot_year)
        for market in markets
    }


def changed_since(program: Program, *, period: Period, area: str, known_at: datetime) -> bool:
    """Whether the spot prices that a program looks up for a period are others now than they were at a moment."""
    programs = {0: program}
    was = vectors(period=period, area=area, programs=programs, known_at=known_at)
    now = vectors(period=period, area=area, programs=programs)
    return any((was[market] != now[market]).any() for market in now)


def _prices(*, area: str, period: Period, known_at: datetime | None, spot_year: int | None) -> Int64Array:
    if spot_year is None:
        return masters.spot_prices(area=area, period=period, known_at=known_at).price_micro
    days = [_in_year(day, years=spot_year - period.start.year) for day in period]
    asked = Period(min(days), max(days) + timedelta(days=1))
    prices = masters.spot_prices(area=area, period=asked, known_at=known_at).price_micro.reshape(-1, SPOT_SLOTS)
    return prices[[(day - asked.start).days for day in days]].reshape(-1)


def _in_year(day: date, *, years: int) -> date:
    """The same day so many years later; the last of February for a day that the year lacks."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=day.day - 1)


def average_unit(adjustment: MarketAverage, *, area: str, month: Month, spot_year: int | None = None) -> int | None:
    """
    The unit of a market adjustment for bills of a month at an area [1e-6 currency/kWh]; nothing while a price of its
    window is missing.

    :param spot_year: as if the prices of the same window of a year had come
    """
    window = Period(_day(month, adjustment.start), _day(month, adjustment.end))
    if spot_year is not None:
        years = spot_year - window.start.year
        window = Period(_in_year(window.start, years=years), _in_year(window.end, years=years))
    found = masters.spot_sum(area=_place(adjustment.market, area), period=window)
    if found is None:
        return None
    total, count = found
    return adjustment.unit(total_micro=total, count=count, area=area)


def _day(month: Month, edge: Edge) -> date:
    return month.plus(-edge.months_before).first.replace(day=edge.day)


def _place(market: Market, area: str) -> str:
    return area if market is Market.AREA else SYSTEM_PRICE
