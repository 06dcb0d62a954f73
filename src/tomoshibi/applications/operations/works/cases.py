"""Open, correct, send and take back applications that grid companies take by form (AP9-AP11)."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.urls import reverse
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from tomoshibi.applications import worksforms, worksletter
from tomoshibi.applications.models import WorkCase, WorkDesk, WorkSending, WorkStep
from tomoshibi.applications.queries import works as queries
from tomoshibi.applications.story_words import said
from tomoshibi.applications.values import works as values
from tomoshibi.applications.values.works import NewWork, Route, SendAction, SendState, WorkKind, WorkState
from tomoshibi.documents import operations as documents
from tomoshibi.identity import operations as identity
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.storage import bulk, db
from tomoshibi.supply import queries as supply
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import operations as worklist

OVERDUE = "applications.work_overdue"
TO_POST = "applications.work_to_post"
APPROVE = "applications.work_contribution"
STOPPED = "applications.work_stopped"
TO_SEND = "applications.work_draft"
ITEMS = (OVERDUE, TO_POST, APPROVE, STOPPED, TO_SEND)
TEXTS = (
    "holder_name", "holder_kana", "phone", "address", "account_number", "capacity_kind", "contractor", "contractor_phone",
    "note",
)  # fmt: skip
SPIN_DIGITS = 22


class NoDesk(ValueError):
    """Where the grid company of the area takes applications is not entered."""


class Lacking(ValueError):
    """The application cannot go out as it stands; the sentence says what is missing."""


class OpenAlready(ValueError):
    """The same is under way at the point; the sentence names it."""


class TooLate(ValueError):
    """The grid company's cut-off has passed, or the day is fixed: nothing can be changed any more."""


class WrongStep(ValueError):
    """The step does not fit the application's state."""


class NoSuchWork(LookupError):
    """There is no such application."""


@db.transaction_required
def set_desk(*, area: str, **given: Any) -> None:
    """Where a grid company takes applications; ``area`` empty: all that have no desk of their own. See ``values.Desk``."""
    WorkDesk.objects.update_or_create(area=area, defaults=given)


@db.transaction_required
def note_line(*, area: str, failure: str, now: datetime) -> None:
    """When a grid company's Web system was last reached, or why not."""
    changes: dict[str, Any] = {"failure": failure[:500]} if failure else {"failure": "", "reached_at": now}
    WorkDesk.objects.filter(area=area).update(**changes)


@db.transaction_required
def open_work(*, new: NewWork, now: datetime, actor_id: int | None) -> int:
    """
    Open an application as a draft; the same source twice is one.

    :returns: its id
    :raises NoDesk:
    :raises Lacking: if something that the kind needs is missing
    :raises OpenAlready: if the same is under way at the point
    """
    if new.source:
        known = WorkCase.objects.filter(source=new.source).first()
        if known is not None:
            return known.id
    desk = desk_of(new.area)
    spin = supply.plain_spin(new.spin) if new.spin else ""
    _examine(new, spin)
    point = supply.point(spin=spin) if spin else None
    case_id = int(bulk.allocate_ids("applications_workcase", 1)[0])
    case = WorkCase(
        id=case_id,
        number=f"K{case_id:08d}",
        procedure=desk.procedure_of(new.kind),
        kind=new.kind.value,
        voltage=new.voltage.value,
        route=desk.route_of(new.kind).value,
        area=new.area,
        spin=spin,
        supply_point_id=point.id if point else None,
        contract_id=new.contract_id,
        customer_id=new.customer_id,
        registration_id=new.registration_id,
        capacity_milli=new.capacity_milli,
        terms=dict(new.terms or {}),
        details=dict(new.details or {}),
        wished_on=new.wished_on,
        cutoff_on=_cutoff(desk, new.wished_on),
        due_on=masters.add_business_days(now.date(), 1, area=new.area),
        source=new.source,
        opened_at=now,
        opened_by_id=actor_id,
        **{name: getattr(new, name).strip() for name in TEXTS},
    )
    try:
        with db.savepoint():
            case.save(force_insert=True)
    except IntegrityError as error:
        if "one_open_work" not in str(error):
            raise
        rival = WorkCase.objects.filter(spin=spin, kind=new.kind, state__in=list(values.OPEN_WORKS)).first()
        number = rival.number if rival else ""
        raise OpenAlready(
            _("application %(number)s is open at this point: settle or cancel it first") % {"number": number}
        ) from None
    tell(case, "opened", said("opened"), now=now, actor_id=actor_id)
    if new.source:
        worklist.open_item(
            procedure=case.procedure,
            kind=TO_SEND,
            subject=subject(case),
            title=_("Complete and send application %(number)s: %(name)s")
            % {"number": case.number, "name": case.holder_name},
            due_at=now + timedelta(days=1),
            now=now,
            url=reverse("applications:work", args=[case.id]),
        )
    return case.id


