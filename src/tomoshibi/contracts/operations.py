"""Register, change and end contracts; take in and hand out sundry charges."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import polars as pl
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils.translation import gettext as _

from tomoshibi.contracts import particulars as particular_rules
from tomoshibi.contracts import queries, registration, values
from tomoshibi.contracts.charging import (
    TOLD,
    ChargeGone,
    NoSuchContract,
    ReasonNeeded,
    agree_charge,
    enter_charge,
    mark_charges_billed,
    mark_many_billed,
    reject_charge,
    release_charges,
    release_many,
    tell_charge,
    tell_charges,
    withdraw_charge,
)
from tomoshibi.contracts.models import (
    ByTwo,
    Contract,
    ContractTerms,
    LevyExemption,
    Outage,
    ParticularsChange,
    SundryCharge,
)
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.refusals import Examination
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import operations as worklist

EXEMPTION_PROCEDURE = "CM3"
EXEMPTION_WORK = "contracts.levy_exemption"
OUTAGE_WORK = "contracts.outage"
PARTICULARS_WORK = "contracts.particulars"
WHOLE = 100
_NEVER_BILLED = (values.ChargeState.WITHDRAWN.value, values.ChargeState.REJECTED.value)
__all__ = [
    "TOLD",
    "AlreadyDecided",
    "ChargeGone",
    "ExemptionRefused",
    "NoSuchContract",
    "OutageRefused",
    "OutsideContract",
    "ParticularsRefused",
    "PointTaken",
    "ReasonNeeded",
    "agree_charge",
    "approve_levy_exemption",
    "approve_outage",
    "change_terms",
    "end",
    "enter_charge",
    "enter_levy_exemption",
    "enter_outage",
    "mark_charges_billed",
    "mark_many_billed",
    "register",
    "register_many",
    "reject_charge",
    "reject_levy_exemption",
    "reject_outage",
    "release_charges",
    "release_many",
    "tell_charge",
    "tell_charges",
    "withdraw",
    "withdraw_charge",
]


class OutsideContract(ValueError):
    """The day lies before the contract starts or after it ended."""


class PointTaken(ValueError):
    """Another contract supplies the point on one of these days."""


class ParticularsRefused(ValueError):
    """The particulars make no sense, or others wait for their second person."""


class ExemptionRefused(ValueError):
    """The exemption cannot hold as it was entered; the sentence says why."""


class OutageRefused(ValueError):
    """The outage cannot count as it was entered; the sentence says why."""


class AlreadyDecided(ValueError):
    """Somebody decided the exemption or outage in the meantime."""


@db.transaction_required
def register_many(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Register many contracts, each with terms from its start.

    :param frame: columns of ``registration.NEW_CONTRACTS``: ``account_number``, ``spin``, ``start``, ``plan_code``,
        ``capacity_kind`` and ``capacity_milli`` are needed; without ``number`` a fresh one is given, without
        ``customer_number`` the payer is the holder
    :returns: ``contract_id``, ``number``, in the order of the frame
    :raises RowsRefused: naming each row that cannot be taken; nothing is written then
    """
    return registration.contracts(frame)


@db.transaction_required
def register(**columns: Any) -> values.Contract:
    """
    Register one contract.

    :param columns: as the columns of ``registration.NEW_CONTRACTS``; ``discounts`` as a list
    :raises RowsRefused: naming each column that cannot be taken
    """
    as_json = {
        "discounts": json.dumps(columns.pop("discounts", []), ensure_ascii=False),
        "particulars": json.dumps(columns.pop("particulars", {})),
    }
    written = registration.contracts(pl.DataFrame([columns | as_json]))
    return _known(written["contract_id"][0])


def _known(contract_id: int) -> values.Contract:
    found = queries.contract(contract_id=contract_id)
    assert found is not None
    return found


def _locked(contract_id: int) -> Contract:
    row = Contract.objects.select_for_update().filter(id=contract_id).first()
    if row is None:
        raise NoSuchContract(_("there is no such contract"))
    return row


