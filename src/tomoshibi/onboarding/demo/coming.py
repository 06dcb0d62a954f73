"""
The months that come while somebody uses the demo: the grid companies go on measuring, and put a file out for each reading
day when the demo's clock has reached it - also about supply that began after the demo was loaded.
"""

import threading
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from django.db import connections

from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.onboarding.demo import load, loads, outside, story
from tomoshibi.worker import queries as clock

_LONGEST = timedelta(days=21)
"""No file comes later than this after its reading day, whatever holidays lie between."""
_one_at_a_time = threading.Lock()
_looked_on: dict[Path, date] = {}
"""When an area's folder was looked through last: portals are asked every hour, and a day brings its files once."""


def grid_files(area: str) -> None:
    """Write what the grid company of an area has by now and did not give out yet; called before it lists its files."""
    with _one_at_a_time:
        try:
            folder, today = outside.places().grid_folder / area, clock.today()
            looked_on = _looked_on.get(folder)
            if looked_on != today and load.is_loaded():
                if looked_on is None or _comes_something(area, after=looked_on, today=today):
                    write_due(area, today=today)
                _looked_on[folder] = today
        finally:
            connections.close_all()


def _comes_something(area: str, *, after: date, today: date) -> bool:
    """Whether a file of the area becomes due in ``(after, today]``: most days bring none, and are asked about too."""
    month, days = story.OPEN.plus(1), set()
    while month <= Month.of(today):
        days |= {day.reading_on for day in masters.reading_days(month=month, area=area) if day.reading_on <= today}
        month = month.plus(1)
    late = [day for day in days if day > after - _LONGEST]
    return any(after < outside.file_day(day, area=area) <= today for day in late)


def write_due(area: str, *, today: date) -> int:
    """:returns: how many files were new"""
    folder = outside.places().grid_folder
    month, count = story.OPEN.plus(1), 0
    while month <= Month.of(today):
        used = None
        for file in outside.files_of(_read(area, month), month=month):
            if file.made_on <= today and not file.path(folder).exists():
                used = used or loads.Loads(load.demo_portfolio().homes, until=month)
                count += outside.write_file(file, used=used, folder=folder)
        month = month.plus(1)
    return count


def _read(area: str, month: Month) -> pl.DataFrame:
    """Whose meters the grid company reads in a month."""
    supplied = contracts.supplied_frame(period_start=month.plus(-1).first, period_end=month.plus(1).first, area=area)
    return loads.periods(supplied, month=month)
