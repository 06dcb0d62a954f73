"""Spot prices come in as files; what changes a price that holds waits for a second person."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import polars as pl
from django.db import connection
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from tomoshibi.identity import operations as identity
from tomoshibi.masters import spot, values
from tomoshibi.masters.models import SpotDay, SpotImport, SpotLink
from tomoshibi.masters.operations.changes import AlreadyDecided, ChangeRefused
from tomoshibi.masters.queries.spot import to_value
from tomoshibi.masters.sheets import BadSheet
from tomoshibi.masters.values import RowError, SpotImportState
from tomoshibi.storage import bulk, db
from tomoshibi.worklist import operations as worklist

PROCEDURE = "MS2"
WORK_KIND = "masters.spot"
DUE_AFTER = timedelta(days=1)
Key = tuple[str, date]


class NothingNew(ValueError):
    """Every price of the file holds already."""


@db.transaction_required
def set_spot_market(*, address: str, trust_file: str = "", invented: bool = False) -> None:
    """
    How the day-ahead market is reached; the settings of a deployment go before it.

    :param invented: what it gives are invented prices, and days that it gave are not asked for again
    """
    told = {"address": address, "trust_file": trust_file, "invented": invented}
    SpotLink.objects.update_or_create(id=1, defaults=told)


@db.transaction_required
def import_spot(
    *, content: bytes, file_name: str, now: datetime, actor_id: int | None, invented: bool = False
) -> values.SpotImport:
    """
    Take in a file of spot prices.

    Days without prices hold at once, and half-hours that were missing are filled; a day of which the file changes a
    price keeps what it has until a second person agrees.

    :raises BadSheet: naming each refused row and its reason; nothing is taken then
    :raises NothingNew: if every price of the file holds already
    """
    found = spot.read(content)
    held = _held(found)
    fresh = {key: vector for key, vector in found.items() if _adds(held.get(key), vector)}
    changed = {key: vector for key, vector in found.items() if _changes(held.get(key), vector)}
    if not fresh and not changed:
        raise NothingNew(_("every price of the file holds already"))
    days = [day for _area, day in (*fresh, *changed)]
    row = SpotImport(
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
        invented=invented,
        first_day=min(days),
        last_day=max(days),
        new_days=len(fresh),
        changed_days=len(changed),
        imported_by_id=actor_id,
        imported_at=now,
    )
    if changed:
        row.wait()
    row.save()
    _write(row, fresh, held, holds=True)
    _write(row, changed, held, holds=False)
    what = f"imported spot prices of {len(fresh)} days ({row.first_day} to {row.last_day}), {len(changed)} changed"
    identity.record_deed(procedure=PROCEDURE, what=what, at=now, subject=_subject(row), actor_id=actor_id)
    if changed:
        worklist.open_item(
            procedure=PROCEDURE,
            kind=WORK_KIND,
            subject=_subject(row),
            title=_("Decide changed spot prices: %(file)s") % {"file": file_name},
            detail=_("%(count)d days of areas change") % {"count": len(changed)},
            due_at=now + DUE_AFTER,
            now=now,
            url=reverse("masters:spot_import", args=[row.id]),
        )
    return to_value(row)


@db.transaction_required
def take_spot_day(
    *, content: bytes, day: date, file_name: str, now: datetime, invented: bool = False
) -> values.SpotImport:
    """
    Take in what the market itself gave for a day. The same file again is nothing new, also where its changes wait for a
    second person or were declined.

    :raises BadSheet: naming each refused row and its reason, or because it speaks of other days
    :raises NothingNew: if nothing of it is new
    """
    digest = hashlib.sha256(content).hexdigest()
    undecided = [SpotImportState.WAITING.value, SpotImportState.REJECTED.value]
    if SpotImport.objects.filter(sha256=digest, state__in=undecided).exists():
        raise NothingNew(_("every price of the file holds already"))
    if {on for _area, on in spot.read(content)} != {day}:
        raise BadSheet([RowError(2, "", _("the file is not of %(day)s") % {"day": day})])
    return import_spot(content=content, file_name=file_name, now=now, actor_id=None, invented=invented)


@db.transaction_required
def approve_spot(*, import_id: int, actor_id: int, now: datetime, note: str = "") -> int:
    """
    Agree as the second person: the changed prices hold from here on, for bills that are priced from here on.

    :returns: days whose prices hold now
    :raises identity.SamePerson: if the person imported the file; what the market gave by itself anybody may decide
    :raises AlreadyDecided: if somebody was faster
    """
    row = _waiting(import_id)
    _require_another(row, actor_id)
    row.approve()
    with connection.cursor() as cursor:
        # A revision that came later and holds already stays.
        cursor.execute(
            """
            WITH mine AS (
                SELECT m.id, m.area, m.day FROM masters_spotday m
                 WHERE m.spot_import_id = %(id)s AND NOT m.holds AND NOT EXISTS (
                     SELECT 1 FROM masters_spotday l
                      WHERE l.area = m.area AND l.day = m.day AND l.holds AND l.revision > m.revision))
            UPDATE masters_spotday d SET holds = FALSE FROM mine WHERE d.area = mine.area AND d.day = mine.day AND d.holds
            """,
            {"id": import_id},
        )
        cursor.execute(
            """
            UPDATE masters_spotday m SET holds = TRUE
             WHERE m.spot_import_id = %(id)s AND NOT m.holds AND NOT EXISTS (
                 SELECT 1 FROM masters_spotday l WHERE l.area = m.area AND l.day = m.day AND l.holds)
               AND m.revision = (SELECT max(x.revision) FROM masters_spotday x
                                  WHERE x.spot_import_id = %(id)s AND x.area = m.area AND x.day = m.day)
            """,
            {"id": import_id},
        )
        count: int = cursor.rowcount
    _decide(row, f"approved changed spot prices of {count} days", actor_id=actor_id, now=now, note=note)
    return count


@db.transaction_required
def reject_spot(*, import_id: int, actor_id: int, now: datetime, note: str) -> None:
    """
    Turn changed prices down, saying why; those that held before hold on.

    :raises identity.SamePerson: if the person imported the file; what the market gave by itself anybody may decide
    :raises AlreadyDecided: if somebody was faster
    :raises ChangeRefused: without a reason
    """
    row = _waiting(import_id)
    _require_another(row, actor_id)
    if not note.strip():
        raise ChangeRefused(_("say why: the first person has to know"))
    row.reject()
    _decide(row, "rejected changed spot prices", actor_id=actor_id, now=now, note=note)


def _require_another(row: SpotImport, actor_id: int) -> None:
    if row.imported_by_id is not None:
        identity.require_second_person(first_id=row.imported_by_id, second_id=actor_id)


def _held(found: Mapping[Key, spot.Vector]) -> dict[Key, spot.Vector]:
    days = [day for _area, day in found]
    rows = SpotDay.objects.filter(holds=True, day__gte=min(days), day__lte=max(days))
    return {(row.area, row.day): row.price_micro for row in rows}


def _changes(held: spot.Vector | None, vector: spot.Vector) -> bool:
    """Whether a price that holds would become another."""
    pairs = zip(held or (), vector, strict=bool(held))
    return any(old is not None and new is not None and old != new for old, new in pairs)


def _adds(held: spot.Vector | None, vector: spot.Vector) -> bool:
    """Whether it fills what is missing and changes nothing."""
    if held is None:
        return True
    filled = any(old is None and new is not None for old, new in zip(held, vector, strict=True))
    return filled and not _changes(held, vector)


def _write(row: SpotImport, days: Mapping[Key, spot.Vector], held: Mapping[Key, spot.Vector], *, holds: bool) -> None:
    """New revisions; what the file leaves empty keeps the price that holds."""
    if not days:
        return
    known = SpotDay.objects.filter(day__gte=row.first_day, day__lte=row.last_day)
    last = {(a, d): n for a, d, n in known.values_list("area", "day").annotate(Max("revision"))}
    replaced = [key for key in days if holds and key in held]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE masters_spotday SET holds = FALSE
             WHERE holds AND (area, day) IN (SELECT * FROM unnest(%s::text[], %s::date[]))
            """,
            [[area for area, _day in replaced], [day for _area, day in replaced]],
        )
    records = []
    for (area, day), vector in days.items():
        before = held.get((area, day), [None] * values.SPOT_SLOTS)
        full = [old if new is None else new for old, new in zip(before, vector, strict=True)]
        text = "{" + ",".join("NULL" if price is None else str(price) for price in full) + "}"
        records.append((row.id, area, day, last.get((area, day), -1) + 1, holds, text))
    names = ["spot_import_id", "area", "day", "revision", "holds", "price_micro"]
    bulk.copy_in("masters_spotday", pl.DataFrame(records, schema=names, orient="row"))


def _waiting(import_id: int) -> SpotImport:
    row = SpotImport.objects.select_for_update().get(id=import_id)
    if row.state != SpotImportState.WAITING.value:
        raise AlreadyDecided(_("this file was decided already"))
    return row


def _decide(row: SpotImport, what: str, *, actor_id: int, now: datetime, note: str) -> None:
    row.decided_by_id, row.decided_at, row.note = actor_id, now, note.strip()
    row.save()
    worklist.close_about(kind=WORK_KIND, subjects=[_subject(row)], outcome=row.state, now=now, actor_id=actor_id)
    identity.record_deed(procedure=PROCEDURE, what=what, at=now, subject=_subject(row), actor_id=actor_id)


def _subject(row: SpotImport) -> str:
    return f"masters.spot:{row.id}"
