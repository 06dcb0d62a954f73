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
    "switching_periods": models.SwitchingPeriod,
    "charge_kinds": models.ChargeKind,
    "debit_agents": models.DebitAgent,
    "debit_cycles": models.DebitCycle,
    "holidays": models.Holiday,
    "banks": models.Bank,
    "bank_branches": models.BankBranch,
    "accounts": models.ChartAccount,
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

    A row without an end holds as long as what it replaces; where nothing holds, until the next change that is known.

    :returns: rows that hold now and did not before
    """
    return sum(_lay_one(master, row) for row in rows)


def _lay_one(master: Master, row: Row) -> int:
    present = touched(master, row, lock=True)
    if master.validity is Validity.NONE:
        free = present
    else:
        assert row.start is not None
        free = [found for found in present if not _cut(master, found, row.start, end_of(master, row))]
    # A row that is replaced is changed in place: the audit trail then shows from and to.
    replaced = None if row.remove or not free else free.pop(0)
    for found in free:
        found.delete()
    if row.remove:
        return 0
    fresh = new_row(master, row.fields, row.start, end_of(master, row))
    if replaced is not None:
        fresh.pk = replaced.pk
        fresh.save(force_update=True)
    else:
        fresh.save()
    return 1


def _cut(master: Master, found: Any, start: date, end: date | None) -> bool:
    """Let a present row give way to ``[start, end)``; False if nothing of it is left."""
    lower, upper = span(found)
    before = lower is None or lower < start
    after = end is not None and (upper is None or upper > end)
    if before and after:
        new_row_after = new_row(master, {name: getattr(found, name) for name in fields_of(master)}, end, upper)
        _set_valid(found, lower, start)
        new_row_after.save()
    elif before:
        _set_valid(found, lower, start)
    elif after:
        _set_valid(found, end, upper)
    return before or after


def _set_valid(found: Any, lower: date | None, upper: date | None) -> None:
    found.valid = DateRange(lower, upper)
    found.save(update_fields=["valid"])


def touched(master: Master, row: Row, *, lock: bool = False) -> list[Any]:
    """Present rows that a new row ends, cuts or replaces."""
    query = _of_key(master, row)
    if master.validity is not Validity.NONE:
        query = query.filter(valid__overlap=DateRange(row.start, end_of(master, row)))
    return list(query.select_for_update() if lock else query)


def end_of(master: Master, row: Row) -> date | None:
    """
    When a row stops to hold: as it says; else with what it replaces; else at the next change that is known.

    None for ever.
    """
    if row.end is not None or row.start is None:
        return row.end
    spans = [(valid.lower, valid.upper) for valid in _of_key(master, row).values_list("valid", flat=True)]
    for lower, upper in spans:
        if (lower is None or lower <= row.start) and (upper is None or upper > row.start):
            return upper
    return min((lower for lower, _upper in spans if lower and lower > row.start), default=None)


def _of_key(master: Master, row: Row) -> Any:
    return MODEL_OF[master.code].objects.filter(  # type: ignore[attr-defined]
        **{name: row.fields[name] for name in master.key}
    )


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