def desk_of(area: str) -> values.Desk:
    found = queries.desk(area=area)
    if found is None:
        raise NoDesk(_("where the grid company of area %(area)s takes applications is not entered") % {"area": area})
    return found


def _cutoff(desk: values.Desk, wished_on: date | None) -> date | None:
    return masters.add_business_days(wished_on, -desk.cutoff_days, area=desk.area or None) if wished_on else None


def _examine(new: NewWork, spin: str) -> None:
    if new.kind is not WorkKind.NEW_SUPPLY and not spin:
        raise Lacking(_("the supply point number is needed"))
    if spin and (len(spin) != SPIN_DIGITS or spin[:2] != new.area):
        raise Lacking(_("a supply point number has 22 digits and begins with the area"))
    if not new.holder_name.strip():
        raise Lacking(_("the customer's name is needed"))
    if new.wished_on is None:
        raise Lacking(_("a wished day is needed"))
    if new.kind in values.RESIZING_WORKS and not new.capacity_milli:
        raise Lacking(_("the wished size is needed"))
    if new.kind in values.ENDING_WORKS | values.RESIZING_WORKS and new.contract_id is None:
        raise Lacking(_("this is for a point that we supply: name its contract"))
    if new.kind in values.WHEELING_KINDS and new.voltage in {values.VoltageClass.LOW, values.VoltageClass.HIGH}:
        raise Lacking(_("the switching support system takes this: low voltage, and high voltage under 500 kW"))


@db.transaction_required
def change_work(*, case_id: int, changes: Mapping[str, Any], now: datetime, actor_id: int | None) -> None:
    """
    Correct an application: a draft or a returned one in our books, one that is out there also by a new form (訂正).

    :param changes: columns, and ``details`` as a whole
    :raises TooLate: when the day is fixed, or behind the grid company's cut-off
    :raises Lacking:
    """
    case = locked(case_id)
    _require_changeable(case, now.date())
    before = {name: getattr(case, name) for name in changes}
    for name, value in changes.items():
        setattr(case, name, value)
    if all(before[name] == value for name, value in changes.items()):
        return
    case.cutoff_on = _cutoff(desk_of(case.area), case.wished_on)
    case.save()
    tell(case, "changed", said("corrected"), now=now, actor_id=actor_id)
    if case.state not in {WorkState.DRAFT, WorkState.RETURNED}:
        _put_out(case, SendAction.CORRECT, now=now, actor_id=actor_id)


def _require_changeable(case: WorkCase, today: date) -> None:
    if WorkState(case.state) not in values.CHANGEABLE:
        raise TooLate(_("%(number)s: nothing can be changed in this state") % {"number": case.number})
    is_out = case.state not in {WorkState.DRAFT, WorkState.RETURNED}
    if is_out and case.cutoff_on is not None and today > case.cutoff_on:
        raise TooLate(
            _("%(number)s could be changed until %(day)s; ask the grid company by telephone")
            % {"number": case.number, "day": case.cutoff_on}
        )


@db.transaction_required
def send_work(*, case_id: int, now: datetime, actor_id: int | None) -> None:
    """
    Fill the form and send it: over the line, by mail, or by a person who posts it or enters it on a Web page.

    :raises WrongStep: unless it is a draft or was returned
    :raises Lacking: naming what the form needs
    """
    case = locked(case_id)
    if not can_proceed(case.send):
        raise WrongStep(_("%(number)s cannot be sent in its state") % {"number": case.number})
    missing = [
        field.label("ja")
        for field in worksforms.form_of(WorkKind(case.kind)).fields
        if field.is_required and not case.details.get(field.name)
    ]
    if missing:
        raise Lacking(_("the form needs: %(what)s") % {"what": ", ".join(missing)})
    again = case.state == WorkState.RETURNED and case.reception_number
    desk = desk_of(case.area)
    case.route = desk.route_of(WorkKind(case.kind)).value
    case.send()
    case.due_on = masters.add_business_days(now.date(), desk.answer_days, area=case.area)
    case.save()
    _put_out(case, SendAction.CORRECT if again else SendAction.NEW, now=now, actor_id=actor_id)
    close_items(case, (OVERDUE, STOPPED, TO_SEND), outcome=_("sent"), now=now, actor_id=actor_id)


