"""
What crosses the door of the grid company's portal: dialects, facts of a file, column batches.

Source: element paths that public implementations of the 標準規格 business protocols agree on. No official file is public:
every tag and code is data of a :class:`Dialect`, so that one network company can differ without a release.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import polars as pl

from tomoshibi.gateways.problems import OutsideError, Problem
from tomoshibi.kernel.frames import Schema
from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.periods import Month

INTERVAL_MINUTES = 30
SLOTS = 48


class Content(StrEnum):
    """What a message brings."""

    CONFIRMED = "confirmed"
    """月間確定使用量: monthly values that may be billed, with their half-hours."""
    DAY = "day"
    """日毎30分電力量: all half-hours of one day; not for billing."""
    SLOT = "slot"
    """30分電力量: one half-hour; not for billing."""


@dataclass(frozen=True)
class MessageKind:
    """
    One 情報区分コード.

    :param family: beginning of the file name
    :param quantity: tag of the half-hour quantity in W4 messages
    """

    code: str
    family: str
    content: Content
    high_voltage: bool
    quantity: str = ""


def _kinds() -> dict[str, MessageKind]:
    return {
        one.code: one
        for one in (
            MessageKind("0110", "W4", Content.SLOT, high_voltage=True, quantity="JP06123"),
            MessageKind("1110", "W4", Content.SLOT, high_voltage=False, quantity="JP06125"),
            MessageKind("0120", "W4", Content.DAY, high_voltage=True, quantity="JP06123"),
            MessageKind("1120", "W4", Content.DAY, high_voltage=False, quantity="JP06125"),
            MessageKind("1210", "W5", Content.CONFIRMED, high_voltage=True),
            MessageKind("1220", "W5", Content.CONFIRMED, high_voltage=False),
        )
    }


@dataclass(frozen=True)
class Dialect:
    """Tags and codes of one network company; the defaults are what public implementations agree on."""

    root: str = "SBD-MSG"
    terms: str = "JPTRM"
    message_code: str = "JP00002"
    sender_code: str = "JP06110"
    sender_name: str = "JP06111"
    receiver_code: str = "JP06112"
    receiver_name: str = "JP06113"
    made_on: str = "JP06114"
    made_at: str = "JP06115"
    target_on: str = "JP06116"
    target_month: str = "JP06401"
    slot: str = "JP06219"
    groups: str = "JPM00010"
    group: str = "JPMR00010"
    points: str = "JPM00011"
    point: str = "JPMR00011"
    spin: str = "JP06400"
    customer_key: str = "JP06119"
    customer_name: str = "JP06120"
    meter_key: str = "JP06121"
    quality: str = "JP06122"
    usable: str = "0"
    place: str = "JP06402"
    voltage: str = "JP06403"
    split: str = "JP06404"
    split_whole: str = "1"
    split_part: str = "2"
    provision: str = "JP06405"
    provided: str = "0"
    refused: str = "1"
    energy_whole: str = "JP06426"
    energy_part: str = "JP06427"
    power_factor: str = "JP06406"
    max_demand: str = "JP06445"
    next_reading: str = "JP06446"
    days: str = "JPM00013"
    day: str = "JPMR00013"
    day_on: str = "JP06423"
    slots: str = "JPM00014"
    half_hour: str = "JPMR00014"
    half_hour_whole: str = "JP06424"
    half_hour_part: str = "JP06425"
    kinds: Mapping[str, MessageKind] = field(default_factory=_kinds)


@dataclass(frozen=True)
class Limits:
    """What a file may ask of this machine before it is refused."""

    unpacked_bytes: int = 4 * 2**30
    problems: int = 10_000
    days_per_point: int = 400


@dataclass(frozen=True)
class FileFacts:
    """The head of a message. A field that the sender left out is nothing."""

    message_code: str
    content: Content
    high_voltage: bool
    sender_code: str = ""
    sender_name: str = ""
    receiver_code: str = ""
    receiver_name: str = ""
    made_on: date | None = None
    made_at: str = ""
    target_on: date | None = None
    month: Month | None = None
    slot: int | None = None


CONFIRMED_ROWS: Schema = {
    "row": pl.Int64,
    "spin": pl.String,
    "month": pl.Int64,
    "split_code": pl.String,
    "provided": pl.Boolean,
    "energy_dwh": pl.Int64,
    "energy_whole_dwh": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "next_reading_on": pl.Date,
    "max_demand_milli": pl.Int64,
    "power_factor_milli": pl.Int64,
    "customer_key": pl.String,
    "customer_name": pl.String,
    "place": pl.String,
    "voltage": pl.String,
    "meters": pl.Int64,
    "half_hours_from": pl.Int64,
    "half_hours_count": pl.Int64,
}
"""
One row per point and split code, meters summed.

