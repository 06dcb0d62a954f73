"""Holidays, business days, reading and metering days."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import readings, values
from tomoshibi.masters.calendars import Days
from tomoshibi.masters.models import Holiday, ReadingDay
from tomoshibi.masters.queries.rates import areas
from tomoshibi.masters.queries.validity import MasterMissing

_CALENDAR = {
    "month": pl.Int64,
    "area": pl.String,
    "base_day": pl.String,
    "reading_on": pl.Date,
    "metering_on": pl.Date,
    "approximate": pl.Boolean,
}
NATIONAL, BANK, WORKDAY = "national", "bank", "workday"


def is_holiday(day: date, *, area: str | None = None) -> bool:
    """Whether a day is a national holiday, or one of an area (weekends are not holidays)."""
    return Holiday.objects.filter(day=day, scope__in={NATIONAL, area or NATIONAL}).exists()


def is_bank_business_day(day: date) -> bool:
    return days_of(start=day, end=day + timedelta(days=1), scopes=(NATIONAL, BANK)).is_business_day(day)


def add_bank_business_days(day: date, n: int) -> date:
    """The bank business day ``n`` after (before, if negative) a day; 0: the day itself or the next one open."""
    return _days_around(day, n, scopes=(NATIONAL, BANK)).add(day, n)


def add_business_days(day: date, n: int, *, area: str | None = None) -> date:
    """The same for working days: weekdays but national holidays, and the area's own where one is named."""
    return _days_around(day, n, scopes=(NATIONAL, *([area] if area else []))).add(day, n)


def days_of(*, start: date, end: date, scopes: Sequence[str], works_saturday: bool = False) -> Days:
    """
    The working days of ``[start, end)``, to ask many times with one query.

    :param scopes: ``national``, ``bank`` and area codes whose holidays count
    """
    rows = Holiday.objects.filter(day__gte=start, day__lt=end, scope__in={*scopes, WORKDAY})
    found = list(rows.values_list("day", "scope"))
    return Days(
        [day for day, scope in found if scope != WORKDAY],
        [day for day, scope in found if scope == WORKDAY],
        works_saturday=works_saturday,
    )


def bank_days_of_year(*, year: int) -> Days:
    """Bank business days of a year and two months around it."""
    return days_of(start=date(year - 1, 11, 1), end=date(year + 1, 3, 1), scopes=(NATIONAL, BANK))


def holidays(*, year: int, scope: str = "") -> list[values.Holiday]:
    rows = Holiday.objects.filter(day__year=year).order_by("day", "scope")
    rows = rows.filter(scope=scope) if scope else rows
    return [values.Holiday(row.day, row.scope, row.name) for row in rows]


def holidays_between(*, start: date, end: date) -> list[values.Holiday]:
    """Holidays of all scopes of ``[start, end)``."""
    rows = Holiday.objects.filter(day__gte=start, day__lt=end).order_by("day", "scope")
    return [values.Holiday(row.day, row.scope, row.name) for row in rows]


def holiday_years() -> set[int]:
    """Calendar years whose national holidays are known."""
    return {day.year for day in Holiday.objects.filter(scope=NATIONAL).dates("day", "year")}


def _days_around(day: date, n: int, *, scopes: Sequence[str]) -> Days:
    # Closed days never fill more than half of three weeks, so three days a business day and a month are enough.
    reach = timedelta(days=abs(n) * 3 + 31)
    return days_of(start=day - reach, end=day + reach, scopes=scopes)


def reading_day(*, area: str, base_day: str, month: Month) -> values.ReadingDay:
    """
    When a base day's points are read and cut in a month.

    :raises MasterMissing: if the calendar holds no such row; import it, or generate an approximation
    """
    row = ReadingDay.objects.filter(area=area, base_day=base_day, month=month.number).first()
    if row is None:
        raise MasterMissing(
            _("no reading day of base day %(base)s in area %(area)s for %(month)s: import the area's calendar")
            % {"base": base_day, "area": area, "month": month}
        )
    return _reading(row)


def reading_days(*, month: Month, area: str | None = None) -> list[values.ReadingDay]:
    """All base days of a month, of one area or of all, in the order of reading."""
    rows = ReadingDay.objects.filter(month=month.number)
    rows = rows.filter(area=area) if area else rows
    return [_reading(row) for row in rows.order_by("area", "reading_on", "base_day")]


def reading_calendar(*, months: Sequence[Month]) -> pl.DataFrame:
    """
    All base days of some months in all areas, for whoever looks up many: an object for each costs more than their reading.

    :returns: ``month, area, base_day, reading_on, metering_on, approximate``, by month, area and day of reading
    """
    rows = ReadingDay.objects.filter(month__in=[month.number for month in months])
    rows = rows.order_by("month", "area", "reading_on", "base_day")
    found = list(rows.values_list(*_CALENDAR))
    return pl.DataFrame(found, schema=_CALENDAR, orient="row")


def reading_days_of_year(*, area: str, fiscal_year: int) -> list[values.ReadingDay]:
    rows = ReadingDay.objects.filter(area=area, fiscal_year=fiscal_year)
    return [_reading(row) for row in rows.order_by("base_day", "month")]


def base_days(*, area: str, month: Month) -> list[str]:
    rows = ReadingDay.objects.filter(area=area, month=month.number)
    return list(rows.order_by("base_day").values_list("base_day", flat=True))


def usual_area() -> str:
    """The area that pages begin with: Tokyo, or the first province that is read."""
    known = areas()
    read = ReadingDay.objects.filter(area__in=list(known)).order_by("area").values_list("area", flat=True).first()
    return "03" if "03" in known else read or next(iter(known))


def fiscal_year_of(month: Month) -> int:
    return readings.fiscal_year_of(month)


def _reading(row: ReadingDay) -> values.ReadingDay:
    return values.ReadingDay(
        row.area, row.base_day, Month.from_number(row.month), row.reading_on, row.metering_on, row.approximate
    )
