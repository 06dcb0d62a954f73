"""What a kWh costs through a typical day on a market-linked plan: the last days that the market has prices for."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from tomoshibi.kernel.periods import Period
from tomoshibi.masters import queries as masters
from tomoshibi.masters.values import NO_PRICE, SPOT_SLOTS
from tomoshibi.rating.market_linked import MarketLinked
from tomoshibi.tariffs import compile as compiler
from tomoshibi.tariffs import spot, values

DAYS = 30


def of(document: Mapping[str, Any], *, area: str, today: date) -> list[values.TypicalDay]:
    """
    The typical day of every market-linked component of a one-version document.

    :returns: nothing for a component without a loss rate for the area, or without a whole day of prices
    """
    program = compiler.program(document)
    span = masters.spot_span()
    if span is None or not program.market_linked or span.start > today:
        return []
    end = min(span.end, today + timedelta(days=1))
    period = Period(max(span.start, end - timedelta(days=DAYS)), end)
    vectors = spot.vectors(period=period, area=area, programs={0: program})
    days = (_of_component(linked, vectors[linked.market.value], area, period) for linked in program.market_linked)
    return [day for day in days if day is not None]


def _of_component(linked: MarketLinked, prices: np.ndarray, area: str, period: Period) -> values.TypicalDay | None:
    loss_ppm = linked.loss_of(area)
    by_day = prices.reshape(-1, SPOT_SLOTS)
    whole = by_day[(by_day != NO_PRICE).all(axis=1)]
    if loss_ppm is None or not len(whole):
        return None
    units = linked.units(whole.reshape(-1), loss_ppm=loss_ppm).reshape(-1, SPOT_SLOTS)
    return values.TypicalDay(
        component=linked.code,
        period=period,
        average_micro=tuple((units.sum(axis=0) // len(units)).tolist()),
        lowest_micro=tuple(units.min(axis=0).tolist()),
        highest_micro=tuple(units.max(axis=0).tolist()),
    )
