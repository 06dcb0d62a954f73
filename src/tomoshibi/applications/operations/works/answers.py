"""What a grid company says to an application by form - on paper, by telephone or over the line - and what follows from it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from tomoshibi.applications.models import WorkCase, WorkDesk, WorkStep
from tomoshibi.applications.operations.works import cases
from tomoshibi.applications.operations.works.cases import (
    APPROVE,
    ITEMS,
    OVERDUE,
    STOPPED,
    WrongStep,
    close_items,
    locked,
    stopped,
    subject,
    tell,
)
from tomoshibi.applications.story_words import said
from tomoshibi.applications.values import works as values
from tomoshibi.applications.values.works import DesignState, WorkKind, WorkState
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts.values import CapacityKind, EndReason, TaxTreatment
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

CONTRIBUTION = "works_contribution"
"""The code of the sundry charge that passes a contribution on."""
FIRST_REGISTRATION = "CM1"


def _step(case: WorkCase, name: str, /, **given: Any) -> None:
    move = getattr(case, name)
    if not can_proceed(move):
        raise WrongStep(_("%(number)s: this does not fit its state") % {"number": case.number})
    move(**given)


def _after(case: WorkCase, days: int, now: datetime) -> date:
    return masters.add_business_days(now.date(), days, area=case.area)


@db.transaction_required
def received(*, case_id: int, number: str, now: datetime, actor_id: int | None) -> None:
    """
    受付: the grid company took the application under a number of its own.

    :raises WrongStep: unless it was sent, or without a number
    """
    case = locked(case_id)
    if not number.strip():
        raise WrongStep(_("the grid company's reception number is needed"))
    _accept(case, number.strip()[:40], now)
    case.save()
    tell(case, "received", said("received under %(number)s", number=number), now=now, actor_id=actor_id)
    close_items(case, (OVERDUE, STOPPED), outcome=number, now=now, actor_id=actor_id)


def _accept(case: WorkCase, number: str, now: datetime) -> None:
    _step(case, "accept", number=number)
    case.due_on = _after(case, cases.desk_of(case.area).design_days, now)


@db.transaction_required
def designed(*, case_id: int, to: DesignState, now: datetime, actor_id: int | None) -> None:
    """
    設計・用地交渉: how far the grid company is.

    :raises WrongStep:
    """
    case = locked(case_id)
    _step(case, "design_goes_on", to=to)
    case.save()
    tell(case, "design", said("design: %(design)s", design=to.value), now=now, actor_id=actor_id)


@db.transaction_required
def contribution_told(
    *, case_id: int, amount_minor: int, due_on: date | None, now: datetime, actor_id: int | None
) -> None:
    """
    工事費負担金: what the grid company wants for the work; a second person agrees before anything is charged.

    :param amount_minor: tax included, as the grid company's invoice says
    :raises WrongStep:
    """
    case = locked(case_id)
    _quote(case, amount_minor, due_on, actor_id, now)
    case.save()
    tell(case, "contribution", _contribution_said(case, "contribution:"), now=now, actor_id=actor_id)
    close_items(case, (OVERDUE,), outcome=_("contribution told"), now=now, actor_id=actor_id)


def _contribution_said(case: WorkCase, what: str) -> str:
    """
    :param what: ``contribution:`` when it is told, ``agreed: contribution of`` when somebody agreed
    """
    if not case.contribution_due_on:
        return said(f"{what} %(amount)s", amount=case.contribution_minor)
    return said(
        f"{what} %(amount)s, to be paid until %(day)s", amount=case.contribution_minor, day=case.contribution_due_on
    )


def _quote(case: WorkCase, amount_minor: int, due_on: date | None, by_id: int | None, now: datetime) -> None:
    _step(case, "quote", amount_minor=amount_minor, due_on=due_on, by_id=by_id)
    case.due_on = due_on or _after(case, 5, now)
    worklist.open_item(
        procedure=case.procedure,
        kind=APPROVE,
        subject=subject(case),
        title=_("%(number)s %(name)s: agree to a contribution of %(amount)s")
        % {"number": case.number, "name": case.holder_name, "amount": f"{amount_minor:,}"},
        due_at=now + timedelta(days=2),
        now=now,
        url=reverse("applications:work", args=[case.id]),
    )


@db.transaction_required
def agree_to_contribution(*, case_id: int, now: datetime, actor_id: int | None) -> None:
    """
    A second person agrees: we pay the grid company, and the customer's next bill carries the amount.

    An amount that came over the line was entered by nobody of us; one person's agreement is then the second look.

    :raises identity.SamePerson: if the person entered the amount
    :raises WrongStep:
    """
    case = locked(case_id)
    if case.contribution_by_id is not None or actor_id is None:
        identity.require_second_person(first_id=case.contribution_by_id, second_id=actor_id)
    _step(case, "agree", by_id=actor_id)
    case.due_on = _after(case, 20, now)
    _charge(case, now)
    case.save()
    tell(case, "agreed", _contribution_said(case, "agreed: contribution of"), now=now, actor_id=actor_id)
    close_items(case, (APPROVE,), outcome=_("agreed to"), now=now, actor_id=actor_id)


def _charge(case: WorkCase, now: datetime) -> None:
    """
    The customer's next bill carries the amount; where the contract begins with the work, its first one.

    The bill of a month is made in the month after it, so the amount waits from the month before: whichever bill comes next.
    """
    if not case.contribution_minor or case.contract_id is None or case.approved_by_id is None or case.charge_id:
        return
    case.charge_id = contracts.tell_charge(
        contract_id=case.contract_id,
        code=CONTRIBUTION,
        text=f"工事費負担金（{case.reception_number or case.number}）",
        amount_minor=case.contribution_minor,
        tax=TaxTreatment.INCLUDED,
        month=Month.of(now.date()).plus(-1),
        source=f"applications.work:{case.id}",
    )


@db.transaction_required
def refuse_contribution(*, case_id: int, reason: str, now: datetime, actor_id: int | None) -> None:
    """
    The amount is not agreed to: it is entered anew when the grid company has answered.

    :raises WrongStep:
    """
    case = locked(case_id)
    _step(case, "take_quote_back", reason=reason)
    case.save()
    tell(case, "refused", said("contribution not agreed to: %(why)s", why=reason), now=now, actor_id=actor_id)
    close_items(case, (APPROVE,), outcome=reason, now=now, actor_id=actor_id)


@db.transaction_required
def paid(*, case_id: int, on: date, now: datetime, actor_id: int | None) -> None:
    """
    We paid the contribution to the grid company.

    :raises WrongStep: before it was agreed to
    """
    case = locked(case_id)
    if case.approved_by_id is None or case.paid_on is not None:
        raise WrongStep(_("%(number)s: this does not fit its state") % {"number": case.number})
    case.paid_on = on
    case.save()
    tell(case, "paid", said("contribution paid on %(day)s", day=on), now=now, actor_id=actor_id)


@db.transaction_required
def day_fixed(*, case_id: int, on: date, inspection_on: date | None, now: datetime, actor_id: int | None) -> None:
    """
    工事日程: the day of the work is fixed, or moved by the grid company.

    :raises WrongStep: also while a contribution waits to be agreed to
    """
    case = locked(case_id)
    _schedule(case, on, inspection_on)
    case.save()
    tell(case, "fixed", said("the day is fixed: %(day)s", day=on), now=now, actor_id=actor_id)
    close_items(case, (OVERDUE,), outcome=str(on), now=now, actor_id=actor_id)


def _schedule(case: WorkCase, on: date, inspection_on: date | None) -> None:
    _step(case, "schedule", on=on, inspection_on=inspection_on)
    case.due_on = on + timedelta(days=1)


@db.transaction_required
def work_done(*, case_id: int, on: date, now: datetime, actor_id: int | None) -> None:
    """
    The work is done, or supply has changed: contracts follow from the grid company's day.

    :raises WrongStep:
    """
    case = locked(case_id)
    _complete(case, on, now)
    case.save()
    tell(case, "done", said("done on %(day)s", day=on), now=now, actor_id=actor_id)


def _complete(case: WorkCase, on: date, now: datetime) -> None:
    _step(case, "complete", on=on)
    case.due_on = None
    close_items(case, ITEMS, outcome=_("finished"), now=now)
    _effects(case, on, now)
    _charge(case, now)


def _effects(case: WorkCase, on: date, now: datetime) -> None:
    """What the grid company's day does to our contracts; what cannot be done is work for a person."""
    kind = WorkKind(case.kind)
    try:
        with db.savepoint():
            if kind in values.RESIZING_WORKS and case.contract_id and case.capacity_milli:
                unit = {"capacity_kind": CapacityKind(case.capacity_kind)} if case.capacity_kind else {}
                contracts.change_terms(
                    contract_id=case.contract_id, start=on, capacity_milli=case.capacity_milli, **unit
                )
            elif kind in values.ENDING_WORKS and case.contract_id:
                reason = EndReason.SWITCHED if kind is WorkKind.SWITCH_OUT else EndReason.MOVED_OUT
                contracts.end(contract_id=case.contract_id, on=on, reason=reason)
            elif kind in values.BEGINNING_WORKS and case.contract_id is None:
                _begin(case, on, now)
    except (contracts.OutsideContract, contracts.PointTaken, RowsRefused, WrongStep) as refusal:
        stopped(case, str(refusal), now=now)


