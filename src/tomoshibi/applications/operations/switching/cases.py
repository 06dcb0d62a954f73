"""Open, change, send and cancel applications to the grid company."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from tomoshibi.applications import switching_words as words
from tomoshibi.applications import values
from tomoshibi.applications.models import SwitchingCase, SwitchingStep
from tomoshibi.applications.operations.switching import line
from tomoshibi.applications.operations.switching.line import NotSetUp
from tomoshibi.applications.queries import purchases
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.story_words import said
from tomoshibi.applications.values import NewCase, PointClass, SwitchingKind, SwitchingState
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.gateways import switching
from tomoshibi.parties import queries as parties
from tomoshibi.storage import bulk, db
from tomoshibi.supply import queries as supply
from tomoshibi.worklist import operations as worklist

STOPPED = "applications.case_stopped"
SIZE_DIFFERS = "applications.size_differs"
__all__ = [
    "AlreadyUnderWay", "CannotMove", "NoSuchCase", "NotSetUp", "Unfit", "accept_grid_size", "ask_facts",
    "ask_old_retailers", "cancel_cases", "change_case", "open_case", "reconnect_instead", "submit_cases",
]  # fmt: skip
TEXTS = (
    "holder_name", "holder_kana", "phone", "address", "building", "old_retailer", "old_customer_number", "new_retailer",
    "capacity_kind", "note", "account_number", "mediation_number", "consent_how",
)  # fmt: skip


class NoSuchCase(LookupError):
    """There is no such application."""


class AlreadyUnderWay(ValueError):
    """Another application of the kind is open at the point; the sentence names it."""


class Unfit(ValueError):
    """The application cannot go out as it stands; the sentence says what is missing."""


class CannotMove(ValueError):
    """The step does not fit the application's state."""


@db.transaction_required
def open_case(*, new: NewCase, now: datetime, actor_id: int | None) -> int:
    """
    Open an application as a draft and ask the grid for the facts of the point; the same source twice is one.

    :returns: its id
    :raises Unfit: if something that the kind needs is missing
    :raises AlreadyUnderWay: if supply at the point begins (or ends) by another open application
    """
    if new.source:
        known = SwitchingCase.objects.filter(source=new.source).first()
        if known is not None:
            return known.id
    spin = supply.plain_spin(new.spin)
    _examine(new, spin, now.date())
    point = supply.point(spin=spin)
    case_id = int(bulk.allocate_ids("applications_switchingcase", 1)[0])
    case = SwitchingCase(
        id=case_id,
        number=f"W{case_id:08d}",
        kind=new.kind.value,
        klass=new.klass.value,
        source_kind=new.source_kind.value if new.source_kind else "",
        spin=spin,
        area=spin[:2],
        supply_point_id=point.id if point else None,
        customer_id=new.customer_id,
        contract_id=new.contract_id,
        registration_id=new.registration_id,
        terms=dict(new.terms),
        wished_on=new.wished_on,
        told_directly=new.told_directly,
        capacity_milli=new.capacity_milli,
        with_removal=new.with_removal,
        attendance=new.attendance,
        work=new.work.value,
        consent_at=new.consent_at,
        source=new.source,
        opened_at=now,
        opened_by_id=actor_id,
        **{name: getattr(new, name).strip() for name in TEXTS},
    )
    try:
        with db.savepoint():
            case.save(force_insert=True)
    except IntegrityError as error:
        raise _named(error, case) from None
    tell(case, "opened", said("opened"), now=now, actor_id=actor_id)
    if new.kind in values.BEGINNING and tells_facts(new.klass):
        queue_facts(case, now)
    return case.id


def _named(error: IntegrityError, case: SwitchingCase) -> Exception:
    if "one_beginning_per_point" not in str(error) and "one_ending_per_point" not in str(error):
        return error
    kinds = values.BEGINNING if "beginning" in str(error) else values.ENDING
    rival = (
        SwitchingCase.objects.filter(spin=case.spin, kind__in=list(kinds), state__in=list(values.OPEN_CASES))
        .exclude(id=case.id)
        .first()
    )
    number = rival.number if rival else ""
    return AlreadyUnderWay(
        _("application %(number)s is open at this point: settle or cancel it first") % {"number": number}
    )


def tells_facts(klass: PointClass) -> bool:
    """High voltage has no message for the facts of a point."""
    return klass is not PointClass.HIGH


