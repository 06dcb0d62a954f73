"""Readings go in as versions and come out as frames and matrices."""

from datetime import date, timedelta
from threading import Thread

import numpy as np
import polars as pl
import pytest
from django.db import IntegrityError, connection

from tomoshibi.kernel import halfhours
from tomoshibi.kernel.halfhours import MISSING
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.metering import operations, queries, values
from tomoshibi.storage import db

OCTOBER = Month(2026, 10)


def readings(*rows):
    """Rows ``(point, month, start, end, kWh, half-hours or None)``."""
    return pl.DataFrame(
        [
            {
                "supply_point_id": point,
                "spin": f"03{point:020d}",
                "month": month.number,
                "period_start": start,
                "period_end": end,
                "energy_dwh": kwh * 10_000,
                "half_hours": None if vector is None else halfhours.to_bytes(np.asarray(vector, dtype=np.int32)),
            }
            for point, month, start, end, kwh, vector in rows
        ],
        schema=dict(operations.READINGS),
    )


@pytest.fixture
def take_over(in_transaction, now):
    return lambda *rows: operations.take_over(readings=readings(*rows), now=now)


def october(point, kwh=310, *, days=30, each=None):
    start = date(2026, 9, 10)
    vector = None if each is None else np.full(days * 48, each)
    return (point, OCTOBER, start, start + timedelta(days=days), kwh, vector)


def test_a_month_comes_out_as_it_went_in(take_over):
    assert take_over(october(7, 310), october(8, 0, each=0)) == {"new": 2}
    frame = queries.confirmed_frame(month=OCTOBER)
    assert frame.schema == values.CONFIRMED
    assert frame.select("supply_point_id", "energy_dwh", "provided", "agreed", "has_half_hours").rows() == [
        (7, 3_100_000, True, False, False),
        (8, 0, True, False, True),
    ]
    assert frame["period_end"].to_list() == [date(2026, 10, 10)] * 2
    assert queries.confirmed_frame(month=OCTOBER, supply_point_ids=[8])["supply_point_id"].to_list() == [8]
    assert queries.confirmed_frame(month=OCTOBER, spins=[f"03{7:020d}"])["supply_point_id"].to_list() == [7]
    assert queries.confirmed_frame(month=OCTOBER.plus(1)).is_empty()


def test_taking_the_same_over_again_changes_nothing(take_over):
    take_over(october(7, 310, each=100), october(8, 200))
    before = queries.readings_of_point(supply_point_id=7)
    assert take_over(october(7, 310, each=100), october(8, 200)) == {"unchanged": 2}
    assert queries.readings_of_point(supply_point_id=7) == before


@pytest.mark.django_db(transaction=True)
def test_who_takes_over_the_same_days_at_once_waits_and_has_the_later_word(now):
    outcomes, failures = [], []

    def second():
        try:
            with db.transaction():
                outcomes.append(operations.take_over(readings=readings(october(7, 320)), now=now))
        except IntegrityError as failure:
            failures.append(failure)
        finally:
            connection.close()

    other = Thread(target=second)
    with db.transaction():
        operations.take_over(readings=readings(october(7, 310)), now=now)
        other.start()
        other.join(0.5)
        assert other.is_alive(), "nothing is committed yet"
    other.join(30)
    assert (failures, outcomes) == ([], [{"replaced": 1}])
    assert queries.confirmed_frame(month=OCTOBER)["energy_dwh"].to_list() == [3_200_000]


