"""Plans that price by demand, months of the contract and contracts of the customer are billed by what other rooms know."""

from datetime import date

import polars as pl
import pytest

from tests.billing import book
from tests.billing.test_runs import make
from tests.metering.test_demand import BY_DEMAND, ENERGY, publish
from tests.rating.shapes.one_bill import price
from tomoshibi.billing import queries
from tomoshibi.metering import operations as metering
from tomoshibi.metering.values import DEMAND_ROWS
from tomoshibi.supply import queries as points

CAMPAIGN = {"code": "campaign", "kind": "fixed", "price": price("-500")}
SET = {"code": "set", "kind": "fixed", "price": price("-110"), "if": {"contracts": 2}}
KW = {"plan_code": "hv-test", "capacity_kind": "kW", "capacity_milli": 100_000}


@pytest.fixture
def clerks(masters):
    return book.people()


def demand(contract, kw, *, now, power_factor=98):
    spin = points.point(supply_point_id=contract.supply_point_id).spin
    row = (2, spin, book.OCTOBER.number, kw * 1_000, power_factor)
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


def test_a_missing_demand_sets_the_bill_aside_with_its_name(clerks, now):
    publish(now)
    contract = book.customer(1, **KW)
    book.reading(contract, 100, now=now)
    run = make(now, clerks[0])
    assert (run.bill_count, run.aside_count) == (0, 1)
    (found,) = queries.exceptions(run_id=run.id)
    assert "demand_milli" in str(found)