@db.transaction_required
def change_terms(*, contract_id: int, start: date, **changes: Any) -> values.Contract:
    """
    Plan, size, discounts, particulars or agency change from a day on; what was planned for later days is kept.

    :param changes: ``plan_code``, ``capacity_kind``, ``capacity_milli``, ``discounts`` (list), ``particulars``,
        ``agency_code``, ``reseller_code``
    :raises NoSuchContract: if the contract is not there
    :raises OutsideContract: if the contract does not hold on that day
    :raises RowsRefused: naming each column that cannot be taken
    """
    unknown = set(changes) - set(_TERMS)
    assert not unknown, unknown
    contract = _locked(contract_id)
    if start < contract.start or (contract.end is not None and start >= contract.end):
        raise OutsideContract(_("the contract does not hold on %(day)s") % {"day": start.isoformat()})
    present = (
        ContractTerms.objects.select_for_update()
        .filter(contract_id=contract_id, start__lte=start)
        .order_by("-start")
        .first()
    )
    assert present is not None, "every day of a contract has terms"
    changed = {name: getattr(present, name) for name in _TERMS} | {
        name: value.value if isinstance(value, values.CapacityKind) else value for name, value in changes.items()
    }
    _examine_terms(changed)
    if present.start == start:
        for name, value in changed.items():
            setattr(present, name, value)
        present.save()
    else:
        end, present.end = present.end, start
        present.save()
        ContractTerms.objects.create(contract_id=contract_id, start=start, end=end, **changed)
    return _known(contract_id)


_TERMS = ("plan_code", "capacity_kind", "capacity_milli", "discounts", "particulars", "agency_code", "reseller_code")


def _examine_terms(changed: dict[str, Any]) -> None:
    as_json = {
        "discounts": json.dumps(list(changed["discounts"]), ensure_ascii=False),
        "particulars": json.dumps(changed["particulars"]),
    }
    rows = pl.DataFrame([changed | as_json])
    examination = Examination(rows)
    registration.examine_terms(examination, rows)
    examination.finish()


@db.transaction_required
def end(
    *, contract_id: int, on: date, reason: values.EndReason, waive_fee: str = "", actor_id: int | None = None
) -> values.Contract:
    """
    A contract ends: the first day without supply is ``on``. An end that was told before may move.

    Announces ``ContractEnded``: a cancellation fee that the plan asks for follows.

    :param waive_fee: why no fee is asked for, by somebody with the right to decide it
    :param actor_id: who decided that
    :raises NoSuchContract: if the contract is not there
    :raises OutsideContract: if the day does not lie after the contract's first
    :raises PointTaken: if an end that moves later would run into the next contract
    """
    contract = _locked(contract_id)
    if on <= contract.start:
        raise OutsideContract(_("a contract ends after it starts"))
    # Terms that never came to hold are gone with the days they were for; the audit trail keeps them.
    ContractTerms.objects.filter(contract_id=contract_id, start__gte=on).delete()
    last = ContractTerms.objects.filter(contract_id=contract_id).order_by("-start").first()
    assert last is not None, "every day of a contract has terms"
    last.end = contract.end = on
    contract.end_reason = reason.value
    last.save()
    try:
        with db.savepoint():
            contract.save()
    except IntegrityError:
        raise PointTaken(_("another contract supplies the point on one of these days")) from None
    worker.announce(
        values.ContractEnded(
            contract_id=contract_id, on=on.isoformat(), reason=reason.value, waived=waive_fee.strip(), actor_id=actor_id
        )
    )
    return _known(contract_id)


@db.transaction_required
def withdraw(*, contract_id: int, today: date) -> None:
    """
    A contract that was to begin later never will: it and its terms are gone; the audit trail keeps them.

    :raises NoSuchContract: if the contract is not there
    :raises OutsideContract: if it has begun; it can only end then
    """
    contract = _locked(contract_id)
    if contract.start < today:
        raise OutsideContract(_("the contract has begun: it can end, but not be withdrawn"))
    SundryCharge.objects.filter(contract_id=contract_id, state__in=_NEVER_BILLED).delete()
    try:
        with db.savepoint():
            contract.delete()
    except ProtectedError:
        raise OutsideContract(_("something was billed or charged to the contract already")) from None


