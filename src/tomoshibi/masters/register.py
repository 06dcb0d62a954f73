"""
The masters as a table: which columns each has, how they are read and shown, which of them are the key.

Lists, forms, CSV in and out, proposals and the shipped data all go by this table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.rounding import Rounding
from tomoshibi.kernel.units import MICRO, plain, scaled
from tomoshibi.ledger.values import AccountKind
from tomoshibi.masters.fuel import LONGEST_LAG_MONTHS, USUAL_WINDOW
from tomoshibi.masters.fuelwords import PRODUCTS
from tomoshibi.masters.kana import NotPermitted, half_width
from tomoshibi.masters.postingwords import POSTINGS
from tomoshibi.masters.provinces import EVERY_AREA
from tomoshibi.masters.values import AREAS, AmountBy, ChargeTax, Voltage
from tomoshibi.rating import formulas


class Validity(StrEnum):
    """How rows of a master hold: days, whole months, or not dated (their key is a day or month itself)."""

    DAYS = "days"
    MONTHS = "months"
    NONE = "none"


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    MONTH = "month"
    YES_NO = "yes_no"
    AREA = "area"
    CHOICE = "choice"
    LIST = "list"
    JSON = "json"
    BANK_KANA = "bank_kana"
    FORMULA = "formula"
    DIGITS = "digits"


class Unreadable(ValueError):
    """A cell of an import or a form does not hold what its column wants."""


@dataclass(frozen=True)
class Column:
    """
    One column of a master.

    :param name: header in CSV files, with the unit
    :param field: the row's field where it is called otherwise
    :param scale: for decimals: how many of the field's unit make one of the column's
    :param words: what people read for each of the choices
    """

    name: str
    label: Any
    kind: Kind = Kind.TEXT
    field: str = ""
    scale: int = 1
    required: bool = True
    choices: tuple[str, ...] = ()
    words: tuple[Any, ...] = ()
    default: Any = None
    unit: Any = ""
    minimum: int | None = None
    maximum: int | None = None
    length: int | None = None
    among: str = ""
    """Codes of another table: a form offers them (``queries.known_codes``)."""

    def word(self, value: Any) -> Any:
        """A choice as people read it."""
        return dict(zip(self.choices, self.words, strict=False)).get(value, value)

    @property
    def target(self) -> str:
        return self.field or self.name

    def read(self, text: str | None) -> Any:
        """
        A cell as the row's value.

        :raises Unreadable: with a sentence for the user
        """
        text = (text or "").strip()
        if not text:
            if self.required:
                raise Unreadable(_("a value is needed"))
            return self.default if self.default is not None else (None if self._nullable else "")
        try:
            value = _READERS[self.kind](text, self)
        except Unreadable:
            raise
        except ValueError as error:
            raise Unreadable(str(error)) from error
        self._check(value)
        return value

    def show(self, value: Any) -> str:
        """A row's value as it stands in a CSV file."""
        if value is None or value == "":
            return ""
        return _WRITERS[self.kind](value, self)

    @property
    def _nullable(self) -> bool:
        return self.kind not in {Kind.TEXT, Kind.AREA, Kind.CHOICE, Kind.BANK_KANA, Kind.DIGITS, Kind.FORMULA}

    def _check(self, value: Any) -> None:
        if self.length is not None and len(str(value)) > self.length:
            raise Unreadable(_("at most %(n)d characters") % {"n": self.length})
        if isinstance(value, int) and not isinstance(value, bool):
            number = plain(value, scale=self.scale)
            if self.minimum is not None and value < self.minimum * self.scale:
                raise Unreadable(_("%(value)s is below %(limit)s") % {"value": number, "limit": self.minimum})
            if self.maximum is not None and value > self.maximum * self.scale:
                raise Unreadable(_("%(value)s is above %(limit)s") % {"value": number, "limit": self.maximum})


def _read_date(text: str, _column: Column) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(_("%(text)s is not a day like 2026-04-01") % {"text": text}) from None


def _read_month(text: str, _column: Column) -> int:
    try:
        return Month.parse(text).number
    except ValueError:
        raise Unreadable(_("%(text)s is not a month like 2026-04") % {"text": text}) from None


