"""Contracts: one per point and day, terms without gaps, ends that move, charges that are billed once."""

from datetime import date

import polars as pl
import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parties.test_customers import account, taro
from tests.supply.test_points import POINT, SPIN
from tomoshibi.contracts import operations, queries, values
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply

START = date(2026, 4, 10)
PLAN = {"plan_code": "tokyo-regulated-b", "capacity_kind": "A", "capacity_milli": 30_000}


@pytest.fixture
def payer(in_transaction):
    supply.register_points(pl.DataFrame([POINT, POINT | {"spin": "06" + SPIN[2:], "base_day": "09"}]))
    return account(taro())


def register(payer, **changes):
    return operations.register(**({"account_number": payer.number, "spin": SPIN, "start": START} | PLAN | changes))


def test_a_contract_starts_with_terms_and_the_payer_as_holder(payer):
    contract = register(payer, discounts=[{"code": "set-discount"}], agency_code="A01")
    assert contract.customer_id == payer.customer_id
    assert contract.number.startswith("3")
    (terms,) = contract.terms
    assert (terms.start, terms.end, terms.capacity_milli) == (START, None, 30_000)
    assert (terms.discounts, terms.agency_code) == (({"code": "set-discount"},), "A01")
    assert contract.terms_on(date(2026, 1, 1)) == contract.terms_on(date(2030, 1, 1)) == terms


def test_a_point_has_one_contract_a_day(payer):
    first = register(payer, end=date(2026, 8, 1), end_reason="moved_out")
    with pytest.raises(RowsRefused, match="another contract"):
        register(payer, start=date(2026, 7, 31))
    second = register(payer, start=date(2026, 8, 1))
    with pytest.raises(operations.PointTaken):
        operations.end(contract_id=first.id, on=date(2026, 8, 2), reason=values.EndReason.MOVED_OUT)
    assert queries.contract_on(supply_point_id=first.supply_point_id, day=date(2026, 7, 31)).id == first.id
    assert queries.contract_on(supply_point_id=first.supply_point_id, day=date(2026, 8, 1)).id == second.id
    from tomoshibi.contracts.models import Contract

    with pytest.raises(IntegrityError), db.savepoint():
        Contract.objects.filter(id=second.id).update(start=date(2026, 7, 1))


def test_rows_of_one_input_may_not_overlap_either(payer):
    row = {"account_number": payer.number, "spin": SPIN, "start": START} | PLAN
    rows = [row | {"end": date(2026, 5, 1), "end_reason": "switched"}, row | {"start": date(2026, 4, 30)}]
    with pytest.raises(RowsRefused) as refused:
        operations.register_many(pl.DataFrame(rows))
    assert [(r.row, r.column) for r in refused.value.refusals] == [(2, "spin")]
    rows[1]["start"] = date(2026, 5, 1)
    assert operations.register_many(pl.DataFrame(rows)).height == 2


def test_rows_that_cannot_be_taken_are_named(payer):
    row = {"account_number": payer.number, "spin": SPIN, "start": START} | PLAN
    wrong = [
        row | {"account_number": "nobody"},
        row | {"spin": "0300000000000000000099"},
        row | {"customer_number": "nobody", "spin": "06" + SPIN[2:]},
        row | {"capacity_milli": 0, "start": date(2027, 1, 1)},
        row | {"discounts": '[{"kode": 1}]', "start": date(2027, 1, 1), "capacity_kind": "W"},
        row | {"end": START, "end_reason": "moved_out"},
        row | {"end_reason": "moved_out"},
        row | {"plan_code": ""},
    ]
    with pytest.raises(RowsRefused) as refused:
        operations.register_many(pl.DataFrame(wrong))
    found = {(r.row, r.column) for r in refused.value.refusals}
    assert found >= {
        (1, "account_number"), (2, "spin"), (3, "customer_number"), (4, "capacity_milli"), (5, "discounts"),
        (5, "capacity_kind"), (6, "end"), (7, "end_reason"), (8, "plan_code"),
    }  # fmt: skip
    assert queries.terms_frame().is_empty()


def test_terms_change_from_a_day_on(payer):
    contract = register(payer)
    operations.change_terms(contract_id=contract.id, start=date(2026, 9, 1), capacity_milli=40_000)
    changed = operations.change_terms(contract_id=contract.id, start=date(2026, 7, 1), plan_code="other")
    assert [(t.start, t.end, t.plan_code, t.capacity_milli) for t in changed.terms] == [
        (START, date(2026, 7, 1), "tokyo-regulated-b", 30_000),
        (date(2026, 7, 1), date(2026, 9, 1), "other", 30_000),
        (date(2026, 9, 1), None, "tokyo-regulated-b", 40_000),
    ]
    frame = queries.terms_frame(period_start=date(2026, 8, 10), period_end=date(2026, 9, 10))
    assert frame["plan_code"].to_list() == ["other", "tokyo-regulated-b"]
    with pytest.raises(operations.OutsideContract):
        operations.change_terms(contract_id=contract.id, start=date(2026, 4, 9), plan_code="x")
    with pytest.raises(RowsRefused):
        operations.change_terms(contract_id=contract.id, start=date(2026, 8, 1), capacity_milli=-1)


