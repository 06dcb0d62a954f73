"""What an outcome does to the rest of the house: contracts begin, change and end, points and meters are registered."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from django.urls import reverse
from django.utils.translation import gettext as _

from tomoshibi.applications import values
from tomoshibi.applications.models import ChangeCase, SwitchingCase
from tomoshibi.applications.operations.switching import cases
from tomoshibi.applications.values import PointClass, SwitchingKind
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts.values import CapacityKind, EndReason
from tomoshibi.identity import operations as identity
from tomoshibi.kernel import units
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply
from tomoshibi.supply import queries as supply_queries
from tomoshibi.supply.values import Connection, PointKind, SupplyPoint, Voltage
from tomoshibi.worklist import operations as worklist

UNREGISTERED = "applications.supply_unregistered"
FIRST_REGISTRATION = "CM1"


def begin(found: Sequence[SwitchingCase], *, now: datetime) -> None:
    """
    The grid fixed the days of these starts and reconnections: their contracts are registered, from that day (CM1).

    Bulk: one statement for all. What cannot be registered is work for a person, the others are registered.
    """
    for one in found:
        if one.contract_id is None and one.registration is not None and one.fixed_on is not None:
            if one.registration.source_kind and one.registration.state == values.RegistrationState.COMPLETED:
                continue  # bought since the match, without a contract of supply
            _complete_registration(one, now=now)
    waiting = [
        one
        for one in found
        if one.contract_id is None and one.registration_id is None and one.terms and one.fixed_on is not None
    ]
    if not waiting:
        return
    rows = [_contract_row(one) for one in waiting]
    try:
        with db.savepoint():
            written = contracts.register_many(pl.DataFrame(rows, schema_overrides={"discounts": pl.String}))
    except RowsRefused as refused:
        reasons: dict[int, str] = {}
        for refusal in refused.refusals:
            reasons.setdefault(refusal.row - 1, refusal.reason)
        worklist.open_items(items=[_unregistered(waiting[i], why, now) for i, why in reasons.items()], now=now)
        begin([one for i, one in enumerate(waiting) if i not in reasons], now=now)
        return
    for case, contract_id in zip(waiting, written["contract_id"], strict=True):
        case.contract_id = int(contract_id)
    numbers = written["number"]
    identity.record_deed(
        procedure=FIRST_REGISTRATION,
        what=f"{len(numbers)} contracts begin on days that the grid companies fixed: {', '.join(numbers.head(20))}",
        at=now,
        subject=f"contracts.contract:{written['contract_id'][0]}" if len(numbers) == 1 else "",
    )


def tell_applicant(case: SwitchingCase, *, taken: bool, now: datetime) -> None:
    """The grid company answered a cancellation: the one of an applicant who withdrew ends their application with it."""
    from tomoshibi.applications.operations import withdrawal  # it takes our cases back, so it stands above us

    if case.registration_id is not None:
        withdrawal.withdrawal_answered(registration_id=case.registration_id, taken=taken, now=now)


def _complete_registration(case: SwitchingCase, *, now: datetime) -> None:
    """What the applicant wrote becomes a contract; they are told (one message each, so one at a time)."""
    from tomoshibi.applications.operations import examination  # it opens our cases, so it stands above us

    assert case.registration is not None
    assert case.fixed_on is not None
    try:
        with db.savepoint():
            done = examination.complete_registration(
                intake_id=case.registration.intake_id,
                starts_on=case.fixed_on,
                base_day=str(case.point_facts.get("base_day", "")),
                spin=case.spin,
                now=now,
            )
    except (examination.WrongState, examination.PointUnknown, RowsRefused) as refusal:
        worklist.open_items(items=[_unregistered(case, str(refusal), now)], now=now)
        return
    case.contract_id = done.contract_id


def _contract_row(case: SwitchingCase) -> dict[str, Any]:
    terms = case.terms
    return {
        "account_number": case.account_number,
        "spin": case.spin,
        "start": case.fixed_on,
        "plan_code": str(terms.get("plan_code", "")),
        "capacity_kind": str(terms.get("capacity_kind", "")),
        "capacity_milli": int(terms.get("capacity_milli") or 0),
        "discounts": json.dumps(list(terms.get("discounts", [])), ensure_ascii=False),
        "agency_code": str(terms.get("agency_code", "")),
    }


def _unregistered(case: SwitchingCase, why: str, now: datetime) -> dict[str, Any]:
    return {
        "procedure": FIRST_REGISTRATION,
        "kind": UNREGISTERED,
        "subject": cases.subject(case),
        "title": _("%(number)s: supply begins on %(day)s, but the contract cannot be registered: %(why)s")
        % {"number": case.number, "day": case.fixed_on, "why": why},
        "due_at": now + timedelta(hours=4),
        "url": reverse("applications:switching_case", args=[case.id]),
    }


def undo_begin(case: SwitchingCase, *, now: datetime) -> None:
    """After the match it came to nothing: the contract that waited for its day is withdrawn."""
    if case.kind not in values.BEGINNING:
        return
    if case.registration is not None and case.klass == PointClass.GENERATION:
        from tomoshibi.applications.operations import examination  # it opens our cases, so it stands above us

        examination.take_back_purchase(intake_id=case.registration.intake_id, now=now)
    if case.contract_id is None:
        return
    try:
        with db.savepoint():
            contracts.withdraw(contract_id=case.contract_id, today=min(now.date(), case.fixed_on or now.date()))
    except contracts.OutsideContract as refusal:
        worklist.open_items(items=[_unregistered(case, str(refusal), now)], now=now)
        return
    case.contract_id = None


def end(
    case: SwitchingCase, *, reason: EndReason, now: datetime, waive_fee: str = "", actor_id: int | None = None
) -> None:
    """The grid fixed the first day without our supply: the contract ends then. The same day again changes nothing."""
    contract = contract_queries.contract(contract_id=case.contract_id) if case.contract_id else None
    if contract is None or case.fixed_on is None or contract.end == case.fixed_on:
        return
    try:
        with db.savepoint():
            contracts.end(
                contract_id=contract.id, on=case.fixed_on, reason=reason, waive_fee=waive_fee, actor_id=actor_id
            )
    except (contracts.OutsideContract, contracts.PointTaken) as refusal:
        worklist.open_items(items=[_unregistered(case, str(refusal), now)], now=now)


def disconnect(case: SwitchingCase) -> None:
    """Nobody is supplied at the point any more."""
    point = supply_queries.point(spin=case.spin)
    if point is not None:
        connection = Connection.REMOVED if case.with_removal else Connection.DISCONNECTED
        supply.change_point(supply_point_id=point.id, changes={"connection": connection.value})


def resize(case: SwitchingCase, *, now: datetime) -> None:
    """An ampere change is done: the contract has the new size from that day."""
    if case.contract_id is None or case.fixed_on is None or not case.capacity_milli:
        return
    try:
        with db.savepoint():
            contracts.change_terms(
                contract_id=case.contract_id,
                start=case.fixed_on,
                capacity_kind=CapacityKind(case.capacity_kind or "A"),
                capacity_milli=case.capacity_milli,
            )
    except (contracts.OutsideContract, RowsRefused) as refusal:
        worklist.open_items(items=[_unregistered(case, str(refusal), now)], now=now)


def take_facts(case: SwitchingCase, *, now: datetime) -> None:
    """
    What the grid told of a point: a point that we do not know is registered; once supply has begun its meter hangs there,
    and a size that is not the contract's is work for a person.
    """
    facts = case.point_facts
    point = supply_queries.point(spin=case.spin)
    if point is None and facts.get("base_day"):
        point = _registered(case, now)
    if point is None:
        return
    case.supply_point_id = point.id
    if (
        case.state in {values.SwitchingState.COMPLETED, values.SwitchingState.METER_OPEN}
        and case.kind in values.BEGINNING
    ):
        if point.connection is not Connection.CONNECTED:
            supply.change_point(supply_point_id=point.id, changes={"connection": Connection.CONNECTED.value})
        _hang(case, point.id, now)
        _compare_size(case, now)


def _registered(case: SwitchingCase, now: datetime) -> SupplyPoint | None:
    facts = case.point_facts
    kind = PointKind.GENERATION if case.klass == PointClass.GENERATION else PointKind.SUPPLY
    try:
        with db.savepoint():
            return supply.register_point(
                spin=case.spin,
                kind=kind.value,
                voltage=Voltage.LOW.value,
                base_day=str(facts["base_day"]),
                town=(case.address or str(facts.get("address", "")))[:100],
                building=(case.building or str(facts.get("building", "")))[:100],
            )
    except RowsRefused as refused:
        worklist.open_items(items=[_unregistered(case, str(refused), now)], now=now)
        return None


def _hang(case: SwitchingCase, point_id: int, now: datetime) -> None:
    """The meter that the grid names hangs at the point: from the first day, or in exchange from the day we heard."""
    number = str(case.point_facts.get("meter_number", "")).strip()
    if not number or case.fixed_on is None:
        return
    hanging = [one.number for one in supply_queries.meters_of(supply_point_id=point_id) if one.end is None]
    smart = bool(case.point_facts.get("smart", True))
    try:
        with db.savepoint():
            if number in hanging:
                return
            if hanging:
                day = max(case.fixed_on, now.date())
                supply.exchange_meter(spin=case.spin, old_number=hanging[0], new_number=number, on=day, is_smart=smart)
            else:
                supply.hang_meter(spin=case.spin, meter_number=number, on=case.fixed_on, is_smart=smart)
    except (supply.MeterElsewhere, supply.NoSuchPoint) as refusal:
        worklist.open_items(items=[_unregistered(case, str(refusal), now)], now=now)


def _compare_size(case: SwitchingCase, now: datetime) -> None:
    contract = contract_queries.contract(contract_id=case.contract_id) if case.contract_id else None
    terms = contract.terms_on(case.fixed_on or date.max) if contract else None
    size, kind = case.point_facts.get("capacity_milli"), case.point_facts.get("capacity_kind")
    if terms is None or not size or kind != terms.capacity_kind.value or int(size) == terms.capacity_milli:
        return
    worklist.open_item(
        procedure=cases.procedure(case),
        kind=cases.SIZE_DIFFERS,
        subject=cases.subject(case),
        title=_("%(number)s: the connection has %(grid)s %(unit)s, the contract %(ours)s %(unit)s")
        % {
            "number": case.number,
            "grid": units.plain(int(size), scale=units.MILLI),
            "ours": units.plain(terms.capacity_milli, scale=units.MILLI),
            "unit": kind,
        },
        due_at=now + timedelta(days=3),
        now=now,
        url=reverse("applications:switching_case", args=[case.id]),
    )


def _asked_end(case: SwitchingCase) -> dict[str, Any]:
    """Why the contract ends and whether a fee is given up, by the change that asked the grid to end the supply."""
    link = ChangeCase.objects.filter(case=case).select_related("change").first()
    return link.change.how_it_ends() if link else {"reason": EndReason.MOVED_OUT}


def finish(case: SwitchingCase, *, now: datetime) -> None:
    """What is done once an application of this kind is completed."""
    match case.kind:
        case SwitchingKind.END:
            end(case, reason=EndReason.SWITCHED, now=now)
        case SwitchingKind.TERMINATE:
            end(case, now=now, **_asked_end(case))
            disconnect(case)
        case SwitchingKind.AMPERE:
            resize(case, now=now)
        case SwitchingKind.USAGE:
            cases.queue_usage(case, now)
        case SwitchingKind.START | SwitchingKind.RECONNECT if cases.tells_facts(PointClass(case.klass)):
            cases.queue_facts(case, now)
