"""Fees and discounts that follow how the payer pays and is told: dated, in the preview as on the bill, never typed."""

from datetime import date

import pytest

from tests.billing import book
from tests.billing.test_corrections import CORRECTION
from tests.billing.test_runs import TODAY, issue, make
from tomoshibi.billing import operations, queries, values
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.kernel.units import E10
from tomoshibi.parties import operations as parties
from tomoshibi.parties.values import PaymentMethod, StatementChannel
from tomoshibi.tariffs import operations as tariffs

PLAN = """
plan: test-channel
name: {ja: 手数料のあるプラン, en: Plan with fees}
area: "03"
voltage: low
kind: free
capacity: {unit: A, sizes: [30, 40]}
sources: {page: a page of the company}
rounding: {line: exact, levy: {unit: 1, mode: floor}, total: floor}
proration: {denominator: reading_period, kwh: {unit: 1, mode: half_up}, money: {unit: 0.01, mode: half_up}}
versions:
  - from: 2024-04-01
    components:
      - {code: basic, kind: basic, unit: A, per: 10, price: {amount: 300.00, source: page}}
      - {code: energy, kind: flat, price: {amount: 30.00, source: page}}
      - {code: debit, kind: fixed, when: direct_debit, price: {amount: -55, source: page}}
      - {code: paper, kind: fixed, when: paper_bill, price: {amount: 110, source: page}}
      - {code: staff, kind: per_kwh, when: staff, price: {amount: -1, source: page}}
"""
PLAIN = 900 + 100 * 30
TYPED = [{"code": "direct_debit"}, {"code": "paper_bill"}]


@pytest.fixture
def clerks(masters, now):
    found = book.people()
    for proposal_id in tariffs.propose(text=PLAN, now=now, actor_id=found[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=found[1])
    return found


def on_plan(number, **terms):
    return book.customer(number, plan_code="test-channel", **terms)


@pytest.mark.parametrize(
    ("method", "channel", "more"),
    [
        ("transfer", "portal", 0),
        ("transfer", "paper", 110),
        ("direct_debit", "portal", -55),
        ("direct_debit", "paper", 110 - 55),
        ("card", "portal", 0),
    ],
)
def test_the_payer_decides_and_not_what_was_typed(clerks, now, method, channel, more):
    for number, discounts in enumerate(([], TYPED, [{"code": "staff"}]), start=1):
        contract = on_plan(number, method=method, channel=channel, discounts=discounts)
        book.reading(contract, 100, now=now)
        preview = operations.preview(contract_id=contract.id, today=TODAY)
        expected = PLAIN + more - (100 if discounts == [{"code": "staff"}] else 0)
        assert preview.total_minor == expected
    run = make(now, clerks[0])
    bills = sorted(queries.bills_of_run(run_id=run.id), key=lambda bill: bill.contract_id)
    assert [bill.total_minor for bill in bills] == [PLAIN + more, PLAIN + more, PLAIN + more - 100]
    issue(run, now, clerks)
    assert all(operations.replay(bill_id=bill.id).fits for bill in bills)


def test_other_terms_and_a_quantity_without_a_reading_are_previewed_with_the_payers_fees(clerks):
    contract = on_plan(1, method="direct_debit", channel="paper")
    (terms,) = contract_queries.contract(contract_id=contract.id).terms
    given = {"contract_id": contract.id, "today": TODAY, "energy_dwh": 100 * 10_000}
    assert operations.preview(**given).total_minor == PLAIN + 55
    assert operations.preview(**given, terms=terms).total_minor == PLAIN + 55


def test_a_bill_of_two_parts_pays_for_one_sheet_of_paper(clerks, now):
    contract = on_plan(1, channel="paper")
    contracts.change_terms(contract_id=contract.id, start=date(2026, 9, 17), capacity_milli=40_000)
    book.reading(contract, 100, now=now)
    preview = operations.preview(contract_id=contract.id, today=TODAY)
    # 15 of 30 days at 30 A, 15 at 40 A: 450 + 600.
    assert preview.total_minor == 450 + 600 + 3_000 + 110
    assert [amount for _text, amount in preview.lines].count(110 * E10) == 1


def test_the_last_day_of_the_period_counts_and_later_days_do_not(clerks, now):
    before, on_the_last, after = [on_plan(n, method="transfer", channel="paper") for n in (1, 2, 3)]
    for contract, day in ((before, date(2026, 9, 10)), (on_the_last, date(2026, 10, 1)), (after, book.OCTOBER_CUT)):
        book.reading(contract, 100, now=now)
        parties.change_account_terms(
            account_id=contract.account_id, start=day, statement_channel=StatementChannel.PORTAL,
            payment_method=PaymentMethod.DIRECT_DEBIT,
        )  # fmt: skip
    run = make(now, clerks[0])
    totals = {bill.contract_id: bill.total_minor for bill in queries.bills_of_run(run_id=run.id)}
    assert totals == {before.id: PLAIN - 55, on_the_last.id: PLAIN - 55, after.id: PLAIN + 110}


def test_another_way_of_paying_from_a_past_day_is_on_the_list_and_corrects_the_bill(clerks, now):
    moved, stays = on_plan(1, channel="paper"), on_plan(2, channel="paper")
    for contract in (moved, stays):
        book.reading(contract, 100, now=now)
    issue(make(now, clerks[0]), now, clerks)
    assert book.changes(book.OCTOBER) == {}
    portal = StatementChannel.PORTAL
    parties.change_account_terms(account_id=stays.account_id, start=date(2026, 12, 1), statement_channel=portal)
    assert book.changes(book.OCTOBER) == {}
    parties.change_account_terms(account_id=moved.account_id, start=date(2026, 9, 20), statement_channel=portal)
    assert book.changes(book.OCTOBER) == {values.Changed.TERMS: 1}
    run = make(now, clerks[0], kind=CORRECTION)
    (bill,) = queries.bills_of_run(run_id=run.id)
    assert (bill.contract_id, bill.total_minor) == (moved.id, -110)
    issue(run, now, clerks)
    assert book.changes(book.OCTOBER) == {}
