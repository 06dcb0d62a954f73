"""Whether the drafts of a run still rest on what holds: asked before a second person stands for them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.billing import billlist, jobs, values
from tomoshibi.billing.views.runs import found_run
from tomoshibi.storage import db
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker.values import JobState

WAIT_SECONDS = 2
_BEFORE_ISSUE = {values.RunState.EXAMINED, values.RunState.CONFIRMED}


@require_GET
@page("RB6", "RB7")
def drafts(request: HttpRequest, run_id: int) -> HttpResponse:
    """A fragment for the pages of an examined run: what the last look found, or that one is under way."""
    found = found_run(run_id)
    context = {
        "run": found,
        "shown": found.state in _BEFORE_ISSUE,
        "under_way": _is_under_way(found.id),
        "every": WAIT_SECONDS,
        "changed": [(billlist.CHANGED[why], count) for why, count in found.changed.items()],
        "may_rate_again": found.state is values.RunState.EXAMINED,
    }
    return render(request, "billing/drafts.html", context)


@require_POST
@page("RB7", right=DO)
def look_at_drafts(request: HttpRequest, run_id: int) -> HttpResponse:
    """Look again, in the worker; leads to the fragment."""
    found = found_run(run_id)
    if found.state in _BEFORE_ISSUE and not _is_under_way(run_id):
        with db.transaction():
            jobs.enqueue_draft_look(run_id=run_id, actor_id=actor(request))
    return redirect("billing:run_drafts", run_id)


def _is_under_way(run_id: int) -> bool:
    job = jobs.last_draft_look(run_id=run_id)
    return job is not None and job.state in {JobState.WAITING, JobState.RUNNING}
