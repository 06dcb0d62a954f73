"""Survey: the grouping looked at again, places looked up in bulk, repaired by hand, and the questions of each row."""

from datetime import date, datetime
from typing import Any

import polars as pl
from django.db.models import Q
from django.utils.translation import gettext as _

from tomoshibi.applications.models import CaseRow, GroupCase
from tomoshibi.applications.operations.groupwork.acceptance import check_grouping
from tomoshibi.applications.operations.groupwork.cases import Incomplete, at, enter, locked, move, note, rows_of
from tomoshibi.applications.operations.groupwork.papers import make_list, renew_list
from tomoshibi.applications.operations.groupwork.waiting import ask_to_apply
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import CaseKind, CaseState, Change, Place, RowState
from tomoshibi.groups import operations as group_operations
from tomoshibi.groups import queries as groups
from tomoshibi.groups.values import Role
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply_operations
from tomoshibi.supply import queries as supply
from tomoshibi.supply.values import Setting

QUESTIONS = ("is_fit", "belongs", "is_ready", "is_listed")
_PLACE = ("access_point_number", "access_point_name", "district_number", "district_name")


class NoSuchRow(LookupError):
    """The case has no such row."""


class OldVersion(ValueError):
    """The list is of another version than the present one."""


@db.transaction_required
def recheck_grouping(*, case_id: int, now: datetime, today: date, actor_id: int | None) -> None:
    """The surveyor looks at the grouping before going out (G-015)."""
    case = locked(case_id)
    at(case, CaseState.SURVEY)
    check_grouping(case, second=True, now=now, today=today, actor_id=actor_id)
    case.save()
    note(case, values.SURVEY, "rechecked", now=now, actor_id=actor_id)


@db.transaction_required
def locate_rows(*, case_id: int, now: datetime, today: date, actor_id: int | None) -> tuple[int, int]:
    """
    Account numbers for new points, and the access point and district of every row that has none, in one call (G-030).

    :returns: how many rows have their place now, and how many wait for a person
    """
    case = locked(case_id)
    at(case, CaseState.SURVEY)
    reserve_numbers(case)
    rows = [r for r in rows_of(case, RowState.PLANNED, RowState.WAITING) if not _is_placed(r)]
    _take_named(rows, now=now)
    asked = pl.DataFrame(
        [(r.id, r.nearest_number, r.address or r.name) for r in rows if not _is_placed(r)],
        schema={"row": pl.Int64, "nearest_number": pl.String, "address": pl.String},
        orient="row",
    )
    sure_from = groups.parameter("locate_percent", on=today)
    found = {row["row"]: row for row in groups.locate(asked).iter_rows(named=True)}
    for row in rows:
        place = found.get(row.id)
        if place is None:
            continue
        for name in _PLACE:
            setattr(row, name, place[name])
        row.source, row.confidence = place["source"], place["confidence"]
        row.tap = row.tap or _tap(place["setting"])
        # What is not sure enough is a proposal: a person has to say yes (G-032).
        row.placed_at = now if place["confidence"] >= sure_from and place["district_number"] else None
        row.save()
    placed = sum(_is_placed(row) for row in rows)
    note(case, values.SURVEY, "located", now=now, actor_id=actor_id, text=f"{placed} / {len(rows)}")
    return placed, len(rows) - placed


def is_rechecked(case: GroupCase) -> bool:
    """Whether the surveyor looked at the grouping, too (G-015)."""
    return any(one["second"] for one in case.grouping)


def _tap(setting: str) -> str:
    return (values.Tap.RURAL if setting == Setting.RURAL else values.Tap.URBAN).value


def _is_placed(row: CaseRow) -> bool:
    return row.placed_at is not None


def _take_named(rows: list[CaseRow], *, now: datetime) -> None:
    """Rows whose list names an access point that is known need no look-up."""
    for row in rows:
        place = supply.access_point(number=row.access_point_number) if row.access_point_number else None
        if place is not None and place.district_number:
            district = supply.district(number=place.district_number)
            row.access_point_name = place.name
            row.district_number, row.district_name = place.district_number, place.district_name
            row.source, row.confidence, row.placed_at = Place.LIST.value, 100, now
            row.tap = row.tap or _tap(district.setting if district else "")
            row.save()


