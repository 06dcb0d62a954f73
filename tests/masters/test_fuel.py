"""The fuel adjustment against published units, and as exact arithmetic."""

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import MICRO, micro, scaled, unscaled
from tomoshibi.masters import fuel, queries, values


def cases(test_data: Path, kind: str) -> list[dict]:
    file = test_data.parent / "cases" / "bills.json"
    if not file.exists():
        pytest.skip("no published cases beside the test data")
    return [case for case in json.loads(file.read_text(encoding="utf-8")) if case["kind"] == kind]


def formula_of(inputs: dict, base_unit: str) -> values.FuelFormula:
    weights = {
        name: scaled(inputs[key], scale=MICRO) if key in inputs else None
        for name, key in (("alpha_ppm", "alpha"), ("beta_ppm", "beta"), ("gamma_ppm", "gamma"))
    }
    cap = inputs.get("cap_average_price_yen_per_kl")
    return values.FuelFormula(
        base_price_yen=int(inputs["base_fuel_price_yen_per_kl"]), base_unit_micro=micro(base_unit),
        cap_price_yen=int(cap) if cap else None, **weights,
    )  # fmt: skip


def computed(case: dict, base_unit: str) -> values.FuelUnit:
    inputs = case["inputs"]
    prices = average = None
    if "A_crude_yen_per_kl" in inputs:
        prices = values.FuelPrices.of(
            inputs["A_crude_yen_per_kl"], inputs["B_lng_yen_per_t"], inputs["C_coal_yen_per_t"]
        )
    else:
        average = int(inputs["average_fuel_price_yen_per_kl"])
    return queries.compute_fuel_unit(formula=formula_of(inputs, base_unit), prices=prices, average_yen=average)


def test_every_published_unit_and_average_comes_out(test_data):
    missed, units, averages = [], 0, 0
    for case in cases(test_data, "fuel_adjustment_unit"):
        expected = case["expected"]
        for voltage, published in expected.get("unit_yen_per_kwh", {}).items():
            unit = computed(case, case["inputs"]["base_unit_yen_per_kwh_per_1000yen"][voltage])
            units += 1
            if unit.price_micro_per_kwh != micro(published):
                missed.append((case["id"], voltage, published, unit))
        if "average_fuel_price_yen_per_kl" in expected:
            averages += 1
            if computed(case, "0").average_yen != int(expected["average_fuel_price_yen_per_kl"]):
                missed.append((case["id"], expected, computed(case, "0")))
    assert not missed
    assert units > 50
    assert averages > 20


def test_discounts_and_island_adjustment_reach_the_minimum_block(test_data):
    for case in cases(test_data, "fuel_adjustment_min_block"):
        inputs, expected = case["inputs"], case["expected"]
        before = values.FuelUnit(
            price_micro_per_kwh=micro(inputs["unit_before_discount_per_kwh"]),
            block_micro=micro(inputs["min_block_before_discount_yen"]),
            block_kwh=int(inputs["block_kwh"]),
        )
        after = queries.discounted_fuel_unit(
            before, [micro(inputs["national_discount_per_kwh"]), micro(inputs["okinawa_discount_per_kwh"])]
        )
        island = values.FuelUnit(
            micro(inputs["island_unit_per_kwh"]), block_micro=micro(inputs["island_min_block_yen"])
        )
        total = queries.fuel_unit_with_island(after, island)
        assert after.price_micro_per_kwh == micro(expected["unit_after_discount_per_kwh"])
        assert after.block_micro == micro(expected["min_block_after_discount_yen"])
        assert total.price_micro_per_kwh == micro(expected["total_with_island_per_kwh"])
        assert total.block_micro == micro(expected["total_with_island_min_block_yen"])


