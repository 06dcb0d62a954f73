"""The whole way over a real socket: sent by a job, answered by the agent's simulator, fetched and matched."""

import pytest
from django.utils import translation

from tests.collection.conftest import AGENT, NOVEMBER, NOW, TODAY, books_agree, open_bills, set_up
from tomoshibi.collection import operations, queries
from tomoshibi.config import month
from tomoshibi.gateways import debit_agent
from tomoshibi.gateways.debit_agent import Manners
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as jobs
from tomoshibi.worker import queue
from tomoshibi.worklist import queries as worklist

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def simulator(tmp_path):
    debit_agent.make_keys(tmp_path / "keys")
    with debit_agent.AgentSimulator(tmp_path / "agent", keys=tmp_path / "keys") as running:
        yield running


@pytest.fixture
def world(django_user_model, simulator, tmp_path):
    with db.transaction():
        worker.set_clock(now=NOW)
        made = set_up(django_user_model)
        connection = debit_agent.Connection(
            host="127.0.0.1", port=simulator.port, user="tomoshibi", key=tmp_path / "keys" / "client-ssh.key",
            host_key=(tmp_path / "keys" / "host-ssh.pub").read_text(),
        )  # fmt: skip
        operations.set_link(agent=AGENT, connection=connection, now=NOW, actor_id=made.first)
        open_bills(made.bill(1, 0, 5_000), made.bill(2, 1, 7_000), made.bill(3, 2, 9_000))
    return made


def release(world) -> int:
    with db.transaction():
        batch_id = operations.prepare_batch(
            agent=AGENT, month=NOVEMBER, now=NOW, today=TODAY, actor_id=world.first
        ).batch_id
    with db.transaction():
        operations.release_batch(batch_id=batch_id, now=NOW, today=TODAY, actor_id=world.second)
    assert queue.run_waiting() >= 1
    return batch_id


def fetch() -> str:
    with db.transaction():
        job_id = worker.enqueue("collection.fetch_results")
    queue.run_waiting()
    return jobs.job(job_id=job_id)


def test_a_batch_goes_out_and_its_result_closes_the_debts(world, simulator):
    Manners(outcomes={"0005-101-1-0001001": "1"}).write(simulator.desk.folder)
    batch_id = release(world)
    batch = queries.batch(batch_id=batch_id)
    assert batch.state == "sent"
    job = fetch()
    assert (job.state, queries.batch(batch_id=batch_id).state) == ("done", "answered")
    assert queries.batch(batch_id=batch_id).accepted_at is not None
    figures = queries.batch_figures(batch_id=batch_id)
    assert (figures.paid_minor, figures.failed_minor, figures.waiting) == (14_000, 7_000, 0)
    books_agree()
    before = queries.result_file_rows().count()
    fetch()
    assert queries.result_file_rows().count() == before == 1


def test_a_result_that_comes_twice_is_counted_once(world, simulator):
    Manners(twice=True).write(simulator.desk.folder)
    release(world)
    fetch()
    assert queries.result_file_rows().count() == 1
    assert queries.open_total() == 0
    books_agree()


def test_a_result_with_a_hole_and_a_stranger_leaves_work_for_people(world, simulator):
    Manners(unknown_rows=1, zero_totals=True).write(simulator.desk.folder)
    release(world)
    fetch()
    kinds = {item.kind for item in worklist.open_items(procedure="RC4")}
    assert "collection.result_unknown" in kinds
    assert queries.open_total() == 0


def test_an_interrupted_job_does_not_send_twice(world, simulator):
    batch_id = release(world)
    from tomoshibi.collection.models import DebitBatch

    DebitBatch.objects.filter(id=batch_id).update(state="released", sent_at=None)
    with db.transaction():
        job_id = worker.enqueue("collection.send_batch", {"batch_id": batch_id})
    queue.run_waiting()
    assert jobs.job(job_id=job_id).state == "done"
    assert queries.batch(batch_id=batch_id).state == "sent"
    taken = list((simulator.desk.folder / "taken").iterdir())
    assert len(taken) == 1


def test_a_rejected_file_frees_its_debts(world, simulator):
    Manners(rejects="委託者コードが違います").write(simulator.desk.folder)
    batch_id = release(world)
    fetch()
    assert queries.batch(batch_id=batch_id).state == "rejected"
    (item,) = worklist.open_items(kind="collection.batch_rejected")
    assert "委託者コード" in item.detail
    assert queries.due_frame(issued_until=TODAY).height == 3


def test_a_file_that_cannot_be_read_is_kept_and_shown(world, simulator):
    out = simulator.desk.folder / "from-agent"
    out.mkdir(parents=True, exist_ok=True)
    (out / "odd.result.txt").write_bytes(b"\xff\xfenot a bank file")
    job = fetch()
    assert job.state == "done"
    (item,) = worklist.open_items(kind="collection.broken_result")
    assert "odd.result.txt" in item.title
    fetch()
    assert len(worklist.open_items(kind="collection.broken_result")) == 1


def test_without_a_connection_the_job_says_what_to_do(world):
    from tomoshibi.collection.models import AgentLink

    AgentLink.objects.all().delete()
    batch_id = release(world)
    (job,) = [job for job in jobs.jobs() if job.name == "collection.send_batch"]
    assert job.state == "failed"
    assert job.message
    assert queries.batch(batch_id=batch_id).state == "released"


def test_issued_bills_open_their_debts_by_reaction():
    from tomoshibi.billing.values import BillsIssued
    from tomoshibi.worker import registry

    assert "collection.open_receivables" in registry.reactions_to(BillsIssued(run_id=1))


def test_a_month_run_takes_up_the_file_that_waits_for_its_second_person(world):
    with db.transaction():
        batch_id = operations.prepare_batch(
            agent=AGENT, month=NOVEMBER, now=NOW, today=TODAY, actor_id=world.first
        ).batch_id
    how = {"month": NOVEMBER, "first_id": world.first, "hold_reason": "", "watch": lambda _name: lambda *_: None}
    with pytest.raises(month.NeedsPeople, match=f"debit file {batch_id} waits for a second person"):
        list(month.run(second_id=None, **how))
    said = {step.name: step.outcome for step in month.run(second_id=world.second, until=TODAY, **how)}
    assert said["send"] == f"{AGENT}: 3 rows sent"
    assert [(batch.id, batch.state) for batch in queries.batches()] == [(batch_id, "sent")], "one file, not two"
