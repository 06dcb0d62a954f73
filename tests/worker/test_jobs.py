"""Jobs run once, tell their progress, and keep the reason when they fail."""

from dataclasses import dataclass
from threading import Event, Thread
from time import sleep

import pytest
import structlog
from django.db import connection

from tomoshibi.storage import db
from tomoshibi.worker import operations, queries, queue, registry, values


@pytest.fixture
def jobs():
    seen = []

    @operations.define_job("test.greet", procedure="RB6", label="Greet")
    def greet(progress, name):
        progress(1, 1)
        seen.append(name)
        return f"greeted {name}"

    @operations.define_job("test.break")
    def broken(progress):
        raise ValueError("the file has no end record")

    yield seen
    registry._jobs.pop("test.greet")
    registry._jobs.pop("test.break")


@pytest.mark.django_db(transaction=True)
def test_a_job_runs_once_and_says_what_came_out(jobs):
    with db.transaction():
        job_id = operations.enqueue("test.greet", {"name": "灯"})
    assert queue.run_waiting() == 1
    assert queue.run_waiting() == 0
    job = queries.job(job_id=job_id)
    assert (job.state, job.message, job.procedure, jobs) == (values.JobState.DONE, "greeted 灯", "RB6", ["灯"])


@pytest.mark.django_db(transaction=True)
def test_jobs_of_one_lock_follow_each_other_also_where_one_runs_past_the_queue():
    order, inside = [], Event()

    @operations.define_job("test.slow")
    def slow(progress, name):
        order.append(f"{name} begins")
        inside.set()
        sleep(0.3)
        order.append(f"{name} ends")

    def beside(job_id):
        try:
            queue.run_job(job_id=job_id)
        finally:
            connection.close()

    with db.transaction():
        first = operations.enqueue("test.slow", {"name": "first"}, lock="one")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    other = Thread(target=beside, args=[first])
    other.start()
    assert inside.wait(60)
    with db.transaction():
        operations.enqueue("test.slow", {"name": "second"}, lock="one")
    assert queue.run_waiting() == 1
    other.join(60)
    registry._jobs.pop("test.slow")
    assert order == ["first begins", "first ends", "second begins", "second ends"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE l.locktype = 'advisory' AND d.datname = current_database()"
        )
        assert cursor.fetchone() == (0,), "who is done holds nothing"


@pytest.mark.django_db(transaction=True)
def test_a_failed_job_keeps_its_reason_and_can_run_again(jobs):
    with db.transaction():
        job_id = operations.enqueue("test.break")
    queue.run_waiting()
    job = queries.job(job_id=job_id)
    assert job.state is values.JobState.FAILED
    assert job.message == "the file has no end record"
    with db.transaction():
        operations.retry(job_id=job_id)
    queue.run_waiting()
    assert queries.job(job_id=job_id).attempts == 2
    with db.transaction():
        ok = operations.enqueue("test.greet", {"name": "x"})
    queue.run_waiting()
    with db.transaction(), pytest.raises(operations.JobNotFailed):
        operations.retry(job_id=ok)


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_code_cannot_be_loaded_says_so_and_can_run_again(jobs, monkeypatch):
    with db.transaction():
        job_id = operations.enqueue("test.greet", {"name": "x"})

    def broken(_name):
        raise ImportError("cannot import name 'Look'")

    with monkeypatch.context() as patch:
        patch.setattr(registry, "find", broken)
        queue.run_waiting()
    job = queries.job(job_id=job_id)
    assert (job.state, job.message) == (values.JobState.FAILED, "cannot import name 'Look'")
    with db.transaction():
        operations.retry(job_id=job_id)
    queue.run_waiting()
    assert queries.job(job_id=job_id).state is values.JobState.DONE


@dataclass(frozen=True)
class _Lit(values.Announcement):
    name: str


@pytest.mark.django_db(transaction=True)
def test_an_announcement_becomes_the_jobs_of_the_table(jobs):
    registry._reactions[_Lit] = ("test.greet",)
    try:
        with db.transaction():
            assert len(operations.announce(_Lit(name="火"))) == 1
        queue.run_waiting()
    finally:
        registry._reactions.pop(_Lit)
    assert jobs == ["火"]


@pytest.mark.django_db(transaction=True)
def test_nothing_starts_when_the_transaction_is_undone(jobs):
    with pytest.raises(ZeroDivisionError), db.transaction():
        operations.enqueue("test.greet", {"name": "x"})
        raise ZeroDivisionError
    assert queue.run_waiting() == 0
    assert jobs == []


@pytest.mark.django_db(transaction=True)
def test_a_failed_job_becomes_work_for_a_person_until_it_recovers():
    from tomoshibi.worklist import queries as worklist

    broken = [True]

    @operations.define_job("test.sometimes", procedure="RB6")
    def sometimes(progress):
        if broken:
            raise ValueError("the portal does not answer")

    try:
        with db.transaction():
            job_id = operations.enqueue("test.sometimes")
        queue.run_waiting()
        item = worklist.open_items(procedure="RB6")[0]
        assert "the portal does not answer" in item.title
        broken.clear()
        with db.transaction():
            operations.retry(job_id=job_id)
        queue.run_waiting()
        assert worklist.open_items(procedure="RB6") == []
    finally:
        registry._jobs.pop("test.sometimes")


@pytest.mark.django_db(transaction=True)
def test_every_line_that_a_job_logs_says_which_job_run_and_document_it_is_about():
    seen = {}
    operations.define_job("test.log")(lambda _progress, **_given: seen.update(structlog.contextvars.get_contextvars()))
    with db.transaction():
        job_id = operations.enqueue("test.log", {"run_id": 12, "document_id": 7, "name": "灯火 太郎"})
    queue.run_waiting()
    registry._jobs.pop("test.log")
    assert seen == {"job_id": job_id, "job": "test.log", "run_id": 12, "document_id": 7}, "ids, and no names of people"
    assert structlog.contextvars.get_contextvars() == {}
