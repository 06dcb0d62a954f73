"""Rows of the masters by the register: read them as sheets, lay new ones over what holds."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import models as django_models
from django.db.backends.postgresql.psycopg_any import DateRange

from tomoshibi.masters import models
from tomoshibi.masters.register import MASTERS, Master, Validity
from tomoshibi.masters.sheets import Row

MODEL_OF: dict[str, type[django_models.Model]] = {
    "levy": models.RenewableLevy,
    "fuel_parameters": models.FuelParameters,
    "customs_prices": models.CustomsPrice,
    "fuel_windows": models.FuelWindow,
    "fuel_units": models.PublishedFuelUnit,
    "government_discounts": models.GovernmentDiscount,
    "monthly_amounts": models.MonthlyAmount,
    "tax_rates": models.TaxRate,
    "reading_days": models.ReadingDay,
    "reading_rules": models.ReadingRule,
    "debit_agents": models.DebitAgent,
    "debit_cycles": models.DebitCycle,
    "holidays": models.Holiday,
    "posting_accounts": models.PostingAccount,
    "company": models.Company,
}
assert MODEL_OF.keys() == MASTERS.keys()

Key = tuple[Any, ...]


def fields_of(master: Master) -> tuple[str, ...]:
    """Fields of the model that the sheet carries, without the validity."""
    model = {field.name for field in MODEL_OF[master.code]._meta.get_fields()}
    return tuple(column.target for column in master.all_columns if column.target in model)


def span(row: Any) -> tuple[date | None, date | None]:
    valid = getattr(row, "valid", None)
    return (valid.lower, valid.upper) if valid is not None else (None, None)


def insert_missing(master: Master, rows: Sequence[Row]) -> tuple[int, int, int]:
    """
    Add the rows for which nothing holds yet; what is there is never changed.

    :returns: inserted, already there with the same content, left alone because something else holds
    """
    model = MODEL_OF[master.code]
    existing: dict[Key, list[Any]] = {}
    for found in model.objects.all():  # type: ignore[attr-defined]
        existing.setdefault(key_of_row(master, found), []).append(found)
    fresh, same, kept = [], 0, 0
    for row in rows:
        rivals = [found for found in existing.get(key_of(master, row), []) if _overlaps(row, found)]
        if not rivals:
            fresh.append(new_row(master, row.fields, row.start, row.end))
        elif any(_equal(master, row, found) for found in rivals):
            same += 1
        else:
            kept += 1
    model.objects.bulk_create(fresh, batch_size=2_000)  # type: ignore[attr-defined]
    return len(fresh), same, kept


def lay_over(master: Master, rows: Iterable[Row]) -> int:
    """
    Let rows hold from their first day on: what held before ends there, what holds after stays.

    A row without an end holds until the next change of its key that is known already.

    :returns: rows that hold now and did not before
    """
    return sum(_lay_one(master, row) for row in rows)


def _lay_one(master: Master, row: Row) -> int:
    model = MODEL_OF[master.code]
    query = model.objects.select_for_update().filter(  # type: ignore[attr-defined]
        **{name: row.fields[name] for name in master.key}
    )
    if master.validity is Validity.NONE:
        query.delete()
        if not row.remove:
            new_row(master, row.fields, None, None).save()
        return int(not row.remove)
    assert row.start is not None
    end = row.end or _next_change(query, row.start)
    after = DateRange(row.start, end)
    names = fields_of(master)
    for found in query.filter(valid__overlap=after):
        start, stop = span(found)
        fields = {name: getattr(found, name) for name in names}
        found.delete()
        if start is None or start < row.start:
            new_row(master, fields, start, row.start).save()
        if end is not None and (stop is None or stop > end):
            new_row(master, fields, end, stop).save()
    if not row.remove:
        new_row(master, row.fields, row.start, end).save()
    return int(not row.remove)


def _next_change(query: Any, start: date) -> date | None:
    later = [lower for valid in query.values_list("valid", flat=True) if (lower := valid.lower) and lower > start]
    return min(later, default=None)


def new_row(master: Master, fields: dict[str, Any], start: date | None, end: date | None) -> Any:
    names = fields_of(master)
    row = MODEL_OF[master.code](**{name: value for name, value in fields.items() if name in names})
    if master.validity is not Validity.NONE:
        row.valid = DateRange(start, end)  # type: ignore[attr-defined]
    return row


def key_of(master: Master, row: Row) -> Key:
    return tuple(row.fields[name] for name in master.key)


def key_of_row(master: Master, row: Any) -> Key:
    return tuple(getattr(row, name) for name in master.key)


def _overlaps(row: Row, found: Any) -> bool:
    start, end = span(found)
    if start is None and end is None and row.start is None:
        return True
    return (end is None or row.start is None or row.start < end) and (
        row.end is None or start is None or start < row.end
    )


def _equal(master: Master, row: Row, found: Any) -> bool:
    told = ("source", "confidence", "note")
    return span(found) == (row.start, row.end) and all(
        getattr(found, name) == row.fields[name]
        for name in fields_of(master)
        if name in row.fields and name not in told
    )
