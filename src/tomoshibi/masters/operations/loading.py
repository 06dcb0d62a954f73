"""Data that comes in without a proposal: what is shipped, generated or renewed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _

from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import operations as ledger
from tomoshibi.ledger import queries as ledger_queries
from tomoshibi.masters import banks, provinces, queries, readings, shipped, store, values
from tomoshibi.masters.calendars import Days
from tomoshibi.masters.models import ReadingDay, ReadingRule
from tomoshibi.masters.operations import chart
from tomoshibi.masters.queries.validity import period_of
from tomoshibi.masters.register import MASTERS
from tomoshibi.masters.sheets import Row, read_rows
from tomoshibi.storage import bulk, db

FIRST = "01"
"""The base day of everybody who is read on the first of the month."""


class NoReadingRule(LookupError):
    """The area has no rule that the generator could go by."""


_COMMON = {"accounts", "posting_accounts", "charge_kinds"}
"""Sheets that a company needs in every country."""


@db.transaction_required
def load_shipped(*, on: date, with_banks: bool = True, invented: bool = False) -> values.LoadOutcome:
    """
    Bring in the data that comes with the house; what is there already is never changed, so it may run at every start.

    :param on: today; reading days are approximated for the fiscal years around it
    :param with_banks: also banks and branches (some 30,000 rows)
    :param invented: also invented customs prices and units for months that nobody published, marked so (demo)
    """
    outcome = values.LoadOutcome()
    outcome.inserted["accounts"] = _define_missing_accounts()
    sheets = [*shipped.sheets(shipped.FOLDER), (MASTERS["holidays"], _missing_holidays())]
    if invented:
        sheets += shipped.sheets(shipped.INVENTED)
    for master, rows in sheets:
        for counts, number in zip(
            (outcome.inserted, outcome.present, outcome.kept), store.insert_missing(master, rows), strict=True
        ):
            counts[master.code] = counts.get(master.code, 0) + number
    year = readings.fiscal_year_of(Month.of(on))
    outcome.inserted["reading_days"] = outcome.inserted.get("reading_days", 0) + _approximate(
        areas=list(values.AREAS), fiscal_years=[year - 1, year, year + 1]
    )
    if with_banks:
        outcome.inserted["banks"], outcome.inserted["branches"] = import_banks(on=on)
    return outcome


@db.transaction_required
def load_chinese(*, on: date, areas: Sequence[str]) -> values.LoadOutcome:
    """
    What a Chinese company needs to bill: accounts, the rates of the VAT, and reading days for its provinces.

    :param on: today; calendars are made for the years around it
    """
    outcome = values.LoadOutcome()
    outcome.inserted["accounts"] = _define_missing_accounts()
    common = [(master, rows) for master, rows in shipped.sheets(shipped.FOLDER) if master.code in _COMMON]
    for master, rows in [*common, *shipped.sheets(shipped.CHINA)]:
        inserted, present, kept = store.insert_missing(master, rows)
        outcome.inserted[master.code], outcome.present[master.code] = inserted, present
        outcome.kept[master.code] = kept
    year = readings.fiscal_year_of(Month.of(on))
    outcome.inserted["reading_days"] = sum(
        _first_of_month(area=area, fiscal_year=fiscal_year)
        for area in areas
        for fiscal_year in (year - 1, year, year + 1)
    )
    return outcome


def _missing_holidays() -> list[Row]:
    """Holidays of the years that have none yet: computing them again at every start would take seconds."""
    there = queries.holiday_years()
    return [row for year in shipped.HOLIDAY_YEARS if year not in there for row in shipped.holidays_of(year)]


def _define_missing_accounts() -> int:
    """The chart of accounts that posting accounts point to; accounts that are there keep their names."""
    there = ledger_queries.account_ids()
    missing = [account for account in shipped.accounts() if account.code not in there]
    ledger.define_accounts(missing)
    return len(missing)


@db.transaction_required
def put_rows(*, master: str, rows: Sequence[dict[str, str]]) -> int:
    """
    Lay rows of a sheet over what holds, without a second person: for set-up, migration and the demo.

    :param rows: cells by column name, as in the master's CSV
    :returns: rows that hold now and did not before
    :raises BadSheet: naming row and reason; nothing is written then
    """
    typed = read_rows(MASTERS[master], rows)
    laid = store.lay_over(MASTERS[master], typed)
    if master == "accounts":
        chart.tell_ledger(typed)
    return laid


@db.transaction_required
def generate_reading_days(*, area: str, fiscal_year: int) -> int:
    """
    Approximate the reading days that an area has not published for a fiscal year; published rows stay.

    :returns: rows written
    :raises NoReadingRule: if the area has no rule in that year
    """
    if area in provinces.EVERY_AREA and area not in values.AREAS:
        return _first_of_month(area=area, fiscal_year=fiscal_year)
    if not ReadingRule.objects.filter(area=area, valid__contains=Month(fiscal_year, 4).first).exists():
        raise NoReadingRule(
            _("no reading-day rule for area %(area)s in %(year)s") % {"area": area, "year": fiscal_year}
        )
    return _approximate(areas=[area], fiscal_years=[fiscal_year])


def _first_of_month(*, area: str, fiscal_year: int) -> int:
    """
    A Chinese calendar month is read when it is over: at 00:00 on the first of the next, that is 24:00 on its last day.
    """
    there = set(ReadingDay.objects.filter(area=area, base_day=FIRST).values_list("month", flat=True))
    months = [month for month in readings.fiscal_months(fiscal_year) if month.number not in there]
    ReadingDay.objects.bulk_create(
        ReadingDay(
            area=area,
            fiscal_year=fiscal_year,
            base_day=FIRST,
            month=month.number,
            reading_on=month.plus(1).first,
            metering_on=month.plus(1).first,
            source="calendar months",
            confidence=values.MEDIUM_CONFIDENCE,
        )
        for month in months
    )
    return len(months)


def _approximate(*, areas: Sequence[str], fiscal_years: Sequence[int]) -> int:
    """Reading days of areas and years that have a rule, without those that are there."""
    rows = []
    rules = list(ReadingRule.objects.filter(area__in=areas))
    present = ReadingDay.objects.filter(area__in=areas, fiscal_year__in=fiscal_years)
    there = set(present.values_list("area", "base_day", "month"))
    for year in fiscal_years:
        months = readings.fiscal_months(year)
        closed = queries.holidays_between(start=months[0].first, end=months[-1].plus(1).first)
        for rule in rules:
            if months[0].first not in period_of(rule.valid):
                continue
            days = Days(
                [one.day for one in closed if one.scope in {queries.NATIONAL, rule.area}],
                works_saturday=rule.works_saturday,
            )
            rows += [
                (rule.area, year, day.base_day, day.month.number, day.reading_on, day.metering_on, rule.source)
                for month in months
                for day in readings.approximate_month(
                    area=rule.area, month=month, base_days=rule.base_days,
                    first_business_day=rule.first_business_day, days=days,
                )
                if (rule.area, day.base_day, month.number) not in there
            ]  # fmt: skip
    frame = pl.DataFrame(
        rows,
        schema=["area", "fiscal_year", "base_day", "month", "reading_on", "metering_on", "source"],
        orient="row",
    )
    told = {"approximate": True, "confidence": values.LOW_CONFIDENCE, "note": ""}
    return bulk.copy_in("masters_readingday", frame.with_columns(**{name: pl.lit(v) for name, v in told.items()}))


@db.transaction_required
def import_banks(*, on: date) -> tuple[int, int]:
    """
    Bring banks and branches up to the installed list: new and renamed ones hold from ``on``, vanished ones end there.
    For set-up and the demo; where people rely on a list, ``propose_bank_renewal`` asks a second person.

    :returns: bank rows and branch rows that hold now and did not before
    """
    bank_frame, branch_frame = banks.published()
    return (
        _renew("masters_bank", bank_frame, key=["code"], on=on),
        _renew("masters_bankbranch", branch_frame, key=["bank_code", "code"], on=on),
    )


def _renew(table: str, published: pl.DataFrame, *, key: list[str], on: date) -> int:
    """Compare a published list with what holds and write the difference as ends and beginnings."""
    schema: dict[str, Any] = {"id": pl.Int64, **dict.fromkeys(published.columns, pl.String)}
    names = ", ".join(published.columns)
    held = bulk.read_frame(f"SELECT id, {names} FROM {table} WHERE upper_inf(valid)", schema)
    gone = held.join(published, on=published.columns, how="anti")
    fresh = published.join(held, on=published.columns, how="anti")
    with connection.cursor() as cursor:
        ids = gone["id"].to_list()
        # A row that began on this very day never held: it goes. Any other ends today.
        cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s) AND lower(valid) >= %s", [ids, on])
        cursor.execute(f"UPDATE {table} SET valid = daterange(lower(valid), %s) WHERE id = ANY(%s)", [on, ids])
    # What is there at the first import is known without a beginning.
    told = {"confidence": pl.lit("high"), "note": pl.lit("")}
    valid = "(,)" if held.is_empty() else f"[{on.isoformat()},)"
    bulk.copy_in(table, fresh.with_columns(valid=pl.lit(valid), source=pl.lit(banks.source()), **told))
    return fresh.height


@db.transaction_required
def import_chinese_workdays(*, years: Sequence[int]) -> int:
    """
    Bring in holidays and make-up working days of China for announced years.

    :returns: days that are new
    :raises NotImplementedError: for a year that is not announced yet
    """
    inserted, _same, _kept = store.insert_missing(MASTERS["holidays"], shipped.chinese_workdays(years=tuple(years)))
    return inserted
