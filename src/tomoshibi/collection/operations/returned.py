"""
Transfers that a bank takes back (組戻): one that had come in, or a refund of ours that did not arrive.

One person says so, another agrees; then the money is where it was before. What a transfer had paid is open again, what a
refund had taken is credit again, and may go out with other bank details.
"""

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl
from django.utils.translation import gettext as _
from django_integrity.conversion import Named, refine_integrity_error

from tomoshibi.collection import queries, values
from tomoshibi.collection.models import CreditLeft, CreditUse, Receipt, ReceiptAssignment, Refund, ReturnedTransfer
from tomoshibi.collection.operations import _rows, by_two, deposits, receipts
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist


class CannotReturn(ValueError):
    """The transfer cannot be taken back as it stands, or was before."""


@db.transaction_required
def propose_return(
    *,
    returned_on: date,
    reason: str,
    now: datetime,
    actor_id: int,
    receipt_id: int | None = None,
    refund_id: int | None = None,
) -> int:
    """
    Say that the bank took a transfer back; nothing changes until another person agrees.

    :param receipt_id: the transfer that left our account again; beside a refund, the unapplied one that brought it back
    :param refund_id: the refund that did not arrive
    :returns: the proposal's id
    :raises CannotReturn: if it was said before, or the money went on since
    """
    amount_minor = _amount(receipt_id, refund_id)
    again = CannotReturn(_("The return of this transfer is recorded already."))
    once = [(Named("returned_receipt_once"), again), (Named("returned_refund_once"), again)]
    with refine_integrity_error(once), db.savepoint():
        row = ReturnedTransfer.objects.create(
            receipt_id=receipt_id,
            refund_id=refund_id,
            amount_minor=amount_minor,
            returned_on=returned_on,
            reason=reason[:300],
            proposed_by_id=actor_id,
            proposed_at=now,
        )
    _deed(row, f"recorded that the bank took back {amount_minor}: {reason}", now, actor_id)
    return row.id


def _amount(receipt_id: int | None, refund_id: int | None) -> int:
    """What moves, in smallest units, where it can move."""
    if refund_id is None:
        assert receipt_id is not None, "a return is a receipt's or a refund's"
        found = queries.consequences_of_return(receipt_id=receipt_id)
        if found.refused:
            raise CannotReturn(found.refused)
        return Receipt.objects.get(id=receipt_id).amount_minor
    refund = Refund.objects.select_for_update().get(id=refund_id)
    if refund.state != values.RefundState.PAID:
        raise CannotReturn(_("Only a refund that was paid can come back."))
    if receipt_id is not None:
        _require_unapplied(receipt_id, refund.amount_minor)
    return refund.amount_minor


def _require_unapplied(receipt_id: int, amount_minor: int) -> None:
    receipt = Receipt.objects.select_for_update().get(id=receipt_id)
    if receipt.amount_minor != amount_minor or ReceiptAssignment.objects.filter(receipt=receipt).exists():
        raise CannotReturn(_("That transfer is another amount, or somebody's already."))


@db.transaction_required
def confirm_return(*, returned_id: int, now: datetime, today: date, actor_id: int) -> None:
    """
    Agree as the second person: debts open again, credit goes or comes back, and the ledger is told.

    :raises CannotReturn: if the money went on since it was proposed, or it was decided before
    :raises identity.SamePerson: if the person proposed it
    """
    row = by_two.waiting(ReturnedTransfer, proposal_id=returned_id, refused=CannotReturn)
    identity.require_second_person(first_id=row.proposed_by_id, second_id=actor_id)
    _amount(row.receipt_id, row.refund_id)
    if row.refund_id is None:
        _undo_receipt(row, now=now, today=today, actor_id=actor_id)
    else:
        _undo_refund(row, now=now, today=today, actor_id=actor_id)
    row.confirmed_by_id, row.confirmed_at = actor_id, now
    row.save()
    if row.receipt_id is not None:
        _close_items(row.receipt_id, now=now, actor_id=actor_id)
    _deed(row, f"agreed that the bank took back {row.amount_minor}", now, actor_id)


@db.transaction_required
def withdraw_return(*, returned_id: int, now: datetime, actor_id: int) -> None:
    """
    Take a proposal back, or turn it down.

    :raises CannotReturn: if it was decided before
    """
    row = by_two.waiting(ReturnedTransfer, proposal_id=returned_id, refused=CannotReturn)
    row.withdrawn_at = now
    row.save()
    _deed(row, "withdrew that the bank took a transfer back", now, actor_id)


