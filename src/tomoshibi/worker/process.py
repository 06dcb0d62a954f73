"""The worker process: takes jobs from the queue, starts schedules, brings back what a dead worker left behind."""

import asyncio
import contextlib

import structlog
from asgiref.sync import sync_to_async
from django.db import close_old_connections
from procrastinate.contrib.django import app

from tomoshibi.storage import db
from tomoshibi.worker import operations, queries

log = structlog.get_logger(__name__)
TICK_SECONDS = 5.0
STALLED_AFTER_SECONDS = 20.0


def run(*, concurrency: int = 2) -> None:
    """Run until interrupted."""
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_run(concurrency))


async def _run(concurrency: int) -> None:
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as worker_app:
        async with worker_app.open_async():
            worker = asyncio.create_task(
                worker_app.run_worker_async(
                    concurrency=concurrency,
                    delete_jobs="successful",
                    update_heartbeat_interval=5.0,
                    stalled_worker_timeout=STALLED_AFTER_SECONDS,
                    install_signal_handlers=True,
                )
            )
            ticking = asyncio.create_task(_tick_forever(worker_app))
            try:
                await worker
            finally:
                ticking.cancel()


async def _tick_forever(worker_app: object) -> None:
    while True:
        try:
            await _bring_back_stalled(worker_app)
            await sync_to_async(_start_due_schedules)()
        except Exception:  # the edge: a failed tick is logged and the next one tries again
            log.exception("tick failed")
        await asyncio.sleep(TICK_SECONDS)


async def _bring_back_stalled(worker_app: object) -> None:
    """Jobs of a worker that stopped sending heartbeats go back into the queue; jobs are resumable by contract."""
    manager = worker_app.job_manager  # type: ignore[attr-defined]
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        log.warning("job of a dead worker runs again", queue_job=job.id)
        await manager.retry_job(job)


def _start_due_schedules() -> None:
    close_old_connections()
    if queries.is_stepped():
        return  # the demo's days are stepped by hand
    with db.transaction():
        operations.run_due_schedules(now=queries.now())
