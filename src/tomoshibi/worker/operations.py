"""Enqueue durable work, announce what happened, step the clock."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import connection

from tomoshibi.storage import db
from tomoshibi.worker import queries, registry, values
from tomoshibi.worker.models import Clock, Job, ScheduleRun
from tomoshibi.worker.progress import Progress

F = TypeVar("F", bound=Callable[..., Any])

__all__ = [
    "JobNotFailed",
    "Progress",
    "announce",
    "define_job",
    "enqueue",
    "retry",
    "run_due_schedules",
    "run_until_quiet",
    "run_waiting",
    "set_clock",
    "use_real_clock",
]


class JobNotFailed(ValueError):
    """Only a failed job can be run again."""


def define_job(name: str, *, procedure: str = "", label: str = "") -> Callable[[F], F]:
    """
    Register a function of a room's ``jobs`` module.

    :param label: what people call it, in English and marked with ``gettext_noop``; it is translated where it is shown

    The function is called as ``function(progress, **arguments)`` outside any transaction; it opens its own, and
    returns a sentence about what came out (or nothing). It may run again after a crash, so it must be resumable.
    """

    def register(function: F) -> F:
        registry.add(registry.Definition(name=name, function=function, procedure=procedure, label=label))
        return function

    return register


@db.transaction_required
def enqueue(
    name: str,
    arguments: dict[str, Any] | None = None,
    *,
    label: str = "",
    requested_by_id: int | None = None,
    lock: str = "",
) -> int:
    """
    Put a job into the queue; it starts after the transaction around the caller is committed.

    :param arguments: JSON values for the job's function
    :param lock: jobs of the same lock never run at the same time
    :returns: the job's id, for the progress page
    :raises registry.UnknownJob: if no room defines it
    """
    definition = registry.find(name)
    row = Job.objects.create(
        name=name,
        label=label or definition.label,
        procedure=definition.procedure,
        arguments=arguments or {},
        requested_by_id=requested_by_id,
        lock=lock,
        enqueued_at=queries.now(),
    )
    _defer(row)
    return row.id


def _defer(row: Job) -> None:
    from tomoshibi.worker.queue import run_job

    run_job.configure(lock=row.lock or None).defer(job_id=row.id)


@db.transaction_required
def announce(announcement: values.Announcement) -> list[int]:
    """
    Say that something happened; the table of reactions turns it into jobs, in the same transaction.

    :returns: ids of the jobs that follow
    """
    assert dataclasses.is_dataclass(announcement)
    arguments = dataclasses.asdict(announcement)
    return [enqueue(name, arguments) for name in registry.reactions_to(announcement)]


@db.transaction_required
def retry(*, job_id: int, requested_by_id: int | None = None) -> None:
    """
    Run a failed job again with the same arguments.

    :raises JobNotFailed: if it is in any other state
    """
    row = Job.objects.select_for_update().get(id=job_id)
    if row.state != values.JobState.FAILED:
        raise JobNotFailed("only a failed job can be run again")
    row.state, row.error, row.message = values.JobState.WAITING, "", ""
    row.requested_by_id = requested_by_id or row.requested_by_id
    row.started_at = row.ended_at = None
    row.save()
    _defer(row)


@db.transaction_required
def run_due_schedules(*, now: datetime, since: datetime | None = None) -> list[int]:
    """
    Enqueue every schedule that is due in the civil hour of ``now`` and has not run in it.

    Where the last job of a schedule still waits for a worker, that one stands for this hour as well.

    :param now: aware, in the company's time zone
    :param since: of a clock that jumps; a schedule runs as its hours begin, and its job stands for its hours since then
    :returns: ids of the jobs that were put into the queue, in the order of the table
    """
    started = []
    for schedule in registry.schedules():
        if not schedule.hour_from <= now.hour <= schedule.hour_to:
            continue
        if since is not None and now.hour != schedule.hour_from:
            continue
        if ScheduleRun.objects.filter(schedule=schedule.name, day=now.date(), hour=now.hour).exists():
            continue
        job_id = _waiting_job_of(schedule.name)
        if job_id is None:
            job_id = enqueue(schedule.job, label=schedule.label, lock=f"schedule:{schedule.name}")
            started.append(job_id)
        runs = [
            ScheduleRun(schedule=schedule.name, day=hour.date(), hour=hour.hour, job_id=job_id)
            for hour in _hours(since, now)
            if schedule.hour_from <= hour.hour <= schedule.hour_to
        ]
        ScheduleRun.objects.bulk_create(runs, ignore_conflicts=True)
    return started


def _waiting_job_of(schedule: str) -> int | None:
    """The last job of a schedule while it waits; locked, so that it begins only after we are done and sees all its hours."""
    last = ScheduleRun.objects.filter(schedule=schedule).order_by("-id").values_list("job_id", flat=True).first()
    if last is None:
        return None
    waiting = Job.objects.select_for_update().filter(id=last, state=values.JobState.WAITING.value)
    return waiting.values_list("id", flat=True).first()


def _hours(since: datetime | None, now: datetime) -> list[datetime]:
    """Whole hours behind ``since`` up to ``now``; of a long way the last two days."""
    last = now.replace(minute=0, second=0, microsecond=0)
    if since is None:
        return [last]
    count = min(int((last - since.replace(minute=0, second=0, microsecond=0)) / timedelta(hours=1)), 48)
    return [last - timedelta(hours=n) for n in reversed(range(max(count, 1)))]


@db.transaction_required
def set_clock(*, now: datetime) -> None:
    """Set the stepped clock (demo and journeys)."""
    Clock.objects.update_or_create(id=1, defaults={"now": now, "stepped_at": datetime.now(tz=UTC)})


@db.transaction_required
def use_real_clock() -> None:
    Clock.objects.all().delete()


@db.durable
def run_waiting(*, limit: int = 1000) -> int:
    """
    Run what waits, here and now, beside any worker: for the command line, the demo and the stepped clock.

    :returns: how many jobs ran
    """
    from tomoshibi.worker import queue

    return queue.run_waiting(limit=limit)


@db.durable
def run_until_quiet(*, apart_from: str = "") -> None:
    """
    Run what waits, and wait for what workers beside us run, until nothing is under way: for a job that steps the clock.

    :param apart_from: name of the job that asks
    :raises TimeoutError: naming what is still under way after a quarter of an hour
    """
    from tomoshibi.worker import queue

    queue.run_until_quiet(apart_from=apart_from)


def server_time() -> datetime:
    """The database server's own clock, for the doctor's comparison."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment
