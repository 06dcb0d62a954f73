"""
Arrived rows find their point, contract and period, or the reason why they cannot.

Pure: frames in, frames out.
"""

import json
from datetime import date

import polars as pl
from django.utils.translation import gettext_noop

from tomoshibi.kernel import halfhours
from tomoshibi.kernel.frames import Schema, require
from tomoshibi.metering import values, versions
from tomoshibi.metering.values import RowCode

SUPPLIED: Schema = {
    "supply_point_id": pl.Int64,
    "spin": pl.String,
    "area": pl.String,
    "base_day": pl.String,
    "start": pl.Date,
    "end": pl.Date,
}
"""Who is supplied when; a point has a row per contract, ``end`` is null while supply goes on."""

CALENDAR: Schema = {
    "area": pl.String,
    "base_day": pl.String,
    "month": pl.Int64,
    "cut_from": pl.Date,
    "cut_to": pl.Date,
}
"""Metering days: a reading month is the days ``[cut_from, cut_to)``."""

_BYTES_PER_INTERVAL = 4
UNKNOWN_POINT = gettext_noop("no supply point has this identifier")
NOT_SUPPLIED = gettext_noop("the point is not supplied by us in these days")
NOT_SUPPLIED_SINCE = gettext_noop("the value from %(day)s on is for days on which the point is not supplied by us")
NO_PERIOD = gettext_noop("no reading days of area %(area)s, base day %(base)s are known around this month")
NO_MONTH = gettext_noop("the file does not say for which month the value is")
NO_QUANTITY = gettext_noop("the value is provided, but there is no quantity")
BAD_INTERVALS = gettext_noop("the intervals do not fill whole days")


