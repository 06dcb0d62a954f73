"""Who is at the public door: their address for limits, their draft for going on, and who is no person."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tomoshibi.applications import operations, queries, values
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.ui.pages import register
from tomoshibi.worker import queries as clock

V = TypeVar("V", bound=Callable[..., HttpResponse])
COOKIE = "tomoshibi_application"
COOKIE_SECONDS = 14 * 24 * 60 * 60
TRAP = "website"
"""A field that people do not see; programs that fill in every field give themselves away."""
FASTEST_SECONDS = 5
"""Nobody fills in five pages faster."""


def public_page(*procedures: str) -> Callable[[V], V]:
    """Register a page that anybody may open; it is never kept by caches, and forms carry their token."""

    def decorate(view: V) -> V:
        register(view, *procedures)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                response = view(request, *args, **kwargs)
            except operations.TooOften as too_often:
                context = {"company": company(), "sentence": str(too_often)}
                return render(request, "portals/apply/sorry.html", context, status=429)
            response.headers["X-Procedures"] = " ".join(procedures)
            response.headers["Cache-Control"] = "no-store"
            response.headers["Referrer-Policy"] = "same-origin"
            return response

        guarded.procedures = procedures  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def company() -> Any:
    try:
        return masters.company()
    except masters.MasterMissing:
        return None


def address_of(request: HttpRequest) -> str:
    """The visitor's network address; a proxy of ours names it, anybody else's word is not taken."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if peer in settings.TRUSTED_PROXIES:
        named = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", 1)[-1].strip()
        return named or peer
    return peer


def within_limit(request: HttpRequest, what: str) -> None:
    """
    Count one more and go on.

    :raises operations.TooOften: above the limit; the count stays
    """
    with db.transaction():
        count = operations.count_attempt(what=what, address=address_of(request), now=clock.now())
    operations.require_within(what=what, count=count)


def own_draft(request: HttpRequest) -> values.Intake | None:
    """The application that this browser is writing, or has just sent."""
    key = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=COOKIE_SECONDS)
    if not key:
        return None
    try:
        return queries.intake_by_key(key=key)
    except queries.NoSuchIntake:
        return None


def keep_draft(response: HttpResponse, key: str) -> HttpResponse:
    """Let the browser carry the key of its application; no script can read it."""
    response.set_signed_cookie(
        COOKIE, key, salt=COOKIE, max_age=COOKIE_SECONDS, path="/apply/", httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def is_program(request: HttpRequest) -> bool:
    return bool(request.POST.get(TRAP, ""))


def is_too_quick(draft: values.Intake) -> bool:
    return (clock.now() - draft.started_at).total_seconds() < FASTEST_SECONDS
