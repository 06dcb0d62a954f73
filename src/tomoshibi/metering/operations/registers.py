"""Registers of meters without half-hours: daily freezes, monthly reads, and what somebody read by hand."""

from collections.abc import Mapping
from datetime import date, datetime

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.kernel.frames import Schema, require
from tomoshibi.kernel.refusals import Examination
from tomoshibi.metering import queries, values, versions
from tomoshibi.metering.models import RegisterEdit, RegisterReading
from tomoshibi.metering.operations.watching import close_filled_gaps
from tomoshibi.storage import bulk, db
from tomoshibi.worker import operations as worker

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
def take_registers(readings: pl.DataFrame, *, source: values.RegisterSource = values.RegisterSource.COLLECTED) -> int:
    """
    Keep registers of ends of days; a day that is there already stays as it is.

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
    return bulk.copy_in("metering_registerreading", new.with_columns(source=pl.lit(source.value)))


class SameRegister(ValueError):
    """The register says so already."""


@db.transaction_required
def enter_register(
    *,
    meter_number: str,
    day: date,
    registers: Mapping[str, int | None],
    reason: str,
    now: datetime,
    actor_id: int | None,
) -> None:
    """
    Enter what somebody read at the end of a day, or put right what stands there; what stood before is kept.

    :param registers: ``forward_dwh`` and, as the meter has them, the others of ``REGISTERS`` [0.1 Wh]
    :raises SameRegister: if exactly that stands there
    """
    names = [name for name in REGISTERS if name.endswith("_dwh")]
    new = {name: registers.get(name) for name in names} | {"reverse_dwh": registers.get("reverse_dwh") or 0}
    row = RegisterReading.objects.select_for_update().filter(meter_number=meter_number, day=day).first()
    old = {name: getattr(row, name) for name in names} if row else None
    if old == new:
        raise SameRegister(_("The register says so already."))
    RegisterReading.objects.update_or_create(
        meter_number=meter_number, day=day, defaults=new | {"source": values.RegisterSource.HAND.value}
    )
    RegisterEdit.objects.create(
        meter_number=meter_number, day=day, old=old, new=new, reason=reason, at=now, actor_id=actor_id
    )


CALCULATED: Schema = {
    "supply_point_id": pl.Int64,
    "spin": pl.String,
    "month": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "energy_dwh": pl.Int64,
}


@db.transaction_required
def record_calculated(energies: pl.DataFrame, *, now: datetime) -> pl.DataFrame:
    """
    Take energies that another room worked out of registers as confirmed values: the later calculation is the later word.

    :param energies: columns of ``CALCULATED``, one row per point and period
    :returns: ``supply_point_id``, ``period_start``, ``reading_id`` of the version that stands now
    """
    rows = energies.with_row_index("row_number").with_columns(
        pl.col("row_number").cast(pl.Int64),
        split_code=pl.lit(values.NORMAL_SPLIT),
        provided=pl.lit(value=True),
        half_hours_missing=pl.lit(0, dtype=pl.Int64),
        notes=pl.lit(""),
    )
    absent = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in versions.PREPARED.items() if name not in rows.columns
    ]
    outcome = versions.write(
        rows.with_columns(absent).select(list(versions.PREPARED)),
        kind=values.ReadingKind.SUPPLY,
        file_id=None,
        revision=0,
        version_rank=versions.rank(series_on=None, revision=0, made_at=now),
        recorded_at=now,
    )
    changed = outcome.filter(pl.col("had_quantity") & pl.col("reading_id").is_not_null())["reading_id"]
    if len(changed):
        worker.announce(values.ConfirmedValuesChanged(reading_ids=tuple(changed)))
    close_filled_gaps(now=now)
    return queries.standing_readings(points=energies.select("supply_point_id", "period_start"))
