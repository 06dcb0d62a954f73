"""The rebill list: looked for by the worker, as of a moment; differences of a month are listed there too."""

from datetime import timedelta

import pytest

from tests.billing import book
from tests.billing.test_pages import clerks, get, post  # noqa: F401 - a fixture
from tomoshibi.billing import jobs, operations, queries, values
from tomoshibi.billing.models import Look
from tomoshibi.identity.models import User
from tomoshibi.masters import operations as masters_operations
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock
from tomoshibi.worker import queue

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def billed(clerks):  # noqa: F811 - a fixture
    """The clerks after a run was issued."""
    first, second = clerks
    post(first, "/billing/runs/new/", month="2026-10", area="03", base_days=["02"])
    queue.run_waiting()
    issue(first, second, queries.runs()[0].id)
    return clerks


def issue(first, second, run_id):
    for row in queries.exceptions(run_id=run_id, severity="blocking", undecided=True):
        url = f"/billing/runs/{run_id}/contracts/{row['contract_id']}/decide/"
        post(first, url, decision="release", reason="looked at")
    post(first, f"/billing/runs/{run_id}/examined/")
    run = queries.run(run_id=run_id)
    eyes = {"confirmed": "1", "seen_count": str(run.bill_count), "seen_total": str(run.total_minor)}
    post(second, f"/billing/runs/{run_id}/confirm/", **eyes)
    post(second, f"/billing/runs/{run_id}/issue/", confirmed="1")
    queue.run_waiting()
    assert queries.run(run_id=run_id).state is values.RunState.ISSUED


def other_fuel(yen):
    unit = {"area": book.AREA, "product": "regulated_lv", "month": "2026-10", "unit_yen_per_kwh": yen}
    with db.transaction():
        masters_operations.put_rows(
            master="fuel_units", rows=[unit | {"includes_island": "yes", "invented": "no", "source": "mended"}]
        )


def test_from_a_changed_value_over_the_look_to_documents_issued_in_bulk(billed, now):
    first, second = billed
    other_fuel("-4.80")
    get(first, "/billing/rebill/", "Nobody has looked yet.")
    post(first, "/billing/rebill/look/")
    shown = get(first, "/billing/rebill/", "job-progress")
    assert "Every issued bill would come out the same" not in shown, "nobody knows before the look has ended"
    queue.run_waiting()
    shown = get(first, "/billing/rebill/", "As of ", "2026-10", "Differences of 2026-10")
    assert "job-progress" not in shown
    assert queries.last_look().counts == {book.OCTOBER: {values.Changed.MASTER: 3}}
    get(first, "/billing/runs/new/", "Values changed after billing", "as of ")

    place = post(first, "/billing/runs/new/", month="2026-10", kind="correction")
    get(first, place, "job-progress")
    assert not [run for run in queries.runs() if run.kind is values.RunKind.CORRECTION], "the request drafts nothing"
    queue.run_waiting()
    (run,) = [run for run in queries.runs() if run.kind is values.RunKind.CORRECTION]
    asked_by = User.objects.get(username="first").id
    assert (run.created_by_id, run.state, run.bill_count) == (asked_by, values.RunState.CHECKED, 3)
    get(first, "/billing/rebill/", f"Run {run.id}")

    with db.transaction():
        worker.set_clock(now=now + timedelta(minutes=5))
    issue(first, second, run.id)
    # The look is older than the correction, and says so; the next one finds nothing, and neither does a correction.
    # What the look counted need not all have been in it: the rest can be asked for.
    get(first, "/billing/rebill/", f"Corrected since by run {run.id}", "Differences of 2026-10")
    post(first, "/billing/rebill/look/")
    queue.run_waiting()
    get(first, "/billing/rebill/", "Every issued bill would come out the same today.")
    post(first, "/billing/runs/new/", month="2026-10", kind="correction")
    queue.run_waiting()
    (job,) = [one for one in clock.jobs() if one.name == "billing.list_differences"][:1]
    assert len(queries.runs()) == 2, job.message


def test_a_look_that_is_under_way_is_not_begun_again_and_a_lost_one_is(billed, now):
    first, _second = billed
    for _time in range(3):
        post(first, "/billing/rebill/look/")
    assert Look.objects.count() == 1
    queue.run_waiting()
    post(first, "/billing/rebill/look/")
    assert Look.objects.count() == 2
    get(first, "/billing/rebill/?job=99999999999999999999", "job-progress")
    get(first, "/billing/rebill/?job=nonsense", "job-progress")


def test_who_only_reads_does_not_look(billed):
    first, _second = billed
    with db.transaction():
        book.person("reader", roles=[])
    first.force_login(User.objects.get(username="reader"))
    assert first.post("/billing/rebill/look/").status_code == 403
    assert Look.objects.count() == 0


def test_the_morning_look_needs_nobody_and_few_looks_are_kept(billed, now):
    for _day in range(12):
        jobs.look_for_changes(lambda *_: None)
    assert Look.objects.count() == operations.looking.KEPT
    assert queries.last_look().counts == {}


def test_a_look_tells_how_far_it_is(billed):
    told = []
    jobs.look_for_changes(lambda *so_far: told.append(so_far))
    assert told == [(0, 1), (1, 1)]