def reserve_numbers(case: GroupCase) -> None:
    """Account numbers and ids for the points to come: labels and lists name them before they are connected."""
    new = CaseRow.objects.filter(case=case, change=Change.ADD.value, point_id=None).exclude(
        state=RowState.REJECTED.value
    )
    new_rows = list(new.order_by("no"))
    if not new_rows:
        return
    fresh = group_operations.reserve_points(wanted=len(new_rows))
    for row, (point_id, number) in zip(new_rows, fresh.select("point_id", "account_number").iter_rows(), strict=True):
        row.point_id, row.account_number = point_id, row.account_number or number
        row.save()


@db.transaction_required
def place_row(
    *,
    case_id: int,
    no: int,
    access_point_number: str,
    access_point_name: str,
    district_number: str,
    district_name: str,
    tap: str,
    distance_m: int | None,
    not_nearest: str,
    now: datetime,
    today: date,
    actor_id: int | None,
) -> None:
    """
    A place entered by hand, or a proposal that somebody says yes to (G-031).

    :param distance_m: to the access point [m]; without it ``not_nearest`` says why that is not the nearest one (G-052)
    :raises Incomplete: without an access point and a district, or without a name for one that is new
    """
    case = locked(case_id)
    at(case, CaseState.SURVEY, CaseState.INSTALL)
    row = _row(case, no)
    if distance_m is None and not not_nearest.strip():
        raise Incomplete(_("Give the distance to the access point, or say why it is not the nearest one."))
    _put_place(row, access_point_number, access_point_name, district_number, district_name)
    row.tap, row.distance_m, row.not_nearest = tap, distance_m, not_nearest.strip()
    row.source, row.confidence = Place.MANUAL.value, 100
    row.placed_by_id, row.placed_at = actor_id, now
    row.save()
    note(case, values.SURVEY, "placed", now=now, actor_id=actor_id, text=f"{no}: {access_point_number}")
    renew_list(case, now=now, today=today, actor_id=actor_id)


def _put_place(row: CaseRow, number: str, name: str, district_number: str, district_name: str) -> None:
    place = supply.access_point(number=number)
    district_number = district_number.strip() or (place.district_number if place else "")
    if not number.strip() or not district_number:
        raise Incomplete(_("A place needs an access point and a district."))
    if place is None and not name.strip():
        raise Incomplete(_("Access point %(number)s is new: give its name, too.") % {"number": number})
    district = supply.district(number=district_number)
    if district is None and not district_name.strip():
        raise Incomplete(_("District %(number)s is new: give its name, too.") % {"number": district_number})
    supply_operations.ensure_districts(pl.DataFrame({"number": [district_number], "name": [district_name.strip()]}))
    supply_operations.ensure_access_points(
        pl.DataFrame({"number": [number.strip()], "name": [name.strip()], "district_number": [district_number]})
    )
    row.access_point_number = number.strip()
    row.access_point_name = place.name if place else name.strip()
    row.district_number = district_number
    row.district_name = district.name if district else district_name.strip()


def _row(case: GroupCase, no: int) -> CaseRow:
    row = CaseRow.objects.select_for_update().filter(case=case, no=no).first()
    if row is None:
        raise NoSuchRow(_("the application has no row %(no)d") % {"no": no})
    return row


