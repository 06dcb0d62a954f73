"""Groups of points from the counter to the archive: kinds, steps, states."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

ACCEPT = "GP1"
SURVEY = "GP2"
DRAFT = "GP3"
REVIEW = "GP4"
APPROVE = "GP5"
SIGN = "GP6"
ORDER = "GP7"
INSTALL = "GP8"
ARCHIVE = "GP9"
SETTLE = "GP10"
ROLES = "GP11"
NEIGHBOURS = "GP12"
STEPS = (ACCEPT, SURVEY, DRAFT, REVIEW, APPROVE, SIGN, ORDER, INSTALL, ARCHIVE, SETTLE)
"""Steps of a case that somebody needs a right for (``identity/group_steps.csv``)."""

TAKE_OVER_JOB = "applications.take_over_ticket"
SETTLE_JOB = "applications.settle_cancellations"
REMIND_JOB = "applications.remind_group_cases"
ROOM_SUBJECT = "applications.groupcase"


class CaseKind(StrEnum):
    """What is applied for."""

    NEW = "new"
    """A new reference meter, with or without further points (参考表新装)."""
    CHANGE = "change"
    """Points join, leave or move (参考表及虚拟表点位变更)."""
    BENCHMARK = "benchmark"
    """Another point becomes the benchmark (基准户变更)."""
    CANCEL = "cancel"
    """The whole group is dissolved (销户)."""


class CaseState(StrEnum):
    """Where a case stands; each names what is done next."""

    RECEIVED = "received"
    SURVEY = "survey"
    CONTRACT = "contract"
    ORDER = "order"
    FIELD = "field"
    INSTALL = "install"
    SETTLE = "settle"
    ARCHIVE = "archive"
    CLOSED = "closed"
    REFUSED = "refused"


OPEN_STATES = (
    CaseState.RECEIVED, CaseState.SURVEY, CaseState.CONTRACT, CaseState.ORDER, CaseState.FIELD, CaseState.INSTALL,
    CaseState.SETTLE, CaseState.ARCHIVE,
)  # fmt: skip
PATHS = {
    CaseKind.NEW: (
        CaseState.RECEIVED, CaseState.SURVEY, CaseState.CONTRACT, CaseState.ORDER, CaseState.FIELD, CaseState.INSTALL,
        CaseState.ARCHIVE, CaseState.CLOSED,
    ),
    CaseKind.CHANGE: (
        CaseState.RECEIVED, CaseState.SURVEY, CaseState.CONTRACT, CaseState.ORDER, CaseState.FIELD, CaseState.INSTALL,
        CaseState.ARCHIVE, CaseState.CLOSED,
    ),
    CaseKind.BENCHMARK: (
        CaseState.RECEIVED, CaseState.ORDER, CaseState.FIELD, CaseState.INSTALL, CaseState.ARCHIVE, CaseState.CLOSED,
    ),
    CaseKind.CANCEL: (
        CaseState.RECEIVED, CaseState.ORDER, CaseState.FIELD, CaseState.INSTALL, CaseState.SETTLE, CaseState.ARCHIVE,
        CaseState.CLOSED,
    ),
}  # fmt: skip
"""Which states a case of each kind goes through, in their order."""


class PaperState(StrEnum):
    """A contract on its way; each step is another person's."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    SIGNED = "signed"
    ARCHIVED = "archived"


class Change(StrEnum):
    ADD = "add"
    REMOVE = "remove"
    MOVE = "move"


class RowState(StrEnum):
    """What became of a row."""

    PLANNED = "planned"
    DONE = "done"
    WAITING = "waiting"
    """It could not be done on site; the others go on without it."""
    REJECTED = "rejected"
    """It does not belong here; the surveyor or the crew took it out."""


class Place(StrEnum):
    """How the place of a row was found."""

    ACCOUNT = "account"
    METER = "meter"
    BOX = "box"
    NEIGHBOUR = "neighbour"
    ADDRESS = "address"
    LIST = "list"
    MANUAL = "manual"
    SITE = "site"


class Tap(StrEnum):
    """Where the cable is connected (G-053)."""

    URBAN = "urban_box"
    """Lower terminals of the metering junction box in the corridor's meter box."""
    RURAL = "rural_switch"
    """Lower terminals of the metering knife switch in the three-phase switch box."""


class Slot(StrEnum):
    """Documents of a case."""

    FORM = "form"
    STAMPED_LIST = "stamped_list"
    LIST = "list"
    CONFIRMATION = "confirmation"
    SLIP = "slip"
    CONTRACT = "contract"


@dataclass(frozen=True)
class CaseSummary:
    """A case, as other rooms and lists see it."""

    id: int
    number: str
    query_number: str
    kind: CaseKind
    state: CaseState
    customer_id: int
    group_id: int | None
    received_on: date
    due_on: date | None
    step_since: datetime


