"""Bank transfers come in: entered by hand, given to a customer, spread over debts; what is left is a credit."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.collection import matching, queries, values
from tomoshibi.collection.models import Receipt, ReceiptAssignment
from tomoshibi.collection.operations import _rows
from tomoshibi.identity import operations as identity
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

UNAPPLIED_ITEM = "collection.unapplied_receipt"


class NoSuchPayer(LookupError):
    """There is no billing account of this id."""


class AlreadyAssigned(ValueError):
    """The receipt was given to a customer before."""


class TooMuchAllocated(ValueError):
    """A chosen debt is not open, or belongs to another payer."""


@db.transaction_required
def enter_receipt(
    *,
    received_on: date,
    amount_minor: int,
    payer_name: str,
    now: datetime,
    actor_id: int | None,
    reference: str = "",
    note: str = "",
    account_id: int | None = None,
    receivable_ids: Sequence[int] = (),
) -> int:
    """
    Enter money that arrived on our bank account.

    :param account_id: whose it is; without one it waits as unapplied (仮受金) before a person
    :param receivable_ids: debts to pay, in this order; otherwise the oldest due first
    :returns: the receipt's id
    :raises NoSuchPayer: for an unknown account
    :raises TooMuchAllocated: if a chosen debt is not open or not the payer's
    """
    row = Receipt.objects.create(
        received_on=received_on,
        amount_minor=amount_minor,
        payer_name=payer_name[:100],
        reference=reference[:100],
        note=note[:300],
        entered_by_id=actor_id,
        entered_at=now,
    )
    if account_id is None:
        _post(row, "bank", [("unapplied", -amount_minor, None)], "receipt", received_on, now=now, actor_id=actor_id)
        worklist.open_item(
            procedure=values.PROCEDURE,
            kind=UNAPPLIED_ITEM,
            subject=f"collection.receipt:{row.id}",
            title=_("Whose are %(amount)s yen from %(payer)s?") % {"amount": f"{amount_minor:,}", "payer": payer_name},
            due_at=now + timedelta(days=2),
            role="collection",
            now=now,
            url=f"/collection/receipts/{row.id}/",
        )
    else:
        _assign(row, account_id, receivable_ids, money_from="bank", on=received_on, now=now, actor_id=actor_id)
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"entered a receipt of {amount_minor}",
        at=now,
        subject=f"collection.receipt:{row.id}",
        actor_id=actor_id,
    )
    return row.id


@db.transaction_required
def assign_receipt(
    *,
    receipt_id: int,
    account_id: int,
    now: datetime,
    today: date,
    actor_id: int | None,
    receivable_ids: Sequence[int] = (),
) -> None:
    """
    Give an unapplied receipt to its payer.

    :raises AlreadyAssigned: if it was given to somebody before
    :raises NoSuchPayer: for an unknown account
    :raises TooMuchAllocated: if a chosen debt is not open or not the payer's
    """
    row = Receipt.objects.select_for_update().get(id=receipt_id)
    if ReceiptAssignment.objects.filter(receipt=row).exists():
        raise AlreadyAssigned(_("This receipt was given to a customer before."))
    if queries.returned_of(receipt_id=receipt_id):
        raise AlreadyAssigned(_("The bank took this transfer back, or it is being looked at whether it did."))
    _assign(row, account_id, receivable_ids, money_from="unapplied", on=today, now=now, actor_id=actor_id)
    subject = f"collection.receipt:{receipt_id}"
    worklist.close_about(kind=UNAPPLIED_ITEM, subjects=[subject], outcome="assigned", now=now, actor_id=actor_id)
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"assigned a receipt of {row.amount_minor}",
        at=now,
        subject=subject,
        actor_id=actor_id,
    )


def _assign(
    row: Receipt,
    account_id: int,
    receivable_ids: Sequence[int],
    *,
    money_from: str,
    on: date,
    now: datetime,
    actor_id: int | None,
) -> None:
    payer = parties.account(account_id=account_id)
    if payer is None:
        raise NoSuchPayer(_("There is no such payer."))
    ReceiptAssignment.objects.create(
        receipt=row, account_id=account_id, customer_id=payer.customer_id, assigned_by_id=actor_id, assigned_at=now
    )
    pairs = _pairs(row, account_id, receivable_ids)
    _rows.allocate(pairs.with_columns(source_id=pl.lit(row.id)), kind=values.AllocationKind.RECEIPT, on=on, at=now)
    allocated = int(pairs["amount_minor"].sum())
    rest = row.amount_minor - allocated
    if rest:
        surplus = pl.DataFrame(
            [(account_id, payer.customer_id, row.id, rest)], schema=dict(_rows.SURPLUS), orient="row"
        )
        _rows.keep_credits(
            surplus, origin=values.CreditOrigin.OVERPAID, text=_("Paid more than was due"), on=on, at=now
        )
    legs = [("receivable", -allocated, payer.customer_id), ("credit_balance", -rest, payer.customer_id)]
    purpose = "receipt" if money_from == "bank" else "assign"
    _post(row, money_from, legs, purpose, on, now=now, actor_id=actor_id)


def _pairs(row: Receipt, account_id: int, receivable_ids: Sequence[int]) -> pl.DataFrame:
    # Debts under a debit are paid last: the debit will probably come off, and the payer would have paid twice.
    debts = queries.open_frame(account_ids=[account_id], claimed=True)
    free = queries.open_frame(account_ids=[account_id])["receivable_id"]
    if receivable_ids:
        order = {one: place for place, one in enumerate(receivable_ids)}
        if not set(order) <= set(debts["receivable_id"].to_list()):
            raise TooMuchAllocated(_("A chosen debt is not open, or is another payer's."))
        debts = debts.filter(pl.col("receivable_id").is_in(list(order)))
        debts = debts.sort(pl.col("receivable_id").replace_strict(order, return_dtype=pl.Int64))
    else:
        debts = debts.sort(~pl.col("receivable_id").is_in(free.to_list()), maintain_order=True)
    money = pl.DataFrame(
        {"money_id": [row.id], "account_id": [account_id], "left_minor": [row.amount_minor]},
        schema={"money_id": pl.Int64, "account_id": pl.Int64, "left_minor": pl.Int64},
    )
    return matching.spread(money, debts.drop("customer_id"))


def _post(
    row: Receipt,
    money_from: str,
    legs: Sequence[tuple[str, int, int | None]],
    purpose: str,
    on: date,
    *,
    now: datetime,
    actor_id: int | None,
) -> None:
    _rows.post(
        source=f"receipt:{row.id}",
        purpose=purpose,
        on=on,
        text=_("Transfer from %(payer)s") % {"payer": row.payer_name},
        legs=[(money_from, row.amount_minor, None), *legs],
        now=now,
        actor_id=actor_id,
    )
