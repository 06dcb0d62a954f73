"""What crosses the door of the masters: frozen values, area codes, voltages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.rounding import Int64Array, Rounding, divide
from tomoshibi.kernel.units import MICRO, micro


@dataclass(frozen=True)
class Area:
    """
    A grid company's area; the code is the first two digits of its supply points.

    :param frequency_hz: of the area, but for what stands in the next
    :param other_frequency_ja: districts at its border that the neighbour's frequency reaches, as the grid company's
        clauses of wheeling name them
    """

    code: str
    name: Any
    name_ja: str
    grid_company: str
    frequency_hz: int
    other_frequency_ja: str = ""


AREAS: dict[str, Area] = {
    area.code: area
    for area in (
        Area("01", _("Hokkaido"), "北海道", "北海道電力ネットワーク", 50),
        Area(
            "02", _("Tohoku"), "東北", "東北電力ネットワーク", 50, "新潟県佐渡市、妙高市および糸魚川市の一部は60ヘルツ"
        ),
        Area("03", _("Tokyo"), "東京", "東京電力パワーグリッド", 50, "群馬県の一部は60ヘルツ"),
        Area("04", _("Chubu"), "中部", "中部電力パワーグリッド", 60, "長野県の一部は50ヘルツ"),
        Area("05", _("Hokuriku"), "北陸", "北陸電力送配電", 60),
        Area("06", _("Kansai"), "関西", "関西電力送配電", 60),
        Area("07", _("Chugoku"), "中国", "中国電力ネットワーク", 60),
        Area("08", _("Shikoku"), "四国", "四国電力送配電", 60),
        Area("09", _("Kyushu"), "九州", "九州電力送配電", 60),
        Area("10", _("Okinawa"), "沖縄", "沖縄電力", 60),
    )
}
AREA_CODE_BY_NAME = {area.name_ja: area.code for area in AREAS.values()}


class ChargeTax(StrEnum):
    """How consumption tax stands in a sundry charge."""

    INCLUDED = "included"
    EXEMPT = "exempt"
    OUT_OF_SCOPE = "out_of_scope"


class AmountBy(StrEnum):
    """Where the amount of a sundry charge comes from."""

    FIXED = "fixed"
    FORMULA = "formula"
    ENTERED = "entered"
    PLAN = "plan"


@dataclass(frozen=True)
class ChargeKind:
    """
    A kind of sundry charge as it holds on a day.

    :param names: by language (``ja``, ``en``, ``zh``)
    :param alone_up_to_minor: up to this, a charge that a person enters needs nobody else's agreement
    """

    code: str
    names: dict[str, str]
    posting_key: str
    tax: ChargeTax
    amount_by: AmountBy
    amount_minor: int | None
    formula: str
    rounding: Rounding
    alone_up_to_minor: int

    def name(self, language: str) -> str:
        """Its name in a language, in Japanese where there is none."""
        return self.names.get(language[:2]) or self.names["ja"]


class Voltage(StrEnum):
    """Voltage class of a supply point."""

    LOW = "low"
    HIGH = "high"
    SPECIAL_HIGH = "special_high"

    @classmethod
    def parse(cls, text: str) -> Voltage:
        """
        Read a voltage class, also as LV, HV, SHV or in Japanese.

        :raises ValueError: for anything else
        """
        known = {
            "lv": cls.LOW, "hv": cls.HIGH, "shv": cls.SPECIAL_HIGH,
            "低圧": cls.LOW, "高圧": cls.HIGH, "特別高圧": cls.SPECIAL_HIGH,
        }  # fmt: skip
        found = known.get(str(text).strip().lower())
        return found or cls(str(text))


REGULATED_LOW = "regulated_lv"
HIGH = "hv"
SPECIAL_HIGH = "shv"
ISLAND = "island"
"""Products of the fuel master; a retailer's own formulas are further products under names of its own."""

HIGH_CONFIDENCE, MEDIUM_CONFIDENCE, LOW_CONFIDENCE = "high", "medium", "low"


ACCOUNT_KINDS = {"1": "普通", "2": "当座", "4": "貯蓄", "9": "その他"}
"""預金種目 of bank files, and the word that people read and write for it."""


@dataclass(frozen=True)
class Company:
    """The retailer whose database this is. Its ``account_kind`` is kept as people wrote it: a word or a bank's digit."""

    name: str
    name_kana: str
    country: str
    currency: str
    language: str
    registration_number: str
    postal_code: str
    address: str
    phone: str
    mail: str
    website: str
    bank_code: str
    branch_code: str
    bank_name: str
    branch_name: str
    account_kind: str
    account_number: str
    account_holder_kana: str
    valid: Period

    @property
    def account_kind_code(self) -> str:
        """As bank files want it."""
        return {word: code for code, word in ACCOUNT_KINDS.items()}.get(self.account_kind, self.account_kind)

    @property
    def account_kind_word(self) -> str:
        """As a letter or a statement says it."""
        return ACCOUNT_KINDS.get(self.account_kind, self.account_kind)


