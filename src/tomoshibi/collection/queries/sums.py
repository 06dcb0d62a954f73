"""Sums over all debts: the day, a month, and the ledger beside them."""

import polars as pl
from django.db.models import Sum

from tomoshibi.collection import values
from tomoshibi.collection.models import CreditLeft, FailedDebit, OpenItem, Receipt, Refund, RefundBatch, ResultProblem
from tomoshibi.collection.queries.debts import write_off_rows
from tomoshibi.collection.queries.returned import returned_rows
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import queries as ledger
from tomoshibi.masters import queries as masters
from tomoshibi.storage import bulk


def day_counts() -> dict[str, int]:
    """What waits for people: undecided failures, rows to look at, unapplied receipts, refunds, write-offs."""
    return {
        "failed": FailedDebit.objects.filter(treatment=values.Treatment.ASK.value).count(),
        "problems": ResultProblem.objects.filter(resolved_at__isnull=True).count(),
        "unapplied": Receipt.objects.filter(assignment__isnull=True)
        .exclude(id__in=returned_rows().filter(receipt_id__isnull=False).values("receipt_id"))
        .count(),
        "credits": CreditLeft.objects.count(),
        "refunds": Refund.objects.filter(state=values.RefundState.WAITING.value).count(),
        "refund_files": RefundBatch.objects.filter(state=values.RefundBatchState.PREPARED.value).count(),
        "write_offs": write_off_rows().count(),
    }


def open_total() -> int:
    """Everything that is open; equals the receivable account of the ledger."""
    return OpenItem.objects.aggregate(n=Sum("open_minor", default=0))["n"]


def credit_total() -> int:
    """All credits left; equals the credit balance account of the ledger (negative there)."""
    return CreditLeft.objects.aggregate(n=Sum("left_minor", default=0))["n"]


def differences_to_the_ledger() -> dict[str, tuple[int, int]]:
    """
    Where the ledger does not say what the customers' rows say: always nowhere, or something was written beside the program.

    :returns: by kind of posting, the ledger's balance and what the rows come to; nothing where they agree
    """
    behind = {"receivable": open_total(), "credit_balance": -credit_total()}
    chart = {account.code for account in ledger.accounts()}
    found = {}
    for key, rows in behind.items():
        codes = [code for code in masters.accounts_ever_of(key=key) if code in chart]
        kept = sum(ledger.balance(account=code) for code in codes)
        if kept != rows:
            found[key] = (kept, rows)
    return found


def month_figures(*, month: Month) -> values.MonthFigures:
    """The debts of the bills of a month."""
    # the day of issue carries the index; a bill is never issued before its month
    row = bulk.read_frame(
        """
        SELECT count(*), coalesce(sum(r.amount_minor), 0), count(*) FILTER (WHERE o.receivable_id IS NULL),
               coalesce(sum(o.open_minor), 0), count(c.receivable_id)
          FROM collection_receivable r
          LEFT JOIN collection_openitem o ON o.receivable_id = r.id
          LEFT JOIN (SELECT DISTINCT receivable_id FROM collection_debitclaim) c ON c.receivable_id = r.id
         WHERE r.month = %(month)s AND r.issued_on >= %(first)s
        """,
        {"owed": pl.Int64, "owed_minor": pl.Int64, "paid": pl.Int64, "open_minor": pl.Int64, "asked": pl.Int64},
        {"month": month.number, "first": month.first},
    )
    return values.MonthFigures(**row.row(0, named=True))
