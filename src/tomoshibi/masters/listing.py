"""How a master's columns stand in a list."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tomoshibi.kernel.units import MICRO
from tomoshibi.masters import notewords
from tomoshibi.masters.kana import NotPermitted, half_width
from tomoshibi.masters.register import Column, Kind, Master, Validity
from tomoshibi.masters.values import AREAS, ProposalState, SpotImportState, Standing
from tomoshibi.ui import lists
from tomoshibi.ui.lists.columns import Number
from tomoshibi.ui.lists.filters import AnyOf, Condition, Params
from tomoshibi.ui.states import State, Tone

STANDINGS = {
    Standing.NOW.value: State(_("holds"), Tone.GOOD, "circle-check"),
    Standing.LATER.value: State(_("later"), Tone.RUNNING, "calendar-time"),
    Standing.OVER.value: State(_("over"), Tone.QUIET, "history"),
}
PROPOSAL_STATES = {
    ProposalState.PROPOSED: State(_("to decide"), Tone.ATTENTION, "eye"),
    ProposalState.APPLIED: State(_("applied"), Tone.GOOD, "circle-check"),
    ProposalState.REJECTED: State(_("rejected"), Tone.BAD, "circle-x"),
    ProposalState.WITHDRAWN: State(_("taken back"), Tone.QUIET, "arrow-back-up"),
}
SPOT_STATES = {
    SpotImportState.HOLDS: State(_("applied"), Tone.GOOD, "circle-check"),
    SpotImportState.WAITING: State(_("to decide"), Tone.ATTENTION, "eye"),
    SpotImportState.REJECTED: State(_("rejected"), Tone.BAD, "circle-x"),
}
CONFIDENCES = {
    "high": State(_("certain"), Tone.GOOD, "shield-check"),
    "medium": State(_("probable"), Tone.RUNNING, "shield-half"),
    "low": State(_("uncertain"), Tone.ATTENTION, "shield-question"),
}


@dataclass(frozen=True)
class Scaled(Number):
    """An integer of ``1/per`` of the unit in the header."""

    per: int = field(default=MICRO)

    def text(self, value: Any) -> str:
        from tomoshibi.ui import figures

        return figures.decimal(int(value), scale=self.per)

    def plain(self, value: Any) -> str:
        from tomoshibi.kernel.units import plain

        return "" if value is None else plain(int(value), scale=self.per)


@dataclass(frozen=True)
class KanaSearch(lists.Search):
    """Words found in the code, the name, or the kana of bank files, however they are typed."""

    def conditions(self, given: Params) -> list[AnyOf]:
        found: list[AnyOf] = []
        for word in self.one(given).split():
            typed = (Condition("code", "icontains", word), Condition("name", "icontains", word))
            try:
                found.append((*typed, Condition("kana", "icontains", half_width(word))))
            except NotPermitted:
                found.append(typed)
        return found


def in_words(column: Column, cell: str) -> str:
    """A cell of a sheet as people read it: what a proposal or a row's page shows; in files it stays as it is."""
    if not cell:
        return ""
    if column.kind is Kind.YES_NO:
        return gettext("yes") if cell == "yes" else gettext("no")
    if column.kind is Kind.AREA:
        return f"{cell} {AREAS[cell].name}" if cell in AREAS else cell
    if column.name in {"source", "note"}:
        return notewords.in_words(cell)
    return str(column.word(cell))


def list_of(master: Master, rows: list[dict[str, Any]]) -> lists.ListQuery:
    """
    A master as a list.

    :param rows: as ``queries.list_rows`` gives them
    """
    dated = master.validity is not Validity.NONE
    columns: list[lists.Column] = [_column(column) for column in master.all_columns if column.name != "note"]
    if dated:
        columns.insert(0, lists.StateOf("standing", _("Standing"), states=STANDINGS))
    columns.append(lists.Text("note", _("Note"), show=lambda row: notewords.in_words(row["note"]), shown=False))
    words = tuple(
        column.name for column in master.all_columns if column.kind in {Kind.TEXT, Kind.CHOICE, Kind.AREA, Kind.LIST}
    )
    filters: list[Any] = [lists.Search("q", _("Search"), among=words)]
    if any(column.name == "area" for column in master.columns):
        filters.append(
            lists.Choice("area", _("Area"), choices=[(a.code, f"{a.code} {a.name}") for a in AREAS.values()])
        )
    if any(column.name == "month" for column in master.columns):
        filters.append(lists.MonthIs("month", _("Month")))
    if dated:
        words_of = [(code, state.word) for code, state in STANDINGS.items()]
        filters.append(lists.Choice("standing", _("Standing"), choices=words_of, facet=True))
    return lists.ListQuery(
        name=f"masters.{master.code}", rows=rows, columns=tuple(columns), filters=tuple(filters), order=_order(master)
    )


def _order(master: Master) -> tuple[str, ...]:
    newest = {Validity.DAYS: "-valid_from", Validity.MONTHS: "-first_valid_month"}.get(master.validity)
    keys = tuple(column.name for column in master.columns if column.target in master.key)
    if newest:
        return (*keys, newest)
    # Rows named by a month or a day: the newest first.
    time = [name for name in keys if name in {"month", "first_month", "day"}]
    return (*(f"-{name}" for name in time), *(name for name in keys if name not in time))


def _place(source: str) -> str:
    """A source short enough for a list: of an address, its host."""
    return urlsplit(source).netloc or source if source.startswith("http") else notewords.in_words(source)


def _column(column: Column) -> lists.Column:
    name, label = column.name, column.label
    if name == "confidence":
        return lists.StateOf(name, label, states=CONFIDENCES)
    if column.kind is Kind.DECIMAL:
        return Scaled(name, label, of=column.unit, per=column.scale)
    if column.kind is Kind.INTEGER and name not in {"fiscal_year", "cycle_day"}:
        return lists.Number(name, label, of=column.unit)
    if column.kind is Kind.DATE:
        return lists.Day(name, label, weekday=name not in {"valid_from", "valid_to"})
    if column.kind is Kind.MONTH:
        return lists.MonthOf(name, label)
    if column.kind is Kind.YES_NO:
        return lists.Flag(name, label)
    if column.kind is Kind.AREA:
        return lists.Code(name, label, explain=lambda code: AREAS[code].name if code in AREAS else "")
    if column.words:
        return lists.Text(name, label, path=name, show=lambda row: column.word(row[name]), also=(name,))
    if name == "source":
        return lists.Text(name, label, path=name, show=lambda row: _place(row[name]), also=(name,))
    if column.kind is Kind.LIST:
        return lists.Text(name, label, show=lambda row: " ".join(row[name]), also=(name,))
    if column.kind is Kind.JSON:
        return lists.Text(name, label, show=lambda row: column.show(row[name]), also=(name,), shown=False)
    return lists.Text(name, label, masked=name == "account_number")
