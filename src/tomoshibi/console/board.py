"""The day board: what is due today per procedure."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from tomoshibi.console.places import PLACES, place_of
from tomoshibi.identity import queries as identity
from tomoshibi.ui.pages import pages_by_procedure
from tomoshibi.worklist import queries as worklist
from tomoshibi.worklist.values import KindCount

START_PAGES = {
    "SU3": "masters:company_list",
    "IN1": "applications:intakes",
    "IN2": "applications:mails",
    "IN3": "applications:point_searches",
    "IN4": "applications:point_searches",
    "AP7": "applications:switching",
    "AP8": "applications:switching",
    "AP9": "applications:works",
    "AP10": "applications:works",
    "AP11": "applications:works",
    "CM6": "applications:mediations",
    "AP1": "parties:mandates",
    "CM7": "care:enquiries",
    "CM8": "care:enquiries",
    "CM9": "care:enquiries",
    "CM10": "care:announcements",
    "RB2": "metering:files",
    "RB4": "metering:demands",
    "RB6": "billing:runs",
    "RB7": "billing:exceptions",
    "RB8": "billing:runs",
    "RB9": "billing:batches",
    "RC4": "collection:day",
    "RB1": "tariffs:plans",
    "CM1": "parties:customers",
    "CM2": "applications:changes",
    "CM3": "applications:changes",
    "CM4": "applications:notices",
    "CM5": "parties:customers",
    "MS1": "masters:levy",
    "MS2": "masters:fuel",
    "MS3": "masters:calendar",
    "MS4": "masters:debits_agent_a",
    "MS5": "masters:debits_agent_b",
    "MS6": "masters:debits_agent_secondary",
    "MS7": "identity:people",
    "MS8": "masters:holidays",
    "MS9": "masters:banks",
    "MS10": "masters:tax_rates_list",
    "GR1": "groups:groups",
    "GR2": "groups:lists",
    "GR3": "groups:stock",
    "GR4": "groups:settings",
    "GR5": "groups:groups",
    "GR11": "groups:reads",
    "GR12": "billing:group_months",
    **{f"GP{number}": "applications:group_cases" for number in range(1, 11)},
    "GP11": "applications:group_roles",
    "GP12": "applications:neighbours",
    "FW1": "fieldwork:tickets",
    "FW2": "portals:field",
    "FW3": "fieldwork:qualifications",
}
"""Where work of a procedure starts; a procedure that is not named leads to its items in the list of work."""


@dataclass(frozen=True)
class Part:
    """Open work of a procedure that is done at one place."""

    label: str
    url: str
    open: int
    late: int


@dataclass(frozen=True)
class Line:
    """
    A procedure on the board.

    :param parts: its open work by the place where it is done; each item stands in one part
    """

    id: str
    name: str
    open: int
    due_today: int
    late: int
    done: int
    url: str
    start_url: str
    parts: tuple[Part, ...] = ()

    @property
    def quiet(self) -> bool:
        return not (self.open or self.done)


@dataclass(frozen=True)
class Chapter:
    code: str
    lines: tuple[Line, ...]

    @property
    def busy(self) -> tuple[Line, ...]:
        """Procedures with something late, due, open or done today."""
        return tuple(line for line in self.lines if not line.quiet)

    @property
    def quiet(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.quiet)


def board(*, now: datetime, may_view: set[str] | None) -> list[Chapter]:
    """
    Every procedure, and every step of the group business, that has pages or work, chapter by chapter.

    :param may_view: rights like ``RB6.view``; None for somebody who may see everything
    """
    counts = worklist.counts_by_procedure(now=now)
    deeds = identity.deeds_by_procedure(since=now.replace(hour=0, minute=0, second=0, microsecond=0))
    kinds = worklist.counts_by_kind(now=now)
    paged = pages_by_procedure()
    chapters: dict[str, list[Line]] = {}
    for procedure in identity.steps():
        if may_view is not None and f"{procedure.id}.view" not in may_view:
            continue
        count = counts.get(procedure.id)
        if procedure.id not in paged and count is None:
            continue
        line = Line(
            id=procedure.id,
            name=procedure.name,
            open=count.open if count else 0,
            due_today=count.due_today if count else 0,
            late=count.late if count else 0,
            done=max(count.done_today if count else 0, deeds.get(procedure.id, 0)),
            url=f"{reverse('worklist:items')}?procedure={procedure.id}",
            start_url=_start(procedure.id),
            parts=_parts([one for one in kinds if one.procedure == procedure.id]),
        )
        chapters.setdefault(procedure.chapter, []).append(line)
    return [Chapter(code, tuple(lines)) for code, lines in chapters.items()]


def _parts(counts: list[KindCount]) -> tuple[Part, ...]:
    found: dict[str, list[KindCount]] = {}
    for count in counts:
        place = place_of(count.kind)
        found.setdefault(place.url if place else "", []).append(count)
    return tuple(
        Part(str(place.label), _address(place.url), sum(one.open for one in there), sum(one.late for one in there))
        for place in PLACES
        if (there := found.get(place.url))
    )


def _start(procedure: str) -> str:
    return _address(START_PAGES.get(procedure, ""))


def _address(name: str) -> str:
    return reverse(name) if name else ""
