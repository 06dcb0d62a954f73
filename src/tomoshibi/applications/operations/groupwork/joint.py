"""
One application for several groups of a corporate customer (G-075).

The customer signs one form and one list that names the benchmark of each row; each group gets its own case, for its steps
are its own. All of them are received, or none.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from tomoshibi.applications.models import GroupCase
from tomoshibi.applications.operations.groupwork.acceptance import (
    Application,
    FormRefused,
    ListRefused,
    receive_case,
)
from tomoshibi.applications.operations.groupwork.cases import FILE_KIND
from tomoshibi.applications.values.groupwork import CaseKind, Slot
from tomoshibi.documents import operations as documents
from tomoshibi.documents.values import StoredFile
from tomoshibi.groups import operations as group_operations
from tomoshibi.storage import db

Part = tuple[str, bytes, tuple[int, ...]]


def parts_of(application: Application, files: dict[Slot, StoredFile]) -> Sequence[Part]:
    """The list by benchmark, where a change names no group of its own and its list names several; else nothing."""
    if list(application.kinds) != [CaseKind.CHANGE] or application.benchmark_number or Slot.LIST not in files:
        return ()
    try:
        parts = group_operations.split_list(file_id=files[Slot.LIST].id)
    except group_operations.NotReadable:
        return ()
    return parts if len(parts) > 1 else ()


@db.transaction_required
def receive(
    *,
    application: Application,
    files: dict[Slot, StoredFile],
    good_rows: bool,
    now: datetime,
    today: date,
    actor_id: int | None,
) -> int:
    """
    Receive an application, for one group or for several.

    :returns: id of the case, or of the first one
    :raises FormRefused: naming the benchmark, where it is about one of several
    :raises ListRefused: rows by their number in the file that came
    """
    parts = parts_of(application, files)
    if not parts:
        return receive_case(
            application=application, files=files, good_rows=good_rows, now=now, today=today, actor_id=actor_id
        )
    counted = sum(len(rows) for _number, _content, rows in parts)
    if counted != application.declared_points:
        raise FormRefused({
            "declared_points": _("The form says %(form)d points, the list has %(list)d rows: put one of them right.")
            % {"form": application.declared_points, "list": counted}
        })  # fmt: skip
    ids, refused, good = [], [], 0
    for number, content, rows in parts:
        try:
            with db.savepoint():
                ids.append(
                    _receive_part(
                        application, files, (number, content, rows), good_rows=good_rows, now=now, today=today,
                        actor_id=actor_id,
                    )
                )  # fmt: skip
                good += len(rows)
        except ListRefused as reasons:
            refused += [(_row_of(row, rows), column, reason) for row, column, reason in reasons.refusals]
            good += reasons.good
    if refused:
        raise ListRefused(sorted(refused), good=good)
    first = GroupCase.objects.get(id=ids[0])
    GroupCase.objects.filter(id__in=ids).update(joint_number=first.number)
    return ids[0]


def _row_of(row: int, rows: Sequence[int]) -> int:
    """Which row of the file that came a row of its part was; the headings of the part are its first row."""
    return rows[row - 2]


def _receive_part(
    application: Application,
    files: dict[Slot, StoredFile],
    part: Part,
    *,
    good_rows: bool,
    now: datetime,
    today: date,
    actor_id: int | None,
) -> int:
    number, content, rows = part
    name = number or _("no benchmark")
    own = documents.store(name=f"{name}.csv", content=content, kind=FILE_KIND, now=now, actor_id=actor_id)
    try:
        return receive_case(
            application=replace(application, benchmark_number=number, declared_points=len(rows)),
            files=files | {Slot.LIST: own},
            good_rows=good_rows,
            now=now,
            today=today,
            actor_id=actor_id,
        )
    except FormRefused as reasons:
        named = {name: f"{number or '–'}: {reason}" for name, reason in reasons.refusals.items()}
        raise FormRefused(named, offer=reasons.offer) from None
