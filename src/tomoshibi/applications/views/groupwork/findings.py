"""An access point as somebody stands before it, what hangs there without a seal, and counts that are wrong."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tomoshibi.applications.forms import groupwork as forms
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.views.groupwork.edge import first_error
from tomoshibi.groups import queries as groups
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.storage import db
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

SITE, REGISTER = "FW2", "GR1"


@require_http_methods(["GET", "POST"])
@page(values.SURVEY, SITE, REGISTER)
def place(request: HttpRequest, number: str) -> HttpResponse:
    """Every seal that should be there; anything else is reported (G-050)."""
    found = queries.place(number=number)
    if found is None:
        raise Http404
    form = forms.DeviceForm(request.POST or None, initial={"count": 1})
    if request.method == "POST" and form.is_valid():
        with db.transaction():
            operations.report_device(
                place=number,
                what=form.cleaned_data["what"],
                count=form.cleaned_data["count"],
                now=clock.now(),
                today=clock.today(),
                actor_name=people.name_of(user_id=request.user.pk),
            )
            _record(request, values.SURVEY, "reported a device without a seal", f"supply.access_point:{number}")
        messages.success(request, _("Reported: somebody looks at it within three working days."))
        return redirect("applications:place", number)
    context = {"place": found, "form": form}
    return render(request, "applications/groupwork/place.html", context, status=422 if form.errors else 200)


@require_POST
@page(REGISTER, values.INSTALL, "GR12", right=DO)
def wrong_count(request: HttpRequest, group_id: int) -> HttpResponse:
    """A count that was wrong is handed over to back-billing; nothing is edited (G-087)."""
    if groups.group(group_id=group_id) is None:
        raise Http404
    form = forms.CountForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("applications:papers_of_group", group_id)
    data: dict[str, Any] = form.cleaned_data
    try:
        with db.transaction():
            operations.report_count(
                group_id=group_id,
                true_count=data["true_count"],
                since=data["since"],
                evidence=data["evidence"],
                now=clock.now(),
                today=clock.today(),
                actor_name=people.name_of(user_id=request.user.pk),
            )
            _record(request, "GR12", "reported a wrong count", f"groups.group:{group_id}")
    except operations.Incomplete as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Reported: somebody looks at it within three working days."))
    return redirect("applications:papers_of_group", group_id)


def _record(request: HttpRequest, step: str, what: str, subject: str) -> None:
    identity.record_deed(procedure=step, what=what, at=clock.now(), subject=subject, actor_id=request.user.pk)
