"""What crosses the door of collection: states, frames, outcomes."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import polars as pl

from tomoshibi.kernel.frames import Schema

PROCEDURE = "RC4"
OPEN_JOB = "collection.open_receivables"
LATE_JOB = "collection.tell_late_interest"
SEND_JOB = "collection.send_batch"
FETCH_JOB = "collection.fetch_results"

ISSUED_SCHEMA: Schema = {
    "bill_id": pl.Int64,
    "invoice_number": pl.String,
    "account_id": pl.Int64,
    "customer_id": pl.Int64,
    "contract_id": pl.Int64,
    "month": pl.Int64,
    "amount_minor": pl.Int64,
    "tax_minor": pl.Int64,
    "issued_on": pl.Date,
    "due_on": pl.Date,
}
"""What collection needs of an issued document; a negative amount is a qualified return invoice."""


class ReceivableState(StrEnum):
    """What became of a debt; derived from what is still open, never stored on the receivable."""

    OPEN = "open"
    PARTLY = "partly"
    PAID = "paid"
    WRITTEN_OFF = "written_off"


class AllocationKind(StrEnum):
    """Where the money of an allocation comes from; ``source_id`` names the row."""

    DEBIT = "debit"
    RECEIPT = "receipt"
    CREDIT = "credit"
    WRITE_OFF = "write_off"
    REVERSAL = "reversal"


class BatchState(StrEnum):
    PREPARED = "prepared"
    RELEASED = "released"
    SENT = "sent"
    REJECTED = "rejected"
    ANSWERED = "answered"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class CodeClass(StrEnum):
    """What a result code means for what happens next."""

    PAID = "paid"
    SOFT = "soft"
    HARD = "hard"
    OURS = "ours"
    MANUAL = "manual"


class Treatment(StrEnum):
    """What is done after a failed debit; ``ask`` leaves it to a person."""

    ASK = "ask"
    AGAIN = "again"
    LETTER = "letter"
    MANDATE = "mandate"
    HOLD = "hold"


class ProblemKind(StrEnum):
    """Why a row of a result file was not applied."""

    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    AMOUNT = "amount"
    ACCOUNT = "account"
    ANSWERED = "answered"
    NO_RESULT = "no_result"
    MISSING = "missing"


class DepositVerdict(StrEnum):
    """What became of a row of the bank's notice of incoming transfers."""

    TAKEN = "taken"
    KNOWN = "known"
    OTHER_ACCOUNT = "account"
    NOTHING = "nothing"
    FUTURE = "future"
    CANCELED = "canceled"
    CANCELS = "cancels"


class CreditOrigin(StrEnum):
    DOUBLE = "double"
    OVERPAID = "overpaid"
    RETURN = "return"
    ASSIGNED = "assigned"


class RefundState(StrEnum):
    WAITING = "waiting"
    BATCHED = "batched"
    PAID = "paid"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class RefundBatchState(StrEnum):
    PREPARED = "prepared"
    RELEASED = "released"
    PAID = "paid"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class ResultCode:
    """A code of an agent's result file, what it means, and what follows by rule."""

    agent: str
    code: str
    meaning: CodeClass
    text_ja: str
    text_zh: str
    text_en: str
    treatment: Treatment

    def text(self, language: str) -> str:
        return {"zh": self.text_zh, "en": self.text_en}.get(language[:2], self.text_ja) or self.text_ja


@dataclass(frozen=True)
class LateOutcome:
    """Charges for money that came late: how many are new, and what they come to."""

    told: int
    amount_minor: int


@dataclass(frozen=True)
class OpenOutcome:
    """What opening the receivables of a run did."""

    opened: int
    amount_minor: int
    credits: int
    credit_used_minor: int


@dataclass(frozen=True)
class SetAside:
    """A debt that a batch could not take, and why."""

    receivable_id: int
    reason: str


@dataclass(frozen=True)
class PrepareOutcome:
    batch_id: int
    rows: int
    total_minor: int
    aside: int


@dataclass(frozen=True)
class DepositOutcome:
    """
    What a notice of incoming transfers did.

    :param already_known: the same bytes had been imported before; nothing changed
    :param owned: of the rows taken, those whose payer their own numbers name
    :param known: rows that an earlier file brought
    :param refused: rows that count for nothing; each says why
    """

    file_id: int
    already_known: bool
    rows: int
    taken: int
    taken_minor: int
    owned: int
    known: int
    refused: int


@dataclass(frozen=True)
class PayerGuess:
    """
    Whose an unapplied transfer may be.

    :param by_name: the name on the transfer is the customer's, or the holder's of a mandate
    :param by_amount: a debt, or everything that is open, is exactly the amount
    """

    account_id: int
    account_number: str
    customer_id: int
    name: str
    kana: str
    open_minor: int
    by_name: bool
    by_amount: bool


@dataclass(frozen=True)
class ImportOutcome:
    """
    What a result file did.

    :param already_known: the same bytes had been imported before; nothing changed
    """

    file_id: int
    already_known: bool
    rows: int
    paid: int
    paid_minor: int
    failed: int
    failed_minor: int
    problems: int
    missing: int
    credit_minor: int


@dataclass(frozen=True)
class DebitBatch:
    """One direct-debit request file, from preparation to settlement."""

    id: int
    agent: str
    month: int
    cycle_day: int
    debit_on: date
    file_due_on: date
    result_on: date
    settle_on: date | None
    state: BatchState
    row_count: int
    total_minor: int
    aside_count: int
    file_id: int | None
    sha256: str
    remote_name: str
    prepared_by_id: int | None
    prepared_at: datetime
    released_by_id: int | None
    released_at: datetime | None
    sent_at: datetime | None
    accepted_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True)
class BatchFigures:
    """Where the rows of a batch stand."""

    rows: int
    total_minor: int
    paid: int
    paid_minor: int
    failed: int
    failed_minor: int
    waiting: int
    waiting_minor: int


@dataclass(frozen=True)
class MonthFigures:
    """The debts of a billing month and where they stand."""

    owed: int
    owed_minor: int
    paid: int
    open_minor: int
    asked: int
    """Debts that a direct debit under way asks for."""


@dataclass(frozen=True)
class Receivable:
    """A debt of a customer with what is still open of it."""

    id: int
    bill_id: int
    invoice_number: str
    customer_id: int
    account_id: int
    month: int
    amount_minor: int
    open_minor: int
    issued_on: date
    due_on: date
    state: ReceivableState
    batch_id: int | None


@dataclass(frozen=True)
class Payment:
    """Money that paid a debt, or was taken back from it."""

    paid_on: date
    kind: AllocationKind
    amount_minor: int
    receivable_id: int
    invoice_number: str


@dataclass(frozen=True)
class Consequences:
    """
    What it means that the bank took a transfer back.

    :param debts: invoice number, and what of it is open again [minor]
    :param credit_minor: how much credit goes with it, or comes back
    :param refused: why it cannot be done; empty where it can
    """

    debts: tuple[tuple[str, int], ...] = ()
    credit_minor: int = 0
    refused: str = ""


@dataclass(frozen=True)
class Credit:
    """Money of a customer that no debt used yet."""

    id: int
    account_id: int
    customer_id: int
    origin: CreditOrigin
    amount_minor: int
    left_minor: int
    arose_on: date
    text: str


@dataclass(frozen=True)
class Event:
    """Something that happened with a customer's money, for the time line."""

    at: datetime
    kind: str
    text: str
    amount_minor: int
    url_name: str
    url_id: int | None
