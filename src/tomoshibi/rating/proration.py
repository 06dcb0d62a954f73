"""Proration (日割計算): which share of a month a period is, and what is multiplied by it."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from tomoshibi.kernel.exact import share
from tomoshibi.kernel.rounding import Int64Array, Rounding
from tomoshibi.kernel.units import DWH_PER_KWH, E10
from tomoshibi.rating.rounding_policy import Step

DayArray = npt.NDArray[np.datetime64]
WHOLE_KWH = Step(DWH_PER_KWH, Rounding.HALF_UP)
TO_SEN = Step(E10 // 100, Rounding.HALF_UP)
LONGEST_RATIO_DAYS = 10_000
"""A share of a month has no more days above or below its line."""


class Denominator(StrEnum):
    """Days of the whole that a shorter period is a share of."""

    READING_PERIOD = "reading_period"
    """Days of the meter's reading period (検針期間の日数)."""
    CALENDAR_OF_START = "calendar_of_start"
    """Days of the calendar month of the period's first day."""
    CALENDAR_OF_END = "calendar_of_end"
    """Days of the calendar month of the period's last day."""
    CALENDAR_OF_EDGE = "calendar_of_edge"
    """A start takes the month of its first day, an end the month of its last day."""
    THIRTY = "thirty"


class Scope(StrEnum):
    """What a plan prorates."""

    BASIC = "basic"
    MINIMUM = "minimum"
    MONTHLY_MINIMUM = "monthly_minimum"
    TIERS = "tiers"
    BLOCKS = "blocks"
    FIXED = "fixed"
    MONTHLY = "monthly"


class PriceChange(StrEnum):
    """What a new version of the plan means to a period that it begins in."""

    FIRST_DAY = "first_day"
    """The whole period keeps the version of its first day."""
    SPLIT = "split"
    """The period is divided at the new version's first day."""


@dataclass(frozen=True)
class LengthRule:
    """
    A whole reading period that is much longer or shorter than a calendar month is prorated too.

    :param days: allowed difference from the calendar month
    :param inclusive: whether a difference of exactly ``days`` is prorated already
    """

    days: int
    inclusive: bool
    denominator: Denominator = Denominator.CALENDAR_OF_START


@dataclass(frozen=True)
class Proration:
    """
    The proration policy of a plan.

    :param denominator: for a start, stop or change inside a period; ``None``: never prorated
    :param kwh: rounding of tier widths and blocks [0.1 Wh]
    :param money: rounding of prorated amounts [1e-10 currency]
    :param price_change: whether a new version of the plan divides a period
    """

    denominator: Denominator | None = Denominator.READING_PERIOD
    length: LengthRule | None = None
    kwh: Step = WHOLE_KWH
    money: Step = TO_SEN
    applies_to: frozenset[Scope] = field(default_factory=lambda: frozenset(Scope))
    price_change: PriceChange = PriceChange.FIRST_DAY

    def follows_days(self, scope: Scope) -> bool:
        """Whether a thing is shared by days; what is not is owed once by a bill, however many parts it has."""
        return self.denominator is not None and scope in self.applies_to


def _days(later: DayArray, earlier: DayArray | np.datetime64) -> Int64Array:
    return (later - earlier).astype(np.int64)


def calendar_days(day: DayArray) -> Int64Array:
    """Days of the calendar month of each day."""
    if day.size:
        # The periods of a book lie in few months: each day is looked up once, however many rows begin on it.
        first, last = day.min(), day.max()
        if not np.isnat(first) and last - first < np.timedelta64(day.size, "D"):
            return _calendar_days(np.arange(first, last + 1))[_days(day, first)]
    return _calendar_days(day)


def _calendar_days(day: DayArray) -> Int64Array:
    month = day.astype("datetime64[M]")
    return _days((month + 1).astype("datetime64[D]"), month.astype("datetime64[D]"))


def _denominator(
    rule: Denominator, start: DayArray, end: DayArray, reading_start: DayArray, reading_end: DayArray
) -> Int64Array:
    last = end - np.timedelta64(1, "D")
    if rule is Denominator.READING_PERIOD:
        return _days(reading_end, reading_start)
    if rule is Denominator.CALENDAR_OF_START:
        return calendar_days(start)
    if rule is Denominator.CALENDAR_OF_END:
        return calendar_days(last)
    if rule is Denominator.CALENDAR_OF_EDGE:
        return np.where(end < reading_end, calendar_days(last), calendar_days(start))
    return np.full(start.shape, 30, dtype=np.int64)


def ratios(
    policy: Proration, *, start: DayArray, end: DayArray, reading_start: DayArray, reading_end: DayArray
) -> tuple[Int64Array, Int64Array]:
    """
    The share of a month that each period is.

    :param start: first day of the priced period
    :param end: the day after its last
    :param reading_start: first day of the meter's whole reading period (検針期間) around it
    :param reading_end: the day after its last
    :returns: numerator and denominator [days]; 1 and 1 for a whole month
    """
    whole = np.ones(start.shape, dtype=np.int64)
    if policy.denominator is None:
        return whole, whole.copy()
    used = _days(end, start)
    part = (start != reading_start) | (end != reading_end)
    numerator = denominator = whole
    if part.any():
        numerator = np.where(part, used, whole)
        denominator = np.where(part, _denominator(policy.denominator, start, end, reading_start, reading_end), whole)
    if policy.length is not None:
        calendar = _denominator(policy.length.denominator, start, end, reading_start, reading_end)
        difference = np.abs(used - calendar)
        unusual = (difference >= policy.length.days) if policy.length.inclusive else (difference > policy.length.days)
        unusual &= ~part
        if not unusual.any():
            return numerator, denominator
        numerator, denominator = np.where(unusual, used, numerator), np.where(unusual, calendar, denominator)
    return numerator, denominator


def prorate_energy(
    width_dwh: int, numerator: Int64Array, denominator: Int64Array, *, policy: Proration, scope: Scope
) -> Int64Array:
    """A tier width or block of each row [0.1 Wh], rounded as the policy says where the month is not whole."""
    full = np.full(numerator.shape, width_dwh, dtype=np.int64)
    if scope not in policy.applies_to:
        return full
    part = numerator != denominator
    if not part.any():
        return full
    full[part] = share(
        full[part], numerator[part], denominator[part], unit=policy.kwh.unit, rounding=policy.kwh.rounding
    )
    return full
