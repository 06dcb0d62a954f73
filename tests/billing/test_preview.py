"""A preview is the bill: every plan that comes with the product, with half-hours, spot prices, exemptions and charges."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.billing import book
from tests.billing.test_numbers import demand
from tests.billing.test_runs import TODAY, issue, make
from tomoshibi.billing import operations, queries
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts import values as contract_values
from tomoshibi.kernel import halfhours
from tomoshibi.kernel.units import E10, energy_dwh
from tomoshibi.masters import operations as masters_operations
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.tariffs import queries as tariff_queries

SIZES = {"A": 30_000, "kVA": 6_000, "kW": 100_000, "contract": 0}
DAYS = 30
CODES = [{"code": "direct_debit"}, {"code": "paper_bill"}, {"code": "power_factor_kept"}]
DEVICES = ("lamp_10w", "lamp_20w", "lamp_40w", "lamp_60w", "lamp_100w", "device_50va", "device_100va")


@pytest.fixture
def clerks(masters):
    return book.people()


def a_year_of_spot_prices(now):
    """48 prices of the area for each day from August on: 8 yen at night, 14 by day."""
    rows = ["day,slot,system,03"]
    for n in range(100):
        day = date(2026, 7, 20) + timedelta(days=n)
        rows += [f"{day},{slot},9.0,{14.25 if 16 < slot <= 36 else 8.5}" for slot in range(1, 49)]
    masters_operations.import_spot(content="\n".join(rows).encode(), file_name="spot.csv", now=now, actor_id=None)


def published(now):
    """What the plans need besides the masters of the book."""
    amounts = {"capacity_contribution": "231", "supply_cost": "-0.40"}
    amounts |= {f"fuel_lamp_{name}": "-1.23" for name in DEVICES} | {f"levy_lamp_{name}": "15.05" for name in DEVICES}
    masters_operations.put_rows(
        master="monthly_amounts",
        rows=[
            {"code": code, "area": "", "month": "2026-10", "amount_yen": yen, "source": "test", "confidence": "low"}
            for code, yen in amounts.items()
        ],
    )
    masters_operations.put_rows(
        master="fuel_units",
        rows=[
            {"area": "03", "product": "regulated_lv", "month": "2026-10", "unit_yen_per_kwh": "-5.80", "block_yen": "-60.90",
             "includes_island": "yes", "invented": "yes", "source": "test"},
            {"area": "03", "product": "hv", "month": "2026-10", "unit_yen_per_kwh": "-1.10", "includes_island": "yes",
             "invented": "yes", "source": "test"}
        ],
    )  # fmt: skip
    a_year_of_spot_prices(now)


def day(night, by_day):
    vector = np.full(48, by_day, dtype=np.int32)
    vector[:16] = night
    return vector


def sold_plans():
    """Plans that are sold today, each with its unit of size; those with first blocks of their own units are area bound."""
    plans = tariff_queries.plans(on=date(2026, 9, 2))
    return [plan for plan in plans if plan.current is not None and plan.kind != "purchase"]


def a_contract(number, plan, now):
    particulars = {"reserve_milli": 10_000}
    if plan.code == "kyushu-fixed-lighting":
        particulars = {"devices_lamp_10w": 2, "devices_lamp_40w": 1}
    contract = book.customer(
        number,
        plan_code=plan.code,
        capacity_kind=plan.capacity_unit,
        capacity_milli=SIZES[plan.capacity_unit],
        discounts=CODES,
        particulars=particulars,
    )
    vector = np.tile(day(800 + number, 2_400), DAYS)
    kwh = int(vector.sum()) / 10_000
    book.reading(contract, str(kwh), half_hours=halfhours.to_bytes(vector), now=now)
    return contract


def test_the_preview_of_every_plan_is_the_bill_that_is_issued(clerks, now):
    tariffs.install_shipped(now=now)
    published(now)
    plans = sold_plans()
    made = {plan.code: a_contract(number, plan, now) for number, plan in enumerate(plans, start=1)}
    for code in ("tokyo-high-voltage-commercial", "tomoshibi-high-voltage"):
        demand(made[code], 96, now=now, power_factor=95)
    exempt, charged = made["tomoshibi-high-voltage"], made["tokyo-b"]
    exemption = contracts.enter_levy_exemption(
        contract_id=exempt.id, start=date(2026, 4, 1), end=date(2027, 4, 1), percent=80, certificate="1", now=now,
        actor_id=clerks[0],
    )  # fmt: skip
    contracts.approve_levy_exemption(exemption_id=exemption, now=now, actor_id=clerks[1])
    outage = contracts.enter_outage(
        contract_id=made["tomoshibi-evening"].id, start=date(2026, 9, 10), end=date(2026, 9, 12), cause="storm", now=now,
        actor_id=clerks[0],
    )  # fmt: skip
    contracts.approve_outage(outage_id=outage, now=now, actor_id=clerks[1])
    contracts.tell_charge(
        contract_id=charged.id, code="late_interest", text="延滞利息", amount_minor=82,
        tax=contract_values.TaxTreatment.OUT_OF_SCOPE, month=book.OCTOBER, source="collection.receivable:1",
    )  # fmt: skip
    expected = {code: operations.preview(contract_id=one.id, today=TODAY) for code, one in made.items()}
    assert {code: one.refusal for code, one in expected.items() if one.refusal} == {}
    run = make(now, clerks[0], size=50)
    issue(run, now, clerks)
    issued = dict(queries.issued_frame(run_id=run.id).select("contract_id", "amount_minor").iter_rows())
    assert {code: issued[made[code].id] for code in expected} == {
        code: one.total_minor for code, one in expected.items()
    }
    assert len(issued) == len(plans) >= 15
    lines = dict(expected["tokyo-b"].lines)
    assert lines["延滞利息"] == 82 * E10


def test_a_preview_under_other_terms_is_the_bill_under_these_terms(clerks, now):
    tariffs.install_shipped(now=now)
    published(now)
    market = next(plan for plan in sold_plans() if plan.code == "tomoshibi-market")
    before, after = book.customer(1, plan_code="tokyo-b", capacity_milli=30_000), a_contract(2, market, now)
    vector = np.tile(day(802, 2_400), DAYS)
    kwh = str(int(vector.sum()) / 10_000)
    book.reading(before, kwh, half_hours=halfhours.to_bytes(vector), now=now)
    (terms,) = contract_queries.contract(contract_id=after.id).terms
    asked = operations.preview(contract_id=before.id, today=TODAY, terms=terms)
    told = operations.preview(contract_id=after.id, today=TODAY)
    assert (asked.total_minor, asked.lines) == (told.total_minor, told.lines)
    assert asked.total_minor != operations.preview(contract_id=before.id, today=TODAY).total_minor


def test_without_a_value_a_quantity_is_priced_and_without_both_nothing(clerks, now):
    contract = book.customer(1)
    with pytest.raises(operations.NothingToPreview):
        operations.preview(contract_id=contract.id, today=TODAY)
    found = operations.preview(contract_id=contract.id, today=TODAY, energy_dwh=energy_dwh(300))
    assert (found.measured, found.energy_dwh, str(found.month)) == (False, energy_dwh(300), "2026-11")
    # 935.25 + 120 x 29.80 + 180 x 36.40 - 300 x 5.80 + 300 x 4.18; no government discount for use in October
    assert found.total_minor == int(935.25 + 3_576 + 6_552 - 1_740 + 1_254)


def test_nothing_is_written(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    operations.preview(contract_id=contract.id, today=TODAY)
    assert make(now, clerks[0]).bill_count == 1
