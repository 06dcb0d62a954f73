"""The day board: what is due today per procedure."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse

from tomoshibi.identity import queries as identity
from tomoshibi.ui.pages import pages_by_procedure
from tomoshibi.worklist import queries as worklist

START_PAGES = {
    "RB2": "metering:files",
    "RB6": "billing:runs",
    "RB7": "billing:exceptions",
    "RB8": "billing:runs",
    "RB9": "billing:batches",
    "RC4": "collection:day",
    "RB1": "tariffs:plans",
    "CM1": "parties:customers",
    "CM2": "parties:customers",
    "CM3": "contracts:contracts",
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
    "MS10": "masters:tax-rates_list",
}
"""Where work of a procedure starts; a procedure that is not named leads to its items in the list of work."""


@dataclass(frozen=True)
class Line:
    """A procedure on the board."""

    id: str
    name: str
    open: int
    due_today: int
    late: int
    done: int
    url: str
    start_url: str

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
    Every procedure that has pages or work, chapter by chapter.

    :param may_view: rights like ``RB6.view``; None for somebody who may see everything
    """
    counts = worklist.counts_by_procedure(now=now)
    deeds = identity.deeds_by_procedure(since=now.replace(hour=0, minute=0, second=0, microsecond=0))
    paged = pages_by_procedure()
    chapters: dict[str, list[Line]] = {}
    for procedure in identity.procedures():
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
        )
        chapters.setdefault(procedure.chapter, []).append(line)
    return [Chapter(code, tuple(lines)) for code, lines in chapters.items()]


def _start(procedure: str) -> str:
    name = START_PAGES.get(procedure)
    if name is None:
        return ""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
