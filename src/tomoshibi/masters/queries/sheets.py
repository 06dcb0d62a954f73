"""Masters as sheets: what holds now, as the cells of their CSV, and what a change would do to it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import get_language

from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import queries as ledger
from tomoshibi.masters import store, values
from tomoshibi.masters.fuelwords import PRODUCTS
from tomoshibi.masters.models import FuelParameters, PostingAccount, PublishedFuelUnit
from tomoshibi.masters.queries.debits import debit_agent_names
from tomoshibi.masters.register import MASTERS, Column, Master, Validity
from tomoshibi.masters.sheets import Row, read_rows, shown, write_csv


def records(*, master: str) -> list[dict[str, str]]:
    """Every row of a master as the cells of its sheet, in the order of key and time."""
    return [cells for _id, cells in numbered_records(master=master)]


def numbered_records(*, master: str) -> list[tuple[int, dict[str, str]]]:
    """The same with the rows' ids."""
    it = MASTERS[master]
    order = [*it.key, *(["valid"] if it.validity is not Validity.NONE else [])] or ["pk"]
    rows = store.MODEL_OF[master].objects.order_by(*order)  # type: ignore[attr-defined]
    return [(row.pk, _cells(it, row)) for row in rows]


def record(*, master: str, row_id: int) -> dict[str, str] | None:
    """One row of a master as cells; None if it is gone."""
    row = store.MODEL_OF[master].objects.filter(pk=row_id).first()  # type: ignore[attr-defined]
    return _cells(MASTERS[master], row) if row else None


def list_rows(*, master: str, today: date) -> list[dict[str, Any]]:
    """Every row with typed values under its columns' names, its id and where it stands in time."""
    it = MASTERS[master]
    names = [column for column in it.all_columns if column.target in store.fields_of(it)]
    dated = it.validity is not Validity.NONE
    order = [*it.key, *(["valid"] if dated else [])]
    rows = store.MODEL_OF[master].objects.order_by(*order)  # type: ignore[attr-defined]
    wanted = ["id", *(column.target for column in names), *(["valid"] if dated else [])]
    return [_typed(it, names, values_, today) for values_ in rows.values(*wanted)]


def export_csv(*, master: str) -> str:
    """A master as CSV; the same file can be imported again."""
    return write_csv(MASTERS[master], records(master=master))


def known_codes(*, among: str) -> dict[str, str]:
    """
    Codes that a column of another master may name, with what they are called; empty where the column has words.

    :param among: ``Column.among``: products, agents, accounts, postings
    """
    return _KNOWN[among]()


def _products() -> dict[str, str]:
    """What ships, and what the retailer gave parameters or units for."""
    named = set(FuelParameters.objects.values_list("product", flat=True).distinct())
    named |= set(PublishedFuelUnit.objects.values_list("product", flat=True).distinct())
    return dict.fromkeys([*PRODUCTS, *sorted(named - PRODUCTS.keys())], "")


def _accounts() -> dict[str, str]:
    return {account.code: account.name(get_language() or "") for account in ledger.accounts()}


def _postings() -> dict[str, str]:
    return dict.fromkeys(PostingAccount.objects.order_by("key").values_list("key", flat=True).distinct(), "")


_KNOWN: Mapping[str, Callable[[], dict[str, str]]] = {
    "accounts": _accounts,
    "agents": debit_agent_names,
    "postings": _postings,
    "products": _products,
}


def model_of(*, master: str) -> str:
    """``room.model`` of a master's rows, by which the audit trail is asked."""
    return store.MODEL_OF[master]._meta.label_lower


def row_count(*, master: str) -> int:
    return store.MODEL_OF[master].objects.count()  # type: ignore[attr-defined]


def effects(*, master: str, rows: Sequence[dict[str, str]], today: date) -> list[values.Effect]:
    """
    What a change would do: for each of its rows what it says and which present rows it ends, cuts or replaces.

    :raises BadSheet: naming row and reason
    """
    it = MASTERS[master]
    return [_effect(it, row, today) for row in read_rows(it, rows)]


def _effect(master: Master, row: Row, today: date) -> values.Effect:
    touched = store.touched(master, row)
    return values.Effect(
        removes=row.remove,
        cells={column.name: column.show(row.fields.get(column.target)) for column in master.columns},
        start=row.start,
        end=row.end if row.end or row.start is None else store.end_of(master, row),
        replaced=tuple(_cells(master, found) for found in touched),
        reaches_back=row.start is not None and row.start < today,
    )


def _typed(master: Master, columns: Sequence[Column], row: dict[str, Any], today: date) -> dict[str, Any]:
    typed: dict[str, Any] = {column.name: row[column.target] for column in columns}
    typed["id"], typed["standing"] = row["id"], ""
    if master.validity is not Validity.NONE:
        start, end = row["valid"].lower, row["valid"].upper
        typed["standing"] = values.standing(start, end, today).value
        months = master.validity is Validity.MONTHS
        typed["first_valid_month" if months else "valid_from"] = Month.of(start).number if months and start else start
        typed["last_valid_month" if months else "valid_to"] = Month.of(end).plus(-1).number if months and end else end
    return typed


def impact(*, master: str, rows: Sequence[dict[str, str]], today: date) -> values.Impact:
    """
    What a change would touch within the masters: rows that give way, days that are over, billing months begun.

    :raises BadSheet: naming row and reason
    """
    found = effects(master=master, rows=rows, today=today)
    starts = [effect.start for effect in found if effect.start]
    first = min(starts, default=None)
    ends = [effect.end for effect in found]
    return values.Impact(
        rows=len(found),
        replaced=sum(len(effect.replaced) for effect in found),
        reaches_back=any(effect.reaches_back for effect in found),
        first_day=first,
        end=None if not ends or None in ends else max(end for end in ends if end),
        months_begun=max(0, Month.of(today).since(Month.of(first)) + 1) if first else 0,
    )


def _cells(master: Master, row: object) -> dict[str, str]:
    fields = {name: getattr(row, name) for name in store.fields_of(master)}
    return shown(master, fields, *store.span(row))
