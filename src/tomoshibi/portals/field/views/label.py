"""The page behind a label: what anybody may know who scans one, and what staff see beside it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.fieldwork.values import Verdict
from tomoshibi.groups import queries as groups
from tomoshibi.groups import values as group_values
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.worker import queries as clock


@require_GET
@never_cache
def scanned(request: HttpRequest, token: str) -> HttpResponse:
    """Genuine, void or not ours; and whom to call. Where a visitor is or who they are is neither asked nor kept."""
    staff = request.user.is_authenticated and getattr(request.user, "is_staff", False)
    actor_id = request.user.pk if staff else None
    with db.transaction():
        found = fieldwork.scan(token=token, now=clock.now(), procedure=group_values.LABELS, actor_id=actor_id)
    try:
        company = masters.company()
    except masters.MasterMissing:
        company = None
    context = {
        "scan": found,
        "genuine": found.verdict is Verdict.GENUINE,
        "void": found.verdict is Verdict.VOID,
        "company": company,
        "staff": staff,
        "token": token,
        "point": groups.point_behind(subject=found.label.subject, on=clock.today()) if staff and found.label else None,
    }
    status = 404 if found.verdict is Verdict.FORGED else 200
    return render(request, "portals/field/scanned.html", context, status=status)
