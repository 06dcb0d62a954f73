"""The share of a month that each row of a usage frame is."""

import numpy as np
import polars as pl

from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating import proration
from tomoshibi.rating.program import Program
from tomoshibi.rating.sheet import MISSING


def column(frame: pl.DataFrame, name: str) -> Int64Array:
    """A whole-number column as the engine takes it."""
    found = frame[name]
    if found.dtype != pl.Int64:
        found = found.cast(pl.Int64)
    return (found.fill_null(int(MISSING)) if found.null_count() else found).to_numpy()


def days(frame: pl.DataFrame, name: str) -> proration.DayArray:
    """A date column as the engine takes it."""
    return frame[name].to_numpy().astype("datetime64[D]", copy=False)


def reading(frame: pl.DataFrame) -> tuple[proration.DayArray, proration.DayArray]:
    """The reading period around each row: its first day and the day after its last; the row's own where none is given."""
    start, end = days(frame, "period_start"), days(frame, "period_end")
    if "reading_start" not in frame.columns:
        return start, end
    whole_start, whole_end = days(frame, "reading_start"), days(frame, "reading_end")
    return np.where(np.isnat(whole_start), start, whole_start), np.where(np.isnat(whole_end), end, whole_end)


def ratios(frame: pl.DataFrame, program: Program) -> tuple[Int64Array, Int64Array]:
    """
    As given in ``ratio_num`` and ``ratio_den``, or by the plan's policy from the reading period.

    :returns: numerator and denominator [days]; 0 and 0 where dates make no sense
    """
    start, end = days(frame, "period_start"), days(frame, "period_end")
    whole_start, whole_end = reading(frame)
    bad = np.isnat(start) | np.isnat(end) | ~(start < end) | (whole_start > start) | (whole_end < end)
    num, den = proration.ratios(
        program.proration, start=start, end=end, reading_start=whole_start, reading_end=whole_end
    )
    if "ratio_num" in frame.columns:
        given = frame["ratio_num"].is_not_null().to_numpy()
        num = np.where(given, column(frame, "ratio_num"), num)
        den = np.where(given, column(frame, "ratio_den"), den)
    return np.where(bad, np.int64(0), num), np.where(bad, np.int64(0), den)