@db.transaction_required
def repair_rows(*, case_id: int, file_id: int, now: datetime, actor_id: int | None) -> int:
    """
    Many places put right at once, in the list that went out for it (G-031).

    :returns: how many rows changed
    :raises OldVersion: if the list is not the present version
    :raises group_operations.NotReadable: if the file is no confirmation list
    :raises Incomplete: naming the row that has no place in the file
    """
    case = locked(case_id)
    at(case, CaseState.SURVEY)
    version, frame = group_operations.read_repairs(file_id=file_id)
    present = working_version(case)
    if version != present:
        raise OldVersion(
            _("The list says version %(theirs)s, the present one is %(ours)s: export it again and repair that one.")
            % {"theirs": version or "–", "ours": present}
        )
    changed = 0
    for told in frame.iter_rows(named=True):
        row = CaseRow.objects.filter(case=case, no=int(told["row_key"])).first() if told["row_key"].isdigit() else None
        if row is None:
            raise Incomplete(_("Row %(row)d of the file is no row of this application.") % {"row": told["row"]})
        if not told["access_point_number"] or all(told[name] == getattr(row, name) for name in _PLACE):
            continue
        try:
            _put_place(
                row,
                told["access_point_number"],
                told["access_point_name"],
                told["district_number"],
                told["district_name"],
            )
        except Incomplete as reason:
            raise Incomplete(_("Row %(row)d: %(reason)s") % {"row": told["row"], "reason": reason}) from None
        row.source, row.confidence, row.placed_by_id, row.placed_at = Place.MANUAL.value, 100, actor_id, now
        row.not_nearest = row.not_nearest or _("as the list that was put right says")
        row.save()
        changed += 1
    note(case, values.SURVEY, "repaired", now=now, actor_id=actor_id, text=str(changed))
    return changed


def working_version(case: GroupCase) -> str:
    """The version that a list for repair carries: it changes with every row that joins or leaves."""
    live = CaseRow.objects.filter(case=case).exclude(state=RowState.REJECTED.value).count()
    out = CaseRow.objects.filter(case=case, state=RowState.REJECTED.value).count()
    return f"{case.number}-{live}.{out}"


@db.transaction_required
def answer_rows(
    *,
    case_id: int,
    answers: dict[int, dict[str, Any]],
    now: datetime,
    actor_id: int | None,
) -> None:
    """
    The four questions of rows: a no makes that row wait, and no other (G-035).

    :param answers: by number of the row, what of ``QUESTIONS`` was answered, and ``note``
    """
    case = locked(case_id)
    at(case, CaseState.SURVEY)
    if not is_rechecked(case):
        raise Incomplete(_("Check the grouping a second time before going out: then the questions are answered."))
    for no, given in answers.items():
        row = _row(case, no)
        if row.state == RowState.REJECTED.value:
            continue
        for question in QUESTIONS:
            if question in given:
                setattr(row, question, given[question])
        row.note = str(given.get("note", row.note))[:300]
        told = [getattr(row, question) for question in QUESTIONS]
        row.state = (RowState.WAITING if False in told else RowState.PLANNED).value
        row.save()
    note(case, values.SURVEY, "answered", now=now, actor_id=actor_id, text=str(len(answers)))


@db.transaction_required
def take_row_out(
    *, case_id: int, no: int, reason: str, other_benchmark: str, now: datetime, today: date, actor_id: int | None
) -> None:
    """
    A row does not belong here: it leaves the case, and counts and lists follow (G-016, G-036).

    With another group it waits there to be applied for (``queries.waiting_rows``), and the counter gets work.

    :param other_benchmark: the group it should be applied for instead, where somebody knows it
    :raises Incomplete: if the other group is not one of the customer, or no row would be left
    """
    case = locked(case_id)
    at(case, CaseState.SURVEY, CaseState.ORDER, CaseState.INSTALL)
    row = _row(case, no)
    if row.installed_on is not None or row.state == RowState.DONE.value:
        raise Incomplete(_("This row is done already."))
    if other_benchmark:
        other = groups.group(benchmark_number=other_benchmark)
        if other is None or other.customer_id != case.customer_id or other.id == case.group_id:
            raise Incomplete(_("%(number)s is no other group of this customer.") % {"number": other_benchmark})
        row.other_benchmark = other_benchmark
    others = CaseRow.objects.filter(case=case).exclude(state=RowState.REJECTED.value).exclude(id=row.id)
    if not others.exists():
        raise Incomplete(_("No row would be left: send the application back instead."))
    row.state, row.note = RowState.REJECTED.value, reason[:300]
    was_benchmark, row.role = row.role == Role.BENCHMARK.value, Role.SUB.value
    row.save()
    if was_benchmark and case.kind == CaseKind.NEW:
        first = others.order_by("no").first()
        assert first is not None, "there are others"
        first.role = Role.BENCHMARK.value
        first.save()
    note(case, values.SURVEY, "row_out", now=now, actor_id=actor_id, text=f"{no}: {reason} {other_benchmark}".strip())
    renew_list(case, now=now, today=today, actor_id=actor_id)
    if other_benchmark:
        ask_to_apply(case, row, now=now, today=today)


