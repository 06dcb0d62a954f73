"""Plans that price by demand, months of the contract and contracts of the customer are billed by what other rooms know."""

from datetime import date, timedelta

import polars as pl
import pytest

from tests.billing import book
from tests.billing.test_runs import issue, make
from tests.metering.test_demand import BY_DEMAND, ENERGY, publish
from tests.rating.shapes.one_bill import price
from tomoshibi.billing import operations, queries, values
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts.values import EndReason
from tomoshibi.metering import operations as metering
from tomoshibi.metering import queries as metering_queries
from tomoshibi.metering.values import DEMAND_ROWS
from tomoshibi.supply import queries as points
from tomoshibi.worker import queries as worker_queries

CORRECTION = values.RunKind.CORRECTION
CAMPAIGN = {"code": "campaign", "kind": "fixed", "price": price("-500")}
SET = {"code": "set", "kind": "fixed", "price": price("-110"), "if": {"contracts": 2}}
KW = {"plan_code": "hv-test", "capacity_kind": "kW", "capacity_milli": 100_000}


@pytest.fixture
def clerks(masters):
    return book.people()


def demand(contract, kw, *, now, power_factor=98, month=book.OCTOBER):
    spin = points.point(supply_point_id=contract.supply_point_id).spin
    row = (2, spin, month.number, kw * 1_000, power_factor)
    metering.take_demands(
        rows=pl.DataFrame([row], schema=dict(DEMAND_ROWS), orient="row"), source_name="demand.csv", now=now
    )


@pytest.mark.parametrize(("months", "total"), [(6, 86_325), (5, 86_825)])
def test_demand_power_factor_and_campaign_reach_the_bill(clerks, now, months, total):
    # 65 kW x 1,500 x 87/100 + 100 kWh x 20 = 86,825; September is the sixth month since April: 500 off in a campaign of 6.
    publish(now, components=(BY_DEMAND, ENERGY, CAMPAIGN | {"if": {"first_months": months}}, SET))
    contract = book.customer(1, start=date(2026, 4, 1), **KW)
    book.reading(contract, 100, now=now)
    demand(contract, 65, now=now)
    run = make(now, clerks[0])
    assert (run.bill_count, run.aside_count) == (1, 0)
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    assert bill.total_minor == total
    # What people read is the demand that counted, not the size that the contract was made with (100 kW), and no price of
    # nothing beside the power factor.
    assert queries.demand_of_bill(bill_id=bill.id, plan_version_id=bill.plan_version_id) == "65 kW"
    shown = str(queries.statement_data(bill_ids=[bill.id], today=now.date()))
    assert "65 kW" in shown
    assert "100 kW'" not in shown
    assert "'.00円" not in shown


def test_a_plan_by_the_size_of_the_contract_names_that_size(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 100, now=now)
    run = make(now, clerks[0])
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    assert queries.demand_of_bill(bill_id=bill.id, plan_version_id=bill.plan_version_id) == ""
    assert "30 A" in str(queries.statement_data(bill_ids=[bill.id], today=now.date()))


def test_a_missing_demand_sets_the_bill_aside_with_its_name(clerks, now):
    publish(now)
    contract = book.customer(1, **KW)
    book.reading(contract, 100, now=now)
    run = make(now, clerks[0])
    assert (run.bill_count, run.aside_count) == (0, 1)
    (found,) = queries.exceptions(run_id=run.id)
    assert "契約電力(実量制)" in found["reason"]


def test_equipment_added_inside_the_month_divides_the_basic_charge_on_its_day(clerks, now):
    publish(now, components=(BY_DEMAND, ENERGY), proration={"denominator": "reading_period"})
    contract = book.customer(1, **KW)
    book.reading(contract, 100, now=now)
    demand(contract, 90, now=now, power_factor=85)
    (month,) = metering_queries.demand_history(contract_id=contract.id)
    # 2 September to 1 October: 60 kW on 18 days, 90 kW on 12.
    metering.split_at_change_of_equipment(
        demand_id=month.id, day=date(2026, 9, 20), before_milli=60_000, after_milli=90_000, now=now
    )
    run = make(now, clerks[0])
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    basic = [(line.quantity, line.amount) for line in bill.lines if line.kind == "basic" and line.unit == "kW"]
    assert basic == [("60", "54,000"), ("90", "54,000")]
    assert bill.total_minor == 60 * 1_500 * 18 // 30 + 90 * 1_500 * 12 // 30 + 100 * 20
    assert operations.replay(bill_id=bill.id).fits


