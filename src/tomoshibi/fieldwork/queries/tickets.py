"""Work tickets with their rows and crews, what phones sent, and who may lead."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from tomoshibi.fieldwork import values
from tomoshibi.fieldwork.models import Entry, Member, Qualification, Task, Ticket

_LIVE = (values.TicketState.ASSIGNED, values.TicketState.WORKING)


class NoSuchTicket(LookupError):
    """There is no ticket of that number."""


class NoSuchEntry(LookupError):
    """No phone sent an entry under that key."""


def to_task(row: Task) -> values.Task:
    position = None
    if row.latitude_e6 is not None and row.longitude_e6 is not None:
        position = values.Position(row.latitude_e6, row.longitude_e6, row.accuracy_m or 0)
    return values.Task(
        id=row.id,
        no=row.no,
        subject=row.subject,
        act=values.Act(row.act),
        caption=row.caption,
        address=row.address,
        note=row.note,
        place=row.place,
        outcome=values.Outcome(row.outcome),
        done_at=row.done_at,
        done_by_id=row.done_by_id,
        label_serial=row.label_serial,
        seal_number=row.seal_number,
        checks=row.checks,
        photos=tuple(row.photos),
        position=position,
        remark=row.remark,
        found_on_site=row.found_on_site,
    )


def to_entry(row: Entry) -> values.Entry:
    return values.Entry(
        key=row.key,
        ticket_id=row.ticket_id,
        task_id=row.task_id,
        state=values.EntryState(row.state),
        sentence=row.sentence,
        payload=row.payload,
        made_at=row.made_at,
        received_at=row.received_at,
        actor_id=row.actor_id,
    )


def to_qualification(row: Qualification) -> values.Qualification:
    return values.Qualification(
        id=row.id, person_id=row.person_id, name=row.name, certificate=row.certificate, start=row.start, end=row.end
    )


def _tickets(rows: Sequence[Ticket]) -> list[values.Ticket]:
    """Three statements, however many tickets."""
    ids = [row.id for row in rows]
    tasks: dict[int, list[values.Task]] = {}
    for task in Task.objects.filter(ticket_id__in=ids).order_by("ticket_id", "no"):
        tasks.setdefault(task.ticket_id, []).append(to_task(task))
    crews: dict[int, list[values.Member]] = {}
    for member in Member.objects.filter(ticket_id__in=ids).order_by("ticket_id", "id"):
        crews.setdefault(member.ticket_id, []).append(
            values.Member(member.id, member.name, member.person_id, member.is_customer_crew)
        )
    return [
        values.Ticket(
            id=row.id,
            number=row.number or "",
            kind=row.kind,
            title=row.title,
            state=values.TicketState(row.state),
            ordered_by=row.ordered_by,
            district=row.district,
            place=row.place,
            planned_on=row.planned_on,
            due_on=row.due_on,
            leader_id=row.leader_id,
            qualification=f"{row.qualification.name} {row.qualification.certificate}" if row.qualification else "",
            opened_at=row.opened_at,
            started_at=row.started_at,
            closed_at=row.closed_at,
            reason=row.reason,
            tasks=tuple(tasks.get(row.id, ())),
            crew=tuple(crews.get(row.id, ())),
        )
        for row in rows
    ]


def ticket(ticket_id: int) -> values.Ticket:
    """
    A ticket with its rows in their order.

    :raises NoSuchTicket: for an unknown number
    """
    found = _tickets(list(Ticket.objects.select_related("qualification").filter(id=ticket_id)))
    if not found:
        raise NoSuchTicket(str(ticket_id))
    return found[0]


def tickets_ordered_by(*, ordered_by: str) -> list[values.Ticket]:
    """Every ticket of the process that ordered it, newest first."""
    rows = Ticket.objects.select_related("qualification").filter(ordered_by=ordered_by).order_by("-id")
    return _tickets(list(rows))


def tickets_of_crew(*, person_id: int, until: date) -> list[values.Ticket]:
    """What somebody leads or is on the crew of, planned up to a day and not closed; the earliest first."""
    mine = Q(leader_id=person_id) | Q(id__in=Member.objects.filter(person_id=person_id).values("ticket_id"))
    rows = Ticket.objects.select_related("qualification").filter(
        mine, state__in=[state.value for state in _LIVE], planned_on__lte=until
    )
    return _tickets(list(rows.order_by("planned_on", "id")))


def ticket_rows() -> QuerySet[Any]:
    """All tickets with the names and counts that the list shows."""
    rows_of = Task.objects.filter(ticket=OuterRef("pk")).order_by().values("ticket")
    waiting = Entry.objects.filter(ticket=OuterRef("pk"), state=values.EntryState.QUEUED.value)
    return Ticket.objects.annotate(
        leader_name=F("leader__display_name"),
        tasks=Subquery(rows_of.annotate(n=Count("id")).values("n")),
        done=Subquery(rows_of.annotate(n=Count("id", filter=~Q(outcome=""))).values("n")),
        waiting=Coalesce(Subquery(waiting.order_by().values("ticket").annotate(n=Count("key")).values("n")), 0),
    )


def entry(*, key: UUID) -> values.Entry:
    """
    :raises NoSuchEntry: for a key that nobody sent
    """
    row = Entry.objects.filter(key=key).first()
    if row is None:
        raise NoSuchEntry(str(key))
    return to_entry(row)


def entries_of(*, ticket_id: int) -> list[values.Entry]:
    """Everything phones sent about a ticket, the newest first."""
    return [to_entry(row) for row in Entry.objects.filter(ticket_id=ticket_id).order_by("-received_at", "key")]


def qualifications(*, person_id: int) -> list[values.Qualification]:
    return [to_qualification(row) for row in Qualification.objects.filter(person_id=person_id).order_by("-start")]


def _holding_on(day: date) -> Q:
    return Q(start__lte=day) & (Q(end=None) | Q(end__gt=day))


def qualification_of(*, person_id: int, on: date) -> values.Qualification | None:
    """What allows somebody to lead on a day; where there are several, the one that holds longest."""
    rows = Qualification.objects.filter(_holding_on(on), person_id=person_id)
    row = rows.order_by(F("end").desc(nulls_first=True), "id").first()
    return to_qualification(row) if row else None


def qualified_people(*, on: date) -> list[tuple[int, str]]:
    """(id, name) of everybody who may lead on a day."""
    rows = Qualification.objects.filter(_holding_on(on), person__is_active=True).order_by("person__display_name")
    found = rows.values_list("person_id", "person__display_name", "person__username")
    return list(dict.fromkeys((person_id, name or username) for person_id, name, username in found))


def qualification_rows() -> QuerySet[Any]:
    """All qualifications with the person's name, for the list."""
    return Qualification.objects.annotate(
        username=F("person__username"),
        person_name=Coalesce(NullIf("person__display_name", Value("")), "person__username"),
    )


def qualification(*, qualification_id: int) -> values.Qualification | None:
    row = Qualification.objects.filter(id=qualification_id).first()
    return to_qualification(row) if row else None
