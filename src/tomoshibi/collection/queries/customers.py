"""What happened to the money of one customer."""

from datetime import datetime

from django.db.models import OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext as _

from tomoshibi.collection import values
from tomoshibi.collection.models import (
    Allocation,
    Credit,
    CreditLeft,
    DebitResult,
    OpenItem,
    Receivable,
    Refund,
    ReturnedTransfer,
)
from tomoshibi.collection.queries.debts import failed_rows
from tomoshibi.collection.queries.meanings import code_texts
from tomoshibi.collection.queries.money import credit_rows


def payments_of(*, customer_id: int, limit: int = 20) -> list[values.Payment]:
    """What paid a customer's debts, newest first."""
    debts = Receivable.objects.filter(customer_id=customer_id)
    number = Receivable.objects.filter(id=OuterRef("receivable_id")).values("invoice_number")[:1]
    rows = Allocation.objects.filter(receivable_id__in=debts.values("id")).annotate(invoice_number=Subquery(number))
    return [
        values.Payment(
            row.allocated_on,
            values.AllocationKind(row.kind),
            row.amount_minor,
            row.receivable_id,
            row.invoice_number,  # type: ignore[attr-defined]
        )
        for row in rows.order_by("-allocated_on", "-id")[:limit]
    ]


def credits_of(*, customer_id: int) -> list[values.Credit]:
    return [
        values.Credit(
            id=row.id,
            account_id=row.account_id,
            customer_id=row.customer_id,
            origin=values.CreditOrigin(row.origin),
            amount_minor=row.amount_minor,
            left_minor=row.left_minor,  # type: ignore[attr-defined]
            arose_on=row.arose_on,
            text=row.text,
        )
        for row in credit_rows().filter(customer_id=customer_id).order_by("-id")
    ]


def events_of(*, customer_id: int, limit: int = 100) -> list[values.Event]:
    """What happened to a customer's money, newest first: debts, payments, failed debits, credits, refunds."""
    events: list[values.Event] = []
    numbers: dict[int, str] = {}
    for row in Receivable.objects.filter(customer_id=customer_id).order_by("-id")[:limit]:
        numbers[row.id] = row.invoice_number
        text = _("Due %(day)s: bill %(number)s") % {"day": row.due_on, "number": row.invoice_number}
        events.append(_event(row.opened_at, "receivable", text, row.amount_minor, "collection:receivable", row.id))
    words = {
        values.AllocationKind.DEBIT.value: _("Paid by direct debit: bill %(number)s"),
        values.AllocationKind.RECEIPT.value: _("Paid by transfer: bill %(number)s"),
        values.AllocationKind.CREDIT.value: _("Paid from credit: bill %(number)s"),
        values.AllocationKind.WRITE_OFF.value: _("Written off: bill %(number)s"),
        values.AllocationKind.REVERSAL.value: _("Payment taken back: bill %(number)s"),
    }
    for paid in Allocation.objects.filter(receivable_id__in=numbers).order_by("-id")[:limit]:
        text = words[paid.kind] % {"number": numbers[paid.receivable_id]}
        amount = -paid.amount_minor
        events.append(_event(paid.allocated_at, "payment", text, amount, "collection:receivable", paid.receivable_id))
    events += _failure_events(customer_id, limit)
    for credit in Credit.objects.filter(customer_id=customer_id).order_by("-id")[:limit]:
        text = _("Credit: %(reason)s") % {"reason": credit.text}
        events.append(_event(credit.created_at, "credit", text, -credit.amount_minor, "collection:credits", None))
    for refund in Refund.objects.filter(customer_id=customer_id).order_by("-id")[:limit]:
        events.append(
            _event(refund.requested_at, "refund", _("Refund"), refund.amount_minor, "collection:refund", refund.id)
        )
    events += _returned_events(customer_id, limit)
    return sorted(events, key=lambda event: event.at, reverse=True)[:limit]


def _returned_events(customer_id: int, limit: int) -> list[values.Event]:
    """Transfers of the customer, and refunds to them, that a bank took back."""
    of_receipt = Q(refund__isnull=True, receipt__assignment__customer_id=customer_id)
    rows = ReturnedTransfer.objects.filter(of_receipt | Q(refund__customer_id=customer_id), confirmed_at__isnull=False)
    events = []
    for row in rows.order_by("-id")[:limit]:
        assert row.confirmed_at is not None
        if row.refund_id is not None:
            text = _("The bank sent the refund back: %(reason)s") % {"reason": row.reason}
            page, subject, amount = "collection:refund", row.refund_id, -row.amount_minor
        else:
            assert row.receipt_id is not None
            text = _("The bank took the transfer back: %(reason)s") % {"reason": row.reason}
            page, subject, amount = "collection:receipt", row.receipt_id, row.amount_minor
        events.append(_event(row.confirmed_at, "returned", text, amount, page, subject))
    return events


def _failure_events(customer_id: int, limit: int) -> list[values.Event]:
    texts: dict[str, dict[str, str]] = {}
    events = []
    for row in failed_rows().filter(customer_id=customer_id).order_by("-debit_row_id")[:limit]:
        agent = row.agent  # type: ignore[attr-defined]
        known = texts.setdefault(agent, code_texts(agent=agent))
        result = DebitResult.objects.get(debit_row_id=row.debit_row_id)
        text = _("Direct debit failed: %(reason)s") % {"reason": known.get(row.code, row.code)}
        events.append(
            _event(result.at, "failed_debit", text, row.amount_minor, "collection:receivable", row.receivable_id)
        )
    return events


def _event(at: datetime, kind: str, text: str, amount_minor: int, url_name: str, url_id: int | None) -> values.Event:
    return values.Event(at=at, kind=kind, text=text, amount_minor=amount_minor, url_name=url_name, url_id=url_id)


def balance_of(*, customer_id: int) -> tuple[int, int]:
    """What a customer owes, and what we owe them: open debts and unused credits [minor]."""
    owed = OpenItem.objects.filter(customer_id=customer_id).aggregate(n=Sum("open_minor", default=0))["n"]
    credit = CreditLeft.objects.filter(
        credit_id__in=Credit.objects.filter(customer_id=customer_id).values("id")
    ).aggregate(n=Sum("left_minor", default=0))["n"]
    return owed, credit
