"""What the room asks of lower floors, as frames in its own columns."""

from collections.abc import Iterable

import polars as pl

from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.frames import empty
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.metering import arrivals
from tomoshibi.supply import queries as supply

_MONTHS_AROUND = 2
"""A reading month lies within so many calendar months around its name, whatever the area's base days are."""


def supplied(*, months: Iterable[int]) -> pl.DataFrame:
    """Who is supplied around the reading months: columns of ``arrivals.SUPPLIED``."""
    named = [Month.from_number(number) for number in months]
    if not named:
        return empty(arrivals.SUPPLIED)
    frame = contracts.supplied_frame(
        period_start=min(named).plus(-_MONTHS_AROUND).first, period_end=max(named).plus(_MONTHS_AROUND).first
    )
    return frame.select(list(arrivals.SUPPLIED))


def calendar(*, months: Iterable[int]) -> pl.DataFrame:
    """Metering days of reading months: columns of ``arrivals.CALENDAR``."""
    parts = []
    for number in months:
        month = Month.from_number(number)
        until = {(day.area, day.base_day): day.metering_on for day in masters.reading_days(month=month)}
        since = {(day.area, day.base_day): day.metering_on for day in masters.reading_days(month=month.plus(-1))}
        rows = [(*key, number, since[key], until[key]) for key in until if key in since and since[key] < until[key]]
        parts.append(pl.DataFrame(rows, schema=dict(arrivals.CALENDAR), orient="row"))
    return pl.concat(parts) if parts else empty(arrivals.CALENDAR)


def known_spins(*, spins: pl.Series) -> pl.Series:
    """Which identifiers are registered here at all."""
    return supply.point_ids(spins=spins)["spin"]
