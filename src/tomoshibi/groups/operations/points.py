"""Points join and leave groups; four of their fields may be put right without a process."""

from datetime import date, datetime, time

import polars as pl
from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext as _

from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.groups import placing, queries, values
from tomoshibi.groups.models import Group, Membership, Placement, Point, PointEdit
from tomoshibi.groups.operations.founding import SecondBenchmark, search_key
from tomoshibi.kernel.refusals import Examination
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply


class NoSuchPoint(LookupError):
    """There is no such point."""


class NothingChanged(ValueError):
    """The field has this value already."""


class NoSuchPlace(LookupError):
    """There is no access point or district of that number."""


class NotPlaced(ValueError):
    """The point stands nowhere on that day."""


@db.transaction_required
def add_points(frame: pl.DataFrame, *, today: date, beyond_cap: bool = False) -> pl.DataFrame:
    """
    Points join their groups.

    :param frame: columns of ``placing.NEW_POINTS``
    :param beyond_cap: only for stock that is larger than the cap
    :returns: ``account_number``, ``point_id`` in the order of the frame
    :raises RowsRefused: naming each row that cannot be taken; nothing is written then
    :raises SecondBenchmark: if a group would have two benchmarks on one day
    """
    try:
        with db.savepoint():
            return placing.add(frame, today=today, beyond_cap=beyond_cap)
    except IntegrityError as broken:
        if "group_has_one_benchmark_a_day" in str(broken):
            raise SecondBenchmark(_("The group has a benchmark already; a group has one at a time.")) from None
        raise


@db.transaction_required
def remove_points(frame: pl.DataFrame, *, today: date) -> int:
    """
    Sub-accounts leave their groups; their numbers are never used again.

    :param frame: ``account_number``, ``end`` (the first day on which the point is no longer counted)
    :returns: how many left
    :raises RowsRefused: naming each row: no such active point, a benchmark, a day before it began or in the future
    """
    known = queries.known_points(numbers=frame["account_number"], on=today)
    rows = frame.join(known, on="account_number", how="left", maintain_order="left")
    examination = Examination(rows)
    examination.refuse(
        pl.col("group_id").is_null(), column="account_number", reason=_("{value} is no active point of a group")
    )
    examination.refuse(
        pl.col("role") == values.Role.BENCHMARK.value,
        column="account_number",
        reason=_("{value} is a benchmark: change the benchmark first, or cancel the whole group"),
    )
    examination.refuse(pl.col("end").is_null(), column="end", reason=_("a date is needed"))
    examination.refuse(pl.col("end") > today, column="end", reason=_("{value} lies in the future"))
    examination.refuse(
        pl.col("end") <= pl.col("member_start"), column="end", reason=_("{value} is not after the day the point began")
    )
    examination.finish()
    placing.end_memberships(rows.select("point_id", "end"))
    return rows.height


@db.transaction_required
def edit_point(
    *,
    point_id: int,
    field: values.EditedField,
    new: str,
    effective_on: date,
    reason: str,
    now: datetime,
    actor_id: int | None,
) -> None:
    """
    Put one of the four fields right (G-073). District and access point change from a day on, so that the past stays.

    :param new: the text; for a district or access point its number
    :raises NoSuchPoint: if the point is not there
    :raises NoSuchPlace: if nothing has the number
    :raises NothingChanged: if that is what it says already
    :raises NotPlaced: if the point stands nowhere on that day
    """
    point = Point.objects.select_for_update().filter(id=point_id).first()
    if point is None:
        raise NoSuchPoint(_("there is no such point"))
    new = new.strip()
    holds = Q(start__lte=effective_on) & (Q(end=None) | Q(end__gt=effective_on))
    place = Placement.objects.select_for_update().filter(holds, point=point).first()
    if place is None:
        raise NotPlaced(_("the point stands nowhere on that day"))
    old = _present(point, place, field)
    if old == new:
        raise NothingChanged(_("It says so already."))
    if field is values.EditedField.NAME:
        point.name = new
        point.save()
    elif field is values.EditedField.ADDRESS:
        place.address = new
        place.save()
        _tell_group(point, new)
    else:
        _move(place, field, new, effective_on)
    PointEdit.objects.create(
        point=point,
        field=field.value,
        old=old,
        new=new,
        effective_on=effective_on,
        reason=reason,
        at=now,
        actor_id=actor_id,
    )


def _present(point: Point, place: Placement, field: values.EditedField) -> str:
    if field is values.EditedField.NAME:
        return point.name
    if field is values.EditedField.ADDRESS:
        return place.address
    thing = place.district if field is values.EditedField.DISTRICT else place.access_point
    return thing.number if thing else ""


def _move(place: Placement, field: values.EditedField, number: str, day: date) -> None:
    """The same place from a day on, but in another district or at another access point."""
    district_id, access_point_id = place.district_id, place.access_point_id
    if field is values.EditedField.DISTRICT:
        district = supply.district(number=number)
        if district is None:
            raise NoSuchPlace(_("there is no district %(number)s") % {"number": number})
        district_id = district.id
    else:
        access_point = supply.access_point(number=number)
        if access_point is None:
            raise NoSuchPlace(_("there is no access point %(number)s") % {"number": number})
        access_point_id = access_point.id
    if place.start == day:
        place.district_id, place.access_point_id = district_id, access_point_id
        place.save()
        return
    end, place.end = place.end, day
    place.save()
    Placement.objects.create(
        point_id=place.point_id,
        address=place.address,
        position=place.position,
        access_point_id=access_point_id,
        district_id=district_id,
        start=day,
        end=end,
    )


def _tell_group(point: Point, address: str) -> None:
    """A benchmark's address is what its group is found by."""
    for row in Group.objects.filter(benchmark_number=point.account_number):
        row.address = address
        row.search_key = search_key(row.number, row.benchmark_number, row.name, address, row.unit)
        row.save()


@db.transaction_required
def complete_point(
    *,
    point_id: int,
    installed_on: date | None = None,
    seal_number: str = "",
    contract_list: str = "",
    today: date,
    now: datetime,
    actor_id: int | None = None,
) -> list[str]:
    """
    Fill in what a point still lacks: the real installation day, its seal, the contract list it stands on.

    :returns: what it lacks now; nothing left takes its legacy mark away
    :raises NoSuchPoint: if the point is not there
    :raises fieldwork.SealUsed: if the seal was used elsewhere
    :raises fieldwork.SealElsewhere: if another seal hangs there
    """
    row = Point.objects.select_for_update().filter(id=point_id).first()
    if row is None or not Membership.objects.filter(point=row).exists():
        raise NoSuchPoint(_("there is no such point"))
    assert installed_on is None or installed_on <= today, "the form refuses days in the future"
    row.installed_on = installed_on or row.installed_on
    row.contract_list = contract_list.strip() or row.contract_list
    row.save()
    if seal_number.strip():
        stands = next(iter(_standing(point_id, today)), "")
        hung = datetime.combine(row.installed_on, time(), tzinfo=now.tzinfo) if row.installed_on else now
        fieldwork.note_seal(
            number=seal_number.strip(), subject=values.subject_of(point_id), place=stands,
            placed_at=min(hung, now), now=now, actor_id=actor_id,
        )  # fmt: skip
    return queries.missing_of(row)


def _standing(point_id: int, on: date) -> list[str]:
    """Number of the access point where it stands on a day."""
    ids = Placement.objects.filter(Q(end=None) | Q(end__gt=on), point_id=point_id, start__lte=on)
    return list(ids.exclude(access_point=None).values_list("access_point__number", flat=True))