@dataclass(frozen=True)
class LevyUnit:
    """Renewable levy: ``valid`` holds the days of the reading that closes a billing period (May ... April)."""

    fiscal_year: int
    price_micro_per_kwh: int
    valid: Period


@dataclass(frozen=True)
class TaxRate:
    """
    Consumption tax.

    :param transition_until: continuing contracts whose period began under the former rate keep it for a whole bill
        that is fixed by this day
    """

    rate_ppm: int
    valid: Period
    transition_until: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Step:
    """One line of a derivation: what (``kind`` names it for translation), the numbers, and what comes out."""

    text: str
    value: str
    kind: str = ""


@dataclass(frozen=True)
class FuelPrices:
    """Average customs prices of three months, whole yen per kl of crude and per t of LNG and coal."""

    crude_yen_per_kl: int
    lng_yen_per_t: int
    coal_yen_per_t: int

    @classmethod
    def of(cls, crude: str | int | Decimal, lng: str | int | Decimal, coal: str | int | Decimal) -> FuelPrices:
        """Prices as published or averaged, each rounded half-up to one yen."""
        return cls(*(divide(micro(price), MICRO, rounding=Rounding.HALF_UP) for price in (crude, lng, coal)))


@dataclass(frozen=True)
class PriceWindow:
    """
    Which months' customs prices a product's unit rests on.

    :param lag_months: the first of them lies so many months before the month of the bill
    :param months: so many are averaged
    """

    lag_months: int = 5
    months: int = 3


@dataclass(frozen=True)
class FuelFormula:
    """
    Parameters of a fuel cost adjustment.

    :param base_price_yen: base fuel price [yen/kl]
    :param base_unit_micro: yen per kWh for each 1,000 yen/kl [1e-6 yen/kWh]
    :param alpha_ppm: weight of crude, LNG and coal; None where only published averages are known
    :param cap_price_yen: the average counts at most this much [yen/kl]
    :param special_add_micro: added to the rounded unit [1e-6 yen/kWh]
    :param block_kwh: kWh that the minimum charge covers, with a base unit of its own for the whole block
    """

    base_price_yen: int
    base_unit_micro: int
    alpha_ppm: int | None = None
    beta_ppm: int | None = None
    gamma_ppm: int | None = None
    cap_price_yen: int | None = None
    special_add_micro: int = 0
    block_kwh: int | None = None
    block_base_unit_micro: int | None = None


@dataclass(frozen=True)
class FuelUnit:
    """
    A fuel adjustment unit.

    :param block_micro: amount for the whole minimum block of ``block_kwh`` [1e-6 yen], None where there is no block
    :param published: taken from a notice; otherwise computed from parameters and customs prices
    :param invented: rests on figures nobody published (demo, planning)
    :param average_yen: average fuel price before the cap [yen/kl], None for published units
    """

    price_micro_per_kwh: int
    block_micro: int | None = None
    block_kwh: int | None = None
    published: bool = False
    invented: bool = False
    source: str = ""
    confidence: str = HIGH_CONFIDENCE
    average_yen: int | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class ReadingDay:
    """
    When a base day's points are read in a month.

    :param reading_on: the working day on which the reading is taken (検針日)
    :param metering_on: the day at whose beginning the month is cut (計量日): the period ends before it
    :param approximate: made by the generator, not published
    """

    area: str
    base_day: str
    month: Month
    reading_on: date
    metering_on: date
    approximate: bool


@dataclass(frozen=True)
class Holiday:
    day: date
    scope: str
    name: str


@dataclass(frozen=True)
class Bank:
    code: str
    name: str
    kana: str


@dataclass(frozen=True)
class Branch:
    bank_code: str
    bank_name: str
    bank_kana: str
    code: str
    name: str
    kana: str


@dataclass(frozen=True)
class DebitDates:
    """
    One direct debit of a collection agent.

    :param settle_on: None where the agent's settlement rule is not known
    """

    agent: str
    month: Month
    cycle_day: int
    debit_on: date
    file_due_on: date
    result_on: date
    settle_on: date | None


@dataclass(frozen=True)
class DebitAgent:
    """
    A collection agent as its contract describes it.

    :param consignor_code: 委託者コード, ten digits; empty until the contract is signed
    :param file_profile: how its files differ (separator, end mark, code class ...), as the gateway reads it
    """

    code: str
    name: str
    consignor_code: str
    consignor_kana: str
    bank_code: str
    bank_kana: str
    branch_code: str
    branch_kana: str
    account_kind: str
    account_number: str
    fee_minor: int
    file_profile: dict[str, Any]


@dataclass(frozen=True)
class LoadOutcome:
    """Rows that came in, rows that were there already, rows that differ from what was there and were left alone."""

    inserted: dict[str, int] = field(default_factory=dict)
    present: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)


