"""Debts: all of them, one of them, and what failed or stands about them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from tomoshibi.collection import values
from tomoshibi.collection.models import (
    Allocation,
    DebitBatch,
    DebitClaim,
    FailedDebit,
    Hold,
    OpenItem,
    Receivable,
    WriteOff,
)


def receivable_rows() -> QuerySet[Receivable]:
    """
    Lazy rows of all debts: ``open_minor`` (0 when nothing is due), ``state``, ``waits_in`` (batch whose result is
    awaited), ``held``.
    """
    item = OpenItem.objects.filter(receivable_id=OuterRef("id")).values("open_minor")
    claim = DebitClaim.objects.filter(receivable_id=OuterRef("id")).values("batch_id")
    written = Allocation.objects.filter(receivable_id=OuterRef("id"), kind=values.AllocationKind.WRITE_OFF.value)
    return Receivable.objects.annotate(
        open_minor=Coalesce(Subquery(item[:1]), 0),
        waits_in=Subquery(claim[:1]),
        held=Exists(Hold.objects.filter(receivable_id=OuterRef("id"), lifted_at__isnull=True)),
        state=Case(
            When(open_minor=F("amount_minor"), then=Value(values.ReceivableState.OPEN.value)),
            When(open_minor__gt=0, then=Value(values.ReceivableState.PARTLY.value)),
            When(Exists(written), then=Value(values.ReceivableState.WRITTEN_OFF.value)),
            default=Value(values.ReceivableState.PAID.value),
            output_field=CharField(),
        ),
    )


def receivable(*, receivable_id: int) -> values.Receivable | None:
    row = receivable_rows().filter(id=receivable_id).first()
    return _receivable(row) if row else None


def receivables_of(
    *, customer_id: int | None = None, account_id: int | None = None, bill_ids: Sequence[int] = ()
) -> list[values.Receivable]:
    """Debts of a customer, an account or bills, newest first."""
    rows = receivable_rows()
    if customer_id is not None:
        rows = rows.filter(customer_id=customer_id)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if bill_ids:
        rows = rows.filter(bill_id__in=list(bill_ids))
    return [_receivable(row) for row in rows.order_by("-issued_on", "-id")]


def _receivable(row: Any) -> values.Receivable:
    return values.Receivable(
        id=row.id,
        bill_id=row.bill_id,
        invoice_number=row.invoice_number,
        customer_id=row.customer_id,
        account_id=row.account_id,
        month=row.month,
        amount_minor=row.amount_minor,
        open_minor=row.open_minor,
        issued_on=row.issued_on,
        due_on=row.due_on,
        state=values.ReceivableState(row.state),
        batch_id=row.waits_in,
    )


def failed_rows() -> QuerySet[FailedDebit]:
    """Lazy rows of failed debits with ``open_minor`` (0 when paid meanwhile), ``invoice_number`` and ``agent``."""
    item = OpenItem.objects.filter(receivable_id=OuterRef("receivable_id")).values("open_minor")
    receivable = Receivable.objects.filter(id=OuterRef("receivable_id"))
    return FailedDebit.objects.annotate(
        open_minor=Coalesce(Subquery(item[:1]), 0),
        invoice_number=Subquery(receivable.values("invoice_number")[:1]),
        month=Subquery(receivable.values("month")[:1]),
        agent=Subquery(DebitBatch.objects.filter(id=OuterRef("batch_id")).values("agent")[:1]),
    )


def failures_of(*, receivable_id: int) -> list[FailedDebit]:
    """Failed debits of a debt, oldest first, with what ``failed_rows`` adds."""
    return list(failed_rows().filter(receivable_id=receivable_id).order_by("debit_row_id"))


def allocations_of(*, receivable_id: int) -> list[Allocation]:
    return list(Allocation.objects.filter(receivable_id=receivable_id).order_by("id"))


def hold_of(*, receivable_id: int) -> Hold | None:
    return Hold.objects.filter(receivable_id=receivable_id, lifted_at__isnull=True).first()


def write_off_of(*, receivable_id: int) -> WriteOff | None:
    return write_off_rows().filter(receivable_id=receivable_id).first()


def write_off_rows() -> QuerySet[WriteOff]:
    return WriteOff.objects.filter(confirmed_at__isnull=True, withdrawn_at__isnull=True).order_by("id")


def open_of(*, receivable_ids: Sequence[int]) -> int:
    """What is open of some debts together [minor]."""
    chosen = OpenItem.objects.filter(receivable_id__in=list(receivable_ids))
    return chosen.aggregate(n=Sum("open_minor", default=0))["n"]