def _read_yes_no(text: str, _column: Column) -> bool:
    found = {"yes": True, "no": False, "1": True, "0": False, "true": True, "false": False}.get(text.lower())
    if found is None:
        raise Unreadable(_("%(text)s is neither yes nor no") % {"text": text})
    return found


def _read_number(text: str, column: Column) -> int:
    try:
        return scaled(text.replace(",", ""), scale=column.scale)
    except ValueError:
        raise Unreadable(_("%(text)s is not a number this column can hold") % {"text": text}) from None


def _read_area(text: str, _column: Column) -> str:
    if text not in EVERY_AREA:
        raise Unreadable(_("%(text)s is not an area code from 01 to 10, nor a province's") % {"text": text})
    return text


def _read_choice(text: str, column: Column) -> str:
    if text not in column.choices:
        raise Unreadable(_("%(text)s is none of %(choices)s") % {"text": text, "choices": ", ".join(column.choices)})
    return text


def _read_bank_kana(text: str, _column: Column) -> str:
    try:
        return half_width(text)
    except NotPermitted:
        raise Unreadable(_("%(text)s holds a character that bank files do not permit") % {"text": text}) from None


def _read_digits(text: str, column: Column) -> str:
    if len(text) != column.length or not (text.isascii() and text.isdigit()):
        raise Unreadable(_("%(text)s is not a code of %(n)d digits") % {"text": text, "n": column.length})
    return text


def _read_formula(text: str, _column: Column) -> str:
    try:
        return formulas.read(text).text
    except formulas.BadFormula:
        raise Unreadable(
            _("%(text)s is no formula: whole numbers, names, + - * /, brackets, min and max may stand in one")
            % {"text": text}
        ) from None


def _read_json(text: str, _column: Column) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Unreadable(_("this is not valid JSON")) from None


_READERS = {
    Kind.TEXT: lambda text, _column: text,
    Kind.INTEGER: _read_number,
    Kind.DECIMAL: _read_number,
    Kind.DATE: _read_date,
    Kind.MONTH: _read_month,
    Kind.YES_NO: _read_yes_no,
    Kind.AREA: _read_area,
    Kind.CHOICE: _read_choice,
    Kind.LIST: lambda text, _column: text.split(),
    Kind.JSON: _read_json,
    Kind.BANK_KANA: _read_bank_kana,
    Kind.FORMULA: _read_formula,
    Kind.DIGITS: _read_digits,
}
_WRITERS = {
    Kind.TEXT: lambda value, _column: str(value),
    Kind.INTEGER: lambda value, _column: str(value),
    Kind.DECIMAL: lambda value, column: plain(value, scale=column.scale),
    Kind.DATE: lambda value, _column: value.isoformat(),
    Kind.MONTH: lambda value, _column: str(Month.from_number(value)),
    Kind.YES_NO: lambda value, _column: "yes" if value else "no",
    Kind.AREA: lambda value, _column: str(value),
    Kind.CHOICE: lambda value, _column: str(value),
    Kind.LIST: lambda value, _column: " ".join(value),
    Kind.JSON: lambda value, _column: json.dumps(value, ensure_ascii=False, sort_keys=True),
    Kind.BANK_KANA: lambda value, _column: str(value),
    Kind.FORMULA: lambda value, _column: str(value),
    Kind.DIGITS: lambda value, _column: str(value),
}


DEBIT_PROCEDURES = {"agent_a": "MS4", "agent_b": "MS5", "agent_secondary": "MS6"}
"""Which procedure the schedule of a collection agent is."""


def _nothing_wrong(_row: Mapping[str, Any]) -> tuple[str, str] | None:
    return None


def _window_before_bill(row: Mapping[str, Any]) -> tuple[str, str] | None:
    """The customs prices of a unit are those of months before its bills."""
    if row["window_months"] <= row["lag_months"]:
        return None
    return "window_months", _("the last of the months averaged lies before the month of the bill")