@db.transaction_required
def enter_levy_exemption(
    *, contract_id: int, start: date, end: date, percent: int, certificate: str, now: datetime, actor_id: int
) -> int:
    """
    Enter a certificate that takes a share of the levy off a contract; no bill knows it before a second person agrees.

    :param percent: the share that is not owed, 1 to 100
    :raises NoSuchContract: if there is none
    :raises OutsideContract: if no day of it lies in the contract
    :raises ExemptionRefused: for a share or days that make no sense, or days on which another certificate holds
    """
    contract = _known(contract_id)
    if not 1 <= percent <= WHOLE:
        raise ExemptionRefused(_("the share lies between 1 and 100 per cent"))
    if end <= start:
        raise ExemptionRefused(_("the certificate ends after it begins"))
    if end <= contract.start or (contract.end is not None and start >= contract.end):
        raise OutsideContract(_("no day of the certificate lies in the contract"))
    _require_no_other(LevyExemption, contract_id, start, end)
    row = LevyExemption.objects.create(
        contract_id=contract_id,
        start=start,
        end=end,
        percent=percent,
        certificate=certificate.strip(),
        entered_by_id=actor_id,
        entered_at=now,
    )
    title = _("Decide a levy exemption: contract %(number)s") % {"number": contract.number}
    _ask_second(row, EXEMPTION_WORK, title, detail=row.certificate, url="contracts:exemption", now=now)
    _record(row, f"entered a levy exemption of {percent} % from {start} until {end}", now, actor_id)
    return row.id


def _ask_second(
    row: LevyExemption | Outage | ParticularsChange, kind: str, title: str, *, detail: str, url: str, now: datetime
) -> None:
    worklist.open_item(
        procedure=EXEMPTION_PROCEDURE,
        kind=kind,
        subject=f"{kind}:{row.id}",
        title=title,
        detail=detail,
        due_at=now + timedelta(days=1),
        now=now,
        url=reverse(url, args=[row.id]),
    )


@db.transaction_required
def approve_levy_exemption(*, exemption_id: int, now: datetime, actor_id: int) -> None:
    """
    Agree as the second person: bills of periods that begin on its days owe the rest of the levy only.

    :raises identity.SamePerson: if the person entered it
    :raises AlreadyDecided: if somebody was faster
    :raises ExemptionRefused: if another certificate holds on one of its days by now
    """
    row = _undecided(LevyExemption, exemption_id, actor_id)
    _require_no_other(LevyExemption, row.contract_id, row.start, row.end)
    row.approve()
    _decide(row, EXEMPTION_WORK, f"agreed to a levy exemption of {row.percent} %", now, actor_id)


@db.transaction_required
def reject_levy_exemption(*, exemption_id: int, now: datetime, actor_id: int) -> None:
    """
    Turn an exemption down; it stays on record.

    :raises identity.SamePerson: if the person entered it
    :raises AlreadyDecided: if somebody was faster
    """
    row = _undecided(LevyExemption, exemption_id, actor_id)
    row.reject()
    _decide(row, EXEMPTION_WORK, "rejected a levy exemption", now, actor_id)


@db.transaction_required
def enter_outage(*, contract_id: int, start: date, end: date, cause: str, now: datetime, actor_id: int) -> int:
    """
    Enter days without full supply that count for the outage discount; no bill knows them before a second person agrees.

    :param end: the first day with full supply again
    :raises NoSuchContract: if there is none
    :raises OutsideContract: if one of the days lies outside the contract
    :raises OutageRefused: for days that make no sense or were entered before
    """
    contract = _known(contract_id)
    if end <= start:
        raise OutageRefused(_("the outage ends after it begins"))
    if start < contract.start or (contract.end is not None and end > contract.end):
        raise OutsideContract(_("a day of the outage lies outside the contract"))
    _require_no_other(Outage, contract_id, start, end)
    row = Outage.objects.create(
        contract_id=contract_id, start=start, end=end, cause=cause.strip(), entered_by_id=actor_id, entered_at=now
    )
    title = _("Decide days of outage: contract %(number)s") % {"number": contract.number}
    _ask_second(row, OUTAGE_WORK, title, detail=row.cause, url="contracts:outage", now=now)
    _record(row, f"entered days of outage from {start} until {end}", now, actor_id)
    return row.id


@db.transaction_required
def approve_outage(*, outage_id: int, now: datetime, actor_id: int) -> None:
    """
    Agree as the second person: bills whose periods hold these days carry the outage discount of their plan.

    :raises identity.SamePerson: if the person entered it
    :raises AlreadyDecided: if somebody was faster
    :raises OutageRefused: if one of its days counts already
    """
    row = _undecided(Outage, outage_id, actor_id)
    _require_no_other(Outage, row.contract_id, row.start, row.end)
    row.approve()
    _decide(row, OUTAGE_WORK, f"agreed to days of outage from {row.start} until {row.end}", now, actor_id)


@db.transaction_required
def reject_outage(*, outage_id: int, now: datetime, actor_id: int) -> None:
    """
    Turn days of outage down; they stay on record.

    :raises identity.SamePerson: if the person entered them
    :raises AlreadyDecided: if somebody was faster
    """
    row = _undecided(Outage, outage_id, actor_id)
    row.reject()
    _decide(row, OUTAGE_WORK, "rejected days of outage", now, actor_id)


