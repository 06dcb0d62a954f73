"""The worker process: takes jobs from the queue, starts schedules, brings back what a dead worker left behind."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import OperationalError, close_old_connections, connection
from procrastinate import App
from procrastinate.contrib.django import app

from tomoshibi.storage import db, server
from tomoshibi.worker import operations, queries
from tomoshibi.worker import queue as _queue  # noqa: F401 - the queue knows a task once its module is loaded

log = structlog.get_logger(__name__)
TICKS_UNTIL_STALLED = 4


def run(*, concurrency: int = 2) -> None:
    """Run until interrupted."""
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_run(concurrency))


def worker_app() -> App:
    """
    The worker's app beside Django's own: it fetches jobs over connections of its own.

    Its connector is not put into Django's app: what a job enqueues has to stay in the job's transaction, or the queue
    would know of jobs that were undone, and start others before they are there.
    """
    return app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]


async def _run(concurrency: int) -> None:
    beside = worker_app()
    async with beside.open_async():
        worker = asyncio.create_task(
            beside.run_worker_async(
                concurrency=concurrency,
                delete_jobs="successful",
                update_heartbeat_interval=_tick_seconds(),
                stalled_worker_timeout=settings.WORKER_STALLED_SECONDS,
                # A job that is put back makes no notification: it is found by looking.
                fetch_job_polling_interval=_tick_seconds(),
                install_signal_handlers=True,
            )
        )
        # Two, because what waits for a connection must not keep the database from being brought back.
        beats = [
            asyncio.create_task(_forever(lambda: sync_to_async(_bring_back_database, thread_sensitive=False)())),
            asyncio.create_task(_forever(lambda: _tick(beside))),
        ]
        try:
            await worker
        finally:
            for beat in beats:
                beat.cancel()


def _tick_seconds() -> float:
    return float(settings.WORKER_STALLED_SECONDS) / TICKS_UNTIL_STALLED


async def _forever(beat: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await beat()
        except Exception:  # the edge: a failed beat is logged and the next one tries again
            log.exception("tick failed")
        await asyncio.sleep(_tick_seconds())


async def _tick(beside: App) -> None:
    await _bring_back_stalled(beside)
    await sync_to_async(_start_due_schedules)()


def _bring_back_database() -> None:
    """An embedded server has nobody else who would start it again after a crash."""
    if not server.is_embedded():
        return
    try:
        connection.ensure_connection()
    except OperationalError:
        log.warning("the database does not answer: starting it again")
        server.start()
    finally:
        connection.close()


async def _bring_back_stalled(beside: App) -> None:
    """Jobs of a worker that stopped sending heartbeats go back into the queue; jobs are resumable by contract."""
    manager = beside.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=settings.WORKER_STALLED_SECONDS):
        log.warning("job of a dead worker runs again", queue_job=job.id)
        await manager.retry_job(job)


def _start_due_schedules() -> None:
    close_old_connections()
    if queries.is_stepped():
        return  # the demo's days are stepped by hand
    with db.transaction():
        operations.run_due_schedules(now=queries.now())