def _examine(new: NewCase, spin: str, today: date) -> None:
    messages = line.message_set(on=today)
    if not messages.has(new.kind.value, switching.Class(new.klass.value)):
        raise Unfit(_("the switching support system does not take this for the voltage class"))
    if new.kind is not SwitchingKind.USAGE and new.wished_on is None:
        raise Unfit(_("a wished day is needed"))
    if new.kind is SwitchingKind.USAGE and (new.consent_at is None or not new.consent_how):
        raise Unfit(_("the customer's consent is needed: when and how it was given"))
    if new.kind is SwitchingKind.AMPERE and not new.capacity_milli:
        raise Unfit(_("the wished size is needed"))
    if new.kind in {SwitchingKind.START, SwitchingKind.USAGE} and not new.holder_name:
        raise Unfit(_("the name as the old retailer has it is needed"))
    if new.kind is SwitchingKind.START and not new.old_customer_number and not new.told_directly:
        raise Unfit(_("the customer number at the old retailer is needed"))
    if new.klass is PointClass.GENERATION and new.kind in values.BEGINNING and new.source_kind is None:
        raise Unfit(_("it has to be said whether the source is FIT or post-FIT"))
    if new.terms and new.account_number and parties.account_by_number(number=new.account_number) is None:
        unknown = _("there is no billing account %(number)s") % {"number": new.account_number}
        raise Unfit(parties.refusal_of(number=new.account_number) or unknown)
    _examine_place(new, spin, today)


def _examine_place(new: NewCase, spin: str, today: date) -> None:
    """The point is one that the system knows, and what ends or changes there is ours."""
    if len(spin) != 22:  # noqa: PLR2004
        raise Unfit(_("a supply point number has 22 digits"))
    if new.klass is PointClass.HIGH and _is_large(new, spin, today):
        raise Unfit(_("high voltage from 500 kW and special high voltage go by form"))
    if new.klass is PointClass.GENERATION and new.terms:
        raise Unfit(_("what we buy has no contract of supply: leave the plan empty"))
    is_ours = new.kind in values.ENDING or new.kind in {SwitchingKind.AMPERE, SwitchingKind.CUSTOMER_CHANGE}
    if not is_ours or new.contract_id is not None:
        return
    if new.klass is not PointClass.GENERATION:
        raise Unfit(_("this is for a point that we supply: name its contract"))
    if purchases.purchase_at(spin=spin, on=today) is None:
        raise Unfit(_("this is for a point where we buy: nothing is bought at this one"))


def _is_large(new: NewCase, spin: str, today: date) -> bool:
    contract = contract_queries.contract(contract_id=new.contract_id) if new.contract_id else None
    terms = contract and (contract.terms_on(new.wished_on or today) or contract.terms[-1])
    kind, size = (terms.capacity_kind.value, terms.capacity_milli) if terms else (new.capacity_kind, new.capacity_milli)
    return queries.goes_by_form(point=supply.point(spin=spin), capacity_kind=kind, capacity_milli=size or 0)


@db.transaction_required
def change_case(*, case_id: int, changes: dict[str, Any], now: datetime, actor_id: int | None) -> None:
    """
    Correct an application: a draft in our books, one that is out there also by a message (訂正), until the match.

    :param changes: columns of ``NewCase`` that may change
    :raises NoSuchCase:
    :raises CannotMove: after the match, or when it is over
    """
    case = locked(case_id)
    if SwitchingState(case.state) not in {*values.OURS, SwitchingState.SUBMITTED}:
        raise CannotMove(_("after the match nothing can be changed any more"))
    before = {name: getattr(case, name) for name in changes}
    for name, value in changes.items():
        setattr(case, name, value)
    case.save()
    changed = sorted(name for name, value in changes.items() if before[name] != value)
    if not changed:
        return
    tell(
        case,
        "changed",
        said("changed: %(columns)s", columns=", ".join(changed)),
        now=now,
        actor_id=actor_id,
    )
    if case.state == SwitchingState.SUBMITTED:
        _queue_application(case, switching.Action.CORRECT, now)


@db.transaction_required
def ask_old_retailers(*, case_ids: Sequence[int], now: datetime, actor_id: int | None) -> int:
    """
    Ask the old retailers of drafts to let their customers go.

    :returns: how many were asked
    :raises CannotMove: for one that is no start, or whose retailer was told by the customer
    """
    cases = _locked_many(case_ids)
    for case in cases:
        if case.kind != SwitchingKind.START or case.told_directly or not can_proceed(case.ask_old_retailer):
            raise CannotMove(_("%(number)s: there is no old retailer to ask now") % {"number": case.number})
        case.ask_old_retailer()
        case.mediation_number, case.mediation_step = "", 0
        case.save()
        line.queue("mediation_register", _fields(case), area=case.area, klass=_klass(case), now=now, case=case)
        tell(case, "asked", said("the old retailer is asked"), now=now, actor_id=actor_id)
    close_stopped(cases, now=now, actor_id=actor_id)
    return len(cases)


