"""What crosses the door of the room: kinds, result codes, frames, announcements, and what pages show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import polars as pl

from tomoshibi.kernel import halfhours
from tomoshibi.kernel.frames import Schema
from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.periods import Period
from tomoshibi.worker.values import Announcement

FETCH_JOB = "metering.fetch"
IMPORT_JOB = "metering.import_file"
WATCH_JOB = "metering.watch"
PROCEDURE = "RB2"
DEMAND_PROCEDURE = "RB4"
COLLECT_JOB = "metering.collect_demand"

INTERVAL_MINUTES = 30
"""Interval of the grid companies' files today; vectors say their own."""
NORMAL_SPLIT = "1"
"""仕訳コード 1 = 全量: the whole quantity of the point is this retailer's."""
PARTIAL_SPLIT = "2"
"""仕訳コード 2 = 部分: several retailers share the point; the quantity after the split is ours."""

DIFFERENCE_TOLERANCE_DWH = 10_000
"""
Half-hours and monthly total may differ by less than this [0.1 Wh], 1 kWh, without being noted.

Totals are read from a register that shows whole or tenths of a kWh, half-hours carry four decimals; how the two are
rounded against each other is in no public text, so the widest register step is tolerated.
"""


NOTE_DIFFERS = "half_hours_differ"
NOTE_MISSING = "half_hours_missing"
NOTE_OUTSIDE = "outside_contract"
"""Words in ``Reading.notes``: what is odd about a reading that was taken all the same."""


class ReadingKind(StrEnum):
    """What a confirmed value measures; each kind has its own versions and its own procedure."""

    SUPPLY = "supply"
    """Use of a supply point (RB2; its maximum demand serves RB4)."""
    GENERATION = "generation"
    """Output of a receiving point (RB3)."""
    APPORTIONED = "apportioned"
    """Apportioned output of a receiving point, 仕分発電電力量 (RB5)."""


class Source(StrEnum):
    PORTAL = "portal"
    MANUAL = "manual"


class FileState(StrEnum):
    """Where a file stands; names follow what grid-data implementations keep per file."""

    WAITING = "waiting"
    DONE = "done"
    DONE_WITH_REFUSALS = "done_with_refusals"
    REFUSED = "refused"


class RowCode(StrEnum):
    """What became of one row of a file."""

    NEW = "new"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    NOT_PROVIDED = "not_provided"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    UNKNOWN_POINT = "unknown_point"
    NOT_SUPPLIED = "not_supplied"
    NO_PERIOD = "no_period"
    BROKEN = "broken"


COUNTED_ONLY = frozenset({RowCode.NEW, RowCode.REPLACED, RowCode.UNCHANGED})
"""Rows with these codes are in the readings; every other row is kept one by one."""
REFUSED_ROWS = frozenset(
    {RowCode.UNKNOWN_POINT, RowCode.NOT_SUPPLIED, RowCode.NO_PERIOD, RowCode.BROKEN, RowCode.DUPLICATE}
)
"""Rows that somebody has to look at; ``not_provided`` is watched as a gap, ``superseded`` is only told."""


class GapReason(StrEnum):
    MISSING = "missing"
    """Nothing came by the day it is due."""
    NOT_PROVIDED = "not_provided"
    """The grid company said that it cannot provide the value (提供可否 = 否)."""


class GapOutcome(StrEnum):
    ARRIVED = "arrived"
    AGREED = "agreed"
    NOT_EXPECTED = "not_expected"


class RegisterSource(StrEnum):
    """How a register came to us."""

    COLLECTED = "collected"
    FILE = "file"
    HAND = "hand"


class AgreedBasis(StrEnum):
    """On what an agreed quantity (協定値) rests: the ways that supply conditions usually name."""

    PREVIOUS_MONTH = "previous_month"
    SAME_MONTH_LAST_YEAR = "same_month_last_year"
    AVERAGE = "average"
    AFTER_REPAIR = "after_repair"
    CHECK_METER = "check_meter"
    ERROR_RATE = "error_rate"
    LOAD_HOURS = "load_hours"
    OTHER = "other"


CONFIRMED: Schema = {
    "reading_id": pl.Int64,
    "supply_point_id": pl.Int64,
    "spin": pl.String,
    "month": pl.Int64,
    "split_code": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "energy_dwh": pl.Int64,
    "max_demand_milli": pl.Int64,
    "power_factor_milli": pl.Int64,
    "provided": pl.Boolean,
    "agreed": pl.Boolean,
    "has_half_hours": pl.Boolean,
    "half_hour_sum_dwh": pl.Int64,
    "half_hours_missing": pl.Int64,
    "revision": pl.Int64,
    "notes": pl.String,
}
"""``queries.confirmed_frame``: one row per reading that stands. Energy of a row that is not provided is 0."""

HISTORY: Schema = {
    "supply_point_id": pl.Int64,
    "month": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "energy_dwh": pl.Int64,
    "agreed": pl.Boolean,
}
"""``queries.history_frame``: readings with a quantity, point by point, oldest month first."""

