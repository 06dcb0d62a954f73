"""The working sheet of one program over many rows: columns in, lines and refusals out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from tomoshibi.kernel.exact import LIMIT, BoolArray, largest, product, share, to_multiple
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.kernel.units import DWH_PER_KWH, E10, E10_PER_MICRO, MICRO, MILLI
from tomoshibi.rating.proration import LONGEST_RATIO_DAYS, DayArray, Proration, Scope, ratios
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.rounding_policy import EXACT, Step

MISSING = np.int64(-(2**63))
"""Stands in a column of published values where there is none."""


class Unit(StrEnum):
    """What a line's quantity counts."""

    KWH = "kWh"
    AMPERE = "A"
    KVA = "kVA"
    KW = "kW"
    CONTRACT = "contract"
    PIECE = "piece"
    PERCENT = "%"
    """A number that explains another line (power factor); it has no price."""
    SHARE = "share"
    """Part of other lines: the quantity is their sum [1e-10 currency], the price a ratio [1e-6]."""

    @property
    def scale(self) -> int:
        """How many of the quantity's integers make one."""
        if self is Unit.KWH:
            return DWH_PER_KWH
        if self is Unit.SHARE:
            return E10
        return MILLI if self in {Unit.AMPERE, Unit.KVA, Unit.KW} else 1


class Group(StrEnum):
    """What a line belongs to on a bill, and whether it is rounded as a levy."""

    BASIC = "basic"
    ENERGY = "energy"
    FUEL = "fuel"
    MONTHLY = "monthly"
    DISCOUNT = "discount"
    SUBSIDY = "subsidy"
    LEVY = "levy"


@dataclass(frozen=True)
class Slot:
    """
    The meaning of one line number of a program; stored once per plan version, lines only hold numbers.

    :param code: unique in the program: ``energy_tier_2``
    :param component: the code of the component of the plan document it comes from
    :param signed: it puts another line right, up or down: below zero is nothing to wonder at
    """

    code: str
    component: str
    unit: Unit
    group: Group
    signed: bool = False


@dataclass(frozen=True)
class Divided:
    """
    Where rows that are parts of bills stand in them; what a plan does not share by days is owed once by the whole bill.

    :param last: (n,) whether a row is the last part of its bill
    :param last_whole: per scope that the plan of some row does not share by days: (n,) the last such part of a bill
    :param before_dwh: (n,) energy of the earlier parts of the bill [0.1 Wh]
    :param days: (n,) days of the part
    :param of_days: (n,) days of the bill
    :param start: (n,) first day of the bill
    """

    last: BoolArray
    last_whole: Mapping[Scope, BoolArray]
    before_dwh: Int64Array
    days: Int64Array
    of_days: Int64Array
    start: DayArray


@dataclass(frozen=True)
class Usage:
    """
    Columns of n rows (a row is one bill, or one part of a bill in which nothing changes).

    :param energy_dwh: (n,) [0.1 Wh]
    :param bill_energy_dwh: (n,) energy of the whole bill that the row is a part of [0.1 Wh]
    :param capacity_milli: (n,) size [1e-3 A, kVA or kW]; ``MISSING`` where there is none
    :param ratio_num: (n,) share of a month, numerator [days]
    :param ratio_den: (n,) denominator [days]
    :param bands_dwh: energy per time-of-use band, each (n,) [0.1 Wh]
    :param values: published values by name, each (n,); ``MISSING`` where there is none
    :param flags: per discount code whether a row has it, each (n,)
    :param inputs: other numbers that components price by (``Program.inputs``), each (n,); ``MISSING`` where there is none
    :param start: (n,) first day of the priced period; only components that look at days need it
    :param end: (n,) the day after its last
    :param divided: where rows stand in their bills; nothing where every row is a bill of its own
    :param reading_start: (n,) first day of the meter's reading period around the row; the row's own where there is none
    :param reading_end: (n,) the day after its last
    """

    energy_dwh: Int64Array
    bill_energy_dwh: Int64Array
    capacity_milli: Int64Array
    ratio_num: Int64Array
    ratio_den: Int64Array
    bands_dwh: Mapping[str, Int64Array] = field(default_factory=dict)
    values: Mapping[str, Int64Array] = field(default_factory=dict)
    flags: Mapping[str, BoolArray] = field(default_factory=dict)
    inputs: Mapping[str, Int64Array] = field(default_factory=dict)
    start: DayArray | None = None
    end: DayArray | None = None
    divided: Divided | None = None
    reading_start: DayArray | None = None
    reading_end: DayArray | None = None

    @property
    def rows(self) -> int:
        return int(self.energy_dwh.shape[0])