GOLDEN = [
    # area, month, product, unit, source of the published unit
    ("03", Month(2018, 2), "regulated_lv", "-3.03", "tepco adjust2/backnumber/1802"),
    ("03", Month(2018, 2), "hv", "-2.93", "tepco adjust2/backnumber/1802"),
    ("03", Month(2018, 2), "shv", "-2.89", "tepco adjust2/backnumber/1802"),
    ("03", Month(2024, 12), "regulated_lv", "-6.33", "tepco 2024-12"),
    ("03", Month(2026, 2), "regulated_lv", "-7.72", "fujipost.com/business/35187: -12.22 after a discount of 4.50"),
    ("04", Month(2017, 3), "regulated_lv", "-4.99", "expydoc.com/doc/11817061"),
    ("04", Month(2026, 2), "regulated_lv", "0.77", "d-sharing.jp: -3.73 after a discount of 4.50"),
    ("09", Month(2010, 12), "regulated_lv", "-0.41", "kyuden press_h101028b-1"),
    ("09", Month(2019, 1), "shv", "0.05", "kyuden press_h181129-1"),
    ("09", Month(2024, 12), "hv", "2.00", "kyuden agreement_adj_2024-12kouatsu"),
    ("09", Month(2024, 12), "hv_market", "-0.35", "kyuden agreement_adj_2024-12kouatsu"),
    ("10", Month(2011, 2), "regulated_lv", "-1.38", "okiden 101227"),
]


@pytest.mark.parametrize(("area", "month", "product", "unit", "source"), GOLDEN)
@pytest.mark.usefixtures("shipped")
def test_shipped_parameters_and_prices_give_the_published_unit(area, month, product, unit, source):
    found = queries.computed_fuel_unit(area=area, month=month, product=product)
    assert unscaled(found.price_micro_per_kwh, scale=MICRO) == Decimal(unit), source
    assert not found.published


def test_the_derivation_can_be_read():
    formula = values.FuelFormula(
        base_price_yen=86_100, base_unit_micro=183_000, alpha_ppm=4_800, beta_ppm=382_700, gamma_ppm=658_400
    )
    unit = queries.compute_fuel_unit(formula=formula, prices=values.FuelPrices(68_811, 82_647, 18_082))
    assert [(step.kind, step.text, step.value) for step in unit.steps] == [
        (
            "average",
            "68,811 x 0.0048 + 82,647 x 0.3827 + 18,082 x 0.6584 = 43,864.4885",
            "43,900",
        ),
        ("unit", "(43,900 - 86,100) x 0.183 / 1,000 = -7.7226", "-7.72"),
    ]


def test_the_cap_is_a_step_of_its_own():
    formula = values.FuelFormula(base_price_yen=27_400, base_unit_micro=136_000, cap_price_yen=41_100)
    unit = queries.compute_fuel_unit(formula=formula, average_yen=69_600)
    assert unit.price_micro_per_kwh == micro("1.86")
    assert [step.kind for step in unit.steps] == ["cap", "unit"]
    assert unit.average_yen == 69_600


def test_a_special_measure_is_added_after_rounding():
    formula = values.FuelFormula(base_price_yen=27_400, base_unit_micro=136_000, special_add_micro=micro("0.005"))
    unit = queries.compute_fuel_unit(formula=formula, average_yen=41_100)
    assert unit.price_micro_per_kwh == micro("1.865")


def test_the_block_has_a_unit_of_its_own_not_a_multiple():
    """関西 2019-04: 0.97 per kWh, 14.58 for the first 15 kWh (denki.marubeni.co.jp/adjust)."""
    formula = values.FuelFormula(
        base_price_yen=27_100, base_unit_micro=165_000, block_kwh=15, block_base_unit_micro=2_471_000
    )
    unit = queries.compute_fuel_unit(formula=formula, average_yen=33_000)
    assert (unit.price_micro_per_kwh, unit.block_micro) == (micro("0.97"), micro("14.58"))


@pytest.mark.parametrize(("own", "block"), [(None, "14.13"), ("-0.20", "14.38")])
def test_an_island_without_a_block_amount_counts_for_each_kwh_of_the_block(own, block):
    """14.58 for the block: 15 x -0.03 = -0.45 where the island publishes one unit alone."""
    formula = values.FuelFormula(
        base_price_yen=27_100, base_unit_micro=165_000, block_kwh=15, block_base_unit_micro=2_471_000
    )
    island = values.FuelUnit(price_micro_per_kwh=micro("-0.03"), block_micro=None if own is None else micro(own))
    unit = fuel.compute_unit(formula=formula, average_yen=33_000, island=island)
    assert (unit.price_micro_per_kwh, unit.block_micro) == (micro("0.94"), micro(block))


def test_without_weights_or_average_nothing_is_guessed():
    formula = values.FuelFormula(base_price_yen=27_400, base_unit_micro=136_000)
    with pytest.raises(fuel.AverageUnknown):
        queries.compute_fuel_unit(formula=formula)
    with pytest.raises(fuel.AverageUnknown):
        queries.compute_fuel_unit(formula=formula, prices=values.FuelPrices(1, 1, 1))


