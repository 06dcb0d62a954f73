"""Days of 47 or 49 half-hours, as clocks with summer time have them: refused with a code, never priced hour by wrong hour."""

import io

import numpy as np
import pytest

from tests.rating.shapes.one_bill import bill, price
from tomoshibi.gateways import grid_portal

BANDS = {
    "code": "energy",
    "kind": "bands",
    "bands": [
        {"name": "day", "price": price("30"), "when": [{"hours": ["08:00-22:00"]}]},
        {"name": "night", "price": price("20")},
    ],
}
DAYS = 30


def of_days(slots):
    return np.full((1, DAYS * slots), 1_000, dtype=np.int32)


def test_days_of_48_half_hours_are_priced():
    found = bill(BANDS, kwh=str(DAYS * 4.8), half_hours=of_days(48)[0])
    assert (found["energy_day"], found["energy_night"]) == ("2520", "1200")


@pytest.mark.parametrize("slots", [47, 49, 50])
def test_days_of_other_lengths_are_refused(slots):
    code, _detail = bill(BANDS, kwh=str(DAYS * 4.8), half_hours=of_days(slots)[0])
    assert code in {"bands_missing", "half_hours_incomplete"}


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        (47, "the column s48 is missing"),
        (49, "the column 49 is no half-hour of a day"),
        (50, "the column 49 is no half-hour"),
    ],
)
def test_a_file_of_half_hours_has_48_columns(last, sentence):
    heading = ",".join(["spin", "day", *[f"s{n:02d}" for n in range(1, last + 1)]])
    line = ",".join(["0300000000000000000001", "2026-10-25", *["0.2"] * last])
    with pytest.raises(grid_portal.BrokenFile, match=sentence):
        list(grid_portal.read_half_hours_csv(io.BytesIO(f"{heading}\n{line}\n".encode())))
