"""Credits go back to customers: asked for, put into a credit-transfer file by one person, released by another."""

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.collection import values
from tomoshibi.collection.models import Credit, CreditLeft, CreditUse, Refund, RefundBatch
from tomoshibi.collection.operations import _rows
from tomoshibi.documents import operations as documents
from tomoshibi.gateways import zengin
from tomoshibi.identity import operations as identity
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db


class NotEnoughCredit(ValueError):
    """The account has less credit than should go back."""


class NothingToRefund(ValueError):
    """No refund waits."""


class WrongRefundState(ValueError):
    """The refund, or its file, is not in a state that allows this."""


class BadHolder(ValueError):
    """The holder's name cannot stand in a bank file."""


@db.transaction_required
def request_refund(
    *,
    account_id: int,
    amount_minor: int,
    bank_code: str,
    branch_code: str,
    account_kind: str,
    account_number: str,
    holder_kana: str,
    reason: str,
    now: datetime,
    today: date,
    actor_id: int,
) -> int:
    """
    Take credit of an account out for a refund, oldest first.

    :returns: the refund's id
    :raises NotEnoughCredit: if less is left
    :raises BadHolder: if a bank file cannot carry the name
    """
    try:
        holder = zengin.normalized(holder_kana, characters=zengin.Characters.PARTY)
    except zengin.Unmappable as wrong:
        raise BadHolder(_("%(character)s cannot stand in a bank file.") % {"character": wrong.character}) from wrong
    left = list(CreditLeft.objects.select_for_update().filter(account_id=account_id).order_by("credit_id"))
    if amount_minor <= 0 or sum(row.left_minor for row in left) < amount_minor:
        raise NotEnoughCredit(_("The credit of this payer is smaller."))
    customer_id = Credit.objects.get(id=left[0].credit_id).customer_id
    refund = Refund.objects.create(
        account_id=account_id,
        customer_id=customer_id,
        amount_minor=amount_minor,
        bank_code=bank_code,
        branch_code=branch_code,
        account_kind=account_kind,
        account_number=account_number.zfill(7),
        holder_kana=zengin.cut(holder, 30),
        reason=reason[:200],
        requested_by_id=actor_id,
        requested_at=now,
    )
    _use(refund, left, now=now, today=today)
    _post(refund, "request", "credit_balance", "refund_payable", on=today, now=now, actor_id=actor_id)
    _deed(f"asked for a refund of {amount_minor}: {reason}", f"collection.refund:{refund.id}", now, actor_id)
    return refund.id


def _use(refund: Refund, left: Sequence[CreditLeft], *, now: datetime, today: date) -> None:
    rest = refund.amount_minor
    for row in left:
        part = min(rest, row.left_minor)
        if part:
            CreditUse.objects.create(
                credit_id=row.credit_id, refund_id=refund.id, amount_minor=part, used_on=today, used_at=now
            )
        rest -= part


@db.transaction_required
def cancel_refund(*, refund_id: int, now: datetime, today: date, actor_id: int) -> None:
    """
    Give the money back to the credits it came from.

    :raises WrongRefundState: if it is in a file already
    """
    refund = Refund.objects.select_for_update().get(id=refund_id)
    if refund.state != values.RefundState.WAITING:
        raise WrongRefundState(_("This refund is in a file already."))
    for use in CreditUse.objects.filter(refund_id=refund_id):
        CreditUse.objects.create(
            credit_id=use.credit_id, refund_id=refund_id, amount_minor=-use.amount_minor, used_on=today, used_at=now
        )
    refund.state = values.RefundState.CANCELLED.value
    refund.save()
    _post(refund, "cancel", "refund_payable", "credit_balance", on=today, now=now, actor_id=actor_id)
    _deed(f"cancelled a refund of {refund.amount_minor}", f"collection.refund:{refund_id}", now, actor_id)


