"""Debts are given up: proposed by one person, confirmed by another."""

from datetime import date, datetime

import polars as pl
from django.utils.translation import gettext as _
from django_integrity.conversion import Named, refine_integrity_error

from tomoshibi.collection import values
from tomoshibi.collection.models import DebitClaim, OpenItem, Receivable, WriteOff
from tomoshibi.collection.operations import _rows, by_two
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.rounding import Rounding, divide
from tomoshibi.storage import db


class CannotWriteOff(ValueError):
    """Nothing is open, or a debit is under way, or a proposal waits."""


@db.transaction_required
def propose_write_off(*, receivable_id: int, reason: str, now: datetime, actor_id: int) -> int:
    """
    :returns: the proposal's id
    :raises CannotWriteOff: if nothing is open, a debit is under way, or a proposal waits
    """
    item = _open(receivable_id)
    waits = CannotWriteOff(_("A proposal to write this debt off waits already."))
    with refine_integrity_error([(Named("write_off_one_waiting"), waits)]), db.savepoint():
        row = WriteOff.objects.create(
            receivable_id=receivable_id,
            amount_minor=item.open_minor,
            reason=reason[:300],
            proposed_by_id=actor_id,
            proposed_at=now,
        )
    _deed(row, f"proposed to write off {item.open_minor}: {reason}", now, actor_id)
    return row.id


def _open(receivable_id: int) -> OpenItem:
    item = OpenItem.objects.select_for_update().filter(receivable_id=receivable_id).first()
    if item is None:
        raise CannotWriteOff(_("Nothing is open of this debt."))
    if DebitClaim.objects.filter(receivable_id=receivable_id).exists():
        raise CannotWriteOff(_("A direct debit of this debt is under way."))
    return item


@db.transaction_required
def confirm_write_off(*, write_off_id: int, now: datetime, today: date, actor_id: int) -> None:
    """
    Write off as the second person; the tax in it is taken back, rounded down.

    :raises CannotWriteOff: if the debt changed since, or it was decided before
    :raises identity.SamePerson: if the person proposed it
    """
    row = by_two.waiting(WriteOff, proposal_id=write_off_id, refused=CannotWriteOff)
    identity.require_second_person(first_id=row.proposed_by_id, second_id=actor_id)
    if _open(row.receivable_id).open_minor != row.amount_minor:
        raise CannotWriteOff(_("The debt changed since; propose it again."))
    debt = Receivable.objects.get(id=row.receivable_id)
    money = pl.DataFrame([(debt.id, row.id, row.amount_minor)], schema=dict(_rows.MONEY), orient="row")
    _rows.allocate(money, kind=values.AllocationKind.WRITE_OFF, on=today, at=now)
    tax = divide(row.amount_minor * debt.tax_minor, debt.amount_minor, rounding=Rounding.FLOOR)
    _rows.post(
        source=f"write_off:{row.id}",
        purpose="write_off",
        on=today,
        text=_("Bad debt, bill %(number)s") % {"number": debt.invoice_number},
        legs=[
            ("write_off", row.amount_minor - tax, debt.customer_id),
            ("tax_payable", tax, debt.customer_id),
            ("receivable", -row.amount_minor, debt.customer_id),
        ],
        document=f"bill:{debt.bill_id}",
        now=now,
        actor_id=actor_id,
    )
    row.confirmed_by_id, row.confirmed_at = actor_id, now
    row.save()
    _deed(row, f"wrote off {row.amount_minor}", now, actor_id)


@db.transaction_required
def withdraw_write_off(*, write_off_id: int, now: datetime, actor_id: int) -> None:
    """
    Take a proposal back, or turn it down.

    :raises CannotWriteOff: if it was decided before
    """
    row = by_two.waiting(WriteOff, proposal_id=write_off_id, refused=CannotWriteOff)
    row.withdrawn_at = now
    row.save()
    _deed(row, "withdrew the proposal to write off", now, actor_id)


def _deed(row: WriteOff, what: str, now: datetime, actor_id: int) -> None:
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=what,
        at=now,
        subject=f"collection.receivable:{row.receivable_id}",
        actor_id=actor_id,
    )
