"""Register supply points and meters, hang meters, and change what a point is."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from django.db.models import Q
from django.utils.translation import gettext as _

from tomoshibi.storage import db
from tomoshibi.supply import network, queries, registration, values
from tomoshibi.supply.models import Installation, Meter, SupplyPoint

POINT_COLUMNS = frozenset(registration.NEW_POINTS) - {"spin", "area"}


class NoSuchPoint(LookupError):
    """There is no such supply point."""


class MeterElsewhere(ValueError):
    """The meter hangs at a point on one of these days."""


@db.transaction_required
def register_points(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Register many supply points. The area follows from the identifier.

    :param frame: columns of ``registration.NEW_POINTS``; texts may be missing
    :returns: ``supply_point_id``, ``spin``, in the order of the frame
    :raises RowsRefused: naming each row that cannot be taken; nothing is written then
    """
    return registration.points(frame)


@db.transaction_required
def register_meters(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Register many meters, each hanging at a point from a day on.

    :param frame: columns of ``registration.NEW_METERS``
    :returns: ``meter_id``, ``meter_number``, in the order of the frame
    :raises RowsRefused: naming each row that cannot be taken; nothing is written then
    """
    return registration.meters(frame)


@db.transaction_required
def register_point(**columns: Any) -> values.SupplyPoint:
    """
    Register one supply point.

    :param columns: as the columns of ``registration.NEW_POINTS``
    :raises RowsRefused: naming each column that cannot be taken
    """
    written = registration.points(pl.DataFrame([columns]))
    found = queries.point(supply_point_id=written["supply_point_id"][0])
    assert found is not None
    return found


@db.transaction_required
def change_point(*, supply_point_id: int, changes: Mapping[str, str]) -> values.SupplyPoint:
    """
    Change address, reading day, voltage or connection; identifier and area stay.

    :param changes: column to new text, of ``POINT_COLUMNS``
    :raises NoSuchPoint: if the point is not there
    :raises RowsRefused: naming each column that cannot be taken
    """
    unknown = set(changes) - POINT_COLUMNS
    assert not unknown, unknown
    row = SupplyPoint.objects.select_for_update().filter(id=supply_point_id).first()
    if row is None:
        raise NoSuchPoint(_("there is no such supply point"))
    for name, text in changes.items():
        setattr(row, name, text.strip())
    frame = registration.complete(pl.DataFrame([{name: getattr(row, name) for name in registration.NEW_POINTS}]))
    registration.examine_points(frame)
    row.search_key = frame.select(registration.search_key_column()).item()
    row.save()
    found = queries.point(supply_point_id=supply_point_id)
    assert found is not None
    return found


@db.transaction_required
def hang_meter(
    *, spin: str, meter_number: str, on: date, model: str = "", is_smart: bool = True, interval_minutes: int = 30
) -> None:
    """
    A meter hangs at a point from a day on; one that is not known yet is registered.

    :raises NoSuchPoint: if no point has the identifier
    :raises MeterElsewhere: if the meter hangs somewhere on or after that day
    """
    point = queries.point(spin=spin)
    if point is None:
        raise NoSuchPoint(_("there is no supply point %(spin)s") % {"spin": spin})
    meter, _new = Meter.objects.get_or_create(
        number=meter_number.strip(),
        defaults={"model": model, "is_smart": is_smart, "interval_minutes": interval_minutes},
    )
    if Installation.objects.filter(Q(end=None) | Q(end__gt=on), meter=meter).exists():
        raise MeterElsewhere(_("meter %(number)s hangs at a point already") % {"number": meter.number})
    Installation.objects.create(meter=meter, point_id=point.id, start=on)


@db.transaction_required
def exchange_meter(*, spin: str, old_number: str, new_number: str, on: date, **details: Any) -> None:
    """
    One meter comes down and another goes up on the same day. Where the old one went up that day as well, it never measured
    and leaves no trace but the audit trail.

    :param details: as those of ``hang_meter``
    :raises NoSuchPoint: if the old meter does not hang at that point
    :raises MeterElsewhere: if the new one hangs somewhere
    """
    installations = Installation.objects.select_for_update(of=("self",))
    hanging = installations.filter(
        point__spin=queries.plain_spin(spin), meter__number=old_number, end=None, start__lte=on
    ).first()
    if hanging is None:
        raise NoSuchPoint(
            _("meter %(number)s does not hang at %(spin)s on that day") % {"number": old_number, "spin": spin}
        )
    if hanging.start == on:
        hanging.delete()
    else:
        hanging.end = on
        hanging.save()
    hang_meter(spin=spin, meter_number=new_number, on=on, **details)


@db.transaction_required
def ensure_districts(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Transformer districts (台区) by number; those that are not known yet are made.

    :param frame: columns of ``network.NEW_DISTRICTS``; a name, unit or setting may be missing
    :returns: ``district_number``, ``district_id``
    :raises RowsRefused: naming each row that cannot be taken; nothing is written then
    """
    return network.ensure_districts(frame)


@db.transaction_required
def ensure_boxes(*, numbers: pl.Series) -> pl.DataFrame:
    """
    Meter boxes by number; those that are not known yet are made.

    :returns: ``box_number``, ``box_id``
    """
    return network.ensure_boxes(numbers)


@db.transaction_required
def ensure_access_points(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Access points (接入点) by number; those that are not known yet are made, the others stay as they are.

    :param frame: columns of ``network.NEW_ACCESS_POINTS``; districts that it names must be there
    :returns: ``access_point_number``, ``access_point_id``, ``district_id`` (null where nobody knows it)
    :raises RowsRefused: naming each row that cannot be taken; nothing is written then
    """
    return network.ensure_access_points(frame)


@db.transaction_required
def take_served_accounts(frame: pl.DataFrame) -> int:
    """
    Ordinary accounts and the access points that serve them; an account that is known gets its newest facts.

    :param frame: columns of ``network.NEW_SERVED``; a meter, box, district or address may be missing
    :returns: how many
    :raises RowsRefused: naming each row that cannot be taken; nothing is written then
    """
    return network.take_served_accounts(frame)