@db.transaction_required
def submit_cases(*, case_ids: Sequence[int], now: datetime, actor_id: int | None) -> int:
    """
    Send applications to the grid company; one that was rejected before goes as a new one.

    :returns: how many
    :raises CannotMove: naming the first whose state does not allow it
    :raises Unfit: naming what is missing
    """
    cases = _locked_many(case_ids)
    for case in cases:
        submit(case, now=now, actor_id=actor_id)
    close_stopped(cases, now=now, actor_id=actor_id)
    return len(cases)


def submit(case: SwitchingCase, *, now: datetime, actor_id: int | None) -> None:
    if not can_proceed(case.submit):
        raise CannotMove(_("%(number)s cannot be sent in its state") % {"number": case.number})
    asks_first = case.kind == SwitchingKind.START and not case.told_directly and not case.mediation_number
    if asks_first and case.state == SwitchingState.DRAFT:
        raise CannotMove(_("%(number)s: ask the old retailer first") % {"number": case.number})
    if case.kind in values.BEGINNING and case.terms and not case.account_number:
        raise Unfit(_("%(number)s: who pays is not entered") % {"number": case.number})
    if case.state in {SwitchingState.REJECTED, SwitchingState.EXPIRED}:
        case.round, case.step, case.stage, case.stage_name = case.round + 1, 0, "", ""
    case.submit()
    case.save()
    _queue_application(case, switching.Action.NEW, now)
    tell(case, "sent", said("sent to the grid company"), now=now, actor_id=actor_id)


@db.transaction_required
def cancel_cases(*, case_ids: Sequence[int], reason: str, now: datetime, actor_id: int | None) -> int:
    """
    Cancel applications; one that is out there is taken back by a message, and canceled when the grid says so.

    :raises CannotMove: after the match
    """
    cases = _locked_many(case_ids)
    for case in cases:
        if not can_proceed(case.cancel):
            raise CannotMove(_("%(number)s cannot be canceled any more") % {"number": case.number})
        if case.state == SwitchingState.SUBMITTED:
            case.reason = reason[:300]
            case.save()
            _queue_application(case, switching.Action.CANCEL, now)
            tell(
                case,
                "cancel_asked",
                said("cancellation is asked for: %(why)s", why=reason),
                now=now,
                actor_id=actor_id,
            )
        else:
            case.cancel(reason=reason)
            case.save()
            tell(case, "canceled", said("canceled: %(why)s", why=reason), now=now, actor_id=actor_id)
    close_stopped(cases, now=now, actor_id=actor_id)
    return len(cases)


@db.transaction_required
def ask_facts(*, case_id: int, now: datetime, actor_id: int | None) -> None:
    """
    Ask the grid again for the facts of the point.

    :raises CannotMove: for high voltage
    """
    case = locked(case_id)
    if not tells_facts(_klass(case)):
        raise CannotMove(_("the switching support system does not take this for the voltage class"))
    queue_facts(case, now)
    tell(case, "facts_asked", said("facts of the point are asked for"), now=now, actor_id=actor_id)


@db.transaction_required
def reconnect_instead(*, case_id: int, now: datetime, actor_id: int | None) -> int:
    """
    The former customer moved out before the switch, so there is nothing to switch: a reconnection takes its place.

    :returns: id of the new application, a draft
    :raises CannotMove: unless the switch was rejected or expired
    """
    case = locked(case_id)
    if case.kind != SwitchingKind.START or case.state not in {SwitchingState.REJECTED, SwitchingState.EXPIRED}:
        raise CannotMove(_("only a switch that came to nothing becomes a reconnection"))
    cancel_cases(case_ids=[case.id], reason=_("a reconnection takes its place"), now=now, actor_id=actor_id)
    new = NewCase(
        kind=SwitchingKind.RECONNECT,
        spin=case.spin,
        wished_on=max(case.wished_on or now.date(), now.date()),
        klass=_klass(case),
        source_kind=values.SourceKind(case.source_kind) if case.source_kind else None,
        customer_id=case.customer_id,
        account_number=case.account_number,
        terms=case.terms,
        registration_id=case.registration_id,
        holder_name=case.holder_name,
        holder_kana=case.holder_kana,
        phone=case.phone,
        address=case.address,
        building=case.building,
        capacity_kind=case.capacity_kind,
        capacity_milli=case.capacity_milli,
        note=case.note,
        source=f"applications.case:{case.id}:reconnect",
    )
    return open_case(new=new, now=now, actor_id=actor_id)


