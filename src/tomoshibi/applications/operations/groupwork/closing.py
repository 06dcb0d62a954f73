"""How cases end: a group that is cancelled, its final bill, and the archive within its days."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from tomoshibi.applications import casewords as words
from tomoshibi.applications.models import CasePaper, CaseRow, GroupCase
from tomoshibi.applications.operations.groupwork.cases import (
    REMINDER,
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
from tomoshibi.applications.operations.groupwork.papers import filled_slots
from tomoshibi.applications.operations.groupwork.site import registers_before, void_labels
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import CaseKind, CaseState, PaperState, RowState, Slot
from tomoshibi.fieldwork import queries as field_queries
from tomoshibi.groups import operations as group_operations
from tomoshibi.groups import queries as groups
from tomoshibi.groups.values import subject_of as point_subject
from tomoshibi.masters import queries as masters
from tomoshibi.metering import operations as metering
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

NEEDED = {
    CaseKind.NEW: (Slot.FORM, Slot.STAMPED_LIST, Slot.CONFIRMATION, Slot.SLIP, Slot.CONTRACT),
    CaseKind.CHANGE: (Slot.FORM, Slot.STAMPED_LIST, Slot.CONFIRMATION, Slot.SLIP, Slot.CONTRACT),
    CaseKind.BENCHMARK: (Slot.FORM,),
    CaseKind.CANCEL: (Slot.FORM,),
}
"""Which documents the file of each kind must have (G-063)."""


@db.transaction_required
def end_group(
    *, case_id: int, on: date, register_dwh: int | None, now: datetime, today: date, actor_id: int | None
) -> int:
    """
    The whole group is dissolved: all points leave on one day, labels are void, the final bill is awaited (G-067, G-068).

    :param register_dwh: what the reference meter showed when it was removed [0.1 Wh]
    :returns: how many points left
    :raises Incomplete: for a day in the future, without a register, or while a point is still connected
    """
    case = locked(case_id)
    at(case, CaseState.INSTALL)
    if case.kind != CaseKind.CANCEL or case.group_id is None:
        raise CaseMove(_("This application cancels no group."))
    if on > today:
        raise Incomplete(_("This day lies in the future."))
    if on < case.signed_on:
        raise Incomplete(_("%(on)s is before the day of signature, %(signed)s.") % {"on": on, "signed": case.signed_on})
    if rows_of(case, RowState.WAITING, RowState.PLANNED):
        raise Incomplete(
            _("Some points were not removed on site; a group is cancelled as a whole: order the work again.")
        )
    meters = [meter.number for meter in groups.meters_of(group_id=case.group_id) if meter.end is None]
    if meters and register_dwh is None:
        raise Incomplete(_("The register of the reference meter at its removal is needed for the final bill."))
    try:
        count = group_operations.end_group(group_id=case.group_id, on=on, today=today)
    except group_operations.GroupMove as reason:
        raise Incomplete(str(reason)) from None
    if register_dwh is not None and len(meters) == 1:
        metering.take_registers(registers_before({meters[0]: register_dwh}, on=on))
    void_labels(rows_of(case), reason=_("the group was cancelled"), now=now, actor_id=actor_id)
    CaseRow.objects.filter(case=case).update(installed_on=on)
    note(case, values.INSTALL, "ended", now=now, actor_id=actor_id, text=f"{on}: {count}")
    move(case, "ended", on=on)
    enter(case, now=now, today=today)
    return count


def seals_to_remove(case: GroupCase) -> list[tuple[str, str, str]]:
    """Seals that still hang at points of the case: account number, seal, access point (G-067)."""
    found = []
    for row in rows_of(case):
        seal = field_queries.seal_of(subject=point_subject(row.point_id or 0))
        number = seal.number if seal else row.seal_number
        if number and (seal is None or seal.removed_at is None):
            found.append((row.account_number, number, row.access_point_number))
    return found


@db.transaction_required
def settle_cancellations(*, now: datetime, today: date) -> int:
    """
    Cancelled groups whose final bill is posted are no more; their cases go on to the archive (G-068).

    :returns: how many
    """
    count = 0
    waiting = GroupCase.objects.select_for_update(of=("self",)).filter(state=CaseState.SETTLE.value)
    for case in waiting.select_related("customer"):
        ending = groups.ending_of(group_id=case.group_id or 0)
        if ending is None or not ending.final_bill:
            continue
        group_operations.dissolve_group(group_id=ending.group_id)
        move(case, "settled")
        note(case, values.SETTLE, "settled", now=now, actor_id=None, text=ending.final_bill)
        enter(case, now=now, today=today)
        count += 1
    return count


def missing_documents(case: GroupCase) -> list[Slot]:
    return _lacking(case.kind, filled_slots([case.id])[case.id])


def _lacking(kind: str, there: set[str]) -> list[Slot]:
    return [slot for slot in NEEDED[CaseKind(kind)] if slot.value not in there]


@db.transaction_required
def close_case(*, case_id: int, now: datetime, today: date, actor_id: int | None) -> None:
    """
    The file is complete.

    :raises Incomplete: naming the documents that are missing, or a list that was not stamped again
    """
    case = locked(case_id)
    at(case, CaseState.ARCHIVE)
    missing = missing_documents(case)
    if missing:
        raise Incomplete(
            _("The file lacks: %(slots)s. A list that was made anew has to be stamped anew.")
            % {"slots": ", ".join(str(words.SLOTS[slot]) for slot in missing)}
        )
    move(case, "archived")
    case.closed_at = now
    paper = CasePaper.objects.select_for_update().filter(case=case, state=PaperState.SIGNED.value).first()
    if paper is not None:
        paper.archive()
        paper.save()
    note(case, values.ARCHIVE, "archived", now=now, actor_id=actor_id)
    enter(case, now=now, today=today)


@db.transaction_required
def remind_of_archives(*, now: datetime, today: date) -> int:
    """
    From the fifth working day after the connection on, the account manager is reminded of the file (G-062).

    :returns: how many reminders are new
    """
    after = groups.parameter("archive_reminder", on=today)
    count = 0
    for case in GroupCase.objects.filter(state=CaseState.ARCHIVE.value).select_related("customer"):
        if case.connected_on is None or case.due_on is None:
            continue
        if today < masters.add_business_days(case.connected_on, after):
            continue
        missing = ", ".join(str(words.SLOTS[slot]) for slot in missing_documents(case))
        worklist.open_item(
            procedure=values.ARCHIVE,
            kind=REMINDER,
            subject=values.subject_of(case.id),
            title=_("%(number)s: complete the file by %(day)s") % {"number": case.number, "day": case.due_on},
            detail=missing,
            due_at=evening(case.due_on),
            role=words.ROLE_AT[CaseState.ARCHIVE],
            url=case_url(case),
            now=now,
        )
        count += 1
    return count


def case_url(case: GroupCase) -> str:
    from django.urls import reverse

    return reverse("applications:group_case", args=[case.id])


def missing_documents_of(*, case_ids: Sequence[int]) -> dict[int, list[Slot]]:
    """Slots of each case that are still empty before its file is complete."""
    there = filled_slots(case_ids)
    kinds = GroupCase.objects.filter(id__in=case_ids).values_list("id", "kind")
    return {case_id: _lacking(kind, there[case_id]) for case_id, kind in kinds}


def seals_of(*, case_id: int) -> list[tuple[str, str, str]]:
    """Seals that still hang at points of a case: account number, seal, access point."""
    return seals_to_remove(GroupCase.objects.get(id=case_id))
