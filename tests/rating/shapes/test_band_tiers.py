"""Tiers inside bands: the same half-hours under each allocation rule."""

import pytest

from tests.rating.shapes.one_bill import bill, complaints, price

DAY = {"name": "day", "when": [{"hours": ["08:00-22:00"]}]}
NIGHT = {"name": "night"}


def band(head, edge, low, high):
    return head | {"steps": [{"up_to_kwh": edge, "price": price(low)}, {"up_to_kwh": None, "price": price(high)}]}


def part(allocation, **more):
    bands = [band(DAY, 10, "30", "40"), band(NIGHT, 10, "10", "20")]
    return {"code": "energy", "kind": "band_tiers", "allocation": allocation, "bands": bands, **more}


# One day: 8 kWh at night (00:00), 6 kWh by day (08:00), 2 kWh at night (22:00): 16 kWh, 10 of them in the first tier.
HALF_HOURS = [0] * 48
HALF_HOURS[0], HALF_HOURS[16], HALF_HOURS[44] = 80_000, 60_000, 20_000
PERIOD = ("2025-06-02", "2025-06-03")


@pytest.mark.parametrize(
    ("allocation", "day_1", "day_2", "night_1", "night_2"),
    [
        ("time_order", "60", "160", "80", "40"),  # night 8; day 2 in the first tier, 4 above; night 2 above
        ("pro_rata", "112.5", "90", "62.5", "75"),  # 10/16 of each band in the first tier
        ("each_band", "180", None, "100", None),
    ],
)
def test_allocation(allocation, day_1, day_2, night_1, night_2):
    found = bill(part(allocation), kwh="16", period=PERIOD, half_hours=HALF_HOURS)
    codes = ("energy_day_tier_1", "energy_day_tier_2", "energy_night_tier_1", "energy_night_tier_2")
    assert tuple(found.get(code) for code in codes) == (day_1, day_2, night_1, night_2)


def test_bands_are_rounded_and_the_remainder_takes_the_rest():
    # day 6.4 -> 6; night takes 17 - 6 = 11; 10/17 of each in the first tier, cut to 0.1 Wh.
    half_hours = [0] * 48
    half_hours[16], half_hours[44] = 64_000, 104_000
    rounded = part("pro_rata", round={"unit": 1, "mode": "half_up"}, remainder="night")
    whole = {"quantity": {"unit": 1, "mode": "half_up"}}
    found = bill(rounded, kwh="16.8", period=PERIOD, half_hours=half_hours, **whole)
    assert found["energy_day_tier_1"] == "105.882"  # 3.5294 x 30
    assert found["energy_day_tier_2"] == "98.824"  # 2.4706 x 40
    assert found["energy_night_tier_1"] == "64.705"  # 6.4705 x 10
    assert found["energy_night_tier_2"] == "90.59"  # 4.5295 x 20


@pytest.mark.parametrize("allocation", ["time_order", "pro_rata", "each_band"])
def test_missing_or_unlike_half_hours_are_refused(allocation):
    missing = [-1, *HALF_HOURS[1:]]
    assert bill(part(allocation), kwh="16", period=PERIOD, half_hours=missing)[0] == "half_hours_incomplete"
    assert bill(part(allocation), kwh="17", period=PERIOD, half_hours=HALF_HOURS)[0] == "bands_unlike_energy"
    assert bill(part(allocation), kwh="16", period=PERIOD)[0] == "bands_missing"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"allocation": None}, ""),
        ({"bands": [band(DAY, 10, "30", "40"), band(NIGHT, 20, "10", "20")]}, ".bands"),
        ({"bands": [band(DAY, 10, "30", "40"), band(NIGHT | {"when": DAY["when"]}, 10, "10", "20")]}, ".bands"),
        ({"bands": [band(DAY, 10, "30", "40")]}, ".bands"),
        ({"allocation": "time_order", "round": {"unit": 1, "mode": "floor"}, "remainder": "day"}, ""),
    ],
)
def test_lint(change, place):
    found = {key: value for key, value in (part("pro_rata") | change).items() if value is not None}
    assert f"versions.0.components.0{place}" in complaints(found)


def test_each_band_may_have_its_own_tiers():
    own = part("each_band") | {"bands": [band(DAY, 5, "30", "40"), band(NIGHT, 20, "10", "20")]}
    found = bill(own, kwh="16", period=PERIOD, half_hours=HALF_HOURS)
    assert (found["energy_day_tier_1"], found["energy_day_tier_2"], found["energy_night_tier_1"]) == (
        "150",
        "40",
        "100",
    )
