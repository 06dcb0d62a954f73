"""Energy at one price, in tiers, and under a minimum charge with a first block: no kWh is lost or priced twice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rating.shapes.one_bill import bill, complaints, price

FLAT = {"code": "energy", "kind": "flat", "price": price("24.80")}
TIERS = {
    "code": "energy",
    "kind": "tiers",
    "steps": [
        {"up_to_kwh": 120, "price": price("29.80")},
        {"up_to_kwh": 300, "price": price("36.40")},
        {"up_to_kwh": None, "price": price("40.49")},
    ],
}
MINIMUM = {"code": "minimum", "kind": "minimum_charge", "block_kwh": 15, "price": price("522.58")}
ABOVE = {
    "code": "energy",
    "kind": "tiers",
    "from_kwh": 15,
    "steps": [{"up_to_kwh": 120, "price": price("20.21")}, {"up_to_kwh": None, "price": price("25.61")}],
}


@pytest.mark.parametrize(("kwh", "amount"), [("0", None), ("1", "24.8"), ("398", "9870.4"), ("0.5", "12.4")])
def test_flat(kwh, amount):
    assert bill(FLAT, kwh=kwh).get("energy") == amount


@pytest.mark.parametrize(
    ("kwh", "amounts"),
    [
        ("0", []),
        ("120", ["3576"]),
        ("121", ["3576", "36.4"]),
        ("300", ["3576", "6552"]),
        ("398", ["3576", "6552", "3968.02"]),
    ],
)
def test_tiers(kwh, amounts):
    found = bill(TIERS, kwh=kwh)
    lines = [f"energy_tier_{n}" for n in (1, 2, 3)]
    assert [found[code] for code in lines if found.get(code, "0") != "0"] == amounts


@pytest.mark.parametrize(
    ("kwh", "amounts"),
    [
        ("0", ["522.58"]),
        ("15", ["522.58"]),  # the first block is in the minimum charge
        ("16", ["522.58", "20.21"]),
        ("260", ["522.58", "2122.05", "3585.4"]),
    ],
)
def test_minimum_charge_with_its_first_block(kwh, amounts):
    found = bill(MINIMUM, ABOVE, kwh=kwh)
    lines = ["minimum", "energy_tier_1", "energy_tier_2"]
    assert [found[code] for code in lines if found.get(code, "0") != "0"] == amounts


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 9_999_999), st.integers(0, 9_999_999))
def test_more_energy_never_costs_less(one, other):
    less, more = sorted((one, other))
    totals = [bill(MINIMUM, ABOVE, kwh=f"{dwh / 10_000:.4f}")["total"] for dwh in (less, more)]
    assert totals[0] <= totals[1]


@pytest.mark.parametrize(
    "steps",
    [
        [{"up_to_kwh": 300, "price": price("1")}, {"up_to_kwh": 120, "price": price("2")}],
        [{"up_to_kwh": 120, "price": price("1")}],
        [{"up_to_kwh": None, "price": price("1")}, {"up_to_kwh": None, "price": price("2")}],
    ],
)
def test_lint_refuses_tiers_that_overlap_or_leave_a_gap(steps):
    assert complaints(TIERS | {"steps": steps})
