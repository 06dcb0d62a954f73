"""Stepping the clock through days: every schedule that is due on the way starts, in its order."""

from collections.abc import Callable
from datetime import timedelta

from tomoshibi.storage import db
from tomoshibi.worker import operations, queries

MORNING = 9


def next_day(*, after_each_hour: Callable[[], object] = lambda: None) -> int:
    """
    Step to nine o'clock of the next civil day.

    :param after_each_hour: runs what was started (command line, journeys); otherwise the worker process does
    :returns: how many scheduled jobs were started
    """
    moment = queries.now().replace(minute=0, second=0, microsecond=0)
    morning = (moment + timedelta(days=1)).replace(hour=MORNING)
    started = 0
    while moment < morning:
        moment += timedelta(hours=1)
        with db.transaction():
            operations.set_clock(now=moment)
            started += len(operations.run_due_schedules(now=moment))
        after_each_hour()
    return started
