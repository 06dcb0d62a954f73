"""What applicants wrote, what the examination found, and what was registered from it."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from tomoshibi.documents.values import LARGEST_UPLOAD_BYTES
from tomoshibi.parties.values import CustomerKind as ApplicantKind

__all__ = ["LARGEST_UPLOAD_BYTES", "ApplicantKind"]
_MOBILE = re.compile(r"0[789]0[0-9]{8}")
"""Japanese numbers that take text messages."""


class Source(StrEnum):
    """By which way an application came."""

    WEB = "web"
    MAIL = "mail"
    PHONE = "phone"
    AGENCY = "agency"


class IntakeKind(StrEnum):
    """What the applicant wants."""

    SWITCH = "switch"
    """Another retailer supplies the place now (スイッチング)."""
    MOVE_IN = "move_in"
    """The place is connected but nobody is supplied there for them yet (再点)."""
    NEW = "new"
    """The place has no connection yet (新設)."""
    SELL = "sell"
    """Somebody wants to sell us what a plant delivers, FIT or post-FIT (電源の切替・受電再点)."""


class Plant(StrEnum):
    """What generates at a place."""

    SOLAR = "solar"
    WIND = "wind"
    HYDRO = "hydro"
    BIOMASS = "biomass"
    OTHER = "other"


class IntakeState(StrEnum):
    DRAFT = "draft"
    RECEIVED = "received"
    DEFICIENT = "deficient"
    EXAMINED = "examined"
    HANDED_OVER = "handed_over"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


OPEN_STATES = (IntakeState.RECEIVED, IntakeState.DEFICIENT, IntakeState.EXAMINED)
"""States in which an application is ours to work on, or the applicant's to repair."""


class Severity(StrEnum):
    """Who has to act on a finding."""

    ASK = "ask"
    """The applicant can repair it."""
    CLERK = "clerk"
    """Somebody of ours decides."""
    NOTE = "note"
    """Good to know; nothing has to be done."""


class DeficiencyState(StrEnum):
    OPEN = "open"
    REPAIRED = "repaired"
    DROPPED = "dropped"


class RegistrationState(StrEnum):
    """From the application to the contract."""

    PREPARED = "prepared"
    """Written from the application; a second person looks where that is asked for."""
    CONFIRMED = "confirmed"
    """Customer and payer are registered, the case is with the grid."""
    COMPLETED = "completed"
    """The grid fixed the day: the contract stands, or what a plant delivers is bought from that day."""
    CANCELED = "canceled"


@dataclass(frozen=True)
class Answers:
    """
    An application's answers, each as a text in its plain form; what was not answered is empty.

    The address is the place of use, where bills go too. Who sells (``IntakeKind.SELL``) answers ``SELLERS`` besides: then the
    point is a generation point, the size that of the plant, the present retailer who buys now, ``use_kwh`` what a month delivered.
    """

    kind: str = ""
    postal_code: str = ""
    prefecture: str = ""
    city: str = ""
    town: str = ""
    block: str = ""
    building: str = ""
    area: str = ""
    use_kwh: str = ""
    plan_code: str = ""
    capacity_unit: str = ""
    capacity: str = ""
    spin: str = ""
    current_retailer: str = ""
    current_customer_number: str = ""
    current_name: str = ""
    wished_on: str = ""
    applicant: str = ""
    name: str = ""
    kana: str = ""
    phone: str = ""
    mail: str = ""
    payment_method: str = ""
    statement_channel: str = ""
    agency_code: str = ""
    note: str = ""
    plant: str = ""
    source_kind: str = ""
    term_ends_on: str = ""
    meter_number: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Answers":
        """From a mapping that may hold more than is asked."""
        return cls(**{name: str(given[name]) for name in ANSWERS if given.get(name) not in {None, ""}})

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    @property
    def wished_day(self) -> date | None:
        try:
            return date.fromisoformat(self.wished_on)
        except ValueError:
            return None

    @property
    def term_end(self) -> date | None:
        """The last day of the purchase term by law (FIT), where it is a day."""
        try:
            return date.fromisoformat(self.term_ends_on)
        except ValueError:
            return None

    @property
    def sells(self) -> bool:
        return self.kind == IntakeKind.SELL

    @property
    def capacity_milli(self) -> int | None:
        """Size in thousandths of its unit; nothing where it is no number."""
        whole, _dot, rest = self.capacity.partition(".")
        digits = whole + rest.ljust(3, "0")
        return int(digits) if whole and len(rest) <= 3 and digits.isascii() and digits.isdigit() else None  # noqa: PLR2004

    @property
    def place(self) -> str:
        """Where power is wanted, in one line."""
        return f"{self.prefecture}{self.city}{self.town}{self.block} {self.building}".strip()


