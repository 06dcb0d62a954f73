"""Acceptance at the counter: form and list are examined together; nothing is written while something is wrong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.applications.models import CaseRow, GroupCase
from tomoshibi.applications.operations.groupwork.cases import (
    add_document,
    at,
    enter,
    fresh_query_number,
    locked,
    move,
    note,
)
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import CaseKind, CaseState, Change, RowState, Slot
from tomoshibi.documents.values import StoredFile
from tomoshibi.groups import operations as group_operations
from tomoshibi.groups import queries as groups
from tomoshibi.groups.values import Group, GroupState, Proposal, Role
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import Customer, CustomerKind, NumberKind
from tomoshibi.storage import db

MOBILES = {"CN": r"1[3-9]\d{9}", "JP": r"0[789]0\d{8}"}
HEAVY_W = 1_000
"""Devices of such groups are small as a rule (一般均小于1千瓦); more is a reason to ask (G-022)."""


@dataclass(frozen=True)
class Application:
    """
    The form as it was filled in.

    :ivar kinds: what was ticked; exactly one is right
    :ivar benchmark_number: of the group that is changed or cancelled; empty for a new one
    """

    kinds: Sequence[CaseKind]
    customer_id: int
    benchmark_number: str
    unit: str
    device_code: str
    rated_w: int
    declared_points: int
    outage_contact: str
    outage_mobile: str
    seen: str
    signed_on: date
    agent_name: str = ""
    agent_document: str = ""
    agent_phone: str = ""
    boundary_changes: bool = False
    new_benchmark: str = ""
    meter_number: str = ""


class FormRefused(ValueError):
    """The form cannot be accepted; each sentence stands at its field."""

    def __init__(self, refusals: dict[str, str], *, offer: str = "") -> None:
        self.refusals = refusals
        self.offer = offer
        super().__init__(" ".join(refusals.values()))


class ListRefused(ValueError):
    """Rows of the list cannot be taken: row, column, reason of each."""

    def __init__(self, refusals: Sequence[tuple[int, str, str]], *, good: int) -> None:
        self.refusals = tuple(refusals)
        self.good = good
        super().__init__(_("%(n)d rows of the list cannot be taken.") % {"n": len({row for row, *_rest in refusals})})


@dataclass
class _Found:
    group: Group | None = None
    refusals: dict[str, str] = field(default_factory=dict)
    offer: str = ""


@db.transaction_required
def receive_case(
    *,
    application: Application,
    files: dict[Slot, StoredFile],
    good_rows: bool,
    now: datetime,
    today: date,
    actor_id: int | None,
) -> int:
    """
    Examine form and list, and open the case they ask for.

    :param files: of each slot that was handed in; ``Slot.LIST`` is the electronic list
    :param good_rows: take what can be taken of the list and name the rest (G-027)
    :returns: id of the case
    :raises FormRefused: what of the form cannot be accepted
    :raises ListRefused: rows that cannot be taken; nothing is written then
    """
    customer = parties.customer(customer_id=application.customer_id)
    assert customer is not None, "the form has looked the customer up"
    found = _examine_form(application, customer, files, today=today)
    if found.refusals:
        raise FormRefused(found.refusals, offer=found.offer)
    kind = application.kinds[0]
    proposal = None
    if kind in {CaseKind.NEW, CaseKind.CHANGE}:
        proposal = _examine_list(
            application, kind, customer, files[Slot.LIST], found.group, good_rows=good_rows, today=today
        )
    case = _create(application, kind, found.group, proposal, now=now, today=today, actor_id=actor_id)
    _write_rows(case, proposal, found.group, today=today)
    for slot, file in files.items():
        add_document(case, slot, file, name=file.name, now=now, actor_id=actor_id)
    note(case, values.ACCEPT, "received", now=now, actor_id=actor_id)
    enter(case, now=now, today=today)
    return case.id


def _examine_form(
    application: Application, customer: Customer, files: dict[Slot, StoredFile], *, today: date
) -> _Found:
    found = _Found()
    refuse = found.refusals.setdefault
    if len(application.kinds) != 1:
        refuse("kinds", _("Tick exactly one kind of request: the form ticks %(n)d.") % {"n": len(application.kinds)})
        return found
    kind = application.kinds[0]
    if kind is CaseKind.NEW and application.benchmark_number:
        refuse(
            "benchmark_number",
            _("A new reference meter has no benchmark number yet; for a group that is there, apply for a change."),
        )
    if kind is not CaseKind.NEW:
        _find_group(application, customer, found)
    if application.signed_on > today:
        refuse("signed_on", _("The form was signed in the future; ask for the right date."))
    _examine_contact(application, refuse)
    wanted = "id" if customer.kind is CustomerKind.PERSON else "stamp"
    if application.seen != wanted:
        refuse(
            "seen",
            _("For a person the identity document must be seen.")
            if wanted == "id"
            else _("For a unit the stamp must be seen."),
        )
    if kind in {CaseKind.NEW, CaseKind.CHANGE}:
        if groups.device_type(code=application.device_code, on=today) is None:
            refuse("device_code", _("This device type does not hold today."))
        if Slot.LIST not in files:
            refuse("electronic_list", _("The electronic list is missing."))
        if Slot.STAMPED_LIST not in files:
            refuse("stamped_list", _("The stamped list is missing."))
    if Slot.FORM not in files:
        refuse("form", _("The signed form is missing."))
    if kind is CaseKind.BENCHMARK and found.group is not None:
        _examine_new_benchmark(application, found, today=today)
    return found


def _find_group(application: Application, customer: Customer, found: _Found) -> None:
    """The group behind the number; a sub-account may not transact, and its benchmark is offered (G-066)."""
    refuse = found.refusals.setdefault
    number = application.benchmark_number
    if not number:
        refuse("benchmark_number", _("The number of the benchmark is needed."))
        return
    try:
        known = parties.registered_number(number=number)
    except parties.UnknownNumber:
        refuse("benchmark_number", _("%(number)s is no account number of ours.") % {"number": number})
        return
    if known.kind is NumberKind.SUB:
        found.offer = known.offer_instead
        refuse("benchmark_number", parties.refusal_of(number=number))
        return
    group = groups.group(benchmark_number=number) if known.kind is NumberKind.BENCHMARK else None
    if group is None or group.state is not GroupState.ACTIVE:
        refuse("benchmark_number", _("%(number)s is not the benchmark of an active group.") % {"number": number})
        return
    if group.customer_id != customer.id:
        refuse(
            "customer_id",
            _("The benchmark %(number)s belongs to %(name)s, not to this customer.")
            % {"number": number, "name": group.name},
        )
        return
    open_case = GroupCase.objects.filter(group_id=group.id, state__in=[s.value for s in values.OPEN_STATES]).first()
    if open_case is not None:
        refuse(
            "benchmark_number",
            _("Application %(number)s about this group is not finished yet.") % {"number": open_case.number},
        )
        return
    found.group = group


def _examine_contact(application: Application, refuse: "object") -> None:
    assert callable(refuse)
    if not application.outage_contact.strip():
        refuse("outage_contact", _("Every group needs somebody who is told about outages."))
    pattern = MOBILES.get(masters.company().country, MOBILES["CN"])
    if not re.fullmatch(pattern, application.outage_mobile):
        refuse(
            "outage_mobile",
            _("%(number)s is no mobile number: outage messages go there.")
            % {"number": application.outage_mobile or "–"},
        )


def _examine_new_benchmark(application: Application, found: _Found, *, today: date) -> None:
    assert found.group is not None
    points = groups.points_of(group_id=found.group.id, on=today)
    chosen = next((p for p in points if p.account_number == application.new_benchmark), None)
    if chosen is None or chosen.role is not Role.SUB:
        found.refusals.setdefault(
            "new_benchmark", _("The new benchmark is one of the group's sub-accounts: give its number.")
        )


def _examine_list(
    application: Application,
    kind: CaseKind,
    customer: Customer,
    file: StoredFile,
    group: Group | None,
    *,
    good_rows: bool,
    today: date,
) -> Proposal:
    try:
        proposal = group_operations.propose(
            file_id=file.id,
            group_id=group.id if group else None,
            device_code=application.device_code,
            rated_w=application.rated_w,
            customer_name=customer.name,
            today=today,
        )
    except group_operations.NotReadable as broken:
        raise FormRefused({"electronic_list": str(broken)}) from None
    if proposal.counted != application.declared_points:
        raise FormRefused({
            "declared_points": _("The form says %(form)d points, the list has %(list)d rows: put one of them right.")
            % {"form": application.declared_points, "list": proposal.counted}
        })  # fmt: skip
    refusals = [*proposal.refusals, *_in_other_cases(proposal.rows)]
    if refusals:
        bad = {row for row, *_rest in refusals}
        rows = proposal.rows.filter(~pl.col("row").is_in(list(bad)))
        if not good_rows or not rows.height:
            raise ListRefused(sorted(refusals), good=rows.height)
        proposal = Proposal(proposal.layout, proposal.counted, proposal.benchmark_number, rows, tuple(sorted(refusals)))
    adds = proposal.rows.filter(change=Change.ADD.value).height
    removes = proposal.rows.filter(change=Change.REMOVE.value).height
    beyond = group_operations.refuse_beyond_cap(
        group_id=group.id if group else None, adds=adds, removes=removes, today=today
    )
    if beyond:
        raise FormRefused({"declared_points": beyond})
    if kind is CaseKind.NEW and not adds:
        raise FormRefused({"electronic_list": _("The list has no point.")})
    return proposal


def _in_other_cases(rows: pl.DataFrame) -> list[tuple[int, str, str]]:
    """The same device, or the same point, must not be in two applications that are under way (G-017)."""
    live = CaseRow.objects.filter(
        case__state__in=[s.value for s in values.OPEN_STATES], installed_on=None, name__in=rows["name"].to_list()
    ).exclude(state=RowState.REJECTED.value)
    known = {(r.name, r.address): r.case.number for r in live.select_related("case")}
    found = []
    for row in rows.filter(same_device_reason="", change=Change.ADD.value).iter_rows(named=True):
        number = known.get((row["name"], row["address"]))
        if number:
            text = _("%(name)s is in application %(number)s already; take it out, or say why it is another device")
            found.append((row["row"], "name", text % {"name": row["name"], "number": number}))
    return found


def _create(
    application: Application,
    kind: CaseKind,
    group: Group | None,
    proposal: Proposal | None,
    *,
    now: datetime,
    today: date,
    actor_id: int | None,
) -> GroupCase:
    query_number = fresh_query_number()
    device = groups.device_type(type_id=group.device_type_id, on=today) if group else None
    counted = len(groups.points_of(group_id=group.id, on=today)) if group and kind is CaseKind.CANCEL else 1
    case = GroupCase.objects.create(
        number=query_number,
        query_number=query_number,
        kind=kind.value,
        customer_id=application.customer_id,
        group_id=group.id if group else None,
        unit=group.unit if group else application.unit.strip(),
        device_code=device.code if device else application.device_code,
        rated_w=group.rated_w if group else application.rated_w,
        declared_points=application.declared_points if proposal else counted,
        agent_name=application.agent_name.strip(),
        agent_document=application.agent_document.strip(),
        agent_phone=application.agent_phone.strip(),
        outage_contact=application.outage_contact.strip(),
        outage_mobile=application.outage_mobile,
        seen=application.seen,
        boundary_changes=application.boundary_changes,
        signed_on=application.signed_on,
        received_on=today,
        received_by_id=actor_id,
        new_benchmark=application.new_benchmark,
        meter_number=application.meter_number.strip(),
        warnings=_warnings(application, proposal),
        skipped=[list(one) for one in proposal.refusals] if proposal else [],
        step_since=now,
    )
    case.number = f"SQ{today:%Y}{case.id:06d}"
    case.save()
    return case


def _warnings(application: Application, proposal: Proposal | None) -> list[str]:
    found = []
    if proposal is not None and application.rated_w > HEAVY_W:
        found.append("heavy")
    if application.boundary_changes:
        found.append("boundary")
    if proposal is not None and proposal.refusals:
        found.append("skipped")
    return found


def _write_rows(case: GroupCase, proposal: Proposal | None, group: Group | None, *, today: date) -> None:
    if proposal is not None:
        rows = [
            CaseRow(
                case=case,
                no=no,
                file_row=row["row"],
                change=row["change"],
                role=Role.BENCHMARK.value if case.kind == CaseKind.NEW and no == 1 else Role.SUB.value,
                account_number=row["account_number"],
                point_id=row["point_id"],
                name=row["name"],
                address=row["address"],
                position=row["position"],
                nearest_number=row["nearest_number"],
                rated_w=row["rated_w"],
                same_device_reason=row["same_device_reason"],
                override_reason=row["override_reason"],
                access_point_number=row["access_point_number"],
            )
            for no, row in enumerate(proposal.rows.iter_rows(named=True), start=1)
        ]
    else:
        assert group is not None, "a case without a list is about a group that is there"
        points = groups.points_of(group_id=group.id, on=today)
        if case.kind == CaseKind.BENCHMARK:
            points = [p for p in points if p.account_number in {case.new_benchmark, group.benchmark_number}]
        rows = [
            CaseRow(
                case=case,
                no=no,
                change=Change.REMOVE.value if case.kind == CaseKind.CANCEL else Change.MOVE.value,
                role=p.role.value,
                account_number=p.account_number,
                point_id=p.id,
                name=p.name,
                address=p.address,
                nearest_number=p.nearest_number,
                access_point_number=p.access_point_number,
                access_point_name=p.access_point_name,
                district_number=p.district_number,
                district_name=p.district_name,
                seal_number=p.seal_number,
            )
            for no, p in enumerate(points, start=1)
        ]
    CaseRow.objects.bulk_create(rows)


def check_grouping(case: GroupCase, *, second: bool, now: datetime, today: date, actor_id: int | None) -> None:
    """How even the customer's groups of the type are, how full this one would be: kept with the case (G-014, G-015)."""
    device = groups.device_type(code=case.device_code, on=today)
    balance = (
        groups.balance_of(customer_id=case.customer_id, device_type_id=device.id, on=today)
        if device is not None
        else None
    )
    rows = CaseRow.objects.filter(case=case).exclude(state=RowState.REJECTED.value)
    adds = rows.filter(change=Change.ADD.value).count()
    removes = rows.filter(change=Change.REMOVE.value).count()
    room = groups.room_of(group_id=case.group_id, on=today) if case.group_id else None
    used = (room.used if room else -1) + adds - removes
    limit = groups.parameter("sub_limit", on=today)
    headroom = groups.parameter("headroom_percent", on=today)
    case.grouping = [
        *case.grouping,
        {
            "second": second,
            "at": now.isoformat(),
            "by_id": actor_id,
            "sizes": [list(one) for one in balance.groups] if balance else [],
            "ratio_milli": balance.ratio_milli if balance else 1_000,
            "uneven": bool(balance and balance.warns),
            "used": max(used, 0),
            "limit": limit,
            "tight": used * 100 >= limit * (100 - headroom),
        },
    ]


@db.transaction_required
def accept_case(*, case_id: int, now: datetime, today: date, actor_id: int | None) -> None:
    """
    Form and list were compared, and the grouping was looked at: the case goes on.

    :raises CaseMove: if it is not at the counter
    """
    case = locked(case_id)
    at(case, CaseState.RECEIVED)
    check_grouping(case, second=False, now=now, today=today, actor_id=actor_id)
    surveyed = CaseState.SURVEY in values.PATHS[CaseKind(case.kind)]
    move(case, "accept_to_survey" if surveyed else "accept_to_order")
    case.accepted_at = now
    note(case, values.ACCEPT, "accepted", now=now, actor_id=actor_id)
    enter(case, now=now, today=today)
