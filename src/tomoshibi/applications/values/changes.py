"""Changes of what we hold about a customer and a contract (CM2, CM3): what crosses the door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

WITH_GRID, OURS_ONLY = "CM2", "CM3"
"""Procedures of changes that touch the wheeling contract, and of those that do not."""
APPLY_JOB = "applications.apply_changes"


class ChangeKind(StrEnum):
    """What changes. The first seven are ours alone, the others go to the grid company."""

    PLAN = "plan"
    DISCOUNTS = "discounts"
    PAYMENT = "payment"
    CHANNEL = "channel"
    AGENCY = "agency"
    RESELLER = "reseller"
    CONTACT = "contact"
    HOLDER = "holder"
    CAPACITY = "capacity"
    MOVE = "move"
    MOVE_OUT = "move_out"
    SUCCESSION = "succession"


AT_GRID_KINDS = frozenset(
    {ChangeKind.HOLDER, ChangeKind.CAPACITY, ChangeKind.MOVE, ChangeKind.MOVE_OUT, ChangeKind.SUCCESSION}
)
"""Kinds that touch the wheeling contract: they take effect with the grid's answer and on its day."""
ENDING_KINDS = frozenset({ChangeKind.MOVE, ChangeKind.MOVE_OUT, ChangeKind.SUCCESSION})
"""Kinds that end the contract; only one of them may be under way."""


class ChangeSource(StrEnum):
    """How the wish reached us."""

    PORTAL = "portal"
    PHONE = "phone"
    MAIL = "mail"
    LETTER = "letter"
    COUNTER = "counter"


class ChangeState(StrEnum):
    ASKED = "asked"
    SCHEDULED = "scheduled"
    AT_GRID = "at_grid"
    BACK = "back"
    DONE = "done"
    DECLINED = "declined"
    CANCELED = "canceled"


OPEN_CHANGES = (ChangeState.ASKED, ChangeState.SCHEDULED, ChangeState.AT_GRID, ChangeState.BACK)


class Part(StrEnum):
    """Which part of a change an application to the grid carries."""

    INFORM = "inform"
    RESIZE = "resize"
    END = "end"
    START = "start"


@dataclass(frozen=True)
class NewChange:
    """
    A wish to change something.

    :param effective_on: from which day; of a change at the grid the wished day, the grid fixes it
    :param wanted: what is wanted, by field (see ``changes.SHAPES``)
    :param key: the same one twice is one change
    """

    kind: ChangeKind
    contract_id: int
    effective_on: date
    source: ChangeSource
    wanted: Mapping[str, Any]
    reason: str = ""
    key: str = ""


@dataclass(frozen=True)
class GridRequest:
    """An application to the grid that a change opened."""

    case_id: int
    number: str
    part: Part
    state: str
    stage_name: str
    wished_on: date | None
    fixed_on: date | None


@dataclass(frozen=True)
class ChangeLine:
    """One line of a change's story."""

    at: datetime
    text: str
    actor_id: int | None


@dataclass(frozen=True)
class Change:
    """A change as pages and other rooms see it."""

    id: int
    number: str
    kind: ChangeKind
    state: ChangeState
    source: ChangeSource
    contract_id: int
    customer_id: int
    account_id: int
    effective_on: date
    took_effect_on: date | None
    wanted: Mapping[str, Any]
    before: Mapping[str, Any]
    reason: str
    why_back: str
    cancel_asked: bool
    asked_at: datetime
    asked_by_id: int | None
    new_contract_id: int | None

    @property
    def procedure(self) -> str:
        return WITH_GRID if self.kind in AT_GRID_KINDS else OURS_ONLY

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_CHANGES


class Effect(StrEnum):
    """What a change would bring with it."""

    REBILL = "rebill"
    FINAL_BILL = "final_bill"
    FEE = "fee"
    DOCUMENT = "document"
    GRID = "grid"
    MANDATE = "mandate"
    PORTAL = "portal"
    WAITS = "waits"
    OTHER = "other"


@dataclass(frozen=True)
class Consequence:
    """
    One thing that a change would bring with it.

    :param grave: it deserves attention before saying yes
    """

    effect: Effect
    text: str
    grave: bool = False
