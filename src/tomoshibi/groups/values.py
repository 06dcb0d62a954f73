"""What crosses the door of the groups room: groups of tiny devices that one reference meter is read for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import polars as pl

from tomoshibi.worker.values import Announcement

REGISTER = "GR1"
LISTS = "GR2"
STOCK = "GR3"
SETTINGS = "GR4"
LABELS = "GR5"
READS = "GR11"
"""Steps of the group business (``identity/group_steps.csv``): group register, point lists, stock, types and limits, labels."""

SUBJECT = "groups.point"

TALLY_JOB, RECOUNT_JOB = "groups.tally", "groups.recount"
READ_LIST_JOB = "groups.read_list"
APPLY_LIST_JOB = "groups.apply_list"
READ_SHEET_JOB = "groups.read_stock_sheet"
IMPORT_BATCH_JOB = "groups.import_batch"


class GroupState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    DISSOLVING = "dissolving"
    DISSOLVED = "dissolved"


class Role(StrEnum):
    """What a point is to its group: the one with the meter, or one of the others."""

    BENCHMARK = "benchmark"
    SUB = "sub"


class Origin(StrEnum):
    """How a point came to us: through an application, or with the stock of old customers."""

    APPLICATION = "application"
    STOCK = "stock"


class Spread(StrEnum):
    """How devices of a type are spread over the place (安装分布方式)."""

    CORRIDOR = "corridor"
    STREET = "street"
    WATER = "water"
    SINGLE = "single"


class EditedField(StrEnum):
    """The four fields of a point that may be put right without a process."""

    NAME = "name"
    ADDRESS = "address"
    DISTRICT = "district"
    ACCESS_POINT = "access_point"


class Verification(StrEnum):
    """What somebody found on site about a row of the stock list."""

    OPEN = "open"
    OK = "ok"
    CORRECTED = "corrected"
    NOT_FOUND = "not_found"
    EXTRA = "extra"


IMPORTABLE = (Verification.OK, Verification.CORRECTED)


class ListState(StrEnum):
    """A point list on its way in."""

    WAITING = "waiting"
    REFUSED = "refused"
    READ = "read"
    APPLIED = "applied"


class BatchState(StrEnum):
    """A batch of stock rows on its way in, and back out where it was a mistake."""

    OPEN = "open"
    IMPORTED = "imported"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True)
class DeviceType:
    """A kind of device and what one of it uses, as valid on a day."""

    id: int
    code: str
    name: str
    kind: str
    spread: Spread
    rated_min_w: int
    rated_max_w: int
    day_min_dwh: int
    day_max_dwh: int
    """Expected use of one device a day [0.1 Wh]."""


@dataclass(frozen=True)
class Group:
    """One benchmark account and the sub-accounts that are billed with it."""

    id: int
    number: str
    state: GroupState
    origin: Origin
    unit: str
    customer_id: int
    name: str
    address: str
    benchmark_number: str
    device_type_id: int
    rated_w: int
    opened_on: date
    closed_on: date | None
    application_number: str
    split_by: date | None


@dataclass(frozen=True)
class Step:
    """The point count from a day on."""

    start: date
    points: int
    subs: int


@dataclass(frozen=True)
class Room:
    """How much of its cap a group uses."""

    used: int
    limit: int
    counts: str
    headroom_ppm: int

    @property
    def free(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def is_over(self) -> bool:
        return self.used > self.limit

    @property
    def is_tight(self) -> bool:
        """Whether the head-room for growth is used up."""
        return self.used * 1_000_000 >= self.limit * (1_000_000 - self.headroom_ppm)


@dataclass(frozen=True)
class Balance:
    """How evenly a customer's points are spread over groups of one device type."""

    groups: Sequence[tuple[str, int]]
    ratio_milli: int
    """Largest group over the mean [1/1000]."""
    warns: bool


@dataclass(frozen=True)
class Part:
    """One group of a split: which points it would hold, and who would be its benchmark."""

    benchmark_number: str
    account_numbers: tuple[str, ...]
    districts: tuple[str, ...]

    @property
    def points(self) -> int:
        return len(self.account_numbers)


