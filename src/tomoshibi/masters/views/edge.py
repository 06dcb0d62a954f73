"""What the pages share: who acts, and views that belong to one master's procedures."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from tomoshibi.masters.register import Master
from tomoshibi.ui.pages import VIEW, page

Body = Callable[..., HttpResponse]
"""A view of any master: it is given the request, the master, and what stands in the address."""


def view_of(master: Master, name: str, body: Body, *, right: str = VIEW, posts: bool = False) -> Callable[..., Any]:
    """Register a view under the procedures of a master, so that each master has rights of its own."""

    def view(request: HttpRequest, **arguments: Any) -> HttpResponse:
        return body(request, master, **arguments)

    view.__name__ = view.__qualname__ = f"{master.code}_{name}"
    guarded = page(*master.procedures, right=right)(view)
    return require_http_methods(["GET", "POST"] if posts else ["GET"])(guarded)


def may(request: HttpRequest, master: Master, right: str) -> bool:
    return any(request.user.has_perm(f"{procedure}.{right}") for procedure in master.procedures)  # type: ignore[union-attr]


def may_with(request: HttpRequest, master: Master, rows: Iterable[Mapping[str, Any]], right: str) -> bool:
    """Whether the person holds the right for every procedure that these rows belong to: an agent's is not another's."""
    return all(request.user.has_perm(f"{one}.{right}") for one in master.procedures_for(rows))  # type: ignore[union-attr]