ANSWERS: tuple[str, ...] = tuple(field.name for field in fields(Answers))
SELLERS = ("plant", "source_kind", "term_ends_on", "meter_number")
"""Answers that only who sells is asked for; the agencies' sheet has none of them."""


@dataclass(frozen=True)
class Finding:
    """
    What a rule has to say about an application.

    :param rule: code of the rule
    :param fields: the answers that it is about
    :param detail: what was found, for the sentence
    :param dropped: a clerk looked at it and lets it pass
    """

    rule: str
    severity: Severity
    fields: tuple[str, ...]
    detail: str = ""
    dropped: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "severity": self.severity.value, "fields": list(self.fields)}

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Finding":
        return cls(
            rule=given["rule"],
            severity=Severity(given["severity"]),
            fields=tuple(given["fields"]),
            detail=given.get("detail", ""),
            dropped=bool(given.get("dropped")),
        )


@dataclass(frozen=True)
class ConsentText:
    """A text that an applicant agrees to, in one language and version."""

    code: str
    version: str
    title: str
    body: str


@dataclass(frozen=True)
class Consent:
    """That somebody agreed to a text, and what it said."""

    code: str
    version: str
    language: str
    title: str
    body: str
    agreed_at: datetime


@dataclass(frozen=True)
class Upload:
    """A file of an applicant."""

    id: int
    intake_id: int
    file_id: int
    name: str
    media_type: str
    size_bytes: int
    uploaded_at: datetime


@dataclass(frozen=True)
class Submission:
    """What was sent at one moment, as it came; never changed."""

    via: str
    sent_at: datetime
    typed: Mapping[str, str]
    language: str


@dataclass(frozen=True)
class Deficiency:
    """Something the applicant was asked to repair."""

    id: int
    rule: str
    fields: tuple[str, ...]
    sentence: str
    state: DeficiencyState
    asked_at: datetime
    due_at: datetime
    reminded_at: datetime | None
    settled_at: datetime | None
    by_text: bool = False
    """Asked by text message, too."""


@dataclass(frozen=True)
class Intake:
    """An application from its first page to its hand-over."""

    id: int
    key: str
    number: str
    source: Source
    state: IntakeState
    answers: Answers
    typed: Mapping[str, str]
    language: str
    findings: tuple[Finding, ...]
    reason: str
    started_at: datetime
    received_at: datetime | None
    expires_at: datetime
    examined_by_id: int | None
    revision: int
    inbound_id: int | None = None
    """The message that it was keyed or read from."""

    @property
    def has_mobile(self) -> bool:
        """Whether a text message reaches the applicant."""
        return bool(_MOBILE.fullmatch(self.answers.phone.replace("-", "")))

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """What somebody still has to act on."""
        return tuple(f for f in self.findings if not f.dropped and f.severity is not Severity.NOTE)


@dataclass(frozen=True)
class LeadTime:
    """
    How long the grid needs before a first day, and how far ahead one may be wished.

    :param business_days: working days of the area, counted from the day of the application
    :param days: civil days after those
    """

    business_days: int
    days: int
    horizon_days: int
    note: str = ""


@dataclass(frozen=True)
class Registration:
    """Customer, payer, point and terms from an application: a contract that waits for its first day."""

    id: int
    intake_id: int
    state: RegistrationState
    customer_id: int | None
    account_id: int | None
    supply_point_id: int | None
    contract_id: int | None
    plan_code: str
    capacity_unit: str
    capacity_milli: int
    discounts: tuple[Mapping[str, Any], ...]
    agency_code: str
    payment_method: str
    statement_channel: str
    wished_on: date | None
    starts_on: date | None
    source_kind: str
    """FIT or post-FIT where we buy; empty where we supply."""
    needs_second: str
    prepared_by_id: int | None
    confirmed_by_id: int | None
