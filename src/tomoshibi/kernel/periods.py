"""Half-open civil periods ``[start, end)`` and billing months."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

YEARS = range(1900, 3000)
"""Years that people mean; a month outside them is a slip of the pen, and the months around it may have no days."""
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, order=True)
class Period:
    """Civil days from ``start`` up to, not including, ``end``."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period ends after it starts: [{self.start}, {self.end})")

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=n) for n in range(self.days))

    def overlap(self, other: Period) -> Period | None:
        """The days that both periods hold, or nothing."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month; also the name of a billing month (月分)."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12:  # noqa: PLR2004
            raise ValueError(f"no such month: {self.month}")

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read ``2026-10``."""
        found = _MONTH.fullmatch(text.strip())
        if not found:
            raise ValueError(f"{text!r} is not a month like 2026-10")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def plus(self, months: int) -> Month:
        return Month.from_index(self.index + months)

    def since(self, first: Month) -> int:
        """How many months after ``first`` this one comes; below zero before it."""
        return self.index - first.index

    @property
    def index(self) -> int:
        """Months counted one by one, for whatever counts them in columns."""
        return self.year * 12 + self.month - 1

    @classmethod
    def from_index(cls, index: int) -> Month:
        return cls(index // 12, index % 12 + 1)

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def days(self) -> int:
        return monthrange(self.year, self.month)[1]

    @property
    def period(self) -> Period:
        return Period(self.first, self.plus(1).first)

    @property
    def number(self) -> int:
        """``202610``: how months stand in columns."""
        return self.year * 100 + self.month

    @classmethod
    def from_number(cls, number: int) -> Month:
        return cls(number // 100, number % 100)
