"""Which rows a bulk action is for: ticked ones, or everything that the filters leave."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from tomoshibi.ui.lists.query import ListQuery
from tomoshibi.ui.lists.view_state import ListState


class NothingChosen(ValueError):
    """A bulk action needs at least one row."""


class FilterNotReadable(ValueError):
    """Everything that is filtered means nothing while a filter cannot be read."""


@dataclass(frozen=True)
class Chosen:
    """
    The rows of a bulk action.

    :param ids: in the order of the list
    :param seen: how many the user saw when choosing everything; the list may have changed since
    """

    ids: list[Any]
    everything: bool
    seen: int

    @property
    def changed(self) -> bool:
        return self.everything and len(self.ids) != self.seen


def chosen(request: HttpRequest, query: ListQuery) -> Chosen:
    """
    Read the posted choice; only rows that are in the list can be chosen.

    :raises NothingChosen: when no row is meant
    :raises FilterNotReadable: when everything is meant but a filter is not readable
    """
    state = ListState(query, QueryDict(request.POST.get("list_query", "")))
    everything = request.POST.get("everything") == "1"
    if everything and state.errors:
        raise FilterNotReadable(_("A filter of the list cannot be read; nothing was done."))
    there = state.rows.ids() if everything else query.source().ordered(query.order).ids()
    if not everything:
        ticked = set(request.POST.getlist("ids"))
        there = [row_id for row_id in there if str(row_id) in ticked]
    if not there:
        raise NothingChosen(_("Choose at least one row first."))
    return Chosen(ids=there, everything=everything, seen=int(request.POST.get("seen") or len(there)))
