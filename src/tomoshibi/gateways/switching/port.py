"""What crosses the door of the switching support system: the message set, requests and answers, errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from tomoshibi.gateways.problems import OutsideError, Problem

Value = str | int | bool | date | datetime | None
Fields = Mapping[str, Value]


class Class(StrEnum):
    """Voltage classes that have message sets of their own."""

    LOW = "low"
    HIGH = "high"
    GENERATION = "generation"


class Action(StrEnum):
    """Each application can be sent as new (新規), as a change (訂正) and as a cancellation (取消)."""

    NEW = "new"
    CORRECT = "correct"
    CANCEL = "cancel"


class Result(StrEnum):
    """The business result of a link (連携成否)."""

    DONE = "done"
    REFUSED = "refused"


class Stage(StrEnum):
    """What a stage (受付工程) means for us."""

    IN_PROGRESS = "in_progress"
    MATCHED = "matched"
    COMPLETED = "completed"
    METER_OPEN = "completed_meter_open"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELED = "canceled"
    UNKNOWN = "unknown"
    """A stage that the message set does not hold: kept and shown, never dropped."""


class Mediation(StrEnum):
    """What a state of a cancellation mediation (廃止取次) means for us."""

    WAITING = "waiting"
    AGREED = "agreed"
    REFUSED = "refused"
    MATCHED = "matched"
    NOT_MATCHED = "not_matched"
    EXPIRED = "expired"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


M = TypeVar("M", bound=StrEnum)


@dataclass(frozen=True)
class Named(Generic[M]):
    """A code's name as the system shows it, and what it means."""

    name: str
    meaning: M


@dataclass(frozen=True)
class Form:
    """How a field stands on the wire."""

    tag: str
    kind: str


@dataclass(frozen=True)
class Function:
    """
    One function of the system.

    :param answer: ``at_once``, or ``state`` where the outcome is polled
    :param request: fields that may be sent
    :param reply: fields of the answer's body
    :param rows: fields of each row of the answer's list
    """

    key: str
    code: str
    name: str
    route: str
    answer: str
    classes: frozenset[Class]
    request: tuple[str, ...]
    reply: tuple[str, ...]
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class MessageSet:
    """All functions, fields, states and codes from a day on: the table that can be corrected without a release."""

    valid_from: date
    source: str
    tags: Mapping[str, str]
    results: Mapping[str, Result]
    classes: Mapping[Class, str]
    actions: Mapping[Action, str]
    codes: Mapping[str, Mapping[str, str]]
    stages: Mapping[str, Named[Stage]]
    mediation_states: Mapping[str, Named[Mediation]]
    reasons: Mapping[str, str]
    fields: Mapping[str, Form]
    functions: Mapping[str, Function]

    def stage(self, code: str) -> Named[Stage]:
        return self.stages.get(code, Named(code, Stage.UNKNOWN))

    def mediation_state(self, code: str) -> Named[Mediation]:
        return self.mediation_states.get(code, Named(code, Mediation.UNKNOWN))

    def stage_code(self, meaning: Stage) -> str:
        """The first code of a meaning (the simulator speaks it)."""
        return next(code for code, one in self.stages.items() if one.meaning is meaning)

    def mediation_code(self, meaning: Mediation) -> str:
        return next(code for code, one in self.mediation_states.items() if one.meaning is meaning)

    def has(self, function: str, klass: Class) -> bool:
        """Whether a voltage class has a function."""
        return function in self.functions and klass in self.functions[function].classes


@dataclass(frozen=True)
class Head:
    """Who asks what."""

    function: str
    klass: Class
    retailer: str
    message_id: str
    made_at: datetime
    action: Action = Action.NEW


@dataclass(frozen=True)
class Said:
    """One message of the answer: a code and its text."""

    code: str
    text: str


@dataclass(frozen=True)
class Answer:
    """
    What the system answered.

    :param fields: of the body, by our names; a field that was left out is not there
    :param rows: of the list, in the order of the answer
    :param problems: rows that could not be read, each with its reason
    """

    function: str
    message_id: str
    result: Result
    said: tuple[Said, ...] = ()
    fields: Fields = field(default_factory=dict)
    rows: Sequence[Fields] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def words(self) -> str:
        """The answer's messages as one line."""
        return " / ".join(f"{one.text} ({one.code})" if one.text else one.code for one in self.said)


@dataclass(frozen=True)
class Connection:
    """
    How the system is reached.

    :param certificate: client certificate, PEM or PKCS#12 (``.p12``, ``.pfx``)
    :param key: private key if it does not stand in ``certificate``
    :param authority: certificates to trust instead of the machine's own
    :param pace_seconds: time between the beginnings of two calls; the system asks for one a second
    :param source_address: address of ours that calls come from, where the system knows only that one
    """

    address: str
    certificate: Path
    key: Path | None = None
    password: str = ""
    authority: Path | None = None
    timeout_seconds: float = 60.0
    pace_seconds: float = 1.0
    source_address: str = ""


class SwitchingError(OutsideError):
    """Talking to the switching support system failed; the sentence is fit for the user."""


class Unreachable(SwitchingError):
    """Nothing was reached, or the answer broke off: the same message may be sent again."""


class NotAdmitted(SwitchingError):
    """The system does not accept who we are: a person must look at the certificate."""


class BadAnswer(SwitchingError):
    """What came is no answer."""


class Fault(SwitchingError):
    """The protocol's own refusal: the message was not understood, so nothing was done."""


class NoSuchFunction(ValueError):
    """The message set has no such function for the voltage class."""


class Switching(Protocol):
    """What a room needs from the system: bytes out, bytes in."""

    def send(self, request: bytes) -> bytes: ...