@pytest.mark.parametrize(("size", "total"), [(20_000, 8_200), (30_000, 8_220)])
def test_what_divides_a_bill_takes_it_out_of_no_campaign_set_or_season(clerks, now, size, total):
    # Supplied since 15 July: the bill of 2 September to 1 October is for the third month, and begins before 1 October.
    # 20 kW x 60 + 400 kWh x 20 = 9,200; 500 off in a campaign of 3, 5 % of the energy in a set of two (on 2 September there
    # are two), 100 off for September. 30 kW on 1 October: 20 x 60 x 29/30 + 30 x 60 x 1/30 = 1,220, and nothing else moves.
    basic = {"code": "basic", "kind": "basic", "unit": "kW", "price": price("60")}
    parts = (
        basic,
        ENERGY,
        CAMPAIGN | {"if": {"first_months": 3}},
        {
            "code": "set",
            "kind": "percent",
            "of": ["energy"],
            "if": {"contracts": 2},
            "percent": {"amount": "-5", "source": "made"},
        },
        {
            "code": "autumn",
            "kind": "fixed",
            "if": {"since": "2026-09-01", "until": "2026-10-01"},
            "price": price("-100"),
        },
    )
    publish(now, components=parts, capacity={"unit": "kW"}, proration={"denominator": "reading_period"})
    july, terms = date(2026, 7, 15), KW | {"capacity_milli": 20_000}
    contract = book.customer(1, start=july, **terms)
    sister = book.customer(2, account_of=contract, start=july, **terms)
    contracts.end(contract_id=sister.id, on=date(2026, 9, 20), reason=EndReason.MOVED_OUT)
    if size != terms["capacity_milli"]:
        contracts.change_terms(contract_id=contract.id, start=date(2026, 10, 1), capacity_milli=size)
    book.reading(contract, 400, now=now)
    run = make(now, clerks[0])
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    assert bill.total_minor == total
    assert operations.replay(bill_id=bill.id).fits


@pytest.mark.parametrize(
    ("revised", "changes"),
    [(70, {values.Changed.READING: 1}), (65, {})],
)
def test_a_demand_that_is_revised_after_issue_is_a_list_of_differences(clerks, now, revised, changes):
    publish(now)
    contract, other = (book.customer(number, **KW) for number in (1, 2))
    for one in (contract, other):
        book.reading(one, 100, now=now)
        demand(one, 65, now=now)
    issue(make(now, clerks[0]), now, clerks)
    assert book.changes(book.OCTOBER) == {}
    demand(contract, revised, now=now + timedelta(days=1))
    assert book.changes(book.OCTOBER) == changes
    if not changes:
        return
    run = make(now, clerks[0], kind=CORRECTION)
    (bill,) = queries.bills_of_run(run_id=run.id)
    # 5 kW x 1,500 x 87/100 more
    assert (bill.contract_id, bill.total_minor) == (contract.id, 6_525)
    issue(run, now, clerks)
    assert book.changes(book.OCTOBER) == {}


def test_another_contract_of_the_customer_puts_the_set_discount_on_the_list(clerks, now):
    publish(now, components=(ENERGY, SET), capacity={"unit": "kW"})
    first = book.customer(1, **KW)
    book.reading(first, 100, now=now)
    issue(make(now, clerks[0]), now, clerks)
    book.customer(2, account_of=first, start=date(2026, 10, 1), **KW)
    assert book.changes(book.OCTOBER) == {}, "it began after the first day of the bill"
    book.customer(3, account_of=first, start=date(2026, 8, 20), **KW)
    assert book.changes(book.OCTOBER) == {values.Changed.TERMS: 1}
    run = make(now, clerks[0], kind=CORRECTION)
    (bill,) = queries.bills_of_run(run_id=run.id)
    assert (bill.contract_id, bill.total_minor) == (first.id, -110)
    issue(run, now, clerks)
    book.customer(4, account_of=first, start=date(2026, 8, 20), **KW)
    assert book.changes(book.OCTOBER) == {}, "three or four are both more than two"


def test_equipment_that_was_added_inside_a_billed_month_is_a_list_of_differences(clerks, now):
    publish(now, components=(BY_DEMAND, ENERGY), proration={"denominator": "reading_period"})
    contract = book.customer(1, **KW)
    book.reading(contract, 100, now=now)
    demand(contract, 60, now=now, power_factor=85)
    issue(make(now, clerks[0]), now, clerks)
    (month,) = metering_queries.demand_history(contract_id=contract.id)
    metering.split_at_change_of_equipment(
        demand_id=month.id, day=date(2026, 9, 20), before_milli=60_000, after_milli=60_000, now=now
    )
    assert book.changes(book.OCTOBER) == {values.Changed.READING: 1}


def test_a_larger_demand_of_an_earlier_month_puts_the_months_after_it_on_the_list(clerks, now):
    publish(now)
    contract = book.customer(1, **KW)
    for month, kw in ((book.OCTOBER.plus(-1), 50), (book.OCTOBER, 60)):
        book.reading(contract, 100, month=month, now=now)
        demand(contract, kw, now=now, month=month)
        issue(make(now, clerks[0], month=month), now, clerks)
    demand(contract, 70, month=book.OCTOBER.plus(-1), now=now + timedelta(days=1))
    both = {book.OCTOBER.plus(-1): {values.Changed.READING: 1}, book.OCTOBER: {values.Changed.READING: 1}}
    assert queries.changes_by_month(today=now.date()) == both
    (job,) = [one for one in worker_queries.jobs() if one.name == "billing.find_corrections"][:1]
    said = {"reading_ids": job.arguments["reading_ids"], "months_after": job.arguments["months_after"]}
    assert queries.changes_by_month(today=now.date(), **said) == both
