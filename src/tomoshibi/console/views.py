"""The day board: what is due today, what runs, what failed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tomoshibi.ui.pages import ANY_STAFF, page
from tomoshibi.worker import queries as worker
from tomoshibi.worker.values import JobState


@page(ANY_STAFF)
def today(request: HttpRequest) -> HttpResponse:
    counts = worker.job_counts()
    return render(
        request,
        "console/today.html",
        {
            "failed": worker.jobs(state=JobState.FAILED, limit=5),
            "running": worker.jobs(state=JobState.RUNNING, limit=5),
            "job_counts": {state.value: counts.get(state.value, 0) for state in JobState},
        },
    )
