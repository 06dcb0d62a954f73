"""Daily registers, and the energy between them."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from tomoshibi.kernel.frames import Schema
from tomoshibi.storage import bulk

REGISTERS: Schema = {
    "meter_number": pl.String, "day": pl.Date, "forward_dwh": pl.Int64, "reverse_dwh": pl.Int64,
    "peak_dwh": pl.Int64, "flat_dwh": pl.Int64, "valley_dwh": pl.Int64,
}  # fmt: skip


def registers_frame(*, meters: Sequence[str], start: date, end: date) -> pl.DataFrame:
    """
    What registers showed at the end of each day of ``[start, end)``.

    :returns: columns of ``REGISTERS``, by meter and day; days without a reading are not there
    """
    return bulk.read_frame(
        """
        SELECT meter_number, day, forward_dwh, reverse_dwh, peak_dwh, flat_dwh, valley_dwh
        FROM metering_registerreading
        WHERE meter_number = ANY(%(meters)s) AND day >= %(start)s AND day < %(end)s
        ORDER BY meter_number, day
        """,
        REGISTERS,
        {"meters": list(meters), "start": start, "end": end},
    )