def settle(
    rows: pl.DataFrame, *, supplied: pl.DataFrame, known_spins: pl.Series, calendar: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    Give every row its point and its period.

    Days come from the file where it carries them; otherwise from the reading calendar, cut to the contract.

    :param rows: columns of ``values.ARRIVED``
    :param supplied: columns of ``SUPPLIED``
    :param known_spins: identifiers that exist here at all, supplied or not
    :param calendar: columns of ``CALENDAR``
    :returns: rows that may become readings (``versions.PREPARED``), and refused ones (``values.REFUSED``)
    """
    rows = _with_days(require(rows, values.ARRIVED))
    placed = _placed(rows.filter(pl.col("broken") == ""), require(supplied, SUPPLIED), require(calendar, CALENDAR))
    rows = rows.join(placed, on="row_number", how="left", maintain_order="left")
    code = (
        pl.when(pl.col("broken") != "").then(pl.lit(RowCode.BROKEN.value))
        .when(pl.col("supply_point_id").is_null() & ~pl.col("spin").is_in(known_spins.implode()))
        .then(pl.lit(RowCode.UNKNOWN_POINT.value))
        .when(pl.col("supply_point_id").is_null()).then(pl.lit(RowCode.NOT_SUPPLIED.value))
        .when(pl.col("period_start").is_null()).then(pl.lit(RowCode.NO_PERIOD.value))
        .otherwise(pl.lit(""))
    )  # fmt: skip
    rows = rows.with_columns(code=code)
    return _prepared(rows.filter(pl.col("code") == "")), _refused(rows.filter(pl.col("code") != ""))


def _with_days(rows: pl.DataFrame) -> pl.DataFrame:
    """The period that a row itself names; what cannot be a good row becomes broken."""
    bytes_a_day = halfhours.slots_per_day(values.INTERVAL_MINUTES) * _BYTES_PER_INTERVAL
    size = pl.col("half_hours").bin.size(unit="b").cast(pl.Int64)
    named = pl.col("period_start").is_not_null() & pl.col("period_end").is_not_null()
    whole = named & (size == (pl.col("period_end") - pl.col("period_start")).dt.total_days() * bytes_a_day)
    # A file that names days but no month means the month in which it was read: the day after the last one.
    read_in = pl.when(named).then(pl.col("period_end").dt.strftime("%Y%m").cast(pl.Int64))
    return rows.with_columns(
        month=pl.coalesce("month", read_in),
        half_hours=pl.when("provided").then(pl.col("half_hours")),
        named_start=pl.when(named).then("period_start"),
        named_end=pl.when(named).then("period_end"),
        broken=pl.when(pl.col("month").is_null() & ~named)
        .then(pl.lit(NO_MONTH))
        .when(pl.col("provided") & pl.col("energy_dwh").is_null())
        .then(pl.lit(NO_QUANTITY))
        .when(pl.col("provided") & pl.col("half_hours").is_not_null() & ~whole.fill_null(value=False))
        .then(pl.lit(BAD_INTERVALS))
        .otherwise(pl.lit("")),
    ).drop("period_start", "period_end")


def _placed(rows: pl.DataFrame, supplied: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    """Point and period per row: the latest contract whose days meet the row's."""
    named = pl.col("named_start").is_not_null()
    until = pl.col("end").fill_null(pl.date(9999, 12, 31))
    cut = pl.col("cut_from").is_not_null()
    tried = (
        rows.select("row_number", "spin", "month", "named_start", "named_end")
        .join(supplied, on="spin", how="inner")
        .join(calendar, on=["area", "base_day", "month"], how="left")
        .with_columns(
            period_start=pl.when(named).then("named_start").when(cut).then(pl.max_horizontal("cut_from", "start")),
            period_end=pl.when(named).then("named_end").when(cut).then(pl.min_horizontal("cut_to", until)),
        )
    )
    known = pl.col("period_start").is_not_null()
    meets = (
        (pl.col("period_start") < pl.col("period_end"))
        & (pl.col("start") < pl.col("period_end"))
        & (until > pl.col("period_start"))
    )
    return (
        tried.filter(meets | ~known)
        .with_columns(outside=(pl.col("period_start") < pl.col("start")) | (pl.col("period_end") > until))
        .sort("row_number", ~known, "start", descending=[False, False, True])
        .unique("row_number", keep="first", maintain_order=True)
        .select("row_number", "supply_point_id", "period_start", "period_end", "outside", "area", "base_day")
    )


def _prepared(rows: pl.DataFrame) -> pl.DataFrame:
    sums, missing = versions.measured(rows["half_hours"].to_list())
    measured = rows.with_columns(
        half_hour_sum_dwh=pl.Series(sums, dtype=pl.Int64),
        half_hours_missing=pl.Series(missing, dtype=pl.Int64),
        energy_dwh=pl.when("provided").then(pl.col("energy_dwh")).otherwise(0),
    )
    differs = (pl.col("half_hours_missing") == 0) & (
        (pl.col("energy_dwh") - pl.col("half_hour_sum_dwh")).abs() >= values.DIFFERENCE_TOLERANCE_DWH
    )
    note = {
        values.NOTE_DIFFERS: differs,
        values.NOTE_MISSING: pl.col("half_hours_missing") > 0,
        values.NOTE_OUTSIDE: pl.col("outside"),
    }
    words = [pl.when(holds.fill_null(value=False)).then(pl.lit(word)) for word, holds in note.items()]
    return measured.with_columns(
        first_day=pl.col("period_start"),
        interval_minutes=pl.lit(values.INTERVAL_MINUTES, pl.Int64),
        notes=pl.concat_str(words, separator=" ", ignore_nulls=True),
    ).select(list(versions.PREPARED))


def _refused(rows: pl.DataFrame) -> pl.DataFrame:
    """Sentences for refused rows; there are few of them, or the file is not for us."""
    told = [
        _sentence(*row) for row in rows.select("code", "broken", "spin", "area", "base_day", "named_start").iter_rows()
    ]
    return rows.with_columns(
        pl.col("spin").str.slice(0, 40),
        template=pl.Series([template for template, _values in told], dtype=pl.String),
        parameters=pl.Series([json.dumps(found) for _template, found in told], dtype=pl.String),
    ).select(list(values.REFUSED))


def _sentence(
    code: str, broken: str, spin: str, area: str | None, base_day: str | None, first_day: date | None
) -> tuple[str, dict[str, str]]:
    if code == RowCode.BROKEN:
        return broken, {}
    if code == RowCode.UNKNOWN_POINT:
        return UNKNOWN_POINT, {}
    if code == RowCode.NO_PERIOD:
        return NO_PERIOD, {"area": area or spin[:2], "base": base_day or ""}
    return (NOT_SUPPLIED_SINCE, {"day": first_day.isoformat()}) if first_day else (NOT_SUPPLIED, {})
