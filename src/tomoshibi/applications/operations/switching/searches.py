"""
Searching the identifier of a supply or generation point for a reconnection (IN3, IN4).

The grid's search stands on a Web page, so in the main case a clerk looks there and enters what was found. Our own register
is asked at once; a grid company that offers the search as a message is asked by message.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from tomoshibi.applications import values
from tomoshibi.applications.models import PointSearch
from tomoshibi.applications.operations.switching import cases, line
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.values import PointClass, SearchSource
from tomoshibi.storage import bulk, db
from tomoshibi.supply import queries as supply
from tomoshibi.supply.values import PointKind
from tomoshibi.worklist import operations as worklist

SEARCH = "applications.point_search"


class SearchClosed(ValueError):
    """The search was answered in the meantime."""


@db.transaction_required
def open_search(
    *,
    generation: bool,
    area: str,
    address: str = "",
    building: str = "",
    meter_number: str = "",
    why: str = "",
    subject: str = "",
    now: datetime,
    actor_id: int | None,
) -> int:
    """
    Somebody needs the identifier of a point; the same subject twice is one search.

    :param subject: ``room.thing:id`` of what needs it
    :returns: its id
    :raises cases.Unfit: without address and meter number
    """
    if subject:
        known = PointSearch.objects.filter(subject=subject).first()
        if known is not None:
            return known.id
    if not (address.strip() or meter_number.strip()):
        raise cases.Unfit(_("an address or a meter number is needed"))
    search_id = int(bulk.allocate_ids("applications_pointsearch", 1)[0])
    row = PointSearch(
        id=search_id,
        number=f"P{search_id:08d}",
        generation=generation,
        area=area,
        address=address.strip(),
        building=building.strip(),
        meter_number=meter_number.strip(),
        why=why[:200],
        subject=subject,
        asked_at=now,
        asked_by_id=actor_id,
    )
    row.save(force_insert=True)
    _look(row, now)
    return row.id


def _look(row: PointSearch, now: datetime) -> None:
    row.found = _own_register(row)
    row.save()
    link = queries.link()
    if link is not None and row.area in link.search_areas:
        fields = {name: getattr(row, name) for name in ("area", "address", "building", "meter_number")}
        klass = PointClass.GENERATION if row.generation else PointClass.LOW
        line.queue("point_search", fields, area=row.area, klass=klass, now=now, search=row)
    worklist.open_item(
        procedure=_procedure(row),
        kind=SEARCH,
        subject=_subject(row),
        title=_("Find the point number: %(what)s") % {"what": row.address or row.meter_number},
        due_at=now + timedelta(days=1),
        now=now,
        url=reverse("applications:point_search", args=[row.id]),
    )


def _own_register(row: PointSearch) -> list[dict[str, Any]]:
    """Points that we have known before, by the words of the address or the meter number."""
    kind = PointKind.GENERATION if row.generation else PointKind.SUPPLY
    hits = supply.search(row.meter_number or f"{row.address} {row.building}".strip(), limit=10)
    found = []
    for hit in hits:
        point = supply.point(supply_point_id=hit.supply_point_id)
        if point is not None and point.kind is kind and point.area == row.area:
            found.append({
                "spin": hit.spin, "address": hit.address, "meter_number": hit.meter_number, "building": point.building,
                "source": SearchSource.OWN.value,
            })  # fmt: skip
    return found


def _procedure(row: PointSearch) -> str:
    return "IN4" if row.generation else "IN3"


def _subject(row: PointSearch) -> str:
    return f"applications.search:{row.id}"


def _locked(search_id: int) -> PointSearch:
    return PointSearch.objects.select_for_update().get(id=search_id)


@db.transaction_required
def answer_search(
    *, search_id: int, spin: str, source: SearchSource, now: datetime, actor_id: int | None
) -> Mapping[str, str]:
    """
    The identifier is known: by whom it was found, and when, stays with it.

    :raises SearchClosed: if somebody answered in the meantime
    :raises cases.Unfit: if it is no identifier of the area
    """
    row = _locked(search_id)
    plain = supply.plain_spin(spin)
    if not can_proceed(row.find):
        raise SearchClosed(_("this search was answered already"))
    if len(plain) != 22 or plain[:2] != row.area:  # noqa: PLR2004
        raise cases.Unfit(
            _("a supply point number of area %(area)s has 22 digits and begins with it") % {"area": row.area}
        )
    row.find()
    row.spin, row.source, row.answered_at, row.answered_by_id = plain, source.value, now, actor_id
    row.save()
    worklist.close_about(kind=SEARCH, subjects=[_subject(row)], outcome=plain, now=now, actor_id=actor_id)
    return {"subject": row.subject, "spin": plain}


@db.transaction_required
def give_up_search(*, search_id: int, now: datetime, actor_id: int | None) -> None:
    """
    There is no such point, or nobody can tell.

    :raises SearchClosed:
    """
    row = _locked(search_id)
    if not can_proceed(row.give_up):
        raise SearchClosed(_("this search was answered already"))
    row.give_up()
    row.answered_at, row.answered_by_id = now, actor_id
    row.save()
    outcome = values.SearchState.NOT_FOUND.value
    worklist.close_about(kind=SEARCH, subjects=[_subject(row)], outcome=outcome, now=now, actor_id=actor_id)


@db.transaction_required
def search_again(
    *, search_id: int, address: str, building: str, meter_number: str, now: datetime, actor_id: int | None
) -> None:
    """
    More is known about the place: look again.

    :raises SearchClosed: once an identifier was found
    """
    row = _locked(search_id)
    if row.state == values.SearchState.FOUND:
        raise SearchClosed(_("this search was answered already"))
    if row.state == values.SearchState.NOT_FOUND:
        row.reopen()
    row.address, row.building, row.meter_number = address.strip(), building.strip(), meter_number.strip()
    row.answered_at = row.answered_by_id = None
    row.asked_by_id = actor_id or row.asked_by_id
    row.save()
    _look(row, now)
