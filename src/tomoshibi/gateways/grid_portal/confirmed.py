"""月間確定使用量 (W5): one record of a point becomes one row and one vector."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from lxml import etree

from tomoshibi.gateways.grid_portal import cells
from tomoshibi.gateways.grid_portal.cells import BadCell, HalfHours
from tomoshibi.gateways.grid_portal.port import CONFIRMED_ROWS, SLOTS, Batch, Dialect, Limits
from tomoshibi.gateways.grid_portal.walking import Element, texts
from tomoshibi.gateways.problems import Problem, broken, gettext_noop
from tomoshibi.kernel.halfhours import MISSING, Int32Array
from tomoshibi.kernel.periods import Month

NO_TOTAL = gettext_noop("the point is provided, but its monthly energy is missing")
BAD_CODE = gettext_noop("%(what)s is %(found)r, which is not known")
DAY_TWICE = gettext_noop("the day %(day)s stands twice for one meter")
SLOT_TWICE = gettext_noop("the time code %(slot)s of %(day)s stands twice")
BAD_SLOT = gettext_noop("the time code %(found)r is none of 01 to 48")
TOO_MANY_DAYS = gettext_noop("the half-hours span %(days)s days")
DIFFERENT = gettext_noop("the meters of the point disagree: %(what)s")
TWICE = gettext_noop("the point stands in record %(first)s already, with the same meter")
APART = gettext_noop("the point stands in record %(first)s already; meters of one point must follow each other")
TOO_MANY_PROBLEMS = gettext_noop("more than %(limit)s records cannot be read")

ALL_SLOTS = [f"{slot:02d}" for slot in range(1, SLOTS + 1)]
SLOT_OF = {text: index for index, text in enumerate(ALL_SLOTS)} | {str(n): n - 1 for n in range(1, 10)}


@dataclass(frozen=True)
class Reading:
    """One record of the file: a point, or one meter of it."""

    row: int
    spin: str
    split_code: str
    meter: str
    values: dict[str, Any]
    first_day: date | None
    half_hours_dwh: Int32Array


class RecordReader:
    """Reads the record elements of one message; remembers its dialect, namespace and texts of numbers."""

    def __init__(self, *, namespace: str | None, dialect: Dialect, month: Month | None, limits: Limits) -> None:
        d = self._dialect = dialect
        self._month = month.number if month else None
        self._limits = limits
        self._numbers = HalfHours()
        self._prefix = f"{{{namespace}}}" if namespace else ""
        p, spaces = ("m:", {"m": namespace}) if namespace else ("", None)

        def path(expression: str) -> Any:
            return etree.XPath(expression, namespaces=spaces, smart_strings=False)

        one_day = f"{p}{d.days}/{p}{d.day}"
        slot = f"{one_day}/{p}{d.slots}/{p}{d.half_hour}"
        self._dates = path(f"{one_day}/{p}{d.day_on}/text()")
        self._codes = path(f"{slot}/{p}{d.slot}/text()")
        self._quantities = {tag: path(f"{slot}/{p}{tag}/text()") for tag in (d.half_hour_whole, d.half_hour_part)}
        # Regular: one group of days, each day with its date and 48 slots, each slot with one code and one quantity.
        self._irregular = {
            tag: path(
                f"count({p}{d.days}) != 1"
                f" or {one_day}[count({p}{d.day_on}) != 1 or count({p}{d.slots}) != 1"
                f" or count({p}{d.slots}/{p}{d.half_hour}) != {SLOTS}]"
                f" or {slot}[count({p}{d.slot}/text()) != 1 or count({p}{tag}/text()) != 1]"
            )
            for tag in self._quantities
        }
        self._groups = path(f".//{p}{d.days}")

    def read(self, element: Element, row: int) -> Reading:
        """
        One record.

        :raises BadCell: with the reason why it cannot be used
        """
        d = self._dialect
        found = texts(element)
        spin = cells.spin(found.get(d.spin))
        split = found.get(d.split) or d.split_whole
        if split not in {d.split_whole, d.split_part}:
            raise BadCell("split", BAD_CODE, what="仕訳コード", found=split)
        provision = found.get(d.provision) or d.provided
        if provision not in {d.provided, d.refused}:
            raise BadCell("provision", BAD_CODE, what="提供可否コード", found=provision)
        provided = provision == d.provided
        values = self._values(found, split=split, provided=provided)
        first_day, half_hours = self._half_hours(element, split=split) if provided else (None, _NOTHING)
        return Reading(row, spin, split, found.get(d.meter_key, ""), values, first_day, half_hours)

    def _values(self, found: dict[str, str], *, split: str, provided: bool) -> dict[str, Any]:
        d = self._dialect
        whole, part = found.get(d.energy_whole), found.get(d.energy_part)
        # Split code 1 means all of it is ours: either of the two totals says the same.
        ours = part if split == d.split_part else (whole or part)
        if provided and not ours:
            raise BadCell("total", NO_TOTAL)
        next_reading = found.get(d.next_reading)
        demand, factor = found.get(d.max_demand), found.get(d.power_factor)
        return {
            "month": self._month,
            "provided": provided,
            "energy_dwh": cells.energy_dwh(ours, what="月間電力量") if provided and ours else None,
            "energy_whole_dwh": cells.energy_dwh(whole, what="月間電力量 全量") if provided and whole else None,
            "next_reading_on": cells.day(next_reading, what="次回定例検針予定日") if next_reading else None,
            "max_demand_milli": cells.milli(demand, what="最大需要電力") if demand else None,
            "power_factor_milli": cells.milli(factor, what="力率") if factor else None,
            "customer_key": found.get(d.customer_key),
            "customer_name": found.get(d.customer_name),
            "place": found.get(d.place),
            "voltage": found.get(d.voltage),
        }

    def _half_hours(self, element: Element, *, split: str) -> tuple[date | None, Int32Array]:
        tag = self._dialect.half_hour_part if split == self._dialect.split_part else self._dialect.half_hour_whole
        if not self._irregular[tag](element):
            regular = self._regular(element, tag)
            if regular:
                return regular
        return self._tolerant(element, tag)

    def _regular(self, element: Element, tag: str) -> tuple[date, Int32Array] | None:
        """The fast way: whole days in a row, every slot there and in order; nothing if it is otherwise."""
        dates = [cells.day(text, what="確定使用量対象年月日") for text in self._dates(element)]
        follows = all(later - earlier == timedelta(days=1) for earlier, later in pairwise(dates))
        if not dates or not follows or len(dates) > self._limits.days_per_point:
            return None
        if self._codes(element) != ALL_SLOTS * len(dates):
            return None
        numbers = self._numbers
        return dates[0], np.array([numbers[text] for text in self._quantities[tag](element)], dtype=np.int32)

    def _tolerant(self, element: Element, tag: str) -> tuple[date | None, Int32Array]:
        """Slot by slot: gaps stay missing, several groups of days (meters) are summed."""
        groups = [self._days_of(group, tag) for group in self._groups(element)]
        days = sorted({day for group in groups for day in group})
        if not days:
            return None, _NOTHING
        span = (days[-1] - days[0]).days + 1
        if span > self._limits.days_per_point:
            raise BadCell("days", TOO_MANY_DAYS, days=span)
        vectors = []
        for group in groups:
            matrix = np.full((span, SLOTS), MISSING, dtype=np.int32)
            for day, slots in group.items():
                for slot, quantity in slots.items():
                    matrix[(day - days[0]).days, slot] = quantity
            vectors.append(matrix.ravel())
        return days[0], summed(vectors)

    def _days_of(self, group: Element, tag: str) -> dict[date, dict[int, int]]:
        d = self._dialect
        found: dict[date, dict[int, int]] = {}
        for element in group.iterchildren(self._prefix + d.day):
            day = cells.day(texts(element).get(d.day_on, ""), what="確定使用量対象年月日")
            if day in found:
                raise BadCell("day", DAY_TWICE, day=day)
            slots = found[day] = {}
            for one in element.iter(self._prefix + d.half_hour):
                cell = texts(one)
                slot = SLOT_OF.get(cell.get(d.slot, ""))
                if slot is None:
                    raise BadCell("slot", BAD_SLOT, found=cell.get(d.slot, ""))
                if slot in slots:
                    raise BadCell("slot", SLOT_TWICE, slot=slot + 1, day=day)
                slots[slot] = self._numbers[cell.get(tag, "")]
        return found


_NOTHING: Int32Array = np.empty(0, dtype=np.int32)


def summed(vectors: list[Int32Array]) -> Int32Array:
    """
    Vectors of several meters of one point, slot by slot; missing at one is missing for all.

    :raises BadCell: if a sum does not fit
    """
    if len(vectors) == 1:
        return vectors[0]
    stack = np.stack(vectors)
    total = stack.astype(np.int64).sum(axis=0)
    lacks = (stack == MISSING).any(axis=0)
    if (total[~lacks] > cells.INT32).any():
        raise BadCell("number", cells.TOO_LARGE, what="30分電力量", found=int(total[~lacks].max()))
    return np.where(lacks, np.int64(MISSING), total).astype(np.int32)


@dataclass
class Gathering:
    """Rows and vectors on their way into a batch."""

    limits: Limits
    columns: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    vectors: list[Int32Array] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen_problems: int = 0
    offset: int = 0

    def __len__(self) -> int:
        return len(self.columns["row"])

    def add(self, values: dict[str, Any], vector: Int32Array) -> None:
        for name, value in values.items():
            self.columns[name].append(value)
        self.columns["half_hours_from"].append(self.offset)
        self.columns["half_hours_count"].append(vector.size)
        self.vectors.append(vector)
        self.offset += vector.size

    def add_problem(self, found: Problem) -> None:
        """
        A record that cannot be read.

        :raises BrokenFile: when there are more than a file may have
        """
        self.problems.append(found)
        self.seen_problems += 1
        if self.seen_problems > self.limits.problems:
            raise broken(None, "problems", TOO_MANY_PROBLEMS, limit=self.limits.problems)

    def taken(self, schema: Any) -> Batch:
        """The batch so far; gathering starts again."""
        records = pl.DataFrame({name: self.columns[name] for name in schema}, schema=dict(schema))
        half_hours = np.concatenate(self.vectors) if self.vectors else _NOTHING
        batch = Batch(records, half_hours, tuple(self.problems))
        self.columns, self.vectors, self.problems, self.offset = defaultdict(list), [], [], 0
        return batch


class Points:
    """Joins the meters of one point, which follow each other, and keeps points unique within the file."""

    def __init__(self, gathering: Gathering) -> None:
        self._gathering = gathering
        self._waiting: list[Reading] = []
        self._first_row: dict[tuple[str, str], int] = {}

    def put(self, reading: Reading) -> None:
        """
        The next record.

        :raises BrokenFile: if its point was finished before: half of it may have been used already
        """
        key = (reading.spin, reading.split_code)
        if self._waiting and (self._waiting[0].spin, self._waiting[0].split_code) == key:
            self._waiting.append(reading)
            return
        self.finish()
        if key in self._first_row:
            raise broken(reading.row, "apart", APART, first=self._first_row[key])
        self._first_row[key] = reading.row
        self._waiting = [reading]

    def finish(self) -> None:
        """Write the point that waits for further meters."""
        readings, self._waiting = self._waiting, []
        if not readings:
            return
        try:
            values, vector = joined(readings)
        except BadCell as error:
            self._gathering.add_problem(error.at(readings[0].row))
        else:
            self._gathering.add(values, vector)


def joined(readings: list[Reading]) -> tuple[dict[str, Any], Int32Array]:
    """
    The meters of one point as one row.

    :raises BadCell: if they are not different meters of the same days
    """
    first = readings[0]
    meters: dict[str, int] = {}
    for one in readings:
        if one.meter in meters:
            raise BadCell("twice", TWICE, first=meters[one.meter])
        meters[one.meter] = one.row
    if len({one.values["provided"] for one in readings}) > 1:
        raise BadCell("meters", DIFFERENT, what="提供可否コード")
    if len({(one.first_day, one.half_hours_dwh.size, one.values.get("period_start")) for one in readings}) > 1:
        raise BadCell("meters", DIFFERENT, what="確定使用量対象年月日")
    vector = summed([one.half_hours_dwh for one in readings])
    values = {"row": first.row, "spin": first.spin, "split_code": first.split_code, **first.values}
    for name in ("energy_dwh", "energy_whole_dwh"):
        parts = [one.values[name] for one in readings]
        values[name] = None if None in parts else sum(parts)
    if len(readings) > 1:
        # The highest demands of two meters need not meet in time: the sum is unknown.
        values["max_demand_milli"] = None
        values["power_factor_milli"] = None
    if first.first_day:
        values["period_start"] = first.first_day
        values["period_end"] = first.first_day + timedelta(days=vector.size // SLOTS)
    return {"period_start": None, "period_end": None, **values, "meters": len(readings)}, vector


def batches(
    elements: Iterator[tuple[int, Element]], *, reader: RecordReader, limits: Limits, points: int
) -> Iterator[Batch]:
    """Batches of about ``points`` points; the elements may be forgotten as soon as the next one is asked for."""
    gathering = Gathering(limits)
    joining = Points(gathering)
    for row, element in elements:
        try:
            joining.put(reader.read(element, row))
        except BadCell as error:
            gathering.add_problem(error.at(row))
        if len(gathering) >= points:
            yield gathering.taken(CONFIRMED_ROWS)
    joining.finish()
    if len(gathering) or gathering.problems:
        yield gathering.taken(CONFIRMED_ROWS)