ARRIVED: Schema = {
    "row_number": pl.Int64,
    "spin": pl.String,
    "month": pl.Int64,
    "split_code": pl.String,
    "provided": pl.Boolean,
    "energy_dwh": pl.Int64,
    "total_dwh": pl.Int64,
    "max_demand_milli": pl.Int64,
    "power_factor_milli": pl.Int64,
    "next_reading_on": pl.Date,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "half_hours": pl.Binary,
}
"""
One batch of monthly confirmed values as it enters the pipeline, meters of a point summed.

``energy_dwh`` is the quantity to bill (after the split where there is one), ``total_dwh`` the whole. The period is
that of the file, null where it names none. ``half_hours`` is a vector of 30-minute intervals as ``kernel.halfhours``
stores it, whole days from ``period_start`` on, or null.
"""

ARRIVED_DAYS: Schema = {
    "row_number": pl.Int64,
    "spin": pl.String,
    "day": pl.Date,
    "interval_minutes": pl.Int64,
    "half_hours": pl.Binary,
}
"""One batch of a daily file: the intervals of a point and day, summed over its meters, missing ones marked."""

REFUSED: Schema = {
    "row_number": pl.Int64,
    "spin": pl.String,
    "month": pl.Int64,
    "code": pl.String,
    "template": pl.String,
    "parameters": pl.String,
}
"""Rows that are not simply readings: the code, and a sentence as a template with its values (JSON) to translate."""


@dataclass(frozen=True)
class Batch:
    """
    Some rows of a file.

    :ivar rows: columns of ``ARRIVED`` (monthly) or ``ARRIVED_DAYS`` (daily)
    :ivar broken: columns of ``REFUSED``: rows that could not be read, each with its reason
    """

    rows: pl.DataFrame
    broken: pl.DataFrame


@dataclass(frozen=True)
class FileHead:
    """
    What a file says about itself.

    ``series_on``, ``revision`` and ``made_at`` decide, in this order, which of two files is the later word on a point.
    """

    message_code: str = ""
    sender: str = ""
    receiver: str = ""
    month: int | None = None
    made_at: datetime | None = None
    """Civil time of the company's place, as the file says it."""
    series_on: date | None = None
    revision: int = 0
    section: int = 0


@dataclass(frozen=True)
class ImportedFile:
    """A file of the grid company, as it was received and what became of it."""

    id: int
    name: str
    sha256: str
    size: int
    source: Source
    area: str
    """Whose portal it came from; empty for a file by hand."""
    kind: ReadingKind
    message_code: str
    sender: str
    month: int | None
    revision: int
    section: int
    state: FileState
    refusal: str
    counts: Mapping[str, int]
    received_at: datetime
    received_by_id: int | None
    imported_at: datetime | None
    document_id: int | None
    job_id: int | None

    @property
    def rows_count(self) -> int:
        return sum(self.counts.values())

    @property
    def refused_count(self) -> int:
        return sum(self.counts.get(code, 0) for code in REFUSED_ROWS)


@dataclass(frozen=True)
class FileRow:
    """A row of a file that did not become a reading, or became one without a quantity."""

    row_number: int
    spin: str
    month: int | None
    code: RowCode
    template: str
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class Reading:
    """One version of the confirmed value of a point and reading month."""

    id: int
    kind: ReadingKind
    supply_point_id: int
    spin: str
    month: int
    split_code: str
    period: Period
    energy_dwh: int
    max_demand_milli: int | None
    provided: bool
    agreed: bool
    half_hour_sum_dwh: int | None
    half_hours_missing: int
    next_reading_on: date | None
    revision: int
    notes: tuple[str, ...]
    file_id: int | None
    file_name: str
    recorded_at: datetime
    superseded_by_id: int | None
    superseded_at: datetime | None

    @property
    def difference_dwh(self) -> int | None:
        """Monthly total minus the sum of its half-hours [0.1 Wh], where there are complete half-hours."""
        if self.half_hour_sum_dwh is None or self.half_hours_missing:
            return None
        return self.energy_dwh - self.half_hour_sum_dwh


@dataclass(frozen=True)
class LoadCurve:
    """
    Metered intervals of a point, whole days from ``first_day`` on.

    ``values_dwh`` has shape (days, slots a day) [0.1 Wh]; an interval without a usable value is
    ``kernel.halfhours.MISSING``.
    """

    first_day: date
    interval_minutes: int
    values_dwh: Int32Array

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        return self.values_dwh != halfhours.MISSING


