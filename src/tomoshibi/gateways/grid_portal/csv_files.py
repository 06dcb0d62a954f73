"""
Confirmed values as CSV, for network companies without messages and for values typed up by hand.

The format is ours and documented in this folder's README. Encoding is detected: UTF-8 (with or without mark) or cp932.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import BinaryIO

import numpy as np

from tomoshibi.gateways.grid_portal import cells
from tomoshibi.gateways.grid_portal.cells import BadCell, HalfHours
from tomoshibi.gateways.grid_portal.confirmed import Gathering, Points, Reading
from tomoshibi.gateways.grid_portal.port import CONFIRMED_ROWS, HALF_HOUR_ROWS, SLOTS, Batch, Limits
from tomoshibi.gateways.grid_portal.stream import opened
from tomoshibi.gateways.problems import BrokenFile, broken, gettext_noop
from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.periods import Month

NO_TEXT = gettext_noop("the bytes are neither UTF-8 nor cp932: %(reason)s")
NO_COLUMN = gettext_noop("the column %(name)s is missing; there are: %(found)s")
COLUMN_TWICE = gettext_noop("the column %(name)s stands twice")
NO_SLOT_OF_DAY = gettext_noop("the column %(name)s is no half-hour of a day, which has 01 to 48")
NOT_CSV = gettext_noop("the line is no CSV: %(reason)s")
BAD_WIDTH = gettext_noop("the line has %(found)s cells instead of %(wanted)s")
BAD_PERIOD = gettext_noop("the last day %(last)s lies before the first %(first)s")
BAD_MONTH = gettext_noop("%(found)r is no month like 2026-10")
BAD_FLAG = gettext_noop("提供可否 is %(found)r instead of 0 (provided) or 1 (refused)")
NO_TOTAL = gettext_noop("the energy is missing")
SAME_DAY = gettext_noop("the point and day stand in line %(first)s already")

NAMES = {
    "供給地点特定番号": "spin",
    "月分": "month",
    "使用期間開始日": "first_day",
    "使用期間終了日": "last_day",
    "使用量": "energy_kwh",
    "使用電力量": "energy_kwh",
    "提供可否": "provision",
    "仕訳コード": "split_code",
    "計器番号": "meter",
    "次回検針予定日": "next_reading_on",
    "お客さま番号": "customer_key",
    "年月日": "day",
}
"""Japanese headings and the names they stand for; either may be used."""
_UNIT = re.compile(r"[(（](?:kwh|ｋＷｈ)[)）]$", re.IGNORECASE)
_DAY = re.compile(r"([0-9]{4})[-/]?([0-9]{1,2})[-/]?([0-9]{1,2})")
_MONTH = re.compile(r"([0-9]{4})[-/]?([0-9]{1,2})")
_SLOT = re.compile(r"s?([0-9]{1,2})")
BLOCK = 1 << 16


def read_confirmed_csv(file: BinaryIO, *, limits: Limits | None = None, points: int = 5_000) -> Iterator[Batch]:
    """
    Monthly totals, one line per point (and meter): batches of ``CONFIRMED_ROWS`` without half-hours.

    Columns ``spin`` and ``energy_kwh`` must be there; ``month``, ``first_day``, ``last_day`` (inclusive),
    ``provision`` (0 or 1), ``split_code``, ``meter``, ``next_reading_on`` and ``customer_key`` may be.

    :param file: CSV, or a ZIP with one CSV; seekable
    :raises BrokenFile: here or while batches are walked
    """
    limits = limits or Limits()
    gathering = Gathering(limits)
    joining = Points(gathering)
    for row, line in _lines(file, required=("spin", "energy_kwh"), limits=limits):
        try:
            joining.put(_reading(row, line))
        except BadCell as error:
            gathering.add_problem(error.at(row))
        if len(gathering) >= points:
            yield gathering.taken(CONFIRMED_ROWS)
    joining.finish()
    if len(gathering) or gathering.problems:
        yield gathering.taken(CONFIRMED_ROWS)


def read_half_hours_csv(file: BinaryIO, *, limits: Limits | None = None, points: int = 5_000) -> Iterator[Batch]:
    """
    Half-hours, one line per point and day: ``spin``, ``day`` and 48 columns ``s01`` to ``s48`` in kWh.

    An empty cell is a missing value. Batches of ``HALF_HOUR_ROWS``.

    :raises BrokenFile: here or while batches are walked
    """
    limits = limits or Limits()
    gathering = Gathering(limits)
    numbers = HalfHours()
    slots = [f"s{slot:02d}" for slot in range(1, SLOTS + 1)]
    first_line: dict[tuple[str, date], int] = {}
    for row, line in _lines(file, required=("spin", "day", *slots), limits=limits):
        try:
            spin, day = cells.spin(line["spin"]), _day(line["day"])
            if first_line.setdefault((spin, day), row) != row:
                raise broken(row, "twice", SAME_DAY, first=first_line[spin, day])
            vector: Int32Array = np.array([numbers[line[slot]] for slot in slots], dtype=np.int32)
        except BadCell as error:
            gathering.add_problem(error.at(row))
        else:
            gathering.add({"row": row, "spin": spin, "day": day, "first_slot": 1, "meters": 1}, vector)
        if len(gathering) >= points:
            yield gathering.taken(HALF_HOUR_ROWS)
    if len(gathering) or gathering.problems:
        yield gathering.taken(HALF_HOUR_ROWS)


def _reading(row: int, line: Mapping[str, str]) -> Reading:
    spin = cells.spin(line["spin"])
    flag = line.get("provision") or "0"
    if flag not in {"0", "1"}:
        raise BadCell("provision", BAD_FLAG, found=flag)
    provided = flag == "0"
    energy = line["energy_kwh"]
    if provided and not energy:
        raise BadCell("total", NO_TOTAL)
    first = _day(line["first_day"]) if line.get("first_day") else None
    last = _day(line["last_day"]) if line.get("last_day") else None
    if first and last and last < first:
        raise BadCell("period", BAD_PERIOD, first=first, last=last)
    energy_dwh = cells.energy_dwh(energy, what="使用量") if provided else None
    values = {
        "month": _month(line["month"]) if line.get("month") else None,
        "provided": provided,
        "energy_dwh": energy_dwh,
        "energy_whole_dwh": None,
        "period_start": first,
        "period_end": last + timedelta(days=1) if last else None,
        "next_reading_on": _day(line["next_reading_on"]) if line.get("next_reading_on") else None,
        "max_demand_milli": None,
        "power_factor_milli": None,
        "customer_key": line.get("customer_key") or None,
        "customer_name": None,
        "place": None,
        "voltage": None,
    }
    nothing: Int32Array = np.empty(0, dtype=np.int32)
    return Reading(row, spin, line.get("split_code") or "1", line.get("meter", ""), values, None, nothing)


def _day(text: str) -> date:
    found = _DAY.fullmatch(text)
    if found:
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass
    raise BadCell("day", cells.BAD_DAY, what="", found=text)


def _month(text: str) -> int:
    found = _MONTH.fullmatch(text)
    if found:
        try:
            return Month(int(found[1]), int(found[2])).number
        except ValueError:
            pass
    raise BadCell("month", BAD_MONTH, found=text)


def _lines(file: BinaryIO, *, required: tuple[str, ...], limits: Limits) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines as cells by column name, with the line's number in the file (the heading is line 1)."""
    encoding = _encoding(file, limits)
    with opened(file, limits=limits) as stream:
        text = io.TextIOWrapper(io.BufferedReader(stream), encoding=encoding, newline="")
        reader = csv.reader(text, strict=True)
        try:
            columns = _columns(next(reader, []), required)
            for cells_of_line in reader:
                if not any(cell.strip() for cell in cells_of_line):
                    continue
                if len(cells_of_line) != len(columns):
                    raise broken(reader.line_num, "width", BAD_WIDTH, found=len(cells_of_line), wanted=len(columns))
                yield reader.line_num, dict(zip(columns, map(str.strip, cells_of_line), strict=True))
        except BrokenFile:
            raise
        except (csv.Error, UnicodeDecodeError) as error:
            raise broken(reader.line_num + 1, "csv", NOT_CSV, reason=str(error)) from error