def _put_out(case: WorkCase, action: SendAction, *, now: datetime, actor_id: int | None) -> None:
    """Fill the papers and hand them to the line, or to a person. What still waits is replaced."""
    WorkSending.objects.filter(case=case, state__in=[SendState.WAITING.value, SendState.BY_HAND.value]).update(
        state=SendState.FAILED.value, words=_("replaced by a later form")
    )
    desk, route = desk_of(case.area), Route(case.route)
    round_number = WorkSending.objects.filter(case=case).count() + 1
    paper = worksletter.content(
        case=queries.to_case(case), desk=desk, action=action, round_number=round_number, made_at=now
    )
    name = f"{case.number}-{round_number}"
    xlsx = documents.store(
        name=f"{name}.xlsx",
        content=worksletter.sheet(paper),
        kind="applications.work_sheet",
        now=now,
        actor_id=actor_id,
    )
    pdf = documents.store(
        name=f"{name}.pdf",
        content=documents.typeset(template=worksletter.TEMPLATE, data=paper),
        kind="applications.work_form",
        now=now,
        actor_id=actor_id,
    )
    to = {Route.WEB: desk.address, Route.MAIL: desk.mail, Route.PORTAL: desk.page, Route.POST: desk.post}[route]
    by_hand = route in values.BY_HAND
    row = WorkSending.objects.create(
        case=case,
        message_id=uuid.uuid4(),
        action=action.value,
        route=route.value,
        state=(SendState.BY_HAND if by_hand else SendState.WAITING).value,
        to=to[:300],
        xlsx_id=xlsx.id,
        pdf_id=pdf.id,
        made_at=now,
        made_by_id=actor_id,
    )
    if not by_hand:
        worker.enqueue(values.WORKS_SEND_JOB, lock=values.WORKS_LINE)
        tell(case, "form", said("form %(name)s is filled and waits to be sent", name=name), now=now, actor_id=actor_id)
        return
    worklist.open_item(
        procedure=case.procedure,
        kind=TO_POST,
        subject=subject(case),
        title=_("Take form %(name)s to the grid company: %(where)s") % {"name": name, "where": row.to or "–"},
        due_at=_at_noon(now.date(), now),
        now=now,
        url=reverse("applications:work", args=[case.id]),
    )
    tell(case, "form", said("form %(name)s is filled; a person takes it there", name=name), now=now, actor_id=actor_id)


@db.transaction_required
def sent_by_hand(*, sending_id: int, words: str, now: datetime, actor_id: int | None) -> None:
    """
    A person posted the form or entered it on the Web page.

    :param words: tracking number, or what the page answered
    :raises WrongStep: if nothing waits to be taken there
    """
    row = WorkSending.objects.select_for_update().filter(id=sending_id).first()
    if row is None or row.state != SendState.BY_HAND:
        raise WrongStep(_("nothing waits to be sent by hand"))
    row.state, row.words, row.sent_at, row.sent_by_id = SendState.SENT.value, words[:300], now, actor_id
    row.save()
    case = locked(row.case_id)
    tell(case, "sent", said("taken to the grid company: %(words)s", words=words or "–"), now=now, actor_id=actor_id)
    close_items(case, (TO_POST,), outcome=words or _("sent"), now=now, actor_id=actor_id)


@db.transaction_required
def left(*, sending_id: int, words: str, now: datetime) -> None:
    """The machine took the form out: the mail server or the Web system has it."""
    row = WorkSending.objects.select_for_update().get(id=sending_id)
    if row.state != SendState.WAITING:
        return
    row.state, row.words, row.sent_at, row.tries = SendState.SENT.value, words[:300], now, row.tries + 1
    row.save()
    tell(locked(row.case_id), "sent", said("sent to %(to)s", to=row.to), now=now)


@db.transaction_required
def did_not_leave(*, sending_id: int, words: str, for_good: bool, now: datetime) -> None:
    """
    The form did not get there.

    :param for_good: trying again does not help: a person looks; otherwise it stays in its place
    """
    row = WorkSending.objects.select_for_update().get(id=sending_id)
    row.words, row.tries = words[:300], row.tries + 1
    if for_good:
        row.state = SendState.FAILED.value
    row.save()
    if for_good:
        case = locked(row.case_id)
        tell(case, "failed", said("the form did not leave: %(why)s", why=words), now=now)
        stopped(case, words, now=now)


