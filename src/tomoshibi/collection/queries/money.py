"""Money that came in, credits, and what goes back."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from tomoshibi.collection import values
from tomoshibi.collection.models import (
    Allocation,
    Credit,
    CreditLeft,
    Receipt,
    Receivable,
    Refund,
    RefundBatch,
    ReturnedTransfer,
)


def receipt_rows() -> QuerySet[Receipt]:
    """Lazy receipts with ``owner_id`` (billing account, null while unapplied) and ``returned`` (a bank's return counts)."""
    agreed = ReturnedTransfer.objects.filter(receipt_id=OuterRef("id"), confirmed_at__isnull=False)
    return Receipt.objects.annotate(owner_id=F("assignment__account_id"), returned=Exists(agreed))


def receipt(*, receipt_id: int) -> Receipt | None:
    return receipt_rows().filter(id=receipt_id).first()


def paid_by_receipt(*, receipt_id: int) -> list[dict[str, Any]]:
    """Which debts a receipt paid: ``id``, ``invoice_number``, ``amount_minor``."""
    rows = Allocation.objects.filter(kind=values.AllocationKind.RECEIPT.value, source_id=receipt_id).order_by("id")
    numbers = dict(
        Receivable.objects.filter(id__in=[row.receivable_id for row in rows]).values_list("id", "invoice_number")
    )
    return [
        {"id": row.receivable_id, "invoice_number": numbers[row.receivable_id], "amount_minor": row.amount_minor}
        for row in rows
    ]


def credit_rows() -> QuerySet[Credit]:
    """Lazy credits with ``left_minor`` (0 when used up)."""
    left = CreditLeft.objects.filter(credit_id=OuterRef("id")).values("left_minor")
    return Credit.objects.annotate(left_minor=Coalesce(Subquery(left[:1]), 0))


def credit_left(*, account_id: int) -> int:
    return CreditLeft.objects.filter(account_id=account_id).aggregate(n=Sum("left_minor", default=0))["n"]


def refund_rows() -> QuerySet[Refund]:
    return Refund.objects.all()


def refund_batches(*, limit: int = 50) -> list[RefundBatch]:
    return list(RefundBatch.objects.order_by("-id")[:limit])


def refund_batch(*, batch_id: int) -> RefundBatch | None:
    return RefundBatch.objects.filter(id=batch_id).first()
