"""Stepping the demo's clock: no schedule is left out on the way to a day, and the clock never goes back."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from tomoshibi.console import days
from tomoshibi.storage import db
from tomoshibi.worker import operations, queries
from tomoshibi.worker.models import Job, ScheduleRun
from tomoshibi.worker.values import JobState

START = datetime(2026, 11, 4, 9, 0, tzinfo=ZoneInfo(settings.TIME_ZONE))


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stepped(transactional_db):
    with db.transaction():
        operations.set_clock(now=START)


def test_on_the_way_to_a_day_every_schedule_runs_every_day(stepped):
    reached = []
    started = days.go_on_to(date(2026, 11, 7), between=lambda: None, tell=reached.append)
    assert queries.now().replace(microsecond=0) - START >= timedelta(days=3)
    assert queries.today() == date(2026, 11, 7)
    assert reached == [date(2026, 11, 5), date(2026, 11, 6), date(2026, 11, 7)]
    runs = set(ScheduleRun.objects.exclude(day=START.date()).values_list("schedule", "day"))
    due = {(schedule.name, day) for schedule in queries.schedules() for day in reached}
    afternoon = {(one.name, reached[-1]) for one in queries.schedules() if one.hour_from > START.hour}
    assert runs == due - afternoon, "the last day is reached in the morning"
    # Nobody works here: the first job of each schedule waits, and stands for all hours.
    assert started == ScheduleRun.objects.values("job").distinct().count() == len(queries.schedules())
    watched = [hour for day, hour in queries.hours_of(job_id=job_of("fetch-mediations")) if day == reached[0]]
    assert watched == list(range(24)), "hours that were jumped over are somebody's"


def test_what_runs_every_hour_runs_once_a_day_on_a_long_way(stepped):
    def work():
        Job.objects.filter(state=JobState.WAITING.value).update(state=JobState.DONE.value)

    days.go_on_to(date(2026, 11, 7), between=work)
    runs = ScheduleRun.objects.filter(schedule="fetch-mediations", day__gt=START.date())
    assert runs.values("job").distinct().count() == 3
    whole = set(runs.filter(day=date(2026, 11, 5)).values_list("hour", flat=True))
    assert whole == set(range(24)), "each hour is somebody's"


def job_of(schedule):
    return ScheduleRun.objects.filter(schedule=schedule).values_list("job_id", flat=True)[0]


def test_the_clock_never_goes_back(stepped):
    with pytest.raises(days.NotAhead):
        days.go_on_to(date(2026, 11, 4), between=lambda: None)
    assert queries.today() == date(2026, 11, 4)
