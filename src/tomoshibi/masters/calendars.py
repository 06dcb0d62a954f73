"""Business days: pure arithmetic over sets of closed days."""

from collections.abc import Collection
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6


class Days:
    """
    Which days are worked.

    :param closed: holidays and closures
    :param opened: weekend days that are worked in exchange (中国 调休)
    :param works_saturday: Saturdays count as working days
    """

    def __init__(
        self, closed: Collection[date], opened: Collection[date] = (), *, works_saturday: bool = False
    ) -> None:
        self._closed = frozenset(closed)
        self._opened = frozenset(opened)
        self._weekend = {SUNDAY} if works_saturday else {SATURDAY, SUNDAY}

    def is_business_day(self, day: date) -> bool:
        if day in self._opened:
            return True
        return day.weekday() not in self._weekend and day not in self._closed

    def next_or_same(self, day: date) -> date:
        while not self.is_business_day(day):
            day += ONE_DAY
        return day

    def previous_or_same(self, day: date) -> date:
        while not self.is_business_day(day):
            day -= ONE_DAY
        return day

    def add(self, day: date, days: int) -> date:
        """
        The business day ``days`` after (before, if negative) a day.

        Zero gives the day itself, or the next business day if it is none. Counting starts from the day itself whether
        or not it is a business day: one after a Sunday is the Monday.
        """
        if days == 0:
            return self.next_or_same(day)
        step = ONE_DAY if days > 0 else -ONE_DAY
        left = abs(days)
        while left:
            day += step
            if self.is_business_day(day):
                left -= 1
        return day

    def between(self, start: date, end: date) -> int:
        """Business days of ``[start, end)``."""
        return sum(self.is_business_day(start + timedelta(days=n)) for n in range((end - start).days))

    def of_month(self, first: date) -> list[date]:
        """The business days of the month that begins with ``first``."""
        days = [first + timedelta(days=n) for n in range(31)]
        return [day for day in days if day.month == first.month and self.is_business_day(day)]
