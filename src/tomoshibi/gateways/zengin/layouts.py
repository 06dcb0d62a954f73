"""
The record layouts as tables, in the order of the bytes.

Source: facts of the JBA standard, sections 2, 8, 15 and 16, as banks publish them. Lengths are bytes; one byte is one
character of JIS X 0201. ``tests/gateways/zengin/test_layouts.py`` holds the published starting positions against these.
"""

from dataclasses import dataclass
from enum import StrEnum

from tomoshibi.gateways.zengin.characters import Characters


class Kind(StrEnum):
    FIXED = "fixed"
    """Always the same text; ``content`` is it."""
    CODE = "code"
    """Digits that name something: bank, account."""
    NUMBER = "number"
    """Digits that count something."""
    FLAG = "flag"
    """One character that may be a space."""
    TEXT = "text"
    """Letters, spaces behind."""
    KEY = "key"
    """顧客番号: digits or letters, as the profile says."""
    FILLER = "filler"


@dataclass(frozen=True)
class Field:
    name: str
    length: int
    kind: Kind
    content: str = ""
    characters: Characters = Characters.PARTY
    blank_allowed: bool = False
    label: str = ""
    start: int = -1


@dataclass(frozen=True)
class Record:
    """One record kind; fields know where they start."""

    mark: str
    length: int
    fields: tuple[Field, ...]

    def __getitem__(self, name: str) -> Field:
        return next(one for one in self.fields if one.name == name)


@dataclass(frozen=True)
class Layout:
    type_code: str
    length: int
    header: Record
    data: Record
    trailer: Record
    end: Record


def _record(mark: str, length: int, *parts: Field) -> Record:
    placed, start = [], 0
    for part in (Field("mark", 1, Kind.FIXED, mark, label="データ区分"), *parts):
        placed.append(Field(**{**part.__dict__, "start": start}))
        start += part.length
    assert start <= length, f"record {mark} is {start} bytes long"
    if start < length:
        placed.append(Field("filler", length - start, Kind.FILLER, start=start, label="ダミー"))
    return Record(mark, length, tuple(placed))


def _fixed(name: str, content: str, label: str) -> Field:
    return Field(name, len(content), Kind.FIXED, content, label=label)


def _code(name: str, length: int, label: str, *, blank_allowed: bool = False) -> Field:
    return Field(name, length, Kind.CODE, label=label, blank_allowed=blank_allowed)


def _number(name: str, length: int, label: str, *, blank_allowed: bool = False) -> Field:
    return Field(name, length, Kind.NUMBER, label=label, blank_allowed=blank_allowed)


def _text(name: str, length: int, label: str, characters: Characters = Characters.PARTY) -> Field:
    blank_allowed = characters is not Characters.PARTY
    return Field(name, length, Kind.TEXT, label=label, characters=characters, blank_allowed=blank_allowed)


def _flag(name: str, label: str) -> Field:
    return Field(name, 1, Kind.FLAG, label=label)


def _filler(length: int) -> Field:
    return Field(f"filler_{length}", length, Kind.FILLER, label="ダミー")


def _request_header(type_code: str, day_label: str) -> Record:
    return _record(
        "1",
        120,
        _fixed("type_code", type_code, "種別コード"),
        _code("code_division", 1, "コード区分"),
        _code("consignor_code", 10, "委託者コード"),
        _text("consignor_name", 40, "委託者名"),
        _code("day", 4, day_label),
        _code("bank_code", 4, "銀行番号"),
        _text("bank_name", 15, "銀行名", Characters.BANK),
        _code("branch_code", 3, "支店番号"),
        _text("branch_name", 15, "支店名", Characters.BANK),
        _code("account_kind", 1, "預金種目"),
        _code("account_number", 7, "口座番号"),
    )


_ACCOUNT_OF_A_ROW = (
    _code("bank_code", 4, "銀行番号"),
    _text("bank_name", 15, "銀行名", Characters.BANK),
    _code("branch_code", 3, "支店番号", blank_allowed=True),
    _text("branch_name", 15, "支店名", Characters.BANK),
    _filler(4),
    _code("account_kind", 1, "預金種目"),
    _code("account_number", 7, "口座番号"),
    _text("holder_kana", 30, "預金者名"),
    _number("amount_minor", 10, "金額"),
    _code("new_code", 1, "新規コード", blank_allowed=True),
)

DEBIT = Layout(
    type_code="91",
    length=120,
    header=_request_header("91", "引落日"),
    data=_record(
        "2",
        120,
        *_ACCOUNT_OF_A_ROW,
        Field("customer_number", 20, Kind.KEY, label="顧客番号"),
        _flag("result_code", "振替結果コード"),
    ),
    trailer=_record(
        "8",
        120,
        _number("count", 6, "合計件数"),
        _number("total_minor", 12, "合計金額"),
        _number("paid_count", 6, "振替済件数", blank_allowed=True),
        _number("paid_minor", 12, "振替済金額", blank_allowed=True),
        _number("unpaid_count", 6, "振替不能件数", blank_allowed=True),
        _number("unpaid_minor", 12, "振替不能金額", blank_allowed=True),
    ),
    end=_record("9", 120),
)

TRANSFER = Layout(
    type_code="21",
    length=120,
    header=_request_header("21", "取組日"),
    data=_record(
        "2",
        120,
        *_ACCOUNT_OF_A_ROW,
        _text("reference", 20, "顧客コード・EDI情報", Characters.EDI),
        _flag("transfer_kind", "振込指定区分"),
        _flag("reference_kind", "識別表示"),
    ),
    trailer=_record("8", 120, _number("count", 6, "合計件数"), _number("total_minor", 12, "合計金額")),
    end=_record("9", 120),
)

DEPOSIT = Layout(
    type_code="01",
    length=200,
    header=_record(
        "1",
        200,
        _fixed("type_code", "01", "種別コード"),
        _code("code_division", 1, "コード区分"),
        _code("made_on", 6, "作成日"),
        _code("first_day", 6, "勘定日(自)"),
        _code("last_day", 6, "勘定日(至)"),
        _code("bank_code", 4, "銀行コード"),
        _text("bank_name", 15, "銀行名", Characters.BANK),
        _code("branch_code", 3, "支店コード"),
        _text("branch_name", 15, "支店名", Characters.BANK),
        _code("account_kind", 1, "預金種目"),
        _code("account_number", 7, "口座番号"),
        _text("account_name", 40, "口座名"),
    ),
    # Formats A and B agree in the first 128 bytes; which one a row is, its own bytes 149 to 172 tell.
    data=_record(
        "2",
        200,
        _code("inquiry_number", 6, "照会番号"),
        _code("booked_on", 6, "勘定日"),
        _code("value_on", 6, "起算日"),
        _number("amount_10", 10, "金額", blank_allowed=True),
        _number("checks_10", 10, "うち他店券金額", blank_allowed=True),
        _text("payer_code", 10, "振込依頼人コード", Characters.EDI),
        _text("payer_kana", 48, "振込依頼人名"),
        _text("sending_bank_name", 15, "仕向銀行名", Characters.BANK),
        _text("sending_branch_name", 15, "仕向店名", Characters.BANK),
        _flag("canceled", "取消区分"),
        _text("rest", 72, "EDI情報", Characters.EDI),
    ),
    trailer=_record(
        "8",
        200,
        _number("count", 6, "振込合計件数"),
        _number("total_minor", 12, "振込合計金額"),
        _number("canceled_count", 6, "取消合計件数"),
        _number("canceled_minor", 12, "取消合計金額"),
    ),
    end=_record("9", 200),
)
