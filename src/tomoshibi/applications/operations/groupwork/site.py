"""Labels and the work ticket before the visit; what the crew reported, and the installation data after it."""

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl
from django.urls import reverse
from django.utils.translation import gettext as _

from tomoshibi.applications import casepapers
from tomoshibi.applications.models import CaseRow, ContractList, GroupCase
from tomoshibi.applications.operations.groupwork.cases import (
    FILE_KIND,
    CaseMove,
    Incomplete,
    at,
    enter,
    evening,
    locked,
    move,
    note,
    rows_of,
)
from tomoshibi.applications.operations.groupwork.papers import make_list
from tomoshibi.applications.operations.groupwork.survey import reserve_numbers
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import CaseKind, CaseState, Change, Place, RowState
from tomoshibi.documents import operations as documents
from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.fieldwork import queries as field_queries
from tomoshibi.fieldwork import values as field_values
from tomoshibi.groups import operations as group_operations
from tomoshibi.groups import queries as groups
from tomoshibi.groups.values import READS, Group, Origin, Role, group_subject
from tomoshibi.groups.values import subject_of as point_subject
from tomoshibi.masters import queries as masters
from tomoshibi.metering import operations as metering
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.worklist import operations as worklist

DAYS_TO_SUPPLY = 3
"""Working days from the connection until somebody has put the group on supply."""
LABELLED = (CaseKind.NEW, CaseKind.CHANGE)


class NotSigned(ValueError):
    """Nothing is connected before the contract is signed."""


class NoLabels(ValueError):
    """Labels are printed before the crew goes out."""


def _require_signed(case: GroupCase) -> None:
    if CaseState(case.state) in {CaseState.RECEIVED, CaseState.SURVEY, CaseState.CONTRACT}:
        raise NotSigned(
            _("Nothing is connected before the contract is signed (application %(number)s).") % {"number": case.number}
        )


def _wanted(rows: Sequence[CaseRow]) -> list[field_values.Wanted]:
    return [
        field_values.Wanted(
            subject=point_subject(row.point_id or 0),
            caption=tuple(
                line
                for line in (
                    row.account_number,
                    row.access_point_number,
                    row.access_point_name,
                    row.district_name,
                )
                if line
            ),
        )
        for row in rows
        if row.point_id
    ]


@db.transaction_required
def print_labels(
    *, case_id: int, template: str, reason: str, now: datetime, actor_id: int | None
) -> field_values.LabelPrint:
    """
    One sheet with a label for every point that joins (G-045).

    :raises NotSigned: before the contract is signed
    :raises Incomplete: if no point joins
    :raises fieldwork.NoReason: if they were printed before and nobody says why again
    :raises fieldwork.CodeTooSmall: if the printer of the layout cannot draw the code
    """
    case = locked(case_id)
    _require_signed(case)
    at(case, CaseState.ORDER, CaseState.FIELD)
    rows = [r for r in rows_of(case, RowState.PLANNED, RowState.WAITING) if r.change == Change.ADD.value]
    if not rows:
        raise Incomplete(_("No point joins: there is nothing to print."))
    made = fieldwork.make_labels(wanted=_wanted(rows), now=now, actor_id=actor_id)
    printed = fieldwork.print_labels(
        serials=[label.serial for label in made],
        template=template,
        company=masters.company().name,
        reason=reason,
        now=now,
        actor_id=actor_id,
    )
    note(case, values.ORDER, "labels", now=now, actor_id=actor_id, text=str(printed.count))
    return printed


_ACTS = {Change.ADD: "connect", Change.REMOVE: "remove", Change.MOVE: "move"}


@db.transaction_required
def order_work(*, case_id: int, planned_on: date, place: str, now: datetime, today: date, actor_id: int | None) -> int:
    """
    A ticket for every row that is to be done (G-054, G-056).

    :returns: the ticket's id
    :raises NotSigned: before the contract is signed (G-039)
    :raises NoLabels: if a point that joins has no printed label
    :raises Incomplete: for a day in the past, or if no row is to be done
    """
    case = locked(case_id)
    _require_signed(case)
    at(case, CaseState.ORDER)
    rows = rows_of(case, RowState.PLANNED, RowState.WAITING)
    if not rows:
        raise Incomplete(_("No row is left to be done."))
    if planned_on < today:
        raise Incomplete(_("The work cannot be planned for a day that has passed."))
    if CaseKind(case.kind) in LABELLED:
        _require_labels(rows)
    ticket_id = fieldwork.open_ticket(
        kind={CaseKind.CANCEL: "removal", CaseKind.BENCHMARK: "benchmark"}.get(CaseKind(case.kind), "installation"),
        title=f"{case.number} {case.customer.name}",
        ordered_by=values.subject_of(case.id),
        district=", ".join(sorted({r.district_name for r in rows if r.district_name}))[:100],
        place=place or rows[0].address or rows[0].name,
        planned_on=planned_on,
        due_on=masters.add_business_days(today, groups.parameter("connect_days", on=today)),
        tasks=[_task(case, row) for row in rows],
        now=now,
        actor_id=actor_id,
    )
    CaseRow.objects.filter(id__in=[row.id for row in rows]).update(ticket_id=ticket_id)
    move(case, "send_out", ticket_id=ticket_id)
    note(case, values.ORDER, "ordered", now=now, actor_id=actor_id, text=str(len(rows)))
    enter(case, now=now, today=today)
    return ticket_id


