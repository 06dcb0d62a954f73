"""Writes of the room."""

from datetime import datetime

import polars as pl

from tomoshibi.kernel.frames import Schema, require
from tomoshibi.metering import values, versions
from tomoshibi.storage import db

READINGS: Schema = {
    "supply_point_id": pl.Int64,
    "spin": pl.String,
    "month": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "energy_dwh": pl.Int64,
    "half_hours": pl.Binary,
}
"""
What ``take_over`` reads: a quantity per point, month and period; ``half_hours`` is null, or a vector of 30-minute
intervals from ``period_start`` on, as ``kernel.halfhours.to_bytes`` makes it. ``max_demand_milli`` and
``power_factor_milli`` may stand beside them, of points on actual demand.
"""
_MEASURED = ("max_demand_milli", "power_factor_milli")


@db.transaction_required
def take_over(
    *, readings: pl.DataFrame, now: datetime, kind: values.ReadingKind = values.ReadingKind.SUPPLY
) -> dict[str, int]:
    """
    Take over readings that come from elsewhere than a grid company's file: a former system, a demonstration.

    Any file of the grid company is a later word than these; taking the same readings over again changes nothing.

    :param readings: columns of ``READINGS``
    :returns: rows by result code
    """
    require(readings, READINGS)
    counts: dict[str, int] = {}
    for part in readings.with_row_index("row_number").iter_slices(50_000):
        outcome = versions.write(
            _as_prepared(part), kind=kind, file_id=None, revision=0, version_rank=0, recorded_at=now
        )
        for code, count in outcome.group_by("code").len().iter_rows():
            counts[code] = counts.get(code, 0) + count
    return counts


def _as_prepared(part: pl.DataFrame) -> pl.DataFrame:
    sums, missing = versions.measured(part["half_hours"].to_list())
    blank = [pl.lit(None, pl.Int64).alias(name) for name in _MEASURED if name not in part.columns]
    return part.with_columns(
        *blank,
        pl.col("row_number").cast(pl.Int64),
        split_code=pl.lit(values.NORMAL_SPLIT),
        provided=pl.lit(value=True),
        total_dwh=pl.lit(None, pl.Int64),
        half_hour_sum_dwh=pl.Series(sums, dtype=pl.Int64),
        half_hours_missing=pl.Series(missing, dtype=pl.Int64),
        next_reading_on=pl.lit(None, pl.Date),
        notes=pl.lit(""),
        first_day=pl.col("period_start"),
        interval_minutes=pl.lit(30, pl.Int64),
    ).select(list(versions.PREPARED))
