"""How the switching support system is reached, and asking it at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tomoshibi.applications import switching_words as words
from tomoshibi.applications import values
from tomoshibi.applications.forms import switching as forms
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.views.switching.edge import GRID, leave_record
from tomoshibi.storage import db
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock


@require_http_methods(["GET", "POST"])
@page(*GRID)
def link(request: HttpRequest) -> HttpResponse:
    """How the system is reached, and the message set that it is spoken to with."""
    found = queries.link()
    may_set = request.user.has_perm("AP7.do")  # type: ignore[union-attr]
    initial: dict[str, Any] = {"pace_ms": 1000, "timeout_seconds": 60, "core_from": 9, "core_to": 17}
    if found is not None:
        initial = {name: getattr(found, name) for name in forms.LinkForm.base_fields}
        initial |= {
            "retailer_codes": forms.codes_as_text(dict(found.retailer_codes)),
            "search_areas": list(found.search_areas),
        }
    form = forms.LinkForm(request.POST or None, initial=initial)
    if request.method == "POST" and may_set and form.is_valid():
        with db.transaction():
            operations.set_link(**form.cleaned_data)
            leave_record(
                request, values.SUPPLY, "set how the switching support system is reached", "applications.link:1"
            )
        messages.success(request, _("Saved."))
        return redirect("applications:switching_link")
    messages_set = operations.message_set(on=clock.today())
    context = {"form": form, "link": found, "may_set": may_set, "set": messages_set, "classes": words.CLASSES}
    return render(request, "applications/switching/link.html", context, status=422 if form.errors else 200)


@require_POST
@page(*GRID, "CM6", right=DO)
def ask_now(request: HttpRequest) -> HttpResponse:
    """Send what waits and see what happened, without waiting for the hour."""
    with db.transaction():
        job_id = worker.enqueue(values.POLL_JOB, requested_by_id=request.user.pk, lock=values.LINE)
        leave_record(request, values.SUPPLY, "asked the switching support system now", "applications.link:1")
    return redirect(f"{reverse('worker:job', args=[job_id])}?next={reverse('applications:switching')}")
