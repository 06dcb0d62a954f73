"""
Pages and the procedures they serve.

Every staff view is registered under the ids of the procedures it belongs to; the same ids decide who may open it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

V = TypeVar("V", bound=Callable[..., HttpResponse])

VIEW, DO, CONFIRM = "view", "do", "confirm"
RIGHTS = (VIEW, DO, CONFIRM)
_pages: dict[str, set[str]] = {}
ANY_STAFF = "*"


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
            response = view(request, *args, **kwargs)
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


def register(view: Callable[..., HttpResponse], *procedures: str) -> None:
    """Note under which procedures a view stands (``page`` does it; portals have a door keeper of their own)."""
    for procedure in procedures:
        _pages.setdefault(procedure, set()).add(f"{view.__module__}.{view.__qualname__}")


def pages_by_procedure() -> dict[str, list[str]]:
    """Which views each procedure has, for the generated table of procedures."""
    return {procedure: sorted(views) for procedure, views in sorted(_pages.items()) if procedure != ANY_STAFF}
