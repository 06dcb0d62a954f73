"""A wish to change something: examined, written down, corrected; what does not fit is refused with a sentence."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tomoshibi.applications.models import Change, ChangeLine
from tomoshibi.applications.operations.changes import mandates
from tomoshibi.applications.queries import changes as queries
from tomoshibi.applications.story_words import said
from tomoshibi.applications.values import changes as values
from tomoshibi.applications.values.changes import ChangeKind, NewChange
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts.values import CapacityKind, Contract
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.masters import queries as masters
from tomoshibi.parties import operations as parties_operations
from tomoshibi.parties import queries as parties
from tomoshibi.storage import bulk, db
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.worklist import operations as worklist

ASKED_WORK = "applications.change_asked"
BACK_WORK = "applications.change_back"
WITHIN_DAYS = 2
"""Business days in which a clerk looks at a wish."""
SPIN_DIGITS = 22
COUNTED = "device"
"""How the numbers begin by which a plan prices devices: without one of them it has nothing to price."""
HOLDER_FIELDS = ("name", "kana", "phone", "postal_code", "prefecture", "city", "town", "block", "building")
CONTACT_FIELDS = ("mail", "mobile")
PAYER_FIELDS = ("addressee", "account_mail")


class NoSuchChange(LookupError):
    """There is no such change."""


class ChangeRefused(ValueError):
    """The change cannot be as it was asked for; the sentence says why."""


class AlreadyAsked(ChangeRefused):
    """A change of the kind is under way for the contract; the sentence names it."""


@db.transaction_required
def ask_change(*, new: NewChange, now: datetime, actor_id: int | None) -> int:
    """
    Write a wish down; a clerk looks at it. The same key twice is one change.

    :returns: its id
    :raises ChangeRefused: if it cannot be as it was asked for
    :raises AlreadyAsked: if one of the kind (or another that ends the contract) is under way
    """
    if new.key:
        known = Change.objects.filter(key=new.key).first()
        if known is not None:
            return known.id
    contract = examine(new, today=local_day(now))
    change_id = int(bulk.allocate_ids("applications_change", 1)[0])
    row = Change(
        id=change_id,
        number=f"H{change_id:08d}",
        kind=new.kind.value,
        source=new.source.value,
        contract_id=contract.id,
        customer_id=contract.customer_id,
        account_id=contract.account_id,
        effective_on=new.effective_on,
        wanted=without_account_number(new.wanted, account_id=contract.account_id, today=local_day(now)),
        before=queries.present_values(kind=new.kind, contract=contract, on=new.effective_on),
        reason=new.reason.strip()[:300],
        key=new.key,
        asked_at=now,
        asked_by_id=actor_id,
    )
    try:
        with db.savepoint():
            row.save(force_insert=True)
    except IntegrityError:
        rival = queries.rival(contract_id=contract.id, kind=new.kind)
        raise AlreadyAsked(_under_way(rival.number if rival else "")) from None
    tell(row, said("asked for"), now=now, actor_id=actor_id)
    put_before_clerk(row, now=now)
    return row.id


def examine_change(*, new: NewChange, today: date) -> None:
    """
    Whether a wish could be written down, before anybody says yes.

    :raises ChangeRefused: if it cannot be as it is asked for
    :raises AlreadyAsked: if one of the kind is under way
    """
    contract = examine(new, today=today)
    rival = queries.rival(contract_id=contract.id, kind=new.kind)
    if rival is not None:
        raise AlreadyAsked(_under_way(rival.number))


def without_account_number(wanted: Mapping[str, Any], *, account_id: int, today: date) -> dict[str, Any]:
    """
    What is wanted, with a draft of the mandate instead of the whole number of a bank account.

    :raises ChangeRefused: if the account cannot be one
    """
    try:
        return mandates.drafted(wanted, account_id=account_id, today=today)
    except (mandates.NoAgent, RowsRefused, parties_operations.NotHolderKana) as refusal:
        raise ChangeRefused(str(refusal)) from None


def _under_way(number: str) -> str:
    return _("change %(number)s is under way for this contract: settle or cancel it first") % {"number": number}


def local_day(now: datetime) -> date:
    """The civil day at the company's place."""
    return timezone.localtime(now).date()


def examine(new: NewChange, *, today: date, under_way: bool = False) -> Contract:
    """
    :param under_way: a part of it may be done: the contract may have ended by it
    :raises ChangeRefused: if it cannot be as it is asked for
    """
    contract = contract_queries.contract(contract_id=new.contract_id)
    if contract is None:
        raise ChangeRefused(_("there is no such contract"))
    if new.effective_on < contract.start or (contract.end is not None and new.effective_on > contract.end):
        raise ChangeRefused(_("the contract does not hold on %(day)s") % {"day": new.effective_on.isoformat()})
    if new.kind in values.ENDING_KINDS and new.effective_on <= contract.start:
        raise ChangeRefused(_("a contract ends after it starts"))
    ended = contract.end is not None and contract.end <= max(today, new.effective_on)
    if ended and not under_way and new.kind not in _AFTER_END:
        raise ChangeRefused(_("the contract has ended: there is nothing left to change"))
    _EXAMINE[new.kind](new.wanted, contract, new.effective_on)
    return contract


