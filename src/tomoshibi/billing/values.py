"""What crosses the door of billing: states, outcomes, announcements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import MICRO
from tomoshibi.worker.values import Announcement

SPOT_KNOWN = "spot_known_us"
"""
Among the inputs of a bill that follows the market: when the spot prices that it looked up last came to hold
[microseconds since 1970].
"""


def moment_of(microseconds: int) -> datetime:
    """The moment that ``SPOT_KNOWN`` tells."""
    return datetime.fromtimestamp(microseconds / MICRO, tz=UTC)


class RunKind(StrEnum):
    REGULAR = "regular"
    """Bills of a reading month."""
    CORRECTION = "correction"
    """Differences between what was issued and today's facts."""
    CHARGES = "charges"
    """Sundry charges of contracts that have no later bill: an invoice of their own."""


class RunState(StrEnum):
    DRAFTED = "drafted"
    RATED = "rated"
    CHECKED = "checked"
    EXAMINED = "examined"
    CONFIRMED = "confirmed"
    ISSUED = "issued"
    CANCELLED = "cancelled"


STATE_NAMES: dict[str, Any] = {
    RunState.DRAFTED: _("drafted"),
    RunState.RATED: _("rated"),
    RunState.CHECKED: _("checked"),
    RunState.EXAMINED: _("examined"),
    RunState.CONFIRMED: _("confirmed"),
    RunState.ISSUED: _("issued"),
    RunState.CANCELLED: _("cancelled"),
}


def state_name(state: str) -> str:
    """The word for a state of a run, in the user's language."""
    return str(STATE_NAMES[RunState(state)])


HELD, WAITS = "E107", "E108"
"""Numbers of the checks for bills that left the run with its issue: held, or waiting for another of their invoice."""

OPEN_STATES = (RunState.DRAFTED, RunState.RATED, RunState.CHECKED, RunState.EXAMINED, RunState.CONFIRMED)


class BillKind(StrEnum):
    BILL = "bill"
    CORRECTION = "correction"
    """More money after a correction: a further bill (追加請求)."""
    RETURN = "return"
    """Less money after a correction: a qualified return invoice (適格返還請求書)."""
    CHARGES = "charges"
    """Sundry charges only: the contract has no later bill."""


class Severity(StrEnum):
    ASIDE = "aside"
    """There is no bill: it cannot be made."""
    BLOCKING = "blocking"
    """The bill waits until somebody decides."""
    WARNING = "warning"
    """The bill goes on; somebody should look."""


class Decision(StrEnum):
    """What a clerk does with a finding."""

    RELEASE = "release"
    HOLD = "hold"
    CORRECT = "correct"
    ASK_GRID = "ask"


class Changed(StrEnum):
    """Why a bill would come out differently today."""

    READING = "reading"
    """The confirmed value was revised."""
    MASTER = "master"
    """A published value (levy, fuel unit, amount of the month, rate of tax) is another one today."""
    PRICE = "price"
    """The plan has a version that replaced the bill's own from before its period."""
    TERMS = "terms"
    """
    Terms of the contract, its levy exemption, its days of outage, or how its payer pays and is told were changed for days
    of the bill.
    """
    SPOT = "spot"
    """Spot prices of half-hours of the bill were revised."""


class AdjustmentKind(StrEnum):
    CHARGE = "charge"
    """An amount added to (or taken from) one bill, tax included."""
    USAGE = "usage"
    """Another quantity than the confirmed one."""
    CAPACITY = "capacity"
    """Another capacity than the contract's."""


class Split(StrEnum):
    """Where the energy of a part of a bill comes from."""

    WHOLE = "whole"
    """The bill has one part: the confirmed (or agreed) value."""
    MEASURED = "measured"
    """The half-hours of its days."""
    REGISTERS = "registers"
    """What the reference meter of a group showed for its days, times the points of each."""
    DAYS = "days"
    """Its share of the value by days: the plan says so, or half-hours are missing."""
    HAND = "hand"
    """Entered by a person for each band of a time-of-use plan."""


GROUPS = "GR12"
"""Step of the group business: energy and bills of groups."""
CALCULATE_JOB = "billing.calculate_groups"


class GroupProblem(StrEnum):
    """Why a group has no energy in a month."""

    NO_METER = "no_meter"
    READ_MISSING = "read_missing"
    REGISTER_FELL = "register_fell"
    NO_POINTS = "no_points"


@dataclass(frozen=True)
class GroupOutcome:
    """What working out a month of groups came to."""

    groups: int
    written: int
    problems: int
    points: int