@db.transaction_required
def enter_particulars(
    *, contract_id: int, start: date, particulars: Mapping[str, int], now: datetime, actor_id: int
) -> int:
    """
    Enter particulars (power factor, reserve power, counts of devices); they hold when a second person has agreed.

    :param start: the first day they shall hold
    :param particulars: all of them, as ``particulars.SCHEMA`` has them
    :raises NoSuchContract: if there is none
    :raises OutsideContract: if the contract does not hold on that day
    :raises ParticularsRefused: for numbers that make no sense, or where others wait for their second person
    """
    contract = _locked(contract_id)
    if start < contract.start or (contract.end is not None and start >= contract.end):
        raise OutsideContract(_("the contract does not hold on %(day)s") % {"day": start.isoformat()})
    wrong = particular_rules.complaint(particulars)
    if wrong:
        raise ParticularsRefused(wrong)
    waiting = ParticularsChange.objects.filter(contract_id=contract_id, state=values.ExemptionState.PROPOSED.value)
    if waiting.exists():
        raise ParticularsRefused(_("other particulars of this contract wait for their second person"))
    row = ParticularsChange.objects.create(
        contract_id=contract_id, start=start, particulars=dict(particulars), entered_by_id=actor_id, entered_at=now
    )
    title = _("Decide particulars: contract %(number)s") % {"number": contract.number}
    _ask_second(row, PARTICULARS_WORK, title, detail=start.isoformat(), url="contracts:particulars", now=now)
    _record(row, f"entered particulars from {start}", now, actor_id)
    return row.id


@db.transaction_required
def approve_particulars(*, change_id: int, now: datetime, actor_id: int) -> None:
    """
    Agree as the second person: the terms hold these particulars from their day on.

    :raises identity.SamePerson: if the person entered them
    :raises AlreadyDecided: if somebody was faster
    :raises OutsideContract: if the contract ended before that day meanwhile
    """
    row = _undecided(ParticularsChange, change_id, actor_id)
    change_terms(contract_id=row.contract_id, start=row.start, particulars=row.particulars)
    row.approve()
    _decide(row, PARTICULARS_WORK, f"agreed to particulars from {row.start}", now, actor_id)


@db.transaction_required
def reject_particulars(*, change_id: int, now: datetime, actor_id: int) -> None:
    """
    Turn particulars down; the proposal stays on record and changes no terms.

    :raises identity.SamePerson: if the person entered them
    :raises AlreadyDecided: if somebody was faster
    """
    row = _undecided(ParticularsChange, change_id, actor_id)
    row.reject()
    _decide(row, PARTICULARS_WORK, "rejected particulars", now, actor_id)


def _require_no_other(kind: type[LevyExemption] | type[Outage], contract_id: int, start: date, end: date) -> None:
    holding = kind.objects.filter(contract_id=contract_id, state=values.ExemptionState.HOLDS.value)
    if holding.filter(start__lt=end, end__gt=start).exists():
        if kind is LevyExemption:
            raise ExemptionRefused(_("another certificate holds on one of these days"))
        raise OutageRefused(_("one of these days counts already"))


_Kind = TypeVar("_Kind", bound=ByTwo)


def _undecided(kind: type[_Kind], row_id: int, actor_id: int) -> _Kind:
    """What waits for its second person, locked."""
    row = kind._default_manager.select_for_update().get(id=row_id)
    if row.state != values.ExemptionState.PROPOSED.value:
        raise AlreadyDecided(_("this was decided already"))
    identity.require_second_person(first_id=row.entered_by_id, second_id=actor_id)
    return row


def _decide(
    row: LevyExemption | Outage | ParticularsChange, work: str, what: str, now: datetime, actor_id: int
) -> None:
    row.decided_by_id, row.decided_at = actor_id, now
    row.save()
    worklist.close_about(kind=work, subjects=[f"{work}:{row.id}"], outcome=row.state, now=now, actor_id=actor_id)
    _record(row, what, now, actor_id)


def _record(row: LevyExemption | Outage | ParticularsChange, what: str, now: datetime, actor_id: int) -> None:
    subject = f"contracts.contract:{row.contract_id}"
    identity.record_deed(procedure=EXEMPTION_PROCEDURE, what=what, at=now, subject=subject, actor_id=actor_id)
