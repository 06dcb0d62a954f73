"""What runs, what waits, what failed and why; progress of one job; running it again."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tomoshibi.storage import db
from tomoshibi.ui import lists
from tomoshibi.ui.pages import ANY_STAFF, DO, page
from tomoshibi.worker import arguments, joblist, operations, queries, values

REFRESH_SECONDS = 1
JOB_ENDED = "job-ended"
"""What a page hears whose part is to be renewed."""


def _found(job_id: int) -> values.Job:
    job = queries.job(job_id=job_id)
    if job is None:
        raise Http404(_("There is no job %(id)d.") % {"id": job_id})
    return job


def _next_url(request: HttpRequest) -> str:
    """Where to go when the job is done; only addresses of this server."""
    url = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return url if safe else ""


def _took_seconds(job: values.Job) -> float | None:
    """Nothing for a job that a stepped clock went on under: nobody knows how long that took."""
    if job.started_at is None:
        return None
    took = (job.ended_at or queries.now()) - job.started_at
    return None if queries.is_stepped() and took > values.STEPPED_RUNS_ON else took.total_seconds()


def _shown(request: HttpRequest, job: values.Job) -> dict[str, Any]:
    sentence, _blank, trace = job.error.partition("\n\n")
    return {
        "job": job,
        "states": joblist.STATES,
        "ended": job.state in {values.JobState.DONE, values.JobState.FAILED},
        "failed": job.state == values.JobState.FAILED,
        "done": job.state == values.JobState.DONE,
        "reason": sentence,
        "trace": trace,
        "seconds": _took_seconds(job),
        "arguments": [
            (arguments.word(name), arguments.shown(value))
            for name, value in sorted(job.arguments.items())
            if value not in ("", None)
        ],
        "may_retry": job.state == values.JobState.FAILED and request.user.has_perm("MS7.do"),  # type: ignore[union-attr]
        "next_url": _next_url(request),
        "every": REFRESH_SECONDS,
    }


@page(ANY_STAFF)
def jobs(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        joblist.jobs_list(),
        title=_("Jobs"),
        subtitle=_("Long work that runs by itself: what runs, what waits, what failed and why."),
        panel="worker:job_panel",
        page="worker:job",
        actions=[lists.Action(_("Run again"), "worker:retry_chosen", "refresh", right="MS7.do", key="r")],
        empty=lists.Empty(
            _("Nothing has run yet."),
            _("Jobs appear here when somebody starts a run or imports a file, and when a schedule is due."),
            icon="stack-2",
        ),
    )


@page(ANY_STAFF)
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    return render(request, "worker/job.html", _shown(request, _found(job_id)) | {"own": True})


@page(ANY_STAFF)
def panel(request: HttpRequest, job_id: int) -> HttpResponse:
    return render(request, "worker/panel.html", _shown(request, _found(job_id)))


@page(ANY_STAFF)
def progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """
    The part that other rooms' pages show after they started a job; it asks again until the job has ended.

    On the job's own page (``own``) its name stands above already, and the facts below change with it. A page that shows
    what the job works on (``here``) is told that it is done, and renews that part of itself; nothing else moves.
    """
    own, here = bool(request.GET.get("own")), bool(request.GET.get("here"))
    context = {**_shown(request, _found(job_id)), "named": not own, "own": own, "here": here, "again": True}
    renewed = here and context["done"]
    response = render(request, "worker/progress_now.html", context | {"renewed": renewed})
    if renewed:
        response["HX-Trigger-After-Settle"] = JOB_ENDED
    return response


@require_POST
@page("MS7", right=DO)
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    try:
        with db.transaction():
            operations.retry(job_id=_found(job_id).id, requested_by_id=request.user.pk)
    except operations.JobNotFailed:
        messages.warning(request, _("Only a failed job can be run again."))
    return redirect("worker:job", job_id)


@require_POST
@page("MS7", right=DO)
def retry_chosen(request: HttpRequest) -> HttpResponse:
    """Run the failed ones among the chosen jobs again; the others are left as they are."""
    try:
        chosen = lists.chosen(request, joblist.jobs_list())
    except (lists.NothingChosen, lists.FilterNotReadable) as refusal:
        messages.error(request, str(refusal))
        return redirect("worker:jobs")
    failed = [job_id for job_id in chosen.ids if _found(job_id).state == values.JobState.FAILED]
    with db.transaction():
        for job_id in failed:
            operations.retry(job_id=job_id, requested_by_id=request.user.pk)
    left = len(chosen.ids) - len(failed)
    messages.success(
        request, ngettext("%(n)d job runs again.", "%(n)d jobs run again.", len(failed)) % {"n": len(failed)}
    )
    if left:
        messages.info(request, _("Left as they were, because they had not failed: %(n)d.") % {"n": left})
    return redirect("worker:jobs")