@dataclass(frozen=True)
class HalfHourMatrix:
    """
    Vectors of many readings, in the order in which they were asked for.

    :ivar values_dwh: shape (n, slots of the longest) [0.1 Wh]; ``MISSING`` where there is no usable value, also
        beyond the end of a shorter period and in rows of readings without half-hours
    :ivar first_day: shape (n,) datetime64[D]; not a date where a reading has no half-hours
    :ivar days: shape (n,), whole days that a row holds; 0 without half-hours
    :ivar missing: shape (n,), intervals without a usable value inside the period
    """

    reading_ids: npt.NDArray[np.int64]
    values_dwh: Int32Array
    first_day: npt.NDArray[np.datetime64]
    days: npt.NDArray[np.int64]
    missing: npt.NDArray[np.int64]
    interval_minutes: int


@dataclass(frozen=True)
class Agreed:
    """An agreed quantity (協定値): who agreed, when, on what."""

    id: int
    reading_id: int
    supply_point_id: int
    month: int
    period: Period
    energy_dwh: int
    basis: AgreedBasis
    reason: str
    agreed_by: str
    agreed_on: date
    evidence_id: int | None
    entered_by_id: int | None
    entered_at: datetime
    superseded_at: datetime | None


@dataclass(frozen=True)
class Suggestion:
    """A quantity that the clerk may propose to the grid company, and what it comes from."""

    basis: AgreedBasis
    energy_dwh: int
    days: int
    months: tuple[int, ...]


@dataclass(frozen=True)
class Gap:
    """A supplied point whose confirmed value is not there although it is due."""

    id: int
    area: str
    base_day: str
    month: int
    supply_point_id: int
    spin: str
    contract_id: int
    contract_number: str
    period: Period
    due_on: date
    reason: GapReason
    opened_at: datetime
    asked_at: datetime | None
    asked_count: int
    closed_at: datetime | None
    outcome: GapOutcome | None

    def age_days(self, today: date) -> int:
        """Civil days since the data was due."""
        return (today - self.due_on).days


@dataclass(frozen=True)
class GapsOfDay:
    """Open gaps of one reading day, counted; ``asked_count`` of them were asked for again."""

    area: str
    base_day: str
    month: int
    due_on: date
    count: int
    asked_count: int


@dataclass(frozen=True)
class PortalEndpoint:
    """Where the portal of an area's grid company is, and how we show who we are."""

    id: int
    area: str
    base_url: str
    certificate_file: str
    key_file: str
    trust_file: str
    timeout_seconds: int
    wait_business_days: int
    revision_digits: int
    """How many digits at the end of a file's name, before those of the section, are its revision; 0: not known."""
    section_digits: int
    active: bool
    fetched_at: datetime | None
    failure: str


@dataclass(frozen=True)
class ImportOutcome:
    """What an import did."""

    file_id: int
    state: FileState
    counts: Mapping[str, int] = field(default_factory=dict)
    months: tuple[int, ...] = ()
    changed_reading_ids: tuple[int, ...] = ()
    seen_before: bool = False


class DemandSource(StrEnum):
    """Where a month's maximum demand comes from."""

    EXPECTED = "expected"
    """Nothing has come yet."""
    GRID = "grid"
    """The grid company's confirmed data."""
    FILE = "file"
    """A CSV that somebody took in."""
    AGREED = "agreed"
    """Agreed with the grid company where the meter has none."""


DEMAND: Schema = {
    "contract_id": pl.Int64,
    "part": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "max_demand_milli": pl.Int64,
    "demand_milli": pl.Int64,
    "power_factor_percent": pl.Int64,
}
"""What billing takes: the month's maximum demand, the contract demand that follows from it, and the power factor."""
DEMAND_ROWS: Schema = {
    "row_number": pl.Int64,
    "spin": pl.String,
    "month": pl.Int64,
    "max_demand_milli": pl.Int64,
    "power_factor_percent": pl.Int64,
}
"""A CSV of demands as it was read."""


@dataclass(frozen=True)
class DemandMonth:
    """
    One month (or part of one) of a contract on actual demand, and how its contract demand came about.

    :param contract_milli: contract demand [1e-3 kW]; nothing while the month's demand is missing
    :param by_month: the month whose demand it is; nothing for an agreed one
    :param to_agree: 500 kW or more were measured: a value has to be agreed
    """

    id: int
    month: int
    part: int
    period: Period
    source: DemandSource
    max_demand_milli: int | None
    power_factor_percent: int | None
    agreed_contract_milli: int | None
    contract_milli: int | None
    by_month: int | None
    exceeded: bool
    to_agree: bool
    note: str
    superseded_at: datetime | None = None


@dataclass(frozen=True)
class ConfirmedValuesArrived(Announcement):
    """Points that had no quantity for a month have one now."""

    file_id: int
    months: tuple[int, ...]


@dataclass(frozen=True)
class ConfirmedValuesChanged(Announcement):
    """
    Quantities that were there (confirmed or agreed) were replaced.

    ``reading_ids`` are the new readings; each says in ``superseded`` order what it replaced. Bills of ``months_after``
    further months rest on them too: a maximum demand counts in the eleven months after its own.
    """

    reading_ids: tuple[int, ...]
    file_id: int | None = None
    months_after: int = 0
