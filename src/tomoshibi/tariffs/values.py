"""What crosses the door of the tariffs: plan versions, the columns that pricing takes and gives."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tomoshibi.kernel.frames import Schema
from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.periods import Period
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.kernel.units import E10
from tomoshibi.rating.halfhours import Numbers
from tomoshibi.tariffs.line_columns import LineColumns

USAGE: Schema = {
    "row_id": pl.Int64,
    "plan_version": pl.Int64,
    "capacity_milli": pl.Int64,
    "energy_dwh": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "tax_rate_ppm": pl.Int64,
}
"""Columns that every usage frame has (nulls become refusals). See ``README.md`` for the optional ones."""

LINES: Schema = {
    "row_id": pl.Int64,
    "segment": pl.Int16,
    "plan_version": pl.Int64,
    "component_no": pl.Int16,
    "quantity": pl.Int64,
    "price_micro": pl.Int64,
    "ratio_num": pl.Int32,
    "ratio_den": pl.Int32,
    "amount_e10": pl.Int64,
}
TOTALS: Schema = {
    "row_id": pl.Int64,
    "total_minor": pl.Int64,
    "tax_minor": pl.Int64,
    "net_minor": pl.Int64,
    "levy_minor": pl.Int64,
    "unrounded_e10": pl.Int64,
    "tax_rate_ppm": pl.Int64,
    "energy_dwh": pl.Int64,
    "rules_version": pl.Int64,
}
"""``rules_version``: the plan version whose rules the levy and the total follow, that of the bill's last part."""
REFUSALS: Schema = {"row_id": pl.Int64, "code": pl.String, "detail": pl.String}
COMPONENT_SUMS: Schema = {
    "plan_version": pl.Int64,
    "component_no": pl.Int16,
    "whole": pl.Int64,
    "rest": pl.Int64,
}
"""Sums of line amounts in whole currency units and a rest [1e-10]: those of a book do not fit 64 bits in one."""


NOT_HELD, OTHER_UNIT = "not_held", "other_unit"
"""Why a plan is not quoted, besides the engine's refusals: no version holds, or its sizes have another unit (the detail)."""


