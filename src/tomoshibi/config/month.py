"""
One month, from files waiting to debit results allocated, from the command line.

The same operations and jobs as behind the pages, in the same order; it stops where a person has to look, or where a
second person is needed and none was named.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tomoshibi.billing import jobs as billing_jobs
from tomoshibi.billing import operations as billing
from tomoshibi.billing import queries as billing_queries
from tomoshibi.billing import values as billing_values
from tomoshibi.collection import operations as collection
from tomoshibi.collection import queries as collection_queries
from tomoshibi.collection import values as collection_values
from tomoshibi.console.days import go_on_to, next_day
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import queries as ledger
from tomoshibi.masters import queries as masters
from tomoshibi.metering import jobs as metering_jobs
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock
from tomoshibi.worker import queue

DAYS_TO_WAIT = 10
"""A debit result that is not there so many stepped days after its day will not come by itself."""


class NeedsPeople(RuntimeError):
    """The month stops here until somebody has looked; the sentence says at what."""


@dataclass(frozen=True)
class Step:
    """What one step of the month came to."""

    name: str
    outcome: str


Watch = Callable[[str], worker.Progress]


def run(
    *, month: Month, first_id: int, second_id: int | None, hold_reason: str, watch: Watch, until: date | None = None
) -> Iterator[Step]:
    """
    Do the month step by step; running it again goes on where it stopped.

    :param first_id: who prepares
    :param second_id: who confirms; without one the month stops before confirmation
    :param hold_reason: bills with a blocking finding are held for this reason; empty: the month stops at them
    :param watch: gives a progress for the name of a step
    :param until: the demo's clock is stepped no further than this day; without it, to the day of the last result
    :raises NeedsPeople: where somebody has to look or to confirm
    """
    yield Step("fetch", metering_jobs.fetch(watch("fetch")))
    queue.run_until_quiet()
    yield Step("watch", metering_jobs.watch(watch("watch")))
    yield from _print(month, first_id, watch)  # owed since before; what follows may stop at a person
    run_id = yield from _rate(month, first_id, watch)
    if run_id is not None:
        yield from _examine(run_id, first_id, hold_reason)
        if _is_rest(run_id, month):
            yield Step("rest", _leave_rest(run_id, first_id))
        else:
            yield from _confirm_and_issue(run_id, second_id, watch)
        yield from _print(month, first_id, watch)
    queue.run_until_quiet()
    yield from _debit(first_id, second_id)
    yield from _await_results(until, watch("results"))
    yield Step("ledger", _footing())


def _rate(month: Month, actor_id: int, watch: Watch) -> Generator[Step, None, int | None]:
    """:returns: the run, or None when everything of the month is billed already"""
    try:
        with db.transaction():
            made = billing.open_run(
                month=month, selection=billing_values.Selection(), actor_id=actor_id, now=clock.now()
            )
    except billing.NothingToBill as nothing:
        yield Step("rate", str(nothing))
        return None
    yield Step("rate", billing_jobs.rate_run(watch("rate"), run_id=made.id, actor_id=actor_id))
    return made.id


def _examine(run_id: int, actor_id: int, hold_reason: str) -> Iterator[Step]:
    made = billing_queries.run(run_id=run_id)
    if made.state not in {billing_values.RunState.RATED, billing_values.RunState.CHECKED}:
        return
    open_findings = billing_queries.exceptions(run_id=run_id, severity="blocking", undecided=True, limit=1_000_000)
    blocked = sorted({row["contract_id"] for row in open_findings if not row["held"]})
    if blocked and not hold_reason:
        raise NeedsPeople(
            _("%(count)s bills wait for a decision: %(page)s - or hold them all with --hold REASON")
            % {"count": f"{len(blocked):,}", "page": f"/billing/runs/{run_id}/"}
        )
    with db.transaction():
        if blocked:
            billing.hold(run_id=run_id, contract_ids=blocked, reason=hold_reason, actor_id=actor_id, now=clock.now())
        billing.finish_examination(run_id=run_id, actor_id=actor_id, now=clock.now())
    yield Step("examine", _("%(count)s held") % {"count": f"{len(blocked):,}"})


def _is_rest(run_id: int, month: Month) -> bool:
    """Whether a run holds only what was kept back when the month was issued, and is kept back again."""
    issued = billing_queries.runs(month=month.number)
    return not billing_queries.going(run_id=run_id).bill_count and any(
        run.state is billing_values.RunState.ISSUED and run.kind == billing_values.RunKind.REGULAR for run in issued
    )


def _leave_rest(run_id: int, actor_id: int) -> str:
    """An empty run is nothing to confirm or to issue; its contracts come with the next one, whoever is contracted by then."""
    with db.transaction():
        made = billing.cancel(
            run_id=run_id, reason="every bill of it is held or set aside", actor_id=actor_id, now=clock.now()
        )
    return _("run %(run)s cancelled: every bill of it is held or set aside; they come with the next run") % {
        "run": made.id
    }


def _confirm_and_issue(run_id: int, second_id: int | None, watch: Watch) -> Iterator[Step]:
    made = billing_queries.run(run_id=run_id)
    if made.state is billing_values.RunState.EXAMINED:
        going = billing_queries.going(run_id=run_id)
        if second_id is None:
            raise NeedsPeople(
                _("run %(run)s: %(bills)s wait for a second person (--confirm-as)")
                % {"run": run_id, "bills": _going(going)}
            )
        with db.transaction():
            billing.confirm(
                run_id=run_id,
                actor_id=second_id,
                now=clock.now(),
                seen_count=going.bill_count,
                seen_total=going.total_minor,
            )
        yield Step("confirm", _going(going))
    yield Step("issue", billing_jobs.issue_run(watch("issue"), run_id=run_id, actor_id=second_id))
    queue.run_until_quiet()


def _going(going: billing_values.Going) -> str:
    return _("%(count)s bills of %(total)s") % {"count": f"{going.bill_count:,}", "total": f"{going.total_minor:,}"}


def _print(month: Month, actor_id: int, watch: Watch) -> Iterator[Step]:
    """The statements of every issued run of the month that are not all made."""
    for run_id in billing_queries.unprinted_runs(month=month):
        said = billing_jobs.make_statements(watch("statements"), run_id=run_id, actor_id=actor_id)
        yield Step("statements", _("run %(run)s: %(said)s") % {"run": run_id, "said": said})


def _debit(first_id: int, second_id: int | None) -> Iterator[Step]:
    """Release and send what waits for its second person, then the next debit day's file of each agent that is linked."""
    today = clock.today()
    linked = collection_queries.linked_agents()
    for batch in collection_queries.batches(states=[collection_values.BatchState.PREPARED]):
        if batch.agent in linked and batch.file_due_on >= today:
            yield from _send(batch, second_id, today)
    for agent in linked:
        dates = next(
            (
                found
                for ahead in range(3)
                for found in masters.debit_schedules(agent=agent, month=Month.of(today).plus(ahead))
                if found.file_due_on >= today
            ),
            None,
        )
        if dates is None:
            continue
        try:
            with db.transaction():
                prepared = collection.prepare_batch(
                    agent=agent,
                    month=dates.month,
                    cycle_day=dates.cycle_day,
                    now=clock.now(),
                    today=today,
                    actor_id=first_id,
                )
        except (collection.NothingToCollect, collection.AlreadyRequested) as nothing:
            yield Step("debit", f"{agent}: {nothing}")
            continue
        yield Step(
            "debit",
            _("%(agent)s: %(count)s debits of %(total)s on %(day)s")
            % {
                "agent": agent,
                "count": f"{prepared.rows:,}",
                "total": f"{prepared.total_minor:,}",
                "day": dates.debit_on,
            },
        )
        made = collection_queries.batch(batch_id=prepared.batch_id)
        assert made is not None, prepared
        yield from _send(made, second_id, today)


