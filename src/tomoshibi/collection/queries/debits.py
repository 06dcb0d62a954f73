"""Batches of direct debits, their rows and their settlement."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum

from tomoshibi.collection import matching, values
from tomoshibi.collection.models import (
    AsideDebit,
    DebitBatch,
    DebitResult,
    DebitRow,
    FailedDebit,
    Receivable,
    ResultProblem,
    Settlement,
)


def to_batch(row: DebitBatch) -> values.DebitBatch:
    return values.DebitBatch(
        id=row.id,
        agent=row.agent,
        month=row.month,
        cycle_day=row.cycle_day,
        debit_on=row.debit_on,
        file_due_on=row.file_due_on,
        result_on=row.result_on,
        settle_on=row.settle_on,
        state=values.BatchState(row.state),
        row_count=row.row_count,
        total_minor=row.total_minor,
        aside_count=row.aside_count,
        file_id=row.file_id,
        sha256=row.sha256,
        remote_name=row.remote_name,
        prepared_by_id=row.prepared_by_id,
        prepared_at=row.prepared_at,
        released_by_id=row.released_by_id,
        released_at=row.released_at,
        sent_at=row.sent_at,
        accepted_at=row.accepted_at,
        answered_at=row.answered_at,
    )


def batch(*, batch_id: int) -> values.DebitBatch | None:
    row = DebitBatch.objects.filter(id=batch_id).first()
    return to_batch(row) if row else None


def batches(*, states: Sequence[str] = (), agent: str = "", limit: int = 200) -> list[values.DebitBatch]:
    """Newest debit day first."""
    rows = DebitBatch.objects.order_by("-debit_on", "-id")
    rows = rows.filter(state__in=list(states)) if states else rows
    rows = rows.filter(agent=agent) if agent else rows
    return [to_batch(row) for row in rows[:limit]]


def awaited_on(*, today: date) -> date | None:
    """The next day, today left out, on which an agent should give out the result of a debit."""
    rows = DebitBatch.objects.filter(state=values.BatchState.SENT.value, result_on__gt=today)
    return rows.order_by("result_on").values_list("result_on", flat=True).first()


def batch_figures(*, batch_id: int) -> values.BatchFigures:
    rows = DebitRow.objects.filter(batch_id=batch_id).aggregate(n=Count("id"), m=Sum("amount_minor", default=0))
    paid = DebitResult.objects.filter(batch_id=batch_id, paid_minor__gt=0).aggregate(
        n=Count("debit_row_id"), m=Sum("paid_minor", default=0)
    )
    failed = FailedDebit.objects.filter(batch_id=batch_id).aggregate(
        n=Count("debit_row_id"), m=Sum("amount_minor", default=0)
    )
    waiting = rows["n"] - paid["n"] - failed["n"]
    return values.BatchFigures(
        rows=rows["n"],
        total_minor=rows["m"],
        paid=paid["n"],
        paid_minor=paid["m"],
        failed=failed["n"],
        failed_minor=failed["m"],
        waiting=waiting,
        waiting_minor=rows["m"] - paid["m"] - failed["m"],
    )


def settlement_of(*, batch_id: int) -> Settlement | None:
    return Settlement.objects.filter(batch_id=batch_id).first()


def collected_minor(*, batch_id: int) -> int:
    """What the agent collected for a batch and owes us before its fee: believed results, and late ones that were applied."""
    believed = DebitResult.objects.filter(batch_id=batch_id).aggregate(n=Sum("paid_minor", default=0))["n"]
    late = ResultProblem.objects.filter(
        batch_id=batch_id,
        kind=values.ProblemKind.ANSWERED.value,
        code=matching.PAID_CODE,
        resolution="applied",
    ).aggregate(n=Sum("amount_minor", default=0))["n"]
    return believed + late


def collected_count(*, batch_id: int) -> int:
    return DebitResult.objects.filter(batch_id=batch_id, paid_minor__gt=0).count()


def debit_row_rows(*, batch_id: int) -> QuerySet[DebitRow]:
    """Lazy rows of a batch with what is known of each: ``result`` (code) and ``paid``."""
    found = DebitResult.objects.filter(debit_row_id=OuterRef("id"))
    return DebitRow.objects.filter(batch_id=batch_id).annotate(
        result=Subquery(found.values("code")[:1]),
        paid=Subquery(found.values("paid_minor")[:1]),
        invoice_number=Subquery(Receivable.objects.filter(id=OuterRef("receivable_id")).values("invoice_number")[:1]),
    )


def aside_rows(*, batch_id: int) -> QuerySet[AsideDebit]:
    number = Receivable.objects.filter(id=OuterRef("receivable_id")).values("invoice_number")
    return AsideDebit.objects.filter(batch_id=batch_id).annotate(invoice_number=Subquery(number[:1]))
