"""Daily registers, and the energy between them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from django.db.models import QuerySet

from tomoshibi.kernel.frames import Schema
from tomoshibi.metering.models import RegisterEdit, RegisterReading
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


def registers_between(*, start: date, end: date, meters: Sequence[str] | None = None) -> pl.DataFrame:
    """As ``registers_frame``, but of all meters where none are named; in no order."""
    which = "TRUE" if meters is None else "meter_number = ANY(%(meters)s)"
    return bulk.read_frame(
        f"""
        SELECT meter_number, day, forward_dwh, reverse_dwh, peak_dwh, flat_dwh, valley_dwh
        FROM metering_registerreading WHERE day >= %(start)s AND day < %(end)s AND {which}
        """,
        REGISTERS,
        {"meters": list(meters or ()), "start": start, "end": end},
    )


def register_rows() -> QuerySet[Any]:
    """All registers, for the list."""
    return RegisterReading.objects.all()


def register_at(*, meter_number: str, day: date) -> dict[str, Any] | None:
    """What stands for a meter at the end of a day, and how it came."""
    names = ("forward_dwh", "reverse_dwh", "peak_dwh", "flat_dwh", "valley_dwh", "source")
    return RegisterReading.objects.filter(meter_number=meter_number, day=day).values(*names).first()


def register_edits(*, meters: Sequence[str], limit: int = 50) -> list[dict[str, Any]]:
    """What was entered or put right by hand, newest first."""
    names = ("meter_number", "day", "old", "new", "reason", "at", "actor_id")
    return list(
        RegisterEdit.objects.filter(meter_number__in=list(meters)).order_by("-at", "-id").values(*names)[:limit]
    )


def standing_readings(*, points: pl.DataFrame) -> pl.DataFrame:
    """
    The versions that stand for points and the first days of periods.

    :param points: ``supply_point_id``, ``period_start``
    :returns: the same with ``reading_id``
    """
    found = bulk.read_frame(
        """
        SELECT supply_point_id, period_start, id FROM metering_reading
        WHERE kind = 'supply' AND superseded_by_id IS NULL AND supply_point_id = ANY(%(ids)s::bigint[])
          AND period_start >= %(first)s AND period_start <= %(last)s
        """,
        {"supply_point_id": pl.Int64, "period_start": pl.Date, "reading_id": pl.Int64},
        {
            "ids": bulk.id_array(points["supply_point_id"].unique()),
            "first": points["period_start"].min(),
            "last": points["period_start"].max(),
        },
    )
    return points.join(found, on=["supply_point_id", "period_start"], how="left", maintain_order="left")
