"""Basic charges by size: per ampere, kVA, kW or contract, with a first part, an own rounding, and half at zero use."""

import pytest

from tests.rating.shapes.one_bill import bill, complaints, price

AMPERE = {"code": "basic", "kind": "basic", "unit": "A", "per": 10, "price": price("311.75")}
KVA = {"code": "basic", "kind": "basic", "unit": "kVA", "price": price("321.14")}
FIRST = KVA | {"first": {"size": 10, "price": price("1838.44")}}
CONTRACT = {"code": "basic", "kind": "basic", "unit": "contract", "price": price("550")}
KW = {"code": "basic", "kind": "basic", "unit": "kW", "price": price("1122.00")}


@pytest.mark.parametrize(
    ("part", "unit", "size", "kwh", "amount"),
    [
        (AMPERE, "A", "30", "1", "935.25"),
        (AMPERE, "A", "15", "1", "467.625"),
        (AMPERE | {"round": {"unit": "0.01", "mode": "half_up"}}, "A", "15", "1", "467.63"),
        (KVA, "kVA", "7", "1", "2247.98"),
        (FIRST, "kVA", "12", "1", "642.28"),
        (FIRST, "kVA", "10", "1", None),
        (KW, "kW", "8", "1", "8976"),
        (CONTRACT, "contract", None, "1", "550"),
        (AMPERE | {"zero_use": "half"}, "A", "30", "0", "467.625"),
        (AMPERE, "A", "30", "0", "935.25"),
    ],
)
def test_table(part, unit, size, kwh, amount):
    found = bill(part, unit=unit, size=size, kwh=kwh)
    assert found.get("basic") == amount
    assert found.get("basic_first") == ("1838.44" if "first" in part else None)


@pytest.mark.parametrize(
    ("size", "refusal"),
    [(None, ("no_capacity", "")), ("0", ("no_capacity", "")), ("35", ("capacity_not_offered", "30, 40 A"))],
)
def test_a_size_that_is_missing_or_not_offered_is_refused(size, refusal):
    found = bill(AMPERE, unit="A", size=size, kwh="1", sizes=[30, 40])
    assert found == refusal


def test_lint_wants_one_unit_for_plan_and_price():
    assert complaints(AMPERE, unit="kVA") == ["versions.0.components.0.unit"]
