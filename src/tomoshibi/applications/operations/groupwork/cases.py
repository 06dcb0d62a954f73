"""What all steps of a case share: the lock, the next step with its deadline and its work item, the record of steps."""

import secrets
from datetime import date, datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from tomoshibi.applications import casewords as words
from tomoshibi.applications.models import CaseDocument, CaseRow, CaseStep, GroupCase
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import CaseState, RowState
from tomoshibi.documents import operations as documents
from tomoshibi.documents.values import StoredFile
from tomoshibi.groups import queries as groups
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

WORK = "applications.groupcase_step"
REMINDER = "applications.groupcase_archive"
FILE_KIND = "applications.groupcase"
_EVENING = time(17, 30)
STEP_OF = {
    CaseState.RECEIVED: values.ACCEPT,
    CaseState.SURVEY: values.SURVEY,
    CaseState.CONTRACT: values.DRAFT,
    CaseState.ORDER: values.ORDER,
    CaseState.FIELD: values.ORDER,
    CaseState.INSTALL: values.INSTALL,
    CaseState.SETTLE: values.SETTLE,
    CaseState.ARCHIVE: values.ARCHIVE,
}
_DAYS = {
    CaseState.RECEIVED: "accept_days",
    CaseState.SURVEY: "survey_days",
    CaseState.CONTRACT: "contract_days",
    CaseState.ORDER: "order_days",
    CaseState.FIELD: "connect_days",
    CaseState.INSTALL: "install_days",
    CaseState.SETTLE: "final_bill_days",
    CaseState.ARCHIVE: "archive_days",
}
"""Rules of groups (``groups.parameters``) that say how many working days each step has."""


class NoSuchCase(LookupError):
    """There is no such case."""


class CaseMove(ValueError):
    """The case is at another step."""


class Incomplete(ValueError):
    """Something is missing before the next step; the sentence says what."""


def locked(case_id: int) -> GroupCase:
    """:raises NoSuchCase: if it is not there"""
    row = (
        GroupCase.objects.select_for_update(of=("self",)).select_related("customer", "group").filter(id=case_id).first()
    )
    if row is None:
        raise NoSuchCase(_("there is no such application"))
    return row


def at(case: GroupCase, *states: CaseState) -> None:
    """:raises CaseMove: if the case stands somewhere else"""
    if CaseState(case.state) not in states:
        raise CaseMove(
            _("Application %(number)s is at the step “%(state)s”; this is not done there.")
            % {"number": case.number, "state": words.STATES[CaseState(case.state)].word}
        )


def move(case: GroupCase, to: str, **details: Any) -> None:
    """:raises CaseMove: if the case may not go there from where it stands"""
    try:
        getattr(case, to)(**details)
    except TransitionNotAllowed:
        at(case)
        raise AssertionError("no state allows nothing") from None


def fresh_query_number() -> str:
    """Twelve digits that nobody guesses: with them the customer asks how far the application is."""
    return "".join(secrets.choice("0123456789") for _n in range(12))


def enter(case: GroupCase, *, now: datetime, today: date) -> None:
    """The case stands at a new step: its deadline by the working-day calendar, and one item of work for its role."""
    state = CaseState(case.state)
    case.step_since = now
    case.due_on = due_of(case, today=today)
    case.save()
    if case.due_on is None:
        worklist.close_about(kind=WORK, subjects=[values.subject_of(case.id)], outcome=_("done"), now=now)
        worklist.close_about(kind=REMINDER, subjects=[values.subject_of(case.id)], outcome=_("done"), now=now)
        return
    hand_to(case, role=words.ROLE_AT.get(state, ""), procedure=STEP_OF[state], doing=words.STATES[state].word, now=now)


def hand_to(case: GroupCase, *, role: str, procedure: str, doing: object, now: datetime) -> None:
    """One item of work, for whose turn it is; what was there before is done."""
    assert case.due_on is not None, "a step that somebody does has a deadline"
    worklist.close_about(kind=WORK, subjects=[values.subject_of(case.id)], outcome=_("done"), now=now)
    worklist.open_item(
        procedure=procedure,
        kind=WORK,
        subject=values.subject_of(case.id),
        title=_("%(number)s %(customer)s: %(step)s")
        % {"number": case.number, "customer": case.customer.name, "step": doing},
        due_at=evening(case.due_on),
        role=role,
        url=reverse("applications:group_case", args=[case.id]),
        now=now,
    )


def due_of(case: GroupCase, *, today: date) -> date | None:
    """The last day of the present step; the archive counts from the connection, everything else from today (G-062)."""
    rule = _DAYS.get(CaseState(case.state))
    if rule is None:
        return None
    start = case.connected_on if case.state == CaseState.ARCHIVE and case.connected_on else today
    return masters.add_business_days(start, groups.parameter(rule, on=today))


def evening(day: date) -> datetime:
    return datetime.combine(day, _EVENING, tzinfo=timezone.get_current_timezone())


def note(case: GroupCase, step: str, what: str, *, now: datetime, actor_id: int | None, text: str = "") -> None:
    """Who did what: a code of ``casewords.DONE``, and a text of theirs."""
    CaseStep.objects.create(case=case, step=step, what=what, text=text[:300], at=now, by_id=actor_id)


@db.transaction_required
def note_attempt(*, case_id: int, step: str, text: str, now: datetime, actor_id: int | None) -> None:
    """Somebody tried a step that is not open to the case; the attempt stays on record (G-039)."""
    note(locked(case_id), step, "refused", now=now, actor_id=actor_id, text=text)


@db.transaction_required
def keep_file(*, name: str, content: Any, now: datetime, actor_id: int | None) -> StoredFile:
    """A file as it came, by its hash; it stays, whatever becomes of the application (G-027)."""
    return documents.store(name=name, content=content, kind=FILE_KIND, now=now, actor_id=actor_id)


def add_document(
    case: GroupCase,
    slot: values.Slot,
    file: StoredFile,
    *,
    name: str,
    now: datetime,
    actor_id: int | None,
    version: int = 0,
) -> None:
    CaseDocument.objects.create(
        case=case,
        slot=slot.value,
        document_id=file.id,
        name=name[:255],
        sha256=file.sha256,
        version=version,
        at=now,
        by_id=actor_id,
    )


def rows_of(case: GroupCase, *states: RowState) -> list[CaseRow]:
    rows = CaseRow.objects.filter(case=case).order_by("no")
    return list(rows.filter(state__in=[s.value for s in states]) if states else rows)


@db.transaction_required
def refuse_case(*, case_id: int, reason: str, now: datetime, today: date, actor_id: int | None) -> None:
    """
    An application goes back to the customer.

    :raises CaseMove: once a crew has been sent out
    """
    case = locked(case_id)
    if case.connected_on is not None:
        raise CaseMove(_("Points of this application are connected already."))
    move(case, "refuse", reason=reason)
    note(case, values.ACCEPT, "sent_back", now=now, actor_id=actor_id, text=reason)
    enter(case, now=now, today=today)
