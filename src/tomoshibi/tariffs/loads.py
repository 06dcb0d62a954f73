"""Loads for quotes: a number of kWh, twelve monthly values, or a file of half-hours."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from tomoshibi.kernel.halfhours import MISSING, Int32Array
from tomoshibi.kernel.periods import YEARS, Month, Period
from tomoshibi.kernel.units import energy_dwh

SLOTS_A_DAY = 48
SLOT_MINUTES = 30
LONGEST = 80
"""Characters of a row that a sentence shows."""


class UnreadableLoad(ValueError):
    """A load file whose form or a row of it is not understood; the sentence names the row."""


@dataclass(frozen=True)
class Load:
    """
    The use of one bill.

    :param month: the month it is billed in (月分)
    :param half_hours: (days x 48,) of the period, where they are known [0.1 Wh]
    :param max_demand_milli: the largest demand of the period, where it was measured or told [1e-3 kW]
    :param demand_milli: the contract demand on actual demand that follows from it and the months before [1e-3 kW]
    :param power_factor_percent: of the month, where it was told
    :param numbers: other columns of the usage frame that were told, by name: ``reserve_milli``, ``devices_<class>``,
        ``outage_days``, ``band_<register>_dwh`` ...
    """

    month: Month
    period: Period
    energy_dwh: int
    half_hours: Int32Array | None = None
    max_demand_milli: int | None = None
    demand_milli: int | None = None
    power_factor_percent: int | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)


def of_month(month: Month, *, energy_dwh: int, period: Period | None = None) -> Load:
    """One bill; without a period it is the calendar month before the month of the bill."""
    return Load(month, period or month.plus(-1).period, energy_dwh)


def typed_numbers(text: str, *, thousands: bool = False) -> list[str]:
    """
    The numbers that somebody typed or copied out of a sheet, with spaces, tabs or lines between.

    :param thousands: whether a comma may part thousands; it is left out
    """
    plain = unicodedata.normalize("NFKC", text)
    return [one for one in re.split(r"[\s;、]+", plain.replace(",", "") if thousands else plain) if one]


def typed_energies(text: str, *, refused: type[ValueError]) -> list[int]:
    """
    The same as energies from kWh [0.1 Wh]; commas part thousands.

    :param refused: raised with a sentence where one of them is none, or is below zero
    """
    found = []
    for one in typed_numbers(text, thousands=True):
        try:
            found.append(energy_dwh(one))
        except ValueError:
            raise refused(_("%(text)s is not a number of kWh with up to four decimals") % {"text": one}) from None
    if any(one < 0 for one in found):
        raise refused(_("Use is not below zero."))
    return found


def demand_of(half_hour_dwh: int) -> int:
    """
    The mean power of half an hour, which is what maximum demand means: twice its energy [1e-3 kW].

    Source: yonden.co.jp/business/price/determine.html.

    :param half_hour_dwh: energy of half an hour [0.1 Wh]
    """
    return (half_hour_dwh * 2 + 5) // 10


def read(text: str) -> list[Load]:
    """
    Read a load file: ``month,kwh`` (2026-10 is the month of the bill) or ``start,kwh`` (half-hours, each by its start).

    Half-hours are cut into calendar months; each is billed in the month after, and has the largest of its half-hours, twice,
    for its maximum demand. A month that lacks half-hours has none: the missing one may be the largest.

    :raises UnreadableLoad: naming the row
    """
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    try:
        rows = list(reader)
    except csv.Error as damage:
        raise UnreadableLoad(_("row %(row)d: %(damage)s") % {"row": reader.line_num, "damage": damage}) from None
    header = [name.strip().lower() for name in rows[0]] if rows else []
    if header == ["month", "kwh"]:
        return _months(rows[1:])
    if header == ["start", "kwh"]:
        return _half_hours(rows[1:])
    raise UnreadableLoad(_("row 1: a load file begins with the heads month,kwh or start,kwh"))


def _months(rows: list[list[str]]) -> list[Load]:
    found: dict[Month, Load] = {}
    for number, row in enumerate(rows, start=2):
        if row:
            load = _monthly(number, row)
            if load.month in found:
                raise UnreadableLoad(
                    _("row %(row)d: %(start)s stands in the file twice") % {"row": number, "start": row[0]}
                )
            found[load.month] = load
    return list(found.values())


def _monthly(number: int, row: list[str]) -> Load:
    try:
        month, kwh = row
        found = of_month(_usual(Month.parse(month)), energy_dwh=energy_dwh(kwh))
    except ValueError:
        wanted = _("row %(row)d: %(text)s is not a month like 2026-09 and its kWh")
        raise UnreadableLoad(wanted % {"row": number, "text": _shown(row)}) from None
    if found.energy_dwh < 0:
        raise UnreadableLoad(_("row %(row)d: use is not below zero") % {"row": number})
    return found


def _usual(month: Month) -> Month:
    if month.year not in YEARS:
        raise ValueError(f"nobody means {month}")
    return month


def _shown(row: list[str]) -> str:
    """A row in a sentence; one with an open quotation mark goes on to the end of the file."""
    return Truncator(",".join(row).replace("\n", " ")).chars(LONGEST)


def _half_hours(rows: list[list[str]]) -> list[Load]:
    by_month: dict[Month, Int32Array] = {}
    for number, row in enumerate(rows, start=2):
        if not row:
            continue
        try:
            # A third column may be what is left of 1,000 kWh: it is not passed over.
            first, second = row
            start, kwh = datetime.fromisoformat(first.strip().replace("/", "-")), energy_dwh(second)
            month = _usual(Month(start.year, start.month))
        except ValueError:
            wanted = _("row %(row)d: %(text)s is not a start like 2026-09-01T00:30 and its kWh")
            raise UnreadableLoad(wanted % {"row": number, "text": _shown(row)}) from None
        if start.minute % SLOT_MINUTES or start.second or start.microsecond:
            raise UnreadableLoad(_("row %(row)d: half-hours start at :00 or :30") % {"row": number})
        if start.tzinfo is not None:
            raise UnreadableLoad(_("row %(row)d: starts are in local time, without Z or +09:00") % {"row": number})
        if kwh < 0:
            raise UnreadableLoad(_("row %(row)d: use is not below zero") % {"row": number})
        if kwh >= 2**31:
            raise UnreadableLoad(
                _("row %(row)d: %(kwh)s kWh in half an hour are too much") % {"row": number, "kwh": row[1]}
            )
        empty = np.full(month.days * SLOTS_A_DAY, MISSING, dtype=np.int32)
        vector = by_month.setdefault(month, empty)
        slot = (start.day - 1) * SLOTS_A_DAY + (start.hour * 60 + start.minute) // SLOT_MINUTES
        if vector[slot] != MISSING:
            raise UnreadableLoad(
                _("row %(row)d: %(start)s stands in the file twice") % {"row": number, "start": row[0]}
            )
        vector[slot] = kwh
    loads = []
    for month, vector in sorted(by_month.items()):
        known = np.where(vector == MISSING, 0, vector)
        whole = bool((vector != MISSING).all())
        demand = demand_of(int(known.max())) if whole else None
        energy = int(known.sum(dtype=np.int64))
        loads.append(Load(month.plus(1), month.period, energy, vector, max_demand_milli=demand))
    return loads
