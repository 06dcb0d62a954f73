"""Rows of result files that nobody believed: a person applies them or sets them aside."""

from datetime import date, datetime

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.collection import codes, matching, queries, values
from tomoshibi.collection.models import DebitResult, ResultProblem
from tomoshibi.collection.operations import results
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

_APPLICABLE = (
    values.ProblemKind.AMOUNT,
    values.ProblemKind.ACCOUNT,
    values.ProblemKind.ANSWERED,
    values.ProblemKind.DUPLICATE,
    values.ProblemKind.MISSING,
)


class AlreadyResolved(ValueError):
    """Somebody decided about this row before."""


class CannotApply(ValueError):
    """The row cannot be turned into a result."""


@db.transaction_required
def apply_problem(*, problem_id: int, note: str, now: datetime, today: date, actor_id: int) -> None:
    """
    Believe a row after looking at it: the amount that it names counts. A missing row becomes a debit without result.

    A debit that already has a result keeps it; money that comes on top pays the debt, or becomes a credit.

    :raises CannotApply: if the row names no debit of ours, or the known result cannot be replaced by a failure
    :raises AlreadyResolved: if somebody was faster
    """
    row = _open_problem(problem_id)
    if values.ProblemKind(row.kind) not in _APPLICABLE or row.debit_row_id is None or row.batch_id is None:
        raise CannotApply(_("This row names no debit of ours; find out whose it is, then set it aside."))
    code = codes.NO_RESULT.code if row.kind == values.ProblemKind.MISSING.value else row.code
    known = DebitResult.objects.filter(debit_row_id=row.debit_row_id).first()
    if known and (code != matching.PAID_CODE or known.paid_minor):
        raise CannotApply(_("The debit has a result already, and this row brings no new money."))
    asked = queries.asked_frame(batch_ids=[row.batch_id], debit_row_id=row.debit_row_id)
    applied = matching.apply(
        asked.with_columns(code=pl.lit(code), amount_minor=pl.lit(row.amount_minor, dtype=pl.Int64))
    )
    results.write_results(
        applied,
        file=row.file,
        agent=row.file.agent,
        posting=f"problem:{row.id}",
        now=now,
        today=today,
        actor_id=actor_id,
        results=known is None,
    )
    _resolve(row, "applied", note, now=now, actor_id=actor_id)


@db.transaction_required
def dismiss_problem(*, problem_id: int, note: str, now: datetime, actor_id: int) -> None:
    """
    Set a row aside with a note: it changes nothing.

    :raises AlreadyResolved: if somebody was faster
    """
    _resolve(_open_problem(problem_id), "dismissed", note, now=now, actor_id=actor_id)


def _open_problem(problem_id: int) -> ResultProblem:
    row = ResultProblem.objects.select_for_update().get(id=problem_id)
    if row.resolved_at is not None:
        raise AlreadyResolved(_("Somebody decided about this row before."))
    return row


def _resolve(row: ResultProblem, resolution: str, note: str, *, now: datetime, actor_id: int) -> None:
    row.resolution, row.note, row.resolved_at, row.resolved_by_id = resolution, note[:300], now, actor_id
    row.save()
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"{resolution} a row ({row.kind}) of result file {row.file.name}: {note}",
        at=now,
        subject=f"collection.result_file:{row.file_id}",
        actor_id=actor_id,
    )
    rest = ResultProblem.objects.filter(file_id=row.file_id, kind=row.kind, resolved_at__isnull=True)
    if not rest.exists():
        worklist.close_about(
            kind=f"collection.result_{row.kind}",
            subjects=[f"collection.result_file:{row.file_id}"],
            outcome=resolution,
            now=now,
            actor_id=actor_id,
        )
