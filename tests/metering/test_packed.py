"""Half-hours are stored in half the room where nothing is lost by it, and come back as they were."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.metering.test_readings import OCTOBER, readings
from tomoshibi.kernel import halfhours
from tomoshibi.kernel.halfhours import MISSING
from tomoshibi.kernel.periods import Period
from tomoshibi.metering import operations, queries
from tomoshibi.metering.values import RowCode

START = date(2026, 9, 10)
ENERGIES = st.integers(0, 70_000) | st.integers(0, 2_000).map(lambda n: n * 100) | st.just(int(MISSING))


@pytest.fixture
def take_over(in_transaction, now):
    return lambda *rows: operations.take_over(readings=readings(*rows), now=now)


def days(*energies):
    """A point's month of as many days as energies are given; each in all its half-hours."""
    vector = np.repeat(np.array(energies, dtype=np.int32), 48)
    return (1, OCTOBER, START, START + timedelta(days=len(energies)), 310, vector)


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT step_dwh, octet_length(values_dwh) FROM metering_halfhours ORDER BY reading_id")
        return cursor.fetchall()


@given(arrays.arrays(np.int32, st.integers(0, 60), elements=ENERGIES))
def test_whatever_is_packed_comes_back(energies):
    raw = halfhours.to_bytes(energies)
    step, content = halfhours.packed(raw)
    assert np.array_equal(halfhours.unpacked(content, step_dwh=step), energies)
    assert len(content) == len(raw) // (2 if step else 1)
    assert (step, content) == halfhours.packed(halfhours.to_bytes(halfhours.unpacked(content, step_dwh=step)))


@pytest.mark.parametrize(
    ("energies", "step"),
    [
        ([], 1),
        ([0, 65_534], 1),
        ([MISSING, 5], 1),
        ([65_535], 0),
        ([65_540], 10),
        ([655_340], 10),
        ([655_350], 0),
        ([655_400], 100),
        ([65_534_000], 1_000),
        ([65_535_000], 0),
        ([-1], 0),
    ],
)
def test_the_step_is_the_finest_that_holds_every_energy(energies, step):
    assert halfhours.packed(halfhours.to_bytes(np.array(energies, dtype=np.int32)))[0] == step


@pytest.mark.parametrize(
    ("energies", "kept"),
    [((5, MISSING), (1, 192)), ((123_450, 0), (10, 192)), ((123_457, MISSING), (0, 384))],
)
def test_curves_and_matrices_show_what_was_taken_over(take_over, energies, kept):
    take_over(days(*energies))
    assert stored() == [kept]
    matrix = queries.half_hour_matrix(readings=queries.confirmed_frame(month=OCTOBER))
    assert matrix.values_dwh.tolist() == [np.repeat(energies, 48).tolist()]
    assert matrix.missing.tolist() == [48 * energies.count(MISSING)]
    curve = queries.load_curve(supply_point_id=1, period=Period(START, START + timedelta(days=2)))
    assert curve.values_dwh.tolist() == [[energy] * 48 for energy in energies]


def test_points_of_every_form_stand_in_one_matrix(take_over):
    forms = [days(5), days(123_450), days(123_457), days(MISSING)]
    take_over(*((n, *row[1:]) for n, row in enumerate(forms, start=1)))
    frame = queries.confirmed_frame(month=OCTOBER).sort("supply_point_id")
    matrix = queries.half_hour_matrix(readings=frame)
    assert matrix.values_dwh[:, 0].tolist() == [5, 123_450, 123_457, MISSING]
    assert (matrix.values_dwh == matrix.values_dwh[:, :1]).all()


def test_the_same_energies_again_change_nothing_in_either_form(take_over):
    take_over(days(5, MISSING))
    assert take_over(days(5, MISSING)) == {RowCode.UNCHANGED.value: 1}
    with connection.cursor() as cursor:  # as rows were written before vectors were packed
        cursor.execute(
            "UPDATE metering_halfhours SET step_dwh = 0, values_dwh = %s", [halfhours.to_bytes(days(5, MISSING)[5])]
        )
    assert take_over(days(5, MISSING)) == {RowCode.UNCHANGED.value: 1}
    matrix = queries.half_hour_matrix(readings=queries.confirmed_frame(month=OCTOBER))
    assert matrix.values_dwh[0, [0, 95]].tolist() == [5, MISSING]


@pytest.mark.parametrize("changed", [(6, MISSING), (5, 0), (50, MISSING)])
def test_other_energies_take_the_place_of_what_stands(take_over, changed):
    take_over(days(5, MISSING))
    assert take_over(days(*changed)) == {RowCode.REPLACED.value: 1}
    matrix = queries.half_hour_matrix(readings=queries.confirmed_frame(month=OCTOBER))
    assert matrix.values_dwh[0, [0, 95]].tolist() == list(changed)
