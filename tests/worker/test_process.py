"""The worker process itself: it knows its task, and a job that breaks off with the database goes on."""

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from urllib.parse import quote

import psycopg
import pytest
from django.db import OperationalError, connection

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


WORKER = """
import django; django.setup()
from tomoshibi.worker import operations, process
operations.define_job("test.locked")(lambda progress, **given: "done")
process.run()
"""


@pytest.fixture
def worker(transactional_db):
    """A process of its own that looks for jobs by itself once a minute only, on the database of the test."""
    it = connection.settings_dict
    place = f"{it['USER']}:{quote(it['PASSWORD'])}@{quote(it['HOST'], safe='')}:{it['PORT']}/{it['NAME']}"
    if it["HOST"].startswith("/"):
        place = f"{it['USER']}@/{it['NAME']}?host={quote(it['HOST'])}&port={it['PORT']}"
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        env={
            **os.environ, "TOMOSHIBI_SECRET_KEY": "of this test", "TOMOSHIBI_DATABASE_URL": f"postgresql://{place}", "TOMOSHIBI_WORKER_STALLED_SECONDS": "240",
        },
    )  # fmt: skip
    yield process
    process.terminate()
    process.wait(60)


def test_jobs_of_one_lock_follow_each_other_without_waiting_for_the_next_look(worker):
    operations.define_job("test.locked")(lambda _progress, **_given: "done")
    with db.transaction():
        operations.set_clock(
            now=datetime(2026, 11, 4, tzinfo=UTC)
        )  # no schedule begins and wakes the worker by the way
        ids = [operations.enqueue("test.locked", {"n": n}, lock="one after the other") for n in range(6)]
    registry._jobs.pop("test.locked")
    done: set[int] = set()
    until = time.monotonic() + 120  # one look a minute would need five
    while len(done) < len(ids) and time.monotonic() < until:
        threading.Event().wait(0.1)
        done = {number for number in ids if queries.job(job_id=number).state is values.JobState.DONE}
    assert done == set(ids)
