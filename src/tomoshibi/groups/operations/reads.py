"""What reference meters showed, by file and by hand."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.documents import operations as documents
from tomoshibi.documents import queries as stored
from tomoshibi.groups import planning, queries, registersheet
from tomoshibi.groups.models import ReferenceMeter
from tomoshibi.groups.operations.meters import NotHanging
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.metering import operations as metering
from tomoshibi.metering import queries as metering_queries
from tomoshibi.metering.values import RegisterSource
from tomoshibi.storage import db

DOCUMENT_KIND = "groups.registers"


@db.transaction_required
def take_register_file(
    *, name: str, content: bytes | BinaryIO, today: date, now: datetime, actor_id: int | None
) -> tuple[int, int]:
    """
    Take registers from a file, all of them or none; those that stand already are left as they are.

    :returns: rows of the file, registers written
    :raises layouts.NotReadable: if it is no such file
    :raises RowsRefused: naming each row by its number in the file
    """
    file = documents.store(name=name, content=content, kind=DOCUMENT_KIND, now=now, actor_id=actor_id)
    rows, registers = registersheet.read(Path(stored.path(file_id=file.id)), name=name)
    meters = registers["meter_number"].unique()
    first, last = registers["day"].min(), registers["day"].max()
    standing = (
        metering_queries.registers_between(start=first, end=today, meters=meters.to_list())
        if isinstance(first, date) and isinstance(last, date)
        else pl.DataFrame(schema=dict(metering.REGISTERS))
    )
    try:
        registersheet.examine(
            rows, registers, known=queries.known_meters(numbers=meters), standing=standing, today=today
        )
    except RowsRefused as refused:
        raise planning.in_file(refused, rows) from None
    written = metering.take_registers(registers.drop("row"), source=RegisterSource.FILE)
    return rows.height, written


@db.transaction_required
def enter_read(
    *,
    group_id: int,
    meter_number: str,
    day: date,
    registers: Mapping[str, int | None],
    reason: str,
    now: datetime,
    actor_id: int | None,
) -> None:
    """
    What somebody read on a meter of a group at the end of a day, or what is right instead of what stands there.

    :raises NotHanging: if the group was never read by that meter
    :raises metering.SameRegister: if exactly that stands there
    """
    if not ReferenceMeter.objects.filter(group_id=group_id, number=meter_number).exists():
        raise NotHanging(_("Meter %(number)s is not read for the group on that day.") % {"number": meter_number})
    metering.enter_register(
        meter_number=meter_number, day=day, registers=registers, reason=reason, now=now, actor_id=actor_id
    )
