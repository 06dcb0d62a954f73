"""
Another retailer wants to take over a customer of ours: look every hour, judge, answer once (CM6).

The suggested answer follows rules: is the point ours, does the number fit, is the contract not ending already, does the
name fit. Agreeing opens our own application for the end of supply; the contract ends on the day that the grid fixes.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from tomoshibi.applications import values
from tomoshibi.applications.models import CoreHour, MediationRequest, SwitchingCase, SwitchingLink
from tomoshibi.applications.operations.switching import cases, line
from tomoshibi.applications.operations.switching.outcomes import step_of
from tomoshibi.applications.queries import purchases
from tomoshibi.applications.values import NewCase, PointClass, Purchase, RequestState, SwitchingKind
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import Contract
from tomoshibi.gateways import switching
from tomoshibi.gateways.switching import Mediation
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.supply.values import PointKind, Voltage
from tomoshibi.worklist import operations as worklist

REQUEST = "applications.mediation_request"
MISSED = "applications.missed_hours"
LOOK_BACK_DAYS = 3
NOT_OURS, WRONG_NUMBER, ENDING, WRONG_NAME = "01", "02", "03", "04"
"""Codes of reasons in the message set."""


class AlreadyAnswered(ValueError):
    """The request was answered, or nobody waits for an answer any more."""


@db.transaction_required
def receive_requests(
    *, rows: Sequence[switching.Fields], code: str, messages: switching.MessageSet, now: datetime
) -> dict[str, int]:
    """
    Take a page of the old retailer's inbox: new requests become work with a suggested answer, known ones go forward.

    :returns: how many were new, and how many told something about a known one
    """
    counts = {"new": 0, "known": 0}
    for row in sorted(rows, key=lambda row: (row.get("step") or 0, row.get("event") or 0)):
        number = str(row.get("mediation_number", ""))[:40]
        if not number:
            continue
        request = MediationRequest.objects.select_for_update().filter(number=number).first()
        step = step_of(row)
        if request is None:
            request = _new_request(row, number, code, now)
            counts["new"] += 1
        elif step <= request.step:
            continue
        else:
            counts["known"] += 1
        request.step = step
        _move(request, messages.mediation_state(str(row.get("mediation_state", ""))).meaning, now)
        request.save()
    return counts


def _new_request(row: switching.Fields, number: str, code: str, now: datetime) -> MediationRequest:
    texts = {
        name: str(row.get(name, ""))[:limit]
        for name, limit in (
            ("holder_name", 100), ("holder_kana", 100), ("address", 300), ("building", 100), ("phone", 20),
            ("spin", 22), ("new_retailer", 5),
        )
    }  # fmt: skip
    days = {name: row.get(name) for name in ("wished_on", "registered_on", "deadline_on")}
    request = MediationRequest(
        number=number,
        retailer=code,
        customer_number=str(row.get("old_customer_number", ""))[:40],
        received_at=now,
        **texts,
        **days,
    )
    judge(request, now.date())
    request.save(force_insert=True)
    due = datetime.combine(request.deadline_on or now.date() + timedelta(days=1), time(12), tzinfo=now.tzinfo)
    worklist.open_item(
        procedure=values.MEDIATION,
        kind=REQUEST,
        subject=_subject(request),
        title=_("%(retailer)s wants to take over %(name)s")
        % {"retailer": request.new_retailer, "name": request.holder_name},
        due_at=due,
        now=now,
        url=reverse("applications:mediation", args=[request.id]),
    )
    return request


def judge(request: MediationRequest, today: date) -> None:
    """The answer that the rules suggest, with its reasons and how it was found."""
    day = request.wished_on or today
    point = supply.point(spin=request.spin)
    contract = contracts.contract_on(supply_point_id=point.id, day=today) if point else None
    purchase = None if contract else purchases.purchase_at(spin=request.spin, on=today)
    if contract is not None:
        request.contract_id = contract.id
        ours = _of_contract(contract)
    elif purchase is not None:
        ours = _of_purchase(purchase)
    else:
        request.suggested, request.reasons = False, [NOT_OURS]
        request.explanation = _("no contract of ours supplies this point")
        return
    reasons = []
    if _plain_number(request.customer_number) not in {_plain_number(one) for one in ours.numbers if one}:
        reasons.append(WRONG_NUMBER)
    if (ours.end is not None and ours.end <= day) or _is_ending(request.spin):
        reasons.append(ENDING)
    if not _name_fits(request, ours):
        reasons.append(WRONG_NAME)
    request.suggested, request.reasons = not reasons, reasons
    said = _said_of_contract() if contract else _said_of_purchase()
    request.explanation = "; ".join(said[code] for code in reasons) or said[""]


@dataclass(frozen=True)
class _Ours:
    """What of ours a request is compared with: customers copy one of several numbers from their papers."""

    name: str
    kana: str
    numbers: tuple[str, ...]
    end: date | None


def _of_contract(contract: Contract) -> _Ours:
    account = parties.account(account_id=contract.account_id)
    customer = parties.customer(customer_id=contract.customer_id)
    numbers = (contract.number, account.number if account else "", customer.number if customer else "")
    return _Ours(customer.name if customer else "", customer.kana if customer else "", numbers, contract.end)


def _of_purchase(purchase: Purchase) -> _Ours:
    customer = parties.customer(customer_id=purchase.customer_id) if purchase.customer_id else None
    name, kana = (customer.name, customer.kana) if customer else (purchase.holder_name, purchase.holder_kana)
    return _Ours(name, kana, purchase.numbers, purchase.ends_on)


def _said_of_contract() -> dict[str, str]:
    return {
        WRONG_NUMBER: _("the customer number is none of the contract's"),
        ENDING: _("the contract is ending already"),
        WRONG_NAME: _("the name is not the contract's"),
        "": _("point, number, name and contract fit"),
    }


def _said_of_purchase() -> dict[str, str]:
    return {
        WRONG_NUMBER: _("the customer number is none that we gave the generator"),
        ENDING: _("the purchase is ending already"),
        WRONG_NAME: _("the name is not the generator's"),
        "": _("point, number and name fit what we buy"),
    }


def _is_ending(spin: str) -> bool:
    kinds, states = list(values.ENDING), list(values.OPEN_CASES)
    return SwitchingCase.objects.filter(spin=spin, kind__in=kinds, state__in=states).exists()


def _plain_number(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())


def _name_fits(request: MediationRequest, ours: _Ours) -> bool:
    name, kana = _plain_name(ours.name), _plain_name(ours.kana)
    given_name, given_kana = _plain_name(request.holder_name), _plain_name(request.holder_kana)
    return bool((given_kana and given_kana == kana) or (given_name and given_name in {name, kana}))


def _plain_name(text: str) -> str:
    """A name without spaces and width, kana as katakana: how people and systems write the same name."""
    wide = re.sub(r"[\s・()（）]", "", unicodedata.normalize("NFKC", text))
    return "".join(chr(ord(one) + 0x60) if "ぁ" <= one <= "ゖ" else one for one in wide)


def _subject(request: MediationRequest) -> str:
    return f"applications.mediation:{request.id}"


def _move(request: MediationRequest, meaning: Mediation, now: datetime) -> None:
    match meaning:
        case Mediation.MATCHED if can_proceed(request.match):
            request.match()
        case Mediation.NOT_MATCHED if can_proceed(request.miss):
            request.miss()
        case Mediation.EXPIRED if can_proceed(request.expire):
            request.expire()
        case Mediation.CANCELED if can_proceed(request.withdraw):
            request.withdraw()
        case _:
            return
    worklist.close_about(kind=REQUEST, subjects=[_subject(request)], outcome=request.state, now=now)


@db.transaction_required
def answer_requests(
    *, request_ids: Sequence[int], agree: bool, reasons: Sequence[str] = (), now: datetime, actor_id: int | None
) -> int:
    """
    Answer, once. Agreeing opens our application for the end of supply and sends it.

    :param reasons: codes, where we say no
    :returns: how many
    :raises AlreadyAnswered: naming the first that nobody waits for
    :raises cases.Unfit: if we say yes without a contract, or no without a reason
    """
    rows = list(MediationRequest.objects.select_for_update().filter(id__in=list(request_ids)).order_by("id"))
    for request in rows:
        if request.state != RequestState.WAITING:
            raise AlreadyAnswered(_("%(number)s was answered already") % {"number": request.number})
        if agree:
            _agree(request, now, actor_id)
        else:
            if not reasons:
                raise cases.Unfit(_("saying no needs a reason"))
            request.refuse()
            request.reasons = list(reasons)
        request.answered_at, request.answered_by_id = now, actor_id
        request.save()
        _queue_answer(request, agree=agree, now=now)
        outcome = RequestState.AGREED if agree else RequestState.REFUSED
        worklist.close_about(
            kind=REQUEST, subjects=[_subject(request)], outcome=outcome.value, now=now, actor_id=actor_id
        )
    return len(rows)


def _agree(request: MediationRequest, now: datetime, actor_id: int | None) -> None:
    contract = contracts.contract(contract_id=request.contract_id) if request.contract_id else None
    purchase = None if contract else purchases.purchase_at(spin=request.spin, on=now.date())
    ours = contract or purchase
    if ours is None:
        raise cases.Unfit(_("%(number)s: no contract of ours supplies this point") % {"number": request.number})
    request.agree()
    request.reasons = []
    request.case_id = cases.open_case(
        new=NewCase(
            kind=SwitchingKind.END,
            spin=request.spin,
            wished_on=request.wished_on or now.date() + timedelta(days=1),
            klass=class_of(request.spin),
            customer_id=ours.customer_id,
            contract_id=contract.id if contract else None,
            holder_name=request.holder_name,
            holder_kana=request.holder_kana,
            new_retailer=request.new_retailer,
            mediation_number=request.number,
            source=f"applications.mediation:{request.id}",
        ),
        now=now,
        actor_id=actor_id,
    )
    cases.submit_cases(case_ids=[request.case_id], now=now, actor_id=actor_id)


def class_of(spin: str) -> PointClass:
    """The class of a registered point; low voltage for one that we do not know."""
    point = supply.point(spin=spin)
    if point is None or (point.voltage is Voltage.LOW and point.kind is PointKind.SUPPLY):
        return PointClass.LOW
    return PointClass.GENERATION if point.kind is PointKind.GENERATION else PointClass.HIGH


def _queue_answer(request: MediationRequest, *, agree: bool, now: datetime) -> None:
    decisions = line.message_set(on=now.date()).codes["decisions"]
    fields = {
        "mediation_number": request.number,
        "decision": decisions["ok" if agree else "ng"],
        "reasons": ",".join(request.reasons),
    }
    line.queue(
        "mediation_answer",
        fields,
        area=request.spin[:2],
        klass=class_of(request.spin),
        now=now,
        mediation=request,
        code=request.retailer,
    )


@db.transaction_required
def record_core_hour(*, day: date, hour: int, now: datetime) -> None:
    """The inbox was looked at in this hour."""
    CoreHour.objects.get_or_create(day=day, hour=hour, defaults={"looked_at": now})


@db.transaction_required
def look_for_missed_hours(*, now: datetime) -> list[tuple[date, int]]:
    """
    Core hours of the last days, after the first look ever, in which nobody looked; each day's are one item of work.

    :returns: the missed hours
    """
    link = SwitchingLink.objects.filter(id=1).first()
    first = CoreHour.objects.order_by("day", "hour").values_list("day", "hour").first()
    if link is None or first is None:
        return []
    since = now.date() - timedelta(days=LOOK_BACK_DAYS)
    seen = set(CoreHour.objects.filter(day__gte=since).values_list("day", "hour"))
    days = [since + timedelta(days=n) for n in range(LOOK_BACK_DAYS + 1)]
    hours = [(day, hour) for day in days for hour in range(link.core_from, link.core_to + 1)]
    missed = [one for one in hours if first < one < (now.date(), now.hour) and one not in seen]
    for day in sorted({day for day, _hour in missed}):
        told = ", ".join(f"{hour}:00" for on, hour in missed if on == day)
        worklist.open_item(
            procedure=values.MEDIATION,
            kind=MISSED,
            subject=f"applications.core_day:{day.isoformat()}",
            title=_("The inbox of mediations was not looked at on %(day)s: %(hours)s") % {"day": day, "hours": told},
            due_at=now,
            now=now,
            url=reverse("applications:mediations"),
        )
    return missed