@pytest.mark.parametrize(("first", "billed"), [(1, 6), (2, 7), (3, 8), (4, 9), (5, 10), (6, 11), (7, 12)])
def test_windows_are_billed_five_months_after_they_begin(first, billed):
    assert fuel.billed_month(Month(2026, first)) == Month(2026, billed)
    assert fuel.window_of(Month(2026, billed))[0] == Month(2026, first)


@pytest.mark.parametrize(("first", "billed"), [(8, 1), (9, 2), (10, 3), (11, 4), (12, 5)])
def test_windows_of_the_autumn_are_billed_next_year(first, billed):
    assert fuel.billed_month(Month(2026, first)) == Month(2027, billed)


@given(
    average=st.integers(0, 3_000).map(lambda n: n * 100),
    base=st.integers(1, 1_500).map(lambda n: n * 100),
    unit=st.integers(1, 500),
)
def test_units_are_rounded_half_up_to_a_sen_and_keep_their_sign(average, base, unit):
    formula = values.FuelFormula(base_price_yen=base, base_unit_micro=unit * 1_000)
    exact = Decimal(average - base) * Decimal(unit) / 1_000 / 1_000
    expected = abs(exact).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP).copy_sign(exact)
    found = queries.compute_fuel_unit(formula=formula, average_yen=average).price_micro_per_kwh
    assert unscaled(found, scale=MICRO) == expected


@given(st.lists(st.integers(1_000, 200_000), min_size=3, max_size=3))
def test_months_without_quantities_are_averaged_plainly(prices):
    mean = (Decimal(sum(prices)) / 3).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert fuel.average_of_months(prices, [None, 5, 7]) == mean


def test_months_with_quantities_are_weighted():
    assert fuel.average_of_months([100, 200, 300], [1, 1, 2]) == 225


@pytest.mark.usefixtures("shipped")
def test_a_published_unit_wins_and_says_where_it_is_from():
    unit = queries.fuel_unit(area="03", month=Month(2022, 10))
    assert (unit.price_micro_per_kwh, unit.published) == (micro("5.13"), True)
    assert "tepco" in unit.source


@pytest.mark.usefixtures("shipped")
def test_uncertain_parameters_are_not_used_for_bills():
    with pytest.raises(queries.MasterMissing, match="2026-02"):
        queries.fuel_unit(area="06", month=Month(2026, 2))
    unit = queries.computed_fuel_unit(area="06", month=Month(2026, 2), allow_low_confidence=True)
    assert unit.confidence == "low"


@pytest.mark.usefixtures("shipped")
def test_the_island_adjustment_of_kyushu_is_added():
    """2026-03: crude 68,874 -> 68,900 -> -0.03 (kyuden universal service 2026-03)."""
    alone = queries.computed_fuel_unit(area="09", month=Month(2026, 3))
    both = queries.fuel_unit(area="09", month=Month(2026, 3))
    assert both.price_micro_per_kwh - alone.price_micro_per_kwh == micro("-0.03")
    assert both.steps[-1].kind == "with_island"


@pytest.mark.usefixtures("shipped")
def test_a_computed_unit_is_told_step_by_step_in_the_readers_language():
    with translation.override("en"):
        unit, steps = queries.fuel_in_words(area="09", month=Month(2024, 7))
    assert [word for word, _text, _value in steps[:1]] == ["Average fuel price (to 100 yen)"]
    assert steps[0][1].startswith("79,291 x 0.0053 + 94,762 x 0.1861 + 24,476 x 1.0757 = ")
    assert any("- 27,400) x 0.136 / 1,000 = " in text for _word, text, _value in steps)
    assert unit.steps[-1].value == steps[-1][2]


@pytest.mark.usefixtures("shipped")
def test_where_a_unit_was_taken_from_is_told_in_the_readers_language(monkeypatch):
    step = values.Step("invented for demonstration", "-6.75", "invented")
    made_up = values.FuelUnit(micro("-6.75"), invented=True, steps=(step,))
    monkeypatch.setattr("tomoshibi.masters.queries.fuels.fuel_unit", lambda **_asked: made_up)
    with translation.override("ja"):
        _unit, steps = queries.fuel_in_words(area="09", month=Month(2026, 10))
    assert steps[0][1] == "デモ用の架空の値"
