"""What the worker runs: rating, issuing, statements. Each goes on where it was killed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import date, datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.billing import operations, queries, values
from tomoshibi.contracts.values import EndReason
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import db, kept
from tomoshibi.ui import figures
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock
from tomoshibi.worker.values import Job, JobState

_TRIES = 5
_TOGETHER = 2
Tell = Callable[..., None]
"""Called with done, total and a message: ``worker.Progress``, or a bar on the terminal."""


@worker.define_job("billing.rate_run", procedure="RB6", label=gettext_noop("Rate bills"))
def rate_run(progress: Tell, *, run_id: int, actor_id: int | None = None) -> str:
    """Rate and check every part of a run that is not done; the energy of groups is worked out first."""
    with db.transaction():
        run = queries.run(run_id=run_id)
    if run.state is values.RunState.DRAFTED:
        today = clock.today()
        if run.kind is values.RunKind.REGULAR and not run.chunks_done:
            with db.transaction():  # groups have no values but those that are worked out; the same facts write nothing
                operations.calculate_groups(month=Month.from_number(run.month), today=today, now=clock.now())
        one_part = partial(_rate_chunk, run_id=run_id, today=today)
        _every_part(progress, one_part, done=run.chunks_done, total=run.chunks_total)
    with db.transaction():
        run = operations.finish_rating(run_id=run_id, now=clock.now(), actor_id=actor_id)
    progress(run.chunks_total, run.chunks_total)
    return _("%(count)s bills, %(aside)s set aside, %(total)s in all") % {
        "count": f"{run.bill_count:,}", "aside": f"{run.aside_count:,}", "total": figures.money(run.total_minor),
    }  # fmt: skip


def _rate_chunk(*, run_id: int, today: date) -> bool:
    return operations.rate_chunk(run_id=run_id, today=today) is not None


@worker.define_job(values.CALCULATE_JOB, procedure=values.GROUPS, label=gettext_noop("Work out the energy of groups"))
def calculate_groups(progress: Tell, *, month: int, actor_id: int | None = None) -> str:
    """Work out the energy of all groups for a month, whole or not at all."""
    with db.transaction():
        done = operations.calculate_groups(month=Month.from_number(month), today=clock.today(), now=clock.now())
        identity.record_deed(
            procedure=values.GROUPS,
            what=f"worked out {done.groups} groups for {month}: {done.written} new, {done.problems} with a problem",
            at=clock.now(),
            subject=f"billing.groupmonth:{month}",
            actor_id=actor_id,
        )
    said = {"groups": done.groups, "points": done.points, "written": done.written, "problems": done.problems}
    return _("%(groups)d groups, %(points)d points; %(written)d new, %(problems)d with a problem") % said


@worker.define_job("billing.issue_run", procedure="RB7", label=gettext_noop("Issue bills"))
def issue_run(progress: Tell, *, run_id: int, actor_id: int | None = None) -> str:
    """Issue every part of a confirmed run that is not out."""
    with db.transaction():
        run = operations.start_issue(run_id=run_id, today=clock.today(), now=clock.now())
    now = clock.now()
    one_part = partial(operations.issue_chunk, run_id=run_id, now=now, actor_id=actor_id)
    _every_part(progress, one_part, done=run.chunks_done, total=run.chunks_total)
    with db.transaction():
        outcome = operations.finish_issue(run_id=run_id, now=clock.now(), actor_id=actor_id)
    if outcome is None:
        return _("another worker issues the rest")
    return _("%(count)s issued, %(held)s held, %(total)s in all") % {
        "count": f"{outcome.issued:,}", "held": f"{outcome.held:,}", "total": figures.money(outcome.total_minor),
    }  # fmt: skip


def _every_part(progress: Tell, one_part: Callable[[], bool], *, done: int, total: int) -> None:
    """
    Do the parts of a run, study or print batch until none is left, each in its transaction.

    Two at a time where there are several: while the database reads or writes one, the next is priced, and pricing itself
    holds the interpreter only for a part of its time. Memory is that of two parts.
    """
    progress(done, total)
    left = total - done
    if left < _TOGETHER:
        while _in_transaction(one_part):
            done += 1
            progress(done, total)
        return
    with ThreadPoolExecutor(_TOGETHER) as pool:
        waiting = {pool.submit(_in_thread, one_part) for _part in range(left)}
        for finished in as_completed(waiting):
            done += finished.result()
            progress(done, total)


def _in_thread(one_part: Callable[[], bool]) -> bool:
    try:
        return _in_transaction(one_part)
    finally:
        connection.close()


def _in_transaction(one_part: Callable[[], bool]) -> bool:
    """Once more where another run drafted the same bill in between: it is seen then."""
    for _try in range(_TRIES):
        try:
            with db.transaction():
                return one_part()
        except operations.DraftedElsewhere:
            continue
    with db.transaction():
        return one_part()


@worker.define_job("billing.find_corrections", procedure="RB6", label=gettext_noop("Find bills whose values changed"))
def find_corrections(
    progress: Tell, *, reading_ids: list[int] | None = None, months_after: int = 0, **_announced: Any
) -> str:
    """
    Preview corrections for the months that have issued bills resting on other readings than stand now.

    Follows a change of confirmed values; nothing is issued before a person looked and a second one confirmed.

    :param reading_ids: only the months of these readings; without them all months of two years are looked at
    :param months_after: and so many months after each
    """
    with db.transaction():
        months = list(
            queries.changes_by_month(today=clock.today(), reading_ids=reading_ids or (), months_after=months_after)
        )
    made = []
    for number, month in enumerate(months):
        progress(number, len(months))
        with db.transaction():
            run = open_correction(month=month, now=clock.now())
        if run is not None:
            rate_run(progress, run_id=run.id)
            made.append(_("%(month)s: run %(run)s") % {"month": month, "run": run.id})
    return "; ".join(made) or _("nothing changed")


def open_correction(*, month: Month, now: datetime, actor_id: int | None = None) -> values.Run | None:
    """A correction run of a month, or nothing where nothing changed."""
    try:
        return operations.open_run(
            month=month, selection=values.Selection(), actor_id=actor_id, now=now, kind=values.RunKind.CORRECTION
        )
    except operations.NothingToBill:
        return None


@worker.define_job(
    "billing.look_for_changes",
    procedure="RB6",
    label=gettext_noop("Look for issued bills that would come out differently"),
)
def look_for_changes(
    progress: Tell, *, look_id: int | None = None, actor_id: int | None = None, **_announced: Any
) -> str:
    """Look at all issued bills of two years, so many contracts at a time; nothing is drafted."""
    if look_id is None:
        with db.transaction():
            look_id = operations.begin_look(actor_id=actor_id, now=clock.now())
    with db.transaction():
        operations.note_published(today=clock.today())
        found = queries.changes_by_month(today=clock.today(), told=progress)
    with db.transaction():
        operations.end_look(look_id=look_id, counts=found, now=clock.now())
    said = [f"{month}: {sum(counts.values()):,}" for month, counts in found.items()]
    return "; ".join(said) or _("nothing changed")


@worker.define_job(
    "billing.look_at_drafts",
    procedure="RB7",
    label=gettext_noop("Look for drafted bills that would come out differently"),
)
def look_at_drafts(progress: Tell, *, run_id: int) -> str:
    """Compare the drafts of a run with what holds now, before a second person stands for them."""
    with db.transaction():
        run = queries.run(run_id=run_id)
        counts = queries.changed_drafts(run_id=run_id, month=Month.from_number(run.month), told=progress)
    with db.transaction():
        operations.note_draft_look(run_id=run_id, counts=counts, now=clock.now())
    return _("would come out differently: %(count)s") % {"count": f"{sum(counts.values()):,}"}


@worker.define_job("billing.list_differences", procedure="RB6", label=gettext_noop("List the differences of a month"))
def list_differences(progress: Tell, *, month: int, actor_id: int | None = None) -> str:
    """A correction run of a month, with whatever would come out differently now; rated, and issued by nobody yet."""
    with db.transaction():
        run = open_correction(month=Month.from_number(month), now=clock.now(), actor_id=actor_id)
    return _("nothing changed") if run is None else rate_run(progress, run_id=run.id, actor_id=actor_id)


def enqueue_look(*, actor_id: int | None, now: datetime) -> int:
    """Put a look at all issued bills into the queue, unless one waits there or is under way; returns its job."""
    newest = queries.newest_look()
    if newest is not None and newest.ended_at is None and newest.job_id is not None:
        job = clock.job(job_id=newest.job_id)
        if job is not None and job.state in {JobState.WAITING, JobState.RUNNING}:
            return newest.job_id
    look_id = operations.begin_look(actor_id=actor_id, now=now)
    job_id = worker.enqueue(
        "billing.look_for_changes",
        {"look_id": look_id, "actor_id": actor_id},
        requested_by_id=actor_id,
        lock="billing.look",
    )
    operations.note_look_job(look_id=look_id, job_id=job_id)
    return job_id


def enqueue_draft_look(*, run_id: int, actor_id: int | None) -> int:
    """Put a look at the drafts of a run into the queue."""
    return worker.enqueue(
        "billing.look_at_drafts", {"run_id": run_id}, requested_by_id=actor_id, lock=_draft_look(run_id)
    )


def last_draft_look(*, run_id: int) -> Job | None:
    """The newest job that looks, or looked, at the drafts of a run."""
    return clock.last_job(lock=_draft_look(run_id))


def _draft_look(run_id: int) -> str:
    return f"billing.draft_look:{run_id}"


def enqueue_differences(*, month: Month, actor_id: int | None) -> int:
    """Put the list of a month's differences into the queue."""
    return worker.enqueue(
        "billing.list_differences",
        {"month": month.number, "actor_id": actor_id},
        requested_by_id=actor_id,
        lock=f"billing.differences:{month.number}",
    )


