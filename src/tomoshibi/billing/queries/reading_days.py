"""The reading calendar of a month as a frame."""

import polars as pl

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters


def reading_day_frame(month: Month) -> pl.DataFrame:
    """``area, base_day, from_day, to_day, reading_on, approximate``: the period that each reading of a month closes."""
    schema = {
        "area": pl.String,
        "base_day": pl.String,
        "to_day": pl.Date,
        "reading_on": pl.Date,
        "approximate": pl.Boolean,
    }
    now = [(d.area, d.base_day, d.metering_on, d.reading_on, d.approximate) for d in masters.reading_days(month=month)]
    before = [(d.area, d.base_day, d.metering_on) for d in masters.reading_days(month=month.plus(-1))]
    earlier = pl.DataFrame(before, schema={"area": pl.String, "base_day": pl.String, "from_day": pl.Date}, orient="row")
    return pl.DataFrame(now, schema=schema, orient="row").join(earlier, on=["area", "base_day"], how="left")