def test_half_hours_come_as_a_matrix_in_the_order_asked_for(take_over):
    take_over(october(1, days=30, each=5), october(2, days=33, each=7), october(3))
    frame = queries.confirmed_frame(month=OCTOBER).sort("supply_point_id", descending=True)
    matrix = queries.half_hour_matrix(readings=frame)
    assert matrix.values_dwh.shape == (3, 33 * 48)
    assert matrix.reading_ids.tolist() == frame["reading_id"].to_list()
    assert matrix.days.tolist() == [0, 33, 30]
    assert (matrix.values_dwh[0] == MISSING).all()
    assert (matrix.values_dwh[1] == 7).all()
    assert (matrix.values_dwh[2, : 30 * 48] == 5).all()
    assert (matrix.values_dwh[2, 30 * 48 :] == MISSING).all()
    assert matrix.missing.tolist() == [0, 0, 0]
    assert matrix.first_day[1:].tolist() == [date(2026, 9, 10)] * 2
    blocks = list(queries.half_hour_blocks(readings=frame, rows=2))
    assert [len(block.reading_ids) for block in blocks] == [2, 1]
    assert np.array_equal(blocks[1].values_dwh[0], np.full(30 * 48, 5))


@pytest.mark.parametrize("size", [3 * 33 * 48 + 7, 3 * 33 * 48 - 1])
def test_a_matrix_in_used_memory_holds_nothing_of_what_was_there(take_over, size):
    take_over(october(1, days=30, each=5), october(2, days=33, each=7), october(3))
    frame = queries.confirmed_frame(month=OCTOBER)
    space = np.full(size, 4_711, dtype=np.int32)
    found = queries.half_hour_matrix(readings=frame, space=space).values_dwh
    assert np.array_equal(found, queries.half_hour_matrix(readings=frame).values_dwh)
    assert np.shares_memory(found, space) == (size >= 3 * 33 * 48)


def test_half_hours_that_are_looked_at_once_come_some_at_a_time(take_over):
    take_over(october(1, days=30, each=5), october(2, days=33, each=7), october(3), october(4, days=30, each=6))
    frame = queries.confirmed_frame(month=OCTOBER).sort("supply_point_id", descending=True)
    matrix = queries.half_hour_matrix(readings=frame)
    found = {}
    for ids, numbers, step in queries.half_hour_packs(readings=frame):
        assert (numbers.shape[0], numbers.dtype, step) == (ids.size, np.uint16, 1)
        found |= dict(zip(ids.tolist(), numbers.tolist(), strict=True))
    there = [n for n, days in enumerate(matrix.days) if days]
    assert len(there) == len(found) == 3
    for n in there:
        assert found[int(matrix.reading_ids[n])] == matrix.values_dwh[n, : matrix.days[n] * 48].tolist()


def test_shorter_intervals_come_as_the_wanted_ones(take_over):
    take_over(october(1, days=30, each=5))
    frame = queries.confirmed_frame(month=OCTOBER)
    [(_ids, hours, step)] = queries.half_hour_packs(readings=frame, interval_minutes=60)
    assert (hours * step).tolist() == [[10] * 30 * 24]


def test_without_half_hours_the_matrix_is_empty(take_over):
    take_over(october(3))
    matrix = queries.half_hour_matrix(readings=queries.confirmed_frame(month=OCTOBER))
    assert matrix.values_dwh.shape == (1, 0)
    assert queries.load_curve(supply_point_id=3, period=Period(date(2026, 9, 10), date(2026, 9, 12))) is None


def test_a_load_curve_crosses_readings_and_leaves_gaps_visible(take_over):
    take_over(october(1, days=2, each=5))
    curve = queries.load_curve(supply_point_id=1, period=Period(date(2026, 9, 9), date(2026, 9, 13)))
    assert curve.values_dwh.shape == (4, 48)
    assert [bool(day.all()) for day in curve.known] == [False, True, True, False]
    assert curve.values_dwh[1].tolist() == [5] * 48


def test_history_has_thirteen_months_and_last_year_its_own(take_over):
    months = [OCTOBER.plus(-n) for n in range(15)]
    take_over(*((1, m, m.first, m.plus(1).first, 100 + n, None) for n, m in enumerate(months)))
    history = queries.history_frame(last_month=OCTOBER)
    assert history["month"].to_list() == [m.number for m in reversed(months[:13])]
    assert queries.year_ago_frame(month=OCTOBER).select("month", "energy_dwh").rows() == [(202510, 1_120_000)]
