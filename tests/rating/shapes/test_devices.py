"""Public lighting and other devices without a meter."""

import pytest

from tests.rating.shapes.one_bill import bill, complaints, price

LAMPS = {
    "code": "lamps",
    "kind": "devices",
    "classes": [{"name": "lamp_10", "price": price("96.80")}, {"name": "lamp_20", "price": price("154.00")}],
}
FUEL = {"code": "fuel", "kind": "published_per_device", "value": "fuel_lamp", "group": "fuel"}
FUEL |= {"classes": ["lamp_10", "lamp_20"]}
MARKET = {"fuel_lamp_lamp_10": "-9.92", "fuel_lamp_lamp_20": "-19.84"}


@pytest.mark.parametrize(
    ("tens", "twenties", "total"),
    [(3, None, 260), (3, 2, 528), (0, 1, 134)],  # 290.40 - 29.76; + 308.00 - 39.68; 154.00 - 19.84
)
def test_each_class_has_its_price_and_its_fuel_unit(tens, twenties, total):
    inputs = {"devices_lamp_10": tens, "devices_lamp_20": twenties}
    assert bill(LAMPS, FUEL, market=MARKET, inputs=inputs)["total"] == total


def test_a_part_of_a_month_is_prorated_class_by_class():
    policy = {"denominator": "reading_period"}
    period = {"period": ("2025-06-16", "2025-07-01"), "reading": ("2025-06-01", "2025-07-01")}
    found = bill(LAMPS, inputs={"devices_lamp_10": 3}, proration=policy, **period)
    assert found["lamps_lamp_10"] == "145.2"


def test_a_contract_that_states_no_devices_is_refused():
    assert bill(LAMPS, inputs={"devices_lamp_10": None}) == ("input_missing", "devices")


def test_a_missing_unit_refuses_only_who_has_the_device():
    market = {"fuel_lamp_lamp_10": "-9.92"}
    assert bill(LAMPS, FUEL, market=market, inputs={"devices_lamp_10": 1})["total"] == 86
    assert bill(LAMPS, FUEL, market=market, inputs={"devices_lamp_20": 1}) == ("value_missing", "fuel_lamp_lamp_20")


def test_lint_knows_the_classes():
    assert complaints(LAMPS, FUEL | {"classes": ["lamp_30"]}) == ["versions.0.components.1.classes"]
    twice = LAMPS | {"classes": [LAMPS["classes"][0]] * 2}
    assert complaints(twice) == ["versions.0.components.0.classes"]


def test_a_unit_that_is_published_without_its_sign_is_taken_off():
    market = {"fuel_lamp_lamp_10": "9.92", "fuel_lamp_lamp_20": "19.84"}
    found = bill(LAMPS, FUEL | {"sign": -1}, market=market, inputs={"devices_lamp_10": 3})
    assert (found["fuel_lamp_10"], found["total"]) == ("-29.76", 260)
