"""Statements for the printer."""

from typing import cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.billing import jobs, queries, values
from tomoshibi.billing.views.runs import actor, found_run
from tomoshibi.documents import queries as documents
from tomoshibi.storage import db
from tomoshibi.ui.pages import DO, page

_KIND = "billing.print"


@require_GET
@page("RB8", "RB9")
def batches(request: HttpRequest) -> HttpResponse:
    issued = [run for run in queries.runs(limit=200) if run.state is values.RunState.ISSUED]
    made = queries.print_batches()
    printed = {batch["run_id"] for batch in made}
    context = {"batches": made, "waiting": [run for run in issued if run.id not in printed and run.bill_count]}
    return render(request, "billing/batches.html", context)


@require_POST
@page("RB9", right=DO)
def make(request: HttpRequest, run_id: int) -> HttpResponse:
    """Typeset the statements of an issued run."""
    if found_run(run_id).state is not values.RunState.ISSUED:
        messages.error(request, _("Statements are printed once the run is issued."))
        return redirect("billing:run", run_id)
    with db.transaction():
        job_id = jobs.enqueue_statements(run_id=run_id, actor_id=actor(request))
    return redirect("worker:job", job_id)


@require_GET
@page("RB9")
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    """A file of a print batch."""
    try:
        found = documents.stored_file(file_id=file_id)
    except documents.NoSuchFile:
        raise Http404 from None
    if found.kind != _KIND:
        raise Http404
    # A stream is a response too, though Django's types name it apart.
    return cast(HttpResponse, FileResponse(documents.path(file_id=file_id).open("rb"), filename=found.name))
