"""What crosses the door of the parties: customers, who pays, and how."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CustomerKind(StrEnum):
    PERSON = "person"
    COMPANY = "company"


class PaymentMethod(StrEnum):
    DIRECT_DEBIT = "direct_debit"
    TRANSFER = "transfer"
    CARD = "card"
    STORE = "cvs"


class StatementChannel(StrEnum):
    PORTAL = "portal"
    PAPER = "paper"


class Collective(StrEnum):
    """Whether the bills of an account make one invoice (合算請求), and what happens when one of them is not ready."""

    NO = "no"
    """Every contract has an invoice of its own."""
    WAIT = "wait"
    """One invoice over all contracts; it waits until the bill of each is ready."""
    LEAVE = "leave"
    """One invoice over the bills that are ready; the others follow with the next run."""


class MandateState(StrEnum):
    """The life of a payment mandate (口座振替依頼書)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REGISTERED = "registered"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    REPLACED = "replaced"
    STOPPED = "stopped"


LIVE_MANDATES = (MandateState.REGISTERED, MandateState.ACTIVE, MandateState.SUSPENDED)
"""States of a mandate that an account may have only one of."""
DEBITABLE_MANDATES = (MandateState.REGISTERED, MandateState.ACTIVE)


class BankAccountKind(StrEnum):
    """預金種目, with the digits of the Zengin layouts."""

    ORDINARY = "1"
    CURRENT = "2"
    TAX = "3"
    OTHER = "9"


class NewCode(StrEnum):
    """新規コード of a debit record: what the bank should know about this account."""

    UNCHANGED = "0"
    FIRST = "1"
    CHANGED = "2"


class NumberKind(StrEnum):
    """Kinds of account numbers; only a normal one may start a process."""

    NORMAL = "normal"
    BENCHMARK = "benchmark"
    SUB = "sub"


def masked(text: str) -> str:
    """A telephone number for the eyes of everybody: its last four digits."""
    return f"…{text[-4:]}" if text else ""


def masked_address(mail: str) -> str:
    """A mail address for the eyes of everybody: first letter and domain, enough to tell addresses apart."""
    name, at, domain = mail.partition("@")
    return f"{name[:1]}…{at}{domain}" if at else ""


@dataclass(frozen=True)
class Address:
    """A Japanese postal address in its parts."""

    postal_code: str = ""
    prefecture: str = ""
    city: str = ""
    town: str = ""
    block: str = ""
    building: str = ""

    @property
    def text(self) -> str:
        """One line, without the postal code."""
        line = f"{self.prefecture}{self.city}{self.town}{self.block}"
        return f"{line} {self.building}".strip()

    @property
    def is_complete(self) -> bool:
        """Whether a letter would arrive."""
        return bool(self.postal_code and self.prefecture and self.city and (self.town or self.block))


@dataclass(frozen=True)
class Place:
    """What a postal code stands for (a code may stand for several)."""

    postal_code: str
    prefecture: str
    city: str
    town: str
    kana: str


@dataclass(frozen=True)
class Customer:
    """The contract holder: a person or a company."""

    id: int
    number: str
    kind: CustomerKind
    name: str
    kana: str
    address: Address
    phone: str
    mobile: str
    mail: str
    notes: str
    registered_on: date

    @property
    def masked_phone(self) -> str:
        return masked(self.phone)

    @property
    def masked_mobile(self) -> str:
        return masked(self.mobile)

    @property
    def masked_mail(self) -> str:
        return masked_address(self.mail)


@dataclass(frozen=True)
class Account:
    """A payer: how the bills of some contracts are paid and told. Terms as on the day asked for."""

    id: int
    number: str
    customer_id: int
    customer_number: str
    addressee: str
    address: Address
    has_own_address: bool
    mail: str
    payment_method: PaymentMethod
    statement_channel: StatementChannel
    collective: Collective = Collective.NO


@dataclass(frozen=True)
class AccountTerms:
    """How an account pays and is told, on the days ``[start, end)``."""

    start: date
    end: date | None
    payment_method: PaymentMethod
    statement_channel: StatementChannel
    collective: Collective = Collective.NO


@dataclass(frozen=True)
class Mandate:
    """The payer's permission to draw from a bank account through a collection agent."""

    id: int
    account_id: int
    state: MandateState
    agent: str
    debit_key: str
    bank_code: str
    branch_code: str
    account_kind: BankAccountKind
    account_number: str
    holder_kana: str
    new_code: NewCode
    start: date | None
    end: date | None
    reason: str

    @property
    def masked_number(self) -> str:
        """Bank account number for lists: last three digits."""
        return "•" * (len(self.account_number) - 3) + self.account_number[-3:]


@dataclass(frozen=True)
class RegisteredNumber:
    """One of the account numbers of the house, and the one to offer where it may not start a process."""

    number: str
    kind: NumberKind
    offer_instead: str


@dataclass(frozen=True)
class Found:
    """One hit of a search."""

    customer_id: int
    number: str
    name: str
    kana: str
    city: str
    phone_end: str