class Confidence(StrEnum):
    """How sure a price is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True)
class HalfHours:
    """
    Half-hours of bills that share their days.

    :param row_ids: (n,) the bills, as in the usage frame
    :param first_day: the civil day of the first slot
    :param values_dwh: (n, days x slots a day) [0.1 Wh]; below zero is missing
    :param day_types: (days,) ``rating.bands.DayType`` of each day at the area
    :param area: where the points are, for market-linked plans
    :param spot_micro: market prices, (days x 48,) each, by ``rating.market_linked.Market``; ``masters.values.NO_PRICE``
        where the market has none [1e-6 currency/kWh]
    """

    row_ids: Int64Array
    first_day: date
    values_dwh: Int32Array
    day_types: npt.NDArray[np.int8]
    slots_a_day: int = 48
    area: str = ""
    spot_micro: Mapping[str, Int64Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Arriving:
    """
    Half-hours of bills that are looked at once, as they come from where they are kept.

    :param blocks: the bills with their days, before any half-hour has come: all are missing
    :param packs: brings the half-hours of some bills at a time, in any order: row ids, the vector of each from the
        first day of its block on, (n, slots), and what one step of its numbers stands for [0.1 Wh]; the numbers are packed
        (``kernel.halfhours.packed``) or energies
    """

    blocks: tuple[HalfHours, ...]
    packs: Callable[[], Iterator[tuple[Int64Array, Numbers, int]]]


class Blocks(Sequence[HalfHours]):
    """
    Half-hours of some bills that are priced more than once: made when somebody looks at them, and added up once.

    :param make: makes the blocks; nobody calls it where what they come to is known already
    :param known: who may know what they come to, with the question as text and how to work it out
    :param arriving: the same as they come, where nobody needs them but to add them up
    """

    def __init__(
        self,
        make: Callable[[], Iterable[HalfHours]],
        *,
        known: Callable[[str, Callable[[], pl.DataFrame]], pl.DataFrame] | None = None,
        arriving: Callable[[], Arriving] | None = None,
    ) -> None:
        self._make = make
        self._known = known
        self._arriving = arriving
        self._sums: dict[str, pl.DataFrame] = {}

    @cached_property
    def _made(self) -> tuple[HalfHours, ...]:
        return tuple(self._make())

    @property
    def arriving(self) -> Arriving | None:
        """The half-hours as they come; nothing where whole blocks are needed, or there already."""
        return self._arriving() if self._arriving and "_made" not in self.__dict__ else None

    def __len__(self) -> int:
        return len(self._made)

    def __getitem__(self, index: Any) -> Any:
        return self._made[index]

    def added_up(self, question: str, work_out: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """
        What the half-hours come to, worked out where nobody knows it yet.

        :param question: whatever it depends on besides the half-hours and their days
        """
        if question not in self._sums:
            self._sums[question] = self._known(question, work_out) if self._known else work_out()
        return self._sums[question]


@dataclass(frozen=True)
class PricedFrame:
    """
    What pricing gives.

    :param totals: ``TOTALS``; one row per bill that could be priced
    :param refusals: ``REFUSALS``; one row per bill that could not, with the first reason
    :param columns: lines of bills in which nothing changes
    :param divided: ``LINES`` of bills of several parts
    """

    totals: pl.DataFrame
    refusals: pl.DataFrame
    columns: tuple[LineColumns, ...]
    divided: pl.DataFrame

    @cached_property
    def lines(self) -> pl.DataFrame:
        """``LINES``; the lines of a bill stand together, in the order of the plan."""
        return pl.concat([*(one.frame() for one in self.columns), self.divided])

    def component_sums(self) -> pl.DataFrame:
        """``COMPONENT_SUMS``: what all lines of a number come to, without making lines of the columns."""
        amount = pl.col("amount_e10")
        schema = dict(COMPONENT_SUMS)
        columns = pl.DataFrame([row for one in self.columns for row in one.sums()], schema=schema, orient="row")
        divided = self.divided.group_by("plan_version", "component_no").agg(
            whole=(amount // E10).sum(), rest=(amount % E10).sum()
        )
        return pl.concat([columns, divided]).group_by("plan_version", "component_no", maintain_order=True).sum()

    def only(self, row_ids: pl.Series) -> "PricedFrame":
        """The same for some bills."""
        mine = pl.col("row_id").is_in(row_ids.implode())
        return PricedFrame(
            totals=self.totals.filter(mine),
            refusals=self.refusals.filter(mine),
            columns=tuple(one.only(row_ids) for one in self.columns),
            divided=self.divided.filter(mine),
        )


@dataclass(frozen=True)
class Component:
    """
    The meaning of a line number: what a bill, a page or a trace says about a line.

    :param no: ``component_no`` of the lines
    :param code: unique in the version (``energy_tier_2``)
    :param component: code of the component of the document
    :param kind: its price shape
    :param group: ``rating.sheet.Group``
    :param unit: what the quantity counts; ``quantity_scale`` integers make one
    :param label: name per language
    :param rule: the component as the document states it
    :param sources: where its prices come from, with confidence, per language
    """

    no: int
    code: str
    component: str
    kind: str
    group: str
    unit: str
    quantity_scale: int
    label: Mapping[str, str]
    rule: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[Mapping[str, str], ...] = ()

    @property
    def averaged(self) -> bool:
        """Whether a line is a sum over half-hours: its price is their average, its share counts them."""
        return self.kind == "market_linked" and self.code == self.component


@dataclass(frozen=True)
class PlanVersion:
    """A published version of a plan."""

    id: int
    plan_code: str
    name: Mapping[str, str]
    area: str
    voltage: str
    kind: str
    capacity_unit: str
    valid_from: date
    sha256: str
    document: Mapping[str, Any]
    published_at: datetime | None = None
    valid_until: date | None = None
    proposed_by_id: int | None = None
    published_by_id: int | None = None

    def name_in(self, language: str) -> str:
        """The plan's name in a language of the user interface (``zh-hans`` reads ``zh``); Japanese where it has none."""
        return self.name.get(language[:2]) or self.name.get("ja") or self.plan_code