@worker.define_job("billing.make_statements", procedure="RB9", label=gettext_noop("Typeset statements for the printer"))
def make_statements(progress: Tell, *, run_id: int, actor_id: int | None = None) -> str:
    """Typeset every statement of an issued run that goes out on paper, two parts beside each other."""
    try:
        with db.transaction():
            batch_id = operations.begin_batch(run_id=run_id, actor_id=actor_id, now=clock.now())
    except operations.NothingToPrint as nobody:
        return str(nobody)
    done, total = queries.print_parts(batch_id=batch_id)
    one_part = partial(operations.print_next_part, batch_id=batch_id, today=clock.today(), now=clock.now())
    _every_part(progress, one_part, done=done, total=total)
    with db.transaction():
        operations.finish_batch(batch_id=batch_id, now=clock.now())
    return _("%(count)s files for the printer") % {"count": total}


@worker.define_job(
    "billing.notify_statements", procedure="RB8", label=gettext_noop("Tell customers that their statement is ready")
)
def notify_statements(progress: Tell, *, run_id: int) -> str:
    """Mail everybody of an issued run who reads statements in the portal; nobody gets two."""
    company = queries.company_block(on=clock.today())["name"]
    told = 0
    while True:
        with db.transaction():
            more = operations.notify_next(run_id=run_id, portal_url=settings.BASE_URL, company=company, now=clock.now())
        if not more:
            break
        told += more
        progress(told, 0)
    with db.transaction():
        operations.finish_notices(run_id=run_id, now=clock.now())
    return _("%(count)s customers told") % {"count": f"{told:,}"}


