"""Bills whose period is not plain: changes inside, time of use, corrections by hand, charges, a killed part."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from django.utils import translation

from tests.billing import book
from tests.billing.test_runs import TODAY, issue, make, release_everything
from tests.tariffs.plans import TOKYO
from tomoshibi.billing import membership, operations, queries, values
from tomoshibi.billing.operations import drafting
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts import values as contract_values
from tomoshibi.kernel import halfhours
from tomoshibi.kernel.units import energy_dwh
from tomoshibi.masters import operations as masters_operations
from tomoshibi.storage import db
from tomoshibi.tariffs import operations as tariffs

TIME_OF_USE = """
plan: test-tou
name: {ja: 夜とくプラン, en: Night plan}
area: "03"
voltage: low
kind: free
capacity: {unit: contract}
sources: {page: a page of the company}
tax: included
quantity: {unit: 1, mode: half_up}
rounding: {line: exact, levy: {unit: 1, mode: floor}, total: floor}
proration: {denominator: reading_period, kwh: {unit: 1, mode: half_up}, money: {unit: 0.01, mode: half_up}}
versions:
  - from: 2024-04-01
    components:
      - code: energy
        kind: bands
        round: {unit: 1, mode: half_up}
        remainder: day
        bands:
          - {name: night, price: {amount: 20.00, source: page}, when: [{hours: ["00:00-08:00", "22:00-24:00"]}]}
          - {name: day, price: {amount: 40.00, source: page}}
      - {code: levy, kind: levy}
