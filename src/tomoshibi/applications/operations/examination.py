"""What clerks decide about an application: let a finding pass, change an answer, find it in order; and CM1."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from tomoshibi.applications import queries, registering, rules, values
from tomoshibi.applications.models import Intake, Registration, Submission
from tomoshibi.applications.operations import intake as intakes
from tomoshibi.applications.operations import notices, works
from tomoshibi.applications.operations.intake import WrongState
from tomoshibi.applications.operations.switching import cases, searches
from tomoshibi.applications.values import (
    IntakeKind,
    IntakeState,
    NewCase,
    PointClass,
    RegistrationState,
    Severity,
    SourceKind,
    SwitchingKind,
)
from tomoshibi.applications.values.notices import About, NoticeKind, Occasion
from tomoshibi.applications.values.works import NewWork, VoltageClass, WorkKind
from tomoshibi.contracts import operations as contracts
from tomoshibi.identity import operations as identity
from tomoshibi.parties import operations as parties
from tomoshibi.parties import queries as party_queries
from tomoshibi.parties.values import PaymentMethod, StatementChannel
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply
from tomoshibi.supply import queries as points
from tomoshibi.supply.values import PointKind, Voltage
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.worklist import operations as worklist

REGISTER = "CM1"
CONFIRM_WORK = "applications.registration"
"""Kind of the work items of registrations that wait for a second person."""
CASE_WORK = "applications.case"
"""Kind of the work items of applications that go to the grid by hand."""
SWITCHING_KIND = {IntakeKind.SWITCH: SwitchingKind.START, IntakeKind.MOVE_IN: SwitchingKind.RECONNECT}
"""What an application becomes at the switching support system; new connections are works."""
RETAILER_DIGITS = 5
MANDATE_WORK = "applications.mandate"
"""Kind of the work items of direct debits whose mandate has to be collected."""
CASE_OF = {IntakeKind.SWITCH: "AP7", IntakeKind.MOVE_IN: "AP7", IntakeKind.NEW: "AP10", IntakeKind.SELL: "AP8"}
"""The procedure that carries a kind of application to the grid."""
CONFIRM_WITHIN, CASE_WITHIN = timedelta(days=1), timedelta(days=1)


class StillOpen(ValueError):
    """Findings are open: they are repaired, or a clerk lets them pass."""


class NoSuchCustomer(LookupError):
    """The customer that the application should be tied to is not there."""


class PointUnknown(ValueError):
    """The supply point number is not known yet: the grid gives it."""


@db.transaction_required
def examine(*, intake_id: int, now: datetime) -> values.Intake:
    """Ask the rules again: calendars, contracts and other applications may have changed."""
    row = intakes.locked(intake_id=intake_id)
    _ask_rules(row, now=now)
    return queries.to_value(row)


def _ask_rules(row: Intake, *, now: datetime) -> None:
    answers = values.Answers.of(row.answers)
    intakes.keep_findings(row, queries.findings(answers=answers, today=now.date(), apart_from=row.id))


@db.transaction_required
def let_pass(*, intake_id: int, rule: str, now: datetime, actor_id: int | None) -> values.Intake:
    """
    A clerk looked at a finding and lets it pass.

    :raises WrongState: if the application does not wait to be examined
    """
    row = _waiting(intake_id)
    row.findings = [one | {"dropped": True} if one["rule"] == rule else one for one in row.findings]
    row.open_findings = sum(not one["dropped"] and one["severity"] != Severity.NOTE for one in row.findings)
    row.save()
    intakes.record(row, f"let {rule} pass in", now=now, actor_id=actor_id)
    return queries.to_value(row)


def _waiting(intake_id: int) -> Intake:
    row = intakes.locked(intake_id=intake_id)
    if row.state != IntakeState.RECEIVED:
        raise WrongState(_("the application %(number)s does not wait to be examined") % {"number": row.number})
    return row


@db.transaction_required
def change_answers(
    *, intake_id: int, typed: Mapping[str, str], reason: str, now: datetime, actor_id: int | None
) -> values.Intake:
    """
    A clerk writes what the applicant said on the telephone; what came before stays as it came.

    :raises WrongState: if the application does not wait to be examined
    """
    row = _waiting(intake_id)
    intakes.write(row, typed)
    row.save()
    Submission.objects.create(
        intake=row, via="clerk", sent_at=now, language=row.language, typed=dict(typed), actor_id=actor_id
    )
    intakes.record(row, f"changed {', '.join(sorted(typed))} ({reason})"[:200] + " in", now=now, actor_id=actor_id)
    _ask_rules(row, now=now)
    return queries.to_value(row)


@db.transaction_required
def accept(*, intake_id: int, now: datetime, actor_id: int | None, customer_number: str = "") -> values.Registration:
    """
    Found in order: customer, payer, point and terms are written from the application; nothing is typed again.

    Where nothing asks for a second person, the registration is confirmed and handed over at once.

    :param customer_number: the customer of ours that the application is tied to; empty for a new one
    :raises WrongState: if it does not wait to be examined
    :raises StillOpen: naming the findings
    :raises NoSuchCustomer: if there is no customer with the number
    """
    row = _waiting(intake_id)
    _ask_rules(row, now=now)
    found = queries.to_value(row)
    if found.open_findings:
        raise StillOpen("; ".join(rules.sentence(one) for one in found.open_findings))
    customer = party_queries.customer_by_number(number=customer_number) if customer_number else None
    if customer_number and customer is None:
        unknown = _("there is no customer %(number)s") % {"number": customer_number}
        raise NoSuchCustomer(party_queries.refusal_of(number=customer_number) or unknown)
    intakes.move(row, "accept")
    row.examined_by_id = actor_id
    row.save()
    answers = found.answers
    registration = _prepared(row, answers)
    registration.customer_id = customer.id if customer else None
    registration.prepared_by_id, registration.prepared_at = actor_id, now
    registration.needs_second = registering.why_second(answers)
    registration.save()
    worklist.close_about(
        kind=intakes.WORK, subjects=[intakes.subject(row)], outcome="in order", now=now, actor_id=actor_id
    )
    intakes.record(row, "found in order", now=now, actor_id=actor_id)
    if not registration.needs_second:
        return _confirmed(row, registration, now=now, actor_id=actor_id)
    worklist.open_item(
        procedure=REGISTER,
        kind=CONFIRM_WORK,
        subject=intakes.subject(row),
        title=_("Confirm the registration of %(number)s: %(name)s") % {"number": row.number, "name": row.name},
        detail=str(registering.REASONS[registration.needs_second]),
        due_at=now + CONFIRM_WITHIN,
        now=now,
        url=reverse("applications:intake", args=[row.id]),
    )
    return queries.to_registration(registration)


def _prepared(row: Intake, a: values.Answers) -> Registration:
    """The registration of an application; one that was sent back is written anew."""
    before = Registration.objects.filter(intake=row).first()
    if before is not None:
        Registration.objects.filter(id=before.id).delete()
    version = tariffs.plan_version(plan_code=a.plan_code, on=a.wished_day or timezone.localtime(row.started_at).date())
    # A plan of supply says in what it is sized; a plant has its own size, whatever plan buys.
    unit = version.capacity_unit if version and not a.sells else a.capacity_unit
    return Registration(
        intake=row,
        plan_code=a.plan_code,
        capacity_unit=unit,
        capacity_milli=(a.capacity_milli or 0) if unit != "contract" else 0,
        discounts=[],
        agency_code=a.agency_code,
        payment_method=a.payment_method or PaymentMethod.TRANSFER.value,
        statement_channel=a.statement_channel or StatementChannel.PORTAL.value,
        wished_on=a.wished_day,
        source_kind=a.source_kind if a.sells else "",
    )


@db.transaction_required
def confirm_registration(*, intake_id: int, now: datetime, actor_id: int | None) -> values.Registration:
    """
    The second pair of eyes: customer and payer enter the register, the case goes to the grid.

    :raises identity.SamePerson: if the person found it in order
    :raises WrongState: if it was confirmed or sent back meanwhile
    """
    row = intakes.locked(intake_id=intake_id)
    registration = Registration.objects.select_for_update().filter(intake=row).first()
    if registration is None or row.state != IntakeState.EXAMINED:
        raise WrongState(_("the application %(number)s has gone on meanwhile") % {"number": row.number})
    identity.require_second_person(first_id=registration.prepared_by_id, second_id=actor_id)
    return _confirmed(row, registration, now=now, actor_id=actor_id)


@db.transaction_required
def send_back(*, intake_id: int, reason: str, now: datetime, actor_id: int | None) -> values.Intake:
    """
    The second person found something: the application is examined again.

    :raises WrongState: if it does not wait for a second person
    """
    row = intakes.locked(intake_id=intake_id)
    intakes.move(row, "send_back")
    row.examined_by_id = None
    row.save()
    Registration.objects.filter(intake=row).delete()
    worklist.close_about(
        kind=CONFIRM_WORK, subjects=[intakes.subject(row)], outcome="sent back", now=now, actor_id=actor_id
    )
    intakes.put_before_clerk(row, now=now)
    intakes.record(row, f"sent back ({reason[:150]})", now=now, actor_id=actor_id, procedure=REGISTER)
    return queries.to_value(row)


def _confirmed(row: Intake, registration: Registration, *, now: datetime, actor_id: int | None) -> values.Registration:
    """
    Customer, payer and the known point; then the hand-over.

    Who sells has an account too: what is bought is settled over it, and its papers go where the account's go. The documents
    that the law wants of a retailer are about supply: who sells gets none of them.
    """
    a = values.Answers.of(row.answers)
    if registration.customer_id is None:
        registration.customer_id = parties.register_customer(
            registered_on=now.date(),
            kind=a.applicant or "person",
            name=a.name,
            kana=a.kana,
            phone=a.phone,
            mail=a.mail,
            **_address(a),
        ).id
    account = parties.register_account(
        customer_id=registration.customer_id,
        start=now.date(),
        payment_method=registration.payment_method,
        statement_channel=registration.statement_channel,
        mail=a.mail,
        **_address(a),
    )
    registration.account_id = account.id
    point = points.point(spin=a.spin) if a.spin else None
    registration.supply_point_id = point.id if point else None
    registration.confirmed_by_id, registration.confirmed_at = actor_id, now
    _move(registration, "confirm")
    intakes.move(row, "hand_over")
    row.save()
    worklist.close_about(
        kind=CONFIRM_WORK, subjects=[intakes.subject(row)], outcome="confirmed", now=now, actor_id=actor_id
    )
    intakes.record(row, "registered customer and payer of", now=now, actor_id=actor_id, procedure=REGISTER)
    _want_mandate(row, account.number, registration, now=now)
    if not registration.source_kind:
        about = About(registration_id=registration.id)
        notices.order_notice(kind=NoticeKind.BEFORE, about=about, occasion=Occasion.FIRST)
    hand_over(row, registration, now=now)
    return queries.to_registration(registration)


def _address(a: values.Answers) -> dict[str, str]:
    return {
        "postal_code": a.postal_code, "prefecture": a.prefecture, "city": a.city, "town": a.town, "block": a.block,
        "building": a.building,
    }  # fmt: skip


def _move(registration: Registration, step: str) -> None:
    try:
        getattr(registration, step)()
    except TransitionNotAllowed:
        raise WrongState(_("the registration has gone on meanwhile")) from None
    registration.save()


def _want_mandate(row: Intake, account_number: str, registration: Registration, *, now: datetime) -> None:
    """Whoever wants to pay by direct debit has to give a mandate: somebody asks for it."""
    if registration.payment_method != PaymentMethod.DIRECT_DEBIT.value:
        return
    worklist.open_item(
        procedure="AP1",
        kind=MANDATE_WORK,
        subject=intakes.subject(row),
        title=_("Collect the direct-debit mandate of payer %(account)s") % {"account": account_number},
        detail=_("Application %(number)s: %(name)s") % {"number": row.number, "name": row.name},
        due_at=now + timedelta(days=3),
        now=now,
        url=reverse("parties:account", args=[registration.account_id]),
    )


def hand_over(row: Intake, registration: Registration, *, now: datetime) -> None:
    """
    Give the case to those who talk to the grid.

    Where the switching support system takes it, an application is opened and sent on its way: the old retailer is asked, or
    the reconnection goes to the grid. What it cannot take is a work item with everything on the intake's page.
    """
    why = (
        _open_works(row, registration, now=now)
        if row.kind == IntakeKind.NEW
        else _open_switching(row, registration, now=now)
    )
    if not why:
        return
    worklist.open_item(
        procedure=CASE_OF[IntakeKind(row.kind)],
        kind=CASE_WORK,
        subject=intakes.subject(row),
        title=_("Apply at the grid for %(number)s: %(name)s") % {"number": row.number, "name": row.name},
        detail=f"{row.spin or '-'} {row.place} {registration.wished_on or ''} {why}".strip(),
        due_at=now + CASE_WITHIN,
        now=now,
        url=reverse("applications:intake", args=[row.id]),
    )


def _open_works(row: Intake, registration: Registration, *, now: datetime) -> str:
    """
    A new connection is an application for works: opened as a draft, which a clerk completes with the contractor's facts.

    :returns: why it cannot be opened; nothing where it is
    """
    a = values.Answers.of(row.answers)
    new = NewWork(
        kind=WorkKind.NEW_SUPPLY,
        area=row.area,
        voltage=VoltageClass.LOW,
        spin=row.spin,
        wished_on=registration.wished_on,
        holder_name=a.name,
        holder_kana=a.kana,
        phone=a.phone,
        address=f"{a.prefecture}{a.city}{a.town}{a.block} {a.building}".strip(),
        customer_id=registration.customer_id,
        registration_id=registration.id,
        capacity_kind=registration.capacity_unit if registration.capacity_unit in {"A", "kVA", "kW"} else "",
        capacity_milli=registration.capacity_milli or None,
        source=f"applications.registration:{registration.id}",
    )
    try:
        with db.savepoint():
            works.open_work(new=new, now=now, actor_id=row.examined_by_id)
    except (works.NoDesk, works.Lacking, works.OpenAlready) as refusal:
        return str(refusal)
    return ""


def _open_switching(row: Intake, registration: Registration, *, now: datetime) -> str:
    """:returns: why the switching support system does not take it; nothing where it does"""
    a = values.Answers.of(row.answers)
    kind = _switching_kind(a)
    if not row.spin and row.area and (kind is SwitchingKind.RECONNECT or a.sells):
        return _look_for_point(row, now=now)
    if kind is None or not row.spin:
        return _("not for the switching support system, or without a point number")
    retailer = a.current_retailer.strip()
    new = NewCase(
        kind=kind,
        klass=PointClass.GENERATION if a.sells else PointClass.LOW,
        source_kind=SourceKind(a.source_kind) if a.sells else None,
        spin=row.spin,
        wished_on=registration.wished_on,
        customer_id=registration.customer_id,
        registration_id=registration.id,
        holder_name=a.current_name or a.name,
        holder_kana=a.kana,
        phone=a.phone,
        address=f"{a.prefecture}{a.city}{a.town}{a.block}",
        building=a.building,
        old_retailer=retailer if retailer.isascii() and retailer.isdigit() and len(retailer) == RETAILER_DIGITS else "",
        old_customer_number=a.current_customer_number,
        capacity_kind=registration.capacity_unit if registration.capacity_unit in {"A", "kVA", "kW"} else "",
        capacity_milli=registration.capacity_milli or None,
        source=f"applications.registration:{registration.id}",
    )
    try:
        with db.savepoint():
            case_id = cases.open_case(new=new, now=now, actor_id=row.examined_by_id)
            if kind is SwitchingKind.START:
                cases.ask_old_retailers(case_ids=[case_id], now=now, actor_id=row.examined_by_id)
            else:
                cases.submit_cases(case_ids=[case_id], now=now, actor_id=row.examined_by_id)
    except (cases.AlreadyUnderWay, cases.Unfit, cases.NotSetUp, cases.CannotMove) as refusal:
        return str(refusal)
    return ""


def _switching_kind(a: values.Answers) -> SwitchingKind | None:
    """Who sells comes from another buyer, or nobody buys at the place now (受電再点)."""
    if a.sells:
        return SwitchingKind.START if a.current_retailer else SwitchingKind.RECONNECT
    return SWITCHING_KIND.get(IntakeKind(a.kind))


def _look_for_point(row: Intake, *, now: datetime) -> str:
    """
    Who moves in seldom knows the number (IN3), nor who sells that of the roof (IN4): it is looked for by the address, as work of
    its own.

    :returns: why it cannot be looked for; nothing where it is
    """
    a = values.Answers.of(row.answers)
    try:
        searches.open_search(
            generation=a.sells, area=row.area, address=f"{a.prefecture}{a.city}{a.town}{a.block}", building=a.building,
            meter_number=a.meter_number, why=row.number, subject=intakes.subject(row), now=now, actor_id=row.examined_by_id,
        )  # fmt: skip
    except cases.Unfit as refusal:
        return str(refusal)
    return ""


@db.transaction_required
def take_point(*, subject: str, spin: str, now: datetime) -> bool:
    """
    A search has found its point: the application that needed it goes to the grid with it, and nothing is typed again.

    :param subject: of the search: what needed it
    :returns: whether an application went on; one that has ended meanwhile does not
    """
    about, _colon, number = subject.rpartition(":")
    if about != "applications.intake":
        return False
    row = intakes.locked(intake_id=int(number))
    registration = Registration.objects.filter(intake=row).first()
    if registration is None or row.state != IntakeState.HANDED_OVER or row.spin:
        return False
    row.spin, row.answers = spin, {**row.answers, "spin": spin}
    row.save()
    hand_over(row, registration, now=now)
    # The document before the contract names the point: without the number it was held.
    notices.fill_held(registration_id=registration.id, now=now)
    return True


@db.transaction_required
def complete_registration(
    *,
    intake_id: int,
    starts_on: date,
    base_day: str,
    now: datetime,
    spin: str = "",
    meter_number: str = "",
    voltage: Voltage = Voltage.LOW,
    actor_id: int | None = None,
) -> values.Registration:
    """
    The grid fixed the first day: the point, its meter and the contract are written.

    Of a sale there is no contract of supply: the registration itself says since when which plan buys at which point.

    :param starts_on: first day of supply, as the grid answered
    :param base_day: code of the reading calendar, as the grid answered
    :param spin: the supply point number that the grid gave, where the applicant had none
    :param meter_number: the meter that hangs there; empty where the grid did not tell
    :raises WrongState: if the application is not with the grid
    :raises PointUnknown: if nobody knows the supply point number
    :raises RowsRefused: naming what the registers cannot take (a point that is supplied already ...)
    """
    row = intakes.locked(intake_id=intake_id)
    registration = Registration.objects.select_for_update().filter(intake=row).first()
    if registration is None or registration.state != RegistrationState.CONFIRMED:
        raise WrongState(_("the application %(number)s is not with the grid") % {"number": row.number})
    a = values.Answers.of(row.answers)
    number = points.plain_spin(spin) or a.spin
    if not number:
        raise PointUnknown(_("the supply point number is not known: the grid's answer names it"))
    side = PointKind.GENERATION if registration.source_kind else PointKind.SUPPLY
    point = points.point(spin=number) or supply.register_point(
        spin=number, kind=side.value, voltage=voltage.value, base_day=base_day, **_address(a)
    )
    if meter_number and meter_number not in {meter.number for meter in points.meters_of(supply_point_id=point.id)}:
        supply.hang_meter(spin=number, meter_number=meter_number, on=starts_on)
    registration.supply_point_id, registration.starts_on = point.id, starts_on
    if registration.source_kind:
        _buying_begins(row, registration, now=now, actor_id=actor_id)
        return queries.to_registration(registration)
    account = party_queries.account(account_id=registration.account_id or 0)
    assert account is not None, "a confirmed registration has a payer"
    contract = contracts.register(
        account_number=account.number,
        spin=number,
        start=starts_on,
        plan_code=registration.plan_code,
        capacity_kind=registration.capacity_unit,
        capacity_milli=registration.capacity_milli,
        discounts=registration.discounts,
        agency_code=registration.agency_code,
    )
    registration.contract_id = contract.id
    _complete(row, registration, now=now, actor_id=actor_id)
    intakes.record(row, f"registered contract {contract.number} of", now=now, actor_id=actor_id, procedure=REGISTER)
    about = About(contract_id=contract.id, registration_id=registration.id)
    notices.order_notice(kind=NoticeKind.AFTER, about=about, occasion=Occasion.FIRST)
    intakes.tell_start(queries.to_value(row), starts_on=starts_on, contract_number=contract.number, now=now)
    return queries.to_registration(registration)


def _complete(row: Intake, registration: Registration, *, now: datetime, actor_id: int | None) -> None:
    _move(registration, "complete")
    outcome = f"from {registration.starts_on}"
    worklist.close_about(kind=CASE_WORK, subjects=[intakes.subject(row)], outcome=outcome, now=now, actor_id=actor_id)


def _buying_begins(row: Intake, registration: Registration, *, now: datetime, actor_id: int | None) -> None:
    """What the plant delivers is bought from the day that the grid fixed; the applicant is told."""
    assert registration.starts_on is not None
    _complete(row, registration, now=now, actor_id=actor_id)
    intakes.record(row, "registered the purchase of", now=now, actor_id=actor_id, procedure=REGISTER)
    intakes.tell_purchase(queries.to_value(row), starts_on=registration.starts_on, spin=row.spin, now=now)


@db.transaction_required
def take_back_purchase(*, intake_id: int, now: datetime) -> None:
    """After the match the grid refused: nothing is bought from the day that was told, and the registration waits again."""
    row = intakes.locked(intake_id=intake_id)
    registration = Registration.objects.select_for_update().filter(intake=row).first()
    if registration is None or not registration.source_kind or registration.state != RegistrationState.COMPLETED:
        return
    registration.starts_on = None
    _move(registration, "take_back")
    intakes.record(row, "took back the purchase of", now=now, actor_id=None, procedure=REGISTER)


@db.transaction_required
def cancel_registration(*, intake_id: int, reason: str, now: datetime, actor_id: int | None) -> values.Registration:
    """
    The grid or the old retailer refused, or the applicant changed their mind after the hand-over.

    :raises WrongState: if the contract stands already
    """
    row = intakes.locked(intake_id=intake_id)
    registration = Registration.objects.select_for_update().filter(intake=row).first()
    if registration is None or row.state != IntakeState.HANDED_OVER:
        raise WrongState(_("the application %(number)s is not with the grid") % {"number": row.number})
    _move(registration, "cancel")
    for kind in (CASE_WORK, MANDATE_WORK):
        worklist.close_about(kind=kind, subjects=[intakes.subject(row)], outcome=reason, now=now, actor_id=actor_id)
    row.reason = reason[:300]
    row.save()
    intakes.record(row, f"gave up the registration ({reason[:120]}) of", now=now, actor_id=actor_id, procedure=REGISTER)
    intakes.tell_end(queries.to_value(row), now=now)
    return queries.to_registration(registration)


@db.transaction_required
def accept_many(*, intake_ids: Sequence[int], now: datetime, actor_id: int | None) -> tuple[int, list[str]]:
    """
    Find in order every chosen application without an open finding.

    :returns: how many were taken, and the numbers of those that were not
    """
    taken, left = 0, []
    for intake_id in intake_ids:
        try:
            with db.savepoint():
                accept(intake_id=intake_id, now=now, actor_id=actor_id)
        except (StillOpen, WrongState):
            left.append(queries.intake(intake_id=intake_id).number)
        else:
            taken += 1
    return taken, left
