"""
Filters that live in the URL.

A filter reads its parameters into conditions; the conditions become SQL for a queryset and a test for a sequence,
so a room declares a filter once whatever its rows are.
"""

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext as _

from tomoshibi.kernel import units
from tomoshibi.kernel.periods import Month
from tomoshibi.ui.currency import current
from tomoshibi.ui.lists.columns import Row, Words

Choices = Sequence[tuple[Any, Words]] | Callable[[], Sequence[tuple[Any, Words]]]
Params = Mapping[str, Sequence[str]]


class NotReadable(ValueError):
    """What stands in a filter cannot be read; the sentence says what it should look like."""


@dataclass(frozen=True)
class Condition:
    """``path`` compared with ``value``; ``op`` is a lookup of the ORM."""

    path: str
    op: str
    value: Any

    def q(self) -> Q:
        return Q(**{f"{self.path}__{self.op}": self.value})

    def holds(self, row: Row) -> bool:
        return _TESTS[self.op](row[self.path], self.value)


def _contains(have: Any, want: str) -> bool:
    return have is not None and want.casefold() in str(have).casefold()


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq,
    "in": lambda have, want: have in want,
    "gte": lambda have, want: have is not None and have >= want,
    "lte": lambda have, want: have is not None and have <= want,
    "icontains": _contains,
}
AnyOf = tuple[Condition, ...]


@dataclass(frozen=True)
class Filter(ABC):
    """
    Base of the filters.

    :param name: the parameter in the URL
    :param path: ORM path or key of the mapping; the name when not given
    """

    name: str
    label: Words
    path: str = ""

    template: ClassVar[str] = ""

    @property
    def source(self) -> str:
        return self.path or self.name

    @property
    def params(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def paths(self) -> tuple[str, ...]:
        """What a row must hold for the test."""
        return (self.source,)

    @abstractmethod
    def conditions(self, given: Params) -> list[AnyOf]:
        """
        All of these must hold; nothing when the filter is not used.

        :raises NotReadable: with a sentence for the user
        """

    def one(self, given: Params, name: str = "") -> str:
        return (given.get(name or self.name) or [""])[-1].strip()


@dataclass(frozen=True)
class Search(Filter):
    """Words that must all appear somewhere in ``among``."""

    among: tuple[str, ...] = ()
    template: ClassVar[str] = "ui/lists/filter_search.html"

    @property
    def paths(self) -> tuple[str, ...]:
        return self.among or (self.source,)

    def conditions(self, given: Params) -> list[AnyOf]:
        words = self.one(given).split()
        return [tuple(Condition(path, "icontains", word) for path in self.paths) for word in words]


@dataclass(frozen=True)
class Choice(Filter):
    """
    One or more of declared values.

    :param choices: pairs of value and word, or a function that gives them
    :param facet: show as chips with a count each (over what the other filters leave)
    """

    choices: Choices = ()
    facet: bool = False
    template: ClassVar[str] = "ui/lists/filter_choice.html"

    def options(self) -> Sequence[tuple[Any, Words]]:
        return self.choices() if callable(self.choices) else self.choices

    def conditions(self, given: Params) -> list[AnyOf]:
        wanted = [text for text in given.get(self.name) or [] if text]
        if not wanted:
            return []
        by_text = {str(value): value for value, _label in self.options()}
        unknown = [text for text in wanted if text not in by_text]
        if unknown:
            raise NotReadable(_("%(value)s is not one of the choices.") % {"value": unknown[0]})
        return [(Condition(self.source, "in", [by_text[text] for text in wanted]),)]


@dataclass(frozen=True)
class YesNo(Filter):
    """True, false, or both."""

    template: ClassVar[str] = "ui/lists/filter_yes_no.html"

    def conditions(self, given: Params) -> list[AnyOf]:
        text = self.one(given)
        if text not in {"", "yes", "no"}:
            raise NotReadable(_("Choose yes or no."))
        return [(Condition(self.source, "exact", text == "yes"),)] if text else []


@dataclass(frozen=True)
class _Range(Filter):
    """From and to, both included."""

    input_type: ClassVar[str] = "text"
    template: ClassVar[str] = "ui/lists/filter_range.html"

    @property
    def params(self) -> tuple[str, ...]:
        return (f"{self.name}_from", f"{self.name}_to")

    @abstractmethod
    def read(self, text: str) -> Any:
        """
        What was typed at one end of the range.

        :raises NotReadable: with a sentence for the user
        """

    def conditions(self, given: Params) -> list[AnyOf]:
        start, end = (self.one(given, name) for name in self.params)
        found: list[AnyOf] = []
        if start:
            found.append((Condition(self.source, "gte", self.read(start)),))
        if end:
            found.append((Condition(self.source, "lte", self.read(end)),))
        return found


@dataclass(frozen=True)
class DayRange(_Range):
    """Civil days, the last one included."""

    input_type: ClassVar[str] = "date"

    def read(self, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise NotReadable(_("%(value)s is not a date like 2026-11-20.") % {"value": text}) from None


@dataclass(frozen=True)
class NumberRange(_Range):
    """Whole numbers; with ``scale`` decimals of which the rows hold ``1/scale``."""

    scale: int = 1

    def scaled_by(self) -> int:
        return self.scale

    def read(self, text: str) -> int:
        try:
            return units.scaled(text.replace(",", "").replace("−", "-"), scale=self.scaled_by())
        except ValueError:
            raise NotReadable(_("%(value)s is not a number that fits here.") % {"value": text}) from None


@dataclass(frozen=True)
class MoneyRange(NumberRange):
    """Amounts, typed in the currency's unit."""

    def scaled_by(self) -> int:
        return current().scale


@dataclass(frozen=True)
class MonthIs(Filter):
    """A billing month; the rows hold ``202610``."""

    template: ClassVar[str] = "ui/lists/filter_month.html"

    def conditions(self, given: Params) -> list[AnyOf]:
        text = self.one(given)
        if not text:
            return []
        try:
            month = Month.parse(text)
        except ValueError:
            raise NotReadable(_("%(value)s is not a month like 2026-10.") % {"value": text}) from None
        return [(Condition(self.source, "exact", month.number),)]