def _send(batch: collection_values.DebitBatch, second_id: int | None, today: date) -> Iterator[Step]:
    """Release a prepared file as the second person, and see it sent."""
    if second_id is None:
        raise NeedsPeople(_("debit file %(file)s waits for a second person (--confirm-as)") % {"file": batch.id})
    with db.transaction():
        collection.release_batch(batch_id=batch.id, now=clock.now(), today=today, actor_id=second_id)
    queue.run_until_quiet()
    sent = collection_queries.batch(batch_id=batch.id)
    assert sent is not None, batch
    if sent.state != collection_values.BatchState.SENT:
        raise NeedsPeople(
            _("debit file %(file)s was not sent: see %(page)s")
            % {"file": batch.id, "page": "/worker/jobs/?state=failed"}
        )
    yield Step("send", _("%(agent)s: %(count)s rows sent") % {"agent": batch.agent, "count": f"{batch.row_count:,}"})


def _await_results(until: date | None, progress: worker.Progress) -> Iterator[Step]:
    """With the demo's clock, step to the day on which results come; with the real one, say when that is."""
    waiting = collection_queries.batches(states=[collection_values.BatchState.SENT])
    if not waiting:
        return
    last = max(batch.result_on for batch in waiting)
    if not clock.is_stepped():
        days = ", ".join(sorted({str(batch.result_on) for batch in waiting}))
        yield Step("results", _("expected on %(days)s; the worker fetches them then") % {"days": days})
        return
    _step_to(min(last, until) if until else last, progress)
    if until and until < last:
        yield Step(
            "results",
            _("expected on %(day)s; it is %(today)s. Run the month again to go on")
            % {"day": last, "today": clock.today()},
        )
        return
    for _day in range(DAYS_TO_WAIT):
        if not collection_queries.batches(states=[collection_values.BatchState.SENT]):
            break
        next_day(after_each_hour=queue.run_until_quiet)
    for batch in waiting:
        figures = collection_queries.batch_figures(batch_id=batch.id)
        yield Step(
            "results",
            _("%(agent)s: %(paid)s paid, %(failed)s failed, %(waiting)s waiting")
            % {
                "agent": batch.agent,
                "paid": f"{figures.paid:,}",
                "failed": f"{figures.failed:,}",
                "waiting": f"{figures.waiting:,}",
            },
        )


def _step_to(day: date, progress: worker.Progress) -> None:
    start = clock.today()
    if day > start:
        go_on_to(
            day,
            between=queue.run_until_quiet,
            tell=lambda reached: progress((reached - start).days, (day - start).days, reached.isoformat()),
        )


def _footing() -> str:
    month = Month.of(clock.today())
    balance = ledger.trial_balance(first=month.plus(-2), last=month)
    assert balance.debit_minor == balance.credit_minor, "the database lets no entry in that does not balance"
    return _("debits %(debit)s = credits %(credit)s") % {
        "debit": f"{balance.debit_minor:,}", "credit": f"{balance.credit_minor:,}",
    }  # fmt: skip
