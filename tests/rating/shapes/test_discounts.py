"""Discounts and surcharges: for whom, how long, on what."""

import pytest

from tests.rating.shapes.one_bill import bill, complaints, price

ENERGY = {"code": "energy", "kind": "flat", "price": price("30.00")}
BASIC = {"code": "basic", "kind": "basic", "unit": "contract", "price": price("819.00")}


def percent(amount, of=("energy",), **rule):
    return {"code": "own", "kind": "percent", "of": list(of), "percent": {"amount": amount, "source": "made"}, **rule}


def fixed(amount, **rule):
    return {"code": "own", "kind": "fixed", "price": price(amount)} | rule


@pytest.mark.parametrize(
    ("part", "inputs", "amount"),
    [
        (fixed("-500", **{"if": {"first_months": 12}}), {"contract_month": 12}, "-500"),
        (fixed("-500", **{"if": {"first_months": 12}}), {"contract_month": 13}, None),
        (fixed("-110", **{"if": {"contracts": 2}}), {"customer_contracts": 2}, "-110"),
        (fixed("-110", **{"if": {"contracts": 2}}), {"customer_contracts": 1}, None),
        (percent("-5", **{"if": {"from_kwh": 100}}), {}, "-150"),
        (percent("-5", **{"if": {"from_kwh": 101}}), {}, None),
        (percent("-5", **{"if": {"below_kwh": 100}}), {}, None),
        (percent("-5", **{"if": {"below_kwh": 101}}), {}, "-150"),
        (percent("-5", **{"if": {"since": "2025-06-01", "until": "2025-07-01"}}), {}, "-150"),
        (percent("-5", **{"if": {"since": "2025-06-02"}}), {}, None),
        (percent("-5", **{"if": {"until": "2025-06-01"}}), {}, None),
        # shinsai.doorblog.jp: 819 x 4 % = 32.76 a day with an hour or more without electricity
        (percent("-4", of=("basic",), times="outage_days"), {"outage_days": 3}, "-98.28"),
        (percent("-4", of=("basic",), times="outage_days"), {"outage_days": None}, None),
        # 25 days of 4 % are all of it: the 26th and 27th take nothing more off
        (percent("-4", of=("basic",), times="outage_days", most_times=25), {"outage_days": 27}, "-819"),
        (fixed("-20", times="outage_days", most_times=5), {"outage_days": 9}, "-100"),
        (fixed("330", times="devices_lamp"), {"devices_lamp": 2}, "660"),
    ],
)
def test_table(part, inputs, amount):
    assert bill(BASIC, ENERGY, part, kwh="100", inputs=inputs).get("own") == amount


@pytest.mark.parametrize("codes", [[], ["direct_debit"]])
def test_a_code_and_a_condition_must_both_hold(codes):
    part = fixed("-55", when="direct_debit", **{"if": {"first_months": 2}})
    found = bill(BASIC, part, discounts=codes, inputs={"contract_month": 1})
    assert found.get("own") == ("-55" if codes else None)


def test_a_campaign_without_the_month_of_the_contract_is_refused():
    part = fixed("-500", **{"if": {"first_months": 12}})
    assert bill(BASIC, part, inputs={"contract_month": None}) == ("input_missing", "contract_month")


@pytest.mark.parametrize(
    "rule",
    [{"from_kwh": 300, "below_kwh": 300}, {"since": "2025-06-01", "until": "2025-06-01"}, {"since": "2025-02-30"}],
)
def test_lint_refuses_what_can_never_hold(rule):
    assert complaints(ENERGY, percent("-5", **{"if": rule}))[0].startswith("versions.0.components.1.if")


def test_lint_refuses_a_count_that_no_bill_is_told_and_a_limit_of_nothing():
    place = "versions.0.components.1"
    assert complaints(ENERGY, fixed("-5", times="outage_dais")) == [f"{place}.times"]
    assert complaints(ENERGY, fixed("-5", most_times=3)) == [f"{place}.most_times"]
    assert (
        complaints(ENERGY, fixed("-5", times="outage_days", most_times=3), fixed("1", code="x", times="devices_lamp"))
        == []
    )