"""


@pytest.fixture
def clerks(masters):
    return book.people()


def codes(run, contract):
    return sorted(row["code"] for row in queries.exceptions(run_id=run.id) if row["contract_id"] == contract.id)


def test_a_capacity_that_changes_inside_the_period_makes_two_parts(clerks, now):
    contract = book.customer(1)
    contracts.change_terms(contract_id=contract.id, start=date(2026, 9, 17), capacity_milli=40_000)
    book.reading(contract, 300, now=now)
    run = make(now, clerks[0])
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    basic = [line for line in bill.lines if line.kind == "basic"]
    # 30 A for 15 of 30 days, 40 A for the rest.
    assert [line.amount for line in basic] == ["467.63", "623.5"]
    assert [line.share for line in basic] == ["15/30", "15/30"]
    assert "E211" in codes(run, contract)
    assert bill.energy_dwh == energy_dwh(300)


def test_half_hours_price_a_plan_by_time_of_use(clerks, now):
    for proposal_id in tariffs.propose(text=TIME_OF_USE, now=now, actor_id=clerks[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])
    contract = book.customer(1, plan_code="test-tou", capacity_kind="contract", capacity_milli=0)
    lacking = book.customer(2, plan_code="test-tou", capacity_kind="contract", capacity_milli=0)
    day = np.full(48, 5_000, dtype=np.int32)
    day[:16] = day[44:] = 2_500
    book.reading(contract, 570, half_hours=halfhours.to_bytes(np.tile(day, 30)), now=now)
    book.reading(lacking, 570, now=now)
    run = make(now, clerks[0])
    # Half-hours: 28 of 0.5 kWh and 20 of 0.25 kWh a day for 30 days: 420 kWh by day and 150 kWh at night.
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    assert bill.total_minor == 420 * 40 + 150 * 20 + int(570 * 4.18)
    assert codes(run, lacking) == ["E104"]
    with translation.override("en"):
        reason = next(
            row["reason"] for row in queries.exceptions(run_id=run.id, language="en") if row["code"] == "E104"
        )
    assert "half-hours" in reason


def test_a_month_that_begins_inside_is_prorated_over_the_whole_reading_period(clerks, now):
    contract = book.customer(1, start=date(2026, 9, 12))
    book.reading(contract, 100, start=date(2026, 9, 12), now=now)
    run = make(now, clerks[0])
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    assert next(line for line in bill.lines if line.kind == "basic").share == "20/30"
    assert codes(run, contract) == ["E214"]


def test_what_the_contract_does_not_cover_is_set_aside(clerks, now):
    contract = book.customer(1, start=date(2026, 9, 12))
    book.reading(contract, 100, now=now)
    run = make(now, clerks[0])
    assert (run.bill_count, codes(run, contract)) == (0, ["E103"])


def test_an_individual_correction_prices_the_bill_again_and_can_be_taken_back(clerks, now):
    contract, other = book.customer(1), book.customer(2)
    for one in (contract, other):
        book.reading(one, 398, now=now)
    run = make(now, clerks[0])
    plain = queries.draft_of(run_id=run.id, contract_id=contract.id)
    common = {"run_id": run.id, "contract_id": contract.id, "actor_id": clerks[0], "now": now, "today": TODAY}
    added = operations.Correction(amount_minor=-500, text="お詫び")
    with pytest.raises(operations.NothingChanges):
        operations.correct(correction=operations.Correction(), reason="x", **common)
    with pytest.raises(operations.NoReason):
        operations.correct(correction=added, reason=" ", **common)
    made = operations.correct(correction=added, reason="outage", **common)
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    assert (bill.id, bill.total_minor) == (plain.id, plain.total_minor - 500)
    assert bill.tax_minor == bill.total_minor * 10 // 110
    assert bill.lines[-1].text == "お詫び"
    assert queries.run(run_id=run.id).total_minor == 2 * plain.total_minor - 500
    operations.withdraw_correction(run_id=run.id, adjustment_id=made, actor_id=clerks[0], now=now, today=TODAY)
    assert queries.draft_of(run_id=run.id, contract_id=contract.id).total_minor == plain.total_minor


def test_a_sundry_charge_comes_on_one_bill_and_is_free_again_when_the_run_is_cancelled(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    contracts.tell_charge(
        contract_id=contract.id, code="late_interest", text="延滞利息", amount_minor=82,
        tax=contract_values.TaxTreatment.OUT_OF_SCOPE, month=book.OCTOBER, source="collection.receivable:1",
    )  # fmt: skip
    run = make(now, clerks[0])
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    assert (bill.total_minor, bill.untaxed_minor, bill.tax_minor) == (12_992 + 82, 82, 12_992 * 10 // 110)
    assert contract_queries.waiting_charges_frame(month=202610).is_empty()
    operations.cancel(run_id=run.id, reason="again", actor_id=clerks[0], now=now)
    assert contract_queries.waiting_charges_frame(month=202610).height == 1
    again = make(now, clerks[0])
    issue(again, now, clerks)
    assert queries.issued_frame(run_id=again.id)["amount_minor"].to_list() == [12_992 + 82]
    with pytest.raises(operations.NothingToBill):
        operations.open_run(month=book.OCTOBER, selection=values.Selection(), actor_id=clerks[0], now=now)


def test_a_part_that_was_killed_leaves_nothing_and_is_done_again(clerks, now, monkeypatch):
    for n in (1, 2, 3):
        book.reading(book.customer(n), 100 * n, now=now)
    run = operations.open_run(
        month=book.OCTOBER, selection=values.Selection(), actor_id=clerks[0], now=now, chunk_size=2
    )
    assert operations.rate_chunk(run_id=run.id, today=TODAY) == 2

    def killed(**_given):
        raise SystemExit("killed between bills and findings")

    with monkeypatch.context() as patched, pytest.raises(SystemExit), db.savepoint():
        patched.setattr(drafting, "write_findings", killed)
        operations.rate_chunk(run_id=run.id, today=TODAY)
    assert operations.finish_rating(run_id=run.id, now=now).state is values.RunState.DRAFTED
    assert operations.rate_chunk(run_id=run.id, today=TODAY) == 1
    assert operations.rate_chunk(run_id=run.id, today=TODAY) is None
    done = operations.finish_rating(run_id=run.id, now=now)
    assert (done.state, done.bill_count) == (values.RunState.CHECKED, 3)
    assert queries.draft_bills(run_id=run.id)["contract_id"].n_unique() == 3


def test_an_issue_that_was_killed_goes_on_with_the_same_numbers(clerks, now):
    for n in (1, 2, 3):
        book.reading(book.customer(n), 100 * n, now=now)
    run = make(now, clerks[0])
    release_everything(run, clerks[0], now)
    operations.finish_examination(run_id=run.id, actor_id=clerks[0], now=now)
    operations.confirm(run_id=run.id, actor_id=clerks[1], now=now)
    operations.start_issue(run_id=run.id, today=TODAY, now=now)
    assert operations.issue_chunk(run_id=run.id, now=now)
    assert operations.finish_issue(run_id=run.id, now=now) is None
    with pytest.raises(operations.IssueUnderWay):
        operations.cancel(run_id=run.id, reason="x", actor_id=clerks[0], now=now)
    operations.start_issue(run_id=run.id, today=TODAY, now=now)
    assert operations.issue_chunk(run_id=run.id, now=now)
    assert not operations.issue_chunk(run_id=run.id, now=now)
    outcome = operations.finish_issue(run_id=run.id, now=now)
    numbers = [int(text) // 10 for text in queries.issued_frame(run_id=run.id)["invoice_number"]]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    assert (outcome.issued, operations.finish_issue(run_id=run.id, now=now).issued) == (3, 3)


def test_what_was_decided_stays_when_the_run_is_rated_again(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 100, month=book.OCTOBER.plus(-1), now=now)
    book.reading(contract, 900, now=now)
    run = make(now, clerks[0])
    assert queries.undecided_contracts(run_id=run.id) == [contract.id]
    release_everything(run, clerks[0], now)
    operations.rate_again(run_id=run.id, actor_id=clerks[0], now=now)
    while operations.rate_chunk(run_id=run.id, today=TODAY) is not None:
        pass
    operations.finish_rating(run_id=run.id, now=now)
    assert queries.undecided_contracts(run_id=run.id) == []


def test_members_come_back_as_they_were_packed():
    members = pl.DataFrame({name: [None] for name in membership.MEMBERS}, schema=dict(membership.MEMBERS))
    assert membership.unpack(membership.pack(members)).equals(members)


def curve(before, after):
    """Half-hours of 30 days: so many kWh a day before the 16th day, so many after."""
    days = [np.full(48, energy_dwh(before if n < 15 else after) // 48, dtype=np.int32) for n in range(30)]
    return halfhours.to_bytes(np.concatenate(days))


def parts_of(run, contract):
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    return [(part.split, part.energy_dwh) for part in queries.parts_of(bill_id=bill.id)]


def test_a_change_inside_divides_the_energy_by_the_half_hours_where_the_plan_says_so(clerks, now):
    text = TOKYO.replace("test-b", "test-measured").replace("tax: included", "tax: included\nchange: half_hours")
    for proposal_id in tariffs.propose(text=text, now=now, actor_id=clerks[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])
    measured, lacking, unlike = (book.customer(n, plan_code="test-measured") for n in (1, 2, 3))
    for contract in (measured, lacking, unlike):
        contracts.change_terms(contract_id=contract.id, start=date(2026, 9, 17), capacity_milli=40_000)
    # 15 days of 12 kWh, then 15 days of 6: 180 and 90 kWh.
    book.reading(measured, 270, half_hours=curve(12, 6), now=now)
    book.reading(lacking, 270, now=now)
    book.reading(unlike, 300, half_hours=curve(12, 6), now=now)
    run = make(now, clerks[0], size=10)
    assert parts_of(run, measured) == [("measured", energy_dwh(180)), ("measured", energy_dwh(90))]
    assert parts_of(run, lacking) == [("days", energy_dwh(135)), ("days", energy_dwh(135))]
    assert parts_of(run, unlike) == [("measured", energy_dwh(200)), ("measured", energy_dwh(100))]
    assert "E222" in codes(run, lacking)
    assert "E222" not in codes(run, measured)


@pytest.mark.parametrize("change", ["", "change: days"])
def test_a_plan_that_prices_no_half_hours_divides_by_days(clerks, now, change):
    text = TIME_OF_USE.replace("test-tou", "test-days").replace("tax: included", f"tax: included\n{change}")
    text = text.replace("kind: bands", "kind: flat").split("        round:")[0]
    text += "        price: {amount: 30.00, source: page}\n"
    text = text.replace("{unit: contract}", "{unit: A}")
    for proposal_id in tariffs.propose(text=text, now=now, actor_id=clerks[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])
    contract = book.customer(1, plan_code="test-days")
    contracts.change_terms(contract_id=contract.id, start=date(2026, 9, 17), capacity_milli=40_000)
    book.reading(contract, 270, half_hours=curve(12, 6), now=now)
    run = make(now, clerks[0])
    assert parts_of(run, contract) == [("days", energy_dwh(135)), ("days", energy_dwh(135))]


def test_a_new_price_divides_a_period_where_the_plan_says_so(clerks, now):
    first = TIME_OF_USE.replace("test-tou", "test-split").replace("proration: {", "proration: {price_change: split, ")
    first = first.replace("tax: included", "tax: included\nchange: half_hours")
    first = (
        first.split("versions:")[0]
        + """versions:
  - from: 2024-04-01
    components:
      - {code: energy, kind: flat, price: {amount: 30.00, source: page}}
  - from: 2026-09-17
    components:
      - {code: energy, kind: flat, price: {amount: 40.00, source: page}}