def _begin(case: WorkCase, on: date, now: datetime) -> None:
    """The contract that waited for the day is registered (CM1)."""
    from tomoshibi.applications.operations import examination  # it opens our applications, so it stands above us

    if case.registration is not None:
        try:
            done = examination.complete_registration(
                intake_id=case.registration.intake_id,
                starts_on=on,
                base_day=str(case.terms.get("base_day", "")),
                spin=case.spin,
                now=now,
            )
        except (examination.WrongState, examination.PointUnknown) as refusal:
            raise WrongStep(str(refusal)) from refusal
        case.contract_id = done.contract_id
        return
    if not (case.account_number and case.terms.get("plan_code")):
        raise WrongStep(_("supply begins, but payer and plan of its contract are not entered"))
    contract = contracts.register(
        account_number=case.account_number,
        spin=case.spin,
        start=on,
        plan_code=str(case.terms["plan_code"]),
        capacity_kind=case.capacity_kind or "kW",
        capacity_milli=case.capacity_milli or 0,
    )
    case.contract_id = contract.id
    identity.record_deed(
        procedure=FIRST_REGISTRATION,
        what=f"contract {contract.number} begins on the day that the grid company fixed",
        at=now,
        subject=f"contracts.contract:{contract.id}",
    )


@db.transaction_required
def terms_known(*, case_id: int, account_number: str, plan_code: str, now: datetime, actor_id: int | None) -> None:
    """
    Who pays, and on which plan, for a contract that begins with the work; where supply has begun, it is registered now.

    :raises WrongStep: if no contract begins with the application, or it is there already
    """
    case = locked(case_id)
    if WorkKind(case.kind) not in values.BEGINNING_WORKS or case.contract_id or case.registration_id:
        raise WrongStep(_("%(number)s: this does not fit its state") % {"number": case.number})
    case.account_number, case.terms = account_number, {**case.terms, "plan_code": plan_code}
    tell(case, "terms", said("payer %(account)s, plan %(plan)s", account=account_number, plan=plan_code), now=now,
         actor_id=actor_id)  # fmt: skip
    if case.state == WorkState.DONE and case.done_on is not None:
        close_items(case, (STOPPED,), outcome=plan_code, now=now, actor_id=actor_id)
        _effects(case, case.done_on, now)
        _charge(case, now)
    case.save()


