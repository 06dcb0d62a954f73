"""Applications that the switching support system cannot take, and electrical works: what crosses the door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

WHEELING, WEB_WORKS, OTHER_WORKS = "AP9", "AP10", "AP11"
"""Procedures: wheeling from 500 kW up; works on the wheeling Web system; works outside it."""
PROCEDURES = (WHEELING, WEB_WORKS, OTHER_WORKS)
WORKS_SEND_JOB = "applications.send_works"
WORKS_POLL_JOB = "applications.poll_works"
WORKS_CHASE_JOB = "applications.chase_works"
WORKS_LINE = "applications.works"
"""Jobs that talk to the grid companies' desks hold this lock: one at a time, so that nothing overtakes."""


class WorkKind(StrEnum):
    """What is applied for; the forms of ``works_forms.yaml`` bear the same names."""

    SWITCH_IN = "switch_in"
    SWITCH_OUT = "switch_out"
    RECONNECT = "reconnect"
    TERMINATE = "terminate"
    CAPACITY = "capacity"
    CUSTOMER = "customer"
    NEW_SUPPLY = "new_supply"
    AMPERE_LIMIT = "ampere_limit"
    SIZE = "size"
    WIRING = "wiring"
    SERVICE_LINE = "service_line"
    METER_PLACE = "meter_place"
    SOURCE = "source"


WHEELING_KINDS = frozenset(
    {
        WorkKind.SWITCH_IN, WorkKind.SWITCH_OUT, WorkKind.RECONNECT, WorkKind.TERMINATE, WorkKind.CAPACITY,
        WorkKind.CUSTOMER,
    }
)  # fmt: skip
"""Changes of the wheeling contract; all others are works at the customer's place."""
BEGINNING_WORKS = frozenset({WorkKind.SWITCH_IN, WorkKind.RECONNECT, WorkKind.NEW_SUPPLY})
ENDING_WORKS = frozenset({WorkKind.SWITCH_OUT, WorkKind.TERMINATE})
RESIZING_WORKS = frozenset({WorkKind.CAPACITY, WorkKind.SIZE, WorkKind.AMPERE_LIMIT})


class VoltageClass(StrEnum):
    """The row of the standard periods that holds."""

    LOW = "low"
    HIGH = "high"
    HIGH_LARGE = "high_large"
    SPECIAL = "special"


class Route(StrEnum):
    """How a grid company takes an application."""

    WEB = "web"
    """Its wheeling Web system, by our client."""
    MAIL = "mail"
    PORTAL = "portal"
    """Its Web page, by hand."""
    POST = "post"


BY_HAND = frozenset({Route.PORTAL, Route.POST})


class WorkState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DESIGN = "design"
    QUOTED = "quoted"
    AGREED = "agreed"
    SCHEDULED = "scheduled"
    DONE = "done"
    RETURNED = "returned"
    REJECTED = "rejected"
    CANCELED = "canceled"


OPEN_WORKS = (
    WorkState.DRAFT, WorkState.SENT, WorkState.ACCEPTED, WorkState.DESIGN, WorkState.QUOTED, WorkState.AGREED,
    WorkState.SCHEDULED, WorkState.RETURNED,
)  # fmt: skip
AT_THE_GRID = (WorkState.SENT, WorkState.ACCEPTED, WorkState.DESIGN, WorkState.AGREED, WorkState.SCHEDULED)
"""It is the grid company's turn."""
CHANGEABLE = (WorkState.DRAFT, WorkState.RETURNED, WorkState.SENT, WorkState.ACCEPTED, WorkState.DESIGN)
"""Until the grid company fixed a day, and before its cut-off, an application may be corrected or taken back."""


class DesignState(StrEnum):
    """How far the grid company is with its design (設計・用地交渉)."""

    NONE = "none"
    CONSULTING = "consulting"
    SURVEY = "survey"
    DESIGNING = "designing"
    LAND = "land"
    FINISHED = "finished"


class SendAction(StrEnum):
    NEW = "new"
    CORRECT = "correct"
    CANCEL = "cancel"


class SendState(StrEnum):
    WAITING = "waiting"
    BY_HAND = "by_hand"
    """A person posts it or enters it on the grid company's page, and says so."""
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True)
class Desk:
    """
    Where a grid company takes applications.

    :ivar area: two digits; empty for every area that has no desk of its own
    :ivar wheeling_route: of AP9; ``works_route`` of works
    :ivar answer_days: working days until a reception number should be there
    :ivar design_days: working days until design and contribution should be there
    :ivar cutoff_days: working days before the wished day until which an application may be changed
    """

    area: str
    name: str
    wheeling_route: Route
    works_route: Route
    mail: str
    post: str
    page: str
    phone: str
    answer_days: int
    design_days: int
    cutoff_days: int
    address: str
    certificate_file: str
    trust_file: str
    pace_ms: int
    cursor: int
    reached_at: datetime | None
    failure: str

    def route_of(self, kind: WorkKind) -> Route:
        return self.wheeling_route if kind in WHEELING_KINDS else self.works_route

    def procedure_of(self, kind: WorkKind) -> str:
        """Works belong to AP10 where the grid company has a Web system for them."""
        if kind in WHEELING_KINDS:
            return WHEELING
        return WEB_WORKS if self.works_route is Route.WEB else OTHER_WORKS


@dataclass(frozen=True)
class NewWork:
    """
    An application to be opened.

    :param details: what its form asks, by field
    :param terms: plan, unit and size of the contract that a beginning brings; ``account_number``: its payer
    :param registration_id: of an intake whose contract waits for the day
    :param source: ``room.thing:id`` of what it comes from; the same one twice is one application
    """

    kind: WorkKind
    area: str
    voltage: VoltageClass
    spin: str = ""
    wished_on: date | None = None
    holder_name: str = ""
    holder_kana: str = ""
    phone: str = ""
    address: str = ""
    contract_id: int | None = None
    customer_id: int | None = None
    registration_id: int | None = None
    account_number: str = ""
    capacity_kind: str = ""
    capacity_milli: int | None = None
    contractor: str = ""
    contractor_phone: str = ""
    terms: Mapping[str, Any] | None = None
    details: Mapping[str, Any] | None = None
    note: str = ""
    source: str = ""


@dataclass(frozen=True)
class WorkCase:
    """An application that a grid company takes by form, as pages and other matters see it."""

    id: int
    number: str
    procedure: str
    kind: WorkKind
    voltage: VoltageClass
    route: Route
    state: WorkState
    design: DesignState
    area: str
    spin: str
    supply_point_id: int | None
    contract_id: int | None
    customer_id: int | None
    registration_id: int | None
    account_number: str
    holder_name: str
    holder_kana: str
    phone: str
    address: str
    contractor: str
    contractor_phone: str
    capacity_kind: str
    capacity_milli: int | None
    terms: Mapping[str, Any]
    details: Mapping[str, Any]
    wished_on: date | None
    cutoff_on: date | None
    due_on: date | None
    reception_number: str
    contribution_minor: int | None
    contribution_due_on: date | None
    contribution_by_id: int | None
    approved_by_id: int | None
    charge_id: int | None
    paid_on: date | None
    inspection_on: date | None
    fixed_on: date | None
    done_on: date | None
    note: str
    reason: str
    opened_at: datetime

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_WORKS


@dataclass(frozen=True)
class Sending:
    """One time that an application went out, with what went out."""

    id: int
    action: SendAction
    route: Route
    state: SendState
    to: str
    xlsx_id: int | None
    pdf_id: int | None
    words: str
    tries: int
    made_at: datetime
    sent_at: datetime | None
