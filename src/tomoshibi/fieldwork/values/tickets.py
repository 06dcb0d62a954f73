"""Work tickets, as other rooms see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tomoshibi.fieldwork.values.labels import Position, number_of
from tomoshibi.worker.values import Announcement

TICKETS, SITE, QUALIFIED = "FW1", "FW2", "FW3"
"""The steps that pages and work of this room stand under: tickets, work on site, qualified leaders."""

CHECKS = ("fit", "belongs", "ready", "listed")
"""Asked at every point: fit as a sub-account? of this benchmark? supply ready? the customer's list right? (G-035)."""


class TicketState(StrEnum):
    OPEN = "open"
    """Ordered; nobody leads it."""
    ASSIGNED = "assigned"
    WORKING = "working"
    """The crew has sent something."""
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """What is to be done at a thing."""

    CONNECT = "connect"
    REMOVE = "remove"
    MOVE = "move"
    REPLACE_LABEL = "replace_label"
    CHECK = "check"


class Outcome(StrEnum):
    """What became of a task; ``NONE`` until somebody was there."""

    NONE = ""
    DONE = "done"
    BLOCKED = "blocked"
    """It could not be done, or one of the checks was answered with no: this row waits, the others do not (G-057)."""
    REMOVED = "removed"
    """It was taken away on site, or was not there, although the list has it."""


class EntryState(StrEnum):
    APPLIED = "applied"
    OLDER = "older"
    """A newer entry of the same person about the same task had come before it."""
    QUEUED = "queued"
    """It does not fit what is known; a person in the office decides."""
    ACCEPTED = "accepted"
    DROPPED = "dropped"


@dataclass(frozen=True)
class TaskOrder:
    """
    One thing to be done, as the process that orders it says.

    :param subject: ``room.thing:id``, what it is done at
    :param act: one of ``Act``
    :param caption: what crews call it, for example the account number
    :param place: number of the access point, where one is known
    """

    subject: str
    act: str
    caption: str
    address: str
    note: str = ""
    place: str = ""


@dataclass(frozen=True)
class Task:
    """
    A row of a ticket.

    :ivar subject: empty while a thing that was found on site has no row anywhere else
    :ivar found_on_site: the crew added it
    :ivar photos: ids of stored files
    """

    id: int
    no: int
    subject: str
    act: Act
    caption: str
    address: str
    note: str
    place: str
    outcome: Outcome
    done_at: datetime | None
    done_by_id: int | None
    label_serial: int | None
    seal_number: str
    checks: Mapping[str, bool]
    photos: tuple[int, ...]
    position: Position | None
    remark: str
    found_on_site: bool

    @property
    def label_number(self) -> str:
        return number_of(self.label_serial) if self.label_serial else ""


@dataclass(frozen=True)
class Member:
    """Somebody of the crew; ``is_customer_crew`` for people of the customer, who never lead."""

    id: int
    name: str
    person_id: int | None
    is_customer_crew: bool


@dataclass(frozen=True)
class Ticket:
    """A work ticket: many points, one kind of work, one qualified leader (G-054, G-055)."""

    id: int
    number: str
    kind: str
    title: str
    state: TicketState
    ordered_by: str
    district: str
    place: str
    planned_on: date
    due_on: date | None
    leader_id: int | None
    qualification: str
    opened_at: datetime
    started_at: datetime | None
    closed_at: datetime | None
    reason: str
    tasks: tuple[Task, ...] = ()
    crew: tuple[Member, ...] = ()

    @property
    def done_count(self) -> int:
        return sum(task.outcome is not Outcome.NONE for task in self.tasks)


@dataclass(frozen=True)
class Entry:
    """
    What a phone sent about a ticket, and what became of it.

    :ivar sentence: why it was not applied, fit for the person with the phone
    """

    key: UUID
    ticket_id: int
    task_id: int | None
    state: EntryState
    sentence: str
    payload: Mapping[str, Any]
    made_at: datetime | None
    received_at: datetime
    actor_id: int | None


@dataclass(frozen=True)
class Qualification:
    """That a person may lead work of a kind on the days ``[start, end)``; ``end`` None: until further notice."""

    id: int
    person_id: int
    name: str
    certificate: str
    start: date
    end: date | None

    def holds_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


def found_subject(task_id: int) -> str:
    """What the label and the seal of a thing hang at that was found on site and has no row elsewhere yet."""
    return f"fieldwork.task:{task_id}"


@dataclass(frozen=True)
class TicketClosed(Announcement):
    """Every row of a ticket has an outcome and the leader closed it; who ordered it decides what follows."""

    ticket_id: int
    ordered_by: str = field(default="")
