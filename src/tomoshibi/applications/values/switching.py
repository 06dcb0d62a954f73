"""Switching and wheeling applications, cancellation mediations, searches of points: what crosses the door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

SUPPLY, GENERATION = "AP7", "AP8"
"""Procedures of applications that the switching support system takes: supply, and generation."""
MEDIATION = "CM6"
SEND_JOB = "applications.send_switching"
POLL_JOB = "applications.poll_switching"
MEDIATION_JOB = "applications.fetch_mediations"
LINE = "applications.switching"
"""Jobs that talk to the system hold this lock: one at a time, so that the pace is kept and nothing overtakes."""


class SwitchingKind(StrEnum):
    """What is applied for; the names are those of the message set's functions."""

    START = "start"
    RECONNECT = "reconnect"
    TERMINATE = "terminate"
    END = "end"
    AMPERE = "ampere"
    CUSTOMER_CHANGE = "customer_change"
    USAGE = "usage_application"


BEGINNING = frozenset({SwitchingKind.START, SwitchingKind.RECONNECT})
"""Kinds that bring a supply; only one of them may be open at a point."""
ENDING = frozenset({SwitchingKind.END, SwitchingKind.TERMINATE})


class PointClass(StrEnum):
    """Voltage class or side of a point: each has functions of its own."""

    LOW = "low"
    HIGH = "high"
    GENERATION = "generation"


class SourceKind(StrEnum):
    """What feeds in at a generation point."""

    FIT = "fit"
    POST_FIT = "post_fit"


class SwitchingState(StrEnum):
    DRAFT = "draft"
    MEDIATING = "mediating"
    DECLINED = "declined"
    AGREED = "agreed"
    SUBMITTED = "submitted"
    MATCHED = "matched"
    METER_OPEN = "meter_open"
    COMPLETED = "completed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELED = "canceled"


WAITING_OUTSIDE = (
    SwitchingState.MEDIATING,
    SwitchingState.SUBMITTED,
    SwitchingState.MATCHED,
    SwitchingState.METER_OPEN,
)
"""Somebody out there has the next step."""
OURS = (
    SwitchingState.DRAFT,
    SwitchingState.DECLINED,
    SwitchingState.AGREED,
    SwitchingState.REJECTED,
    SwitchingState.EXPIRED,
)
"""We have the next step."""
OPEN_CASES = (*OURS, *WAITING_OUTSIDE)


class Work(StrEnum):
    """What has to be done at the place before a switch."""

    NONE = "none"
    METER = "meter"
    TRANSFORMER = "transformer"
    TERMINAL = "terminal"


class MessageState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    """The answer cannot be used: a person looks."""


class RequestState(StrEnum):
    """A cancellation mediation that another retailer asked us for."""

    WAITING = "waiting"
    AGREED = "agreed"
    REFUSED = "refused"
    MATCHED = "matched"
    NOT_MATCHED = "not_matched"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class SearchState(StrEnum):
    OPEN = "open"
    FOUND = "found"
    NOT_FOUND = "not_found"


class SearchSource(StrEnum):
    """Where an answer of a search comes from."""

    WEB = "web"
    """A clerk asked on the grid's Web page."""
    INTERFACE = "interface"
    OWN = "own"
    """Our own register of points."""


@dataclass(frozen=True)
class Link:
    """How the switching support system is reached, and when the mediations are looked at."""

    address: str
    certificate_file: str
    key_file: str
    trust_file: str
    source_address: str
    pace_ms: int
    timeout_seconds: int
    retailer_codes: Mapping[str, str]
    core_from: int
    core_to: int
    search_areas: tuple[str, ...]
    cursors: Mapping[str, Mapping[str, int]]
    reached_at: datetime | None
    failure: str

    def code_of(self, area: str) -> str:
        """Our retailer code in an area (one per company and area)."""
        return self.retailer_codes.get(area) or self.retailer_codes.get("", "")

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.retailer_codes.values())))