@db.transaction_required
def cancel_work(*, case_id: int, reason: str, now: datetime, actor_id: int | None) -> None:
    """
    Take an application back; one that is out there also by a form (取消).

    :raises TooLate: behind the cut-off, or when the day is fixed
    """
    case = locked(case_id)
    if not can_proceed(case.cancel):
        raise TooLate(_("%(number)s cannot be canceled any more") % {"number": case.number})
    was_out = case.state not in {WorkState.DRAFT, WorkState.RETURNED} or case.reception_number
    if was_out and case.state != WorkState.QUOTED:
        _require_changeable(case, now.date())
    case.cancel(reason=reason)
    case.due_on = None
    case.save()
    close_items(case, ITEMS, outcome=reason, now=now, actor_id=actor_id)
    tell(case, "canceled", said("canceled: %(why)s", why=reason), now=now, actor_id=actor_id)
    if was_out:
        _put_out(case, SendAction.CANCEL, now=now, actor_id=actor_id)


@db.transaction_required
def chase(*, now: datetime) -> int:
    """
    Applications whose next step is late become work for a person, and the grid company is reminded by mail, once for each
    day that passed, where it is the grid company's turn and its desk has an address.

    :returns: how many
    """
    late = queries.overdue(on=now.date())
    for one in late:
        _remind(one, now=now)
    items = [
        {
            "procedure": one.procedure,
            "kind": OVERDUE,
            "subject": f"applications.work:{one.id}",
            "title": _("%(number)s %(name)s: the next step was due on %(day)s; ask the grid company")
            % {"number": one.number, "name": one.holder_name, "day": one.due_on},
            "due_at": _at_noon(now.date(), now),
            "url": reverse("applications:work", args=[one.id]),
        }
        for one in late
    ]
    worklist.open_items(items=items, now=now)
    return len(late)


def _remind(late: values.WorkCase, *, now: datetime) -> None:
    """A mail to the grid company: which application, since when it waits, what the next step was."""
    desk = queries.desk(area=late.area)
    asked = WorkStep.objects.filter(case_id=late.id, event=f"reminded:{late.number}:{late.due_on}").exists()
    if asked or desk is None or not desk.mail or late.state not in values.AT_THE_GRID:
        return
    company = masters.company()
    messaging.send_mail(
        template="applications.works_reminder",
        recipient=desk.mail,
        context={
            "desk": desk.name,
            "number": late.number,
            "reception": late.reception_number or "－",
            "name": late.holder_name,
            "place": late.address,
            "due": str(late.due_on),
            "wished": str(late.wished_on or "－"),
            "company": company.name,
            "phone": company.phone,
        },
        about=f"applications.work:{late.id}",
        key=f"reminded:{late.number}:{late.due_on}",
        now=now,
    )
    case = locked(late.id)
    line = said("the grid company was reminded by mail to %(mail)s: due on %(day)s", mail=desk.mail, day=late.due_on)
    tell(case, "reminded", line, now=now, event=f"reminded:{late.number}:{late.due_on}")
    identity.record_deed(
        procedure=late.procedure,
        what=f"reminded the grid company of {late.number}, due on {late.due_on}",
        at=now,
        subject=subject(case),
    )


# What the other file of this matter shares ----------------------------------------------------------------------


def locked(case_id: int) -> WorkCase:
    case = WorkCase.objects.select_for_update().filter(id=case_id).first()
    if case is None:
        raise NoSuchWork(_("there is no such application"))
    return case


def subject(case: WorkCase) -> str:
    return f"applications.work:{case.id}"


def tell(case: WorkCase, kind: str, text: str, *, now: datetime, actor_id: int | None = None, event: str = "") -> None:
    """A line of the application's story."""
    WorkStep.objects.create(case=case, at=now, kind=kind, text=text[:500], actor_id=actor_id, event=event)


def stopped(case: WorkCase, why: str, *, now: datetime) -> None:
    """Work for a person: an application stands still."""
    worklist.open_item(
        procedure=case.procedure,
        kind=STOPPED,
        subject=subject(case),
        title=_("Application %(number)s stands still: %(why)s") % {"number": case.number, "why": why},
        due_at=now + timedelta(days=1),
        now=now,
        url=reverse("applications:work", args=[case.id]),
    )


def close_items(
    case: WorkCase, kinds: tuple[str, ...], *, outcome: str, now: datetime, actor_id: int | None = None
) -> None:
    for kind in kinds:
        worklist.close_about(kind=kind, subjects=[subject(case)], outcome=outcome, now=now, actor_id=actor_id)


def _at_noon(day: date, now: datetime) -> datetime:
    return now.replace(year=day.year, month=day.month, day=day.day, hour=12, minute=0, second=0, microsecond=0)
