"""The worker process itself: it knows its task, and a job that breaks off with the database goes on."""

import subprocess
import sys

import psycopg
import pytest
from django.db import OperationalError

from tomoshibi.storage import db
from tomoshibi.worker import operations, queries, queue, registry, values


def test_a_fresh_worker_process_knows_the_task():
    code = (
        "import django; django.setup()\n"
        "from tomoshibi.worker import process\n"
        "from procrastinate.contrib.django import app\n"
        "worker = process.worker_app()\n"
        "assert 'tomoshibi.run_job' in worker.tasks, list(worker.tasks)\n"
        "assert worker.connector is not app.connector\n"
        "assert worker.tasks['tomoshibi.run_job'].blueprint.connector is app.connector\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture
def breaking():
    """A job that raises what stands in the list, one after the other, and is done when nothing is left."""
    failures = []

    @operations.define_job("test.breaking")
    def breaking(progress):
        if failures:
            raise failures.pop(0)

    yield failures
    registry._jobs.pop("test.breaking")


def lost(sqlstate=None):
    cause = psycopg.OperationalError("server closed the connection unexpectedly")
    cause.sqlstate = sqlstate
    failure = OperationalError(*cause.args)
    failure.__cause__ = cause
    return failure


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sqlstate", [None, "57P01", "57P03", "08006"])
def test_a_job_that_lost_its_database_did_not_fail(breaking, sqlstate):
    breaking.append(lost(sqlstate))
    with db.transaction():
        job_id = operations.enqueue("test.breaking")
    with pytest.raises(queue.DatabaseLost):
        queue.run_job(job_id=job_id)
    assert queries.job(job_id=job_id).state is values.JobState.RUNNING
    queue.run_job(job_id=job_id)
    assert queries.job(job_id=job_id).state is values.JobState.DONE


@pytest.mark.django_db(transaction=True)
def test_an_answer_of_the_database_is_a_failure(breaking):
    breaking.append(lost("53100"))  # disk full
    with db.transaction():
        job_id = operations.enqueue("test.breaking")
    queue.run_job(job_id=job_id)
    assert queries.job(job_id=job_id).state is values.JobState.FAILED


@pytest.mark.django_db(transaction=True)
def test_a_job_that_breaks_off_for_ever_is_given_to_a_person(breaking, monkeypatch):
    monkeypatch.setattr(queue, "BROKEN_OFF_LIMIT", 2)
    breaking.extend([lost(), lost()])
    with db.transaction():
        job_id = operations.enqueue("test.breaking")
    for _time in range(2):
        with pytest.raises(queue.DatabaseLost):
            queue.run_job(job_id=job_id)
    queue.run_job(job_id=job_id)
    job = queries.job(job_id=job_id)
    assert (job.state, job.message) == (values.JobState.FAILED, "broke off 2 times")