class StudyState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class StudySelection:
    """
    Whom a study looks at; nothing means everybody.

    :param area: ``"01"`` .. ``"10"``
    :param plan_code: contracts that are on this plan now
    """

    area: str = ""
    plan_code: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"area": self.area, "plan_code": self.plan_code}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "StudySelection":
        return cls(area=stored.get("area", ""), plan_code=stored.get("plan_code", ""))


@dataclass(frozen=True)
class Look:
    """
    A look at all issued bills for those that would come out differently.

    :param counts: contracts by month, newest first, and reason; empty while it is under way
    """

    id: int
    began_at: datetime
    ended_at: datetime | None
    asked_by_id: int | None
    job_id: int | None
    counts: Mapping[Month, Mapping[Changed, int]]


@dataclass(frozen=True)
class Study:
    """
    A question to the whole book: what would these months have cost under other prices?

    :param scenario: what is changed, as ``scenario.Scenario`` keeps it
    :param selection: ``area`` and ``plan_code``, empty for all
    :param result: totals, once it is done (``studysums.merged``)
    :param input_hash: of everything that was priced: the same inputs give the same hash
    """

    id: int
    title: str
    scenario: dict[str, Any]
    selection: dict[str, Any]
    months: tuple[int, ...]
    state: StudyState
    contract_count: int
    created_by_id: int | None
    created_at: datetime
    ended_at: datetime | None
    job_id: int | None
    result: dict[str, Any] | None
    input_hash: str
    parts_done: int
    parts_total: int


@dataclass(frozen=True)
class EndFee:
    """
    What the end of a contract would cost today, by the plan that holds on its last day.

    :param on: the first day without supply
    :param amount_minor: the fee; 0 where the plan asks for none
    :param worked: the arithmetic, a line for each clause that applies
    :param deferred_minor: deferred payments that the last bill would ask for
    :param told: the fee waits or stands on a bill already
    """

    contract_id: int
    on: date
    plan_code: str
    months_run: int
    notice_days: int
    amount_minor: int
    worked: tuple[str, ...] = ()
    deferred_minor: int = 0
    told: bool = False


@dataclass(frozen=True)
class BillsIssued(Announcement):
    """The bills of a run are issued; ``queries.issued_frame`` has them."""

    run_id: int


@dataclass(frozen=True)
class Selection:
    """
    What a run takes: any combination; nothing means everything.

    :param area: ``"01"`` .. ``"10"``, or "" for all
    :param base_days: reading days (基本検針日), or none for all
    :param contract_ids: only these contracts
    """

    area: str = ""
    base_days: tuple[str, ...] = ()
    contract_ids: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"area": self.area, "base_days": sorted(self.base_days), "contract_ids": sorted(self.contract_ids)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Selection":
        return cls(
            area=stored.get("area", ""),
            base_days=tuple(stored.get("base_days", ())),
            contract_ids=tuple(stored.get("contract_ids", ())),
        )


@dataclass(frozen=True)
class Run:
    """A run as people see it."""

    id: int
    kind: RunKind
    month: int
    selection: Selection
    state: RunState
    created_by_id: int | None
    created_at: datetime
    confirmed_by_id: int | None
    confirmed_at: datetime | None
    issued_at: datetime | None
    selected_count: int
    bill_count: int
    aside_count: int
    held_count: int
    energy_dwh: int
    total_minor: int
    tax_minor: int
    levy_minor: int
    chunks_done: int
    chunks_total: int
    job_id: int | None
    examined_by_id: int | None = None
    looked_at: datetime | None = None
    """When the drafts were compared with what held; nothing since they were rated."""
    changed: Mapping[Changed, int] = field(default_factory=dict)
    """Contracts whose draft would have come out differently then, by reason."""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def first_person_id(self) -> int | None:
        """Who made it, and cannot confirm it; of one that the house opened by itself, who examined it."""
        return self.created_by_id or self.examined_by_id


@dataclass(frozen=True)
class Going:
    """
    What of a run is issued once it is confirmed.

    :param staying_count: bills that stay behind: held, or of a collective invoice that waits
    """

    bill_count: int
    energy_dwh: int
    total_minor: int
    tax_minor: int
    levy_minor: int
    staying_count: int
    staying_minor: int


@dataclass(frozen=True)
class TouchedRun:
    """A run of affected months, with its bills of the affected plans and areas."""

    run_id: int
    kind: RunKind
    month: Month
    state: RunState
    created_at: datetime
    bill_count: int
    total_minor: int

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


