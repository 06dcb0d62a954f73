"""What every change of a request carries into the audit trail: who, from which page, why."""

from typing import Any

import pghistory.middleware
from django.http import HttpRequest


class AuditContext(pghistory.middleware.HistoryMiddleware):
    """Adds the reason that a form asked for (field ``reason``) to user and page."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request)
        is_form = request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}
        reason = request.POST.get("reason", "") if is_form else ""
        return {**context, "why": reason[:500]}
