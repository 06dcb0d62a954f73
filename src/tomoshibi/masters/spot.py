"""
Files of the day-ahead market: its yearly or daily CSV, or one of the form ``day,slot,system,01 ... 09``.

The market's file names its columns in Japanese (受渡日, 時刻コード, システムプライス, エリアプライス東京 ...), one row per
half-hour, 1 to 48. Saved again by a spreadsheet its days lose their zeros and empty rows follow at its end: both are
taken. An empty cell means that the market has no price there.
"""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tomoshibi.kernel.filekinds import is_workbook
from tomoshibi.kernel.units import micro
from tomoshibi.masters.sheets import BadSheet
from tomoshibi.masters.values import AREA_CODE_BY_NAME, AREAS, SPOT_LIMIT_MICRO, SPOT_SLOTS, SYSTEM_PRICE, RowError

LARGEST_FILE = 20_000_000
MOST_ERRORS = 200
_DAYS, _SLOTS = ("受渡日", "年月日", "day"), ("時刻コード", "slot")
_SYSTEM, _AREA = ("システムプライス", "system"), "エリアプライス"
Vector = list[int | None]
Days = dict[tuple[str, date], Vector]


@dataclass(frozen=True)
class _Header:
    day: int
    slot: int
    areas: dict[int, str]


def read(content: bytes) -> Days:
    """
    The prices of a file, one vector per area and day [1e-6 yen/kWh]; areas without a price on a day are left out.

    :raises BadSheet: naming each refused row and its reason; nothing is taken then
    """
    reader = csv.reader(io.StringIO(_text(content), newline=""))
    try:
        rows = list(reader)
    except csv.Error as wrong:
        raise BadSheet([RowError(reader.line_num, "", _("not a CSV line: %(why)s") % {"why": wrong})]) from None
    if not rows:
        raise BadSheet([RowError(1, "", _("the file is empty"))])
    header = _header([cell.strip() for cell in rows[0]])
    found: Days = {}
    seen: set[tuple[date, int]] = set()
    errors: list[RowError] = []
    for line, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            _take(cells, header, found, seen, line)
        except BadSheet as refused:
            errors += refused.errors
            if len(errors) >= MOST_ERRORS:
                break
    if errors:
        raise BadSheet(errors)
    if not seen:
        raise BadSheet([RowError(2, "", _("the file has no prices"))])
    return {key: vector for key, vector in found.items() if any(price is not None for price in vector)}


def _text(content: bytes) -> str:
    if is_workbook(content):
        workbook = _("This is a workbook (xlsx) or a packed file: save the sheet as CSV and choose that file.")
        raise BadSheet([RowError(1, "", workbook)])
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSheet([RowError(1, "", _("the file is neither UTF-8 nor Shift_JIS"))])


def _header(names: list[str]) -> _Header:
    day = next((n for n, name in enumerate(names) if name.startswith(_DAYS)), None)
    slot = next((n for n, name in enumerate(names) if name.startswith(_SLOTS)), None)
    areas = {n: area for n, name in enumerate(names) if (area := _area(name))}
    missing = [names[0] for place, names in ((day, _DAYS), (slot, _SLOTS)) if place is None]
    if day is None or slot is None or not areas:
        missing += [] if areas else [_AREA]
        raise BadSheet([RowError(1, ", ".join(missing), _("a column of the market's file is missing"))])
    if len(set(areas.values())) != len(areas):
        raise BadSheet([RowError(1, "", _("an area stands in two columns"))])
    return _Header(day, slot, areas)


def _area(name: str) -> str:
    """The area whose price a column holds; empty for other columns (volumes, block bids, averages)."""
    if name.startswith(_SYSTEM):
        return SYSTEM_PRICE
    if name.startswith(_AREA):
        return AREA_CODE_BY_NAME.get(re.sub(r"[(（].*", "", name.removeprefix(_AREA)).strip(), "")
    return name if name in AREAS else ""


def _take(cells: list[str], header: _Header, found: Days, seen: set[tuple[date, int]], line: int) -> None:
    if len(cells) <= max(header.day, header.slot, *header.areas):
        raise BadSheet([RowError(line, "", _("the row is shorter than the header"))])
    day, slot = _day(cells[header.day], line), _slot(cells[header.slot], line)
    if (day, slot) in seen:
        text = _("slot %(slot)d of %(day)s stands in the file twice") % {"slot": slot + 1, "day": day}
        raise BadSheet([RowError(line, "", text)])
    seen.add((day, slot))
    errors = []
    for place, area in header.areas.items():
        vector = found.setdefault((area, day), [None] * SPOT_SLOTS)
        try:
            vector[slot] = _price(cells[place])
        except ValueError as wrong:
            errors.append(RowError(line, area, str(wrong)))
    if errors:
        raise BadSheet(errors)


def _day(text: str, line: int) -> date:
    parts = re.fullmatch(r"(\d{4})[/-]?(\d{1,2})[/-]?(\d{1,2})", text.strip())
    try:
        return date(*(int(part) for part in parts.groups())) if parts else date.fromisoformat(text.strip())
    except ValueError:
        raise BadSheet([RowError(line, _DAYS[0], _("%(text)s is no day") % {"text": text.strip() or "–"})]) from None


def _slot(text: str, line: int) -> int:
    number = int(text) if text.strip().isdecimal() else 0
    if not 1 <= number <= SPOT_SLOTS:
        raise BadSheet([RowError(line, _SLOTS[0], _("a slot is a number from 1 to 48"))])
    return number - 1


def _price(text: str) -> int | None:
    text = text.strip().replace(",", "")
    if not text:
        return None
    price = micro(text)
    if not 0 <= price <= SPOT_LIMIT_MICRO:
        raise ValueError(_("%(price)s yen is no spot price") % {"price": text})
    return price