@dataclass(frozen=True)
class Master:
    """
    One master.

    :param key: fields that name a row; with validity, no two rows of one key hold on one day
    :param ends: every row says when it ends: what comes after is never guessed
    :param check: what is wrong with a row as a whole: the column and a sentence; nothing for a good one
    """

    code: str
    procedure: str
    label: Any
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    validity: Validity = Validity.NONE
    ends: bool = False
    check: Callable[[Mapping[str, Any]], tuple[str, str] | None] = _nothing_wrong

    @property
    def procedures(self) -> tuple[str, ...]:
        """Every procedure that the master belongs to: schedules of the three agents are one master."""
        return (
            tuple(dict.fromkeys((self.procedure, *DEBIT_PROCEDURES.values()))) if self._of_agents else (self.procedure,)
        )

    def procedures_for(self, records: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
        """The procedures that a change of these rows belongs to: one, but for sheets with rows of several agents."""
        if not self._of_agents:
            return (self.procedure,)
        agents = [(record.get("agent") or record.get("code") or "").strip() for record in records]
        return tuple(dict.fromkeys(DEBIT_PROCEDURES.get(agent, self.procedure) for agent in agents)) or (
            self.procedure,
        )

    @property
    def _of_agents(self) -> bool:
        return self.procedure in DEBIT_PROCEDURES.values()

    @property
    def slug(self) -> str:
        return self.code.replace("_", "-")

    @property
    def all_columns(self) -> tuple[Column, ...]:
        validity = _VALIDITY_COLUMNS[self.validity]
        if self.ends:
            validity = tuple(replace(column, required=True) for column in validity)
        return (*self.columns, *validity, *_SOURCE_COLUMNS)

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.all_columns]

    def column(self, name: str) -> Column:
        return next(column for column in self.all_columns if column.name == name)


_SOURCE_COLUMNS = (
    Column("source", gettext_lazy("Taken from"), required=False, length=300),
    Column(
        "confidence",
        gettext_lazy("Confidence"),
        Kind.CHOICE,
        required=False,
        choices=("high", "medium", "low"),
        words=(gettext_lazy("certain"), gettext_lazy("probable"), gettext_lazy("uncertain")),
        default="high",
    ),
    Column("note", gettext_lazy("Note"), required=False, length=300),
)
_VALIDITY_COLUMNS: Mapping[Validity, tuple[Column, ...]] = {
    Validity.DAYS: (
        Column("valid_from", gettext_lazy("Holds from"), Kind.DATE),
        Column("valid_to", gettext_lazy("Up to, not including"), Kind.DATE, required=False),
    ),
    Validity.MONTHS: (
        Column("first_valid_month", gettext_lazy("First month"), Kind.MONTH),
        Column("last_valid_month", gettext_lazy("Last month"), Kind.MONTH, required=False),
    ),
    Validity.NONE: (),
}

_AREA = Column("area", gettext_lazy("Area"), Kind.AREA)
_AREA_OR_ALL = Column("area", gettext_lazy("Area (empty: all)"), Kind.AREA, required=False)
_POSTING = Column(
    "posting_key", gettext_lazy("Posting"), length=40, choices=tuple(POSTINGS), words=tuple(POSTINGS.values())
)
_PRODUCT = Column(
    "product", gettext_lazy("Product"), length=30, choices=tuple(PRODUCTS), words=tuple(PRODUCTS.values())
)
_MONTH = Column("month", gettext_lazy("Month"), Kind.MONTH)
_INVENTED = Column("invented", gettext_lazy("Invented"), Kind.YES_NO, required=False, default=False)


def _yen(name: str, label: Any, field: str, **more: Any) -> Column:
    return Column(name, label, Kind.DECIMAL, field=field, scale=MICRO, **more)


def _count(name: str, label: Any, **more: Any) -> Column:
    return Column(name, label, Kind.INTEGER, **more)


def _text(name: str, label: Any, length: int, *, required: bool = False) -> Column:
    return Column(name, label, length=length, required=required)