@dataclass(frozen=True)
class Plan:
    """A plan as lists show it: its newest version on a day, and how many there are."""

    code: str
    name: Mapping[str, str]
    area: str
    voltage: str
    kind: str
    capacity_unit: str
    version_count: int
    current: PlanVersion | None


@dataclass(frozen=True)
class PlanUse:
    """
    What of the masters a plan's versions take while they hold.

    :param takes: names of published values: ``levy``, ``government_discount``, codes of monthly amounts
    :param fuel_products: products whose fuel unit they take
    :param by_kind_of_day: they price by bands, which know holidays
    """

    code: str
    name: Mapping[str, str]
    area: str
    voltage: str
    takes: frozenset[str]
    fuel_products: frozenset[str]
    by_kind_of_day: bool

    def name_in(self, language: str) -> str:
        return self.name.get(language[:2]) or self.name.get("ja") or self.code


@dataclass(frozen=True)
class Wanted:
    """
    What only some plans price by: asked for where one of them is offered.

    :param name: a name of ``Program.inputs`` or of ``Program.codes``, or a band that a rate register measures
    :param label: what people call it, where the plans themselves say so
    :param places: ``03 high`` - area (``*`` for every one) and voltage of the plans that take it
    :param answer: what a code says of the power factor's target (``kept``, ``missed``): a contract carries one of them
    """

    name: str
    label: str
    places: tuple[str, ...]
    answer: str = ""


@dataclass(frozen=True)
class Prospects:
    """
    What the plans that hold on a day ask of a prospect.

    :param areas: codes of the areas in which one of them is offered
    :param voltages: of the plans, lowest first
    :param units: of size (``A``, ``kVA``, ``kW``); empty where no plan has sizes
    :param profiled: whether standard load profiles stand for the people of the country
    :param numbers: numbers besides energy and size, devices among them
    :param codes: what a contract may carry
    :param registers: bands that rate registers measure, where no profile can stand in
    """

    areas: tuple[str, ...]
    voltages: tuple[str, ...]
    units: tuple[str, ...]
    profiled: bool
    numbers: tuple[Wanted, ...]
    codes: tuple[Wanted, ...]
    registers: tuple[Wanted, ...]


@dataclass(frozen=True)
class Finding:
    """What is wrong with a document, and where: ``versions[0].components[1].price`` and its line."""

    path: str
    sentence: str
    line: int | None = None
    blocking: bool = True

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.path or 'document'}: {self.sentence}"


class ProposalState(StrEnum):
    OPEN = "open"
    PUBLISHED = "published"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Proposal:
    """A version that waits for its second pair of eyes."""

    id: int
    plan_code: str
    valid_from: date
    sha256: str
    document: Mapping[str, Any]
    state: str
    proposed_by_id: int | None
    proposed_at: datetime
    reason: str


@dataclass(frozen=True)
class TypicalDay:
    """
    Prices of a component by half-hour, all included [1e-6 currency/kWh].

    :param period: the days that they are taken from; days with a gap are left out
    """

    component: str
    period: Period
    average_micro: tuple[int, ...]
    lowest_micro: tuple[int, ...]
    highest_micro: tuple[int, ...]


class DraftState(StrEnum):
    OPEN = "open"
    PROPOSED = "proposed"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Draft:
    """
    A plan document on its way.

    :param text: as typed
    :param revision: counts the saves
    :param based_on: the published version it was begun from
    :param proposal_id: what became of it
    """

    id: int
    plan_code: str
    text: str
    revision: int
    state: str
    started_by_id: int | None
    started_at: datetime
    changed_by_id: int | None
    changed_at: datetime
    based_on_id: int | None = None
    proposal_id: int | None = None
    proposal_state: str = ""
