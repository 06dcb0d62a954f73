"""The health check of load balancers and people on duty."""

from django.db import connection
from django.http import HttpRequest, JsonResponse

from tomoshibi import __version__


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 otherwise; no detail that a stranger could use."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            healthy = cursor.fetchone() == (1,)
    except Exception:  # noqa: BLE001 - the edge: whatever it is, the answer is "not healthy"
        healthy = False
    return JsonResponse({"healthy": healthy, "version": __version__}, status=200 if healthy else 503)
