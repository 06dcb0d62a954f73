"""Groups through the run that bills everybody: plans in yuan, checks, issue, ledger, shares (G-005, G-007, G-068, G-082 ...)."""

from datetime import date, timedelta

import polars as pl
import pytest

from tests.billing import groupbook
from tests.billing.book import people
from tests.billing.test_runs import issue, make
from tests.groups import book
from tomoshibi.billing import operations, queries, values
from tomoshibi.contracts import queries as contracts
from tomoshibi.groups import operations as groups
from tomoshibi.groups import queries as group_queries
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.ledger import queries as ledger

EVE = groupbook.FIRST - timedelta(days=1)


@pytest.fixture
def customer(in_transaction, now):
    groupbook.china(now)
    book.device_type()
    return book.customer()


def billed(now, clerks=None, **more):
    groupbook.work_out(now)
    clerks = clerks or people()
    run = make(now, clerks[0], month=groupbook.OCTOBER)
    issue(run, now, clerks)
    return queries.issued_frame(run_id=run.id), run


@pytest.mark.requirement("G-082")
@pytest.mark.requirement("G-085")
@pytest.mark.requirement("G-088")
def test_one_bill_per_group_to_the_fen_with_shares_that_add_up(customer, now):
    group = groupbook.supplied(customer, 17)
    book.with_subs(group, 1, first=70, start=date(2026, 10, 22))
    groupbook.read_month(groupbook.meter_of(group), "100.00", "110.01")
    frame, _run = billed(now)
    assert frame.height == 1, "one bill for 19 points"
    # 10.01 kWh in 31 days: 0.32290 on most days; 18 points, one more on the last ten days.
    energy = groupbook.energy(group)
    assert frame["amount_minor"][0] == round(energy.energy_dwh * 7368 / 10**6)
    assert frame["tax_minor"][0] == round(frame["amount_minor"][0] * 13 / 113)
    total = frame["amount_minor"][0]
    shares = queries.shares_of_bill(bill_id=frame["bill_id"][0], total_minor=total)
    assert shares.height == 19
    assert int(shares["amount_minor"].sum()) == total
    assert int(shares["energy_dwh"].sum()) == energy.energy_dwh
    short = shares.filter(pl.col("days") == 10)
    assert short["from_day"].to_list() == [date(2026, 10, 22)]
    legs = [leg for entry in ledger.entries_of(document=frame["invoice_number"][0]) for leg in entry.legs]
    assert sum(leg.amount_minor for leg in legs) == 0
    assert total in {leg.amount_minor for leg in legs}


@pytest.mark.requirement("G-005")
def test_two_groups_of_a_customer_are_billed_apart(customer, now):
    payer = groupbook.payer(customer)
    for serial, last in ((0, 10), (1, 20)):
        group = groupbook.supplied(
            customer, 0, account=payer, serial=serial, benchmark={"name": f"机房{serial}", "address": f"机房{serial}"}
        )
        groupbook.read_month(groupbook.meter_of(group), 0, last)
    frame, _run = billed(now)
    assert frame.height == 2
    assert frame["account_id"].n_unique() == 1


@pytest.mark.requirement("G-083")
def test_each_rate_register_is_multiplied_by_the_points_of_its_days(customer, now):
    group = groupbook.supplied(customer, 9, plan=groupbook.RATES)
    book.with_subs(group, 2, first=50, start=date(2026, 10, 17))
    meter = groupbook.meter_of(group)
    groupbook.read(
        meter, (EVE, 100, 30, 40, 30), (date(2026, 10, 16), 116, 38, 44, 34), (date(2026, 10, 31), 146, 53, 59, 34)
    )
    frame, _run = billed(now)
    energy = groupbook.energy(group)
    kwh = {name: value / DWH_PER_KWH for name, value in energy.bands_dwh.items()}
    assert kwh == {"peak": 8 * 10 + 15 * 12, "flat": 4 * 10 + 15 * 12, "valley": 4 * 10}
    exact = 260 * 0.6789 + 220 * 0.4321 + 40 * 0.2109 + 520 * (0.0123 + 0.2345 + 0.0345 + 0.0234)
    assert frame["amount_minor"][0] == round(exact * 100)
    again = operations.replay(bill_id=frame["bill_id"][0])
    assert again.fits


@pytest.mark.requirement("G-007")
def test_a_new_plan_of_the_benchmark_changes_every_share_from_its_day(customer, now):
    from tomoshibi.contracts import operations as contract_operations
    from tomoshibi.groups.models import Membership, Point

    group = groupbook.supplied(customer, 3)
    groupbook.read(
        groupbook.meter_of(group),
        (EVE, 100, 30, 40, 30), (date(2026, 10, 15), 145, 45, 55, 45), (date(2026, 10, 31), 193, 61, 71, 61),
    )  # fmt: skip
    contract_id = group_queries.contract_of(group_id=group.id)
    contract_operations.change_terms(contract_id=contract_id, start=date(2026, 10, 16), plan_code=groupbook.RATES)
    frame, _run = billed(now)
    # A kilowatt-hour of each rate a day: fifteen days at the single price, sixteen at the three.
    before = 15 * 4 * 3 * 0.7368
    after = 16 * 4 * (0.6789 + 0.4321 + 0.2109 + 3 * (0.0123 + 0.2345 + 0.0345 + 0.0234))
    total = frame["amount_minor"][0]
    assert total == round((before + after) * 100)
    shares = queries.shares_of_bill(bill_id=frame["bill_id"][0], total_minor=total)["amount_minor"].to_list()
    assert len(shares) == 4
    assert (sum(shares), max(shares) - min(shares) <= 1) == (total, True), "every point follows, to the fen"
    named = {field.name for model in (Point, Membership) for field in model._meta.fields}
    assert not [name for name in named if "plan" in name or "tariff" in name or "price" in name]


