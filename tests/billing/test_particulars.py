"""What contract terms and outages say reaches the bill: reserve power, agreed power factor, devices, days of outage."""

from datetime import date, timedelta

import pytest

from tests.billing import book
from tests.billing.test_numbers import demand
from tests.billing.test_runs import TODAY, make
from tests.metering.test_demand import BY_DEMAND, ENERGY, publish
from tests.rating.shapes.one_bill import SOURCE, price
from tomoshibi.billing import operations, queries
from tomoshibi.contracts import operations as contracts
from tomoshibi.metering import operations as metering

RESERVE = {"code": "reserve", "kind": "basic", "unit": "kW", "size": "reserve", "price": price("75.00")}
BASIC = {"code": "basic", "kind": "basic", "unit": "kW", "price": price("1500.00")}
OUTAGE = {"code": "outage", "kind": "percent", "of": ["basic"], "times": "outage_days"}
OUTAGE |= {"percent": {"amount": "-4", **SOURCE}}
LAMPS = {
    "code": "lamps",
    "kind": "devices",
    "classes": [{"name": "led", "price": price("97.73")}, {"name": "old", "price": price("257.88")}],
}
KW = {"plan_code": "hv-test", "capacity_kind": "kW", "capacity_milli": 100_000}


@pytest.fixture
def clerks(masters):
    return book.people()


def bill_of(contract, now, clerks):
    run = make(now, clerks[0])
    assert (run.bill_count, run.aside_count) == (1, 0), queries.exceptions(run_id=run.id)
    return queries.draft_of(run_id=run.id, contract_id=contract.id)


def test_reserve_power_is_billed_from_the_day_it_was_agreed(clerks, now):
    publish(now, components=(BASIC, RESERVE, ENERGY))
    contract = book.customer(1, **KW)
    contracts.change_terms(contract_id=contract.id, start=date(2026, 9, 17), particulars={"reserve_milli": 50_000})
    book.reading(contract, 100, now=now)
    bill = bill_of(contract, now, clerks)
    # 100 kW x 1,500 in both halves of the month, 50 kW x 75.00 in the second, each by its 15 days of 30.
    assert [line.amount for line in bill.lines if line.kind == "basic"] == ["75,000", "75,000", "1,875"]
    replayed = operations.replay(bill_id=bill.id)
    assert replayed.fits


def test_the_agreed_power_factor_counts_where_none_is_measured(clerks, now):
    publish(now, components=(BY_DEMAND, ENERGY))
    contract = book.customer(1, **KW, particulars={"power_factor_percent": 90})
    book.reading(contract, 100, now=now)
    demand(contract, 65, now=now, power_factor=None)
    # 65 x 1,500 x 95/100 + 100 x 20
    assert bill_of(contract, now, clerks).total_minor == 92_625 + 2_000


def test_what_was_measured_goes_before_what_was_agreed(clerks, now):
    publish(now, components=(BY_DEMAND, ENERGY))
    contract = book.customer(1, **KW, particulars={"power_factor_percent": 90})
    book.reading(contract, 100, now=now)
    demand(contract, 65, now=now, power_factor=98)
    assert bill_of(contract, now, clerks).total_minor == 84_825 + 2_000


def test_devices_without_a_meter_are_billed_by_their_number(clerks, now):
    publish(now, components=(LAMPS,))
    contract = book.customer(1, **KW, particulars={"devices_led": 3, "devices_old": 1})
    # Nobody reads a meter: the watch writes the month down without energy and opens no gap.
    assert metering.watch(today=TODAY, now=now)["open"] == 0
    bill = bill_of(contract, now, clerks)
    assert (bill.energy_dwh, bill.total_minor) == (0, int(3 * 97.73 + 257.88))
    assert operations.replay(bill_id=bill.id).fits


def test_a_fixed_rate_contract_without_devices_is_set_aside(clerks, now):
    publish(now, components=(LAMPS,))
    book.customer(1, **KW)
    metering.watch(today=TODAY, now=now)
    run = make(now, clerks[0])
    assert (run.bill_count, run.aside_count) == (0, 1)
    assert "機器の台数" in queries.exceptions(run_id=run.id)[0]["reason"]


def test_days_of_outage_that_a_second_person_agreed_to_lower_the_basic_charge(clerks, now):
    publish(now, components=(BASIC, OUTAGE, ENERGY))
    contract = book.customer(1, **KW)
    book.reading(contract, 100, now=now)
    told = {"contract_id": contract.id, "cause": "storm", "now": now, "actor_id": clerks[0]}
    # 4 % a day of 150,000: two days of September, one of August before the period, one that nobody agreed to.
    days = [(date(2026, 9, 10), date(2026, 9, 12)), (date(2026, 8, 20), date(2026, 8, 21))]
    for start, end in days:
        outage = contracts.enter_outage(start=start, end=end, **told)
        contracts.approve_outage(outage_id=outage, now=now, actor_id=clerks[1])
    contracts.enter_outage(start=date(2026, 9, 20), end=date(2026, 9, 21), **told)
    bill = bill_of(contract, now, clerks)
    assert bill.total_minor == 150_000 - 2 * 6_000 + 2_000
    assert operations.replay(bill_id=bill.id).fits


@pytest.mark.parametrize(("days", "percent"), [(2, 8), (20, 80), (29, 100)])
def test_an_outage_in_a_bill_of_two_parts_takes_as_much_off_as_in_one(clerks, now, days, percent):
    # 4 % of the month's basic charge for each day, and never more than all of it: 100 kW x 1,500; or 15 days of 100 kW and 15
    # of 120 kW, 165,000. 10 yen for each day stand beside it, once for the bill.
    fixed = {"code": "sorry", "kind": "fixed", "times": "outage_days", "price": price("-10")}
    parts = (BASIC, OUTAGE | {"most_times": 25}, fixed, ENERGY)
    publish(now, components=parts, proration={"denominator": "reading_period"})
    one, two = (book.customer(number, **KW) for number in (1, 2))
    contracts.change_terms(contract_id=two.id, start=date(2026, 9, 17), capacity_milli=120_000)
    dark = {"start": date(2026, 9, 2), "end": date(2026, 9, 2) + timedelta(days=days), "cause": "storm", "now": now}
    for contract in (one, two):
        book.reading(contract, 100, now=now)
        outage = contracts.enter_outage(contract_id=contract.id, actor_id=clerks[0], **dark)
        contracts.approve_outage(outage_id=outage, now=now, actor_id=clerks[1])
    run = make(now, clerks[0])
    bills = [queries.draft_of(run_id=run.id, contract_id=contract.id) for contract in (one, two)]
    wanted = [basic * (100 - percent) // 100 - 10 * days + 2_000 for basic in (150_000, 165_000)]
    assert [bill.total_minor for bill in bills] == wanted
    assert all(operations.replay(bill_id=bill.id).fits for bill in bills)
