"""The data that comes with the house, as sheets with their sources."""

from datetime import date, timedelta
from pathlib import Path

from tomoshibi.masters.register import MASTERS, Master
from tomoshibi.masters.sheets import Row, read_csv, read_rows

FOLDER = Path(__file__).parent / "data"
INVENTED = FOLDER / "invented"
FIRST_HOLIDAY_YEAR, LAST_HOLIDAY_YEAR = 2010, 2035
JANUARY, DECEMBER = 1, 12


def sheets(folder: Path) -> list[tuple[Master, list[Row]]]:
    """Each sheet of a folder, read; a sheet that cannot be read is a mistake of ours."""
    found = []
    for master in MASTERS.values():
        file = folder / f"{master.code}.csv"
        if file.exists():
            found.append((master, read_rows(master, read_csv(master, file.read_bytes()))))
    return found


def holidays(*, first_year: int = FIRST_HOLIDAY_YEAR, last_year: int = LAST_HOLIDAY_YEAR) -> list[Row]:
    """National holidays and bank closures (12/31 to 1/3) of calendar years, as rows of the holiday master."""
    import jpholiday

    rows = []
    for year in range(first_year, last_year + 1):
        rows += [_holiday(day, "national", name, "jpholiday") for day, name in jpholiday.year_holidays(year)]
        closures = [date(year, JANUARY, 1) + timedelta(days=n) for n in range(3)] + [date(year, DECEMBER, 31)]
        rows += [_holiday(day, "bank", "銀行休業日", "銀行法施行令 第5条") for day in closures]
    return rows


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
