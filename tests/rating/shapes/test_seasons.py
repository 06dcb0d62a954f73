"""Seasonal prices: a period across the border is split by days, or by its half-hours."""

import pytest

from tests.rating.shapes.one_bill import bill, complaints, price

SUMMER = {"name": "summer", "months": [7, 8, 9], "price": price("20.00")}
OTHER = {"name": "other", "price": price("10.00")}
BY_DAYS = {"code": "energy", "kind": "seasons", "split": "days", "seasons": [SUMMER, OTHER]}
WHOLE = {"round": {"unit": 1, "mode": "half_up"}}


@pytest.mark.parametrize(
    ("part", "period", "kwh", "summer", "other"),
    [
        (BY_DAYS, ("2025-07-01", "2025-08-01"), "310", "6200", None),
        (BY_DAYS, ("2025-05-01", "2025-06-01"), "310", None, "3100"),
        (BY_DAYS, ("2025-06-21", "2025-07-21"), "300", "4000", "1000"),  # 20 of 30 days
        (BY_DAYS, ("2025-06-11", "2025-07-11"), "100", "666.666", "666.667"),  # 33.3333 + 66.6667 kWh
        (BY_DAYS | WHOLE, ("2025-06-11", "2025-07-11"), "100", "660", "670"),  # 33 + 67 kWh
        (BY_DAYS | WHOLE, ("2025-06-16", "2025-07-16"), "1", "20", None),  # 0.5 rounds up, nothing is left
        (BY_DAYS, ("2025-06-11", "2025-07-11"), "0", None, None),
    ],
)
def test_split_by_days(part, period, kwh, summer, other):
    found = bill(part, kwh=kwh, period=period)
    assert (found.get("energy_summer"), found.get("energy_other")) == (summer, other)


def test_split_by_half_hours():
    part = BY_DAYS | {"split": "half_hours"}
    period = ("2025-06-30", "2025-07-02")
    found = bill(part, kwh="0.3", period=period, half_hours=[1_000, *[0] * 47, 2_000, *[0] * 47])
    assert (found["energy_other"], found["energy_summer"]) == ("1", "4")
    assert bill(part, kwh="0.3", period=period)[0] == "bands_missing"


@pytest.mark.parametrize(
    "change",
    [
        {"seasons": [SUMMER, OTHER | {"months": [9, 10]}]},  # September twice
        {"seasons": [SUMMER, OTHER | {"months": [10]}]},  # eight months without a price
        {"seasons": [SUMMER, OTHER, {"name": "third", "price": price("1")}]},
        {"seasons": [SUMMER, OTHER | {"name": "summer"}]},
    ],
)
def test_lint_refuses_seasons_that_overlap_or_leave_months_out(change):
    assert complaints(BY_DAYS | change)


def test_lint_wants_to_know_how_a_period_is_split():
    assert complaints({k: v for k, v in BY_DAYS.items() if k != "split"}) == ["versions.0.components.0"]