@pytest.mark.requirement("G-007", "G-083")
def test_a_plan_that_changes_takes_what_the_registers_showed_and_not_a_part_of_the_days(customer, now):
    """DEC-3, by hand: a kilowatt-hour a day until the 15th; then three: two at the peak, one flat, none in the valley."""
    from tomoshibi.contracts import operations as contract_operations

    group = groupbook.supplied(customer, 3)
    book.with_subs(group, 1, first=50, start=date(2026, 10, 20))
    groupbook.read(
        groupbook.meter_of(group),
        (EVE, 100, 30, 40, 30), (date(2026, 10, 15), 115, 35, 45, 35), (date(2026, 10, 31), 163, 67, 61, 35),
    )  # fmt: skip
    contract_id = group_queries.contract_of(group_id=group.id)
    contract_operations.change_terms(contract_id=contract_id, start=date(2026, 10, 16), plan_code=groupbook.RATES)
    frame, _run = billed(now)
    # 15 days x 1 kWh x 4 points at the single price; then 4 days x 3 x 4 and 12 days x 3 x 5: 228, of them 152 at the peak.
    parts = queries.parts_of(bill_id=frame["bill_id"][0])
    assert [(one.energy_dwh, one.split) for one in parts] == [
        (60 * DWH_PER_KWH, values.Split.REGISTERS.value),
        (228 * DWH_PER_KWH, values.Split.REGISTERS.value),
    ]
    exact = 60 * 0.7368 + 152 * 0.6789 + 76 * 0.4321 + 228 * (0.0123 + 0.2345 + 0.0345 + 0.0234)
    assert frame["amount_minor"][0] == round(exact * 100)
    assert operations.replay(bill_id=frame["bill_id"][0]).fits


@pytest.mark.requirement("G-007")
def test_a_plan_that_the_meter_has_no_registers_for_is_held(customer, now):
    from tomoshibi.contracts import operations as contract_operations

    group = groupbook.supplied(customer, 3)
    groupbook.read_month(groupbook.meter_of(group), 0, 31)
    contract_id = group_queries.contract_of(group_id=group.id)
    contract_operations.change_terms(contract_id=contract_id, start=date(2026, 10, 16), plan_code=groupbook.RATES)
    groupbook.work_out(now)
    run = make(now, people()[0], month=groupbook.OCTOBER)
    [found] = queries.exceptions(run_id=run.id)
    assert found["code"] == "E104", "the meter has no rate registers for such a plan"


@pytest.mark.requirement("G-114")
def test_a_suspect_meter_holds_the_bill_until_somebody_decides(customer, now):
    group = groupbook.supplied(customer, 3)
    meter = groupbook.meter_of(group)
    groupbook.read_month(meter, 0, 31)
    groups.mark_suspect(
        group_id=group.id, meter_number=meter, start=date(2026, 10, 20), reason="stands still", actor_id=None
    )
    groupbook.work_out(now)
    run = make(now, people()[0], month=groupbook.OCTOBER)
    codes = {row["code"]: row["severity"] for row in queries.exceptions(run_id=run.id)}
    assert codes["E224"] == values.Severity.BLOCKING.value
    with pytest.raises(operations.BillsBlocked):
        operations.finish_examination(run_id=run.id, actor_id=people()[0], now=now)


def test_a_meter_that_was_cleared_before_the_period_holds_nothing(customer, now):
    group = groupbook.supplied(customer, 3)
    meter = groupbook.meter_of(group)
    groupbook.read_month(meter, 0, 31)
    groups.mark_suspect(group_id=group.id, meter_number=meter, start=date(2026, 8, 20), reason="?", actor_id=None)
    groups.clear_suspect(group_id=group.id, meter_number=meter, on=date(2026, 10, 1), because="tested", actor_id=None)
    groupbook.work_out(now)
    run = make(now, people()[0], month=groupbook.OCTOBER)
    assert "E224" not in {row["code"] for row in queries.exceptions(run_id=run.id)}


@pytest.mark.requirement("G-087")
def test_a_wrong_count_is_corrected_by_a_further_document(customer, now):
    group = groupbook.supplied(customer, 9)
    groupbook.read_month(groupbook.meter_of(group), 0, 31)
    first, _run = billed(now)
    book.with_subs(group, 2, first=80, start=groupbook.FIRST)
    groupbook.work_out(now + timedelta(hours=1))
    before = queries.shares_of_bill(bill_id=first["bill_id"][0], total_minor=first["amount_minor"][0])
    assert before.height == 10, "what was issued stays as it was"
    clerks = people()
    run = make(now, clerks[0], month=groupbook.OCTOBER, kind=values.RunKind.CORRECTION)
    issue(run, now, clerks)
    second = queries.issued_frame(run_id=run.id)
    # 31 kWh and two points more: 62 kWh at 0.7368.
    assert second["amount_minor"].to_list() == [round(12 * 31 * 73.68) - round(10 * 31 * 73.68)]


@pytest.mark.requirement("G-068")
def test_the_final_bill_goes_to_the_day_of_removal(customer, now):
    group = groupbook.supplied(customer, 1)
    meter = groupbook.meter_of(group)
    groupbook.read(meter, (EVE, 0), (date(2026, 10, 15), 15))
    groups.end_supply(group_id=group.id, on=date(2026, 10, 16))
    frame, _run = billed(now)
    energy = groupbook.energy(group)
    assert (energy.period_end, energy.energy_dwh) == (date(2026, 10, 16), 30 * DWH_PER_KWH)
    assert frame.height == 1
    contract = contracts.contract(contract_id=group_queries.contract_of(group_id=group.id))
    assert contract is not None
    assert contract.end == date(2026, 10, 16)
