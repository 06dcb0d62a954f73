"""Stepping the clock through days: every schedule that is due on the way starts, in its order."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from tomoshibi.storage import db
from tomoshibi.worker import operations, queries

MORNING = 9
GO_ON_JOB = "console.go_on"


class NotAhead(ValueError):
    """The clock is only ever stepped forward."""


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
        started += _step(moment)
        after_each_hour()
    return started


def go_on_to(day: date, *, between: Callable[[], object], tell: Callable[[date], object] = lambda _day: None) -> int:
    """
    Step through the days to nine o'clock of a day on which something comes; no schedule is left out on the way, but
    one that runs every hour runs only as its hours begin, and stands for those that were jumped over.

    :param between: runs what was started, before the clock goes on
    :param tell: told each day that was reached
    :returns: how many scheduled jobs were started
    :raises NotAhead: if the day is today or past
    """
    moment = begun = queries.now()
    if day <= moment.date():
        raise NotAhead(f"{day} is not ahead of {moment.date()}")
    hours = sorted({schedule.hour_from for schedule in queries.schedules()} | {MORNING})
    started = 0
    while moment.date() < day:
        moment += timedelta(days=1)
        last = moment.date() == day
        for hour in [hour for hour in hours if hour <= MORNING or not last]:
            reached = moment.replace(hour=hour, minute=0, second=0, microsecond=0)
            started += _step(reached, since=max(begun, reached - timedelta(days=1)))
            between()
        tell(moment.date())
    return started


def _step(moment: datetime, *, since: datetime | None = None) -> int:
    with db.transaction():
        operations.set_clock(now=moment)
        return len(operations.run_due_schedules(now=moment, since=since))
