"""A list that came in, row by row: first the rows that cannot be taken, each with its reasons, then what the others do."""

from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from tomoshibi.documents import queries as stored
from tomoshibi.groups import layouts, planning, queries, values, words
from tomoshibi.kernel.refusals import RowsRefused

REFUSED, UNCHANGED = "refused", "unchanged"
FORMS = (layouts.CONFIRMATION, layouts.CONNECTION)


def rows(found: values.PointList, *, today: date) -> list[dict[str, Any]]:
    """
    The rows of a list as they stand in its file, refused ones first; none of a file that is no list.

    :returns: ``id`` and ``row`` (as people count), ``rank``, ``outcome``, ``account_number``, ``name``, ``nearest_number``,
        ``access_point_number``, ``change`` and ``reason``
    """
    if found.state is values.ListState.WAITING:
        return []
    try:
        sheet = _sheet(found.document_id, found.name)
    except layouts.NotReadable:
        return []
    group = queries.group(group_id=found.group_id) if found.group_id else None
    listed = planning.uniform(sheet, group=group, effective_on=found.effective_on)
    reasons = _reasons(found)
    still = _unchanged(found, sheet, group=group, today=today)
    shown = []
    for row in listed.iter_rows(named=True):
        number = row["row"]
        outcome = REFUSED if number in reasons else UNCHANGED if number in still else row["does"] or ""
        shown.append({
            "id": number, "row": number, "rank": int(outcome != REFUSED), "outcome": outcome,
            "reason": "; ".join(reasons.get(number, ())),
            **{name: row[name] for name in ("account_number", "name", "nearest_number", "access_point_number", "change")},
        })  # fmt: skip
    return shown


@lru_cache(maxsize=4)
def _sheet(document_id: int, name: str) -> layouts.Sheet:
    """A stored file never changes: turning the pages of its rows reads it once."""
    return layouts.read(stored.path(file_id=document_id), name=name, among=FORMS)


def _reasons(found: values.PointList) -> dict[int, list[str]]:
    reasons: dict[int, list[str]] = {}
    for number, column, reason in found.refusals:
        reasons.setdefault(number, []).append(f"{words.column(column)}: {reason}" if column else reason)
    return reasons


def _unchanged(
    found: values.PointList, sheet: layouts.Sheet, *, group: values.Group | None, today: date
) -> frozenset[int]:
    """Rows that say what is known already; only a list that is about to be written is compared with it."""
    if found.state is not values.ListState.READ or not found.counts.get(UNCHANGED):
        return frozenset()
    try:
        made = planning.plan(sheet, group=group, effective_on=found.effective_on, today=today)
    except RowsRefused:  # something changed since it was read; writing it says so
        return frozenset()
    doing = pl.concat([part["row"] for part in (made.adds, made.removes, made.moves)])
    return frozenset(sheet.rows["row"].to_list()) - frozenset(doing.to_list())