@dataclass(frozen=True)
class Line:
    """One slot over all rows; ``price_micro`` and ratios are (n,) or one number for all."""

    quantity: Int64Array
    price_micro: Int64Array
    ratio_num: Int64Array
    ratio_den: Int64Array
    amount_e10: Int64Array
    present: BoolArray


class Sheet:
    """
    What components read from and write to, one after the other.

    A refused row keeps zeros in its lines; it is dropped at the end.
    """

    def __init__(self, usage: Usage, *, slots: Sequence[Slot], proration: Proration, line: Step) -> None:
        self.usage = usage
        self.slots = tuple(slots)
        self.proration = proration
        self.lines: dict[str, Line] = {}
        self.refusal = np.zeros(usage.rows, dtype=np.int8)
        self.detail: dict[int, dict[str, BoolArray]] = {}
        self._line = line
        self._slot = {slot.code: slot for slot in slots}
        self._part = usage.ratio_num != usage.ratio_den
        self._bound = 0

    def refuse(self, where: BoolArray, reason: Refusal, detail: str = "") -> None:
        """Set rows aside; an earlier reason in the fixed order wins."""
        if not where.any():
            return
        fresh = where & ((self.refusal == 0) | (self.refusal > reason))
        self.refusal[fresh] = reason
        self.detail.setdefault(int(reason), {}).setdefault(detail, np.zeros(self.usage.rows, dtype=np.bool_))[where] = (
            True
        )

    def value(self, name: str) -> Int64Array:
        """A published value per row; rows without it are refused and hold 0."""
        column = self.usage.values.get(name)
        if column is None:
            self.refuse(np.ones(self.usage.rows, dtype=np.bool_), Refusal.VALUE_MISSING, name)
            return np.zeros(self.usage.rows, dtype=np.int64)
        missing = column == MISSING
        if missing.any():
            self.refuse(missing, Refusal.VALUE_MISSING, name)
            return np.where(missing, np.int64(0), column)
        return column

    def optional_value(self, name: str) -> tuple[Int64Array, BoolArray]:
        """A published value per row, and whether it is there."""
        column = self.usage.values.get(name)
        if column is None:
            return np.zeros(self.usage.rows, dtype=np.int64), np.zeros(self.usage.rows, dtype=np.bool_)
        there = column != MISSING
        return np.where(there, column, np.int64(0)), there

    def input(self, name: str) -> Int64Array:
        """A number that a component prices by; rows without it are refused and hold 0."""
        column, there = self.optional_input(name)
        self.refuse(~there, Refusal.INPUT_MISSING, name)
        return column

    def optional_input(self, name: str) -> tuple[Int64Array, BoolArray]:
        """A number that a component prices by (0 where there is none), and whether it is there."""
        column = self.usage.inputs.get(name)
        if column is None:
            return np.zeros(self.usage.rows, dtype=np.int64), np.zeros(self.usage.rows, dtype=np.bool_)
        there = column != MISSING
        return np.where(there, column, np.int64(0)), there

    def counted(self, name: str, *, at_most: int) -> Int64Array:
        """An input that counts something or is a share of a whole, 0 where there is none; out of its bounds is refused."""
        found, _there = self.optional_input(name)
        bad = (found < 0) | (found > at_most)
        self.refuse(bad, Refusal.INPUT_MISSING, name)
        return np.where(bad, np.int64(0), found)

    def full(self, number: int) -> Int64Array:
        """One number for all rows."""
        return np.broadcast_to(np.int64(number), (self.usage.rows,))

    def prorated(self, amount_e10: Int64Array, scope: Scope) -> Int64Array:
        """The share of an amount in rows that are not a whole month, rounded as the policy says; others unchanged."""
        if not self._applies(scope):
            return amount_e10
        money = self.proration.money
        amount_e10 = self._fitting(amount_e10, self.usage.ratio_num, self.usage.ratio_den)
        shared = share(amount_e10, self.usage.ratio_num, self.usage.ratio_den, unit=money.unit, rounding=money.rounding)
        return np.where(self._part, shared, amount_e10)

    def owed_once(self, scope: Scope) -> BoolArray | None:
        """The rows that owe what is not shared by days; nothing where every row does."""
        divided = self.usage.divided
        return None if divided is None or self.proration.follows_days(scope) else divided.last_whole[scope]

    def before_dwh(self, scope: Scope) -> Int64Array | None:
        """Energy of the bill's earlier parts, for widths that a bill has once; nothing where they are each row's own."""
        divided = self.usage.divided
        return None if divided is None or self.proration.follows_days(scope) else divided.before_dwh

    def share_of_days(self, start: DayArray, end: DayArray) -> tuple[Int64Array, Int64Array]:
        """
        The share of a month that some days of each row are, as if the bill were divided around them.

        :param start: (n,) the first of them; a row's own days have the row's own share
        :param end: (n,) the day after the last
        :returns: numerator and denominator [days]
        """
        usage = self.usage
        assert usage.start is not None, "shares of days look at days"
        assert usage.end is not None, "shares of days look at days"
        num, den = ratios(
            self.proration,
            start=start,
            end=end,
            reading_start=usage.start if usage.reading_start is None else usage.reading_start,
            reading_end=usage.end if usage.reading_end is None else usage.reading_end,
        )
        own = (start == usage.start) & (end == usage.end)
        # What the row's own share was refused for does no harm here.
        own |= (num <= 0) | (den <= 0) | (den > LONGEST_RATIO_DAYS)
        return np.where(own, usage.ratio_num, num), np.where(own, usage.ratio_den, den)

    def _applies(self, scope: Scope | None) -> bool:
        return scope is not None and scope in self.proration.applies_to and bool(self._part.any())

    def charge(
        self,
        slot: str,
        *,
        quantity: Int64Array,
        price_micro: Int64Array | int,
        scope: Scope | None = None,
        halve: BoolArray | None = None,
        present: BoolArray | None = None,
        per: int = 1,
        own: Step | None = None,
        factor: tuple[Int64Array, Int64Array | int] | None = None,
    ) -> Int64Array:
        """
        Add a line: ``quantity x price / per``, prorated and halved where asked, rounded as the line's rule says.

        :param quantity: (n,) in the slot's unit
        :param price_micro: (n,) or one number [1e-6 currency per unit, or 1e-6 of a share]
        :param scope: what kind of thing it is to the proration policy, which shares it by days or has a bill owe it
            once; ``None``: it is the row's own
        :param halve: rows that pay one half
        :param present: rows that get a line (all with a quantity unless said)
        :param per: the price is for so many units (10 A)
        :param own: the component's own rounding, before proration (a published price per size)
        :param factor: what the amount is multiplied with, a ratio per row (power factor: hundredths over 100; levy owed)
        :returns: (n,) the amounts [1e-10 currency]
        """
        price = np.broadcast_to(np.asarray(price_micro, dtype=np.int64), (self.usage.rows,))
        owing = None if scope is None else self.owed_once(scope)
        if owing is not None:
            quantity = np.where(owing, quantity, np.int64(0))
            present = None if present is None else present & owing
        amount = self._amount(self._slot[slot].unit, quantity, price, per=per)
        if own is not None:
            amount = to_multiple(amount, unit=own.unit, rounding=own.rounding)
        numerator, denominator = self.full(1), self.full(1)
        if factor is not None:
            amount = self._fitting(amount, factor[0], factor[1])
            amount = share(amount, factor[0], factor[1], unit=EXACT, rounding=self._line.rounding)
        if scope is not None and self._applies(scope):
            numerator = np.where(self._part, self.usage.ratio_num, np.int64(1))
            denominator = np.where(self._part, self.usage.ratio_den, np.int64(1))
            amount = self.prorated(amount, scope)
        if factor is not None:
            numerator, denominator = numerator * factor[0], denominator * np.asarray(factor[1], dtype=np.int64)
        if halve is not None and halve.any():
            half = share(amount, 1, 2, unit=EXACT, rounding=self._line.rounding)
            amount = np.where(halve, half, amount)
            denominator = np.where(halve, denominator * 2, denominator)
        if self._slot[slot].group is not Group.LEVY:
            amount = to_multiple(amount, unit=self._line.unit, rounding=self._line.rounding)
        amount = self._bounded(amount)
        there = quantity != 0 if present is None else present
        self.lines[slot] = Line(quantity, price, numerator, denominator, np.where(there, amount, 0), there)
        return self.lines[slot].amount_e10

    def lay(
        self, slot: str, *, quantity: Int64Array, price_micro: Int64Array, amount_e10: Int64Array, of: Int64Array
    ) -> None:
        """
        Add a line whose amount is a sum of many products: the price is their average, for people.

        :param of: (n,) of how many products; it stands as ``of / of`` where other lines have their share of a month
        """
        amount = self._bounded(to_multiple(amount_e10, unit=self._line.unit, rounding=self._line.rounding))
        self.lines[slot] = Line(quantity, price_micro, of, of, amount, quantity != 0)

    def top_up(self, slot: str, amount_e10: Int64Array) -> None:
        """Add a line whose amount is not a product of the row's own quantities: quantity 1, price to the micro."""
        amount = self._bounded(to_multiple(amount_e10, unit=self._line.unit, rounding=self._line.rounding))
        price = amount // E10_PER_MICRO
        self.lines[slot] = Line(self.full(1), price, self.full(1), self.full(1), amount, amount != 0)

    def _amount(self, unit: Unit, quantity: Int64Array, price: Int64Array, *, per: int) -> Int64Array:
        if unit is Unit.SHARE:
            # The base may be as large as an amount: quotient and remainder go separate ways.
            quantity = self._fitting(quantity, np.abs(price), MICRO)
            size = share(quantity, np.abs(price), MICRO, unit=EXACT, rounding=self._line.rounding)
            return np.where(price < 0, -size, size)
        factor = E10_PER_MICRO // unit.scale
        amount, too_large = product(quantity, price, factor=factor)
        if too_large is not None:
            self.refuse(too_large, Refusal.TOO_LARGE, "amount")
        return amount if per == 1 else share(amount, 1, per, unit=EXACT, rounding=self._line.rounding)

    def _fitting(self, amount: Int64Array, numerator: Int64Array, denominator: Int64Array | int) -> Int64Array:
        """Refuse rows whose share would pass what an amount may hold (many days of outage, a period of many months)."""
        growth = np.maximum(-(-numerator // np.asarray(denominator, dtype=np.int64)), 1)
        if largest(amount) * largest(np.atleast_1d(growth)) <= LIMIT:
            return amount
        too_large = np.abs(amount) > LIMIT // growth
        self.refuse(too_large, Refusal.TOO_LARGE, "amount")
        return np.where(too_large, np.int64(0), amount)

    def _bounded(self, amount: Int64Array) -> Int64Array:
        """Refuse rows whose lines together would pass what a sum may hold."""
        self._bound += largest(amount)
        if self._bound <= LIMIT:
            return amount
        # Rare: look at the rows, in units of 2**10 so that the sum of sizes itself cannot overflow.
        so_far = sum((np.abs(line.amount_e10) >> 10 for line in self.lines.values()), np.abs(amount) >> 10)
        beyond = so_far > (LIMIT >> 10) - len(self.lines) - 1
        self.refuse(beyond, Refusal.TOO_LARGE, "total")
        return np.where(beyond, np.int64(0), amount)

    def sum_of(self, components: Iterable[str]) -> Int64Array:
        """(n,) what the lines of some components come to so far [1e-10 currency]."""
        wanted = set(components)
        total = np.zeros(self.usage.rows, dtype=np.int64)
        for slot in self.slots:
            if slot.component in wanted and slot.code in self.lines:
                total = total + self.lines[slot.code].amount_e10
        return total