def _columns(heading: list[str], required: tuple[str, ...]) -> list[str]:
    names = []
    for cell in heading:
        plain = _UNIT.sub("", cell.strip().lstrip("\ufeff"))
        slot = _SLOT.fullmatch(plain)
        names.append(f"s{int(slot[1]):02d}" if slot else NAMES.get(plain, plain))
    for name in required:
        if name not in names:
            raise broken(1, "column", NO_COLUMN, name=name, found=", ".join(names[:20]))
    for name in set(names) - {""}:
        if names.count(name) > 1:
            raise broken(1, "column", COLUMN_TWICE, name=name)
    if "s01" in required:
        # A day of 49 half-hours is one of another clock: to drop one would lose its energy.
        for name in names:
            if name not in required and _SLOT.fullmatch(name):
                raise broken(1, "column", NO_SLOT_OF_DAY, name=name.removeprefix("s"))
    return names


def _encoding(file: BinaryIO, limits: Limits) -> str:
    """One pass through the bytes decides; the file is at its beginning again after it."""
    reason = ""
    for encoding in ("utf-8-sig", "cp932"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with opened(file, limits=limits) as stream:
                while block := stream.read(BLOCK):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            reason = error.reason
        else:
            file.seek(0)
            return encoding
        file.seek(0)
    raise broken(None, "encoding", NO_TEXT, reason=reason)
