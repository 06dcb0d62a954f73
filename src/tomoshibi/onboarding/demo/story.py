"""When the demo plays, and how large it is."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tomoshibi.kernel.periods import Month

SEED = 20261104
CUSTOMERS = 2_000
NOW = datetime(2026, 11, 4, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
FIRST_MONTH = Month(2025, 8)
"""The first reading month with a confirmed total."""
BILLED = (Month(2026, 7), Month(2026, 8), Month(2026, 9))
BILLED_ON = {
    Month(2026, 7): date(2026, 8, 5),
    Month(2026, 8): date(2026, 9, 4),
    Month(2026, 9): date(2026, 10, 6),
}
OPEN = Month(2026, 10)
"""The month whose files wait at the grid companies."""
OPENING = date(2024, 4, 1)
"""The invented retailer's first day; the house was set up with its data in the first billed month."""
AREAS = {"03": 0.38, "06": 0.20, "04": 0.14, "09": 0.12, "01": 0.09, "08": 0.07}
"""Area -> share of the customers."""
RETAILER = "55555"
"""The invented retailer's code at the grid companies."""
KINDS = {"household": 0.80, "solar": 0.09, "shop": 0.11}
MOVED_OUT, MOVED_IN = 36, 24
"""Customers who leave in the last months, and those who come to a point that somebody left."""


def at_nine(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=NOW.tzinfo)


def known_on(month: Month) -> date:
    """When the values of a month were there: the day before its bills, or before the house's first."""
    return BILLED_ON[max(month, BILLED[0])] - timedelta(days=1)


def months_taken_over() -> list[Month]:
    """Reading months whose totals were taken over, oldest first."""
    months, month = [], FIRST_MONTH
    while month < OPEN:
        months.append(month)
        month = month.plus(1)
    return months
