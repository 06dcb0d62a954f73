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


@pytest.mark.parametrize(
    ("half_hour_dwh", "demand_milli"),
    [(5_000, 1_000), (6_003, 1_201), (6_002, 1_200), (3, 1), (2, 0), (0, 0)],  # 0.6003 kWh: 1.2006 kW, half up
)
def test_demand_is_twice_the_energy_of_half_an_hour(half_hour_dwh, demand_milli):
    assert loads.demand_of(half_hour_dwh) == demand_milli


def test_a_whole_month_has_the_largest_demand_of_its_half_hours_and_one_that_lacks_any_has_none():
    days = [start.replace("09-01", f"09-{day:02d}") for day in range(1, 31) for start in DAY]
    rows = [f"{start},{'1.3' if number == 700 else '0.5'}" for number, start in enumerate(days)]
    (whole,), (short,) = loads.read(half_hours(*rows[:9], "", *rows[9:])), loads.read(half_hours(*rows[:-1]))
    assert (whole.month, whole.period.days) == (Month(2026, 10), 30)
    assert (whole.energy_dwh, whole.max_demand_milli) == (1_439 * 5_000 + 13_000, 2_600)
    assert (short.energy_dwh, short.max_demand_milli) == (1_438 * 5_000 + 13_000, None)


def test_a_bill_of_a_month_is_for_the_use_of_the_month_before():
    first, second = loads.read("month,kwh\n2026-03,310.5\n\n2026-01,5")
    assert (first.month, str(first.period.start), str(first.period.end)) == (Month(2026, 3), "2026-02-01", "2026-03-01")
    assert (second.month, str(second.period.start), second.energy_dwh) == (Month(2026, 1), "2025-12-01", 50_000)


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
