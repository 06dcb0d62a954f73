"""What the URL says about a list: filters, order, columns, and how it is written back without what is usual."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from tomoshibi.ui.lists.columns import Column
from tomoshibi.ui.lists.filters import Choice, Filter, NotReadable
from tomoshibi.ui.lists.query import ListQuery, Rows


@dataclass(frozen=True)
class Facet:
    """One chip: a value of a filter with how many rows have it."""

    value: str
    label: str
    count: int
    active: bool


class ListState:
    """A list as one user looks at it."""

    def __init__(self, query: ListQuery, given: QueryDict) -> None:
        self.query = query
        self.given: Mapping[str, Sequence[str]] = dict(given.lists())
        self.errors: dict[str, str] = {}
        self._conditions: dict[str, list[Any]] = {}
        for declared in query.filters:
            try:
                self._conditions[declared.name] = declared.conditions(self.given)
            except NotReadable as refusal:
                self.errors[declared.name] = str(refusal)

    @cached_property
    def columns(self) -> list[Column]:
        """The visible columns, in their declared order."""
        wanted = set(self.given.get("col") or [])
        visible = [column for column in self.query.columns if column.key in wanted]
        return visible or self.default_columns

    @cached_property
    def default_columns(self) -> list[Column]:
        return [column for column in self.query.columns if column.shown]

    @cached_property
    def sort(self) -> str:
        """``key`` or ``-key`` of the column that the user sorts by; empty for the declared order."""
        text = (self.given.get("sort") or [""])[-1]
        known = {column.key for column in self.query.columns if column.may_sort}
        return text if text.lstrip("-") in known else ""

    @cached_property
    def order(self) -> list[str]:
        if not self.sort:
            return list(self.query.order)
        column = next(c for c in self.query.columns if c.key == self.sort.lstrip("-"))
        return [f"-{column.source}" if self.sort.startswith("-") else column.source]

    @cached_property
    def rows(self) -> Rows:
        """The filtered rows in order; none at all while a filter cannot be read."""
        source = self.query.source()
        if self.errors:
            return ListQuery(self.query.name, [], self.query.columns, row_id=self.query.row_id).source()
        conditions = [any_of for found in self._conditions.values() for any_of in found]
        return source.where(conditions).ordered(self.order)

    @property
    def is_filtered(self) -> bool:
        return bool(self.errors) or any(self._conditions.values())

    def facets(self, choice: Choice) -> list[Facet]:
        """Chips of a choice, counted over what the other filters leave."""
        others = [a for name, found in self._conditions.items() if name != choice.name for a in found]
        counts = {} if self.errors else self.query.source().where(others).counts(choice.source)
        active = set(self.given.get(choice.name) or [])
        return [
            Facet(str(value), str(label), counts.get(value, 0), str(value) in active)
            for value, label in choice.options()
        ]

    def filter_params(self) -> list[tuple[str, str]]:
        names = [name for declared in self.query.filters for name in declared.params]
        return [(name, text) for name in names for text in self.given.get(name) or [] if text]

    def query_string(self, *, sort: str | None = None, **more: str) -> str:
        """The shortest URL query that shows this list again."""
        pairs = self.filter_params()
        used = self.sort if sort is None else sort
        if used:
            pairs.append(("sort", used))
        if self.columns != self.default_columns:
            pairs += [("col", column.key) for column in self.columns]
        pairs += list(more.items())
        return urlencode(pairs)

    def given_for(self, declared: Filter) -> dict[str, str]:
        """What stands in the fields of a filter, as typed."""
        return {name: (self.given.get(name) or [""])[-1] for name in declared.params}