def enqueue_statements(*, run_id: int, actor_id: int | None) -> int:
    """Put the printing of a run's statements into the queue."""
    return worker.enqueue(
        "billing.make_statements",
        {"run_id": run_id, "actor_id": actor_id},
        requested_by_id=actor_id,
        lock=_printing(run_id),
    )


def last_printing(*, run_id: int) -> Job | None:
    """The newest job that somebody asked for to print a run's statements."""
    return clock.last_job(lock=_printing(run_id))


def _printing(run_id: int) -> str:
    return f"billing.print:{run_id}"


def enqueue_rating(*, run_id: int, actor_id: int | None) -> int:
    """Put the rating of a run into the queue; one job at a time works on a run."""
    job_id = worker.enqueue(
        "billing.rate_run",
        {"run_id": run_id, "actor_id": actor_id},
        requested_by_id=actor_id,
        lock=f"billing.run:{run_id}",
    )
    operations.note_job(run_id=run_id, job_id=job_id)
    return job_id


def enqueue_issue(*, run_id: int, actor_id: int | None) -> int:
    """Put the issue of a run into the queue."""
    job_id = worker.enqueue(
        "billing.issue_run",
        {"run_id": run_id, "actor_id": actor_id},
        requested_by_id=actor_id,
        lock=f"billing.run:{run_id}",
    )
    operations.note_job(run_id=run_id, job_id=job_id)
    return job_id


