"""The data that comes with the house, as sheets with their sources."""

import csv
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from tomoshibi.ledger.values import Account, AccountKind
from tomoshibi.masters.register import MASTERS, Master
from tomoshibi.masters.sheets import Row, read_csv, read_rows

FOLDER = Path(__file__).parent / "data"
INVENTED = FOLDER / "invented"
CHINA = FOLDER / "china"
HOLIDAY_YEARS = range(2012, 2033)
JANUARY, DECEMBER = 1, 12


@lru_cache(maxsize=4)
def sheets(folder: Path) -> list[tuple[Master, list[Row]]]:
    """Each sheet of a folder, read; a sheet that cannot be read is a mistake of ours."""
    found = []
    for master in MASTERS.values():
        file = folder / f"{master.code}.csv"
        if file.exists():
            found.append((master, read_rows(master, read_csv(master, file.read_bytes()))))
    return found


def accounts() -> list[Account]:
    """The chart of accounts that the shipped posting accounts point to."""
    with (FOLDER / "accounts.csv").open(encoding="utf-8", newline="") as file:
        return [
            Account(row["code"], AccountKind(row["kind"]), row["name_ja"], row["name_zh"], row["name_en"])
            for row in csv.DictReader(file)
        ]


@lru_cache(maxsize=64)
def holidays_of(year: int) -> tuple[Row, ...]:
    """National holidays and bank closures (12/31 to 1/3) of a calendar year, as rows of the holiday master."""
    import jpholiday

    closures = [date(year, JANUARY, 1) + timedelta(days=n) for n in range(3)] + [date(year, DECEMBER, 31)]
    return (
        *(_holiday(day, "national", name, "jpholiday") for day, name in jpholiday.year_holidays(year)),
        *(_holiday(day, "bank", "銀行休業日", "銀行法施行令 第5条") for day in closures),
    )


def chinese_workdays(*, years: tuple[int, ...]) -> list[Row]:
    """Holidays and make-up working days of China for the years that are announced."""
    import chinese_calendar

    rows = []
    for year in years:
        day = date(year, JANUARY, 1)
        while day.year == year:
            holiday, name = chinese_calendar.get_holiday_detail(day)
            weekend = day.weekday() >= 5  # noqa: PLR2004 - Saturday and Sunday
            if holiday and name:
                rows.append(_holiday(day, "national", str(name), "chinesecalendar"))
            elif weekend and not holiday:
                rows.append(_holiday(day, "workday", str(name or "调休"), "chinesecalendar"))
            day += timedelta(days=1)
    return rows


def _holiday(day: date, scope: str, name: str, source: str) -> Row:
    fields = {"day": day, "scope": scope, "name": name, "source": source, "confidence": "high", "note": ""}
    return Row(line=0, fields=fields, start=None, end=None)
