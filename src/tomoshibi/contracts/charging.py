"""Sundry charges: told by other rooms, or entered by a clerk and agreed to by a second person; then handed to bills."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _

from tomoshibi.contracts import values
from tomoshibi.contracts.models import Contract, SundryCharge
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import db

TOLD = ["contract_id", "code", "text", "amount_minor", "tax", "month", "source", "worked"]
BY_HAND = "entered"
_WAITING, _BILLED, _PROPOSED = (
    values.ChargeState.WAITING.value,
    values.ChargeState.BILLED.value,
    values.ChargeState.PROPOSED.value,
)


class NoSuchContract(LookupError):
    """There is no such contract."""


class ChargeGone(ValueError):
    """The charge was billed or withdrawn already."""


class ReasonNeeded(ValueError):
    """Money that is entered or given up carries a reason."""


@db.transaction_required
def tell_charge(
    *,
    contract_id: int,
    code: str,
    text: str,
    amount_minor: int,
    tax: values.TaxTreatment,
    month: Month,
    source: str,
    worked: str = "",
) -> int:
    """
    Put an amount on a bill of a month or the next after it. The same source twice is one charge.

    :param amount_minor: what the customer pays, tax included; less than zero gives back
    :param source: ``room.thing:id`` of what the amount comes from
    :param worked: the arithmetic of the amount, where there is any
    :returns: the charge's id
    :raises NoSuchContract: if the contract is not there
    """
    _require_contract(contract_id)
    row, _new = SundryCharge.objects.get_or_create(
        source=source,
        defaults={
            "contract_id": contract_id,
            "code": code,
            "text": text,
            "amount_minor": amount_minor,
            "tax": tax.value,
            "month": month.number,
            "worked": worked,
        },
    )
    return row.id


@db.transaction_required
def tell_charges(*, charges: pl.DataFrame) -> int:
    """
    The same for many, in one statement; those whose source is known already are left as they are.

    :param charges: columns of ``TOLD``, as the parameters of ``tell_charge``; ``month`` as a number like 202610
    :returns: how many are new
    """
    if charges.is_empty():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO contracts_sundrycharge (contract_id, code, text, amount_minor, tax, month, source, worked, state,
                                                billed_by, reason, evidence, gone_reason)
            SELECT contract_id, code, text, amount_minor, tax, month, source, worked, %(state)s, '', '', '', ''
              FROM json_to_recordset(%(rows)s) AS new(contract_id bigint, code text, text text, amount_minor bigint,
                                                      tax text, month int, source text, worked text)
                ON CONFLICT (source) DO NOTHING
            """,
            {"state": _WAITING, "rows": charges.select(TOLD).write_json()},
        )
        return cursor.rowcount


@db.transaction_required
def enter_charge(
    *,
    contract_id: int,
    code: str,
    text: str,
    amount_minor: int,
    tax: values.TaxTreatment,
    month: Month,
    reason: str,
    evidence: str,
    evidence_file_id: int | None,
    worked: str,
    needs_second: bool,
    actor_id: int,
    now: datetime,
) -> int:
    """
    A clerk enters a charge; one that needs a second person waits for no bill before somebody agreed.

    :raises NoSuchContract: if the contract is not there
    :raises ReasonNeeded: without a reason
    """
    _require_contract(contract_id)
    row = SundryCharge.objects.create(
        contract_id=contract_id,
        code=code,
        text=text,
        amount_minor=amount_minor,
        tax=tax.value,
        month=month.number,
        state=_PROPOSED if needs_second else _WAITING,
        source=f"{BY_HAND}:{uuid4()}",
        worked=worked,
        reason=_reason(reason),
        evidence=evidence.strip(),
        evidence_file_id=evidence_file_id,
        entered_by_id=actor_id,
        entered_at=now,
    )
    return row.id


