"""What crosses the door of the ledger."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import polars as pl

from tomoshibi.kernel.frames import Schema
from tomoshibi.kernel.periods import Month

ENTRY_SCHEMA: Schema = {
    "source": pl.String,
    "purpose": pl.String,
    "entry_on": pl.Date,
    "accounting_month": pl.Int64,
    "account": pl.String,
    "amount_minor": pl.Int64,
    "customer_id": pl.Int64,
    "document": pl.String,
    "text": pl.String,
}
"""
Rows of ``operations.post``: one per leg; an entry is all rows of one ``(source, purpose)``.

``amount_minor`` is positive for debit and negative for credit; ``customer_id`` and ``document`` may be null.
"""

HEAD_SCHEMA: Schema = {
    "entry": pl.Int64,
    "source": pl.String,
    "purpose": pl.String,
    "entry_on": pl.Date,
    "accounting_month": pl.Int64,
    "document": pl.String,
    "text": pl.String,
}
LEG_SCHEMA: Schema = {"entry": pl.Int64, "account": pl.String, "amount_minor": pl.Int64, "customer_id": pl.Int64}
"""
Rows of ``operations.post_apart``: an entry is one head and the legs that have its number ``entry``, which is the teller's own.

Otherwise as in ``ENTRY_SCHEMA``.
"""


class AccountKind(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def grows_by_debit(self) -> bool:
        return self in {AccountKind.ASSET, AccountKind.EXPENSE}


@dataclass(frozen=True)
class Account:
    """An account of the chart (勘定科目)."""

    code: str
    kind: AccountKind
    name_ja: str
    name_zh: str
    name_en: str

    def name(self, language: str) -> str:
        """The name in a language of the user interface; Japanese where it has none."""
        return {"zh": self.name_zh, "en": self.name_en}.get(language[:2], self.name_ja) or self.name_ja


@dataclass(frozen=True)
class PostOutcome:
    """What a posting did. Entries that were there before are counted, not repeated."""

    entries: int
    legs: int
    already_posted: int
    debit_minor: int


@dataclass(frozen=True)
class TrialRow:
    """An account over a range of months; amounts are never negative except the balances (debit positive)."""

    account: Account
    opening_minor: int
    debit_minor: int
    credit_minor: int

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.debit_minor - self.credit_minor

    @property
    def opening(self) -> "Sides":
        return Sides.of(self.opening_minor)

    @property
    def closing(self) -> "Sides":
        return Sides.of(self.closing_minor)


@dataclass(frozen=True)
class Sides:
    """A balance as it is written: on the debit side or on the credit side, never with a sign."""

    debit_minor: int
    credit_minor: int

    @classmethod
    def of(cls, *balances: int) -> "Sides":
        return cls(sum(max(one, 0) for one in balances), sum(max(-one, 0) for one in balances))


@dataclass(frozen=True)
class TrialBalance:
    """The trial balance of a range of months, both included (試算表)."""

    first: Month
    last: Month
    rows: tuple[TrialRow, ...]

    @property
    def opening_minor(self) -> int:
        return sum(row.opening_minor for row in self.rows)

    @property
    def debit_minor(self) -> int:
        return sum(row.debit_minor for row in self.rows)

    @property
    def credit_minor(self) -> int:
        return sum(row.credit_minor for row in self.rows)

    @property
    def closing_minor(self) -> int:
        return sum(row.closing_minor for row in self.rows)

    @property
    def opening(self) -> Sides:
        return Sides.of(*(row.opening_minor for row in self.rows))

    @property
    def closing(self) -> Sides:
        return Sides.of(*(row.closing_minor for row in self.rows))

    @property
    def foots(self) -> bool:
        """Debits equal credits, and all balances together are nothing."""
        return self.opening_minor == 0 and self.debit_minor == self.credit_minor


@dataclass(frozen=True)
class Leg:
    account: Account
    amount_minor: int
    customer_id: int | None

    @property
    def debit_minor(self) -> int:
        return max(self.amount_minor, 0)

    @property
    def credit_minor(self) -> int:
        return max(-self.amount_minor, 0)


@dataclass(frozen=True)
class Entry:
    """A journal entry with its legs (仕訳)."""

    id: int
    source: str
    purpose: str
    entry_on: date
    month: Month
    document: str
    text: str
    posted_at: datetime
    actor_id: int | None
    legs: tuple[Leg, ...]

    @property
    def debit_minor(self) -> int:
        return sum(leg.amount_minor for leg in self.legs if leg.amount_minor > 0)


@dataclass(frozen=True)
class AccountLine:
    """A leg as the page of its account shows it, with the balance after it."""

    entry_id: int
    entry_on: date
    month: Month
    source: str
    purpose: str
    document: str
    text: str
    amount_minor: int
    balance_minor: int

    @property
    def debit_minor(self) -> int:
        return max(self.amount_minor, 0)

    @property
    def credit_minor(self) -> int:
        return max(-self.amount_minor, 0)


@dataclass(frozen=True)
class MonthStep:
    """A proposal to close or open a month, and what a second person made of it."""

    id: int
    month: Month
    closes: bool
    reason: str
    proposed_by_id: int
    proposed_at: datetime
    decided_by_id: int | None
    decided_at: datetime | None
    accepted: bool | None


@dataclass(frozen=True)
class MonthState:
    """An accounting month: what it holds, whether it is closed, and a proposal that waits for a second person."""

    month: Month
    closed: bool
    legs: int
    debit_minor: int
    credit_minor: int
    waiting: MonthStep | None