def _task(case: GroupCase, row: CaseRow) -> field_values.TaskOrder:
    act = _ACTS[Change(row.change)]
    if case.kind == CaseKind.BENCHMARK:
        act = "check"
    benchmark = row.role == Role.BENCHMARK.value
    hangs = benchmark and case.meter_number
    meter = _("Reference meter %(number)s") % {"number": case.meter_number} if hangs else ""
    return field_values.TaskOrder(
        subject=point_subject(row.point_id or 0),
        act=act,
        caption=f"{row.account_number} {row.name}"[:120],
        address=(row.address or row.name)[:200],
        note="; ".join(part for part in (row.position, meter, row.note) if part)[:300],
        place=row.access_point_number,
    )


def _require_labels(rows: Sequence[CaseRow]) -> None:
    joining = [row for row in rows if row.change == Change.ADD.value]
    labels = field_queries.labels_of(subjects=[point_subject(row.point_id or 0) for row in joining])
    if sum(label.print_count > 0 for label in labels) < len(joining):
        raise NoLabels(_("Print the labels of all points before the crew goes out."))


@db.transaction_required
def take_over(*, ticket_id: int, now: datetime, today: date) -> int | None:
    """
    What the crew reported, row by row: done, waiting, taken out on site, found on site (G-036, G-037, G-057).

    A ticket that is told of twice changes nothing the second time.

    :returns: the case, or None for a ticket of somebody else
    """
    ticket = field_queries.ticket(ticket_id)
    case_id = values.case_of(ticket.ordered_by)
    if case_id is None:
        return None
    case = locked(case_id)
    if case.state != CaseState.FIELD.value or case.ticket_id != ticket_id:
        return case_id
    rows = {point_subject(row.point_id or 0): row for row in rows_of(case)}
    changed = False
    for task in ticket.tasks:
        if task.found_on_site and task.subject not in rows:
            _add_found(case, task)
            changed = True
            continue
        row = rows.get(task.subject)
        if row is not None:
            changed |= _take_row(row, task)
    if changed:
        reserve_numbers(case)
        for task in ticket.tasks:
            if task.found_on_site:
                _adopt(case, task)
    move(case, "come_back")
    if changed and CaseKind(case.kind) in LABELLED:
        make_list(case, now=now, today=today, actor_id=None)
    note(case, values.INSTALL, "came_back", now=now, actor_id=None, text=ticket.number)
    enter(case, now=now, today=today)
    return case_id


def _take_row(row: CaseRow, task: field_values.Task) -> bool:
    """:returns: whether the row is not on the list any more"""
    row.done_at, row.seal_number = task.done_at, task.seal_number or row.seal_number
    for ours, theirs in (("is_fit", "fit"), ("belongs", "belongs"), ("is_ready", "ready"), ("is_listed", "listed")):
        if theirs in task.checks:
            setattr(row, ours, task.checks[theirs])
    row.note = task.remark[:300] or row.note
    is_removal = row.change == Change.REMOVE.value
    out = task.outcome is field_values.Outcome.REMOVED and not is_removal
    if out:
        row.state = RowState.REJECTED.value
    elif task.outcome is field_values.Outcome.BLOCKED:
        row.state = RowState.WAITING.value
    else:
        row.state = RowState.DONE.value
    row.save()
    return out


