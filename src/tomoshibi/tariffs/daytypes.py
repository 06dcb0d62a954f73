"""What kind of day each day of a period is to a time-of-use tariff, from the calendars of the masters."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tomoshibi.kernel.periods import Period
from tomoshibi.masters import queries as masters
from tomoshibi.rating.bands import DayType

NATIONAL = "national"
SATURDAY = 5


def day_types(period: Period, *, area: str, scopes: Sequence[str] = (NATIONAL,)) -> npt.NDArray[np.int8]:
    """
    What kind of day each day of a period is to time-of-use tariffs at an area; Sundays count as holidays.

    :returns: (days,) ``DayType``
    """
    working = masters.days_of(start=period.start, end=period.end, scopes=(*scopes, area), works_saturday=True)

    def kind(day: Any) -> DayType:
        if not working.is_business_day(day):
            return DayType.HOLIDAY
        return DayType.SATURDAY if day.weekday() == SATURDAY else DayType.WEEKDAY

    return np.array([kind(day) for day in period], dtype=np.int8)
