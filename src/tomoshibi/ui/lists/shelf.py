"""
Views of a list that people keep: filters, order and columns under a name.

The roof says who keeps them and where they are changed; without that, lists offer none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True)
class View:
    """
    A kept view as the list's menu shows it.

    :param query: of the list's address
    :param by: who shares it, where it is not one's own
    :param is_default: the list opens with it
    """

    id: int
    name: str
    query: str
    mine: bool
    shared: bool
    is_default: bool
    by: str = ""


@dataclass(frozen=True)
class Shelf:
    """
    Where views are kept.

    :param views: of a user and a list, own ones first
    :param keep: name of the URL that a new view is posted to
    :param forget: name of the URL, given a view's id, that takes it away
    :param open_with: name of the URL, given a view's id, that makes it the default or no longer so
    """

    views: Callable[[int, str], Sequence[View]]
    keep: str
    forget: str
    open_with: str


_shelves: list[Shelf] = []


def set_shelf(shelf: Shelf) -> None:
    """Called by the roof on start."""
    _shelves[:] = [shelf]


def default_query(request: HttpRequest, name: str) -> str:
    """With what a list opens when its address says nothing: the query of the user's default view, or nothing."""
    if request.GET or request.headers.get("HX-Request"):
        return ""
    return next((view.query for view in _views(request, name) if view.is_default), "")


def menu(request: HttpRequest, name: str) -> dict[str, Any]:
    """What the menu of views needs; empty where nobody keeps any."""
    user_id = _user_id(request)
    if not _shelves or user_id is None:
        return {}
    (shelf,) = _shelves
    kept = _views(request, name)
    views = [
        {"it": view, "forget": reverse(shelf.forget, args=[view.id]), "open": reverse(shelf.open_with, args=[view.id])}
        for view in kept
    ]
    return {"views": views, "keep": reverse(shelf.keep), "opens_filtered": any(view.is_default for view in kept)}


def _views(request: HttpRequest, name: str) -> Sequence[View]:
    """Asked once per request."""
    user_id = _user_id(request)
    if not _shelves or user_id is None:
        return ()
    known: dict[str, Sequence[View]] = request.__dict__.setdefault("_kept_views", {})
    if name not in known:
        known[name] = _shelves[0].views(user_id, name)
    return known[name]


def _user_id(request: HttpRequest) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None else None
