"""
What a column may hold, and how a value of it stands in a cell, in CSV and in a spreadsheet.

Cells are put together here and not in a template: a list shows hundreds of rows at once.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tomoshibi.kernel.units import DWH_PER_KWH, MICRO, MILLI
from tomoshibi.ui import figures, pages
from tomoshibi.ui.currency import current
from tomoshibi.ui.states import State, States, badge_of

Words = str | Promise
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """
    A column of a list.

    :param key: its name in the URL; also where its value is, unless ``path`` says otherwise
    :param label: the header, without the unit
    :param path: ORM path (``customer__name``, or an annotation) or the key of a mapping
    :param show: makes the value from the row's values instead (not sortable, no total); ``also`` names what it needs
    :param also: further paths to fetch
    :param total: sum over everything that is filtered stands in the last row
    :param shown: false: only offered in the choice of columns
    :param link: URL of what the value names, from the row's values; plain text where there is none, or who reads may not
        open it
    """

    key: str
    label: Words
    path: str = ""
    show: Callable[[Row], Any] | None = None
    also: tuple[str, ...] = ()
    total: bool = False
    sortable: bool = True
    shown: bool = True
    link: Callable[[Row], str | None] | None = None
    help: Words = ""

    numeric: ClassVar[bool] = False
    css: ClassVar[str] = ""
    excel_format: ClassVar[str] = ""
    excel_width: ClassVar[int] = 16

    @property
    def source(self) -> str:
        return self.path or self.key

    @property
    def needs(self) -> tuple[str, ...]:
        return self.also if self.show else (self.source, *self.also)

    @property
    def may_sort(self) -> bool:
        return self.sortable and (self.show is None or bool(self.path))

    @property
    def unit(self) -> Words:
        return ""

    def value(self, row: Row) -> Any:
        return self.show(row) if self.show else row[self.source]

    def text(self, value: Any) -> str:
        """The value as a person reads it."""
        return str(value)

    def plain(self, value: Any) -> str:
        """The value for CSV: readable by people and by programs."""
        return "" if value is None else self.text(value)

    def excel(self, value: Any) -> Any:
        """The value as a spreadsheet should hold it."""
        return self.plain(value)

    def inner(self, value: Any, row: Row) -> str:
        """The HTML inside the cell, for a value that is there."""
        return escape(self.text(value))

    def classes(self, value: Any) -> str:
        return self.css

    def cell(self, row: Row) -> str:
        """The table cell of a row."""
        value = self.value(row)
        if value is None or value == "":
            return f'<td class="{self.css} none">–</td>' if self.css else '<td class="none">–</td>'
        inner = self.inner(value, row)
        target = self.link(row) if self.link else None
        if target and pages.may_follow(target):
            inner = f'<a href="{escape(target)}">{inner}</a>'
        classes = self.classes(value)
        return f'<td class="{classes}">{inner}</td>' if classes else f"<td>{inner}</td>"


@dataclass(frozen=True)
class Text(Column):
    """Words. ``masked=True`` shows the last four characters only, on screen and in exports."""

    masked: bool = False
    excel_width: ClassVar[int] = 24

    def text(self, value: Any) -> str:
        words = str(value)
        return f"…{words[-4:]}" if self.masked and len(words) > 4 else words  # noqa: PLR2004


@dataclass(frozen=True)
class Code(Column):
    """A code that explains itself on hover; ``explain`` is a mapping of codes to sentences, or a function."""

    explain: Mapping[Any, Words] | Callable[[Any], Words] | None = None
    css: ClassVar[str] = "code"

    def explanation(self, value: Any) -> Words:
        if self.explain is None:
            return ""
        return self.explain(value) if callable(self.explain) else self.explain.get(value, "")

    def inner(self, value: Any, row: Row) -> str:
        sentence = self.explanation(value)
        shown = escape(self.text(value))
        return f'<abbr title="{escape(sentence)}">{shown}</abbr>' if sentence else shown


@dataclass(frozen=True)
class Number(Column):
    """A count or another whole number; ``of`` names the unit in the header."""

    of: Words = ""
    numeric: ClassVar[bool] = True
    css: ClassVar[str] = "num"
    excel_format: ClassVar[str] = "#,##0"

    @property
    def unit(self) -> Words:
        return self.of

    def text(self, value: Any) -> str:
        return figures.integer(value)

    def plain(self, value: Any) -> str:
        return "" if value is None else str(value)

    def excel(self, value: Any) -> Any:
        return value

    def classes(self, value: Any) -> str:
        return "num neg" if value < 0 else "num"


@dataclass(frozen=True)
class _Scaled(Number, ABC):
    """An integer of ``1/scale`` of the unit."""

    decimals: int | None = None
    excel_format: ClassVar[str] = "#,##0.####"

    @property
    @abstractmethod
    def scale(self) -> int:
        """How many parts the unit has."""

    def text(self, value: Any) -> str:
        return figures.decimal(int(value), scale=self.scale, decimals=self.decimals)

    def plain(self, value: Any) -> str:
        return "" if value is None else f"{Decimal(int(value)) / self.scale:f}"

    def excel(self, value: Any) -> Any:
        return None if value is None else Decimal(int(value)) / self.scale


@dataclass(frozen=True)
class Money(_Scaled):
    """``amount_minor``: the currency's smallest unit."""

    @property
    def scale(self) -> int:
        return current().scale

    @property
    def unit(self) -> Words:
        return self.of or current().unit

    def text(self, value: Any) -> str:
        return figures.money(int(value))


