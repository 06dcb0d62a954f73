"""Policies of a plan: which share a part of a month is, how lines, levy and total are rounded, how tax stands in prices."""

import pytest

from tests.rating.shapes.one_bill import bill, complaints, price

BASIC = {"code": "basic", "kind": "basic", "unit": "contract", "price": price("1000")}
TIERS = {
    "code": "energy",
    "kind": "tiers",
    "steps": [{"up_to_kwh": 120, "price": price("20")}, {"up_to_kwh": None, "price": price("30")}],
}
LEVY = {"code": "levy", "kind": "levy"}
START = {"period": ("2025-06-20", "2025-07-05"), "reading": ("2025-06-05", "2025-07-05")}
STOP = {"period": ("2025-06-05", "2025-06-20"), "reading": ("2025-06-05", "2025-07-05")}
LONG = {"period": ("2025-06-05", "2025-07-12")}
SEN = {"unit": "0.01", "mode": "half_up"}


@pytest.mark.parametrize(
    ("denominator", "when", "basic"),
    [
        ("reading_period", START, "500"),  # 15/30
        ("calendar_of_start", START, "500"),  # 15/30 of June
        ("calendar_of_end", START, "483.87"),  # 15/31 of July
        ("calendar_of_edge", START, "500"),  # a start: June
        ("calendar_of_edge", STOP, "500"),  # an end: its last day is in June too
        ("calendar_of_end", STOP, "500"),
        ("thirty", START, "500"),
        ("reading_period", LONG, "1000"),
    ],
)
def test_denominators(denominator, when, basic):
    policy = {"denominator": denominator, "money": SEN}
    assert bill(BASIC, unit="contract", kwh="1", proration=policy, **when)["basic"] == basic


@pytest.mark.parametrize(
    ("days", "inclusive", "basic"), [(6, False, "1233.33"), (7, False, "1000"), (7, True, "1233.33")]
)
def test_a_reading_period_that_is_much_too_long(days, inclusive, basic):
    # 37 days, 7 more than June has: 37/30
    length = {"days": days, "inclusive": inclusive, "denominator": "calendar_of_start"}
    policy = {"denominator": "reading_period", "money": SEN, "length": length}
    assert bill(BASIC, unit="contract", kwh="1", proration=policy, **LONG)["basic"] == basic


def test_tiers_are_narrower_in_a_part_of_a_month_unless_the_policy_leaves_them():
    policy = {"denominator": "reading_period", "kwh": {"unit": 1, "mode": "half_up"}}
    assert bill(TIERS, kwh="100", proration=policy, **START)["energy_tier_1"] == "1200"  # 60 kWh
    only = policy | {"applies_to": ["basic"]}
    assert bill(TIERS, kwh="100", proration=only, **START)["energy_tier_1"] == "2000"


def test_never_means_never():
    assert bill(BASIC, unit="contract", kwh="1", proration="never", **START)["basic"] == "1000"


@pytest.mark.parametrize(
    ("one", "policy", "places"),
    [
        (
            {"code": "floor", "kind": "monthly_minimum", "of": ["basic"], "price": price("300")},
            "never",
            ["versions.0.components"],
        ),
        (
            {"code": "floor", "kind": "monthly_minimum", "of": ["basic"], "price": price("300")},
            {"denominator": "thirty"},
            [],
        ),
        (TIERS, "never", []),
        ({**TIERS, "from_kwh": 15}, {"denominator": "thirty", "applies_to": ["tiers", "basic"]}, ["versions.0"]),
        ({**TIERS, "from_kwh": 15}, {"denominator": "thirty", "applies_to": ["basic"]}, []),
    ],
)
def test_what_a_bill_of_several_parts_would_owe_more_than_once_is_refused(one, policy, places):
    block = {"code": "basic", "kind": "minimum_charge", "block_kwh": 15, "price": price("500")}
    first = block if "from_kwh" in one else BASIC
    assert complaints(first, one, unit="contract", proration=policy) == places


@pytest.mark.parametrize(
    ("rounding", "line", "total"),
    [
        ({"line": "exact"}, "6.6666", 73),
        ({"line": {"unit": "0.01", "mode": "truncate"}}, "6.66", 73),
        ({"line": {"unit": 1, "mode": "half_up"}}, "7", 74),  # 7 + 1 + 66
        ({"line": "exact", "total": "ceiling"}, "6.6666", 74),
        ({"line": "exact", "total": "half_up"}, "6.6666", 73),
    ],
)
def test_rounding_of_lines_and_total(rounding, line, total):
    # 2 kWh x 3.3333 = 6.6666, a fee of 0.60, and the levy 2 x 33.3 = 66.6 -> 66 before the total: 73.2666
    one = {"code": "fee", "kind": "fixed", "price": price("0.60")}
    energy = {"code": "energy", "kind": "flat", "price": price("3.3333")}
    found = bill(energy, one, LEVY, kwh="2", market={"levy": "33.3"}, rounding=rounding)
    assert (found["energy"], found["levy"], found["total"]) == (line, "66", total)


@pytest.mark.parametrize(("mode", "levy"), [("floor", "66"), ("half_up", "67"), ("ceiling", "67"), ("truncate", "66")])
def test_rounding_of_the_levy(mode, levy):
    rounding = {"levy": {"unit": 1, "mode": mode}}
    assert bill(LEVY, kwh="2", market={"levy": "33.3"}, rounding=rounding)["levy"] == levy


@pytest.mark.parametrize(
    ("tax", "mode", "total"),
    [("included", "floor", 999), ("excluded", "floor", 1_098), ("excluded", "ceiling", 1_099)],
)
def test_tax_is_inside_the_prices_or_comes_on_top_once(tax, mode, total):
    # 999 x 10 % = 99.9
    energy = {"code": "energy", "kind": "flat", "price": price("33.30")}
    rounding = {"total": "floor", "tax": mode}
    assert bill(energy, kwh="30", tax=tax, rounding=rounding)["total"] == total


@pytest.mark.parametrize(
    ("quantity", "amount"),
    [(None, "303.6"), ({"unit": 1, "mode": "half_up"}, "300"), ({"unit": 1, "mode": "ceiling"}, "330")],
)
def test_the_quantity_is_rounded_before_it_is_priced(quantity, amount):
    energy = {"code": "energy", "kind": "flat", "price": price("30")}
    more = {} if quantity is None else {"quantity": quantity}
    assert bill(energy, kwh="10.12", **more)["energy"] == amount


@pytest.mark.parametrize(("shared", "minimum", "basic"), [("basic", "500", "500"), ("minimum", "250", "1000")])
def test_a_minimum_charge_and_a_basic_charge_are_shared_each_by_its_own_name(shared, minimum, basic):
    least = {"code": "least", "kind": "minimum_charge", "block_kwh": 0, "price": price("500")}
    policy = {"denominator": "reading_period", "applies_to": [shared]}
    found = bill(BASIC, least, unit="contract", kwh="1", proration=policy, **START)
    assert (found["least"], found["basic"]) == (minimum, basic)
