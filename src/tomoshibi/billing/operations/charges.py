"""Sundry charges that clerks enter, second persons agree to, and that the end of a contract brings."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from tomoshibi.billing import queries
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts.values import ChargeState, EndReason, SundryCharge, TaxTreatment
from tomoshibi.documents import operations as documents
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.masters.values import AmountBy, ChargeKind
from tomoshibi.rating import formulas
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

AGREE = "billing.agree_charge"
EVIDENCE = "billing.charge_evidence"


class ChargeRefused(ValueError):
    """The charge cannot be entered as it is; the sentence says why."""


@db.transaction_required
def enter_charge(
    *,
    contract_id: int,
    code: str,
    inputs: Mapping[str, int],
    amount_minor: int | None,
    month: Month,
    reason: str,
    evidence: str = "",
    evidence_file: tuple[str, bytes] | None = None,
    actor_id: int,
    today: date,
    now: datetime,
) -> SundryCharge:
    """
    Enter a charge of a kind that the masters know. Above the kind's limit a second person has to agree before it is billed.

    :param inputs: the numbers that the kind's formula names
    :param amount_minor: the amount, where the kind takes it from a person
    :param month: the first reading month whose bill may carry it
    :param evidence_file: name and bytes of what shows that it is right
    :raises ChargeRefused: for a kind that nobody enters, or a formula that cannot be worked out
    :raises masters.MasterMissing: for an unknown kind
    :raises contracts.NoSuchContract: if the contract is not there
    :raises contracts.ReasonNeeded: without a reason
    """
    kind = masters.charge_kind(code=code, on=today)
    amount, worked = amount_of(kind, inputs=inputs, amount_minor=amount_minor)
    file_id = None
    if evidence_file is not None:
        name, content = evidence_file
        file_id = documents.store(name=name, content=content, kind=EVIDENCE, now=now, actor_id=actor_id).id
    needs_second = abs(amount) > kind.alone_up_to_minor
    charge_id = contracts.enter_charge(
        contract_id=contract_id,
        code=kind.code,
        text=kind.name(masters.company(on=today).language),
        amount_minor=amount,
        tax=TaxTreatment(kind.tax.value),
        month=month,
        reason=reason,
        evidence=evidence,
        evidence_file_id=file_id,
        worked=worked,
        needs_second=needs_second,
        actor_id=actor_id,
        now=now,
    )
    if needs_second:
        worklist.open_item(
            procedure="RB7",
            kind=AGREE,
            subject=subject(charge_id),
            title=_("Agree to a charge: %(name)s, %(amount)s") % {"name": kind.names["ja"], "amount": f"{amount:,}"},
            detail=reason,
            due_at=now + timedelta(days=1),
            now=now,
            role="billing",
            url=reverse("billing:charge", args=[charge_id]),
            parameters={"charge": charge_id, "amount": amount},
        )
    _record("RB6", charge_id, f"entered {kind.code} of {amount}: {reason}", actor_id=actor_id, now=now)
    return _known(charge_id)


def amount_of(kind: ChargeKind, *, inputs: Mapping[str, int], amount_minor: int | None) -> tuple[int, str]:
    """
    What a charge of a kind comes to, and the arithmetic of it.

    :raises ChargeRefused: with a sentence for the user
    """
    if kind.amount_by is AmountBy.PLAN:
        raise ChargeRefused(_("This kind of charge comes from the plan; nobody enters it."))
    if kind.amount_by is AmountBy.FIXED:
        assert kind.amount_minor is not None, "the master demands it"
        return kind.amount_minor, ""
    if kind.amount_by is AmountBy.ENTERED:
        if not amount_minor:
            raise ChargeRefused(_("Enter an amount."))
        return amount_minor, ""
    formula = formulas.read(kind.formula)
    try:
        amount = formula.amount_minor(inputs, rounding=kind.rounding)
    except formulas.InputMissing as missing:
        raise ChargeRefused(_("The formula needs %(name)s.") % {"name": missing.name}) from None
    except formulas.DividedByZero:
        raise ChargeRefused(_("The formula divides by zero with these numbers.")) from None
    if not amount:
        raise ChargeRefused(_("With these numbers the charge comes to nothing."))
    return amount, f"{formula.worked(inputs)} = {amount:,}"


@db.transaction_required
def agree_charge(*, charge_id: int, actor_id: int, now: datetime) -> None:
    """
    Agree to a charge as the second person: the next bill carries it.

    :raises identity.SamePerson: if the person entered it
    :raises contracts.ChargeGone: if it waits for nobody
    """
    contracts.agree_charge(charge_id=charge_id, actor_id=actor_id, now=now)
    _decided(charge_id, "agreed to the charge", actor_id=actor_id, now=now)


@db.transaction_required
def reject_charge(*, charge_id: int, reason: str, actor_id: int, now: datetime) -> None:
    """
    Turn a charge down as the second person.

    :raises identity.SamePerson: if the person entered it
    :raises contracts.ChargeGone: if it waits for nobody
    :raises contracts.ReasonNeeded: without a reason
    """
    contracts.reject_charge(charge_id=charge_id, reason=reason, actor_id=actor_id, now=now)
    _decided(charge_id, f"rejected the charge: {reason}", actor_id=actor_id, now=now)


@db.transaction_required
def withdraw_charge(*, charge_id: int, reason: str, actor_id: int, now: datetime) -> None:
    """
    Take a charge back, or waive it, before a bill carries it.

    :raises contracts.ChargeGone: if it stands on a bill, or was withdrawn
    :raises contracts.ReasonNeeded: without a reason
    """
    contracts.withdraw_charge(charge_id=charge_id, reason=reason, actor_id=actor_id, now=now)
    _decided(charge_id, f"withdrew the charge: {reason}", actor_id=actor_id, now=now)


@db.transaction_required
def tell_cancellation_fee(
    *, contract_id: int, on: date, reason: EndReason, waived: str, actor_id: int | None, today: date, now: datetime
) -> SundryCharge | None:
    """
    The end of a contract is set: its last bill asks for the fee of the plan. Doing it again does nothing.

    An end that moves takes the fee of the old day back where no bill carries it yet. A fee that is given up stays on
    record with the reason.

    :returns: the charge; nothing where the plan asks for no fee
    """
    source = f"billing.fee:{contract_id}:{on.isoformat()}"
    for one in contract_queries.charges_of(contract_id=contract_id):
        if one.code == queries.FEE and one.source != source and one.state is ChargeState.WAITING:
            contracts.withdraw_charge(charge_id=one.id)
    fee = queries.fee_at_end(contract_id=contract_id, on=on, notice_on=today, reason=reason)
    if fee is None or not fee.amount_minor:
        return None
    if (known := contract_queries.charge_of_source(source=source)) is not None:
        return known
    kind = masters.charge_kind(code=queries.FEE, on=today)
    charge_id = contracts.tell_charge(
        contract_id=contract_id,
        code=kind.code,
        text=kind.name(masters.company(on=today).language),
        amount_minor=fee.amount_minor,
        tax=TaxTreatment(kind.tax.value),
        # The bill of the last day takes what waits, whatever the month: no bill before it does.
        month=Month.of(on).plus(1),
        source=source,
        worked="; ".join(fee.worked)[:300],
    )
    if waived:
        assert actor_id is not None, "somebody waived it"
        withdraw_charge(charge_id=charge_id, reason=waived, actor_id=actor_id, now=now)
    return _known(charge_id)


def subject(charge_id: int) -> str:
    return f"billing.charge:{charge_id}"


def _known(charge_id: int) -> SundryCharge:
    found = contract_queries.charge(charge_id=charge_id)
    assert found is not None, "it was written a moment ago"
    return found


def _decided(charge_id: int, what: str, *, actor_id: int, now: datetime) -> None:
    worklist.close_about(kind=AGREE, subjects=[subject(charge_id)], outcome="decided", now=now, actor_id=actor_id)
    _record("RB7", charge_id, what, actor_id=actor_id, now=now)


def _record(procedure: str, charge_id: int, what: str, *, actor_id: int, now: datetime) -> None:
    identity.record_deed(procedure=procedure, what=what, at=now, subject=subject(charge_id), actor_id=actor_id)