@db.transaction_required
def choose_benchmark(
    *,
    case_id: int,
    no: int,
    is_steady: bool,
    is_reliable: bool,
    is_safe: bool,
    meter_number: str,
    box_number: str,
    actor_id: int | None,
) -> None:
    """Which point of a new group gets the meter, and whether it is steady, reliable and safe (G-002)."""
    case = locked(case_id)
    at(case, CaseState.SURVEY, CaseState.ORDER, CaseState.INSTALL)
    row = _row(case, no)
    if case.kind != CaseKind.NEW or case.group_id is not None or row.state == RowState.REJECTED.value:
        raise Incomplete(_("This row cannot be the benchmark."))
    CaseRow.objects.filter(case=case).exclude(id=row.id).update(role=Role.SUB.value)
    row.role = Role.BENCHMARK.value
    row.save()
    case.is_steady, case.is_reliable, case.is_safe, case.fit_by_id = is_steady, is_reliable, is_safe, actor_id
    case.meter_number, case.box_number = meter_number.strip(), box_number.strip()
    case.save()


def what_survey_lacks(case: GroupCase) -> list[str]:
    """What keeps the survey open, in sentences."""
    lacks = []
    if not is_rechecked(case):
        lacks.append(_("The grouping was not checked a second time."))
    rows = CaseRow.objects.filter(case=case).exclude(state=RowState.REJECTED.value)
    unplaced = rows.filter(placed_at=None).exclude(change=Change.REMOVE.value).count()
    if unplaced:
        lacks.append(_("%(n)d rows have no certain access point and district.") % {"n": unplaced})
    open_questions = Q(is_fit=None) | Q(belongs=None) | Q(is_ready=None) | Q(is_listed=None)
    unanswered = rows.filter(open_questions).exclude(change=Change.REMOVE.value).count()
    if unanswered:
        lacks.append(_("The questions of %(n)d rows are not answered.") % {"n": unanswered})
    if not rows.filter(state=RowState.PLANNED.value).exists():
        lacks.append(_("No row is ready."))
    if case.kind == CaseKind.NEW:
        if not (case.is_steady and case.is_reliable and case.is_safe):
            lacks.append(_("The benchmark must be found steady, reliable and safe."))
        if not case.meter_number:
            lacks.append(_("The number of the reference meter is missing."))
        if not rows.filter(role=Role.BENCHMARK.value, state=RowState.PLANNED.value).exists():
            lacks.append(_("The benchmark itself has to be ready."))
    return lacks


@db.transaction_required
def close_survey(*, case_id: int, now: datetime, today: date, actor_id: int | None) -> None:
    """
    Every row has its place and its answers: the confirmation list is made, and the contract is next.

    :raises Incomplete: naming what is missing
    """
    case = locked(case_id)
    at(case, CaseState.SURVEY)
    lacks = what_survey_lacks(case)
    if lacks:
        raise Incomplete(" ".join(lacks))
    reserve_numbers(case)
    make_list(case, now=now, today=today, actor_id=actor_id)
    move(case, "survey_done")
    note(case, values.SURVEY, "surveyed", now=now, actor_id=actor_id)
    enter(case, now=now, today=today)


def survey_lacks(*, case_id: int) -> list[str]:
    """What keeps the survey of a case open, in sentences."""
    return what_survey_lacks(GroupCase.objects.get(id=case_id))


def list_version(*, case_id: int) -> str:
    """The version that a list for repair carries now."""
    return working_version(GroupCase.objects.get(id=case_id))
