"""
What crosses the door of the Zengin codec: profiles, headers, column schemas, decoded files.

Source of the layouts: Japanese Bankers Association, "適用業務およびレコード・フォーマット". What differs between banks and
collection agencies is data in a :class:`Profile`; where a counterparty's manual differs, the manual wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any

import polars as pl

from tomoshibi.gateways.problems import Problem
from tomoshibi.kernel.frames import Schema

USUAL_SUBSTITUTIONS = {"・": ".", "ヰ": "イ", "ヱ": "エ", "ゐ": "い", "ゑ": "え"}
"""Usual at banks, not in the standard: a counterparty that wants otherwise replaces the table."""


class Separator(StrEnum):
    """What stands between two records."""

    NONE = "none"
    CRLF = "crlf"
    LF = "lf"
    CR = "cr"

    @property
    def text(self) -> str:
        return {"none": "", "crlf": "\r\n", "lf": "\n", "cr": "\r"}[self.value]


class CustomerNumbers(StrEnum):
    """How the 20 bytes of 顧客番号 are filled."""

    DIGITS = "digits"
    """The standard's N(20): digits only, zeros in front."""
    TEXT = "text"
    """C(20), as several banks and agencies treat it: capital letters, digits and ``-``, spaces behind."""


class BadProfile(ValueError):
    """A profile document says something that does not exist."""


@dataclass(frozen=True)
class Profile:
    """
    The habits of one counterparty, kept as data (``from_document``).

    :param code_division: コード区分 to send and accept; ``1`` (EBCDIC) is refused by name
    :param records_per_header: rows after which the writer opens the next header; the trailer counts six digits
    :param unset_result: what stands in 振替結果コード of a request: ``0`` or a space
    :param uses_new_code: whether 新規コード is sent; otherwise it is always ``0``
    :param branchless_banks: banks whose accounts may come without a branch (9900 ゆうちょ at some agencies)
    :param accepts_trimmed: whether a reader takes records whose spaces at the end were cut off
    :param extra_name_characters: what this counterparty allows in party names beyond the standard
    :param substitutions: replacements before a name is checked; not part of the standard, therefore data
    :param result_codes: codes without a notice; the list stays open, agencies add their own
    """

    name: str = "standard"
    code_division: str = "0"
    separator: Separator = Separator.CRLF
    separator_after_last: bool = True
    end_of_file_mark: bool = False
    records_per_header: int = 999_999
    customer_numbers: CustomerNumbers = CustomerNumbers.DIGITS
    unset_result: str = "0"
    uses_new_code: bool = True
    branchless_banks: tuple[str, ...] = ("9900",)
    writes_bank_names: bool = True
    accepts_trimmed: bool = True
    extra_name_characters: str = ""
    substitutions: Mapping[str, str] = field(default_factory=lambda: dict(USUAL_SUBSTITUTIONS))
    result_codes: tuple[str, ...] = ("0", "1", "2", "3", "4", "8", "9")

    def __post_init__(self) -> None:
        if len(self.code_division) != 1 or not self.code_division.isdigit():
            raise BadProfile(f"code_division {self.code_division!r} is not one digit")
        if self.unset_result not in {"0", " "}:
            raise BadProfile("unset_result is '0' or a space")
        if not 1 <= self.records_per_header <= 999_999:  # noqa: PLR2004 - six digits in the trailer
            raise BadProfile("records_per_header is 1 to 999999")

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Profile":
        """
        Build a profile from JSON or YAML.

        :raises BadProfile: for a name or value that does not exist
        """
        unknown = set(document) - {one.name for one in fields(cls)}
        if unknown:
            raise BadProfile(f"a profile has no {', '.join(sorted(unknown))}")
        values = dict(document)
        try:
            if "separator" in values:
                values["separator"] = Separator(values["separator"])
            if "customer_numbers" in values:
                values["customer_numbers"] = CustomerNumbers(values["customer_numbers"])
        except ValueError as error:
            raise BadProfile(str(error)) from error
        for name in ("branchless_banks", "result_codes"):
            if name in values:
                values[name] = tuple(str(one) for one in values[name])
        return cls(**values)

    def to_document(self) -> dict[str, Any]:
        return {
            one.name: list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value
            for one in fields(self)
            for value in [getattr(self, one.name)]
        }


class Outcome(StrEnum):
    """What a 振替結果コード means for dunning."""

    PAID = "paid"
    SOFT = "soft"
    """Funds missing: present again, or send a slip."""
    HARD = "hard"
    """The account or the mandate must be put right first."""
    OURS = "ours"
    """We or the agency stopped it."""
    MANUAL = "manual"


