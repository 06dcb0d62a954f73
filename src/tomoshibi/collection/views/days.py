"""The day of a collection clerk: what is due, per debit."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.collection import operations, queries, tables, values
from tomoshibi.collection.views.shared import attempt
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.masters.values import DebitDates
from tomoshibi.storage import db
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock

MONTHS_AHEAD = 2


@dataclass(frozen=True)
class DebitDay:
    """One debit of an agent: its dates, and the batches made for it."""

    dates: DebitDates
    agent_name: str
    batches: list[values.DebitBatch]
    can_prepare: bool
    days_left: int


@require_GET
@page("RC4")
def day(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    context = {
        "days": _days(today),
        "counts": queries.day_counts(),
        "returned": queries.returned_waiting(),
        "states": tables.BATCH_STATES,
        "today": today,
        "unlinked": [agent for agent in masters.debit_agents(on=today) if queries.link(agent=agent.code) is None],
    }
    return render(request, "collection/day.html", context)


def _days(today: date) -> list[DebitDay]:
    """Debits that ask for something: file not due yet, or made and not settled."""
    made: dict[tuple[str, date], list[values.DebitBatch]] = {}
    for batch in queries.batches(limit=500):
        if batch.state is not values.BatchState.CANCELLED:
            made.setdefault((batch.agent, batch.debit_on), []).append(batch)
    found = []
    for agent in masters.debit_agents(on=today):
        for n in range(-1, MONTHS_AHEAD):
            for dates in masters.debit_schedules(agent=agent.code, month=Month.of(today).plus(n)):
                batches = made.get((agent.code, dates.debit_on), [])
                unfinished = any(batch.state is not values.BatchState.SETTLED for batch in batches)
                if dates.file_due_on >= today or unfinished:
                    unsent = any(b.state in {values.BatchState.PREPARED, values.BatchState.RELEASED} for b in batches)
                    left = (dates.file_due_on - today).days
                    can_prepare = bool(agent.consignor_code) and left >= 0 and not unsent
                    found.append(DebitDay(dates, agent.name, batches, can_prepare, left))
    return sorted(found, key=lambda one: (one.dates.debit_on, one.dates.agent))


@require_POST
@page("RC4", right=DO)
def prepare(request: HttpRequest, agent: str, month: str, cycle_day: int) -> HttpResponse:
    came = attempt(
        request,
        lambda: operations.prepare_batch(
            agent=agent,
            month=Month.parse(month),
            cycle_day=cycle_day,
            now=clock.now(),
            today=clock.today(),
            actor_id=actor(request),
        ),
        lambda made: (
            _("%(rows)s debits prepared, %(aside)s set aside. A second person has to release them.")
            % {"rows": f"{made.rows:,}", "aside": f"{made.aside:,}"}
        ),
    )
    return redirect("collection:batch", came.value.batch_id) if came else redirect("collection:day")


@require_POST
@page("RC4", right=DO)
def fetch(request: HttpRequest) -> HttpResponse:
    """Ask the agents for results now."""
    with db.transaction():
        job_id = worker.enqueue(values.FETCH_JOB, requested_by_id=actor(request), lock=values.FETCH_JOB)
    return redirect(f"{reverse('worker:job', args=[job_id])}?next={reverse('collection:day')}")
