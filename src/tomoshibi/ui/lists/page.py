"""Showing a list: the page, the part that htmx swaps, the next rows, and the files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tomoshibi.ui.lists import export, shelf
from tomoshibi.ui.lists.columns import Column, Row, Words
from tomoshibi.ui.lists.filters import Choice
from tomoshibi.ui.lists.query import ListQuery, paths_of
from tomoshibi.ui.lists.view_state import ListState
from tomoshibi.ui.pages import may_follow

ROWS_AT_ONCE = 200
Target = str | Callable[[Row], str | None] | None


@dataclass(frozen=True)
class Action:
    """
    Something to do with the chosen rows: a POST to ``url`` that reads them with ``lists.chosen``.

    :param url: name of a URL without arguments, or a path
    :param right: ``RB6.do``; who does not hold it does not see the action
    :param key: a letter that does it from the keyboard
    """

    label: Words
    url: str
    icon: str = "player-play"
    right: str = ""
    key: str = ""
    danger: bool = False


@dataclass(frozen=True)
class Button:
    """A link at the top right of the page; ``main`` for the one thing people come for."""

    label: Words
    url: str
    icon: str = "plus"
    right: str = ""
    key: str = ""
    main: bool = False


@dataclass(frozen=True)
class Empty:
    """What an empty list says: what will appear here, and how to get it."""

    what: Words
    how: Words = ""
    url: str = ""
    button: Words = ""
    icon: str = "list-search"


def render_list(
    request: HttpRequest,
    query: ListQuery,
    *,
    title: Words,
    empty: Empty,
    subtitle: Words = "",
    panel: Target = None,
    page: Target = None,
    actions: Sequence[Action] = (),
    buttons: Sequence[Button] = (),
    context: dict[str, Any] | None = None,
    template: str = "ui/list_page.html",
) -> HttpResponse:
    """
    Answer a request for a list.

    :param panel: URL name (given the row's id) or function of the row's values: what opens beside the list
    :param page: the same for the full page of a row
    :param context: for a template of the room that extends ``ui/list_page.html``
    """
    usual = shelf.default_query(request, query.name)
    if usual:
        return redirect(f"{request.path}?{usual}")
    state = ListState(query, request.GET)
    wanted = request.GET.get("export")
    if wanted in {"csv", "xlsx"}:
        return _unnamed(export.as_csv(state) if wanted == "csv" else export.as_xlsx(state))
    by_htmx = bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")
    shown = _Shown(request, state, panel=panel, page=page, selectable=bool(_allowed(request, actions)))
    if by_htmx and "start" in request.GET:
        return _varying(render(request, "ui/lists/rows.html", shown.part(_start(request))))
    parts = {
        "title": title,
        "subtitle": subtitle,
        "empty": empty,
        "actions": _allowed(request, actions),
        "buttons": _allowed(request, buttons),
        **shown.whole(),
        **(context or {}),
    }
    response = render(request, "ui/lists/body.html" if by_htmx else template, parts)
    if by_htmx:
        response["HX-Push-Url"] = shown.address(state.query_string())
    return _varying(response)


def _unnamed(response: HttpResponseBase) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response  # type: ignore[return-value]


def _varying(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "no-store"
    return response


def _start(request: HttpRequest) -> int:
    text = request.GET.get("start", "0")
    return int(text) if text.isdecimal() else 0


def _allowed(request: HttpRequest, things: Sequence[Any]) -> list[dict[str, Any]]:
    user = request.user
    named = [
        {"it": thing, "url": thing.url if thing.url.startswith("/") else reverse(thing.url)}
        for thing in things
        if not thing.right or user.has_perm(thing.right)  # type: ignore[union-attr]
    ]
    return [one for one in named if may_follow(one["url"])]


class _Shown:
    """What the templates of a list need."""

    def __init__(
        self, request: HttpRequest, state: ListState, *, panel: Target, page: Target, selectable: bool
    ) -> None:
        self.request = request
        self.state = state
        self.panel = panel
        self.page = page
        self.selectable = selectable
        self.columns = state.columns
        self.menu = shelf.menu(request, state.query.name)

    def address(self, query_string: str) -> str:
        # A list that opens with a kept view needs something in its address to show everything.
        query_string = query_string or ("all=1" if self.menu.get("opens_filtered") else "")
        return f"{self.request.path}?{query_string}" if query_string else self.request.path

    def part(self, start: int) -> dict[str, Any]:
        """The rows from ``start``, and where the next ones are."""
        paths = paths_of(self.state.query, self.columns)
        rows = self.state.rows.part(paths, start, start + ROWS_AT_ONCE + 1)
        more = len(rows) > ROWS_AT_ONCE
        following = self.state.query_string(start=str(start + ROWS_AT_ONCE)) if more else ""
        return {
            "rows": self._html(rows[:ROWS_AT_ONCE]),
            "next_url": self.address(following) if more else "",
            "width": len(self.columns) + self.selectable,
        }

    def _html(self, rows: Sequence[Row]) -> SafeString:
        return mark_safe("".join(self._row(row) for row in rows))  # noqa: S308 - cells escape what they hold

    def _row(self, row: Row) -> str:
        row_id = escape(row[self.state.query.row_id])
        panel, page = (_target(target, row, self.state.query) for target in (self.panel, self.page))
        marks = f' data-panel="{escape(panel)}"' if panel else ""
        marks += f' data-page="{escape(page)}"' if page else ""
        tick = ""
        if self.selectable:
            name = escape(_("Choose %(row)s") % {"row": self.columns[0].plain(self.columns[0].value(row)) or row_id})
            tick = (
                '<td class="tick"><input type="checkbox" class="form-check-input" name="ids" form="list-actions"'
                f' value="{row_id}" aria-label="{name}"></td>'
            )
        first, *others = [column.cell(row) for column in self.columns]
        if page and "<a " not in first:
            head, _sep, tail = first.partition(">")
            first = f'{head}><a class="row-link" href="{escape(page)}">{tail.removesuffix("</td>")}</a></td>'
        return f'<tr data-id="{row_id}" tabindex="-1"{marks}>{tick}{first}{"".join(others)}</tr>'

    def whole(self) -> dict[str, Any]:
        state = self.state
        totalled = [column for column in self.columns if column.total]
        count, sums = state.rows.totals(totalled)
        return {
            "list": state,
            "count": count,
            "heads": [self._head(column) for column in self.columns],
            "totals": [_total(column, sums) for column in self.columns] if totalled else [],
            "filters": [self._filter(declared) for declared in state.query.filters],
            "facets": [self._facets(d) for d in state.query.filters if isinstance(d, Choice) and d.facet],
            "choosable": [{"column": c, "on": c in self.columns} for c in state.query.columns],
            "selectable": self.selectable,
            "query_string": state.query_string(),
            "xlsx_url": self.address(state.query_string(export="xlsx")),
            "csv_url": self.address(state.query_string(export="csv")),
            "all_url": self.address(""),
            "shelf": self.menu,
            **self.part(0),
        }

    def _head(self, column: Column) -> dict[str, Any]:
        sort = self.state.sort
        direction = ("down" if sort.startswith("-") else "up") if sort.lstrip("-") == column.key else ""
        following = f"-{column.key}" if direction == "up" or (not direction and column.numeric) else column.key
        url = self.address(self.state.query_string(sort=following)) if column.may_sort else ""
        return {"column": column, "direction": direction, "url": url}

    def _filter(self, declared: Any) -> dict[str, Any]:
        typed = list(self.state.given_for(declared).items())
        return {
            "it": declared,
            "fields": [{"name": name, "value": value} for name, value in typed],
            "error": self.state.errors.get(declared.name, ""),
            "chosen": list(self.state.given.get(declared.name) or []),
            "options": [(str(v), label) for v, label in declared.options()] if isinstance(declared, Choice) else [],
        }

    def _facets(self, choice: Choice) -> dict[str, Any]:
        return {"it": choice, "chips": self.state.facets(choice)}


def _total(column: Column, sums: dict[str, Any]) -> dict[str, Any]:
    value = sums.get(column.key)
    return {
        "text": column.text(value) if value is not None else "",
        "css": column.classes(value) if value is not None else "",
    }


def _target(target: Target, row: Row, query: ListQuery) -> str | None:
    if target is None:
        return None
    address = target(row) if callable(target) else reverse(target, args=[row[query.row_id]])
    return address if address and may_follow(address) else None
