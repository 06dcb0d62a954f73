"""Transfers that a bank took back: what was said of them, and what it means for debts and credits."""

from collections import Counter

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from tomoshibi.collection import values
from tomoshibi.collection.models import (
    Allocation,
    Credit,
    CreditLeft,
    CreditUse,
    Deposit,
    Receipt,
    ReceiptAssignment,
    Receivable,
    ReturnedTransfer,
)


def returned_rows() -> QuerySet[ReturnedTransfer]:
    """Returns that count or wait: none that was withdrawn."""
    return ReturnedTransfer.objects.filter(withdrawn_at__isnull=True).order_by("id")


def returned_waiting() -> QuerySet[ReturnedTransfer]:
    """Returns that wait for the second person."""
    return returned_rows().filter(confirmed_at__isnull=True)


def returned_transfer(*, returned_id: int) -> ReturnedTransfer | None:
    """A return, whatever became of it."""
    return ReturnedTransfer.objects.filter(id=returned_id).first()


def returned_of(*, receipt_id: int | None = None, refund_id: int | None = None) -> ReturnedTransfer | None:
    """The return of a receipt or a refund, waiting or agreed."""
    mine = Q(refund_id=refund_id) if refund_id is not None else Q(receipt_id=receipt_id)
    return returned_rows().filter(mine).first()


def unapplied_of(*, amount_minor: int) -> list[Receipt]:
    """Transfers of this amount that are nobody's yet, and that no bank took back."""
    taken = returned_rows().filter(receipt_id__isnull=False).values("receipt_id")
    rows = Receipt.objects.filter(amount_minor=amount_minor, assignment__isnull=True).exclude(id__in=taken)
    return list(rows.order_by("-received_on", "-id"))


def cancellations_of(*, receipt_id: int) -> list[int]:
    """Rows of the bank's notices that take a transfer back."""
    came = Deposit.objects.filter(receipt_id=receipt_id).first()
    if came is None:
        return []
    same = Deposit.objects.filter(
        bank_account=came.bank_account,
        booked_on=came.booked_on,
        inquiry_number=came.inquiry_number,
        amount_minor=came.amount_minor,
        verdict=values.DepositVerdict.CANCELS.value,
    )
    return list(same.order_by("id").values_list("id", flat=True))


def cancelled_receipt(*, deposit: Deposit) -> int | None:
    """The transfer that a row of a notice takes back, where an earlier file had brought it."""
    same = Deposit.objects.filter(
        bank_account=deposit.bank_account,
        booked_on=deposit.booked_on,
        inquiry_number=deposit.inquiry_number,
        amount_minor=deposit.amount_minor,
        receipt__isnull=False,
    )
    return same.values_list("receipt_id", flat=True).first()


def credit_of_receipt(*, receipt_id: int) -> Credit | None:
    """What a transfer left beyond the debts that it paid."""
    return Credit.objects.filter(origin=values.CreditOrigin.OVERPAID.value, source_id=receipt_id).first()


def bills_paid_by_credit(*, credit_id: int) -> dict[int, int]:
    """How much of a credit paid which debt, in smallest units; nothing of it that came back."""
    rows = CreditUse.objects.filter(credit_id=credit_id, receivable_id__isnull=False)
    sums = rows.values_list("receivable_id").annotate(n=Sum("amount_minor")).order_by("receivable_id")
    return {debt: amount for debt, amount in sums if debt is not None and amount}


def debts_paid_by_receipt(*, receipt_id: int) -> dict[int, int]:
    """What a transfer paid of which debt, also through the credit that it left [minor]."""
    paid: Counter[int] = Counter()
    for row in Allocation.objects.filter(kind=values.AllocationKind.RECEIPT.value, source_id=receipt_id):
        paid[row.receivable_id] += row.amount_minor
    credit = credit_of_receipt(receipt_id=receipt_id)
    if credit is not None:
        paid.update(bills_paid_by_credit(credit_id=credit.id))
    return dict(sorted(paid.items()))


def consequences_of_return(*, receipt_id: int) -> values.Consequences:
    """What follows if the bank took this transfer back."""
    receipt = Receipt.objects.get(id=receipt_id)
    if not ReceiptAssignment.objects.filter(receipt=receipt).exists():
        return values.Consequences()
    paid = debts_paid_by_receipt(receipt_id=receipt_id)
    numbers = dict(Receivable.objects.filter(id__in=list(paid)).values_list("id", "invoice_number"))
    credit = credit_of_receipt(receipt_id=receipt_id)
    gone = credit.amount_minor - sum(bills_paid_by_credit(credit_id=credit.id).values()) if credit else 0
    debts = tuple((numbers[debt], amount) for debt, amount in paid.items())
    return values.Consequences(debts, gone, _refused(credit) if credit else "")


def refunded_of(*, credit: Credit) -> dict[int, int]:
    """How much of a credit which refund took out, in smallest units; nothing of it that came back."""
    rows = CreditUse.objects.filter(credit=credit, refund_id__isnull=False)
    sums = rows.values_list("refund_id").annotate(n=Sum("amount_minor")).order_by("refund_id")
    return {refund: amount for refund, amount in sums if refund is not None and amount}


def _refused(credit: Credit) -> str:
    """A refund took the money out: only other credit of the payer can stand for it."""
    refunded = refunded_of(credit=credit)
    others = CreditLeft.objects.filter(account_id=credit.account_id).exclude(credit_id=credit.id)
    if others.aggregate(n=Sum("left_minor", default=0))["n"] >= sum(refunded.values()):
        return ""
    return _(
        "Refund %(number)s took %(amount)s yen of this transfer, and the payer has no other credit for them: cancel the"
        " refund, or enter first what the payer gives back."
    ) % {"number": min(refunded), "amount": f"{sum(refunded.values()):,}"}
