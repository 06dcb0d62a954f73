"""Load files of a quote: what each row means, and how a damaged one is refused."""

import numpy as np
import pytest
from django.utils import translation

from tomoshibi.kernel.halfhours import MISSING
from tomoshibi.kernel.periods import Month
from tomoshibi.tariffs import loads

DAY = [f"2026-09-01T{slot // 2:02d}:{slot % 2 * 30:02d}" for slot in range(48)]


def half_hours(*rows):
    return "\n".join(["start,kwh", *rows])


def test_a_missing_half_hour_stays_missing_and_is_no_zero():
    (load,) = loads.read(half_hours(*(f"{start},0.5" for start in DAY[:47])))
    assert load.month == Month(2026, 10)
    assert load.energy_dwh == 47 * 5_000
    assert load.half_hours is not None
    assert load.half_hours[:48].tolist() == [5_000] * 47 + [MISSING]
    assert int(np.count_nonzero(load.half_hours == MISSING)) == 30 * 48 - 47


REFUSED = [
    (half_hours("2026-09-01T00:00,1", "2026-09-01T00:00,1"), "row 3: 2026-09-01T00:00 stands in the file twice"),
    (half_hours("2026-09-01T00:00Z,1"), "row 2: starts are in local time, without Z or +09:00"),
    (half_hours("2026-09-01T00:00+09:00,1"), "row 2: starts are in local time, without Z or +09:00"),
    (half_hours("2026-09-01T00:10,1"), "row 2: half-hours start at :00 or :30"),
    (half_hours("2026-09-01T00:00:00.5,1"), "row 2: half-hours start at :00 or :30"),
    (half_hours("2026-09-01T24:30,1"), "row 2: 2026-09-01T24:30,1 is not a start like 2026-09-01T00:30 and its kWh"),
    (half_hours("2026-09-31T00:00,1"), "row 2: 2026-09-31T00:00,1 is not a start like 2026-09-01T00:30 and its kWh"),
    (
        half_hours("2026-09-01T00:00,NaN"),
        "row 2: 2026-09-01T00:00,NaN is not a start like 2026-09-01T00:30 and its kWh",
    ),
    (
        half_hours("2026-09-01T00:00,1e30"),
        "row 2: 2026-09-01T00:00,1e30 is not a start like 2026-09-01T00:30 and its kWh",
    ),
    (half_hours("2026-09-01T00:00,-0.1"), "row 2: use is not below zero"),
    (half_hours("2026-09-01T00:00,214748.3648"), "row 2: 214748.3648 kWh in half an hour are too much"),
    ("month,kwh\n2026-10,1\n2026-10,2", "row 3: 2026-10 stands in the file twice"),
    ("month,kwh\n2026-13,1", "row 2: 2026-13,1 is not a month like 2026-09 and its kWh"),
    ("month,kwh\n2026-10,1000000000000", "row 2: 2026-10,1000000000000 is not a month like 2026-09 and its kWh"),
    ("month,kwh\n2026-10,-1", "row 2: use is not below zero"),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_a_damaged_row_is_named_with_its_reason(text, sentence):
    with translation.override("en"), pytest.raises(loads.UnreadableLoad) as refused:
        loads.read(text)
    assert str(refused.value) == sentence