@dataclass(frozen=True)
class NewCase:
    """
    An application to be opened.

    :param account_number: payer of the contract that a start or reconnection brings
    :param terms: ``plan_code``, ``capacity_kind``, ``capacity_milli``, ``discounts``, ``agency_code`` of that contract;
        without them the application brings none
    :param registration_id: of an intake whose contract waits for the day
    :param source: ``room.thing:id`` of what it comes from; the same one twice is one application
    """

    kind: SwitchingKind
    spin: str
    wished_on: date | None = None
    klass: PointClass = PointClass.LOW
    source_kind: SourceKind | None = None
    customer_id: int | None = None
    contract_id: int | None = None
    account_number: str = ""
    terms: Mapping[str, Any] = field(default_factory=dict)
    registration_id: int | None = None
    holder_name: str = ""
    holder_kana: str = ""
    phone: str = ""
    address: str = ""
    building: str = ""
    old_retailer: str = ""
    old_customer_number: str = ""
    new_retailer: str = ""
    told_directly: bool = False
    mediation_number: str = ""
    capacity_kind: str = ""
    capacity_milli: int | None = None
    with_removal: bool = False
    attendance: bool = False
    work: Work = Work.NONE
    consent_at: datetime | None = None
    consent_how: str = ""
    note: str = ""
    source: str = ""


@dataclass(frozen=True)
class Case:
    """An application to the grid, as pages and other matters see it."""

    id: int
    number: str
    kind: SwitchingKind
    klass: PointClass
    source_kind: SourceKind | None
    state: SwitchingState
    stage: str
    stage_name: str
    spin: str
    area: str
    supply_point_id: int | None
    customer_id: int | None
    contract_id: int | None
    registration_id: int | None
    account_number: str
    terms: Mapping[str, Any]
    wished_on: date | None
    fixed_on: date | None
    holder_name: str
    holder_kana: str
    phone: str
    address: str
    building: str
    old_retailer: str
    old_customer_number: str
    new_retailer: str
    told_directly: bool
    mediation_number: str
    mediation_until: date | None
    capacity_kind: str
    capacity_milli: int | None
    with_removal: bool
    attendance: bool
    work: Work
    consent_at: datetime | None
    consent_how: str
    note: str
    reason: str
    point_facts: Mapping[str, Any]
    usage: tuple[tuple[int, int], ...]
    password_until: date | None
    opened_at: datetime

    @property
    def procedure(self) -> str:
        return GENERATION if self.klass is PointClass.GENERATION else SUPPLY

    @property
    def is_locked(self) -> bool:
        """After the match nothing can be changed or canceled any more."""
        return self.state in {
            SwitchingState.MATCHED,
            SwitchingState.METER_OPEN,
            SwitchingState.COMPLETED,
            SwitchingState.CANCELED,
        }


@dataclass(frozen=True)
class Message:
    """One message to the system and what came back."""

    id: int
    function: str
    action: str
    state: MessageState
    request: str
    answer: str
    words: str
    tries: int
    made_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True)
class Step:
    """One line of an application's story."""

    at: datetime
    kind: str
    text: str
    actor_id: int | None


@dataclass(frozen=True)
class Request:
    """Another retailer asks us to let a customer go."""

    id: int
    number: str
    state: RequestState
    spin: str
    new_retailer: str
    customer_number: str
    holder_name: str
    holder_kana: str
    address: str
    building: str
    phone: str
    wished_on: date | None
    registered_on: date | None
    deadline_on: date | None
    contract_id: int | None
    suggested: bool
    reasons: tuple[str, ...]
    explanation: str
    answered_at: datetime | None
    answered_by_id: int | None
    delivered: bool
    case_id: int | None
    received_at: datetime


@dataclass(frozen=True)
class Search:
    """A search for the identifier of a supply or generation point."""

    id: int
    number: str
    state: SearchState
    generation: bool
    area: str
    address: str
    building: str
    meter_number: str
    why: str
    subject: str
    found: tuple[Mapping[str, Any], ...]
    spin: str
    source: SearchSource | None
    asked_at: datetime
    answered_at: datetime | None
    answered_by_id: int | None

    @property
    def procedure(self) -> str:
        return "IN4" if self.generation else "IN3"


@dataclass(frozen=True)
class Purchase:
    """
    That we buy what a generation point delivers: no contract of supply, but the application to the grid that began it.

    :param case_id: of the switch or reconnection that the grid fixed
    :param starts_on: first day on which we buy
    :param ends_on: first day on which we do not any more; nothing while no end is fixed
    :param numbers: what a generator may copy from what we wrote to them
    """

    case_id: int
    case_number: str
    spin: str
    customer_id: int | None
    registration_id: int | None
    holder_name: str
    holder_kana: str
    phone: str
    starts_on: date
    ends_on: date | None
    numbers: tuple[str, ...]
