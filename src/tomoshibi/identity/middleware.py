"""What a request carries: into the audit trail who, from which page and why; onto the page, the person's language."""

from collections.abc import Callable
from typing import Any

import pghistory.middleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from tomoshibi.worker import queries as clock


class AuditContext(pghistory.middleware.HistoryMiddleware):
    """Adds the reason that a form asked for (field ``reason``) to user and page, and the time where the clock is stepped."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request)
        is_form = request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}
        reason = request.POST.get("reason", "") if is_form else ""
        return {**context, "why": reason[:500], **clock.stepped_moment()}


def preferred_language(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Middleware: the language that a person chose wins; until then it is their browser's, as Django found it."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        language = getattr(request.user, "language", "")
        if language and translation.check_for_language(language):
            translation.activate(language)
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        return get_response(request)

    return handle
