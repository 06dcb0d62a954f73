"""Before a second person stands for a run: do its drafts still rest on what holds?"""

from datetime import date

import pytest

from tests.billing import book
from tests.billing.test_looking import get, other_fuel, post
from tests.billing.test_pages import clerks  # noqa: F401 - a fixture
from tomoshibi.billing import operations, queries, values
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.identity.models import User
from tomoshibi.storage import db
from tomoshibi.worker import queries as clock
from tomoshibi.worker import queue

pytestmark = pytest.mark.django_db(transaction=True)
UNCHANGED = "every bill would be drafted just as it was"
CHANGED = "would be drafted differently"


@pytest.fixture
def examined(clerks):  # noqa: F811 - a fixture
    """A run of October that was examined; the look that this asks for waits for the worker."""
    first, second = clerks
    post(first, "/billing/runs/new/", month="2026-10", area="")
    queue.run_waiting()
    run_id = queries.runs()[0].id
    examine(first, run_id)
    return first, second, run_id


def examine(clerk, run_id):
    for contract_id in queries.undecided_contracts(run_id=run_id):
        post(clerk, f"/billing/runs/{run_id}/contracts/{contract_id}/decide/", decision="release", reason="looked at")
    post(clerk, f"/billing/runs/{run_id}/examined/")


def looked(run_id):
    queue.run_waiting()
    return dict(queries.run(run_id=run_id).changed)


def test_what_is_examined_is_compared_by_itself_and_the_second_person_reads_it(examined):
    first, second, run_id = examined
    fragment = f"/billing/runs/{run_id}/drafts/"
    get(second, f"/billing/runs/{run_id}/confirm/", f'hx-get="{fragment}"')
    get(first, f"/billing/runs/{run_id}/", f'hx-get="{fragment}"')
    get(second, fragment, "are being compared", "every 2s")
    assert looked(run_id) == {}
    shown = get(second, fragment, UNCHANGED)
    assert "every 2s" not in shown


def test_what_changed_since_is_counted_by_reason_until_the_run_is_rated_again(examined, now):
    first, second, run_id = examined
    looked(run_id)
    other_fuel("-4.80")
    with db.transaction():
        contract_id = queries.bills_of_run(run_id=run_id)[0].contract_id
        book.reading(contract_queries.contract(contract_id=contract_id), 777, now=now)
    post(first, f"/billing/runs/{run_id}/drafts/look/")
    assert looked(run_id) == {values.Changed.MASTER: 3, values.Changed.READING: 1}
    get(first, f"/billing/runs/{run_id}/drafts/", CHANGED, "Revised values", "Rate again")
    before = queries.run(run_id=run_id).total_minor
    post(first, f"/billing/runs/{run_id}/again/")
    queue.run_waiting()
    run = queries.run(run_id=run_id)
    assert (run.looked_at, run.changed, run.state) == (None, {}, values.RunState.CHECKED)
    assert run.total_minor != before
    examine(first, run_id)
    assert looked(run_id) == {}
    get(second, f"/billing/runs/{run_id}/drafts/", UNCHANGED)


def test_terms_that_were_changed_backwards_count(examined):
    _first, second, run_id = examined
    with db.transaction():
        contract_id = queries.bills_of_run(run_id=run_id)[0].contract_id
        contracts.change_terms(contract_id=contract_id, start=date(2026, 9, 17), capacity_milli=40_000)
    assert looked(run_id) == {values.Changed.TERMS: 1}
    get(second, f"/billing/runs/{run_id}/drafts/", "Contract changed backwards")


def test_nothing_is_kept_of_a_run_that_was_rated_anew_meanwhile(examined, now):
    first, _second, run_id = examined
    post(first, f"/billing/runs/{run_id}/again/")
    with db.transaction():
        operations.note_draft_look(run_id=run_id, counts={values.Changed.MASTER: 3}, now=now)
    assert queries.run(run_id=run_id).looked_at is None


def test_two_clicks_look_once_and_who_only_reads_does_not(examined):
    first, _second, run_id = examined
    for _time in range(2):
        post(first, f"/billing/runs/{run_id}/drafts/look/")
    assert sum(job.name == "billing.look_at_drafts" for job in clock.jobs()) == 1
    with db.transaction():
        book.person("reader", roles=[])
    first.force_login(User.objects.get(username="reader"))
    assert first.post(f"/billing/runs/{run_id}/drafts/look/").status_code == 403
