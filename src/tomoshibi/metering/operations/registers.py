"""Daily registers of meters without half-hours."""

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.kernel.frames import Schema, require
from tomoshibi.kernel.refusals import Examination
from tomoshibi.storage import bulk, db

REGISTERS: Schema = {
    "meter_number": pl.String,
    "day": pl.Date,
    "forward_dwh": pl.Int64,
    "reverse_dwh": pl.Int64,
    "peak_dwh": pl.Int64,
    "flat_dwh": pl.Int64,
    "valley_dwh": pl.Int64,
}
"""Registers at the end of a day [0.1 Wh]; a rate that the meter does not have is null."""


@db.transaction_required
def take_registers(readings: pl.DataFrame) -> int:
    """
    Keep daily registers; a day that is there already stays as it is.

    :param readings: columns of ``REGISTERS``
    :returns: rows written
    :raises RowsRefused: naming rows without a meter or with a register below zero; nothing is written then
    """
    rows = require(readings, REGISTERS)
    examination = Examination(rows)
    examination.refuse_unless_match("meter_number", r"^[0-9A-Za-z\-]{1,24}$", reason=_("{value} is not a meter number"))
    for column in ("forward_dwh", "reverse_dwh"):
        examination.refuse(
            pl.col(column).is_null() | (pl.col(column) < 0), column=column, reason=_("{value} is not a register")
        )
    examination.finish()
    there = bulk.read_frame(
        "SELECT meter_number, day FROM metering_registerreading"
        " WHERE meter_number = ANY(%(meters)s) AND day BETWEEN %(first)s AND %(last)s",
        {"meter_number": pl.String, "day": pl.Date},
        {
            "meters": rows["meter_number"].unique().to_list(),
            "first": rows["day"].min(),
            "last": rows["day"].max(),
        },
    )
    new = rows.unique(["meter_number", "day"], keep="first").join(there, on=["meter_number", "day"], how="anti")
    return bulk.copy_in("metering_registerreading", new)