_AFTER_END = frozenset({ChangeKind.PAYMENT, ChangeKind.CHANNEL, ChangeKind.CONTACT})
"""Who has moved out still gets a final bill, and pays it."""


def _plan(wanted: Mapping[str, Any], contract: Contract, on: date) -> None:
    terms = contract.terms_on(on)
    assert terms is not None, "every day of a contract has terms"
    if wanted["plan_code"] == terms.plan_code:
        raise ChangeRefused(_("the contract has this plan already"))
    _examine_plan(str(wanted["plan_code"]), contract.supply_point_id, on, unit=terms.capacity_kind)
    numbers = tariffs.numbers_of_plan(plan_code=wanted["plan_code"], on=on)
    counted = [name for name in numbers if name.startswith(COUNTED)]
    if counted and not set(counted) & set(terms.particulars):
        raise ChangeRefused(_("the plan is priced by numbers that are not agreed yet: enter them at the contract"))


def _examine_plan(code: str, supply_point_id: int, on: date, *, unit: CapacityKind | None = None) -> None:
    version = tariffs.plan_version(plan_code=code, on=on)
    point = supply.point(supply_point_id=supply_point_id)
    assert point is not None, "a contract has a point"
    if version is None or code not in {plan.code for plan in tariffs.plans(on=on, area=point.area)}:
        raise ChangeRefused(_("the plan %(plan)s is not offered there on that day") % {"plan": code})
    if unit is not None and version.capacity_unit not in {CapacityKind.CONTRACT.value, unit.value}:
        raise ChangeRefused(
            _("the plan is sized in %(unit)s, the contract in %(ours)s: the size has to change with it, at the grid")
            % {"unit": version.capacity_unit, "ours": unit.value}
        )


def _discounts(wanted: Mapping[str, Any], contract: Contract, on: date) -> None:
    terms = contract.terms_on(on)
    assert terms is not None, "every day of a contract has terms"
    if list(wanted["discounts"]) == [discount["code"] for discount in terms.discounts]:
        raise ChangeRefused(_("nothing would change"))


def _payment(wanted: Mapping[str, Any], contract: Contract, on: date) -> None:
    account = parties.account(account_id=contract.account_id, on=on)
    assert account is not None, "a contract has a payer"
    if wanted["payment_method"] == account.payment_method.value and not wanted.get("bank_code"):
        raise ChangeRefused(_("nothing would change"))
    if wanted.get("bank_code"):
        if masters.bank(wanted["bank_code"], on) is None:
            raise ChangeRefused(_("there is no bank %(code)s") % {"code": wanted["bank_code"]})
        if masters.branch(wanted["bank_code"], wanted.get("branch_code", ""), on) is None:
            raise ChangeRefused(_("the bank has no branch %(code)s") % {"code": wanted.get("branch_code", "")})


def _channel(wanted: Mapping[str, Any], contract: Contract, on: date) -> None:
    account = parties.account(account_id=contract.account_id, on=on)
    assert account is not None, "a contract has a payer"
    if wanted["statement_channel"] == account.statement_channel.value:
        raise ChangeRefused(_("nothing would change"))


def _code(name: str) -> Any:
    def check(wanted: Mapping[str, Any], contract: Contract, on: date) -> None:
        terms = contract.terms_on(on)
        assert terms is not None, "every day of a contract has terms"
        if wanted[name] == getattr(terms, name):
            raise ChangeRefused(_("nothing would change"))
        if name == "agency_code" and wanted[name] and not queries.agency_known(code=wanted[name]):
            raise ChangeRefused(_("there is no agency %(code)s") % {"code": wanted[name]})

    return check


def _person(wanted: Mapping[str, Any], contract: Contract, on: date) -> None:
    del contract, on
    if not any(str(text).strip() for text in wanted.values()):
        raise ChangeRefused(_("nothing would change"))


def _capacity(wanted: Mapping[str, Any], contract: Contract, on: date) -> None:
    terms = contract.terms_on(on)
    assert terms is not None, "every day of a contract has terms"
    if terms.capacity_kind is CapacityKind.CONTRACT:
        raise ChangeRefused(_("the plan of this contract has no size"))
    if int(wanted["capacity_milli"]) == terms.capacity_milli:
        raise ChangeRefused(_("the contract has this size already"))


def _nothing(wanted: Mapping[str, Any], contract: Contract, on: date) -> None:
    """A move-out asks for no more than its day."""


