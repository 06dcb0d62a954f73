"""A bill is priced again from what it was priced from; whoever tampers with that is found out."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection

from tests.billing import book
from tests.billing.test_parts import TIME_OF_USE
from tests.billing.test_runs import TODAY, issue, make
from tomoshibi.billing import operations, queries, values
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts.values import TaxTreatment
from tomoshibi.kernel import halfhours
from tomoshibi.masters import operations as masters
from tomoshibi.tariffs import operations as tariffs


@pytest.fixture
def clerks(masters):
    return book.people()


def drafted(run, contract):
    return queries.draft_of(run_id=run.id, contract_id=contract.id).id


def tamper(statement, *params):
    """What nobody can do through the product: triggers are off while a stored row is changed."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, params)
        assert cursor.rowcount, "something was changed"
        cursor.execute("SET session_replication_role = DEFAULT")


def test_a_plain_bill_comes_out_the_same(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    found = operations.replay(bill_id=drafted(make(now, clerks[0]), contract))
    assert found.fits
    assert {one.what: one.again for one in found.totals} == {
        "energy": 3_980_000, "rerated": 12_992, "total": 12_992, "tax": 1_181, "levy": 1_663,
    }  # fmt: skip
    assert len(found.lines) > 4
    assert {source.kind for source in found.sources} == {"reading", "plan", "published"}


def test_masters_that_change_later_do_not_change_a_replay(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    bill_id = drafted(make(now, clerks[0]), contract)
    masters.put_rows(master="fuel_units", rows=[
        {"area": book.AREA, "product": "regulated_lv", "month": str(book.OCTOBER), "unit_yen_per_kwh": "-1.00",
         "includes_island": "yes", "invented": "no", "source": "test"}
    ])  # fmt: skip
    assert operations.replay(bill_id=bill_id).fits


def test_bills_of_several_parts_and_with_numbers_by_hand_come_out_the_same(clerks, now):
    changed, begun, corrected, charged = (book.customer(n) for n in (1, 2, 3, 4))
    late = book.customer(5, start=date(2026, 9, 12))
    contracts.change_terms(contract_id=changed.id, start=date(2026, 9, 17), capacity_milli=40_000)
    contracts.tell_charge(
        contract_id=charged.id, code="works", text="工事負担金", amount_minor=1_100, tax=TaxTreatment.INCLUDED,
        month=book.OCTOBER, source="test:1",
    )  # fmt: skip
    for contract in (changed, begun, corrected, charged):
        book.reading(contract, 300, now=now)
    book.reading(late, 100, start=date(2026, 9, 12), now=now)
    run = make(now, clerks[0], size=10)
    common = {"run_id": run.id, "contract_id": corrected.id, "actor_id": clerks[0], "now": now, "today": TODAY}
    operations.correct(correction=operations.Correction(energy_dwh=2_000_000), reason="meter", **common)
    operations.correct(correction=operations.Correction(amount_minor=-500, text="お詫び"), reason="sorry", **common)
    for contract in (changed, begun, corrected, charged, late):
        found = operations.replay(bill_id=drafted(run, contract))
        assert found.fits, [one for one in (*found.lines, *found.totals) if not one.same]


def test_corrections_come_out_the_same(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    issue(make(now, clerks[0]), now, clerks)
    for kwh in (498, 298):
        book.reading(contract, kwh, now=now)
        run = make(now, clerks[0], kind=values.RunKind.CORRECTION)
        issue(run, now, clerks)
    bills = queries.documents_of(contract_id=contract.id, period_start=book.SEPTEMBER_CUT)
    assert [operations.replay(bill_id=bill.id).fits for bill in bills] == [True, True, True]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE metering_reading SET energy_dwh = energy_dwh + 10000", "reading"),
        ("""UPDATE billing_published SET values = jsonb_set(values, '{levy_micro}', '3980000')""", "levy"),
        (
            """UPDATE tariffs_planversion SET sha256 = md5(sha256), document = jsonb_set(document,
               '{versions,0,components,0,price,amount}', '"999.99"')""",
            "plan",
        ),
        ("UPDATE billing_line SET amount_e10 = amount_e10 + 10000000000 WHERE no = 1", "line"),
        ("UPDATE billing_bill SET total_minor = total_minor + 1", "total"),
    ],
)
def test_whoever_tampers_with_what_is_stored_is_found_out(clerks, now, statement, what):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    bill_id = drafted(make(now, clerks[0]), contract)
    assert operations.replay(bill_id=bill_id).fits
    tamper(statement)
    found = operations.replay(bill_id=bill_id)
    assert not found.fits, what
    if what == "reading":
        assert {one.what for one in found.totals if not one.same} >= {"energy", "total"}
        assert sum(one.difference_e10 for one in found.lines) != 0


def test_tampered_half_hours_are_found_out(clerks, now):
    for proposal_id in tariffs.propose(text=TIME_OF_USE, now=now, actor_id=clerks[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])
    contract = book.customer(1, plan_code="test-tou", capacity_kind="contract", capacity_milli=0)
    day = np.full(48, 5_000, dtype=np.int32)
    book.reading(contract, 720, half_hours=halfhours.to_bytes(np.tile(day, 30)), now=now)
    bill_id = drafted(make(now, clerks[0]), contract)
    assert operations.replay(bill_id=bill_id).fits
    day[0], day[30] = 0, 10_000
    tamper("UPDATE metering_halfhours SET step_dwh = 0, values_dwh = %s", halfhours.to_bytes(np.tile(day, 30)))
    found = operations.replay(bill_id=bill_id)
    assert not found.fits
    assert sum(not one.same for one in found.lines) == 2, "a kWh moved from night to day"


def test_as_of_a_day_takes_what_was_known_then(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    run = make(now, clerks[0])
    bill_id = drafted(run, contract)
    later = now.replace(hour=1) + timedelta(days=3)  # still the day before in Greenwich
    book.reading(contract, 498, now=later)
    masters.put_rows(master="fuel_units", rows=[
        {"area": book.AREA, "product": "regulated_lv", "month": str(book.OCTOBER), "unit_yen_per_kwh": "-1.00",
         "includes_island": "yes", "invented": "no", "source": "test"}
    ])  # fmt: skip
    operations.rate_again(run_id=run.id, actor_id=clerks[0], now=later)
    while operations.rate_chunk(run_id=run.id, today=later.date()) is not None:
        pass
    operations.finish_rating(run_id=run.id, now=later, actor_id=clerks[0])
    bill_id = drafted(run, contract)
    assert operations.replay(bill_id=bill_id).fits
    assert operations.replay(bill_id=bill_id, known_on=later.date()).fits
    before = operations.replay(bill_id=bill_id, known_on=later.date() - timedelta(days=1))
    totals = {one.what: (one.stored, one.again) for one in before.totals}
    assert totals["energy"] == (4_980_000, 3_980_000)
    assert totals["total"][1] == 12_992, "the reading and the fuel unit of that day"
    found = queries.days_of_knowledge(bill=queries.bill(bill_id=bill_id))
    assert found == {TODAY: {"reading", "published"}, later.date(): {"reading", "published"}}
    with pytest.raises(operations.NothingKept):
        operations.replay(bill_id=bill_id, known_on=date(2026, 10, 1))


def fuel_of_october(yen):
    masters.put_rows(master="fuel_units", rows=[
        {"area": book.AREA, "product": "regulated_lv", "month": str(book.OCTOBER), "unit_yen_per_kwh": yen,
         "includes_island": "yes", "invented": "no", "source": "test"}
    ])  # fmt: skip


def test_a_published_value_that_no_run_has_used_is_known_from_the_day_it_was_looked_at(clerks, now):
    # 398 kWh: the fuel unit was published as -5.80, put right to -5.00 (318.40 more), and back a week behind it.
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    run = make(now, clerks[0])
    issue(run, now, clerks)
    (bill,) = queries.documents_of(contract_id=contract.id, period_start=book.SEPTEMBER_CUT)

    def as_of(days, **more):
        found = operations.replay(bill_id=bill.id, known_on=TODAY + timedelta(days=days), **more)
        return next(one.again for one in found.totals if one.what == "total")

    fuel_of_october("-5.00")
    assert as_of(0, today=TODAY) == 13_311, "what holds on the day that it is"
    assert as_of(3) == 12_992, "nobody looked"
    operations.note_published(today=TODAY + timedelta(days=3))
    operations.note_published(today=TODAY + timedelta(days=4))
    fuel_of_october("-5.80")
    operations.note_published(today=TODAY + timedelta(days=10))
    assert [as_of(days) for days in (0, 2, 3, 9, 10)] == [12_992, 12_992, 13_311, 13_311, 12_992]
    assert list(queries.days_of_knowledge(bill=bill)) == [TODAY, TODAY + timedelta(days=3)]
    assert operations.replay(bill_id=bill.id).fits
