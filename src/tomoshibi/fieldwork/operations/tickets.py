"""Work tickets: ordered, given to a qualified leader, closed when every row has an outcome (G-054 ... G-057)."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tomoshibi.fieldwork import queries, values
from tomoshibi.fieldwork.models import Entry, Label, Member, Qualification, Seal, Task, Ticket
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import operations as worklist

LEADERLESS = "fieldwork.ticket_without_leader"
_MORNING = time(8)


class NothingToDo(ValueError):
    """A ticket without a row, or with a thing twice."""


class NotQualified(ValueError):
    """Nobody leads a crew without a qualification that holds on the day of the work."""


class CrewAtWork(ValueError):
    """Another crew is at this ticket."""


class OnTheCrew(ValueError):
    """The person is on the crew already, or leads it."""


class RowsOpen(ValueError):
    """Some rows have no outcome yet, or entries wait for the office."""


class TicketEnded(ValueError):
    """The ticket is closed or withdrawn."""


class AdoptedAlready(ValueError):
    """What was found on site belongs to something already."""


@db.transaction_required
def open_ticket(
    *,
    kind: str,
    title: str,
    ordered_by: str,
    planned_on: date,
    tasks: Sequence[values.TaskOrder],
    now: datetime,
    actor_id: int | None,
    district: str = "",
    place: str = "",
    due_on: date | None = None,
) -> int:
    """
    Order work on site; until somebody leads it, naming a leader is work for the office.

    :param kind: what the process that orders it calls this work, for example ``installation``
    :param ordered_by: ``room.thing:id``; ``queries.tickets_ordered_by`` finds the ticket by it
    :param district: transformer district, as people read it
    :param place: where the crew meets
    :returns: the ticket's id
    :raises NothingToDo: without a row, or with one thing twice
    """
    subjects = [order.subject for order in tasks if order.subject]
    if not tasks or len(subjects) != len(set(subjects)):
        raise NothingToDo(_("A ticket needs at least one row, and each thing only once."))
    row = Ticket.objects.create(
        kind=kind, title=title[:120], ordered_by=ordered_by, district=district[:100], place=place[:200],
        planned_on=planned_on, due_on=due_on, opened_at=now, opened_by_id=actor_id,
    )  # fmt: skip
    row.number = f"W{row.id:07d}"
    row.save(update_fields=["number"])
    Task.objects.bulk_create(
        Task(
            ticket=row, no=no, subject=order.subject, act=values.Act(order.act).value, caption=order.caption[:120],
            address=order.address[:200], note=order.note[:300], place=order.place[:60],
        )
        for no, order in enumerate(tasks, start=1)
    )  # fmt: skip
    worklist.open_item(
        procedure=values.TICKETS,
        kind=LEADERLESS,
        subject=_subject(row.id),
        title=_("Name a leader for ticket %(number)s") % {"number": row.number},
        detail=row.title,
        url=reverse("fieldwork:ticket", args=[row.id]),
        due_at=datetime.combine(planned_on, _MORNING, tzinfo=timezone.get_current_timezone()),
        now=now,
    )
    return row.id


def _subject(ticket_id: int) -> str:
    return f"fieldwork.ticket:{ticket_id}"


def locked(ticket_id: int) -> Ticket:
    """
    The ticket's row is the lock: what phones and the office do to one ticket comes one after the other.

    :raises queries.NoSuchTicket: for an unknown number
    """
    row = Ticket.objects.select_for_update().filter(id=ticket_id).first()
    if row is None:
        raise queries.NoSuchTicket(str(ticket_id))
    return row


def refuse_ended(row: Ticket) -> None:
    """
    :raises TicketEnded: if it is closed or withdrawn
    """
    if row.state in {values.TicketState.CLOSED, values.TicketState.WITHDRAWN}:
        raise TicketEnded(_("Ticket %(number)s has ended.") % {"number": row.number})


@db.transaction_required
def assign_leader(*, ticket_id: int, person_id: int, now: datetime, actor_id: int | None, reason: str = "") -> None:
    """
    Give a ticket to somebody who may lead it on the planned day; work that has begun is handed over with a reason.

    :raises NotQualified: without a qualification that holds on the planned day
    :raises CrewAtWork: if a crew has begun and nobody says why another one takes over
    :raises TicketEnded: if it has ended
    """
    row = locked(ticket_id)
    refuse_ended(row)
    held = queries.qualification_of(person_id=person_id, on=row.planned_on)
    if held is None:
        raise NotQualified(
            _("This person has no qualification that holds on %(day)s.") % {"day": row.planned_on.isoformat()}
        )
    qualification = Qualification.objects.get(id=held.id)
    if row.state == values.TicketState.WORKING:
        if row.leader_id != person_id and not reason.strip():
            raise CrewAtWork(_("A crew is at work on this ticket: say why another one takes over."))
        row.hand_over(leader_id=person_id, qualification=qualification, reason=reason.strip()[:300])
    else:
        row.assign(leader_id=person_id, qualification=qualification)
    Member.objects.filter(ticket=row, person_id=person_id).delete()
    row.save()
    worklist.close_about(
        kind=LEADERLESS, subjects=[_subject(ticket_id)], outcome=_("a leader was named"), now=now, actor_id=actor_id
    )


@db.transaction_required
def add_member(*, ticket_id: int, name: str, person_id: int | None = None, is_customer_crew: bool = False) -> None:
    """
    Somebody is on the crew: staff, who may send entries, or people of the customer, who may not.

    :raises OnTheCrew: if they are already
    :raises TicketEnded: if it has ended
    """
    row = locked(ticket_id)
    refuse_ended(row)
    assert not (is_customer_crew and person_id), "people of the customer are no staff"
    known = Member.objects.filter(ticket=row, name=name).exists()
    if known or (person_id is not None and person_id == row.leader_id):
        raise OnTheCrew(_("%(name)s is on the crew already.") % {"name": name})
    Member.objects.create(ticket=row, name=name[:60], person_id=person_id, is_customer_crew=is_customer_crew)


@db.transaction_required
def remove_member(*, ticket_id: int, member_id: int) -> None:
    """
    :raises TicketEnded: if it has ended
    """
    row = locked(ticket_id)
    refuse_ended(row)
    Member.objects.filter(ticket=row, id=member_id).delete()


@db.transaction_required
def close_ticket(*, ticket_id: int, now: datetime, actor_id: int | None) -> list[int]:
    """
    The work is over: whoever ordered it is told.

    :returns: ids of the jobs that follow
    :raises RowsOpen: while a row has no outcome, or an entry waits for a decision
    :raises TicketEnded: if it has ended already
    """
    row = locked(ticket_id)
    refuse_ended(row)
    open_rows = list(Task.objects.filter(ticket=row, outcome="").order_by("no").values_list("no", flat=True))
    if open_rows:
        numbers = ", ".join(map(str, open_rows[:10]))
        raise RowsOpen(_("These rows have no outcome yet: %(numbers)s") % {"numbers": numbers})
    if Entry.objects.filter(ticket=row, state=values.EntryState.QUEUED.value).exists():
        raise RowsOpen(_("Entries wait for a decision: decide them first."))
    row.close(at=now, actor_id=actor_id)
    row.save()
    return worker.announce(values.TicketClosed(ticket_id=ticket_id, ordered_by=row.ordered_by))


@db.transaction_required
def withdraw_ticket(*, ticket_id: int, reason: str, now: datetime, actor_id: int | None) -> None:
    """
    Nobody needs the work any more; what was done stays on record, and later entries wait for the office.

    :raises TicketEnded: if it has ended already
    """
    row = locked(ticket_id)
    refuse_ended(row)
    row.withdraw(at=now, reason=reason.strip()[:300], actor_id=actor_id)
    row.save()
    worklist.close_about(
        kind=LEADERLESS, subjects=[_subject(ticket_id)], outcome=_("withdrawn"), now=now, actor_id=actor_id
    )


@db.transaction_required
def adopt(*, task_id: int, subject: str) -> None:
    """
    What a crew found on site has a row now: its label and its seal belong to that thing from here on.

    :param subject: ``room.thing:id``, made by the process that ordered the ticket
    :raises AdoptedAlready: if it belongs to something else
    """
    row = Task.objects.select_for_update().get(id=task_id)
    if row.subject == subject:
        return
    if row.subject:
        raise AdoptedAlready(_("Row %(no)s belongs to something already.") % {"no": row.no})
    Label.objects.filter(subject=values.found_subject(row.id)).update(subject=subject)
    Seal.objects.filter(subject=values.found_subject(row.id)).update(subject=subject)
    row.subject = subject
    row.save(update_fields=["subject"])