@db.transaction_required
def returned(*, case_id: int, reason: str, now: datetime, actor_id: int | None) -> None:
    """
    不備: the grid company wants something put right; it is corrected and sent again.

    :raises WrongStep:
    """
    case = locked(case_id)
    _give_back(case, reason, now)
    case.save()
    tell(case, "returned", said("returned: %(why)s", why=reason), now=now, actor_id=actor_id)


def _give_back(case: WorkCase, reason: str, now: datetime) -> None:
    _step(case, "give_back", reason=reason)
    case.due_on = _after(case, 1, now)
    stopped(case, reason, now=now)


@db.transaction_required
def refused(*, case_id: int, reason: str, now: datetime, actor_id: int | None) -> None:
    """
    The grid company does not do it.

    :raises WrongStep:
    """
    case = locked(case_id)
    _reject(case, reason, now)
    case.save()
    tell(case, "rejected", said("rejected: %(why)s", why=reason), now=now, actor_id=actor_id)


def _reject(case: WorkCase, reason: str, now: datetime) -> None:
    _step(case, "reject", reason=reason)
    case.due_on = None
    stopped(case, reason, now=now)


# Over the line --------------------------------------------------------------------------------------------------


@db.transaction_required
def take_events(*, area: str, rows: Sequence[Mapping[str, Any]], cursor: int, now: datetime) -> dict[str, int]:
    """
    A page of what the wheeling Web system of a grid company tells, and the cursor behind it, in one transaction.

    :param rows: as ``gateways.wheeling_web.Event`` fields: ``seq``, ``number``, ``step``, ``stage``, and what belongs to it
    :returns: how many were new, old, and not ours
    """
    counts = {"new": 0, "old": 0, "foreign": 0}
    known = {
        case.number: case
        for case in WorkCase.objects.select_for_update().filter(number__in={str(row["number"]) for row in rows})
        if area in {case.area, ""}
    }
    for row in sorted(rows, key=lambda row: (row["step"], row["seq"])):
        case = known.get(str(row["number"]))
        if case is None:
            counts["foreign"] += 1
            continue
        event = f"{area}:{row['seq']}"
        if WorkStep.objects.filter(event=event).exists() or row["step"] <= case.step:
            counts["old"] += 1
            continue
        case.step = row["step"]
        words = _heard(case, row, now)
        case.save()
        tell(case, "heard", words, now=now, event=event)
        counts["new"] += 1
    WorkDesk.objects.filter(area=area).update(cursor=cursor)
    return counts


