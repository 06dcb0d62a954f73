"""Bills that follow the market: which spot prices they saw stays known, and what another year's would have made of them."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.billing import book
from tests.billing.test_runs import issue, make
from tests.billing.test_studies import study
from tomoshibi.billing import operations, queries, values
from tomoshibi.billing.models import Finding
from tomoshibi.billing.scenario import Scenario
from tomoshibi.kernel import halfhours
from tomoshibi.masters import operations as masters
from tomoshibi.tariffs import operations as tariffs

MARKET = """
plan: test-market
name: {ja: 市場連動, en: Market}
area: "03"
voltage: low
kind: free
capacity: {unit: contract}
sources: {page: a page of the company}
tax: included
rounding: {line: exact, total: floor}
proration: never
versions:
  - from: 2024-04-01
    components:
      - code: energy
        kind: market_linked
        market: area
        loss_percent: {"03": {amount: 0, source: page}}
        tax_percent: {amount: 0, source: page}
        round: {unit: 0.01, mode: truncate}
        margin: {amount: 5.00, source: page}
        difference: {within_kwh: 1}
"""
DAYS = 30


def prices(now, yen, *, first=date(2026, 9, 2), days=DAYS, actor=None):
    """Every half-hour of so many days at one price."""
    rows = [
        f"{first + timedelta(days=n)},{slot},9.0,{yen}" for n in range(days) for slot in range(1, 49)
    ]  # fmt: skip
    text = "\n".join(["day,slot,system,03", *rows])
    return masters.import_spot(content=text.encode(), file_name=f"{yen}.csv", now=now, actor_id=actor)


@pytest.fixture
def clerks(masters):
    return book.people()


@pytest.fixture
def contract(clerks, now):
    for proposal_id in tariffs.propose(text=MARKET, now=now, actor_id=clerks[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])
    made = book.customer(1, plan_code="test-market", capacity_kind="contract", capacity_milli=0)
    vector = np.full(DAYS * 48, 2_500, dtype=np.int32)
    book.reading(made, 360, half_hours=halfhours.to_bytes(vector), now=now)
    return made


def test_a_replay_takes_the_prices_that_the_bill_saw(contract, clerks, now):
    prices(now, 10)
    run = make(now, clerks[0])
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    assert bill.total_minor == 360 * 15
    issue(run, now, clerks)
    # Ten days later the market revises a day; the new price holds when a second person agreed, two days after.
    later = now + timedelta(days=10)
    revised = prices(later, 22, first=date(2026, 9, 10), days=1, actor=clerks[0])
    masters.approve_spot(import_id=revised.id, actor_id=clerks[1], now=later + timedelta(days=2))
    own = operations.replay(bill_id=bill.id)
    assert own.fits, own.totals
    before, between, after = (
        operations.replay(bill_id=bill.id, known_on=(now + timedelta(days=days)).date()) for days in (1, 11, 13)
    )
    # 12 kWh of that day cost 12 yen more
    totals = [next(t.again for t in found.totals if t.what == "total") for found in (before, between, after)]
    assert totals == [5_400, 5_400, 5_400 + 144]


def test_the_book_under_the_spot_prices_of_another_year(contract, clerks, now):
    prices(now, 10)
    prices(now, 31, first=date(2022, 9, 2))
    run = make(now, clerks[0])
    issue(run, now, clerks)
    found = study(now, Scenario(spot_year=2022))
    totals = found.result["totals"]
    assert (totals["before_minor"], totals["after_minor"]) == (360 * 15, 360 * 36)
    assert Scenario(spot_year=2022).procedures == ("MS2",)
    missing = study(now, Scenario(spot_year=2021))
    assert missing.result["refused"] == {"after:spot_price_missing": 1}


def test_a_price_revised_after_the_issue_is_on_the_rebill_list_and_corrected(contract, clerks, now):
    prices(now, 10)
    run = make(now, clerks[0])
    issue(run, now, clerks)
    assert book.changes(book.OCTOBER) == {}
    later = now + timedelta(days=10)
    # Another day's prices coming in is no revision of the bill's.
    prices(later, 12, first=date(2026, 10, 2), days=3)
    revised = prices(later, 22, first=date(2026, 9, 10), days=1, actor=clerks[0])
    assert book.changes(book.OCTOBER) == {}, "it waits for a second person"
    masters.approve_spot(import_id=revised.id, actor_id=clerks[1], now=later + timedelta(days=2))
    assert book.changes(book.OCTOBER) == {values.Changed.SPOT: 1}
    correction = make(later + timedelta(days=3), clerks[0], kind=values.RunKind.CORRECTION)
    (bill,) = queries.bills_of_run(run_id=correction.id)
    # 12 kWh of that day cost 12 yen more
    assert (bill.kind, bill.total_minor) == (values.BillKind.CORRECTION, 144)
    issue(correction, later + timedelta(days=3), clerks)
    assert book.changes(book.OCTOBER) == {}
    assert operations.replay(bill_id=bill.id).fits


def test_a_price_that_came_back_asks_for_nothing(contract, clerks, now):
    prices(now, 10)
    issue(make(now, clerks[0]), now, clerks)
    for hours, yen in ((1, 22), (3, 10)):
        moment = now + timedelta(hours=hours)
        revised = prices(moment, yen, first=date(2026, 9, 10), days=1, actor=clerks[0])
        masters.approve_spot(import_id=revised.id, actor_id=clerks[1], now=moment + timedelta(hours=1))
    assert book.changes(book.OCTOBER) == {}


def test_a_line_that_puts_the_energy_right_may_be_below_zero(contract, clerks, now):
    """The monthly value is half a kWh below the half-hours: a line of the market's average takes that back."""
    vector = np.full(DAYS * 48, 2_500, dtype=np.int32)
    book.reading(contract, "359.5", half_hours=halfhours.to_bytes(vector), now=now)
    prices(now, 10)
    run = make(now, clerks[0])
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    energy, difference = (line.amount_e10 for line in bill.lines)
    assert energy > 0 > difference
    assert not Finding.objects.filter(run_id=run.id, code__in=["E205", "E207"]).exists()
