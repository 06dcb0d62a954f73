"""Notices of incoming transfers, and whose a transfer is or may be."""

from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db.models import F, QuerySet, Sum

from tomoshibi.collection import deposits, values
from tomoshibi.collection.models import Deposit, DepositFile, OpenItem, Receivable
from tomoshibi.parties import queries as parties
from tomoshibi.storage import bulk

GUESSES = 10
_SAME_AMOUNT = 200
"""So many payers with the same amount are compared by name; more of them say nothing."""


@dataclass(frozen=True)
class Named:
    """The payer that a number of a transfer names, and the debt where the number is a bill's."""

    account_id: int
    receivable_ids: tuple[int, ...] = ()


def deposit_file_rows() -> QuerySet[DepositFile]:
    return DepositFile.objects.all()


def deposit_file(*, file_id: int) -> DepositFile | None:
    return DepositFile.objects.filter(id=file_id).first()


def deposit_rows(*, file_id: int) -> QuerySet[Deposit]:
    """Lazy rows of a notice with ``owner_id`` (billing account, null while unapplied)."""
    return Deposit.objects.filter(file_id=file_id).annotate(owner_id=F("receipt__assignment__account_id"))


def refused_deposits(*, file_id: int) -> list[tuple[int, str]]:
    """Record and verdict of the rows of a notice that count for nothing."""
    fine = [values.DepositVerdict.TAKEN.value, values.DepositVerdict.KNOWN.value]
    rows = Deposit.objects.filter(file_id=file_id).exclude(verdict__in=fine).order_by("record")
    return list(rows.values_list("record", "verdict"))


def known_deposits(*, days: pl.Series) -> pl.DataFrame:
    """:returns: ``deposits.KEY`` and ``canceled`` of what earlier files brought, or took back, on these days"""
    return bulk.read_frame(
        "SELECT bank_account, booked_on, inquiry_number, amount_minor, canceled FROM collection_deposit"
        " WHERE (receipt_id IS NOT NULL OR verdict = 'cancels') AND booked_on = ANY(%(days)s)",
        {
            "bank_account": pl.String,
            "booked_on": pl.Date,
            "inquiry_number": pl.String,
            "amount_minor": pl.Int64,
            "canceled": pl.Boolean,
        },
        {"days": days.unique().to_list()},
    )


def payer_named(*, payer_code: str, edi: str, payer_kana: str) -> Named | None:
    """The payer whose own number, or whose bill's number, a transfer carries; nothing where two would fit."""
    numbers = deposits.numbers_in(payer_code=payer_code, edi=edi, payer_kana=payer_kana)
    if not numbers:
        return None
    accounts = parties.account_ids(numbers=pl.Series(numbers, dtype=pl.String))["account_id"].to_list()
    bills = Receivable.objects.filter(invoice_number__in=numbers).values_list("id", "account_id")
    payers = {*accounts, *(account_id for _id, account_id in bills)}
    if len(payers) != 1:
        return None
    still_open = OpenItem.objects.filter(receivable_id__in=[one for one, _account in bills])
    return Named(payers.pop(), tuple(still_open.order_by("due_on").values_list("receivable_id", flat=True)))


def payer_guesses(*, payer_name: str, amount_minor: int, on: date) -> list[values.PayerGuess]:
    """Whose an unapplied transfer may be: by name and amount, then by name, then by amount."""
    name = deposits.plain_name(payer_name)
    same = _accounts_owing(amount_minor)
    called = {one.customer_id for one in parties.search(name, limit=GUESSES)} if name else set()
    ids = sorted(same | _accounts_with_debts(called))
    accounts = parties.billing_accounts_frame(account_ids=ids)
    holders = dict(parties.mandates_frame(on=on, account_ids=ids).select("account_id", "holder_kana").iter_rows())
    owed = dict(OpenItem.objects.filter(account_id__in=ids).values_list("account_id").annotate(Sum("open_minor")))
    found = [
        values.PayerGuess(
            account_id=row["account_id"],
            account_number=row["number"],
            customer_id=row["customer_id"],
            name=row["addressee"],
            kana=row["kana"],
            open_minor=owed.get(row["account_id"], 0),
            by_name=bool(name)
            and name in {deposits.plain_name(one) for one in (row["kana"], holders.get(row["account_id"], ""))},
            by_amount=row["account_id"] in same or owed.get(row["account_id"]) == amount_minor,
        )
        for row in accounts.iter_rows(named=True)
    ]
    found.sort(key=lambda one: (not (one.by_name and one.by_amount), not one.by_name, one.kana, one.account_id))
    return found[:GUESSES]


def _accounts_owing(amount_minor: int) -> set[int]:
    """Payers with a debt of exactly this amount."""
    found = OpenItem.objects.filter(open_minor=amount_minor).order_by("due_on").values_list("account_id", flat=True)
    return set(found[:_SAME_AMOUNT])


def _accounts_with_debts(customer_ids: set[int]) -> set[int]:
    return set(OpenItem.objects.filter(customer_id__in=customer_ids).values_list("account_id", flat=True))