@dataclass(frozen=True)
class ResultCode:
    code: str
    japanese: str
    english: str
    outcome: Outcome


RESULT_CODES = {
    one.code: one
    for one in (
        ResultCode("0", "振替済", "debited", Outcome.PAID),
        ResultCode("1", "資金不足", "insufficient funds", Outcome.SOFT),
        ResultCode("2", "取引なし", "no such account", Outcome.HARD),
        ResultCode("3", "預金者の都合による振替停止", "stopped by the account holder", Outcome.HARD),
        ResultCode("4", "預金口座振替依頼書なし", "no mandate at the bank", Outcome.HARD),
        ResultCode("8", "委託者の都合による振替停止", "stopped by the consignor", Outcome.OURS),
        ResultCode("9", "その他", "other", Outcome.MANUAL),
    )
}
"""Section 16 of the standard. 5 to 7 are not defined; agencies may add codes."""


@dataclass(frozen=True)
class DebitHeader:
    """Record 1 of 口座振替 (91): who asks, when the money moves, where it goes."""

    consignor_code: str
    consignor_name: str
    debit_on: date
    bank_code: str
    branch_code: str
    account_kind: str
    account_number: str
    bank_name: str = ""
    branch_name: str = ""


@dataclass(frozen=True)
class TransferHeader:
    """Record 1 of 総合振込 (21): who pays, when, from which account."""

    consignor_code: str
    consignor_name: str
    transfer_on: date
    bank_code: str
    branch_code: str
    account_kind: str
    account_number: str
    bank_name: str = ""
    branch_name: str = ""


@dataclass(frozen=True)
class DepositHeader:
    """Record 1 of 振込入金通知 (01): one account and its days."""

    made_on: date
    first_day: date
    last_day: date
    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    account_kind: str
    account_number: str
    account_name: str


_ACCOUNT: Schema = {
    "bank_code": pl.String,
    "bank_name": pl.String,
    "branch_code": pl.String,
    "branch_name": pl.String,
    "account_kind": pl.String,
    "account_number": pl.String,
    "holder_kana": pl.String,
    "amount_minor": pl.Int64,
    "new_code": pl.String,
}
DEBIT_ROWS: Schema = {**_ACCOUNT, "customer_number": pl.String}
"""What a direct debit needs; ``bank_name`` and ``branch_name`` may be null, the branch too for branchless banks."""
READ_DEBIT_ROWS: Schema = {"record": pl.Int64, "header": pl.Int64, **DEBIT_ROWS, "result_code": pl.String}
"""``header`` counts from 0 and points into the file's headers; ``result_code`` is null where the byte is a space."""
TRANSFER_ROWS: Schema = {
    **_ACCOUNT,
    "customer_code_1": pl.String,
    "customer_code_2": pl.String,
    "edi": pl.String,
    "transfer_kind": pl.String,
}
"""``edi`` (EDI情報, 20 bytes) takes the place of both customer codes where it is not null."""
READ_TRANSFER_ROWS: Schema = {"record": pl.Int64, "header": pl.Int64, **TRANSFER_ROWS}
READ_DEPOSIT_ROWS: Schema = {
    "record": pl.Int64,
    "header": pl.Int64,
    "inquiry_number": pl.String,
    "booked_on": pl.Date,
    "value_on": pl.Date,
    "amount_minor": pl.Int64,
    "of_which_checks_minor": pl.Int64,
    "payer_code": pl.String,
    "payer_kana": pl.String,
    "sending_bank_name": pl.String,
    "sending_branch_name": pl.String,
    "canceled": pl.Boolean,
    "edi": pl.String,
}


@dataclass(frozen=True)
class DebitFile:
    """
    A direct-debit file, request or result.

    :param rows: columns of ``READ_DEBIT_ROWS``
    :param notices: rows that are sound but need a person (unknown result code, no result)
    """

    headers: tuple[DebitHeader, ...]
    rows: pl.DataFrame
    notices: tuple[Problem, ...]


@dataclass(frozen=True)
class TransferFile:
    headers: tuple[TransferHeader, ...]
    rows: pl.DataFrame
    notices: tuple[Problem, ...]


@dataclass(frozen=True)
class DepositFile:
    headers: tuple[DepositHeader, ...]
    rows: pl.DataFrame
    notices: tuple[Problem, ...]