def _add_found(case: GroupCase, task: field_values.Task) -> None:
    """A point that the crew added: it has a row like the others, and its access point if they named it."""
    place = supply.access_point(number=task.place) if task.place else None
    last = CaseRow.objects.filter(case=case).order_by("-no").first()
    CaseRow.objects.create(
        case=case,
        no=(last.no if last else 0) + 1,
        change=Change.ADD.value,
        role=Role.SUB.value,
        state=(RowState.WAITING if task.outcome is field_values.Outcome.BLOCKED else RowState.DONE).value,
        name=task.caption or task.address,
        address=task.address,
        rated_w=case.rated_w,
        access_point_number=place.number if place else "",
        access_point_name=place.name if place else "",
        district_number=place.district_number if place else "",
        district_name=place.district_name if place else "",
        source=Place.SITE.value,
        placed_at=task.done_at if place and place.district_number else None,
        seal_number=task.seal_number,
        done_at=task.done_at,
        ticket_id=case.ticket_id,
        note=task.remark[:300],
        from_site=True,
    )


def _adopt(case: GroupCase, task: field_values.Task) -> None:
    """What hangs at a thing found on site belongs to its point from now on."""
    row = CaseRow.objects.filter(
        case=case, from_site=True, name=task.caption or task.address, point_id__isnull=False
    ).first()
    if row is not None and not task.subject:
        fieldwork.adopt(task_id=task.id, subject=point_subject(row.point_id or 0))


def what_installation_lacks(case: GroupCase) -> list[str]:
    """What the rows that are done still lack before they can be points, in sentences (G-046, G-058)."""
    lacks = []
    for row in rows_of(case, RowState.DONE):
        if row.installed_on is not None or row.change == Change.REMOVE.value or case.kind == CaseKind.BENCHMARK:
            continue
        if not (row.placed_at and row.access_point_number and row.district_number):
            lacks.append(_("Row %(no)d has no access point and district.") % {"no": row.no})
        if row.change == Change.ADD.value and not row.seal_number:
            lacks.append(_("Row %(no)d has no seal number: nothing is connected without a seal.") % {"no": row.no})
    return lacks


@db.transaction_required
def install(*, case_id: int, on: date, now: datetime, today: date, actor_id: int | None) -> int:
    """
    One day for all rows that are done: points join, leave and move from it on (G-059, G-060).

    :returns: how many rows were written
    :raises Incomplete: for a day in the future, before the contract was signed, or while something is missing
    :raises RowsRefused: naming each row that cannot be taken; nothing is written then
    """
    case = locked(case_id)
    at(case, CaseState.INSTALL)
    if CaseKind(case.kind) not in LABELLED:
        raise CaseMove(_("This application has no installation of points."))
    _examine_day(case, on, today=today)
    rows = [row for row in rows_of(case, RowState.DONE) if row.installed_on is None]
    lacks = what_installation_lacks(case)
    if lacks:
        raise Incomplete(" ".join(lacks))
    if not rows:
        raise Incomplete(_("No row was done on site: order the work again, or take the rows out."))
    paper = queries.paper_of(case_id=case.id)
    list_name = f"{paper.number}-L{queries.next_list_version(group_id=case.group_id)}" if paper else ""
    group = _group(case, rows, on=on, list_name=list_name, today=today, actor_id=actor_id)
    _join(
        case,
        group,
        [r for r in rows if r.change == Change.ADD.value and r.role == Role.SUB.value],
        on,
        list_name,
        today,
    )
    _leave([r for r in rows if r.change == Change.REMOVE.value], on=on, now=now, today=today, actor_id=actor_id)
    _relocate([r for r in rows if r.change == Change.MOVE.value], on=on)
    CaseRow.objects.filter(id__in=[row.id for row in rows]).update(installed_on=on)
    _renew_contract_list(case, group, on=on, now=now, today=today, actor_id=actor_id)
    note(case, values.INSTALL, "installed", now=now, actor_id=actor_id, text=f"{on}: {len(rows)}")
    case.connected_on = on
    if case.kind == CaseKind.NEW and groups.supply_of(group_id=group.id) is None:
        _ask_for_supply(group, on=on, now=now, today=today)
    if rows_of(case, RowState.WAITING, RowState.PLANNED):
        move(case, "wait_for_rest")
    else:
        move(case, "installed", on=on)
    enter(case, now=now, today=today)
    return len(rows)


def _ask_for_supply(group: Group, *, on: date, now: datetime, today: date) -> None:
    """Nothing is billed that is not supplied: somebody chooses plan and payer of a group that is new."""
    worklist.open_item(
        procedure=READS,
        kind=group_operations.SUPPLY_KIND,
        subject=group_subject(group.id),
        title=_("%(group)s: put the group on supply") % {"group": group.number},
        detail=_("Its points are connected since %(day)s; it is billed when plan and payer are chosen.") % {"day": on},
        due_at=evening(masters.add_business_days(today, DAYS_TO_SUPPLY)),
        url=reverse("groups:meters", args=[group.id]),
        now=now,
    )


