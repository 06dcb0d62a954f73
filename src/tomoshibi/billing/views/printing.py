"""Statements for the printer."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.billing import jobs, queries, values
from tomoshibi.billing.views.runs import found_run
from tomoshibi.documents import queries as documents
from tomoshibi.storage import db
from tomoshibi.ui import downloads
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page

_KIND = "billing.print"


@require_GET
@page("RB8", "RB9")
def batches(request: HttpRequest) -> HttpResponse:
    issued = [run for run in queries.runs(limit=200) if run.state is values.RunState.ISSUED]
    made = queries.print_batches()
    printed = {batch["run_id"] for batch in made if batch["manifest_file_id"]}
    context = {
        "batches": made,
        "waiting": [run for run in issued if run.id not in printed and queries.goes_by_post(run_id=run.id)],
    }
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
    return redirect(f"{reverse('worker:job', args=[job_id])}?next={reverse('billing:run', args=[run_id])}")


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
    return downloads.kept(documents.path(file_id=file_id), found.name, shown=True)
