"""Reference meters: one for another, and meters that somebody does not trust."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import IntegrityError
from django.utils.translation import gettext as _

from tomoshibi.groups.models import MeterSuspicion, ReferenceMeter
from tomoshibi.groups.operations.founding import hang_reference_meter, locked
from tomoshibi.metering import operations as metering
from tomoshibi.storage import db


class NotHanging(ValueError):
    """The meter is not read for the group on that day."""


class AlreadySuspect(ValueError):
    """The meter is marked already."""


class NotSuspect(ValueError):
    """The meter is not marked."""


@db.transaction_required
def exchange_reference_meter(
    *,
    group_id: int,
    old_number: str,
    new_number: str,
    on: date,
    old_registers: Mapping[str, int | None],
    new_registers: Mapping[str, int | None],
    physical_ratio: int,
    register_digits: int,
    reason: str,
    now: datetime,
    actor_id: int | None,
) -> None:
    """
    One reference meter for another on a day, each with its registers at 00:00: no energy between them is lost.

    :param old_registers: what the old meter showed last; ``new_registers``: what the new one began with [0.1 Wh]
    :raises NotHanging: if the old meter is not read for the group on that day, or began on it
    """
    row = locked(group_id)
    old = ReferenceMeter.objects.filter(group=row, number=old_number, end=None, start__lt=on).first()
    if old is None:
        raise NotHanging(_("Meter %(number)s is not read for the group on that day.") % {"number": old_number})
    box = old.box.number if old.box else ""
    old.end = on
    old.save()
    try:
        with db.savepoint():
            hang_reference_meter(
                group_id=group_id,
                number=new_number,
                start=on,
                box_number=box,
                physical_ratio=physical_ratio,
                register_digits=register_digits,
            )
    except IntegrityError:
        raise NotHanging(_("Meter %(number)s is read for another group.") % {"number": new_number}) from None
    eve = on - timedelta(days=1)
    for number, registers in ((old_number, old_registers), (new_number, new_registers)):
        try:
            metering.enter_register(
                meter_number=number, day=eve, registers=registers, reason=reason, now=now, actor_id=actor_id
            )
        except metering.SameRegister:
            continue  # what was read that night is what the crew read


@db.transaction_required
def mark_suspect(*, group_id: int, meter_number: str, start: date, reason: str, actor_id: int | None) -> None:
    """
    Say that a reference meter is not to be trusted from a day on: bills that rest on it wait for a person.

    :raises NotHanging: if it is not a meter of the group
    :raises AlreadySuspect: if it is marked
    """
    row = locked(group_id)
    if not ReferenceMeter.objects.filter(group=row, number=meter_number).exists():
        raise NotHanging(_("Meter %(number)s is not read for the group on that day.") % {"number": meter_number})
    if MeterSuspicion.objects.filter(meter_number=meter_number, end=None).exists():
        raise AlreadySuspect(_("Meter %(number)s is marked already.") % {"number": meter_number})
    MeterSuspicion.objects.create(
        group=row, meter_number=meter_number, start=start, reason=reason, marked_by_id=actor_id
    )


@db.transaction_required
def clear_suspect(*, group_id: int, meter_number: str, on: date, because: str, actor_id: int | None) -> None:
    """
    The meter is trusted again from a day on; the days before stay marked.

    :raises NotSuspect: if it is not marked before that day
    """
    open_ones = MeterSuspicion.objects.select_for_update().filter(
        group_id=group_id, meter_number=meter_number, end=None
    )
    found = open_ones.filter(start__lt=on).first()
    if found is None:
        raise NotSuspect(_("Meter %(number)s is not marked.") % {"number": meter_number})
    found.end, found.cleared_because, found.cleared_by_id = on, because, actor_id
    found.save()
