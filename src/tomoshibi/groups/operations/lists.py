"""Point lists: received and kept, read without writing anything, then written whole."""

from contextlib import suppress
from datetime import date, datetime
from typing import BinaryIO, NoReturn

from django.utils.translation import gettext as _

from tomoshibi.documents import operations as documents
from tomoshibi.documents import queries as stored
from tomoshibi.groups import layouts, planning, queries, values
from tomoshibi.groups.models import PointList
from tomoshibi.groups.operations.points import remove_points
from tomoshibi.kernel.refusals import Refusal, RowsRefused
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker

DOCUMENT_KIND = "groups.point_list"
REFUSALS_KEPT = 1_000


class NoSuchList(LookupError):
    """There is no such list."""


class ListNotReady(ValueError):
    """Only a list that was read without refusals can be written, and only once."""


@db.transaction_required
def receive_list(
    *,
    name: str,
    content: bytes | BinaryIO,
    group_id: int | None,
    application_number: str,
    effective_on: date,
    now: datetime,
    actor_id: int | None,
) -> int:
    """
    Keep a list as it came, and have it read.

    :returns: id of the list
    """
    file = documents.store(name=name, content=content, kind=DOCUMENT_KIND, now=now, actor_id=actor_id)
    row = PointList.objects.create(
        document_id=file.id,
        name=name[:255],
        sha256=file.sha256,
        group_id=group_id,
        application_number=application_number.strip(),
        effective_on=effective_on,
        received_at=now,
        received_by_id=actor_id,
    )
    row.job_id = worker.enqueue(
        values.READ_LIST_JOB, {"list_id": row.id}, label=name, requested_by_id=actor_id, lock=f"groups.list:{row.id}"
    )
    row.save()
    return row.id


def _locked(list_id: int) -> PointList:
    row = PointList.objects.select_for_update().filter(id=list_id).first()
    if row is None:
        raise NoSuchList(_("there is no such list"))
    return row


def _planned(row: PointList, *, today: date) -> planning.Plan:
    sheet = layouts.read(
        stored.path(file_id=row.document_id), name=row.name, among=(layouts.CONFIRMATION, layouts.CONNECTION)
    )
    group = queries.group(group_id=row.group_id) if row.group_id else None
    return planning.plan(sheet, group=group, effective_on=row.effective_on, today=today)


@db.transaction_required
def read_list(*, list_id: int, today: date) -> values.ListState:
    """
    Say what a list would do, or which rows cannot be taken. Everything is tried, and nothing stays written.

    :returns: read, or refused
    :raises NoSuchList: if it is not there
    """
    row = _locked(list_id)
    if row.state == values.ListState.APPLIED.value:
        return values.ListState.APPLIED
    row.refusals, row.counts = [], {}
    try:
        made = _planned(row, today=today)
        row.layout, row.counts = made.layout, made.counts
        _try(made, row, today=today)
        row.state = values.ListState.READ.value
    except layouts.NotReadable as reason:
        row.state, row.refusals = values.ListState.REFUSED.value, [(0, "", str(reason))]
    except RowsRefused as refused:
        row.state = values.ListState.REFUSED.value
        row.refusals = [tuple(one) for one in refused.refusals[:REFUSALS_KEPT]]
        row.counts = row.counts | {"refused": len({one.row for one in refused.refusals})}
    row.save()
    return values.ListState(row.state)


class _Undone(Exception):
    """Ends a trial."""


def _try(made: planning.Plan, row: PointList, *, today: date) -> None:
    """Write it all and take it back: only the real writing knows every reason to refuse."""
    with suppress(_Undone), db.savepoint():
        _write(made, row, today=today)
        _undo()


def _undo() -> NoReturn:
    raise _Undone


def _write(made: planning.Plan, row: PointList, *, today: date) -> None:
    if made.adds.height and not row.application_number:
        raise RowsRefused([
            Refusal(int(made.adds["row"][0]), "application_number", _("new points come through an application: give its number"))
        ])  # fmt: skip
    if made.removes.height:
        try:
            remove_points(made.removes, today=today)
        except RowsRefused as refused:
            raise planning.in_file(refused, made.removes) from None
    planning.apply(made, application_number=row.application_number, today=today)


@db.transaction_required
def apply_list(*, list_id: int, now: datetime, today: date) -> dict[str, int]:
    """
    Write a list that was read, all of it or nothing.

    :returns: how many rows did what
    :raises ListNotReady: if it was refused, not read, or written before
    :raises RowsRefused: if something changed since it was read; nothing is written then
    """
    row = _locked(list_id)
    if row.state != values.ListState.READ.value:
        raise ListNotReady(_("Only a list that was read without refusals can be written, and only once."))
    made = _planned(row, today=today)
    _write(made, row, today=today)
    row.state, row.counts, row.applied_at = values.ListState.APPLIED.value, made.counts, now
    row.save()
    return made.counts


@db.transaction_required
def enqueue_apply(*, list_id: int, actor_id: int | None) -> int:
    """
    Have a list written by the worker.

    :returns: the job's id
    :raises ListNotReady: if it cannot be written
    """
    row = _locked(list_id)
    if row.state != values.ListState.READ.value:
        raise ListNotReady(_("Only a list that was read without refusals can be written, and only once."))
    row.job_id = worker.enqueue(
        values.APPLY_LIST_JOB,
        {"list_id": row.id, "actor_id": actor_id},
        label=row.name,
        requested_by_id=actor_id,
        lock=f"groups.list:{row.id}",
    )
    row.save()
    return row.job_id
