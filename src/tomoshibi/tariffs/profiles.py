"""
Standard load profiles: how a month's energy spreads over its half-hours, for people whose half-hours nobody knows.

Profiles of the German association BDEW (2025), as the package demandlib publishes them: homes (H25), homes with a
photovoltaic plant (P25), shops and offices (G25). Only the shape inside a month is taken; the energy of the month is
given. They stand in until a prospect brings half-hours of their own, and pages say so.
"""

import warnings
from collections.abc import Collection
from datetime import date
from functools import lru_cache

import numpy as np

from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.masters import queries as masters
from tomoshibi.tariffs.loads import SLOTS_A_DAY, Load

PROFILES = {"household": "H25", "solar": "P25", "shop": "G25"}


def of_month(
    month: Month, *, energy_dwh: int, profile: str = "household", known_holidays: Collection[date] | None = None
) -> Load:
    """
    A bill whose energy is spread over the calendar month before its own.

    :param profile: one of ``PROFILES``
    :param known_holidays: those of the period and of any other days; asked for where they are not at hand
    """
    period = month.plus(-1).period
    spreads = spread(period, energy_dwh=energy_dwh, profile=profile, known_holidays=known_holidays)
    return Load(month, period, energy_dwh, spreads)


def spread(
    period: Period, *, energy_dwh: int, profile: str, known_holidays: Collection[date] | None = None
) -> Int32Array:
    """
    An energy over the half-hours of a period, so that they add up to it exactly.

    :returns: (days x 48,) [0.1 Wh]
    """
    known = holidays(period) if known_holidays is None else known_holidays
    shape = _shape(PROFILES[profile], period, tuple(sorted(day for day in known if period.start <= day < period.end)))
    running = np.rint(np.cumsum(shape) / shape.sum() * energy_dwh).astype(np.int64)
    return np.diff(running, prepend=0).astype(np.int32)


def holidays(period: Period) -> frozenset[date]:
    """The days of a period that the profiles take for Sundays."""
    return frozenset(one.day for one in masters.holidays_between(start=period.start, end=period.end))


@lru_cache(maxsize=200)
def _shape(name: str, period: Period, holidays: tuple[object, ...]) -> "np.ndarray":
    import pandas as pd

    days = (period.end - period.start).days
    index = pd.date_range(period.start, periods=days * SLOTS_A_DAY, freq="30min")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from demandlib import bdew

        return np.asarray(getattr(bdew, name)(index, holidays=list(holidays)), dtype=np.float64)