@db.transaction_required
def accept_grid_size(*, case_id: int, now: datetime, actor_id: int | None) -> None:
    """
    The connection has another size than the contract: the contract takes the grid's from its first day.

    :raises CannotMove: if there is no contract, or no size known
    """
    case = locked(case_id)
    size = case.point_facts.get("capacity_milli")
    contract = contract_queries.contract(contract_id=case.contract_id) if case.contract_id else None
    if contract is None or not size:
        raise CannotMove(_("there is no contract, or the grid told no size"))
    start = max(contract.start, case.fixed_on or contract.start)
    contracts.change_terms(contract_id=contract.id, start=start, capacity_milli=int(size))
    worklist.close_about(
        kind=SIZE_DIFFERS, subjects=[subject(case)], outcome=_("the grid's size"), now=now, actor_id=actor_id
    )
    tell(case, "size_taken", said("the contract took the grid's size"), now=now, actor_id=actor_id)


# What the other files of this matter share ----------------------------------------------------------------------


def locked(case_id: int) -> SwitchingCase:
    case = SwitchingCase.objects.select_for_update().filter(id=case_id).first()
    if case is None:
        raise NoSuchCase(_("there is no such application"))
    return case


def _locked_many(case_ids: Sequence[int]) -> list[SwitchingCase]:
    return list(SwitchingCase.objects.select_for_update().filter(id__in=list(case_ids)).order_by("id"))


def subject(case: SwitchingCase) -> str:
    return f"applications.case:{case.id}"


def procedure(case: SwitchingCase) -> str:
    return values.GENERATION if case.klass == PointClass.GENERATION else values.SUPPLY


def _klass(case: SwitchingCase) -> PointClass:
    return PointClass(case.klass)


def tell(
    case: SwitchingCase, kind: str, text: str, *, now: datetime, actor_id: int | None = None, event: str = ""
) -> None:
    """A line of the application's story."""
    SwitchingStep.objects.create(case=case, at=now, kind=kind, text=text[:500], actor_id=actor_id, event=event)


def stopped_item(case: SwitchingCase, *, now: datetime) -> dict[str, Any]:
    """Work for a person: an application stands still."""
    return {
        "procedure": procedure(case),
        "kind": STOPPED,
        "subject": subject(case),
        "title": _("Application %(number)s stands still: %(why)s")
        % {"number": case.number, "why": case.reason or words.STATES[case.state].word},
        "due_at": now + timedelta(days=1),
        "url": reverse("applications:switching_case", args=[case.id]),
    }


def close_stopped(cases: Sequence[SwitchingCase], *, now: datetime, actor_id: int | None = None) -> None:
    worklist.close_about(
        kind=STOPPED, subjects=[subject(case) for case in cases], outcome=_("went on"), now=now, actor_id=actor_id
    )


def queue_facts(case: SwitchingCase, now: datetime) -> None:
    line.queue("point_information", {"spin": case.spin}, area=case.area, klass=_klass(case), now=now, case=case)


def queue_usage(case: SwitchingCase, now: datetime) -> None:
    """With the password in hand: thirteen months of use."""
    fields = {"spin": case.spin, "password": case.password}
    line.queue("usage", fields, area=case.area, klass=_klass(case), now=now, case=case)


def _queue_application(case: SwitchingCase, action: switching.Action, now: datetime) -> None:
    fields = {"application_number": case.application_number}
    if action is not switching.Action.CANCEL:
        fields = _fields(case) | fields
    line.queue(case.kind, fields, area=case.area, klass=_klass(case), now=now, action=action, case=case)


def _fields(case: SwitchingCase) -> dict[str, Any]:
    codes = line.message_set(on=timezone.localtime(case.opened_at).date()).codes
    return {
        **{name: getattr(case, name) for name in TEXTS if name not in {"account_number", "consent_how"}},
        "spin": case.spin,
        "wished_on": case.wished_on,
        "capacity_milli": case.capacity_milli,
        "terms_agreed": True,
        "with_removal": case.with_removal,
        "attendance": case.attendance,
        "source_kind": codes["sources"].get(case.source_kind, ""),
        "consent_at": case.consent_at,
    }
