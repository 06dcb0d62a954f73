"""After issue: changed values become a difference list first, then further documents; nothing changed makes nothing."""

from datetime import date

import polars as pl
import pytest

from tests.billing import book
from tests.billing.test_runs import EVERYTHING, issue, make, release_everything
from tests.tariffs.plans import TOKYO
from tomoshibi.billing import operations, queries, values
from tomoshibi.billing.queries import changes
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts import values as contract_values
from tomoshibi.identity import operations as identity
from tomoshibi.ledger import queries as ledger
from tomoshibi.masters import operations as masters_operations
from tomoshibi.tariffs import operations as tariffs

CORRECTION = values.RunKind.CORRECTION


@pytest.fixture
def issued(masters, now):
    """Two issued bills of 398 kWh, and the two clerks."""
    clerks = book.people()
    made = [book.customer(n) for n in (1, 2)]
    for contract in made:
        book.reading(contract, 398, now=now)
    run = make(now, clerks[0])
    issue(run, now, clerks)
    return clerks, made, queries.issued_frame(run_id=run.id)


def amounts(run):
    return dict(queries.issued_frame(run_id=run.id).select("contract_id", "amount_minor").iter_rows())


def test_more_use_is_a_new_bill_and_less_a_return(issued, now):
    clerks, (more, less), before = issued
    book.reading(more, 498, now=now)
    book.reading(less, 298, now=now)
    preview = make(now, clerks[0], kind=CORRECTION)
    kinds = {bill.contract_id: bill for bill in queries.bills_of_run(run_id=preview.id)}
    assert kinds[more.id].kind is values.BillKind.CORRECTION
    assert kinds[less.id].kind is values.BillKind.RETURN
    # 100 kWh: 4,049 - 580 - 350 + 418.
    assert kinds[more.id].total_minor == 4_049 - 580 - 350 + 418
    assert kinds[less.id].total_minor < 0
    assert kinds[less.id].tax_minor == -(-kinds[less.id].total_minor * 10 // 110)
    original = before.filter(pl.col("contract_id") == more.id)["bill_id"][0]
    assert kinds[more.id].corrects_bill_id == original
    assert kinds[more.id].rerated_minor == kinds[more.id].total_minor + queries.bill(bill_id=original).total_minor
    issue(preview, now, clerks)
    assert amounts(preview).keys() == {more.id, less.id}
    assert ledger.trial_balance(first=book.NOVEMBER, last=book.NOVEMBER).foots


def test_what_the_house_opens_by_itself_is_confirmed_by_another_than_who_examined_it(issued, now):
    clerks, (contract, _other), _before = issued
    book.reading(contract, 298, now=now)
    preview = make(now, None, kind=CORRECTION)
    assert preview.created_by_id is None
    release_everything(preview, clerks[0], now)
    operations.finish_examination(run_id=preview.id, actor_id=clerks[0], now=now)
    with pytest.raises(identity.SamePerson):
        operations.confirm(run_id=preview.id, actor_id=clerks[0], now=now)
    confirmed = operations.confirm(run_id=preview.id, actor_id=clerks[1], now=now)
    assert (confirmed.state, confirmed.confirmed_by_id) == (values.RunState.CONFIRMED, clerks[1])


def test_what_changes_while_a_correction_waits_joins_it_until_somebody_examined_it(issued, now):
    clerks, (one, other), _before = issued
    book.reading(one, 298, now=now)
    preview = make(now, None, kind=CORRECTION)
    first = queries.bills_of_run(run_id=preview.id)
    book.reading(other, 498, now=now)
    again = make(now, None, kind=CORRECTION)
    assert (again.id, again.selected_count, again.bill_count) == (preview.id, 2, 2)
    bills = queries.bills_of_run(run_id=preview.id)
    assert {bill.contract_id for bill in bills} == {one.id, other.id}
    assert first[0].total_minor in {bill.total_minor for bill in bills}, "what was there stays as it was"
    # Asked by somebody else, or once more, it is what it is.
    assert make(now, clerks[0], kind=CORRECTION).selected_count == 2
    assert make(now, None, kind=CORRECTION).bill_count == 2
    issue(again, now, clerks)
    with pytest.raises(operations.NothingToBill):
        operations.open_run(month=book.OCTOBER, selection=EVERYTHING, actor_id=None, now=now, kind=CORRECTION)


def test_what_changes_once_more_while_a_correction_waits_is_rated_anew(issued, now):
    clerks, (one, other), _before = issued
    book.reading(one, 298, now=now)
    book.reading(other, 498, now=now)
    preview = make(now, None, kind=CORRECTION)
    first = {bill.contract_id: bill.total_minor for bill in queries.bills_of_run(run_id=preview.id)}
    book.reading(one, 398, now=now)
    book.reading(other, 598, now=now)
    again = make(now, None, kind=CORRECTION)
    assert (again.id, again.selected_count, again.bill_count) == (preview.id, 2, 1), "one is as it was issued"
    (bill,) = queries.bills_of_run(run_id=preview.id)
    assert bill.contract_id == other.id
    assert bill.total_minor > first[other.id]
    assert queries.changed_drafts(run_id=preview.id, month=book.OCTOBER) == {}
    issue(again, now, clerks)
    assert make(now, None, kind=CORRECTION).state is values.RunState.CANCELLED, (
        "the same value, written anew, bills nothing"
    )


def test_an_examined_correction_is_left_as_it_was_examined(issued, now):
    clerks, (one, other), _before = issued
    book.reading(one, 298, now=now)
    preview = make(now, None, kind=CORRECTION)
    release_everything(preview, clerks[0], now)
    operations.finish_examination(run_id=preview.id, actor_id=clerks[0], now=now)
    book.reading(other, 498, now=now)
    same = make(now, None, kind=CORRECTION)
    assert (same.id, same.state, same.selected_count) == (preview.id, values.RunState.EXAMINED, 1)


def test_nothing_changed_produces_nothing(issued, now):
    clerks, (contract, _other), _before = issued
    with pytest.raises(operations.NothingToBill):
        operations.open_run(month=book.OCTOBER, selection=EVERYTHING, actor_id=clerks[0], now=now, kind=CORRECTION)
    chosen = values.Selection(contract_ids=(contract.id,))
    looked = make(now, clerks[0], kind=CORRECTION, selection=chosen)
    assert (looked.state, looked.bill_count) == (values.RunState.CANCELLED, 0)


def test_a_second_correction_takes_the_difference_to_all_before(issued, now):
    clerks, (contract, _other), before = issued
    original = before.filter(pl.col("contract_id") == contract.id)["amount_minor"][0]
    total = original
    for kwh in (498, 450, 398):
        book.reading(contract, kwh, now=now)
        run = make(now, clerks[0], kind=CORRECTION)
        issue(run, now, clerks)
        total += amounts(run)[contract.id]
        latest = queries.documents_of(contract_id=contract.id, period_start=book.SEPTEMBER_CUT)[-1]
        assert latest.rerated_minor == total
    assert total == original
    assert [bill.kind.value for bill in queries.documents_of(contract_id=contract.id, period_start=book.SEPTEMBER_CUT)] == [
        "bill", "correction", "return", "return",
    ]  # fmt: skip


def test_an_issued_bill_cannot_be_changed_or_thrown_away(issued):
    from django.db import DatabaseError, connection

    from tomoshibi.storage import db

    for statement in (
        "UPDATE billing_bill SET total_minor = 1",
        "DELETE FROM billing_bill",
        "UPDATE billing_line SET amount_e10 = 1",
        "UPDATE billing_invoice SET due_on = due_on + 1",
        "DELETE FROM billing_invoice",
    ):
        with pytest.raises(DatabaseError), db.savepoint(), connection.cursor() as cursor:
            cursor.execute(statement)


def new_unit(yen):
    unit = {"area": book.AREA, "product": "regulated_lv", "month": str(book.OCTOBER), "unit_yen_per_kwh": yen}
    return unit | {"includes_island": "yes", "invented": "no", "source": "published late"}


def test_a_master_that_changes_after_issue_is_a_list_of_differences_first(issued, now):
    clerks, made, _before = issued
    assert book.changes(book.OCTOBER) == {}
    changed = masters_operations.propose_change(
        master="fuel_units", rows=[new_unit("-4.80")], reason="mended", actor_id=clerks[0], now=now
    )
    masters_operations.approve_change(proposal_id=changed, actor_id=clerks[1], now=now)
    assert book.changes(book.OCTOBER) == {values.Changed.MASTER: 2}
    assert list(queries.changes_by_month(today=now.date())) == [book.OCTOBER]
    preview = make(now, clerks[0], kind=CORRECTION)
    # One yen per kWh more on 398 kWh, and no number yet.
    assert {bill.contract_id: bill.total_minor for bill in queries.bills_of_run(run_id=preview.id)} == {
        made[0].id: 398, made[1].id: 398,
    }  # fmt: skip
    assert not [bill for bill in queries.bills_of_run(run_id=preview.id) if bill.invoice_number]
    issue(preview, now, clerks)
    assert book.changes(book.OCTOBER) == {}
    assert all(operations.replay(bill_id=bill.id).fits for bill in queries.bills_of_run(run_id=preview.id))


WITHOUT_TAX = """
plan: test-net
name: {ja: 税抜プラン, en: Net plan}
area: "03"
voltage: low
kind: free
capacity: {unit: contract}
sources: {page: a page of the company}
tax: excluded
versions:
  - from: 2024-04-01
    components:
      - {code: energy, kind: flat, price: {amount: 30.00, source: page}}
"""


def test_a_tax_rate_that_is_corrected_backwards_is_a_list_of_differences(masters, now):
    clerks = book.people()
    for proposal_id in tariffs.propose(text=WITHOUT_TAX, now=now, actor_id=clerks[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])
    net = book.customer(1, plan_code="test-net", capacity_kind="contract", capacity_milli=0)
    book.reading(net, 100, now=now)
    issue(make(now, clerks[0]), now, clerks)
    rows = [{"rate_percent": "12", "valid_from": "2027-01-01"}]
    masters_operations.put_rows(master="tax_rates", rows=rows)
    assert book.changes(book.OCTOBER) == {}, "a rate of later days changes no bill"
    rows = [{"rate_percent": "12", "valid_from": "2026-09-02"}]
    proposed = masters_operations.propose_change(
        master="tax_rates", rows=rows, reason="the law came late", actor_id=clerks[0], now=now
    )
    assert book.changes(book.OCTOBER) == {}
    masters_operations.approve_change(proposal_id=proposed, actor_id=clerks[1], now=now)
    assert book.changes(book.OCTOBER) == {values.Changed.MASTER: 1}
    run = make(now, clerks[0], kind=CORRECTION)
    (bill,) = queries.bills_of_run(run_id=run.id)
    # 3,000 yen and 12 % in place of 10 %: all of the difference is tax.
    assert (bill.total_minor, bill.tax_minor) == (60, 60)
    issue(run, now, clerks)
    assert book.changes(book.OCTOBER) == {}


def test_the_tax_in_prices_that_is_another_is_a_document_of_nothing_but_tax(issued, now):
    """A total that contains the tax stays; what the customer's invoice says of the tax does not."""
    clerks, made, before = issued
    rows = [{"rate_percent": "8", "valid_from": "2026-09-02"}]
    proposed = masters_operations.propose_change(
        master="tax_rates", rows=rows, reason="the law came late", actor_id=clerks[0], now=now
    )
    masters_operations.approve_change(proposal_id=proposed, actor_id=clerks[1], now=now)
    assert book.changes(book.OCTOBER) == {values.Changed.MASTER: 2}
    run = make(now, clerks[0], kind=CORRECTION)
    (total,) = before["amount_minor"].unique()
    moved = total * 8 // 108 - total * 10 // 110
    assert moved < 0
    bills = queries.bills_of_run(run_id=run.id)
    assert [(b.kind, b.total_minor, b.tax_minor) for b in bills] == [(values.BillKind.CORRECTION, 0, moved)] * len(made)
    issue(run, now, clerks)
    assert book.changes(book.OCTOBER) == {}, "it is mended once and leaves the list"
    (entry,) = ledger.entries_of(document=f"bill:{bills[0].id}")
    legs = {leg.account.code: leg.amount_minor for leg in entry.legs}
    assert legs[book.ACCOUNTS["tax_payable"][0]] == -moved, "what was too much tax is revenue"
    assert sum(legs.values()) == 0
    assert book.ACCOUNTS["receivable"][0] not in legs, "nothing is owed"
    assert all(operations.replay(bill_id=bill.id).fits for bill in queries.bills_of_run(run_id=run.id))
    with pytest.raises(operations.NothingToBill):
        make(now, clerks[0], kind=CORRECTION)


@pytest.mark.parametrize("contracts_a_block", [1, 2, 1_000])
def test_however_many_contracts_are_looked_at_together_the_list_is_the_same(issued, now, contracts_a_block):
    _clerks, made, _before = issued
    masters_operations.put_rows(master="fuel_units", rows=[new_unit("-4.80")])
    book.reading(made[1], 400, now=now)
    blocks = list(changes.changed_blocks(months=[book.OCTOBER], contracts_a_block=contracts_a_block))
    assert len(blocks) == max(1, 2 // contracts_a_block)
    assert all(block["contract_id"].n_unique() <= contracts_a_block for block in blocks)
    found = {(row["contract_id"], row["why"]) for block in blocks for row in block.iter_rows(named=True)}
    assert found == {(made[0].id, "master"), (made[1].id, "master"), (made[1].id, "reading")}


def test_a_price_that_is_published_after_issue_is_a_list_of_differences(issued, now):
    clerks, _made, _before = issued
    head, version = TOKYO.split("versions:\n")
    dearer = head + "versions:\n" + version.replace("2024-04-01", "2026-09-01").replace("29.80", "30.80")
    for proposal_id in tariffs.propose(text=dearer, now=now, actor_id=clerks[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])
    assert book.changes(book.OCTOBER) == {values.Changed.PRICE: 2}
    preview = make(now, clerks[0], kind=CORRECTION)
    # 120 kWh of the first tier, a yen more each.
    assert {bill.total_minor for bill in queries.bills_of_run(run_id=preview.id)} == {120}


def test_terms_that_change_backwards_after_issue_are_a_list_of_differences(issued, now):
    clerks, (larger, same), _before = issued
    (terms,) = contract_queries.contract(contract_id=same.id).terms
    contracts.change_terms(contract_id=same.id, start=date(2026, 12, 1), capacity_milli=60_000)
    contracts.change_terms(contract_id=same.id, start=date(2026, 9, 10), agency_code="A1")
    assert book.changes(book.OCTOBER) == {}, "later days and the agency change no bill"
    contracts.change_terms(contract_id=larger.id, start=date(2026, 9, 17), capacity_milli=40_000)
    assert book.changes(book.OCTOBER) == {values.Changed.TERMS: 1}
    run = make(now, clerks[0], kind=CORRECTION)
    (bill,) = queries.bills_of_run(run_id=run.id)
    # 15 of 30 days at 40 A in the place of 30 A: 311.75 / 2
    assert (bill.contract_id, bill.total_minor) == (larger.id, 156)
    issue(run, now, clerks)
    assert book.changes(book.OCTOBER) == {}
    assert terms.capacity_milli == 30_000


def test_an_exemption_agreed_to_after_issue_is_a_list_of_differences(issued, now):
    clerks, (exempt, _other), _before = issued
    made = contracts.enter_levy_exemption(
        contract_id=exempt.id, start=date(2026, 9, 1), end=date(2027, 4, 1), percent=80, certificate="1", now=now,
        actor_id=clerks[0],
    )  # fmt: skip
    assert book.changes(book.OCTOBER) == {}
    contracts.approve_levy_exemption(exemption_id=made, now=now, actor_id=clerks[1])
    assert book.changes(book.OCTOBER) == {values.Changed.TERMS: 1}
    run = make(now, clerks[0], kind=CORRECTION)
    (bill,) = queries.bills_of_run(run_id=run.id)
    # 1,663 of levy become floor(398 x 4.18 x 20/100) = 332
    assert bill.total_minor == 332 - 1_663
    issue(run, now, clerks)
    assert book.changes(book.OCTOBER) == {}


def test_a_contract_that_ended_before_the_bill_is_seen(issued, now):
    _clerks, (ended, _other), _before = issued
    contracts.end(contract_id=ended.id, on=date(2026, 9, 20), reason=contract_values.EndReason.MOVED_OUT)
    assert book.changes(book.OCTOBER) == {values.Changed.TERMS: 1}