def _undo_receipt(row: ReturnedTransfer, *, now: datetime, today: date, actor_id: int) -> None:
    assert row.receipt_id is not None
    owner = ReceiptAssignment.objects.filter(receipt_id=row.receipt_id).first()
    if owner is None:
        _post(row, [("unapplied", row.amount_minor, None)], now=now, actor_id=actor_id)
        return
    paid = queries.debts_paid_by_receipt(receipt_id=row.receipt_id)
    credit_minor = _take_credit(row, today=today, now=now)
    money = pl.DataFrame(
        [(debt, row.id, -amount) for debt, amount in paid.items()], schema=dict(_rows.MONEY), orient="row"
    )
    _rows.allocate(money, kind=values.AllocationKind.REVERSAL, on=today, at=now)
    legs = [("receivable", sum(paid.values()), owner.customer_id), ("credit_balance", credit_minor, owner.customer_id)]
    _post(row, legs, now=now, actor_id=actor_id)


def _take_credit(row: ReturnedTransfer, *, today: date, now: datetime) -> int:
    """
    The credit that the transfer had left goes; what bills used of it is given back to it first.

    For what a refund took of it, other credit of the payer goes.

    :returns: how much credit is gone [minor]
    """
    assert row.receipt_id is not None
    credit = queries.credit_of_receipt(receipt_id=row.receipt_id)
    if credit is None:
        return 0
    used = queries.bills_paid_by_credit(credit_id=credit.id)
    refunded = sum(queries.refunded_of(credit=credit).values())
    for receivable_id, amount in used.items():
        _use(credit.id, -amount, today=today, now=now, receivable_id=receivable_id)
    own = credit.amount_minor - refunded
    if own:
        _use(credit.id, own, today=today, now=now, returned_id=row.id)
    others = CreditLeft.objects.select_for_update().filter(account_id=credit.account_id).exclude(credit_id=credit.id)
    for other in others.order_by("credit_id"):
        part = min(refunded, other.left_minor)
        if part:
            _use(other.credit_id, part, today=today, now=now, returned_id=row.id)
        refunded -= part
    assert refunded == 0, "asked before"
    return credit.amount_minor - sum(used.values())


def _use(credit_id: int, amount_minor: int, *, today: date, now: datetime, **by: int) -> None:
    CreditUse.objects.create(credit_id=credit_id, amount_minor=amount_minor, used_on=today, used_at=now, **by)


def _undo_refund(row: ReturnedTransfer, *, now: datetime, today: date, actor_id: int) -> None:
    assert row.refund_id is not None
    refund = Refund.objects.select_for_update().get(id=row.refund_id)
    for use in CreditUse.objects.filter(refund_id=refund.id, amount_minor__gt=0).order_by("id"):
        CreditUse.objects.create(
            credit_id=use.credit_id, refund_id=refund.id, amount_minor=-use.amount_minor, used_on=today, used_at=now
        )
    refund.state = values.RefundState.RETURNED.value
    refund.save()
    legs = [("credit_balance", -row.amount_minor, refund.customer_id)]
    _post(row, legs, against="bank" if row.receipt_id is None else "unapplied", now=now, actor_id=actor_id)


def _post(
    row: ReturnedTransfer,
    legs: Sequence[tuple[str, int, int | None]],
    *,
    now: datetime,
    actor_id: int,
    against: str = "bank",
) -> None:
    ours = -sum(amount for _key, amount, _customer in legs)
    _rows.post(
        source=f"returned:{row.id}",
        purpose="return",
        on=row.returned_on,
        text=_("Transfer taken back by the bank"),
        legs=[(against, ours, None), *legs],
        document=f"refund:{row.refund_id}" if row.refund_id else f"receipt:{row.receipt_id}",
        now=now,
        actor_id=actor_id,
    )


def _close_items(receipt_id: int, *, now: datetime, actor_id: int) -> None:
    subjects = [f"collection.deposit:{one}" for one in queries.cancellations_of(receipt_id=receipt_id)]
    worklist.close_about(kind=deposits.CANCEL_ITEM, subjects=subjects, outcome="returned", now=now, actor_id=actor_id)
    mine = [f"collection.receipt:{receipt_id}"]
    worklist.close_about(kind=receipts.UNAPPLIED_ITEM, subjects=mine, outcome="returned", now=now, actor_id=actor_id)


def _deed(row: ReturnedTransfer, what: str, now: datetime, actor_id: int) -> None:
    subject = f"collection.refund:{row.refund_id}" if row.refund_id else f"collection.receipt:{row.receipt_id}"
    identity.record_deed(procedure=values.PROCEDURE, what=what, at=now, subject=subject, actor_id=actor_id)
