"""Stepping the clock through days: every schedule that is due on the way runs, in its order."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from tomoshibi.storage import db
from tomoshibi.worker import operations, queries, queue

MORNING = 9


def next_day(*, run_jobs: bool) -> str:
    """
    Step to nine o'clock of the next civil day; schedules of the hours in between are started in their order.

    :param run_jobs: run them here and now (command line, journeys); otherwise the worker does
    """
    start = queries.now().replace(minute=0, second=0, microsecond=0)
    morning = (start + timedelta(days=1)).replace(hour=MORNING)
    started = 0
    moment = start + timedelta(hours=1)
    while moment <= morning:
        with db.transaction():
            operations.set_clock(now=moment)
            started += len(operations.run_due_schedules(now=moment))
        if run_jobs:
            queue.run_waiting()
        moment += timedelta(hours=1)
    return f"{morning:%Y-%m-%d %H:%M}: {started} scheduled jobs started"


def set_to(moment: str) -> None:
    """Set the stepped clock to a civil moment like ``2026-11-04T09:00``."""
    with db.transaction():
        operations.set_clock(now=datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(settings.TIME_ZONE)))


def use_real_time() -> None:
    with db.transaction():
        operations.use_real_clock()