def _examine_day(case: GroupCase, on: date, *, today: date) -> None:
    if on > today:
        raise Incomplete(_("This day lies in the future."))
    paper = queries.paper_of(case_id=case.id)
    signed_on = paper.signed_on if paper and paper.signed_on else case.signed_on
    if on < signed_on:
        raise Incomplete(_("%(on)s is before the day of signature, %(signed)s.") % {"on": on, "signed": signed_on})


def _ids(row: CaseRow) -> dict[str, int | str | None]:
    place = supply.access_point(number=row.access_point_number)
    district = supply.district(number=row.district_number)
    assert place is not None, "the survey made every access point"
    assert district is not None, "and every district"
    return {"access_point_id": place.id, "access_point_number": place.number, "district_id": district.id}


def _group(
    case: GroupCase, rows: Sequence[CaseRow], *, on: date, list_name: str, today: date, actor_id: int | None
) -> Group:
    """The group of the case; a new one is founded with its benchmark and found fit as the surveyor said."""
    if case.group_id is not None:
        group = groups.group(group_id=case.group_id)
        assert group is not None, "the key points to it"
        return group
    benchmark = next((row for row in rows if row.role == Role.BENCHMARK.value), None)
    if benchmark is None:
        raise Incomplete(_("The benchmark itself was not connected; the others wait for it."))
    group = group_operations.found_group(
        customer_id=case.customer_id,
        unit=case.unit,
        device_code=case.device_code,
        rated_w=case.rated_w,
        application_number=case.number,
        start=on,
        today=today,
        benchmark=_point(benchmark, on=on, list_name=list_name),
        meter_number=case.meter_number,
        box_number=case.box_number,
    )
    group_operations.check_benchmark(
        group_id=group.id,
        is_steady=case.is_steady,
        is_reliable=case.is_reliable,
        is_safe=case.is_safe,
        today=on,
        actor_id=case.fit_by_id or actor_id,
    )
    group_operations.activate_group(group_id=group.id)
    case.group_id = group.id
    case.save()
    return group


def _point(row: CaseRow, *, on: date, list_name: str) -> dict[str, object]:
    return {
        "account_number": row.account_number,
        "point_id": row.point_id,
        "name": row.name,
        "address": row.address,
        "position": row.position,
        "nearest_number": row.nearest_number,
        "override_reason": row.override_reason,
        "same_device_reason": row.same_device_reason,
        "installed_on": on,
        "seal_number": row.seal_number,
        "contract_list": list_name,
        **_ids(row),
    }


def _join(case: GroupCase, group: Group, rows: Sequence[CaseRow], on: date, list_name: str, today: date) -> None:
    if not rows:
        return
    fixed = {
        "group_id": group.id,
        "role": Role.SUB.value,
        "benchmark_number": group.benchmark_number,
        "device_type_id": group.device_type_id,
        "origin": Origin.APPLICATION.value,
        "application_number": case.number,
        "start": on,
    }
    frame = pl.DataFrame(
        [_point(row, on=on, list_name=list_name) | {"rated_w": row.rated_w or case.rated_w} | fixed for row in rows],
        infer_schema_length=None,
    )
    group_operations.add_points(frame, today=today)


def _leave(rows: Sequence[CaseRow], *, on: date, now: datetime, today: date, actor_id: int | None) -> None:
    if not rows:
        return
    frame = pl.DataFrame({"account_number": [row.account_number for row in rows], "end": [on] * len(rows)})
    group_operations.remove_points(frame, today=today)
    void_labels(rows, reason=_("the point left its group"), now=now, actor_id=actor_id)


def void_labels(rows: Sequence[CaseRow], *, reason: str, now: datetime, actor_id: int | None) -> int:
    labels = field_queries.labels_of(subjects=[point_subject(row.point_id or 0) for row in rows])
    if not labels:
        return 0
    return fieldwork.void_labels(serials=[one.serial for one in labels], reason=reason, now=now, actor_id=actor_id)


def _relocate(rows: Sequence[CaseRow], *, on: date) -> None:
    if not rows:
        return
    group_operations.move_points(
        pl.DataFrame([
            {"point_id": row.point_id, "start": on, "address": row.address, "position": row.position, **_ids(row)}
            for row in rows
        ])
    )  # fmt: skip