def test_an_end_cuts_the_terms_and_may_move(payer):
    contract = register(payer)
    operations.change_terms(contract_id=contract.id, start=date(2026, 9, 1), capacity_milli=40_000)
    ended = operations.end(contract_id=contract.id, on=date(2026, 8, 15), reason=values.EndReason.MOVED_OUT)
    assert (ended.end, ended.end_reason) == (date(2026, 8, 15), values.EndReason.MOVED_OUT)
    assert [(t.start, t.end) for t in ended.terms] == [(START, date(2026, 8, 15))]
    later = operations.end(contract_id=contract.id, on=date(2026, 8, 20), reason=values.EndReason.SWITCHED)
    assert later.terms[-1].end == later.end == date(2026, 8, 20)
    with pytest.raises(operations.OutsideContract):
        operations.change_terms(contract_id=contract.id, start=date(2026, 8, 20), plan_code="x")
    with pytest.raises(operations.OutsideContract):
        operations.end(contract_id=contract.id, on=START, reason=values.EndReason.MOVED_OUT)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 300)), max_size=8))
def test_terms_cover_every_day_of_a_contract_whatever_is_done(payer, moves):
    with db.savepoint():
        contract = register(payer)
        for is_end, days in moves:
            day = date.fromordinal(START.toordinal() + days)
            try:
                if is_end:
                    operations.end(contract_id=contract.id, on=day, reason=values.EndReason.CANCELED)
                else:
                    operations.change_terms(contract_id=contract.id, start=day, capacity_milli=days * 1000)
            except operations.OutsideContract:
                continue
        found = queries.contract(contract_id=contract.id)
        assert (found.terms[0].start, found.terms[-1].end) == (found.start, found.end)
        assert all(a.end == b.start for a, b in zip(found.terms, found.terms[1:], strict=False))
        raise_undo(contract.id)


def raise_undo(contract_id):
    from tomoshibi.contracts.models import Contract

    Contract.objects.filter(id=contract_id).delete()


def test_the_supplied_frame_holds_every_contract_with_a_day_in_the_period(payer):
    other = "06" + SPIN[2:]
    gone = register(payer, end=date(2026, 6, 1), end_reason="moved_out")
    here = register(payer, start=date(2026, 6, 20), spin=other)

    def numbers(start, end, **which):
        return queries.supplied_frame(period_start=start, period_end=end, **which)["contract_id"].to_list()

    assert numbers(date(2026, 5, 31), date(2026, 6, 21)) == [gone.id, here.id]
    assert numbers(date(2026, 6, 1), date(2026, 6, 20)) == []
    assert numbers(date(2026, 5, 31), date(2026, 6, 21), area="06", base_day="09") == [here.id]
    row = queries.supplied_frame(period_start=START, period_end=date(2026, 4, 11)).row(0, named=True)
    assert (row["spin"], row["area"], row["base_day"], row["end"]) == (SPIN, "03", "05", date(2026, 6, 1))


def test_a_charge_is_told_once_and_billed_once(payer):
    contract = register(payer)
    tell = {
        "contract_id": contract.id, "code": "late_interest", "text": "延滞利息", "amount_minor": 82,
        "tax": values.TaxTreatment.OUT_OF_SCOPE, "month": Month(2026, 10), "source": "collection.receivable:7",
    }  # fmt: skip
    charge = operations.tell_charge(**tell)
    assert operations.tell_charge(**tell) == charge
    assert queries.waiting_charges_frame(month=202609).is_empty()
    frame = queries.waiting_charges_frame(month=202611, contract_ids=[contract.id])
    assert frame.select("charge_id", "amount_minor", "tax").rows() == [(charge, 82, "out_of_scope")]
    operations.mark_charges_billed(charge_ids=frame["charge_id"], billed_by="billing.run:1")
    with pytest.raises(operations.ChargeGone):
        operations.mark_charges_billed(charge_ids=frame["charge_id"], billed_by="billing.run:2")
    with pytest.raises(operations.ChargeGone):
        operations.withdraw_charge(charge_id=charge)
    assert operations.release_charges(billed_by="billing.run:1") == 1
    operations.withdraw_charge(charge_id=charge)
    assert queries.charges_of(contract_id=contract.id)[0].state == "withdrawn"