def _move(wanted: Mapping[str, Any], contract: Contract, on: date) -> None:
    here = supply.point(supply_point_id=contract.supply_point_id)
    assert here is not None, "a contract has a point"
    if not wanted.get("spin"):
        if not wanted.get("block"):
            raise ChangeRefused(_("a move needs the number of the supply point there, or its address"))
        return
    spin = supply.plain_spin(str(wanted["spin"]))
    if len(spin) != SPIN_DIGITS:
        raise ChangeRefused(_("a supply point number has 22 digits"))
    if spin == here.spin:
        raise ChangeRefused(_("this is the point where the contract is now"))
    start = date.fromisoformat(wanted["start_on"])
    version = tariffs.plan_version(plan_code=wanted["plan_code"], on=start)
    offered = {plan.code for plan in tariffs.plans(on=start, area=spin[:2])}
    if version is None or wanted["plan_code"] not in offered:
        raise ChangeRefused(_("the plan %(plan)s is not offered there on that day") % {"plan": wanted["plan_code"]})
    there = supply.point(spin=spin)
    running = contract_queries.contract_on(supply_point_id=there.id, day=start) if there else None
    if running is not None and running.end is None:
        raise ChangeRefused(
            _("contract %(number)s supplies the new place: it has to end first") % {"number": running.number}
        )


def require_place(row: Change) -> None:
    """
    A customer may ask to move without knowing the number of the new supply point; the grid company has to be told it.

    :raises ChangeRefused: while nobody has looked for it
    """
    if row.kind == ChangeKind.MOVE and not row.wanted.get("spin"):
        raise ChangeRefused(_("look for the supply point of the new place first, and enter its number below"))


def _succession(wanted: Mapping[str, Any], contract: Contract, on: date) -> None:
    del on
    number = str(wanted.get("customer_number", ""))
    known = parties.customer_by_number(number=number) if number else None
    if number and known is None:
        unknown = _("there is no customer %(number)s") % {"number": number}
        raise ChangeRefused(parties.refusal_of(number=number) or unknown)
    if known is not None and known.id == contract.customer_id:
        raise ChangeRefused(_("this customer holds the contract already"))
    if not number and not (wanted.get("name") and wanted.get("kana")):
        raise ChangeRefused(_("name and kana of who takes over are needed"))


_EXAMINE = {
    ChangeKind.PLAN: _plan,
    ChangeKind.DISCOUNTS: _discounts,
    ChangeKind.PAYMENT: _payment,
    ChangeKind.CHANNEL: _channel,
    ChangeKind.AGENCY: _code("agency_code"),
    ChangeKind.RESELLER: _code("reseller_code"),
    ChangeKind.CONTACT: _person,
    ChangeKind.HOLDER: _person,
    ChangeKind.CAPACITY: _capacity,
    ChangeKind.MOVE: _move,
    ChangeKind.MOVE_OUT: _nothing,
    ChangeKind.SUCCESSION: _succession,
}


# What the other files of this matter share ----------------------------------------------------------------------


def locked(change_id: int) -> Change:
    row = Change.objects.select_for_update().filter(id=change_id).first()
    if row is None:
        raise NoSuchChange(_("there is no such change"))
    return row


def subject(row: Change) -> str:
    return f"applications.change:{row.id}"


def procedure(row: Change) -> str:
    return values.WITH_GRID if row.kind in values.AT_GRID_KINDS else values.OURS_ONLY


def tell(row: Change, text: str, *, now: datetime, actor_id: int | None = None) -> None:
    """A line of the change's story."""
    ChangeLine.objects.create(change=row, at=now, text=text[:500], actor_id=actor_id)


def put_before_clerk(row: Change, *, now: datetime, kind: str = ASKED_WORK) -> None:
    """Work for a person: a wish that nobody has looked at, or one that came back."""
    customer = parties.customer(customer_id=row.customer_id)
    name = customer.name if customer else ""
    due = masters.add_business_days(local_day(now), WITHIN_DAYS if kind == ASKED_WORK else 1)
    title = (
        _("Change %(number)s of %(name)s waits to be examined")
        if kind == ASKED_WORK
        else _("Change %(number)s of %(name)s came back: %(why)s")
    )
    worklist.open_item(
        procedure=procedure(row),
        kind=kind,
        subject=subject(row),
        title=title % {"number": row.number, "name": name, "why": row.why_back},
        due_at=timezone.make_aware(datetime.combine(due, time(17))),
        now=now,
        url=reverse("applications:change", args=[row.id]),
    )


def close_work(row: Change, *, outcome: str, now: datetime, actor_id: int | None) -> None:
    for kind in (ASKED_WORK, BACK_WORK):
        worklist.close_about(kind=kind, subjects=[subject(row)], outcome=outcome, now=now, actor_id=actor_id)


__all__ = [
    "ASKED_WORK",
    "BACK_WORK",
    "AlreadyAsked",
    "ChangeRefused",
    "NoSuchChange",
    "ask_change",
    "close_work",
    "examine",
    "examine_change",
    "local_day",
    "locked",
    "procedure",
    "put_before_clerk",
    "require_place",
    "subject",
    "tell",
    "without_account_number",
]
