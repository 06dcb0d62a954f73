"""Basic charges by demand: contract demand, power factor, reserve power, excess."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rating.shapes.one_bill import bill, complaints, price
from tomoshibi.rating import power_factor
from tomoshibi.rating.demand import ContractDemand, Spell, contract_demand, explained

BASIC = {"code": "basic", "kind": "basic", "unit": "kW", "size": "demand", "power_factor": "measured"}
BASIC |= {"zero_use": "half", "price": price("1500.00")}
FIXED = {"code": "basic", "kind": "basic", "unit": "kW", "price": price("1122.00")}
FIXED |= {"power_factor": {"kept": "pf_kept", "missed": "pf_missed"}}
RESERVE = {"code": "reserve", "kind": "basic", "unit": "kW", "size": "reserve", "price": price("75.00")}
EXCESS = {"code": "excess", "kind": "excess_demand", "percent": 150, "price": price("1500.00")}


def numbers(demand, percent):
    return {"demand_milli": demand, "power_factor_percent": percent}


@pytest.mark.parametrize(
    ("demand", "percent", "kwh", "amount"),
    [
        (65_000, 100, "100", "82875"),  # 65 x 1,500 x 85/100
        (65_000, 85, "100", "97500"),
        (65_000, 80, "100", "102375"),  # x 105/100
        (65_000, 85, "0", "48750"),  # half without energy
        (0, 90, "100", None),
    ],
)
def test_basic_by_demand_and_power_factor(demand, percent, kwh, amount):
    found = bill(BASIC, kwh=kwh, inputs=numbers(demand, percent))
    assert found.get("basic") == amount
    assert found["total"] == int(amount or 0)


def test_a_part_of_a_month_is_prorated_after_the_power_factor():
    # 65 x 1,500 x 87/100 x 10/30 = 28,275.00
    policy = {"denominator": "reading_period"}
    whole = ("2025-06-01", "2025-07-01")
    found = bill(
        BASIC, kwh="1", period=("2025-06-21", "2025-07-01"), reading=whole, proration=policy, inputs=numbers(65_000, 98)
    )
    assert found["basic"] == "28275"


@pytest.mark.parametrize(
    ("inputs", "refusal"),
    [
        ({"power_factor_percent": 85}, ("input_missing", "demand_milli")),
        ({"demand_milli": 65_000}, ("input_missing", "power_factor_percent")),
        (numbers(65_000, 101), ("input_missing", "power_factor_percent")),
    ],
)
def test_what_is_missing_is_named(inputs, refusal):
    assert bill(BASIC, kwh="1", inputs=inputs) == refusal


@pytest.mark.parametrize(("codes", "amount"), [(["pf_kept"], "10659"), (["pf_missed"], "11781"), ([], "11220")])
def test_low_voltage_power_has_five_per_cent(codes, amount):
    assert bill(FIXED, kwh="1", size="10", discounts=codes)["basic"] == amount


@pytest.mark.parametrize(("reserve", "amount"), [(50_000, "3750"), (None, None)])
def test_reserve_power_is_charged_where_there_is_any(reserve, amount):
    assert bill(RESERVE, kwh="1", inputs={"reserve_milli": reserve}).get("reserve") == amount


@pytest.mark.parametrize(
    ("reserve", "percent", "first", "rest"),
    [
        (50_000, 85, "900", "3000"),  # 900 for the first 10 kW, 40 kW x 75
        (50_000, 95, "810", "2700"),  # the power factor makes all of it cheaper: x 90/100
        (8_000, 95, "810", None),
        (None, 95, None, None),
    ],
)
def test_a_first_part_follows_the_reserve_power_and_the_power_factor(reserve, percent, first, rest):
    part = RESERVE | {"power_factor": "measured", "first": {"size": 10, "price": price("900")}}
    found = bill(part, kwh="1", inputs={"reserve_milli": reserve, "power_factor_percent": percent})
    assert (found.get("reserve_first"), found.get("reserve")) == (first, rest)


@pytest.mark.parametrize(
    ("measured", "percent", "amount"),
    [
        (620_000, 85, "45000"),  # 20 kW x 1,500 x 150 %
        (620_000, 100, "38250"),  # x 85/100
        (600_000, 85, None),
        (580_000, 85, None),
    ],
)
def test_demand_above_the_contract_is_dearer(measured, percent, amount):
    part = EXCESS | {"power_factor": "measured"}
    inputs = {"max_demand_milli": measured, "power_factor_percent": percent}
    assert bill(part, kwh="1", size="600", inputs=inputs).get("excess") == amount


def test_a_bill_with_an_excess_is_what_a_pencil_says():
    # 600 kW agreed, 623 measured, 92 %: 600 x 1,938.51 x 93/100 + 23 x 1,938.51 x 150/100 x 93/100 + 180,000 x 20.11
    rate = price("1938.51")
    parts = (
        {"code": "basic", "kind": "basic", "unit": "kW", "power_factor": "measured", "price": rate},
        EXCESS | {"power_factor": "measured", "price": rate},
        {"code": "energy", "kind": "per_kwh", "price": price("20.11")},
    )
    measured = {"max_demand_milli": 623_000, "power_factor_percent": 92}
    found = bill(*parts, kwh="180000", size="600", inputs=measured)
    assert (found["basic"], found["excess"], found["energy"]) == ("1081688.58", "62197.09335", "3619800")
    assert found["total"] == 4_763_685


def test_lint_refuses_demand_of_amperes():
    assert complaints(BASIC | {"unit": "A"}, unit="A") == ["versions.0.components.0.unit"]
    assert complaints(EXCESS, unit="A") == ["versions.0.components.0"]


@pytest.mark.parametrize(
    ("active", "reactive", "percent"),
    [
        (0, 0, 85),
        (100, 0, 100),
        (100, -40, 100),  # a leading current
        (40, 30, 80),
        (9_000, 4_359, 90),
        (0, 10, 0),
        (199, 399, 45),  # 44.63
    ],
)
def test_power_factor_table(active, reactive, percent):
    assert power_factor.percent(np.array([active]), np.array([reactive])).tolist() == [percent]


@given(st.integers(0, 2**53), st.integers(0, 2**53))
def test_power_factor_is_rounded_exactly(active, reactive):
    found = int(power_factor.percent(np.array([active]), np.array([reactive]))[0])
    whole = active * active + reactive * reactive
    if not whole:
        assert found == 85
        return
    assert (max(2 * found - 1, 0)) ** 2 * whole <= (200 * active) ** 2
    assert (2 * found + 1) ** 2 * whole > (200 * active) ** 2


@given(st.lists(st.integers(0, 499_400), min_size=1, max_size=30))
def test_the_explained_demand_is_the_column_demand(measured):
    from tomoshibi.rating.demand import WHOLE_KW

    columns = contract_demand(np.array([measured]), step=WHOLE_KW)[0].tolist()
    spells = [Spell(month, value) for month, value in enumerate(measured)]
    for spell, expected in zip(spells, columns, strict=True):
        found = explained(spells, at=spell)
        assert found is not None
        assert found.milli == expected
        assert found.by is not None
        assert 0 <= spell.month - found.by.month < 12


def test_equipment_added_inside_a_month_makes_two_spells():
    spells = [Spell(1, 60_000), Spell(2, 63_000), Spell(3, 61_000, part=0), Spell(3, 90_000, part=1), Spell(4, 70_000)]
    assert [explained(spells, at=s).milli for s in spells] == [60_000, 63_000, 63_000, 90_000, 90_000]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (40_000, ContractDemand(50_000, None)),
        (55_000, ContractDemand(55_000, Spell(4, 55_000), exceeded=True)),
    ],
)
def test_a_decrease_is_agreed_until_demand_is_higher(after, expected):
    spells = [Spell(2, 80_000), Spell(3, 48_000, agreed_milli=50_000), Spell(4, after)]
    assert explained(spells, at=spells[1]) == ContractDemand(50_000, None)
    assert explained(spells, at=spells[2]) == expected


def test_an_agreed_decrease_holds_for_twelve_months_and_demand_counts_again():
    months = [Spell(month, 49_000 - 1_000 * month) for month in range(4, 18)]
    spells = [Spell(2, 80_000), Spell(3, 48_000, agreed_milli=50_000), *months]
    assert explained(spells, at=months[10]) == ContractDemand(50_000, None), "the twelfth month, counted with the first"
    assert explained(spells, at=months[11]) == ContractDemand(45_000, months[0]), (
        "that of month 4, the largest of twelve"
    )
    large = [Spell(3, 700_000, agreed_milli=600_000), *(Spell(month, 520_000) for month in range(4, 18))]
    assert explained(large, at=large[-1]) == ContractDemand(600_000, None), "from 500 kW on until another is agreed"


def test_from_500_kw_on_a_value_has_to_be_agreed():
    first = Spell(1, 510_000)
    found = explained([first], at=first)
    assert found == ContractDemand(510_000, first, to_agree=True)
    agreed = [Spell(1, 510_000), Spell(2, 530_000, agreed_milli=520_000)]
    assert explained(agreed, at=agreed[1]) == ContractDemand(520_000, None, exceeded=True)


def test_nothing_is_known_without_a_demand():
    spells = [Spell(1, 60_000), Spell(2, None)]
    assert explained(spells, at=spells[1]) is None


@pytest.mark.parametrize("language", ["ja", "zh-hans", "en"])
def test_the_plan_page_says_what_demand_and_power_factor_do(language):
    from django.utils.translation import override

    from tests.rating.shapes.one_bill import document
    from tomoshibi.tariffs import wording

    with override(language):
        said = wording.in_words(document(BASIC, FIXED | {"code": "fixed"}, RESERVE, EXCESS))
        rows = wording.price_table(document(BASIC, RESERVE, EXCESS))
    assert [len(sentence) > 10 for _name, sentence in said] == [True] * 4
    assert "pf_kept" in said[1][1]
    assert [row.amount for row in rows] == ["1,500.00", "75.00", "1,500.00"]


@pytest.mark.parametrize(("measured", "agreed"), [(499_400, False), (499_500, True), (500_000, True)])
def test_500_kw_are_500_kw_after_rounding(measured, agreed):
    one = Spell(1, measured)
    found = explained([one], at=one)
    assert found is not None
    assert found.to_agree is agreed