``energy_dwh`` is what this retailer supplied: 全量 for split code 1, 仕訳後 for 2; null where ``provided`` is false.
``month`` is 対象年月 (202610). The period ``[period_start, period_end)`` comes from the half-hours' days and is null
without them. The half-hours are ``batch.half_hours_dwh[half_hours_from:][:half_hours_count]``, whole days from
``period_start`` on. ``power_factor_milli`` is the number in the file times 1000.
"""
HALF_HOUR_ROWS: Schema = {
    "row": pl.Int64,
    "spin": pl.String,
    "day": pl.Date,
    "first_slot": pl.Int64,
    "meters": pl.Int64,
    "half_hours_from": pl.Int64,
    "half_hours_count": pl.Int64,
}
"""One row per point and day: ``half_hours_count`` intervals from ``first_slot`` (1 is 00:00 to 00:30) on."""


@dataclass(frozen=True)
class Batch:
    """
    Some points of a file.

    :param records: ``CONFIRMED_ROWS`` or ``HALF_HOUR_ROWS``
    :param half_hours_dwh: all vectors one behind the other, shape (sum of counts,) [0.1 Wh], with ``MISSING``
    :param problems: points of the file that are not among the records, each with its reason
    """

    records: pl.DataFrame
    half_hours_dwh: Int32Array
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Message:
    """
    A file being read. ``batches`` can be walked once; it ends in :class:`BrokenFile` where the file turns out to be
    broken, so whoever stores batches does it in one transaction.
    """

    facts: FileFacts
    batches: Iterator[Batch]


@dataclass(frozen=True)
class FileName:
    """
    What a file's name tells; the facts that count stand in its body.

    :param revision: nothing where the dialect does not say where it stands
    """

    name: str
    message_code: str
    target_on: date
    clock: str
    tail: str
    revision: int | None
    section: int | None

    @property
    def order(self) -> tuple[date, str, int, int, str]:
        """Files are applied in this order: a later revision replaces an earlier one."""
        return (self.target_on, self.message_code, self.revision or 0, self.section or 0, self.tail)


@dataclass(frozen=True)
class NameRule:
    """Where revision and section stand in the tail of a name; the widths differ and are not published."""

    revision: tuple[int, int] | None = None
    section: tuple[int, int] | None = None


@dataclass(frozen=True)
class Listed:
    """One line of the portal's list; the size is nothing where the portal does not tell it."""

    name: str
    size: int | None


@dataclass(frozen=True)
class Fetched:
    """A file that lies complete in its place."""

    name: str
    path: Path
    size: int
    sha256: str


@dataclass(frozen=True)
class Connection:
    """
    How one network company is reached.

    :param prefix: address before ``/FileListReceiver``, one per area
    :param certificate: client certificate, PEM or PKCS#12 (``.p12``, ``.pfx``)
    :param key: private key if it does not stand in ``certificate``
    :param authority: certificates to trust instead of the machine's own
    """

    prefix: str
    certificate: Path
    key: Path | None = None
    password: str = ""
    authority: Path | None = None
    timeout_seconds: float = 60.0
    file_limit_bytes: int = 2 * 2**30


class PortalError(OutsideError):
    """Talking to the portal failed; the sentence is fit for the user."""


class Unreachable(PortalError):
    """Nothing was reached, or the answer broke off: try again later."""


class NotAdmitted(PortalError):
    """The portal does not accept who we are: a person must look at the certificate."""


class FileGone(PortalError):
    """The list names a file that the portal does not give."""


class BadAnswer(PortalError):
    """The portal answered something that is no list or no file."""


class Portal(Protocol):
    """What a room needs from a network company's portal."""

    def list_files(self) -> tuple[Listed, ...]: ...

    def fetch(self, listed: Listed, *, folder: Path) -> Fetched: ...
