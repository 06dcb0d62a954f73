"""The part of a change that the grid company answers: its applications, and what their answers mean for it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.applications.models import Change, ChangeCase, SwitchingCase
from tomoshibi.applications.operations import notices
from tomoshibi.applications.operations.changes import effects
from tomoshibi.applications.operations.changes.requests import (
    BACK_WORK,
    ChangeRefused,
    close_work,
    procedure,
    put_before_clerk,
    subject,
    tell,
)
from tomoshibi.applications.operations.switching import cases
from tomoshibi.applications.queries import purchases, switching
from tomoshibi.applications.queries.consequences import NOTICED
from tomoshibi.applications.story_words import said
from tomoshibi.applications.values import NewCase, PointClass, SwitchingKind, SwitchingState
from tomoshibi.applications.values.changes import ChangeKind, ChangeState, Part
from tomoshibi.applications.values.notices import About, NoticeKind, Occasion
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts.values import CapacityKind, Contract, Terms
from tomoshibi.identity import operations as identity
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import Customer
from tomoshibi.supply import queries as supply
from tomoshibi.supply.values import SupplyPoint, Voltage

CASE_REFUSALS = (cases.AlreadyUnderWay, cases.Unfit, cases.NotSetUp, cases.CannotMove)
DONE = frozenset({SwitchingState.COMPLETED.value, SwitchingState.METER_OPEN.value})
STOPPED = frozenset({SwitchingState.REJECTED.value, SwitchingState.EXPIRED.value, SwitchingState.DECLINED.value})


def open_cases(row: Change, *, now: datetime, actor_id: int | None) -> int:
    """
    Open and send what the grid has to know; parts that are open already stay.

    :returns: how many applications; none where the grid takes this kind by hand only
    :raises ChangeRefused: with the sentence of switching
    """
    contract = contract_queries.contract(contract_id=row.contract_id)
    customer = parties.customer(customer_id=row.customer_id)
    assert contract is not None, "a change has a contract"
    assert customer is not None, "a contract has a holder"
    known = {(link.part, link.case.spin): link.case for link in _links(row)}
    count = 0
    for part, new in _parts(row, contract, customer):
        before = known.get((part.value, supply.plain_spin(new.spin)))
        try:
            if before is None or before.state == SwitchingState.CANCELED:
                case_id = cases.open_case(new=new, now=now, actor_id=actor_id)
                ChangeCase.objects.create(change=row, case_id=case_id, part=part.value)
                cases.submit_cases(case_ids=[case_id], now=now, actor_id=actor_id)
            elif before.state in STOPPED | {SwitchingState.DRAFT.value}:
                changes: dict[str, Any] = {
                    "wished_on": new.wished_on,
                    "holder_name": new.holder_name,
                    "holder_kana": new.holder_kana,
                }
                if new.capacity_milli:
                    changes["capacity_milli"] = new.capacity_milli
                cases.change_case(case_id=before.id, changes=changes, now=now, actor_id=actor_id)
                cases.submit_cases(case_ids=[before.id], now=now, actor_id=actor_id)
        except CASE_REFUSALS as refusal:
            raise ChangeRefused(str(refusal)) from None
        count += 1
    return count


def correct_cases(row: Change, *, now: datetime, actor_id: int | None) -> None:
    """
    What was corrected goes to the grid as a correction of its applications.

    :raises ChangeRefused: after the match
    """
    contract = contract_queries.contract(contract_id=row.contract_id)
    customer = parties.customer(customer_id=row.customer_id)
    assert contract is not None, "a change has a contract"
    assert customer is not None, "a contract has a holder"
    known = {(link.part, link.case.spin): link.case for link in _links(row)}
    for part, new in _parts(row, contract, customer):
        before = known.get((part.value, supply.plain_spin(new.spin)))
        if before is None:
            raise ChangeRefused(_("the point cannot be corrected: cancel this change and ask for a new one"))
        more: dict[str, Any] = {"wished_on": new.wished_on, "holder_name": new.holder_name}
        if part is Part.INFORM:
            more |= {"holder_kana": new.holder_kana, "phone": new.phone, "address": new.address}
        if new.capacity_milli:
            more["capacity_milli"] = new.capacity_milli
        if new.terms:
            more["terms"] = dict(new.terms)
        try:
            cases.change_case(case_id=before.id, changes=more, now=now, actor_id=actor_id)
        except CASE_REFUSALS as refusal:
            raise ChangeRefused(str(refusal)) from None


def cancel_cases(row: Change, *, reason: str, now: datetime, actor_id: int | None) -> bool:
    """
    Take the applications back.

    :returns: whether all are canceled at once; otherwise the grid answers first
    :raises ChangeRefused: if one of them cannot be taken back any more
    """
    open_ones = [link.case_id for link in _links(row) if link.case.state != SwitchingState.CANCELED]
    try:
        cases.cancel_cases(case_ids=open_ones, reason=reason, now=now, actor_id=actor_id)
    except CASE_REFUSALS as refusal:
        raise ChangeRefused(_("its cut-off has passed: %(why)s") % {"why": refusal}) from None
    return all(link.case.state == SwitchingState.CANCELED for link in _links(row))


def follow(moved: Sequence[SwitchingCase], *, now: datetime) -> None:
    """Applications went on: the changes that opened them follow."""
    states = {case.id: case for case in moved}
    ids = ChangeCase.objects.filter(case_id__in=list(states)).values_list("change_id", flat=True).distinct()
    for row in Change.objects.select_for_update().filter(id__in=list(ids), state=ChangeState.AT_GRID.value):
        found = [(Part(link.part), states.get(link.case_id, link.case)) for link in _links(row)]
        _follow(row, found, now=now)


def _follow(row: Change, found: Sequence[tuple[Part, SwitchingCase]], *, now: datetime) -> None:
    stopped = [case for _part, case in found if case.state in STOPPED]
    canceled = [case for _part, case in found if case.state == SwitchingState.CANCELED]
    if row.cancel_asked and len(canceled) == len(found):
        row.cancel(reason=row.why_back)
        row.settled_at = now
        row.save()
        tell(row, said("the grid company took the cancellation"), now=now)
    elif stopped:
        row.give_back(reason=stopped[0].reason or stopped[0].stage_name)
        row.save()
        tell(row, said("the grid refused: %(why)s", why=row.why_back), now=now)
        put_before_clerk(row, now=now, kind=BACK_WORK)
    elif all(case.state in DONE for _part, case in found):
        settle(row, on=_day(row, found), now=now, actor_id=None)


def _day(row: Change, found: Sequence[tuple[Part, SwitchingCase]]) -> date:
    """Of a move the day of its end; otherwise the latest that the grid fixed."""
    ends = [case.fixed_on for part, case in found if part is Part.END and case.fixed_on]
    days = ends or [case.fixed_on for _part, case in found if case.fixed_on]
    for part, case in found:
        if part is Part.START:
            row.new_contract_id = case.contract_id
    return max(days, default=row.effective_on)


def settle(row: Change, *, on: date, now: datetime, actor_id: int | None) -> None:
    """A change holds: it is written into the registers, or comes back with the reason why not."""
    try:
        effects.apply(row, on=on, now=now)
    except effects.REFUSALS as refusal:
        row.give_back(reason=str(refusal))
        row.save()
        tell(row, said("cannot take effect: %(why)s", why=refusal), now=now, actor_id=actor_id)
        put_before_clerk(row, now=now, kind=BACK_WORK)
        return
    row.take_effect(on=on)
    row.settled_at = now
    row.save()
    tell(row, said("took effect on %(day)s", day=on.isoformat()), now=now, actor_id=actor_id)
    close_work(row, outcome=f"from {on}", now=now, actor_id=actor_id)
    if row.kind in NOTICED:
        notices.order_notice(
            kind=NoticeKind.AFTER,
            about=About(contract_id=row.contract_id, change_id=row.id),
            occasion=Occasion.CHANGE,
        )
    identity.record_deed(
        procedure=procedure(row),
        what=f"{row.number} {row.kind}: took effect on {on}",
        at=now,
        subject=subject(row),
        actor_id=actor_id,
    )


def _links(row: Change) -> list[ChangeCase]:
    return list(ChangeCase.objects.filter(change=row).select_related("case").order_by("id"))


def _parts(row: Change, contract: Contract, customer: Customer) -> list[tuple[Part, NewCase]]:
    """The applications that a change consists of; none where the support system does not take it."""
    here = supply.point(supply_point_id=contract.supply_point_id)
    assert here is not None, "a contract has a point"
    terms = contract.terms_on(row.effective_on) or contract.terms[-1]
    wanted = row.wanted
    usual: dict[str, Any] = {
        "wished_on": row.effective_on,
        "customer_id": customer.id,
        "contract_id": contract.id,
        "holder_name": customer.name,
        "holder_kana": customer.kana,
        "phone": customer.phone,
        "klass": _class(here),
        "note": row.number,
    }
    by_form = _by_form(here, terms)
    if by_form and row.kind == ChangeKind.MOVE:
        raise ChangeRefused(_("from 500 kW a move is an end here and a start there, each by form"))
    if by_form and row.kind != ChangeKind.HOLDER:
        return []
    match ChangeKind(row.kind):
        case ChangeKind.HOLDER | ChangeKind.SUCCESSION:
            usual |= {
                "holder_name": str(wanted.get("name") or _successor_name(wanted) or customer.name),
                "holder_kana": str(wanted.get("kana") or customer.kana),
                "phone": str(wanted.get("phone") or customer.phone),
                "address": "".join(str(wanted.get(part, "")) for part in ("prefecture", "city", "town", "block")),
                "building": str(wanted.get("building", "")),
            }
            if row.kind == ChangeKind.SUCCESSION:
                return [(Part.INFORM, NewCase(SwitchingKind.CUSTOMER_CHANGE, here.spin, **usual))]
            return [
                (Part.INFORM, NewCase(SwitchingKind.CUSTOMER_CHANGE, point.spin, **usual | {
                    "contract_id": one.id, "klass": _class(point),
                }))
                for one, point in _supplied(customer.id, row.effective_on)
                if not _by_form(point, one.terms_on(row.effective_on) or one.terms[-1])
            ] + [
                (Part.INFORM, NewCase(SwitchingKind.CUSTOMER_CHANGE, one.spin, **usual | {
                    "contract_id": None, "klass": PointClass.GENERATION,
                }))
                for one in purchases.purchases_of(customer_id=customer.id, on=row.effective_on)
            ]  # fmt: skip
        case ChangeKind.CAPACITY if terms.capacity_kind is CapacityKind.AMPERE and _class(here) is PointClass.LOW:
            size = {"capacity_kind": "A", "capacity_milli": int(wanted["capacity_milli"])}
            return [(Part.RESIZE, NewCase(SwitchingKind.AMPERE, here.spin, **usual | size))]
        case ChangeKind.MOVE_OUT:
            more = {name: bool(wanted.get(name)) for name in ("with_removal", "attendance")}
            return [(Part.END, NewCase(SwitchingKind.TERMINATE, here.spin, **usual | more))]
        case ChangeKind.MOVE:
            end = NewCase(SwitchingKind.TERMINATE, here.spin, **usual)
            return [(Part.END, end), (Part.START, _start_there(row, contract, terms, usual))]
        case _:
            return []


def _by_form(point: SupplyPoint, terms: Terms) -> bool:
    return switching.goes_by_form(
        point=point, capacity_kind=terms.capacity_kind.value, capacity_milli=terms.capacity_milli
    )


def _start_there(row: Change, contract: Contract, terms: Terms, usual: dict[str, Any]) -> NewCase:
    """The new place: the plan carried over or chosen, the payer as before."""
    wanted = row.wanted
    account = parties.account(account_id=contract.account_id)
    assert account is not None, "a contract has a payer"
    size = int(wanted.get("capacity_milli") or terms.capacity_milli)
    kind = str(wanted.get("capacity_kind") or terms.capacity_kind.value)
    there: dict[str, Any] = {
        "wished_on": date.fromisoformat(wanted["start_on"]),
        "contract_id": None,
        "klass": PointClass.LOW,
        "account_number": account.number,
        "capacity_kind": "" if kind == CapacityKind.CONTRACT else kind,
        "capacity_milli": size or None,
        "address": "".join(str(wanted.get(part, "")) for part in ("prefecture", "city", "town", "block")),
        "building": str(wanted.get("building", "")),
        "terms": {
            "plan_code": wanted["plan_code"],
            "capacity_kind": kind,
            "capacity_milli": size,
            "discounts": list(terms.discounts),
            "agency_code": terms.agency_code,
        },
    }
    return NewCase(SwitchingKind.RECONNECT, wanted["spin"], **usual | there)


def _successor_name(wanted: dict[str, Any]) -> str:
    known = parties.customer_by_number(number=str(wanted.get("customer_number", "")))
    return known.name if known else ""


def _supplied(customer_id: int, on: date) -> list[tuple[Contract, SupplyPoint]]:
    """The contracts of a customer that run on a day, with their points."""
    found = []
    for contract in contract_queries.contracts_of(customer_id=customer_id):
        point = supply.point(supply_point_id=contract.supply_point_id)
        if point is not None and contract.start <= on and (contract.end is None or on < contract.end):
            found.append((contract, point))
    return found


def _class(point: SupplyPoint) -> PointClass:
    if point.kind.value == "generation":
        return PointClass.GENERATION
    return PointClass.LOW if point.voltage is Voltage.LOW else PointClass.HIGH
