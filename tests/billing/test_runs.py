"""A month from confirmed values to issued bills, through the doors that pages and jobs use."""

from datetime import date

import pytest

from tests.billing import book
from tomoshibi.billing import operations, queries, values
from tomoshibi.identity.operations import SamePerson
from tomoshibi.ledger import queries as ledger

TODAY = date(2026, 11, 4)
EVERYTHING = values.Selection()


@pytest.fixture
def clerks(masters):
    return book.people()


def make(now, clerk, *, month=book.OCTOBER, selection=EVERYTHING, kind=values.RunKind.REGULAR, size=2):
    run = operations.open_run(month=month, selection=selection, actor_id=clerk, now=now, kind=kind, chunk_size=size)
    while operations.rate_chunk(run_id=run.id, today=TODAY) is not None:
        pass
    return operations.finish_rating(run_id=run.id, now=now, actor_id=clerk)


def release_everything(run, clerk, now):
    ids = [row["contract_id"] for row in queries.exceptions(run_id=run.id) if row["severity"] != "aside"]
    operations.release(run_id=run.id, contract_ids=sorted(set(ids)), reason="looked at", actor_id=clerk, now=now)


def issue(run, now, clerks):
    first, second = clerks
    release_everything(run, first, now)
    operations.finish_examination(run_id=run.id, actor_id=first, now=now)
    operations.confirm(run_id=run.id, actor_id=second, now=now)
    operations.start_issue(run_id=run.id, today=TODAY, now=now)
    while operations.issue_chunk(run_id=run.id, now=now):
        pass
    return operations.finish_issue(run_id=run.id, now=now, actor_id=second)


def test_a_month_is_billed_to_the_yen_and_stands_in_the_ledger(clerks, now):
    made = [book.customer(n) for n in (1, 2, 3)]
    for contract, kwh in zip(made, (398, 120, 0), strict=True):
        book.reading(contract, kwh, now=now)
    run = make(now, clerks[0])
    assert (run.state, run.bill_count, run.aside_count) == (values.RunState.CHECKED, 3, 0)
    outcome = issue(run, now, clerks)
    assert outcome.issued == 3
    frame = queries.issued_frame(run_id=run.id)
    # 30 A: 935.25; 398 kWh: 3,576 + 6,552 + 3,968.02 - 2,308.40 (fuel) - 1,393 (government) + 1,663 (levy).
    # Zero use: half of the basic charge.
    assert frame["amount_minor"].to_list()[::2] == [12_992, 467]
    assert frame["due_on"].min() >= date(2026, 11, 18)
    assert frame["invoice_number"].to_list() == [n for n in frame["invoice_number"] if queries.bill_by_number(text=n)]
    legs = ledger.entries_of(document=frame["invoice_number"][0])
    assert legs


def test_the_same_selection_is_the_same_run_until_it_is_issued(clerks, now):
    book.reading(book.customer(1), 100, now=now)
    late = book.customer(2)
    run = make(now, clerks[0])
    again = operations.open_run(month=book.OCTOBER, selection=EVERYTHING, actor_id=clerks[1], now=now)
    assert again.id == run.id
    assert (run.bill_count, run.aside_count) == (1, 1)
    issue(run, now, clerks)
    book.reading(late, 50, now=now)
    rest = make(now, clerks[0])
    assert rest.id != run.id
    assert (rest.selected_count, rest.bill_count) == (1, 1)
    issue(rest, now, clerks)
    with pytest.raises(operations.NothingToBill):
        operations.open_run(month=book.OCTOBER, selection=EVERYTHING, actor_id=clerks[0], now=now)


def test_rating_again_changes_nothing_where_nothing_changed(clerks, now):
    for n in (1, 2, 3):
        book.reading(book.customer(n), 100 * n, now=now)
    run = make(now, clerks[0])
    before = queries.draft_bills(run_id=run.id).drop("id")
    operations.rate_again(run_id=run.id, actor_id=clerks[0], now=now)
    while operations.rate_chunk(run_id=run.id, today=TODAY) is not None:
        pass
    again = operations.finish_rating(run_id=run.id, now=now)
    assert queries.draft_bills(run_id=run.id).drop("id").equals(before)
    assert again.total_minor == run.total_minor


def test_who_made_a_run_cannot_confirm_it(clerks, now):
    book.reading(book.customer(1), 100, now=now)
    run = make(now, clerks[0])
    release_everything(run, clerks[0], now)
    operations.finish_examination(run_id=run.id, actor_id=clerks[0], now=now)
    with pytest.raises(SamePerson):
        operations.confirm(run_id=run.id, actor_id=clerks[0], now=now)
    with pytest.raises(operations.RunNotConfirmed):
        operations.start_issue(run_id=run.id, today=TODAY, now=now)
    with pytest.raises(operations.ChangedSinceLook):
        operations.confirm(run_id=run.id, actor_id=clerks[1], now=now, seen_count=1, seen_total=run.total_minor + 1)


def test_a_held_bill_stays_behind_and_comes_with_the_next_run(clerks, now):
    made = [book.customer(n) for n in (1, 2)]
    for contract in made:
        book.reading(contract, 100, now=now)
    run = make(now, clerks[0])
    release_everything(run, clerks[0], now)
    operations.hold(run_id=run.id, contract_ids=[made[0].id], reason="asked the grid", actor_id=clerks[0], now=now)
    operations.finish_examination(run_id=run.id, actor_id=clerks[0], now=now)
    both = queries.run(run_id=run.id)
    going = queries.going(run_id=run.id)
    assert (going.bill_count, going.staying_count, both.bill_count) == (1, 1, 2)
    assert going.total_minor + going.staying_minor == both.total_minor
    with pytest.raises(operations.ChangedSinceLook):
        operations.confirm(run_id=run.id, actor_id=clerks[1], now=now, seen_total=both.total_minor)
    operations.confirm(run_id=run.id, actor_id=clerks[1], now=now, seen_count=1, seen_total=going.total_minor)
    operations.start_issue(run_id=run.id, today=TODAY, now=now)
    assert queries.run(run_id=run.id).total_minor == going.total_minor
    while operations.issue_chunk(run_id=run.id, now=now):
        pass
    outcome = operations.finish_issue(run_id=run.id, now=now)
    assert (outcome.issued, outcome.held) == (1, 1)
    assert queries.issued_frame(run_id=run.id)["contract_id"].to_list() == [made[1].id]
    assert [row["code"] for row in queries.exceptions(run_id=run.id) if row["contract_id"] == made[0].id] == ["E107"]
    assert make(now, clerks[0]).bill_count == 1