@dataclass(frozen=True)
class Price(_Scaled):
    """``price_micro_per_kwh`` and other millionths of the currency unit."""

    @property
    def scale(self) -> int:
        return MICRO

    @property
    def unit(self) -> Words:
        return self.of or _("%(currency)s/kWh") % {"currency": current().unit}


@dataclass(frozen=True)
class Energy(_Scaled):
    """``energy_dwh`` [0.1 Wh], shown in kWh."""

    @property
    def scale(self) -> int:
        return DWH_PER_KWH

    @property
    def unit(self) -> Words:
        return self.of or "kWh"


@dataclass(frozen=True)
class Capacity(_Scaled):
    """``size_milli``: thousandths of A, kVA or kW; say which with ``of``."""

    @property
    def scale(self) -> int:
        return MILLI


@dataclass(frozen=True)
class Percent(_Scaled):
    """``ratio_ppm`` [1e-6], shown in percent."""

    @property
    def scale(self) -> int:
        return 10_000

    @property
    def unit(self) -> Words:
        return "%"


@dataclass(frozen=True)
class Day(Column):
    """A civil day; ``weekday=True`` where a deadline is meant."""

    weekday: bool = False
    css: ClassVar[str] = "day"
    excel_format: ClassVar[str] = "yyyy-mm-dd"
    excel_width: ClassVar[int] = 12

    def text(self, value: date) -> str:
        return figures.day_with_weekday(value) if self.weekday else figures.day(value)

    def plain(self, value: date | None) -> str:
        return figures.day(value) if value else ""

    def excel(self, value: date | None) -> Any:
        return value


@dataclass(frozen=True)
class Moment(Column):
    """A point in time, at the company's place."""

    css: ClassVar[str] = "day"
    excel_format: ClassVar[str] = "yyyy-mm-dd hh:mm:ss"
    excel_width: ClassVar[int] = 20

    def text(self, value: datetime) -> str:
        return figures.moment(value)

    def plain(self, value: datetime | None) -> str:
        return timezone.localtime(value).isoformat(timespec="seconds") if value else ""

    def excel(self, value: datetime | None) -> Any:
        return timezone.localtime(value).replace(tzinfo=None) if value else None


@dataclass(frozen=True)
class MonthOf(Column):
    """A billing month: ``Month``, ``202610``, or a day in it."""

    css: ClassVar[str] = "day"

    def text(self, value: Any) -> str:
        return figures.month(value)


@dataclass(frozen=True)
class StateOf(Column):
    """A state: word, colour and icon as declared in ``states``."""

    states: States | None = None

    def state(self, value: Any) -> State | None:
        return (self.states or {}).get(value)

    def text(self, value: Any) -> str:
        state = self.state(value)
        return str(state.word) if state else str(value)

    def inner(self, value: Any, row: Row) -> str:
        return badge_of(value, self.states or {})


@dataclass(frozen=True)
class Flag(Column):
    """Yes or nothing."""

    yes: Words = gettext_lazy("yes")  # noqa: RUF009 - lazy: translated when it is shown

    def value(self, row: Row) -> Any:
        return super().value(row) or None

    def text(self, value: Any) -> str:
        return str(self.yes)