NO_PRICE = -(2**63)
"""Stands in a vector of spot prices where the market has none."""
SYSTEM_PRICE = "00"
"""The area code under which the system price stands."""
FETCH_SPOT_JOB = "masters.fetch_spot"
SPOT_SLOTS = 48
"""Prices of a day: one for each half-hour."""
SPOT_LIMIT_MICRO = 10_000 * MICRO
"""No spot price is larger (10,000 a kWh)."""


@dataclass(frozen=True)
class SpotPrices:
    """
    Spot prices of consecutive days.

    :param price_micro: (days x 48,) without tax; ``NO_PRICE`` where the market has none [1e-6 currency/kWh]
    :param invented: whether any of them is invented
    """

    area: str
    period: Period
    price_micro: Int64Array
    invented: bool


@dataclass(frozen=True)
class SpotGap:
    """Days in a row on which prices are missing: how many half-hours of them."""

    first: date
    last: date
    half_hours: int


class SpotImportState(StrEnum):
    """What became of a file of spot prices."""

    HOLDS = "holds"
    WAITING = "waiting"
    REJECTED = "rejected"


@dataclass(frozen=True)
class SpotMarket:
    """
    How the day-ahead market is reached.

    :param trust_file: certificates to trust instead of the machine's own
    :param invented: its prices are invented
    """

    address: str
    trust_file: str = ""
    invented: bool = False


@dataclass(frozen=True)
class SpotImport:
    """
    A file of spot prices that was taken in.

    :param new_days: days (of an area) that had no price, or not all
    :param changed_days: days of which it changes a price that holds; they wait for a second person
    """

    id: int
    file_name: str
    sha256: str
    state: SpotImportState
    invented: bool
    first_day: date
    last_day: date
    new_days: int
    changed_days: int
    imported_by_id: int | None
    imported_at: datetime
    decided_by_id: int | None = None
    decided_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class SpotChange:
    """A day of an area of which a waiting file changes prices; averages in 1e-6 currency/kWh."""

    area: str
    day: date
    half_hours: int
    before_micro: int
    after_micro: int


@dataclass(frozen=True)
class RowError:
    """A row of an import that was refused: its line in the file, and why."""

    line: int
    column: str
    reason: str


class ProposalState(StrEnum):
    PROPOSED = "proposed"
    APPLIED = "applied"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Proposal:
    """A change that waits for, or got, a second person's decision."""

    id: int
    master: str
    state: ProposalState
    rows: tuple[dict[str, str], ...]
    reason: str
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_note: str


@dataclass(frozen=True)
class Effect:
    """
    What one row of a change would do.

    :param end: first day it no longer holds, None for ever
    :param replaced: present rows that it ends, cuts or replaces, as cells
    :param reaches_back: it would hold for days that are over, which bills may have used
    """

    removes: bool
    cells: dict[str, str]
    start: date | None
    end: date | None
    replaced: tuple[dict[str, str], ...]
    reaches_back: bool


@dataclass(frozen=True)
class Impact:
    """
    What a change would touch.

    :param first_day: first day that it holds
    :param months_begun: billing months from that day on that have begun already
    """

    rows: int
    replaced: int
    reaches_back: bool
    first_day: date | None
    end: date | None
    months_begun: int


@dataclass(frozen=True)
class Scope:
    """
    To what a change of a master applies; an empty set means all.

    :param first: first billing month (月分) that it reaches
    :param last: last one, None for ever
    :param first_day: first civil day
    :param codes: of monthly amounts, accounts and kinds of charge
    :param postings: keys of posting accounts
    :param branches: codes of bank and branch; no code of a branch for the whole bank
    """

    master: str
    first: Month | None
    last: Month | None
    first_day: date | None
    areas: frozenset[str]
    products: frozenset[str]
    voltages: frozenset[str]
    codes: frozenset[str]
    agents: frozenset[str]
    postings: frozenset[str]
    holiday_scopes: frozenset[str]
    branches: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class BankDifference:
    """
    How the installed list of banks, or of branches, differs from what holds.

    :param master: ``banks`` or ``bank_branches``
    :param rows: cells of the sheet that brings it up to date
    """

    master: str
    rows: tuple[dict[str, str], ...]
    new: int
    renamed: int
    gone: int


class Standing(StrEnum):
    """Where a dated row stands today."""

    NOW = "now"
    LATER = "later"
    OVER = "over"


def standing(start: date | None, end: date | None, today: date) -> Standing:
    if end is not None and end <= today:
        return Standing.OVER
    return Standing.LATER if start is not None and start > today else Standing.NOW


@dataclass(frozen=True)
class WaitingMaster:
    """A change of a master that waits for its second person and would touch bills of a month."""

    proposal_id: int
    master: str
    label: str
    area: str
    """The area it is about; empty: all."""
