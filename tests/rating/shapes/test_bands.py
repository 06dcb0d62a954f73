"""Time of use: half-hours by day type and slot, and bands that are rounded so that they add up to the bill's kWh."""

import pytest

from tests.rating.shapes.one_bill import bill, complaints, price

DAY = {"name": "day", "price": price("38.80"), "when": [{"days": ["weekday"], "hours": ["10:00-17:00"]}]}
NIGHT = {"name": "night", "price": price("16.52"), "when": [{"hours": ["22:00-24:00", "00:00-08:00"]}]}
HOME = {"name": "home", "price": price("28.61")}
BANDS = {"code": "energy", "kind": "bands", "bands": [DAY, HOME, NIGHT]}
ROUNDED = BANDS | {"round": {"unit": 1, "mode": "half_up"}, "remainder": "home"}
MONTH = ("2025-06-01", "2025-07-01")  # a Sunday first; 21 weekdays, 4 Saturdays, 5 Sundays


def hours(*, day="0", night="0", home="0", days=30):
    """The same day again and again: energies of 10-17 h, 22-08 h and the rest [0.1 Wh per half-hour]."""
    one = [int(night)] * 16 + [int(home)] * 4 + [int(day)] * 14 + [int(home)] * 10 + [int(night)] * 4
    return one * days


def test_weekdays_have_day_time_and_other_days_have_not():
    # a half-hour of 0.1 kWh: 14 a day; 21 weekdays x 1.4 = 29.4 kWh, 9 other days x 1.4 = 12.6 kWh at home
    found = bill(BANDS, kwh="42", half_hours=hours(day=1_000), period=MONTH)
    assert (found["energy_day"], found["energy_home"]) == ("1140.72", "360.486")
    assert "energy_night" not in found or found["energy_night"] == "0"


@pytest.mark.parametrize(
    ("night", "kwh", "night_yen", "home_yen"),
    [
        # 20 half-hours x 30 days = 600 of 0.0251 kWh = 15.06 -> 15; home takes 16 - 15 = 1 kWh
        (251, "16", "247.8", "28.61"),
        (259, "16", "264.32", None),  # 15.54 -> 16, and home is left with nothing
    ],
)
def test_rounded_bands_add_up_to_the_bill(night, kwh, night_yen, home_yen):
    # 14 half-hours of home a day, on 30 days: what is missing to the bill's whole kWh
    rest = (160_000 - night * 600) // 420
    extra = 160_000 - night * 600 - rest * 420
    vector = hours(night=night, home=rest)
    vector[16] += extra
    found = bill(ROUNDED, kwh=kwh, half_hours=vector, period=MONTH)
    assert found["energy_night"] == night_yen
    assert found.get("energy_home") == home_yen


def test_without_half_hours_nothing_is_guessed():
    assert bill(BANDS, kwh="42")[0] == "bands_missing"


@pytest.mark.parametrize(
    "bands",
    [
        [DAY, NIGHT],  # gaps
        [DAY, HOME, NIGHT | {"when": [{"hours": ["16:00-24:00"]}]}],  # 16-17 h on weekdays twice
        [DAY, HOME, HOME | {"name": "other"}],  # two that take the rest
    ],
)
def test_lint_refuses_bands_with_gaps_and_overlaps(bands):
    assert complaints(BANDS | {"bands": bands}) == ["versions.0.components.0.bands"]


def test_lint_refuses_rounded_bands_that_need_not_add_up():
    assert complaints(BANDS | {"round": {"unit": 1, "mode": "half_up"}}) == ["versions.0.components.0.round"]


def test_more_in_the_bands_than_in_the_reading_is_refused_though_one_takes_the_rest():
    """3 kWh at night, and a reading of 2 kWh: nothing is left for home but minus one."""
    assert bill(ROUNDED, kwh="2", half_hours=hours(night=50), period=MONTH) == ("bands_unlike_energy", "")
