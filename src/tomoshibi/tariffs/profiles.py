"""
Standard load profiles: how a month's energy spreads over its half-hours, for people whose half-hours nobody knows.

Profiles of the German association BDEW (2025), as the package demandlib publishes them: homes (H25), homes with a
photovoltaic plant (P25), shops and offices (G25). Only the shape inside a month is taken; the energy of the month is
given. They stand in until a prospect brings half-hours of their own, and pages say so.
"""

import warnings
from functools import lru_cache

import numpy as np

from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.masters import queries as masters
from tomoshibi.masters.values import Holiday
from tomoshibi.tariffs.loads import SLOTS_A_DAY, Load

PROFILES = {"household": "H25", "solar": "P25", "shop": "G25"}


def of_month(month: Month, *, energy_dwh: int, profile: str = "household") -> Load:
    """
    A bill whose energy is spread over the calendar month before its own.

    :param profile: one of ``PROFILES``
    """
    period = month.plus(-1).period
    return Load(month, period, energy_dwh, spread(period, energy_dwh=energy_dwh, profile=profile))


def spread(period: Period, *, energy_dwh: int, profile: str) -> Int32Array:
    """
    An energy over the half-hours of a period, so that they add up to it exactly.

    :returns: (days x 48,) [0.1 Wh]
    """
    shape = _shape(PROFILES[profile], period, tuple(h.day for h in _holidays(period)))
    running = np.rint(np.cumsum(shape) / shape.sum() * energy_dwh).astype(np.int64)
    return np.diff(running, prepend=0).astype(np.int32)


def _holidays(period: Period) -> list[Holiday]:
    return masters.holidays_between(start=period.start, end=period.end)


@lru_cache(maxsize=200)
def _shape(name: str, period: Period, holidays: tuple[object, ...]) -> "np.ndarray":
    import pandas as pd

    days = (period.end - period.start).days
    index = pd.date_range(period.start, periods=days * SLOTS_A_DAY, freq="30min")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from demandlib import bdew

        return np.asarray(getattr(bdew, name)(index, holidays=list(holidays)), dtype=np.float64)
