"""What a request carries: into the audit trail who, from which page and why; to the page, the person's language."""

from collections.abc import Callable
from typing import Any

import pghistory.middleware
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation


class AuditContext(pghistory.middleware.HistoryMiddleware):
    """Adds the reason that a form asked for (field ``reason``) to user and page."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request)
        is_form = request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}
        reason = request.POST.get("reason", "") if is_form else ""
        return {**context, "why": reason[:500]}


class PreferredLanguage:
    """Signed-in people see their own language, unless they switched it in this browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = getattr(request.user, "language", "")
        if language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
        return self.get_response(request)
