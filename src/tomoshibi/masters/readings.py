"""
An approximation of an area's reading days for years without a published calendar.

Areas read base day after base day on consecutive working days, beginning with the n-th of the month. Published
calendars shift single days, so what comes out is marked approximate.
Source: 基本検針日と実検針日の関係性 (資料7), https://happylibus.com/doc/282197
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from tomoshibi.kernel.periods import Month
from tomoshibi.masters.calendars import Days
from tomoshibi.masters.values import ReadingDay

APRIL = 4


def fiscal_months(fiscal_year: int) -> list[Month]:
    """April of the year to March of the next."""
    return [Month(fiscal_year, APRIL).plus(n) for n in range(12)]


def fiscal_year_of(month: Month) -> int:
    return month.year if month.month >= APRIL else month.year - 1


def approximate_month(
    *, area: str, month: Month, base_days: Sequence[str], first_business_day: int, days: Days
) -> list[ReadingDay]:
    """
    Reading days of every base day of an area in a month.

    The metering day (計量日) is the base day's number as a day of the month, or the month's last day.
    Base days beyond the month's working days share its last one.
    """
    assert all(earlier < later for earlier, later in pairwise(base_days)), "base days are in their order"
    working = days.of_month(month.first)[first_business_day - 1 :]
    return [
        ReadingDay(
            area=area,
            base_day=base_day,
            month=month,
            reading_on=working[min(position, len(working) - 1)],
            metering_on=date(month.year, month.month, min(int(base_day), month.days)),
            approximate=True,
        )
        for position, base_day in enumerate(base_days)
    ]
