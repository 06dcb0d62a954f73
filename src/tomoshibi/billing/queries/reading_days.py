"""The reading calendar of a month as a frame."""

import polars as pl

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters


def reading_day_frame(month: Month) -> pl.DataFrame:
    """``area, base_day, from_day, to_day, reading_on, approximate``: the period that each reading of a month closes."""
    calendar = masters.reading_calendar(months=[month.plus(-1), month])
    before = pl.col("month") == month.plus(-1).number
    earlier = calendar.filter(before).select("area", "base_day", from_day="metering_on")
    days = calendar.filter(~before).select("area", "base_day", "reading_on", "approximate", to_day="metering_on")
    return days.join(earlier, on=["area", "base_day"], how="left", maintain_order="left")
