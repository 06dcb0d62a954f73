"""
How figures and dates are written on screen.

Thousands separators, a real minus sign, dates in ISO form. These give plain text; colour and alignment belong to
the template filters and list columns that use them.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.ui.currency import Currency, current

MINUS = "−"


def integer(value: int) -> str:
    """``-1204311`` as ``−1,204,311``."""
    return f"{MINUS}{-value:,}" if value < 0 else f"{value:,}"


def decimal(value: int, *, scale: int, decimals: int | None = None) -> str:
    """
    A scaled integer as a decimal with thousands separators.

    :param decimals: how many to show (exact: never rounds away a digit); all that the value has when not given
    """
    places = len(str(scale)) - 1
    whole, rest = divmod(abs(value), scale)
    tail = f"{rest:0{places}d}".rstrip("0") if places else ""
    if decimals is not None:
        tail = tail.ljust(decimals, "0")
    sign = MINUS if value < 0 else ""
    return f"{sign}{whole:,}.{tail}" if tail else f"{sign}{whole:,}"


def money(amount_minor: int, currency: Currency | None = None) -> str:
    """An amount in the smallest unit: ``28114`` yen as ``28,114``, ``2811405`` fen as ``28,114.05``."""
    used = currency or current()
    return decimal(amount_minor, scale=used.scale, decimals=used.exponent)


def kwh(energy_dwh: int, decimals: int | None = None) -> str:
    """Energy [0.1 Wh] in kWh, with the decimals that the value has."""
    return decimal(energy_dwh, scale=DWH_PER_KWH, decimals=decimals)


def percent(ratio_ppm: int, decimals: int | None = None) -> str:
    """A ratio [1e-6] in percent: ``100000`` as ``10%``."""
    return f"{decimal(ratio_ppm, scale=10_000, decimals=decimals)}%"


def day(value: date) -> str:
    """A day; of a moment the day at the company's place, as the database gives moments at Greenwich."""
    return value.isoformat() if not isinstance(value, datetime) else _local(value).date().isoformat()


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def day_with_weekday(value: date) -> str:
    """``2026-11-20 (金)``: where a deadline is meant."""
    return f"{day(value)} ({date_format(_local(value) if isinstance(value, datetime) else value, 'D')})"


def day_in_words(value: date) -> str:
    """``2026年11月20日`` where the language writes dates so; ISO elsewhere. For documents and letters."""
    if (get_language() or "").startswith(("ja", "zh")):
        return f"{value.year}年{value.month}月{value.day}日"
    return day(value)


def moment(value: datetime) -> str:
    """A point in time at the company's place, to the minute."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


def month(value: Month | int | date) -> str:
    """A billing month (a ``Month``, ``202610``, or a day in it) as ``2026-10``."""
    if isinstance(value, Month):
        return str(value)
    return str(Month.from_number(value) if isinstance(value, int) else Month.of(value))


def period(value: Period) -> str:
    """First and last day: the half-open end is for programs, people read the last day that counts."""
    last = date.fromordinal(value.end.toordinal() - 1)
    return f"{day(value.start)} – {day(last)}"


def duration(seconds: float) -> str:
    """How long something took or takes, in the two largest units."""
    whole = int(seconds)
    if whole < 60:  # noqa: PLR2004
        return _("%(n)d s") % {"n": whole}
    if whole < 3600:  # noqa: PLR2004
        return _("%(m)d min %(s)d s") % {"m": whole // 60, "s": whole % 60}
    return _("%(h)d h %(m)d min") % {"h": whole // 3600, "m": whole % 3600 // 60}


def exact(value: Any) -> Decimal:
    """A number that a spreadsheet may take."""
    return value if isinstance(value, Decimal) else Decimal(value)
