"""Maximum demands as a CSV: one line per point and month, with the power factor or the daytime energies it comes from."""

import codecs
import csv
import io
from collections.abc import Callable

import numpy as np
import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.kernel import units
from tomoshibi.kernel.filekinds import is_workbook
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import values
from tomoshibi.rating import power_factor

NAMES = {
    "供給地点特定番号": "spin",
    "月分": "month",
    "最大需要電力": "max_demand_kw",
    "力率": "power_factor",
    "昼間有効電力量": "daytime_kwh",
    "昼間無効電力量": "daytime_kvarh",
}
NEEDED = ("spin", "month", "max_demand_kw")
SPIN_DIGITS = 22


class NotDemands(ValueError):
    """The file is no CSV of demands; the sentences name each line and what is wrong with it."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("; ".join(sentences[:5]))
        self.sentences = sentences


def read(content: bytes) -> pl.DataFrame:
    """
    Read a CSV of demands: all of it, or nothing.

    :param content: UTF-8 (with or without mark) or cp932
    :returns: ``values.DEMAND_ROWS``
    :raises NotDemands: naming every line that cannot be taken
    """
    if is_workbook(content):
        raise NotDemands([_("This is a workbook (xlsx) or a packed file: save the sheet as CSV and choose that file.")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.removeprefix(codecs.BOM_UTF8).decode("cp932")
        except UnicodeDecodeError:
            raise NotDemands([_("the bytes are neither UTF-8 nor cp932")]) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        lines = list(reader)
    except csv.Error as damage:
        reason = {"line": reader.line_num, "reason": damage}
        raise NotDemands([_("line %(line)d: %(reason)s") % reason]) from None
    heading = [NAMES.get(cell.strip(), cell.strip()) for cell in (lines[0] if lines else [])]
    missing = [name for name in NEEDED if name not in heading]
    if missing:
        raise NotDemands([_("the column %(name)s is missing") % {"name": ", ".join(missing)}])
    rows, wrong = [], []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            rows.append(_row(number, _named(heading, cells)))
        except ValueError as reason:
            wrong.append(_("line %(line)d: %(reason)s") % {"line": number, "reason": reason})
    seen = set()
    for row in rows:
        key = (row["spin"], row["month"])
        if key in seen:
            wrong.append(_("line %(line)d: the point and month stand in an earlier line") % {"line": row["row_number"]})
        seen.add(key)
    if wrong:
        raise NotDemands(wrong)
    return pl.DataFrame(rows, schema=values.DEMAND_ROWS)


def _named(heading: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(heading):
        said = {"cells": len(cells), "columns": len(heading)}
        raise ValueError(_("%(cells)d cells under %(columns)d columns") % said)
    return dict(zip(heading, (cell.strip() for cell in cells), strict=True))


def _row(number: int, cells: dict[str, str]) -> dict[str, object]:
    if len(cells["spin"]) != SPIN_DIGITS or not cells["spin"].isdecimal():
        raise ValueError(_("a supply point has 22 digits"))
    demand = _number(cells["max_demand_kw"], units.milli)
    if demand < 0:
        raise ValueError(_("a demand is not negative"))
    return {
        "row_number": number,
        "spin": cells["spin"],
        "month": _month(cells["month"]).number,
        "max_demand_milli": demand,
        "power_factor_percent": _percent(cells),
    }


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError:
        raise ValueError(_("%(value)s is not a month like 2026-10.") % {"value": text}) from None


def _number(text: str, read: Callable[[str], int]) -> int:
    try:
        return read(text)
    except ValueError:
        raise ValueError(_("%(value)s is not a number that fits here.") % {"value": text}) from None


def _percent(cells: dict[str, str]) -> int | None:
    """The power factor as given, or from the energies of the daytime."""
    if cells.get("power_factor"):
        found = (_number(cells["power_factor"], units.milli) + 500) // 1_000
        if not 0 <= found <= power_factor.HUNDRED:
            raise ValueError(_("a power factor lies between 0 and 100 %"))
        return found
    if cells.get("daytime_kwh") and cells.get("daytime_kvarh"):
        active = np.array([_number(cells["daytime_kwh"], units.energy_dwh)], dtype=np.int64)
        reactive = np.array([_number(cells["daytime_kvarh"], units.energy_dwh)], dtype=np.int64)
        if active[0] < 0:
            raise ValueError(_("an energy is not negative"))
        return int(power_factor.percent(active, reactive)[0])
    return None