@db.transaction_required
def agree_charge(*, charge_id: int, actor_id: int, now: datetime) -> None:
    """
    Agree as the second person: the next bill carries it.

    :raises identity.SamePerson: if the person entered it
    :raises ChargeGone: if it does not wait for that
    """
    row = _in_state(charge_id, _PROPOSED)
    identity.require_second_person(first_id=row.entered_by_id, second_id=actor_id)
    row.state, row.decided_by_id, row.decided_at = _WAITING, actor_id, now
    row.save()


@db.transaction_required
def reject_charge(*, charge_id: int, reason: str, actor_id: int, now: datetime) -> None:
    """
    Turn a charge down as the second person; it stays on record.

    :raises identity.SamePerson: if the person entered it
    :raises ChargeGone: if it does not wait for that
    :raises ReasonNeeded: without a reason
    """
    row = _in_state(charge_id, _PROPOSED)
    identity.require_second_person(first_id=row.entered_by_id, second_id=actor_id)
    row.state, row.decided_by_id, row.decided_at = values.ChargeState.REJECTED.value, actor_id, now
    row.gone_reason = _reason(reason)
    row.save()


@db.transaction_required
def withdraw_charge(
    *, charge_id: int, reason: str = "", actor_id: int | None = None, now: datetime | None = None
) -> None:
    """
    A charge that waits is not billed after all.

    :param reason: why; a person who withdraws or waives one has to say it
    :raises ChargeGone: if it was billed or withdrawn already
    :raises ReasonNeeded: if a person gives none
    """
    row = _in_state(charge_id, _WAITING, _PROPOSED)
    row.state = values.ChargeState.WITHDRAWN.value
    if actor_id is not None:
        row.gone_reason, row.decided_by_id, row.decided_at = _reason(reason), actor_id, now
    row.save()


@db.transaction_required
def mark_charges_billed(*, charge_ids: Sequence[int] | pl.Series, billed_by: str) -> int:
    """
    Charges stand on a bill now.

    :param billed_by: ``billing.bill:id``
    :returns: how many
    :raises ChargeGone: if one of them waits no longer
    """
    wanted = list(dict.fromkeys(charge_ids))
    frame = pl.DataFrame({"charge_id": wanted, "billed_by": [billed_by] * len(wanted)})
    return mark_many_billed(charges=frame)


@db.transaction_required
def mark_many_billed(*, charges: pl.DataFrame) -> int:
    """
    Charges stand on bills now, each on its own; one statement for all.

    :param charges: ``charge_id``, ``billed_by`` (``billing.bill:id``)
    :returns: how many
    :raises ChargeGone: if one of them waits no longer
    """
    if charges.is_empty():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE contracts_sundrycharge SET state = %s, billed_by = told.billed_by
              FROM (SELECT unnest(%s::bigint[]) AS id, unnest(%s::text[]) AS billed_by) told
             WHERE contracts_sundrycharge.id = told.id AND state = %s
            """,
            [_BILLED, charges["charge_id"].to_list(), charges["billed_by"].to_list(), _WAITING],
        )
        changed = cursor.rowcount
    if changed != charges.height:
        raise ChargeGone(_("a charge was billed or withdrawn already"))
    return changed


@db.transaction_required
def release_charges(*, billed_by: str) -> int:
    """A bill that carried charges was discarded before issue: they wait again. Returns how many."""
    return release_many(billed_by=[billed_by])


@db.transaction_required
def release_many(*, billed_by: Sequence[str]) -> int:
    """Bills that carried charges were discarded before issue: the charges wait again. Returns how many."""
    return SundryCharge.objects.filter(billed_by__in=billed_by, state=_BILLED).update(state=_WAITING, billed_by="")


def _require_contract(contract_id: int) -> None:
    if not Contract.objects.select_for_update().filter(id=contract_id).exists():
        raise NoSuchContract(_("there is no such contract"))


def _in_state(charge_id: int, *states: str) -> SundryCharge:
    row = SundryCharge.objects.select_for_update().filter(id=charge_id).first()
    if row is None or row.state not in states:
        raise ChargeGone(_("the charge was billed or withdrawn already"))
    return row


def _reason(text: str) -> str:
    if not text.strip():
        raise ReasonNeeded(_("Say why."))
    return text.strip()