@dataclass(frozen=True)
class MonthFigures:
    """How far the first bills of a month are; figures count contracts or their bills where nothing else is said."""

    month: Month
    supplied: int
    """Contracts whose reading day has come."""
    ready: int
    """Of these, contracts with a confirmed value."""
    billed: int
    """Of these, contracts with a bill, drafted or issued."""
    to_examine: int
    to_issue: int
    issued: int
    issued_minor: int
    told: int
    """Mails about a statement in the portal."""
    printed: int
    documents: int
    """Invoices of the issued bills, each with one statement and one debt: a collective one counts once."""
    open_run_ids: tuple[int, ...]
    issued_run_ids: tuple[int, ...]


@dataclass(frozen=True)
class IssueOutcome:
    issued: int
    held: int
    total_minor: int
    first_number: str
    last_number: str


@dataclass(frozen=True)
class Line:
    """One line of a bill, ready to be read."""

    no: int
    kind: str
    text: str
    quantity: str
    unit: str
    price: str
    share: str
    """The share of a month or a half, as a fraction; "" where all of it counts."""
    amount: str
    """Exact amount in the currency, up to ten decimals."""
    amount_e10: int
    formula: str
    rule: str
    version: str
    source: str
    price_list_from: date | None = None
    """First day of the plan version; nothing for lines outside the plan."""
    worked_out: str = ""
    """How the plan works it out, in a sentence."""
    rounded: str = ""
    """How it is rounded, in words."""


@dataclass(frozen=True)
class Bill:
    """A bill with everything that a page or a document says about it."""

    id: int
    run_id: int
    contract_id: int
    customer_id: int
    account_id: int
    supply_point_id: int
    kind: BillKind
    month: int
    period_start: date
    period_end: date
    energy_dwh: int
    capacity_kind: str
    capacity_milli: int
    plan_code: str
    plan_version_id: int
    total_minor: int
    tax_minor: int
    levy_minor: int
    untaxed_minor: int
    rerated_minor: int
    tax_rate_ppm: int
    agreed: bool
    corrects_bill_id: int | None
    invoice_number: str
    issued_on: date | None
    due_on: date | None
    run_state: RunState
    lines: tuple[Line, ...] = field(default=())
    lead_bill_id: int | None = None
    """The first bill of the collective invoice on which it stands; nothing where it has an invoice of its own."""
    tax_shift_minor: int = 0
    """What the one rounding of the collective invoice adds to its own tax."""

    @property
    def invoice_bill_id(self) -> int:
        """The bill under which debt, debit and statement of its invoice are kept."""
        return self.lead_bill_id or self.id

    @property
    def last_day(self) -> date:
        """The last day of the period, as people write it."""
        return self.period_end - timedelta(days=1)


@dataclass(frozen=True)
class ReplayLine:
    """A line as it stands and as it came out again."""

    text: str
    stored: str
    again: str
    stored_e10: int
    again_e10: int
    same: bool

    @property
    def difference_e10(self) -> int:
        return self.again_e10 - self.stored_e10


@dataclass(frozen=True)
class ReplayTotal:
    """A number of the bill as it stands and as it came out again; nothing where it could not be priced."""

    what: str
    stored: int
    again: int | None

    @property
    def same(self) -> bool:
        return self.stored == self.again


@dataclass(frozen=True)
class ReplaySource:
    """Something that a bill was priced from again."""

    kind: str
    name: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Replay:
    """
    A bill beside the same bill priced again.

    :param known_on: the day whose knowledge was taken; nothing: the bill's own
    :param refusals: why it could not be priced, in the user's language
    """

    bill_id: int
    invoice_number: str
    known_on: date | None
    lines: tuple[ReplayLine, ...]
    totals: tuple[ReplayTotal, ...]
    refusals: tuple[str, ...]
    sources: tuple[ReplaySource, ...]

    @property
    def fits(self) -> bool:
        return not self.refusals and all(line.same for line in self.lines) and all(one.same for one in self.totals)


@dataclass(frozen=True)
class Preview:
    """
    What a contract's bill of a month would be today.

    :param measured: whether a value that the grid company provided was priced, or a quantity that somebody typed
    :param total_minor: nothing where it cannot be priced; ``refusal`` says why
    :param lines: what each line is called, and its amount [1e-10 currency]
    """

    month: Month
    period_start: date
    period_end: date
    energy_dwh: int
    measured: bool
    total_minor: int | None
    tax_minor: int | None
    refusal: str
    lines: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class CollectiveReplay:
    """
    A collective invoice beside its bills priced again.

    :param totals: the invoice's total, and per rate the tax that was rounded once over all members
    """

    invoice_number: str
    members: tuple[Replay, ...]
    totals: tuple[ReplayTotal, ...]

    @property
    def fits(self) -> bool:
        return all(one.fits for one in self.members) and all(one.same for one in self.totals)
