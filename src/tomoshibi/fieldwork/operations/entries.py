"""
Entries from phones: applied once, in the order in which they come, or kept for the office with a sentence.

Nothing that a crew sent is refused and gone. What does not fit - a ticket that has ended, a person who is not on the
crew, a row that somebody else has recorded, a seal that hangs elsewhere - waits as an entry with the reason, and is an
item of work until a person has applied or dropped it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tomoshibi.fieldwork import queries, reports, values
from tomoshibi.fieldwork.models import Entry, Member, Qualification, Task, Ticket
from tomoshibi.fieldwork.operations import recording
from tomoshibi.fieldwork.operations.tickets import locked, refuse_ended
from tomoshibi.identity import queries as people
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

WAITS = "fieldwork.entry_waits"
_DUE = timedelta(days=1)


class DecidedAlready(ValueError):
    """Somebody decided the entry in the meantime."""


class _DoesNotFit(ValueError):
    """The office has to look at it; the sentence is for the person with the phone."""


@db.transaction_required
def apply_entry(
    *, entry_key: UUID, ticket_id: int, payload: Mapping[str, Any], received_at: datetime, actor_id: int
) -> values.Entry:
    """
    What a phone sent about a ticket; the same key again changes nothing and gives the same answer.

    :param payload: see ``reports.Report``; ``photos`` are ids of stored files
    :param actor_id: who is signed in on the phone
    :returns: the entry: applied, older than what is known, or queued with a sentence
    :raises queries.NoSuchTicket: for an unknown ticket
    """
    ticket = locked(ticket_id)
    known = Entry.objects.filter(key=entry_key).first()
    if known is not None:
        return queries.to_entry(known)
    report, task, sentence = None, None, ""
    state = values.EntryState.APPLIED
    try:
        with db.savepoint():
            report = reports.read(payload)
            task = _task_of(ticket, report)
            _check(ticket, task, report, actor_id)
            if _is_older(task, report, actor_id):
                state = values.EntryState.OLDER
            else:
                task = recording.record(ticket, task, report, received_at=received_at, actor_id=actor_id)
    except (_DoesNotFit, reports.NotReadable, *recording.REFUSALS) as refusal:
        state, sentence = values.EntryState.QUEUED, str(refusal)
        task = task if task is not None and task.pk else None
    if state is values.EntryState.APPLIED and ticket.state == values.TicketState.ASSIGNED:
        ticket.begin(at=received_at)
        ticket.save()
    row = Entry.objects.create(
        key=entry_key, ticket=ticket, task=task, payload=dict(payload), made_at=report.made_at if report else None,
        received_at=received_at, actor_id=actor_id, state=state.value, sentence=sentence[:300],
    )  # fmt: skip
    if state is values.EntryState.QUEUED:
        worklist.open_item(
            procedure=values.TICKETS,
            kind=WAITS,
            subject=_subject(entry_key),
            title=f"{ticket.number}: {sentence}",
            detail=people.name_of(user_id=actor_id),
            due_at=received_at + _DUE,
            now=received_at,
            url=reverse("fieldwork:ticket", args=[ticket_id]),
        )
    return queries.to_entry(row)


def _subject(key: UUID) -> str:
    return f"fieldwork.entry:{key}"


def _task_of(ticket: Ticket, report: reports.Report) -> Task | None:
    if report.task_id is None:
        return None
    task = Task.objects.filter(ticket=ticket, id=report.task_id).first()
    if task is None:
        raise _DoesNotFit(_("Ticket %(number)s has no such row.") % {"number": ticket.number})
    return task


def _check(ticket: Ticket, task: Task | None, report: reports.Report, actor_id: int) -> None:
    """
    :raises _DoesNotFit: where two crews, or a crew and the office, did not know of each other
    """
    if ticket.state in {values.TicketState.CLOSED, values.TicketState.WITHDRAWN}:
        raise _DoesNotFit(
            _("Ticket %(number)s has ended; the office decides about what comes now.") % {"number": ticket.number}
        )
    if ticket.leader_id is None or ticket.qualification is None:
        raise _DoesNotFit(_("Ticket %(number)s has no leader: no work without one.") % {"number": ticket.number})
    on_crew = ticket.leader_id == actor_id or Member.objects.filter(ticket=ticket, person_id=actor_id).exists()
    if not on_crew:
        leader = people.name_of(user_id=ticket.leader_id)
        raise _DoesNotFit(_("The crew of %(leader)s is at this ticket; the office compares.") % {"leader": leader})
    _check_leader(ticket.qualification, report)
    if task is not None and task.outcome and task.done_by_id != actor_id:
        other = people.name_of(user_id=task.done_by_id)
        raise _DoesNotFit(
            _("%(name)s has recorded row %(no)s already; the office compares.") % {"name": other, "no": task.no}
        )


def _check_leader(qualification: Qualification, report: reports.Report) -> None:
    day = timezone.localtime(report.made_at).date()
    if not queries.to_qualification(qualification).holds_on(day):
        raise _DoesNotFit(_("The leader's qualification does not hold on %(day)s.") % {"day": day.isoformat()})


def _is_older(task: Task | None, report: reports.Report, actor_id: int) -> bool:
    """Phones send in order, but a second phone of the same person need not."""
    return task is not None and task.done_at is not None and report.made_at < task.done_at


@db.transaction_required
def decide_entry(*, key: UUID, accept: bool, now: datetime, actor_id: int | None) -> values.Entry:
    """
    The office applies an entry that waits, whoever sent it, or drops it; it stays on record either way.

    :raises DecidedAlready: if somebody was faster
    :raises TicketEnded: if it is to be applied and the ticket has ended: then the order itself has to be put right
    :raises reports.NotReadable: if it is to be applied and nobody can read it
    """
    known = queries.entry(key=key)
    ticket = locked(known.ticket_id)
    row = Entry.objects.select_for_update().get(key=key)
    if row.state != values.EntryState.QUEUED:
        raise DecidedAlready(_("Somebody has decided this entry in the meantime."))
    if accept:
        refuse_ended(ticket)
        report = reports.read(row.payload)
        sender = row.actor_id
        assert sender is not None, "a phone's entry has a person"
        row.task = recording.record(ticket, _task_of(ticket, report), report, received_at=now, actor_id=sender)
        if ticket.state == values.TicketState.ASSIGNED:
            ticket.begin(at=now)
            ticket.save()
    row.state = (values.EntryState.ACCEPTED if accept else values.EntryState.DROPPED).value
    row.decided_at, row.decided_by_id = now, actor_id
    row.save()
    worklist.close_about(
        kind=WAITS,
        subjects=[_subject(key)],
        outcome=_("applied") if accept else _("dropped"),
        now=now,
        actor_id=actor_id,
    )
    return queries.to_entry(row)
