"""What the process knows after start: jobs by name, reactions to announcements, schedules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tomoshibi.worker.values import Announcement, Schedule


@dataclass(frozen=True)
class Definition:
    """A function that may run as a job."""

    name: str
    function: Callable[..., Any]
    procedure: str
    label: str


class UnknownJob(LookupError):
    """No room defines a job of that name."""


_jobs: dict[str, Definition] = {}
_reactions: dict[type[Announcement], Sequence[str]] = {}
_schedules: list[Schedule] = []
_packages: list[str] = []
"""Rooms whose jobs were not looked at yet: a command that runs none of them need not import all of the house."""


def add(definition: Definition) -> None:
    known = _jobs.get(definition.name)
    assert known is None or known.function.__qualname__ == definition.function.__qualname__, definition.name
    _jobs[definition.name] = definition


def definitions() -> Sequence[Definition]:
    """Every job that a room defines."""
    _discover()
    return tuple(_jobs.values())


def find(name: str) -> Definition:
    if name not in _jobs:
        _discover()
    if name not in _jobs:
        raise UnknownJob(f"no room defines the job {name!r}")
    return _jobs[name]


def set_packages(packages: Sequence[str]) -> None:
    """Where jobs are: the ``jobs`` module of each room that has one, imported when somebody asks for a job."""
    _packages[:] = packages


def _discover() -> None:
    while _packages:
        package = _packages.pop(0)
        if find_spec(f"{package}.jobs"):
            import_module(f"{package}.jobs")


def set_reactions(table: Mapping[type[Announcement], Sequence[str]]) -> None:
    _reactions.clear()
    _reactions.update(table)


def set_schedules(table: Sequence[Schedule]) -> None:
    _schedules[:] = table


def reactions_to(announcement: Announcement) -> Sequence[str]:
    return _reactions.get(type(announcement), ())


def schedules() -> Sequence[Schedule]:
    return tuple(_schedules)
