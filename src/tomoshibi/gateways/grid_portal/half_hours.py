"""30分電力量 (W4): values come slot by slot over all points and leave as one vector per point and day."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from tomoshibi.gateways.grid_portal import cells
from tomoshibi.gateways.grid_portal.cells import BadCell, HalfHours
from tomoshibi.gateways.grid_portal.confirmed import BAD_SLOT, SLOT_OF, Gathering, summed
from tomoshibi.gateways.grid_portal.port import HALF_HOUR_ROWS, Batch, Dialect, Limits
from tomoshibi.gateways.grid_portal.walking import Element, texts
from tomoshibi.gateways.problems import gettext_noop
from tomoshibi.kernel.halfhours import MISSING, Int32Array

TWICE = gettext_noop("time code %(slot)s of meter %(meter)r stands twice")
GROWTH = 1024
UNSEEN = np.int32(-1)
"""No value is negative, so this marks what the file has not said yet."""


class Table:
    """
    The half-hours of one day, one line per meter: 192 bytes each, whatever the size of the file.

    :param slots: columns; 48, or 1 in a file of one slot
    """

    def __init__(self, *, slots: int, quantity: str, dialect: Dialect, gathering: Gathering) -> None:
        self._slots = slots
        self._quantity = quantity
        self._dialect = dialect
        self._gathering = gathering
        self._numbers = HalfHours()
        self._values: Int32Array = np.full((GROWTH, slots), UNSEEN, dtype=np.int32)
        self._lines: dict[str, dict[str, int]] = {}
        self._used = 0
        self._first_row: dict[str, int] = {}
        self._bad: set[str] = set()

    def put(self, element: Element, row: int, slot: int) -> None:
        """One value; a point with a value that cannot be read is left out as a whole and named once."""
        found = texts(element)
        spin = ""
        try:
            spin = cells.spin(found.get(self._dialect.spin))
            usable = found.get(self._dialect.quality, self._dialect.usable) == self._dialect.usable
            value = self._numbers[found.get(self._quantity, "")] if usable else int(MISSING)
            meter = found.get(self._dialect.meter_key, "")
            self._set(self._line(spin, meter, row), slot, value, meter=meter)
        except BadCell as error:
            if not spin or spin not in self._bad:
                self._gathering.add_problem(error.at(row))
            if spin:
                self._bad.add(spin)

    def _set(self, line: int, slot: int, value: int, *, meter: str) -> None:
        if self._values[line, slot] != UNSEEN:
            raise BadCell("twice", TWICE, slot=f"{slot + 1:02d}", meter=meter)
        self._values[line, slot] = value

    def _line(self, spin: str, meter: str, row: int) -> int:
        meters = self._lines.setdefault(spin, {})
        if meter not in meters:
            if self._used == len(self._values):
                grown = np.full((self._used * 2, self._slots), UNSEEN, dtype=np.int32)
                grown[: self._used] = self._values
                self._values = grown
            meters[meter] = self._used
            self._used += 1
            self._first_row.setdefault(spin, row)
        return meters[meter]

    def points(self) -> Iterator[tuple[int, str, int, Int32Array]]:
        """Row, identifier, number of meters and vector of every point that could be read."""
        values = np.where(self._values == UNSEEN, MISSING, self._values)
        for spin, meters in self._lines.items():
            if spin in self._bad:
                continue
            try:
                vector = summed([values[line] for line in meters.values()])
            except BadCell as error:
                self._gathering.add_problem(error.at(self._first_row[spin]))
                continue
            yield self._first_row[spin], spin, len(meters), vector


def slot_of(code: str) -> int:
    """
    A time code as an index from 0.

    :raises BadCell: if it is none of 01 to 48
    """
    if code not in SLOT_OF:
        raise BadCell("slot", BAD_SLOT, found=code)
    return SLOT_OF[code]


def batches(
    table: Table, *, day: date, first_slot: int, gathering: Gathering, points: int, limits: Limits
) -> Iterator[Batch]:
    """Batches of a table that has been filled."""
    assert gathering.limits is limits, "one file, one set of limits"
    for row, spin, meters, vector in table.points():
        gathering.add({"row": row, "spin": spin, "day": day, "first_slot": first_slot, "meters": meters}, vector)
        if len(gathering) >= points:
            yield gathering.taken(HALF_HOUR_ROWS)
    if len(gathering) or gathering.problems:
        yield gathering.taken(HALF_HOUR_ROWS)