_MASTERS = (
    Master(
        "levy", "MS1", gettext_lazy("Renewable levy"), key=(), validity=Validity.MONTHS, ends=True,
        columns=(
            _count("fiscal_year", gettext_lazy("Fiscal year"), minimum=2012, maximum=2100),
            _yen("price_yen_per_kwh", gettext_lazy("Levy"), "price_micro_per_kwh", minimum=0, maximum=100, unit=gettext_lazy("yen/kWh")),
        ),
    ),
    Master(
        "fuel_parameters", "MS2", gettext_lazy("Fuel adjustment parameters"), key=("area", "product"),
        validity=Validity.MONTHS, check=_window_before_bill,
        columns=(
            _AREA, _PRODUCT,
            Column("alpha", "α", Kind.DECIMAL, field="alpha_ppm", scale=MICRO, required=False, minimum=0, maximum=10),
            Column("beta", "β", Kind.DECIMAL, field="beta_ppm", scale=MICRO, required=False, minimum=0, maximum=10),
            Column("gamma", "γ", Kind.DECIMAL, field="gamma_ppm", scale=MICRO, required=False, minimum=0, maximum=10),
            _count("base_price_yen", gettext_lazy("Base fuel price"), minimum=1, maximum=1_000_000, unit=gettext_lazy("yen/kl")),
            _yen(
                "base_unit_yen", gettext_lazy("Base unit per 1,000 yen"), "base_unit_micro", required=False, minimum=0,
                maximum=10, unit=gettext_lazy("yen/kWh"),
            ),
            _count("cap_price_yen", gettext_lazy("Cap of the average"), required=False, minimum=1, unit=gettext_lazy("yen/kl")),
            _yen("special_add_yen", gettext_lazy("Special measure"), "special_add_micro", required=False, default=0),
            _count("block_kwh", gettext_lazy("Minimum block"), required=False, minimum=1, maximum=1000, unit="kWh"),
            _yen(
                "block_base_unit_yen", gettext_lazy("Base unit of the block"), "block_base_unit_micro", required=False,
                minimum=0, unit=gettext_lazy("yen"),
            ),
            _count(
                "lag_months", gettext_lazy("Prices begin before the bill"), required=False, default=USUAL_WINDOW.lag_months,
                minimum=1, maximum=LONGEST_LAG_MONTHS, unit=gettext_lazy("months"),
            ),
            _count(
                "window_months", gettext_lazy("Prices averaged over"), required=False, default=USUAL_WINDOW.months,
                minimum=1, maximum=12, unit=gettext_lazy("months"),
            ),
        ),
    ),
    Master(
        "customs_prices", "MS2", gettext_lazy("Customs prices"), key=("month",),
        columns=(
            _MONTH,
            _count("crude_yen_per_kl", gettext_lazy("Crude"), minimum=0, maximum=1_000_000, unit=gettext_lazy("yen/kl")),
            _count("lng_yen_per_t", gettext_lazy("LNG"), minimum=0, maximum=1_000_000, unit=gettext_lazy("yen/t")),
            _count("coal_yen_per_t", gettext_lazy("Coal"), minimum=0, maximum=1_000_000, unit=gettext_lazy("yen/t")),
            _count("crude_kl", gettext_lazy("Crude imported"), required=False, minimum=0, unit="kl"),
            _count("lng_t", gettext_lazy("LNG imported"), required=False, minimum=0, unit="t"),
            _count("coal_t", gettext_lazy("Coal imported"), required=False, minimum=0, unit="t"),
            _INVENTED,
        ),
    ),
    Master(
        "fuel_windows", "MS2", gettext_lazy("Three-month customs averages"), key=("first_month",),
        columns=(
            Column("first_month", gettext_lazy("First month of three"), Kind.MONTH),
            _count("crude_yen_per_kl", gettext_lazy("Crude"), minimum=0, maximum=1_000_000, unit=gettext_lazy("yen/kl")),
            _count("lng_yen_per_t", gettext_lazy("LNG"), required=False, minimum=0, maximum=1_000_000, unit=gettext_lazy("yen/t")),
            _count("coal_yen_per_t", gettext_lazy("Coal"), minimum=0, maximum=1_000_000, unit=gettext_lazy("yen/t")),
            _INVENTED,
        ),
    ),
    Master(
        "fuel_units", "MS2", gettext_lazy("Published fuel units"), key=("area", "product", "month"),
        columns=(
            _AREA, replace(_PRODUCT, among="products"), _MONTH,
            _yen("unit_yen_per_kwh", gettext_lazy("Unit"), "unit_micro", minimum=-100, maximum=100, unit=gettext_lazy("yen/kWh")),
            _yen("block_yen", gettext_lazy("Minimum block"), "block_micro", required=False, unit=gettext_lazy("yen")),
            _count("block_kwh", gettext_lazy("Block size"), required=False, minimum=1, maximum=1000, unit="kWh"),
            Column(
                "includes_island", gettext_lazy("Island adjustment included"), Kind.YES_NO, required=False, default=True
            ),
            _INVENTED,
        ),
    ),
    Master(
        "government_discounts", "MS2", gettext_lazy("Government discounts"), key=("voltage", "area"),
        validity=Validity.MONTHS,
        columns=(
            Column("voltage", gettext_lazy("Voltage"), Kind.CHOICE, choices=tuple(v.value for v in Voltage), words=(gettext_lazy("Low voltage"), gettext_lazy("High voltage"), gettext_lazy("Special high voltage"))),
            _AREA_OR_ALL,
            _yen("price_yen_per_kwh", gettext_lazy("Discount"), "price_micro_per_kwh", minimum=0, maximum=100, unit=gettext_lazy("yen/kWh")),
        ),
    ),
    Master(
        "monthly_amounts", "MS2", gettext_lazy("Monthly published amounts"), key=("code", "area", "month"),
        columns=(
            _text("code", gettext_lazy("Code"), 40, required=True), _AREA_OR_ALL, _MONTH,
            _yen("amount_yen", gettext_lazy("Amount"), "amount_micro", unit=gettext_lazy("yen")),
        ),
    ),
    Master(
        "tax_rates", "MS10", gettext_lazy("Consumption tax"), key=(), validity=Validity.DAYS,
        columns=(
            Column(
                "rate_percent", gettext_lazy("Rate"), Kind.DECIMAL, field="rate_ppm", scale=10_000, minimum=0,
                maximum=100, unit="%",
            ),
            Column("transition_until", gettext_lazy("Former rate until"), Kind.DATE, required=False),
        ),
    ),
    Master(
        "reading_days", "MS3", gettext_lazy("Reading and metering days"), key=("area", "base_day", "month"),
        columns=(
            _AREA,
            _count("fiscal_year", gettext_lazy("Fiscal year"), minimum=2000, maximum=2100),
            _text("base_day", gettext_lazy("Base day"), 2, required=True),
            _MONTH,
            Column("reading_on", gettext_lazy("Reading day"), Kind.DATE),
            Column("metering_on", gettext_lazy("Metering day"), Kind.DATE),
            Column("approximate", gettext_lazy("Approximate"), Kind.YES_NO, required=False, default=False),
        ),
    ),
    Master(
        "reading_rules", "MS3", gettext_lazy("Reading-day rules"), key=("area",), validity=Validity.MONTHS,
        columns=(
            _AREA,
            Column("base_days", gettext_lazy("Base days"), Kind.LIST),
            _count("first_business_day", gettext_lazy("Starts on business day"), minimum=1, maximum=10),
            Column("works_saturday", gettext_lazy("Saturdays are worked"), Kind.YES_NO, required=False, default=False),
        ),
    ),
    Master(
        "switching_periods", "MS3", gettext_lazy("Standard periods of the grid companies"), key=("area", "voltage", "work"),
        validity=Validity.DAYS,
        columns=(
            _AREA_OR_ALL,
            Column("voltage", gettext_lazy("Voltage"), Kind.CHOICE, choices=tuple(v.value for v in Voltage), words=(gettext_lazy("Low voltage"), gettext_lazy("High voltage"), gettext_lazy("Special high voltage"))),
            Column("work", gettext_lazy("Work needed"), Kind.CHOICE, choices=("none", "meter", "transformer", "terminal"), words=(gettext_lazy("no meter work"), gettext_lazy("meter work"), gettext_lazy("meter and transformer"), gettext_lazy("communication terminal"))),
            _count("business_days", gettext_lazy("Working days"), minimum=0, maximum=400),
            _count("days", gettext_lazy("Civil days after those"), required=False, default=0, minimum=0, maximum=400),
        ),
    ),
    Master(
        "debit_agents", "MS4", gettext_lazy("Collection agents"), key=("code",), validity=Validity.DAYS,
        columns=(
            _text("code", gettext_lazy("Code"), 20, required=True),
            _text("name", gettext_lazy("Name"), 60, required=True),
            _text("consignor_code", gettext_lazy("Consignor code"), 10),
            _text("consignor_kana", gettext_lazy("Consignor name (kana)"), 40),
            _text("bank_code", gettext_lazy("Bank"), 4),
            _text("bank_kana", gettext_lazy("Bank (kana)"), 15),
            _text("branch_code", gettext_lazy("Branch"), 3),
            _text("branch_kana", gettext_lazy("Branch (kana)"), 15),
            _text("account_kind", gettext_lazy("Account kind"), 1),
            _text("account_number", gettext_lazy("Account number"), 7),
            Column("fee_yen", gettext_lazy("Fee per item"), Kind.INTEGER, field="fee_minor", required=False, default=0, minimum=0, unit=gettext_lazy("yen")),
            Column("file_profile", gettext_lazy("File profile"), Kind.JSON, required=False, default={}),
        ),
    ),
    Master(
        "debit_cycles", "MS4", gettext_lazy("Direct-debit schedules"), key=("agent", "cycle_day"),
        validity=Validity.DAYS,
        columns=(
            Column("agent", gettext_lazy("Agent"), length=20, among="agents"),
            _count("cycle_day", gettext_lazy("Debit day"), minimum=1, maximum=31),
            Column("is_default", gettext_lazy("Usual cycle"), Kind.YES_NO, required=False, default=False),
            Column(
                "roll", gettext_lazy("On a closed day"), Kind.CHOICE, required=False, choices=("next", "previous"), words=(gettext_lazy("next open day"), gettext_lazy("open day before")),
                default="next",
            ),
            _count("file_days_before", gettext_lazy("File due, business days before"), minimum=0, maximum=40),
            _count("result_days_after", gettext_lazy("Result, business days after"), minimum=0, maximum=40),
            _count(
                "settle_days_after_result", gettext_lazy("Settlement, business days after the result"), required=False,
                minimum=0, maximum=60,
            ),
        ),
    ),
    Master(
        "holidays", "MS8", gettext_lazy("Holidays"), key=("day", "scope"),
        columns=(
            Column("day", gettext_lazy("Day"), Kind.DATE),
            Column(
                "scope", gettext_lazy("Scope"), Kind.CHOICE, choices=("national", "bank", "workday", *AREAS), words=(gettext_lazy("national"), gettext_lazy("banks"), gettext_lazy("worked in exchange"), *(area.name for area in AREAS.values()))
            ),
            _text("name", gettext_lazy("Name"), 60, required=True),
        ),
    ),
    Master(
        "banks", "MS9", gettext_lazy("Banks"), key=("code",), validity=Validity.DAYS,
        columns=(
            Column("code", gettext_lazy("Code"), Kind.DIGITS, length=4),
            _text("name", gettext_lazy("Name"), 60, required=True),
            Column("kana", gettext_lazy("In bank files"), Kind.BANK_KANA, length=60),
        ),
    ),
    Master(
        "bank_branches", "MS9", gettext_lazy("Bank branches"), key=("bank_code", "code"), validity=Validity.DAYS,
        columns=(
            Column("bank_code", gettext_lazy("Bank"), Kind.DIGITS, length=4),
            Column("code", gettext_lazy("Code"), Kind.DIGITS, length=3),
            _text("name", gettext_lazy("Name"), 80, required=True),
            Column("kana", gettext_lazy("In bank files"), Kind.BANK_KANA, length=80),
        ),
    ),
    Master(
        "accounts", "SU3", gettext_lazy("Chart of accounts"), key=("code",), validity=Validity.DAYS,
        columns=(
            _text("code", gettext_lazy("Code"), 20, required=True),
            Column(
                "kind", gettext_lazy("Kind"), Kind.CHOICE, choices=tuple(kind.value for kind in AccountKind),
                words=(
                    gettext_lazy("asset"), gettext_lazy("liability"), gettext_lazy("equity"), gettext_lazy("income"),
                    gettext_lazy("expense"),
                ),
            ),
            _text("name_ja", gettext_lazy("Name in Japanese"), 100, required=True),
            _text("name_zh", gettext_lazy("Name in Chinese"), 100),
            _text("name_en", gettext_lazy("Name in English"), 100),
        ),
    ),
    Master(
        "posting_accounts", "SU3", gettext_lazy("Posting accounts"), key=("key",), validity=Validity.DAYS,
        columns=(
            replace(_POSTING, name="key"),
            Column("account", gettext_lazy("Ledger account"), length=20, among="accounts"),
        ),
    ),
    Master(
        "charge_kinds", "RB1", gettext_lazy("Kinds of sundry charges"), key=("code",), validity=Validity.DAYS,
        columns=(
            _text("code", gettext_lazy("Code"), 30, required=True),
            _text("name_ja", gettext_lazy("Name in Japanese"), 60, required=True),
            _text("name_en", gettext_lazy("Name in English"), 60, required=True),
            _text("name_zh", gettext_lazy("Name in Chinese"), 60, required=True),
            replace(_POSTING, among="postings"),
            Column(
                "tax", gettext_lazy("Consumption tax"), Kind.CHOICE, choices=tuple(tax.value for tax in ChargeTax),
                words=(pgettext_lazy("tax", "included"), pgettext_lazy("tax", "exempt"), pgettext_lazy("tax", "out of scope")),
            ),
            Column(
                "amount_by", gettext_lazy("Amount by"), Kind.CHOICE, choices=tuple(by.value for by in AmountBy),
                words=(
                    gettext_lazy("a fixed amount"), gettext_lazy("a formula"), gettext_lazy("what a person enters"),
                    gettext_lazy("what the plan says"),
                ),
            ),
            _count("amount_minor", gettext_lazy("Fixed amount"), required=False),
            Column("formula", gettext_lazy("Formula"), Kind.FORMULA, required=False, length=formulas.LONGEST),
            Column(
                "rounding", gettext_lazy("Rounding"), Kind.CHOICE, required=False, default=Rounding.FLOOR.value,
                choices=tuple(one.value for one in Rounding),
                words=(
                    pgettext_lazy("rounding", "down"), pgettext_lazy("rounding", "towards zero"), pgettext_lazy("rounding", "half up"), pgettext_lazy("rounding", "up"),
                ),
            ),
            _count(
                "alone_up_to_minor", gettext_lazy("One person is enough up to"), required=False, default=0, minimum=0,
                maximum=100_000_000,
            ),
        ),
    ),
    Master(
        "company", "SU3", gettext_lazy("Company profile"), key=(), validity=Validity.DAYS,
        columns=(
            _text("name", gettext_lazy("Name"), 100, required=True),
            _text("name_kana", gettext_lazy("Name (kana)"), 100),
            Column("country", gettext_lazy("Country"), Kind.CHOICE, choices=("JP", "CN"), words=(gettext_lazy("Japan"), gettext_lazy("China"))),
            Column("currency", gettext_lazy("Currency"), Kind.CHOICE, choices=("JPY", "CNY")),
            Column("language", gettext_lazy("Language"), Kind.CHOICE, choices=("ja", "zh-hans", "en"), words=("日本語", "简体中文", "English")),
            _text("registration_number", gettext_lazy("Invoice registration number"), 14),
            _text("postal_code", gettext_lazy("Postal code"), 8),
            _text("address", gettext_lazy("Address"), 200),
            _text("phone", gettext_lazy("Phone"), 20),
            _text("mail", gettext_lazy("Mail"), 100),
            _text("website", gettext_lazy("Web site"), 200),
            _text("bank_code", gettext_lazy("Bank"), 4),
            _text("branch_code", gettext_lazy("Branch"), 3),
            _text("bank_name", gettext_lazy("Bank name"), 50),
            _text("branch_name", gettext_lazy("Branch name"), 50),
            _text("account_kind", gettext_lazy("Account kind"), 10),
            _text("account_number", gettext_lazy("Account number"), 7),
            _text("account_holder_kana", gettext_lazy("Account holder (kana)"), 40),
        ),
    ),
)  # fmt: skip
MASTERS: dict[str, Master] = {master.code: master for master in _MASTERS}
LABELS: dict[str, Any] = {master.code: master.label for master in _MASTERS}
