"""Days without a year, and years without an era, read nearest to the day the file is processed."""

from datetime import date

REIWA, HEISEI = 2018, 1988
"""Year 0 of the eras that bank files of this century can mean."""


def _dated(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(candidates: list[date | None], near: date) -> date | None:
    days = [day for day in candidates if day is not None]
    # The later one of two equally near days: files speak of what is to come.
    return min(days, key=lambda day: (abs(day - near), near > day), default=None)


def nearest_mmdd(text: str, *, near: date) -> date | None:
    """``MMDD`` as the day nearest to ``near``, over the turn of the year too; nothing if there is no such day."""
    if len(text) != len("MMDD") or not (text.isascii() and text.isdigit()):
        return None
    month, day = int(text[:2]), int(text[2:])
    # Four years on both sides so that 0229 finds its leap year.
    spans = range(near.year - 1, near.year + 2) if (month, day) != (2, 29) else range(near.year - 4, near.year + 5)
    return _nearest([_dated(year, month, day) for year in spans], near)


def nearest_era_day(text: str, *, near: date) -> date | None:
    """``YYMMDD`` in an era that the file does not name (和暦), as the day nearest to ``near``."""
    if len(text) != len("YYMMDD") or not (text.isascii() and text.isdigit()):
        return None
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    return _nearest([_dated(era + year, month, day) for era in (REIWA, HEISEI) if year], near)
