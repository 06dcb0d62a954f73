"""Rebilling: whatever changed before, a second correction finds nothing, and all documents add up to today's facts."""

from contextlib import contextmanager
from datetime import date, timedelta

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.billing import book
from tests.billing.test_parts import TIME_OF_USE
from tests.billing.test_runs import TODAY, issue, make
from tomoshibi.billing import operations, queries, values
from tomoshibi.contracts import operations as contracts
from tomoshibi.kernel import halfhours
from tomoshibi.masters import operations as masters_operations
from tomoshibi.storage import db
from tomoshibi.tariffs import operations as tariffs

CORRECTION = values.RunKind.CORRECTION
DAYS = (book.OCTOBER_CUT - book.SEPTEMBER_CUT).days
FEW = settings(
    max_examples=5,
    deadline=None,
    # An example is a handful of runs: what failed is read as it was drawn.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@contextmanager
def undone():
    """What happens inside is taken back, so that the next example begins with the same book."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)


def publish(text, *, now, clerks):
    for proposal_id in tariffs.propose(text=text, now=now, actor_id=clerks[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])


def half_hours(seed, kwh):
    """Half-hours of the period that add up to whole kWh."""
    drawn = np.random.default_rng(seed).multinomial(kwh * 10_000, np.full(DAYS * 48, 1 / (DAYS * 48)))
    return halfhours.to_bytes(drawn.astype(np.int32))


@pytest.fixture
def issued(masters, now):
    """Four issued bills: two plain ones, one by time of use, one that began inside the period."""
    clerks = book.people()
    publish(TIME_OF_USE, now=now, clerks=clerks)
    plain, other = book.customer(1), book.customer(2)
    timed = book.customer(3, plan_code="test-tou", capacity_kind="contract", capacity_milli=0)
    late = book.customer(4, start=date(2026, 9, 12))
    for contract in (plain, other):
        book.reading(contract, 398, now=now)
    book.reading(timed, 570, half_hours=half_hours(1, 570), now=now)
    book.reading(late, 100, start=date(2026, 9, 12), now=now)
    issue(make(now, clerks[0]), now, clerks)
    return clerks, (plain, other, timed, late)


KWH = st.integers(0, 700)
CHANGES = st.one_of(
    st.tuples(st.just("reading"), st.integers(0, 3), KWH),
    st.tuples(st.just("size"), st.integers(0, 1), st.integers(0, DAYS - 1)),
    st.tuples(st.just("exempt"), st.integers(0, 3), st.integers(1, 80)),
    st.tuples(st.just("fuel"), st.just(0), st.integers(-900, 900)),
)


def apply(change, *, made, exempt, clerks, now):
    kind, which, number = change
    contract = made[which]
    if kind == "reading":
        own = {"start": contract.start} if contract.start > book.SEPTEMBER_CUT else {}
        if which == 2:
            own = {"half_hours": half_hours(number, number)}
        book.reading(contract, number, now=now, **own)
    elif kind == "size":
        day = book.SEPTEMBER_CUT + timedelta(days=number)
        contracts.change_terms(contract_id=contract.id, start=day, capacity_milli=40_000)
    elif kind == "exempt":
        if contract.id in exempt:
            return
        exempt.add(contract.id)
        agreed = contracts.enter_levy_exemption(
            contract_id=contract.id, start=date(2026, 9, 1), end=date(2026, 12, 1), percent=number, certificate="1",
            now=now, actor_id=clerks[0],
        )  # fmt: skip
        contracts.approve_levy_exemption(exemption_id=agreed, now=now, actor_id=clerks[1])
    else:
        unit = {"area": book.AREA, "product": "regulated_lv", "month": str(book.OCTOBER), "includes_island": "yes",
                "unit_yen_per_kwh": f"{number / 100:.2f}", "invented": "no", "source": "published late"}  # fmt: skip
        masters_operations.put_rows(master="fuel_units", rows=[unit])


def corrected(now, clerks):
    """Correct everything that the list shows; whether there was anything."""
    if not book.changes(book.OCTOBER):
        return False
    run = make(now, clerks[0], kind=CORRECTION)
    if run.state != values.RunState.CANCELLED:
        issue(run, now, clerks)
    return True


def assert_settled(made, *, now, clerks):
    chosen = values.Selection(contract_ids=tuple(contract.id for contract in made))
    with db.savepoint():
        looked = make(now, clerks[0], kind=CORRECTION, selection=chosen)
    assert (looked.state, looked.bill_count) == (values.RunState.CANCELLED, 0)
    for contract in made:
        standing = queries.documents_of(contract_id=contract.id, period_start=max(contract.start, book.SEPTEMBER_CUT))
        today = operations.preview(contract_id=contract.id, today=TODAY, month=book.OCTOBER)
        assert today.refusal == ""
        assert sum(bill.total_minor for bill in standing) == today.total_minor
        assert standing[-1].rerated_minor == today.total_minor
        assert all(operations.replay(bill_id=bill.id).fits for bill in standing[-1:])


@FEW
@given(
    rounds=st.lists(st.lists(CHANGES, min_size=1, max_size=4, unique_by=lambda one: one[:2]), min_size=1, max_size=2)
)
def test_rebilling_twice_gives_zero_whatever_changed(issued, now, rounds):
    clerks, made = issued
    exempt = set()
    with undone():
        for number, changes in enumerate(rounds, start=1):
            later = now + timedelta(minutes=number)
            for change in changes:
                apply(change, made=made, exempt=exempt, clerks=clerks, now=later)
            corrected(later, clerks)
            assert_settled(made, now=later, clerks=clerks)


def test_a_version_that_mends_a_word_divides_no_period_and_is_on_no_list(issued, now):
    """A plan that divides periods at its price changes: the same prices with another source change no bill."""
    clerks, _made = issued
    divides = TIME_OF_USE.replace("test-tou", "test-split").replace("proration: {", "proration: {price_change: split, ")
    publish(divides, now=now, clerks=clerks)
    contract = book.customer(5, plan_code="test-split", capacity_kind="contract", capacity_milli=0)
    book.reading(contract, 570, half_hours=half_hours(5, 570), now=now)
    issue(make(now, clerks[0]), now, clerks)
    asked = {"contract_id": contract.id, "today": TODAY, "month": book.OCTOBER}
    whole = operations.preview(**asked).lines
    mended = divides.replace("2024-04-01", "2026-09-10").replace("a page of the company", "the page as printed")
    publish(mended, now=now, clerks=clerks)
    assert book.changes(book.OCTOBER) == {}
    assert_settled([contract], now=now, clerks=clerks)
    assert operations.preview(**asked).lines == whole, "no line for each side of the day"
    dearer = divides.replace("2024-04-01", "2026-09-17").replace("40.00", "41.00")
    publish(dearer, now=now, clerks=clerks)
    assert len(operations.preview(**asked).lines) > len(whole)
    assert book.changes(book.OCTOBER) == {values.Changed.PRICE: 1}
    run = make(now, clerks[0], kind=CORRECTION)
    (bill,) = queries.bills_of_run(run_id=run.id)
    assert bill.contract_id == contract.id
    assert bill.total_minor > 0
    issue(run, now, clerks)
    assert book.changes(book.OCTOBER) == {}