def _renew_contract_list(
    case: GroupCase, group: Group, *, on: date, now: datetime, today: date, actor_id: int | None
) -> None:
    """The list annex of the contract is made anew from the points themselves, and holds from that day on (G-040)."""
    points = groups.points_of(group_id=group.id, on=on)
    version = queries.next_list_version(group_id=group.id)
    pdf = documents.typeset(
        template=casepapers.CONFIRMATION,
        data=casepapers.annex(case=queries.case_facts(case), points=points, version=version, on=on),
    )
    file = documents.store(
        name=f"{group.number}-L{version}.pdf", content=pdf, kind=FILE_KIND, now=now, actor_id=actor_id
    )
    ContractList.objects.filter(group_id=group.id, end=None).update(end=on)
    ContractList.objects.create(
        group_id=group.id,
        case=case,
        version=version,
        document_id=file.id,
        account_numbers=[point.account_number for point in points],
        start=on,
    )


@db.transaction_required
def change_benchmark(
    *,
    case_id: int,
    on: date,
    meter_number: str,
    box_number: str,
    old_register_dwh: int,
    new_register_dwh: int,
    now: datetime,
    today: date,
    actor_id: int | None,
) -> None:
    """
    Another point is the benchmark from a day on: both registers are read at the end of the day before (G-069).

    :raises Incomplete: for a day in the future or before the form was signed
    """
    case = locked(case_id)
    at(case, CaseState.INSTALL)
    if case.kind != CaseKind.BENCHMARK or case.group_id is None:
        raise CaseMove(_("This application changes no benchmark."))
    _examine_day(case, on, today=today)
    old = [meter for meter in groups.meters_of(group_id=case.group_id) if meter.end is None]
    try:
        group = group_operations.change_benchmark(
            group_id=case.group_id,
            account_number=case.new_benchmark,
            on=on,
            meter_number=meter_number,
            box_number=box_number,
            today=today,
        )
    except (group_operations.SameDay, group_operations.NotAMember) as reason:
        raise Incomplete(str(reason)) from None
    read = {meter.number: old_register_dwh for meter in old} | {meter_number.strip(): new_register_dwh}
    metering.take_registers(registers_before(read, on=on))
    case.meter_number, case.box_number = meter_number.strip(), box_number.strip()
    CaseRow.objects.filter(case=case).update(installed_on=on)
    _renew_contract_list(case, group, on=on, now=now, today=today, actor_id=actor_id)
    note(case, values.INSTALL, "installed", now=now, actor_id=actor_id, text=f"{on}: {case.new_benchmark}")
    move(case, "installed", on=on)
    enter(case, now=now, today=today)


def registers_before(read: dict[str, int], *, on: date) -> pl.DataFrame:
    """What meters showed at the end of the day before: where one period ends and the next begins."""
    day = date.fromordinal(on.toordinal() - 1)
    nothing = pl.lit(None, dtype=pl.Int64)
    return pl.DataFrame(
        {
            "meter_number": list(read),
            "day": [day] * len(read),
            "forward_dwh": list(read.values()),
            "reverse_dwh": [0] * len(read),
        },
        schema_overrides={"forward_dwh": pl.Int64, "reverse_dwh": pl.Int64},
    ).with_columns(peak_dwh=nothing, flat_dwh=nothing, valley_dwh=nothing)


@db.transaction_required
def finish_without_rest(*, case_id: int, now: datetime, today: date, actor_id: int | None) -> None:
    """
    Every row that still waited was taken out: the case goes on to its archive.

    :raises Incomplete: while a row is open, or nothing was connected
    """
    case = locked(case_id)
    at(case, CaseState.ORDER)
    if rows_of(case, RowState.PLANNED, RowState.WAITING) or case.connected_on is None:
        raise Incomplete(_("Rows are still to be done, or nothing was connected yet."))
    move(case, "nothing_left")
    enter(case, now=now, today=today)


@db.transaction_required
def order_again(*, case_id: int, now: datetime, today: date, actor_id: int | None) -> None:
    """
    Nothing of the visit could be written: the rows that wait get another ticket (G-057).

    :raises Incomplete: if a row was done and is not written yet, or none waits
    """
    case = locked(case_id)
    at(case, CaseState.INSTALL)
    done = [row for row in rows_of(case, RowState.DONE) if row.installed_on is None]
    waiting = rows_of(case, RowState.WAITING, RowState.PLANNED)
    if not waiting or (done and case.kind != CaseKind.CANCEL):
        raise Incomplete(_("Write what was done first; only rows that wait are ordered again."))
    move(case, "wait_for_rest")
    enter(case, now=now, today=today)


def installation_lacks(*, case_id: int) -> list[str]:
    """What rows that are done still lack, in sentences."""
    return what_installation_lacks(GroupCase.objects.get(id=case_id))
