"""Writes of the masters: shipped data, imports, and changes that two people make."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import banks, queries, readings, shipped, store, values
from tomoshibi.masters.models import ReadingDay, ReadingRule
from tomoshibi.masters.register import MASTERS
from tomoshibi.masters.sheets import BadSheet, read_rows
from tomoshibi.storage import bulk, db

__all__ = ["BadSheet", "NoReadingRule", "generate_reading_days", "import_banks", "load_shipped", "put_rows"]


class NoReadingRule(LookupError):
    """The area has no rule that the generator could go by."""


@db.transaction_required
def load_shipped(*, on: date, with_banks: bool = True, invented: bool = False) -> values.LoadOutcome:
    """
    Bring in the data that comes with the house; what is there already is never changed, so it may run at every start.

    :param on: today; reading days are approximated for the fiscal years around it
    :param with_banks: also banks and branches (some 30,000 rows)
    :param invented: also invented customs prices and units for months that nobody published, marked so (demo)
    """
    outcome = values.LoadOutcome()
    sheets = [*shipped.sheets(shipped.FOLDER), (MASTERS["holidays"], shipped.holidays())]
    if invented:
        sheets += shipped.sheets(shipped.INVENTED)
    for master, rows in sheets:
        for counts, number in zip(
            (outcome.inserted, outcome.present, outcome.kept), store.insert_missing(master, rows), strict=True
        ):
            counts[master.code] = counts.get(master.code, 0) + number
    year = readings.fiscal_year_of(Month.of(on))
    generated = sum(
        generate_reading_days(area=area, fiscal_year=fiscal_year)
        for fiscal_year in (year - 1, year, year + 1)
        for area in values.AREAS
    )
    outcome.inserted["reading_days"] = outcome.inserted.get("reading_days", 0) + generated
    if with_banks:
        outcome.inserted["banks"], outcome.inserted["branches"] = import_banks(on=on)
    return outcome


@db.transaction_required
def put_rows(*, master: str, rows: Sequence[dict[str, str]]) -> int:
    """
    Lay rows of a sheet over what holds, without a second person: for set-up, migration and the demo.

    :param rows: cells by column name, as in the master's CSV
    :returns: rows that hold now and did not before
    :raises BadSheet: naming row and reason; nothing is written then
    """
    return store.lay_over(MASTERS[master], read_rows(MASTERS[master], rows))


@db.transaction_required
def generate_reading_days(*, area: str, fiscal_year: int) -> int:
    """
    Approximate the reading days that an area has not published for a fiscal year; published rows stay.

    :returns: rows written
    :raises NoReadingRule: if the area has no rule in that year
    """
    rule = ReadingRule.objects.filter(area=area, valid__contains=date(fiscal_year, 4, 1)).first()
    if rule is None:
        raise NoReadingRule(
            _("no reading-day rule for area %(area)s in %(year)s") % {"area": area, "year": fiscal_year}
        )
    months = readings.fiscal_months(fiscal_year)
    days = queries.days_of(
        start=months[0].first,
        end=months[-1].plus(1).first,
        scopes=(queries.NATIONAL, area),
        works_saturday=rule.works_saturday,
    )
    there = set(ReadingDay.objects.filter(area=area, fiscal_year=fiscal_year).values_list("base_day", "month"))
    rows = [
        ReadingDay(
            area=area, fiscal_year=fiscal_year, base_day=day.base_day, month=day.month.number,
            reading_on=day.reading_on, metering_on=day.metering_on, approximate=True,
            source=rule.source, confidence=values.LOW_CONFIDENCE,
        )
        for month in months
        for day in readings.approximate_month(
            area=area, month=month, base_days=rule.base_days, first_business_day=rule.first_business_day, days=days
        )
        if (day.base_day, month.number) not in there
    ]  # fmt: skip
    ReadingDay.objects.bulk_create(rows, batch_size=5_000)
    return len(rows)


@db.transaction_required
def import_banks(*, on: date) -> tuple[int, int]:
    """
    Bring banks and branches up to the installed list: new and renamed ones hold from ``on``, vanished ones end there.

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
    valid = "(,)" if held.is_empty() else f"[{on.isoformat()},)"
    bulk.copy_in(table, fresh.with_columns(pl.lit(valid).alias("valid")))
    return fresh.height
