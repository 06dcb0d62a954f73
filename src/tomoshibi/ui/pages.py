"""
Pages and the procedures they serve.

Every staff view is registered under the ids of the procedures it belongs to; the same ids decide who may open it.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

V = TypeVar("V", bound=Callable[..., HttpResponse])

VIEW, DO, CONFIRM = "view", "do", "confirm"
RIGHTS = (VIEW, DO, CONFIRM)
_pages: dict[str, set[str]] = {}
ANY_STAFF = "*"
_reader: ContextVar[Any] = ContextVar("reader", default=None)
"""Who the page that is being made is for; nobody outside of one."""


def page(*procedures: str, right: str = VIEW) -> Callable[[V], V]:
    """
    Register a view under procedures and let in only who holds the right for one of them.

    :param procedures: ids like ``RB6``; ``ANY_STAFF`` for pages that every signed-in member of staff may open
    :param right: ``view``, ``do`` or ``confirm`` (the second pair of eyes)

    The response carries the ids in ``X-Procedures`` so that journeys can prove what they opened.
    """
    assert procedures, "a page belongs to a procedure"
    assert right in RIGHTS, right

    def decorate(view: V) -> V:
        register(view, *procedures)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not may_open(user, guarded):
                raise PermissionDenied(", ".join(procedures))
            reading = _reader.set(user)
            try:
                response = view(request, *args, **kwargs)
            finally:
                _reader.reset(reading)
            response.headers["X-Procedures"] = " ".join(procedures)
            return response

        guarded.procedures = procedures  # type: ignore[attr-defined]
        guarded.right = right  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def may_open(user: Any, view: Any) -> bool:
    """Whether somebody may open a view; one that is no page of the staff has a door keeper of its own."""
    procedures, right = getattr(view, "procedures", None), getattr(view, "right", VIEW)
    if procedures is None:
        return True
    return bool(getattr(user, "is_staff", False)) and (
        ANY_STAFF in procedures or any(user.has_perm(f"{procedure}.{right}") for procedure in procedures)
    )


def may_follow(address: str) -> bool:
    """
    Whether who reads this page may open an address of ours, so that no link leads to a closed door.

    :param address: a path, a query behind it or not; one of somebody else's site is nobody's secret
    """
    reader = _reader.get()
    if reader is None or not address.startswith("/") or address.startswith("//"):
        return True
    view = _view_at(urlsplit(address).path)
    return view is None or may_open(reader, view)


@lru_cache(maxsize=4096)
def _view_at(path: str) -> Any:
    try:
        return resolve(path).func
    except Resolver404:
        return None


def register(view: Callable[..., HttpResponse], *procedures: str) -> None:
    """Note under which procedures a view stands (``page`` does it; portals have a door keeper of their own)."""
    for procedure in procedures:
        _pages.setdefault(procedure, set()).add(f"{view.__module__}.{view.__qualname__}")


def pages_by_procedure() -> dict[str, list[str]]:
    """Which views each procedure has, for the generated table of procedures."""
    return {procedure: sorted(views) for procedure, views in sorted(_pages.items()) if procedure != ANY_STAFF}