def subject_of(case_id: int) -> str:
    return f"{ROOM_SUBJECT}:{case_id}"


def case_of(subject: str) -> int | None:
    """The case that a ticket or a piece of work names; None for another room's."""
    name, _, number = subject.rpartition(":")
    return int(number) if name == ROOM_SUBJECT and number.isdigit() else None


@dataclass(frozen=True)
class Case:
    """An application about a group, as pages and papers show it."""

    id: int
    number: str
    query_number: str
    kind: CaseKind
    state: CaseState
    customer_id: int
    customer_name: str
    customer_number: str
    customer_address: str
    customer_postal_code: str
    customer_phone: str
    group_id: int | None
    group_number: str
    benchmark_number: str
    unit: str
    device_code: str
    rated_w: int
    declared_points: int
    agent_name: str
    agent_document: str
    agent_phone: str
    outage_contact: str
    outage_mobile: str
    seen: str
    boundary_changes: bool
    signed_on: date
    received_on: date
    received_by_id: int | None
    warnings: tuple[str, ...]
    skipped: tuple[tuple[int, str, str], ...]
    grouping: tuple[dict[str, object], ...]
    reason: str
    is_steady: bool
    is_reliable: bool
    is_safe: bool
    new_benchmark: str
    meter_number: str
    box_number: str
    ticket_id: int | None
    connected_on: date | None
    step_since: datetime
    due_on: date | None
    closed_at: datetime | None
    joint_number: str = ""

    @property
    def masked_document(self) -> str:
        """An identity number for the eyes of everybody: its last four digits (G-129)."""
        return f"…{self.agent_document[-4:]}" if self.agent_document else ""

    @property
    def masked_mobile(self) -> str:
        return f"{self.outage_mobile[:3]}****{self.outage_mobile[-4:]}" if self.outage_mobile else ""


@dataclass(frozen=True)
class Row:
    """A point of a case, as pages and papers show it."""

    id: int
    no: int
    file_row: int | None
    change: Change
    role: str
    state: RowState
    account_number: str
    point_id: int | None
    name: str
    address: str
    position: str
    nearest_number: str
    rated_w: int | None
    access_point_number: str
    access_point_name: str
    district_number: str
    district_name: str
    source: str
    confidence: int | None
    placed_by_id: int | None
    placed_at: datetime | None
    distance_m: int | None
    not_nearest: str
    tap: str
    is_fit: bool | None
    belongs: bool | None
    is_ready: bool | None
    is_listed: bool | None
    note: str
    seal_number: str
    done_at: datetime | None
    from_site: bool
    installed_on: date | None

    @property
    def is_benchmark(self) -> bool:
        return self.role == "benchmark"

    @property
    def is_proposed(self) -> bool:
        """A place was found, but nobody is sure of it yet."""
        return bool(self.access_point_number) and self.placed_at is None

    @property
    def answers(self) -> tuple[tuple[str, bool | None], ...]:
        return (
            ("is_fit", self.is_fit),
            ("belongs", self.belongs),
            ("is_ready", self.is_ready),
            ("is_listed", self.is_listed),
        )


@dataclass(frozen=True)
class Waiting:
    """
    A device that waits to be applied for.

    :ivar is_of_case: the surveyor of an application found that it belongs to another group; else it was found when the
        stock was verified
    """

    id: int
    is_of_case: bool
    customer_id: int
    customer_name: str
    benchmark_number: str
    name: str
    address: str
    nearest_number: str
    access_point_number: str
    district_number: str


@dataclass(frozen=True)
class Standing:
    """A point at an access point, with the seal that should be seen there."""

    account_number: str
    name: str
    group_number: str
    seal: str


@dataclass(frozen=True)
class AccessPlace:
    """
    An access point as somebody stands before it.

    :ivar coming: numbers of applications under way, and what they bring here
    """

    number: str
    name: str
    district: str
    points: tuple[Standing, ...]
    coming: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Paper:
    """The contract of a case."""

    number: str
    state: PaperState
    clauses: dict[str, str]
    drafted_by_id: int | None
    drafted_at: datetime
    reviewed_by_id: int | None
    approved_by_id: int | None
    signed_on: date | None
    remark: str


@dataclass(frozen=True)
class Document:
    """A document in a slot of a case."""

    id: int
    slot: Slot
    document_id: int
    name: str
    sha256: str
    version: int
    at: datetime
    by_id: int | None


@dataclass(frozen=True)
class ListVersion:
    """A version of the confirmation list of a case."""

    version: int
    document_id: int
    made_at: datetime
    is_superseded: bool


@dataclass(frozen=True)
class StepDone:
    """Who did what at a case."""

    step: str
    what: str
    text: str
    at: datetime
    by_id: int | None


@dataclass(frozen=True)
class ContractList:
    """A version of the list annex of a group's contract."""

    version: int
    document_id: int
    account_numbers: tuple[str, ...]
    start: date
    end: date | None
