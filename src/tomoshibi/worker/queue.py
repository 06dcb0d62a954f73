"""The one task that procrastinate runs: look up the job's record and call its function."""

import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pghistory
import psycopg
import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tomoshibi.worker import operations, queries, registry, values
from tomoshibi.worker.models import Job

log = structlog.get_logger(__name__)

BROKEN_OFF_LIMIT = 100
"""A job that broke off so often is what breaks workers or the database: it fails, and a person looks at it."""


_NO_CONNECTION = ("08", "57P")
"""SQLSTATE classes: connection exception; the server goes down, crashed, or is coming up."""


class DatabaseLost(RuntimeError):
    """The connection broke while a job ran. The job did not fail: it goes on when the database is back."""


@app.task(name="tomoshibi.run_job", queue="default", retry=RetryStrategy(wait=1, retry_exceptions=[DatabaseLost]))
def run_job(job_id: int) -> None:
    """
    Run one job; a failure is recorded with its reason and announced, never lost.

    :raises DatabaseLost: if the database went away meanwhile; the queue gives the job to a worker again
    """
    try:
        _run(job_id)
    except Exception as failure:
        if not _connection_broke(failure):
            raise
        log.warning("job broke off: the database went away", job_id=job_id, reason=str(failure))
        raise DatabaseLost(str(failure)) from failure


def _run(job_id: int) -> None:
    row = Job.objects.filter(id=job_id).first()
    if row is None or row.state == values.JobState.DONE:
        return
    if row.state == values.JobState.RUNNING and row.attempts >= BROKEN_OFF_LIMIT:
        _record_failure(row, RuntimeError(f"broke off {row.attempts} times"))
        return
    try:
        definition = registry.find(row.name)
    except Exception as failure:  # the edge: code that cannot be loaded would leave the job waiting for ever
        log.exception("job not found")
        _record_failure(row, failure, told=False)  # who would be told could not be found, either
        return
    Job.objects.filter(id=job_id).update(
        state=values.JobState.RUNNING, started_at=queries.now(), attempts=row.attempts + 1, error="", ended_at=None
    )
    progress = operations.Progress(job_id)
    bound = _bound(row)
    structlog.contextvars.bind_contextvars(**bound)
    try:
        with pghistory.context(user=row.requested_by_id, job=job_id, **queries.stepped_moment()), _alone(row.lock):
            message = definition.function(progress, **row.arguments)
    except Exception as failure:
        if _connection_broke(failure):
            raise
        log.exception("job failed")
        _record_failure(row, failure)
    else:
        Job.objects.filter(id=job_id).update(
            state=values.JobState.DONE, ended_at=queries.now(), **({"message": str(message)[:500]} if message else {})
        )
        if row.attempts and row.state == values.JobState.WAITING:  # it had failed; one that broke off had not
            with transaction.atomic():
                operations.announce(values.JobRecovered(job_id=job_id))
        log.info("job done", message=message)
    finally:
        progress.close()
        structlog.contextvars.unbind_contextvars(*bound)


@contextmanager
def _alone(lock: str) -> Iterator[None]:
    """
    Hold a job's lock in the database, too, for as long as its function runs.

    The queue gives a worker one job of a lock at a time; who runs jobs here and now (``run_waiting``) takes them past it.
    The session holds the lock, so that it is free when the process ends however it ends.
    """
    if not lock or connection.in_atomic_block:  # a transaction around a job is a test's: nobody is beside it
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [lock])
    try:
        yield
    finally:
        with (
            suppress(DatabaseError, InterfaceError),
            connection.cursor() as cursor,
        ):  # a session that broke holds nothing
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [lock])


def _bound(row: Job) -> dict[str, Any]:
    """What each line of the job's log carries: the job, and the run, file or document it is about."""
    ids = {name: value for name, value in row.arguments.items() if name.endswith("_id")}
    return {**ids, "job_id": row.id, "job": row.name}


def _connection_broke(failure: BaseException | None) -> bool:
    """Whether an error is the end of the connection and not the answer to a statement."""
    while failure is not None and not isinstance(failure, psycopg.Error):
        failure = failure.__cause__
    if isinstance(failure, psycopg.InterfaceError):
        return True
    # Without a code nobody answered.
    return isinstance(failure, psycopg.OperationalError) and (failure.sqlstate or "080").startswith(_NO_CONNECTION)


def _record_failure(row: Job, failure: Exception, *, told: bool = True) -> None:
    if connection.in_atomic_block:
        transaction.set_rollback(True)
    sentence = str(failure) or type(failure).__name__
    detail = "".join(traceback.format_exception(failure))[-4000:]
    with transaction.atomic():
        Job.objects.filter(id=row.id).update(
            state=values.JobState.FAILED,
            error=f"{sentence}\n\n{detail}",
            message=sentence[:500],
            ended_at=queries.now(),
        )
        failed = values.JobFailed(job_id=row.id, name=row.name, procedure=row.procedure, error=sentence[:500])
        if told and row.name not in registry.reactions_to(failed):  # telling about a failure to tell would never end
            operations.announce(failed)


def run_waiting(*, limit: int = 1000, apart_from: str = "") -> int:
    """
    Run what waits, here and now, until nothing waits: the worker of tests, of the command line and of the stepped clock.

    :param apart_from: jobs of this name are left alone
    :returns: how many jobs ran
    """
    ran = 0
    while ran < limit:
        rows = Job.objects.filter(state=values.JobState.WAITING).exclude(name=apart_from).order_by("id")
        waiting = rows.values_list("id", flat=True)[:1]
        if not waiting:
            return ran
        # Take it from the queue's own table too, so that a worker beside us does not run it again.
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND (args->>'job_id')::bigint = %s RETURNING id",
                [waiting[0]],
            )
            taken = cursor.fetchone()
        if taken:
            run_job(job_id=waiting[0])
            ran += 1
        else:
            return ran
    return ran


def run_until_quiet(*, seconds: float = 900, apart_from: str = "") -> None:
    """
    Run what waits, and wait for what workers beside us are running, until nothing is under way.

    :param apart_from: jobs of this name do not count: the name of the job that asks
    :param seconds: how long to wait for others at the most
    :raises TimeoutError: naming what is still under way then
    """
    until = time.monotonic() + seconds
    while True:
        run_waiting(apart_from=apart_from)
        under_way = Job.objects.filter(state__in=[values.JobState.WAITING, values.JobState.RUNNING])
        names = list(under_way.exclude(name=apart_from).values_list("name", flat=True)[:10])
        if not names:
            return
        if time.monotonic() > until:
            raise TimeoutError(f"jobs are still under way after {seconds:.0f} s: {', '.join(names)}")
        time.sleep(0.2)
