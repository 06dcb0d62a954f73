"""The parts of the engine that stand alone: exact shares, half-hours, demand, market units."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tomoshibi.kernel.exact import LIMIT, product, share
from tomoshibi.kernel.halfhours import GONE, widened
from tomoshibi.kernel.rounding import Rounding, divide
from tomoshibi.rating import halfhours, market
from tomoshibi.rating.demand import contract_demand

AMOUNTS = st.integers(-LIMIT, LIMIT)


@settings(deadline=None)
@given(
    AMOUNTS,
    st.integers(0, 400),
    st.integers(1, 400),
    st.sampled_from([1, 10**8, 10**10]),
    st.sampled_from(list(Rounding)),
)
def test_a_share_is_rounded_once_and_never_overflows(amount, num, den, unit, rounding):
    expected = divide(amount * num, den * unit, rounding=rounding) * unit
    if abs(expected) <= LIMIT:
        found = share(np.array([amount]), num, den, unit=unit, rounding=rounding)
        assert found.tolist() == [expected]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-(2**53), 2**53), st.integers(-(2**53), 2**53)), min_size=1))
def test_a_product_is_exact_or_marked(pairs):
    left, right = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    found, too_large = product(left, right)
    for n, (a, b) in enumerate(pairs):
        if too_large is not None and too_large[n]:
            assert abs(a * b) > LIMIT - abs(b)
            assert found[n] == 0
        else:
            assert int(found[n]) == a * b


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(1, 40), st.data())
def test_band_sums_agree_with_and_without_numba(rows, slots, data):
    draw = data.draw(st.lists(st.integers(-1, 2**31 - 1), min_size=rows * slots, max_size=rows * slots))
    matrix = np.array(draw, dtype=np.int32).reshape(rows, slots)
    bands = np.array(data.draw(st.lists(st.integers(0, 3), min_size=slots, max_size=slots)), dtype=np.uint8)
    fast, complete = halfhours.band_sums(matrix, bands, band_count=4, compiled=True)
    slow, complete_too = halfhours.band_sums(matrix, bands, band_count=4, compiled=False)
    assert fast.tolist() == slow.tolist()
    assert complete.tolist() == complete_too.tolist() == (matrix >= 0).all(axis=1).tolist()
    for row in np.flatnonzero(complete):
        assert fast[row].sum() == matrix[row].sum(dtype=np.int64)
        assert [int(fast[row, b]) for b in range(4)] == [
            int(matrix[row, bands == b].sum(dtype=np.int64)) for b in range(4)
        ]


@pytest.mark.parametrize("band_count", range(1, 9))
def test_many_rows_on_all_processors_give_the_sums_of_any_number_of_bands(band_count):
    random = np.random.default_rng(band_count)
    wide = random.integers(0, 9_999, (5_000, 100), dtype=np.int32)
    wide[7, 50] = -1
    bands = random.integers(0, band_count, 48).astype(np.uint8)
    fast, complete = halfhours.band_sums(wide[:, 20:68], bands, band_count=band_count, compiled=True)
    slow, complete_too = halfhours.band_sums(wide[:, 20:68], bands, band_count=band_count, compiled=False)
    assert (fast == slow).all()
    assert np.flatnonzero(~complete).tolist() == np.flatnonzero(~complete_too).tolist() == [7]


@pytest.mark.parametrize("beyond", [0, 1])
def test_sums_of_the_largest_month_that_fits_32_bits_and_of_the_next_one_are_exact(beyond):
    highest = (2**31 - 1) // 48 + beyond
    matrix = np.full((2, 48), highest, dtype=np.int32)
    matrix[1, :24] = 1
    for bands in (np.zeros(48, dtype=np.uint8), np.repeat(np.arange(4, dtype=np.uint8), 12)):
        count = int(bands.max()) + 1
        fast, complete = halfhours.band_sums(matrix, bands, band_count=count, compiled=True)
        assert complete.all()
        assert fast.tolist() == [[int(row[bands == b].sum(dtype=np.int64)) for b in range(count)] for row in matrix]


def test_a_part_of_a_wider_matrix_is_read_in_place_of_its_own_rows():
    matrix = np.arange(20, dtype=np.int32).reshape(2, 10)
    sums, _ = halfhours.band_sums(matrix[:, 3:7], np.array([0, 0, 1, 1], dtype=np.uint8), band_count=2)
    assert sums.tolist() == [[7, 11], [27, 31]]


@settings(deadline=None)
@given(st.data())
def test_stretches_of_vectors_that_come_in_any_order_have_the_sums_of_their_own_bands(data):
    """Vectors of several lengths, some half-hours missing, energies that pass 32 bits; stretches that reach too far."""
    number = data.draw(st.integers(1, 6))
    vectors = data.draw(
        st.lists(st.lists(st.integers(-1, 2**31 - 1), min_size=1, max_size=9), min_size=number, max_size=number)
    )
    periods = data.draw(st.lists(st.lists(st.integers(0, 4), max_size=9), min_size=1, max_size=3))
    told = st.tuples(st.integers(0, number - 1), st.integers(0, 9), st.integers(0, len(periods) - 1))
    stretches = data.draw(st.lists(told, min_size=1, max_size=8))
    begins = np.cumsum([0, *map(len, periods)])
    sums = halfhours.StretchSums(
        np.array([band for period in periods for band in period], dtype=np.int32),
        begins=np.array([begins[period] for _vector, _first, period in stretches]),
        slots=np.array([len(periods[period]) for _vector, _first, period in stretches]),
        band_count=5,
    )
    lengths = data.draw(st.permutations(sorted({len(vector) for vector in vectors})))
    for length in lengths:
        alike = [n for n, vector in enumerate(vectors) if len(vector) == length]
        mine = [n for n, (vector, _first, _period) in enumerate(stretches) if vector in alike]
        sums.add(
            np.array([vectors[n] for n in alike], dtype=np.int32),
            step_dwh=1,
            stretches=np.array(mine, dtype=np.int64),
            rows=np.array([alike.index(stretches[n][0]) for n in mine], dtype=np.int64),
            firsts=np.array([stretches[n][1] for n in mine], dtype=np.int64),
        )
    for n, (vector, first, period) in enumerate(stretches):
        bands = periods[period]
        own = vectors[vector][first : first + len(bands)]
        complete = len(own) == len(bands) > 0 and min(own) >= 0
        assert sums.complete[n] == complete
        assert sums.sums[n].tolist() == [
            sum(value for value, of in zip(own, bands, strict=True) if of == band) if complete else 0
            for band in range(5)
        ]


@pytest.mark.parametrize("step", [1, 10, 1_000])
@pytest.mark.parametrize("band_count", [1, 2, 3, 5])
def test_packed_numbers_have_the_sums_of_their_energies(step, band_count):
    random = np.random.default_rng(step)
    numbers = random.integers(0, GONE, (40, 33 * 48)).astype(np.uint16)
    numbers[0], numbers[1, 700], numbers[2, 20] = GONE - 1, GONE, GONE  # the largest, and two with a half-hour missing
    bands = random.integers(0, band_count, 31 * 48).astype(np.int32)
    sums = halfhours.StretchSums(
        bands, begins=np.zeros(40, dtype=np.int64), slots=np.full(40, bands.size), band_count=band_count
    )
    firsts = np.full(40, 48)
    sums.add(numbers, step_dwh=step, stretches=np.arange(40), rows=np.arange(40), firsts=firsts)
    energies = widened(numbers[:, 48 : 48 + bands.size], step_dwh=step)
    expected, complete = halfhours.band_sums(energies, bands.astype(np.uint8), band_count=band_count, compiled=False)
    assert (sums.sums == expected).all()
    assert np.flatnonzero(~sums.complete).tolist() == np.flatnonzero(~complete).tolist() == [1]


def test_contract_demand_is_the_largest_of_twelve_months():
    # kaisei-hld.co.jp: 65 kW of month 3 counts until month 14.
    measured = [60, 63, 65, 59, 57, 57, 61, 60, 58, 56, 57, 58, 59, 58, 57]
    found = contract_demand(np.array([measured]) * 1_000)
    assert (found // 1_000).tolist() == [[60, 63] + [65] * 12 + [61]]


@pytest.mark.parametrize(
    ("average", "unit"),
    [("12.63", 1_220_000), ("10.00", -1_890_000), ("11.60", 0)],
)
def test_market_units_follow_the_published_formula(average, unit):
    # シン・エナジー: (12.63 - 11.60) / (1 - 0.069) x 1.1 = 1.2170 -> 1.22
    average_micro = int(average.replace(".", "")) * 10_000
    found = market.loss_adjusted_unit(
        average_micro=average_micro, base_micro=11_600_000, loss_ppm=69_000, tax_ppm=100_000
    )
    assert found == unit