@worker.define_job("billing.run_study", procedure="MS10", label=gettext_noop("Study the effect on the book"))
def run_study(progress: Tell, *, study_id: int) -> str:
    """Price every part of a study that is not done; one that was stopped meanwhile ends here."""
    with db.transaction():
        found = queries.study(study_id=study_id)
    one_part = partial(operations.study_next, study_id=study_id, today=clock.today())
    _every_part(progress, one_part, done=found.parts_done, total=found.parts_total)
    with db.transaction():
        finished = operations.finish_study(study_id=study_id, now=clock.now())
    return _("The study is done.") if finished else _("The study was stopped.")


@worker.define_job(
    "billing.tidy_answers", procedure="MS10", label=gettext_noop("Drop kept answers that no longer hold")
)
def tidy_answers(progress: Tell, **_announced: Any) -> str:
    """What was read for studies and has changed since, and the notes of changes that no answer needs."""
    with db.transaction():
        dropped = kept.tidy()
    return _("kept answers dropped: %(n)s") % {"n": dropped}


def enqueue_study(*, study_id: int, actor_id: int | None) -> int:
    """Put a study into the queue."""
    job_id = worker.enqueue(
        "billing.run_study", {"study_id": study_id}, requested_by_id=actor_id, lock=f"billing.study:{study_id}"
    )
    operations.note_study_job(study_id=study_id, job_id=job_id)
    return job_id


@worker.define_job(
    "billing.tell_group_endings", procedure="GR12", label=gettext_noop("Tell cancelled groups of their final bill")
)
def tell_group_endings(progress: Tell, run_id: int) -> str:
    """Bills were issued: cancelled groups whose final bill is among them are told."""
    with db.transaction():
        return _("final bills of cancelled groups told: %(n)s") % {"n": operations.tell_endings()}


@worker.define_job(
    "billing.tell_cancellation_fee", procedure="CM2", label=gettext_noop("Ask for the fee of a contract that ends")
)
def tell_cancellation_fee(
    progress: Tell, *, contract_id: int, on: str, reason: str, waived: str = "", actor_id: int | None = None
) -> str:
    """A contract's end was set: the fee that its plan asks for waits for the last bill, or stays on record as waived."""
    with db.transaction():
        charge = operations.tell_cancellation_fee(
            contract_id=contract_id,
            on=date.fromisoformat(on),
            reason=EndReason(reason),
            waived=waived,
            actor_id=actor_id,
            today=clock.today(),
            now=clock.now(),
        )
    if charge is None:
        return _("The plan asks for no fee.")
    fee = figures.money(charge.amount_minor)
    return (
        _("The fee of %(fee)s is waived.") % {"fee": fee}
        if waived
        else _("A fee of %(fee)s is asked for.") % {"fee": fee}
    )
