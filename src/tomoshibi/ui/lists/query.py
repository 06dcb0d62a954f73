"""A list as a room declares it, and where its rows come from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

from django.db.models import Count, F, OrderBy, Q, QuerySet, Sum

from tomoshibi.ui.lists.columns import Column, Row
from tomoshibi.ui.lists.filters import AnyOf, Filter


@dataclass(frozen=True)
class ListQuery:
    """
    A lazy list: rows behind declared columns and filters. What a room's ``queries`` may return for long tables.

    :param name: ``room.things``; kept views and exported files carry it
    :param rows: a queryset (nothing is read until it is shown), or mappings that hold every path
    :param order: as for ``order_by``; the row's id always breaks ties
    :param row_id: path of what identifies a row
    :param also: paths that every row holds whatever columns are visible (for links, panels and pages of a row)
    """

    name: str
    rows: QuerySet[Any] | Sequence[Row]
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    order: tuple[str, ...] = ()
    row_id: str = "id"
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        assert len(set(keys)) == len(keys), f"two columns of {self.name} have the same key"

    def source(self) -> "Rows":
        return _Table(self, self.rows) if isinstance(self.rows, QuerySet) else _Sequence(self, self.rows)


class Rows(Protocol):
    """What a list needs from where its rows come from."""

    def where(self, conditions: Iterable[AnyOf]) -> "Rows": ...
    def ordered(self, order: Sequence[str]) -> "Rows": ...
    def totals(self, columns: Sequence[Column]) -> tuple[int, dict[str, Any]]: ...
    def counts(self, path: str) -> dict[Any, int]: ...
    def part(self, paths: Sequence[str], start: int, stop: int) -> list[Row]: ...
    def every(self, paths: Sequence[str]) -> Iterator[Row]: ...
    def ids(self) -> list[Any]: ...


class _Table:
    """Rows of a queryset: filtering, sorting and adding up happen in SQL."""

    def __init__(self, query: ListQuery, rows: QuerySet[Any]) -> None:
        self._query = query
        self._rows = rows

    def where(self, conditions: Iterable[AnyOf]) -> "_Table":
        rows = self._rows
        for any_of in conditions:
            rows = rows.filter(reduce(Q.__or__, (condition.q() for condition in any_of)))
        return _Table(self._query, rows)

    def ordered(self, order: Sequence[str]) -> "_Table":
        terms: list[OrderBy | str] = [
            F(path.lstrip("-")).desc(nulls_last=True) if path.startswith("-") else F(path).asc(nulls_last=True)
            for path in order
        ]
        return _Table(self._query, self._rows.order_by(*terms, self._query.row_id))

    def totals(self, columns: Sequence[Column]) -> tuple[int, dict[str, Any]]:
        # Names that no field has: a total named like a field would hide it from the other totals.
        wanted: dict[str, Any] = {f"list_total_of_{column.key}": Sum(column.source) for column in columns}
        found = self._rows.order_by().aggregate(list_row_count=Count(self._query.row_id), **wanted)
        return found["list_row_count"], {column.key: found[f"list_total_of_{column.key}"] or 0 for column in columns}

    def counts(self, path: str) -> dict[Any, int]:
        rows = self._rows.order_by().values(path).annotate(list_row_count=Count(self._query.row_id))
        return {row[path]: row["list_row_count"] for row in rows}

    def part(self, paths: Sequence[str], start: int, stop: int) -> list[Row]:
        return list(self._rows.values(*paths)[start:stop])

    def every(self, paths: Sequence[str]) -> Iterator[Row]:
        return iter(self._rows.values(*paths).iterator(chunk_size=2_000))

    def ids(self) -> list[Any]:
        return list(self._rows.values_list(self._query.row_id, flat=True))


class _Sequence:
    """Rows in memory, for short lists that no table holds."""

    def __init__(self, query: ListQuery, rows: Sequence[Row]) -> None:
        self._query = query
        self._rows = rows

    def where(self, conditions: Iterable[AnyOf]) -> "_Sequence":
        tests = list(conditions)
        kept = [row for row in self._rows if all(any(test.holds(row) for test in any_of) for any_of in tests)]
        return _Sequence(self._query, kept)

    def ordered(self, order: Sequence[str]) -> "_Sequence":
        rows = list(self._rows)
        for path in reversed(order):
            key, descending = path.lstrip("-"), path.startswith("-")
            have = sorted((row for row in rows if row[key] is not None), key=lambda row: row[key], reverse=descending)
            rows = have + [row for row in rows if row[key] is None]
        return _Sequence(self._query, rows)

    def totals(self, columns: Sequence[Column]) -> tuple[int, dict[str, Any]]:
        sums = {column.key: sum(row[column.source] or 0 for row in self._rows) for column in columns}
        return len(self._rows), sums

    def counts(self, path: str) -> dict[Any, int]:
        found: dict[Any, int] = {}
        for row in self._rows:
            found[row[path]] = found.get(row[path], 0) + 1
        return found

    def part(self, paths: Sequence[str], start: int, stop: int) -> list[Row]:
        return list(self._rows[start:stop])

    def every(self, paths: Sequence[str]) -> Iterator[Row]:
        return iter(self._rows)

    def ids(self) -> list[Any]:
        return [row[self._query.row_id] for row in self._rows]


def paths_of(query: ListQuery, columns: Iterable[Column]) -> list[str]:
    """Every path that the rows of a page must hold, each once."""
    wanted = [query.row_id, *query.also, *(path for column in columns for path in column.needs)]
    return list(dict.fromkeys(wanted))
