"""Units that somebody publishes: fuel, supply cost, levy, government discount, capacity contribution; with block units."""

import pytest

from tests.rating.shapes.one_bill import bill, complaints, price

FUEL = {"code": "fuel", "kind": "fuel", "product": "regulated_lv"}
LEVY = {"code": "levy", "kind": "levy"}
AID = {"code": "aid", "kind": "government_discount"}
SUPPLY = {"code": "supply", "kind": "published_per_kwh", "value": "supply_cost", "group": "fuel"}
BLOCK = {"block_kwh": 15}
MINIMUM = {"code": "minimum", "kind": "minimum_charge", "block_kwh": 15, "price": price("500")}
ABOVE = {"code": "energy", "kind": "tiers", "from_kwh": 15, "steps": [{"up_to_kwh": None, "price": price("0")}]}
CAPACITY = {"code": "capacity", "kind": "published_monthly", "value": "capacity_contribution", "unit": "contract"}
BY_KW = CAPACITY | {"unit": "kW"}


@pytest.mark.parametrize(
    ("part", "market", "kwh", "amount"),
    [
        (FUEL, {"fuel": "-5.80"}, "398", "-2308.4"),
        (FUEL, {"fuel": "2.33"}, "398", "927.34"),
        (LEVY, {"levy": "4.18"}, "398", "1663"),  # 1,663.64, floor before the total
        (AID, {"government_discount": "3.5"}, "398", "-1393"),
        (SUPPLY, {"supply_cost": "-0.40"}, "100", "-40"),
        (SUPPLY | {"sign": -1}, {"supply_cost": "0.40"}, "100", "-40"),
    ],
)
def test_per_kwh(part, market, kwh, amount):
    assert bill(part, kwh=kwh, market=market)[part["code"]] == amount


@pytest.mark.parametrize(
    ("kwh", "block", "rest"),
    [("0", "-12.3", None), ("15", "-12.3", None), ("20", "-12.3", "-4.1")],
)
def test_a_block_has_a_unit_of_its_own(kwh, block, rest):
    # -12.30 for the first 15 kWh whatever is used of them, then -0.82 for each
    found = bill(MINIMUM, ABOVE, FUEL | BLOCK, kwh=kwh, market={"fuel": "-0.82", "fuel_block": "-12.30"})
    assert found["fuel_block"] == block
    assert found.get("fuel") == rest


@pytest.mark.parametrize(
    ("unit", "block", "amounts"),
    [
        # 15 x 3.5 = 52.50 where nobody publishes an amount for the block, then 5 x 3.5
        ("3.5", None, ("-52.5", "-17.5")),
        ("3.5", "40", ("-40", "-17.5")),
        # an amount for the block alone is taken off, too
        ("0", "40", ("-40", None)),
        ("0", None, (None, None)),
    ],
)
def test_the_discount_of_a_block_is_what_is_published_for_it(unit, block, amounts):
    market = {"government_discount": unit} | ({"government_discount_block": block} if block else {})
    found = bill(MINIMUM, ABOVE, AID | BLOCK, kwh="20", market=market)
    assert (found.get(f"{AID['code']}_block"), found.get(AID["code"])) == amounts


def test_the_levy_of_block_and_rest_is_rounded_once():
    # the first 15 kWh cost 15 x 4.18 = 62.70, then 7 x 4.18 = 29.26: 91.96 -> 91, not 62 + 29
    assert bill(MINIMUM, ABOVE, LEVY | BLOCK, kwh="22", market={"levy": "4.18"})["total"] == 591


@pytest.mark.parametrize(
    ("part", "size", "amount"), [(CAPACITY, None, "231"), (BY_KW, "8", "1848")], ids=["per contract", "per kW"]
)
def test_monthly_amounts(part, size, amount):
    assert bill(part, size=size, kwh="1", market={"capacity_contribution": "231"})["capacity"] == amount


def test_a_monthly_amount_follows_the_contract_demand():
    # 65 kW of contract demand x 136, whatever size the contract has beside it
    part = BY_KW | {"size": "demand"}
    market, inputs = {"capacity_contribution": "136"}, {"demand_milli": 65_000}
    assert bill(part, size="100", kwh="1", market=market, inputs=inputs)["capacity"] == "8840"
    assert bill(part, size="100", kwh="1", market=market) == ("input_missing", "demand_milli")


@pytest.mark.parametrize(
    ("part", "unit", "where"),
    [
        (BY_KW, "A", "unit"),
        (BY_KW | {"unit": "A", "size": "demand"}, "A", "size"),
        (CAPACITY | {"size": "demand"}, "kW", "size"),
    ],
)
def test_lint_refuses_monthly_amounts_of_another_size(part, unit, where):
    assert complaints(part, unit=unit) == [f"versions.0.components.0.{where}"]


@pytest.mark.parametrize("part", [FUEL, LEVY, AID, SUPPLY, CAPACITY])
def test_a_value_that_nobody_published_refuses_the_bill(part):
    name = part.get("value", part["kind"])
    assert bill(part, kwh="1") == ("value_missing", name)


def test_a_monthly_minimum_tops_up_what_it_is_of():
    minimum = {"code": "least", "kind": "monthly_minimum", "of": ["energy", "fuel"], "price": price("335.34")}
    energy = {"code": "energy", "kind": "flat", "price": price("20")}
    assert bill(energy, FUEL, minimum, kwh="10", market={"fuel": "-1"})["least"] == "145.34"
    assert bill(energy, FUEL, minimum, kwh="20", market={"fuel": "-1"}).get("least") is None