"""
    )
    kept = first.replace("test-split", "test-kept").replace("price_change: split, ", "")
    for text in (first, kept):
        for proposal_id in tariffs.propose(text=text, now=now, actor_id=clerks[0]):
            tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])
    terms = {"capacity_kind": "contract", "capacity_milli": 0}
    divided, whole = book.customer(1, plan_code="test-split", **terms), book.customer(2, plan_code="test-kept", **terms)
    for contract in (divided, whole):
        book.reading(contract, 270, half_hours=curve(12, 6), now=now)
    run = make(now, clerks[0])
    assert queries.draft_of(run_id=run.id, contract_id=divided.id).total_minor == 180 * 30 + 90 * 40
    assert queries.draft_of(run_id=run.id, contract_id=whole.id).total_minor == 270 * 30
    assert "E223" in codes(run, divided)
    assert "E223" not in codes(run, whole)


def test_time_of_use_can_change_inside_the_period(clerks, now):
    for proposal_id in tariffs.propose(text=TIME_OF_USE, now=now, actor_id=clerks[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])
    contract = book.customer(1)
    contracts.change_terms(
        contract_id=contract.id,
        start=date(2026, 9, 17),
        plan_code="test-tou",
        capacity_kind="contract",
        capacity_milli=0,
    )
    book.reading(contract, 270, half_hours=curve(12, 6), now=now)
    run = make(now, clerks[0])
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    # 90 kWh in 15 days of 6, ten of 24 hours at night: 37.5 rounds to 38, the rest is day.
    banded = {
        line.text: line.quantity for line in bill.lines if "ight" in line.rule or line.price in {"20.00", "40.00"}
    }
    assert sorted(banded.values()) == ["38", "52"]
    assert operations.replay(bill_id=bill.id).fits


def test_a_time_of_use_bill_is_corrected_band_by_band(clerks, now):
    for proposal_id in tariffs.propose(text=TIME_OF_USE, now=now, actor_id=clerks[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])
    terms = {"plan_code": "test-tou", "capacity_kind": "contract", "capacity_milli": 0}
    measured, lacking, plain = book.customer(1, **terms), book.customer(2, **terms), book.customer(3)
    book.reading(measured, 270, half_hours=curve(12, 6), now=now)
    book.reading(lacking, 270, now=now)
    book.reading(plain, 270, now=now)
    run = make(now, clerks[0], size=10)
    assert codes(run, lacking) == ["E104"]
    assert queries.bands_of(run_id=run.id, contract_id=lacking.id, language="ja").keys() == {"night", "day"}
    agreed = {"night": energy_dwh(100), "day": energy_dwh(150)}
    common = {
        "run_id": run.id,
        "reason": "agreed with the grid company",
        "actor_id": clerks[0],
        "now": now,
        "today": TODAY,
    }
    for contract in (measured, lacking):
        with pytest.raises(operations.BandsNeeded):
            operations.correct(
                contract_id=contract.id, correction=operations.Correction(energy_dwh=2_500_000), **common
            )
        operations.correct(contract_id=contract.id, correction=operations.Correction(bands=agreed), **common)
        bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
        assert bill.total_minor == 100 * 20 + 150 * 40 + int(250 * 4.18)
        assert "E220" in codes(run, contract)
        assert operations.replay(bill_id=bill.id).fits
    with pytest.raises(operations.BandsNeeded):
        operations.correct(contract_id=plain.id, correction=operations.Correction(bands=agreed), **common)


def test_who_corrected_a_bill_by_hand_cannot_confirm_the_run(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    run = make(now, clerks[0])
    common = {"run_id": run.id, "now": now, "today": TODAY}
    made = operations.correct(
        contract_id=contract.id, correction=operations.Correction(amount_minor=-500, text="x"), reason="x",
        actor_id=clerks[1], **common,
    )  # fmt: skip
    release_everything(run, clerks[0], now)
    operations.finish_examination(run_id=run.id, actor_id=clerks[0], now=now)
    with pytest.raises(operations.OwnCorrection):
        operations.confirm(run_id=run.id, actor_id=clerks[1], now=now)
    operations.withdraw_correction(adjustment_id=made, actor_id=clerks[1], **common)
    if queries.run(run_id=run.id).state is values.RunState.CHECKED:
        release_everything(run, clerks[0], now)
        operations.finish_examination(run_id=run.id, actor_id=clerks[0], now=now)
    operations.confirm(run_id=run.id, actor_id=clerks[1], now=now)


def test_a_master_that_waits_for_its_second_person_holds_the_bills_it_touches(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    unit = {
        "area": book.AREA, "product": "regulated_lv", "unit_yen_per_kwh": "-1.00", "includes_island": "yes",
        "invented": "no", "source": "test",
    }  # fmt: skip
    common = {"reason": "published", "actor_id": clerks[0], "now": now}
    elsewhere = [unit | {"area": "01", "month": str(book.OCTOBER)}, unit | {"month": str(book.NOVEMBER)}]
    masters_operations.propose_change(master="fuel_units", rows=elsewhere, **common)
    run = make(now, clerks[0])
    assert "E221" not in codes(run, contract)
    waiting = masters_operations.propose_change(
        master="fuel_units", rows=[unit | {"month": str(book.OCTOBER)}], **common
    )
    masters_operations.propose_change(
        master="tax_rates", rows=[{"rate_percent": "12", "valid_from": "2026-10-01"}], **common
    )
    operations.draft_again(run_id=run.id, contract_id=contract.id, actor_id=clerks[0], now=now, today=TODAY)
    found = next(row for row in queries.exceptions(run_id=run.id, language="en") if row["code"] == "E221")
    assert found["severity"] == "blocking"
    with pytest.raises(operations.BillsBlocked):
        operations.finish_examination(run_id=run.id, actor_id=clerks[0], now=now)
    assert found["reason"].count(",") == 1, "the fuel unit and the tax rate"
    masters_operations.approve_change(proposal_id=waiting, actor_id=clerks[1], now=now)
    operations.draft_again(run_id=run.id, contract_id=contract.id, actor_id=clerks[0], now=now, today=TODAY)
    found = next(row for row in queries.exceptions(run_id=run.id, language="en") if row["code"] == "E221")
    assert "," not in found["reason"]