@dataclass(frozen=True)
class PointOnDay:
    """A point as it stood on a day, with everything a list prints."""

    id: int
    account_number: str
    role: Role
    name: str
    address: str
    nearest_number: str
    access_point_number: str
    access_point_name: str
    district_number: str
    district_name: str
    seal_number: str
    installed_on: date | None
    start: date
    end: date | None


@dataclass(frozen=True)
class Edit:
    """One of the four fields, put right."""

    account_number: str
    field: EditedField
    old: str
    new: str
    effective_on: date
    reason: str
    at: datetime
    actor_id: int | None


@dataclass(frozen=True)
class ReferenceMeter:
    """The meter that a group is read by. Its ratio is that of its transformers, never the count of points."""

    id: int
    number: str
    box_number: str
    physical_ratio: int
    register_digits: int
    start: date
    end: date | None


class OnSite(StrEnum):
    """What a picture of points says of each of them."""

    BENCHMARK = "benchmark"
    COMPLETE = "complete"
    UNSEALED = "unsealed"
    INCOMPLETE = "incomplete"
    """Its address, access point, district or installation day is missing."""
    SUSPECTED = "suspected"
    """The meter of its group is not trusted."""


@dataclass(frozen=True)
class Completeness:
    """How many of the active points have what a point should have."""

    points: int
    address: int
    access_point: int
    district: int
    installed_on: int
    seal: int


@dataclass(frozen=True)
class PointList:
    """A list of points that came in as a file."""

    id: int
    name: str
    layout: str
    state: ListState
    document_id: int
    sha256: str
    group_id: int | None
    application_number: str
    effective_on: date
    counts: dict[str, int]
    refusals: tuple[tuple[int, str, str], ...]
    job_id: int | None
    received_at: datetime
    applied_at: datetime | None


@dataclass(frozen=True)
class Proposal:
    """
    What the list of an application asks for.

    :ivar counted: rows that the file has, taken or not
    :ivar benchmark_number: what stands above its headings
    :ivar rows: columns of ``proposing.ROWS``, those that can be taken
    :ivar refusals: row in the file, column, reason
    """

    layout: str
    counted: int
    benchmark_number: str
    rows: pl.DataFrame
    refusals: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class FinalBillPosted(Announcement):
    """The final bill of a cancelled group is there; ``queries.ending_of`` has it."""

    group_id: int


@dataclass(frozen=True)
class Ending:
    """A group on its way out: the day it ended, and its final bill once there is one."""

    group_id: int
    number: str
    customer_id: int
    ended_on: date
    final_bill: str
    final_amount_minor: int | None


@dataclass(frozen=True)
class StockTable:
    """What was declared per customer, beside what the rows add up to."""

    id: int
    name: str
    declared: int
    counted: int
    decision: str
    decided_at: datetime | None
    rows: tuple[tuple[int, str, int, int | None], ...]

    @property
    def difference(self) -> int:
        return self.counted - self.declared

    @property
    def needs_decision(self) -> bool:
        return self.difference != 0 and not self.decision


@dataclass(frozen=True)
class StockBatch:
    """A block of stock rows that is verified and imported as one."""

    id: int
    name: str
    state: BatchState
    customer_id: int
    takeover_on: date
    imported_at: datetime | None
    job_id: int | None
    decision: str
    refusals: tuple[tuple[int, str, str], ...] = ()


@dataclass(frozen=True)
class BatchPreview:
    """What importing a batch now would bring."""

    groups: int
    points: int
    waiting: int
    """Rows that nobody has verified, or whose benchmark nobody has."""
    not_found: int
    extra: int
    over_cap: tuple[tuple[str, int], ...]
    """Benchmarks that would have more points than the cap."""
    differing: tuple[tuple[str, int, int], ...]
    """Benchmarks whose declared points are not those listed: number, declared, listed."""

    @property
    def declared(self) -> int:
        return sum(declared for _number, declared, _listed in self.differing)

    @property
    def listed(self) -> int:
        return sum(listed for _number, _declared, listed in self.differing)


def group_subject(group_id: int) -> str:
    """What a piece of work about a group names."""
    return f"groups.group:{group_id}"


def subject_of(point_id: int) -> str:
    """What a label or a piece of work about a point names."""
    return f"{SUBJECT}:{point_id}"


@dataclass(frozen=True)
class PointAtPlace:
    """A point as somebody finds it at an access point."""

    id: int
    account_number: str
    name: str
    group_number: str
