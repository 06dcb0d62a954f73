"""A run beside the month before: sums per plan, classes of change, the largest movers."""

import pytest

from tests.billing import book
from tests.billing.test_runs import issue, make
from tomoshibi.billing import queries


@pytest.fixture
def clerks(masters):
    return book.people()


def _bills(run):
    return {bill.contract_id: bill for bill in queries.bills_of_run(run_id=run.id)}


def _book(now, clerks):
    """Three contracts in October; in November the first uses the same, the second ten times as much, one is new."""
    made = [book.customer(n) for n in (1, 2, 3)]
    for contract, kwh in zip(made[:2], (300, 100), strict=True):
        book.reading(contract, kwh, now=now)
    before = make(now, clerks[0])
    issue(before, now, clerks)
    for contract, kwh in zip(made, (300, 1_000, 50), strict=True):
        book.reading(contract, kwh, month=book.NOVEMBER, now=now)
    return made, before, make(now, clerks[0], month=book.NOVEMBER)


def test_changes_compare_only_contracts_that_have_both_months(clerks, now):
    made, before, run = _book(now, clerks)
    old, new = _bills(before), _bills(run)
    found = queries.comparison(run_id=run.id)
    both = [contract.id for contract in made[:2]]
    was, is_now = (sum(bills[i].total_minor for i in both) for bills in (old, new))
    assert found.whole.bills == 3
    assert found.whole.total_minor == sum(bill.total_minor for bill in new.values())
    assert abs(found.whole.month_change_ppm - (is_now - was) * 1_000_000 / was) <= 500
    assert found.whole.year_change_ppm is None
    assert [row.plan_code for row in found.plans] == [book.PLAN]


def test_the_largest_mover_comes_first_and_every_bill_has_its_class(clerks, now):
    made, before, run = _book(now, clerks)
    old, new = _bills(before), _bills(run)
    found = queries.comparison(run_id=run.id)
    first = found.movers[0]
    assert (first.bill_id, first.before_minor) == (new[made[1].id].id, old[made[1].id].total_minor)
    assert first.change_minor == new[made[1].id].total_minor - old[made[1].id].total_minor > 0
    assert sum(found.classes) == 2
    assert found.classes[-1] == 1, "ten times as much is more than double"


def test_the_first_month_has_nothing_to_compare_with(clerks, now):
    book.reading(book.customer(1), 300, now=now)
    found = queries.comparison(run_id=make(now, clerks[0]).id)
    assert found.whole.month_change_ppm is None
    assert not any(found.classes)
    assert found.movers == ()
