"""Who may open a portal page: signed-in people from outside, each seeing only their own matters."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from tomoshibi.ui.pages import register

V = TypeVar("V", bound=Callable[..., HttpResponse])


def customer_page(*procedures: str) -> Callable[[V], V]:
    """
    Register a page of the customer portal; the view is called with the ``customer_id`` of who is signed in.

    Staff do not come in here: they have the customer's page in the console.
    """

    def decorate(view: V) -> V:
        register(view, *procedures)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            customer_id = getattr(user, "portal_customer_id", None)
            if customer_id is None:
                raise PermissionDenied("portal")
            response = view(request, *args, customer_id=customer_id, **kwargs)
            response.headers["X-Procedures"] = " ".join(procedures)
            response.headers["Cache-Control"] = "no-store"
            return response

        guarded.procedures = procedures  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate
