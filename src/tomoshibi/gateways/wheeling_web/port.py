"""What crosses the door of a grid company's wheeling Web system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from tomoshibi.gateways.problems import OutsideError


@dataclass(frozen=True)
class Connection:
    """How one grid company's Web system is reached."""

    address: str
    certificate: Path
    key: Path | None = None
    password: str = ""
    authority: Path | None = None
    timeout_seconds: float = 60.0
    pace_seconds: float = 1.0


@dataclass(frozen=True)
class Application:
    """
    An application as it goes out.

    :ivar message_id: ours; the same one twice is one application
    :ivar action: ``new``, ``correct`` or ``cancel``
    :ivar form: what the paper says, label by label
    :ivar pdf: the paper itself
    """

    message_id: str
    number: str
    action: str
    kind: str
    spin: str
    wished_on: date | None
    form: Mapping[str, str] = field(default_factory=dict)
    pdf: bytes = b""


@dataclass(frozen=True)
class Receipt:
    """What the Web system answers to an application at once."""

    taken: bool
    words: str


@dataclass(frozen=True)
class Event:
    """
    Something that happened to an application of ours.

    :ivar step: how far the application had come; older news is not taken again
    :ivar stage: ``received``, ``design``, ``contribution``, ``scheduled``, ``done``, ``returned``, ``rejected``, ``canceled``, or
        a word that we do not know
    """

    seq: int
    number: str
    step: int
    stage: str
    reception_number: str = ""
    design: str = ""
    amount_minor: int | None = None
    day: date | None = None
    inspection_on: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Page:
    events: tuple[Event, ...]
    cursor: int
    more: bool
    left_out: int = 0
    """So many rows could not be read."""


class WheelingError(OutsideError):
    """Talking to the Web system failed; the sentence is fit for the user."""


class Unreachable(WheelingError):
    """It cannot answer now: try again later (it may also be closed at this hour)."""


class NotAdmitted(WheelingError):
    """It does not accept who we are: a person must look."""


class BadAnswer(WheelingError):
    """What came back is none of its answers."""


class WheelingWeb(Protocol):
    """What a room needs of it."""

    def apply(self, application: Application) -> Receipt: ...

    def events(self, *, after: int, limit: int = 1000) -> Page: ...


Json = dict[str, Any]