def _heard(case: WorkCase, row: Mapping[str, Any], now: datetime) -> str:
    """:returns: what the story says; news that does not fit the state changes nothing, and is told"""
    stage, day = str(row["stage"]), row.get("day")
    try:
        with db.savepoint():
            if stage == "received":
                _accept(case, str(row.get("reception_number", ""))[:40], now)
                return said("received under %(number)s", number=case.reception_number)
            if stage == "design":
                _step(case, "design_goes_on", to=DesignState(str(row.get("design") or DesignState.DESIGNING)))
                return said("design: %(design)s", design=case.design)
            if stage == "contribution":
                _quote(case, int(row.get("amount_minor") or 0), day, None, now)
                return _contribution_said(case, "contribution:")
            if stage == "scheduled" and day:
                _schedule(case, day, row.get("inspection_on"))
                return said("the day is fixed: %(day)s", day=day)
            if stage == "done" and day:
                _complete(case, day, now)
                return said("done on %(day)s", day=day)
            if stage == "returned":
                _give_back(case, str(row.get("reason", "")), now)
                return said("returned: %(why)s", why=case.reason)
            if stage == "rejected":
                _reject(case, str(row.get("reason", "")), now)
                return said("rejected: %(why)s", why=case.reason)
            if stage == "canceled":
                return said("the grid company took the cancellation")
    except (WrongStep, ValueError) as unfit:
        stopped(case, str(unfit), now=now)
        heard = f"{stage} {day}" if day else stage  # who carries on by hand needs the day
        return said("the grid says “%(heard)s”, which does not fit: %(why)s", heard=heard, why=unfit)
    return said("the grid says “%(heard)s”", heard=stage)
