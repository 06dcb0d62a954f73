"""What crosses the door of the contracts: who is supplied where, on which terms, from when; and sundry charges."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from tomoshibi.worker.values import Announcement


class CapacityKind(StrEnum):
    """What a contract's size is measured in."""

    AMPERE = "A"
    KVA = "kVA"
    KW = "kW"
    CONTRACT = "contract"


class EndReason(StrEnum):
    """Why a contract ended."""

    MOVED_OUT = "moved_out"
    SWITCHED = "switched"
    CANCELED = "canceled"
    UNPAID = "unpaid"
    REPLACED = "replaced"


class ChargeState(StrEnum):
    """
    The life of a sundry charge: told, or entered and agreed to by a second person; then pulled into a bill, or withdrawn
    before that.
    """

    PROPOSED = "proposed"
    WAITING = "waiting"
    BILLED = "billed"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"


class TaxTreatment(StrEnum):
    """How consumption tax stands in a sundry charge."""

    INCLUDED = "included"
    EXEMPT = "exempt"
    OUT_OF_SCOPE = "out_of_scope"


class ExemptionState(StrEnum):
    """The life of a levy exemption or an outage: entered by one, then agreed to by a second person, or not."""

    PROPOSED = "proposed"
    HOLDS = "holds"
    REJECTED = "rejected"


@dataclass(frozen=True)
class LevyExemption:
    """
    A certificate that takes a share of the renewable levy off a contract on the days ``[start, end)``.

    :param percent: the share that is not owed
    """

    id: int
    contract_id: int
    start: date
    end: date
    percent: int
    certificate: str
    state: ExemptionState
    entered_by_id: int


@dataclass(frozen=True)
class ParticularsChange:
    """Particulars that shall hold from ``start`` on, once a second person has agreed."""

    id: int
    contract_id: int
    start: date
    particulars: Mapping[str, int]
    state: ExemptionState
    entered_by_id: int


@dataclass(frozen=True)
class Outage:
    """Days ``[start, end)`` without full supply that count for the outage discount."""

    id: int
    contract_id: int
    start: date
    end: date
    cause: str
    state: ExemptionState
    entered_by_id: int

    @property
    def days(self) -> int:
        return (self.end - self.start).days


@dataclass(frozen=True)
class Terms:
    """
    On which plan and with which size, on the days ``[start, end)``.

    :param particulars: other numbers that the plan prices by (``particulars.SCHEMA``)
    """

    start: date
    end: date | None
    plan_code: str
    capacity_kind: CapacityKind
    capacity_milli: int
    discounts: tuple[dict[str, Any], ...] = ()
    particulars: Mapping[str, int] = field(default_factory=dict)
    agency_code: str = ""
    id: int | None = None
    reseller_code: str = ""


@dataclass(frozen=True)
class Contract:
    """Somebody is supplied at a point on the days ``[start, end)``."""

    id: int
    number: str
    customer_id: int
    account_id: int
    supply_point_id: int
    start: date
    end: date | None
    end_reason: EndReason | None
    terms: tuple[Terms, ...] = field(default=())

    def terms_on(self, day: date) -> Terms | None:
        """The terms of a day; the first before the contract starts, none after it ended."""
        for terms in self.terms:
            if terms.start <= day and (terms.end is None or day < terms.end):
                return terms
        return self.terms[0] if self.terms and day < self.start else None


@dataclass(frozen=True)
class ContractEnded(Announcement):
    """
    The last day of a contract is set, or moved.

    :param on: the first day without supply, as 2026-11-30
    :param waived: why no fee is asked for it, where somebody decided so
    """

    contract_id: int
    on: str
    reason: str
    waived: str = ""
    actor_id: int | None = None


@dataclass(frozen=True)
class SundryCharge:
    """An amount that another room wants on the next bill (works contribution, cancellation fee, late interest ...)."""

    id: int
    contract_id: int
    code: str
    text: str
    amount_minor: int
    tax: TaxTreatment
    month: int
    state: ChargeState
    source: str
    worked: str = ""
    """The arithmetic of the amount, as a person would write it down."""
    reason: str = ""
    evidence: str = ""
    evidence_file_id: int | None = None
    gone_reason: str = ""
    """Why it was withdrawn, waived or rejected."""
    billed_by: str = ""
    entered_by_id: int | None = None
    entered_at: datetime | None = None
    decided_by_id: int | None = None
    decided_at: datetime | None = None