@db.transaction_required
def prepare_refunds(*, transfer_on: date, now: datetime, actor_id: int, refund_ids: Sequence[int] = ()) -> int:
    """
    Put waiting refunds into a credit-transfer file (総合振込).

    :param refund_ids: which; all that wait where none is named
    :returns: the batch's id
    :raises NothingToRefund: if none waits
    :raises zengin.Refused: naming rows that the file cannot carry
    """
    waiting = Refund.objects.select_for_update().filter(state=values.RefundState.WAITING.value).order_by("id")
    if refund_ids:
        waiting = waiting.filter(id__in=list(refund_ids))
    refunds = list(waiting)
    if not refunds:
        raise NothingToRefund(_("No refund waits to be paid."))
    batch = RefundBatch.objects.create(
        transfer_on=transfer_on,
        row_count=len(refunds),
        total_minor=sum(refund.amount_minor for refund in refunds),
        prepared_by_id=actor_id,
        prepared_at=now,
    )
    stored = documents.store(
        name=f"refunds-{transfer_on:%Y%m%d}-{batch.id}.txt",
        content=_file(refunds, transfer_on),
        kind="collection.refund_transfer",
        now=now,
        actor_id=actor_id,
    )
    batch.file_id, batch.sha256 = stored.id, stored.sha256
    batch.save()
    Refund.objects.filter(id__in=[refund.id for refund in refunds]).update(
        state=values.RefundState.BATCHED.value, batch=batch
    )
    _deed(
        f"prepared {len(refunds)} refunds of {batch.total_minor}", f"collection.refund_batch:{batch.id}", now, actor_id
    )
    return batch.id


def _file(refunds: Sequence[Refund], transfer_on: date) -> bytes:
    company = masters.company(on=transfer_on)
    header = zengin.TransferHeader(
        consignor_code=company.account_number.zfill(10),
        consignor_name=company.account_holder_kana or company.name_kana,
        transfer_on=transfer_on,
        bank_code=company.bank_code,
        branch_code=company.branch_code,
        account_kind=company.account_kind_code,
        account_number=company.account_number,
    )
    rows = pl.DataFrame(
        [
            {
                "bank_code": refund.bank_code,
                "branch_code": refund.branch_code,
                "account_kind": refund.account_kind,
                "account_number": refund.account_number,
                "holder_kana": refund.holder_kana,
                "amount_minor": refund.amount_minor,
                "new_code": "0",
                "customer_code_1": str(refund.id)[-10:],
                "customer_code_2": "0",
                "transfer_kind": "7",
            }
            for refund in refunds
        ],
        schema=dict(zengin.TRANSFER_ROWS),
    )
    content = zengin.encode_transfers(header, rows)
    read = zengin.decode_transfers(content, near=transfer_on).rows
    asked = rows.select("account_number", "amount_minor").with_columns(pl.col("account_number").str.zfill(7))
    assert read.select(asked.columns).equals(asked), "what the bank will read is what was asked for"
    return content


@db.transaction_required
def release_refunds(*, batch_id: int, now: datetime, actor_id: int) -> None:
    """
    Release a refund file as the second person; only then it may be downloaded for the bank.

    :raises WrongRefundState: if it is not prepared
    :raises identity.SamePerson: if the person prepared it
    """
    batch = _in_state(batch_id, values.RefundBatchState.PREPARED)
    identity.require_second_person(first_id=batch.prepared_by_id, second_id=actor_id)
    batch.state, batch.released_by_id, batch.released_at = values.RefundBatchState.RELEASED.value, actor_id, now
    batch.save()
    _deed(f"released refunds of {batch.total_minor}", f"collection.refund_batch:{batch_id}", now, actor_id)


@db.transaction_required
def mark_refunds_paid(*, batch_id: int, paid_on: date, now: datetime, actor_id: int) -> None:
    """
    Record that the bank has paid a released file.

    :raises WrongRefundState: if it was not released
    """
    batch = _in_state(batch_id, values.RefundBatchState.RELEASED)
    batch.state, batch.paid_at = values.RefundBatchState.PAID.value, now
    batch.save()
    for refund in batch.refunds.order_by("id"):
        _post(refund, "paid", "refund_payable", "bank", on=paid_on, now=now, actor_id=actor_id)
    batch.refunds.update(state=values.RefundState.PAID.value)
    _deed(f"refunds of {batch.total_minor} were paid", f"collection.refund_batch:{batch_id}", now, actor_id)


def _in_state(batch_id: int, state: values.RefundBatchState) -> RefundBatch:
    batch = RefundBatch.objects.select_for_update().get(id=batch_id)
    if batch.state != state:
        raise WrongRefundState(_("This refund file is %(state)s.") % {"state": batch.state})
    return batch


def _post(
    refund: Refund, purpose: str, debit: str, credit: str, *, on: date, now: datetime, actor_id: int | None
) -> None:
    _rows.post(
        source=f"refund:{refund.id}",
        purpose=purpose,
        on=on,
        text=_("Refund"),
        legs=[(debit, refund.amount_minor, refund.customer_id), (credit, -refund.amount_minor, refund.customer_id)],
        now=now,
        actor_id=actor_id,
    )


def _deed(what: str, subject: str, now: datetime, actor_id: int) -> None:
    identity.record_deed(procedure=values.PROCEDURE, what=what, at=now, subject=subject, actor_id=actor_id)
