"""The reading calendar of months as frames."""

from collections.abc import Sequence

import polars as pl

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters


def reading_day_frame(month: Month) -> pl.DataFrame:
    """``area, base_day, from_day, to_day, reading_on, approximate``: the period that each reading of a month closes."""
    return reading_day_frames([month])[month]


def reading_day_frames(months: Sequence[Month]) -> dict[Month, pl.DataFrame]:
    """The same of some months, read at once."""
    calendar = masters.reading_calendar(months=sorted({*months, *(month.plus(-1) for month in months)}))
    return {month: _closed_by(calendar, month) for month in months}


def _closed_by(calendar: pl.DataFrame, month: Month) -> pl.DataFrame:
    of = pl.col("month")
    earlier = calendar.filter(of == month.plus(-1).number).select("area", "base_day", from_day="metering_on")
    days = calendar.filter(of == month.number)
    days = days.select("area", "base_day", "reading_on", "approximate", to_day="metering_on")
    return days.join(earlier, on=["area", "base_day"], how="left", maintain_order="left")
