"""Deferred payment: what a dear month costs above a price, in parts over the months after it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rating import reference
from tomoshibi.kernel.units import E10
from tomoshibi.rating.deferral import Deferral, deferred_minor, instalments

RULE = Deferral(above_micro=45_000_000, share_ppm=800_000, months=3)


@pytest.mark.parametrize(
    ("energy_yen", "kwh", "deferred", "parts"),
    [
        (2_700, 34, 936, [312, 312, 312]),  # (2,700 - 1,530) x 80 %
        (1_530, 34, 0, [0, 0, 0]),
        (900, 34, 0, [0, 0, 0]),  # below the price: nothing is deferred, nothing is given
        (15_002, 300, 1_201, [401, 400, 400]),  # 1,502 x 80 % = 1,201.6
        (0, 0, 0, [0, 0, 0]),
    ],
)
def test_what_is_paid_later(energy_yen, kwh, deferred, parts):
    energy_e10, energy_dwh = np.array([energy_yen * E10]), np.array([kwh * 10_000])
    found = deferred_minor(RULE, energy_e10=energy_e10, energy_dwh=energy_dwh, minor_e10=E10)
    assert found.tolist() == [deferred]
    assert instalments(deferred, months=3) == parts


def test_a_price_of_so_much_energy_that_no_number_holds_defers_nothing():
    """10,000 yen for each of 10**9 kWh are 10**23 of 1e-10 yen: far above what the energy can have cost."""
    rule = Deferral(above_micro=10_000_000_000, share_ppm=1_000_000, months=3)
    energy_e10, energy_dwh = np.array([2**61, 50_000 * E10]), np.array([10**13, 4 * 10_000])
    found = deferred_minor(rule, energy_e10=energy_e10, energy_dwh=energy_dwh, minor_e10=E10)
    assert found.tolist() == [0, 10_000]  # 50,000 - 4 x 10,000 beside it


@given(st.integers(0, 10**8), st.integers(0, 10**6), st.integers(1, 100), st.integers(1, 100), st.integers(1, 12))
def test_it_agrees_with_the_reference_and_its_parts_add_up(energy, kwh, above, percent, months):
    told = {"above": {"amount": above}, "percent": {"amount": percent}, "months": months}
    rule = Deferral(above_micro=above * 10**6, share_ppm=percent * 10_000, months=months)
    found = deferred_minor(
        rule, energy_e10=np.array([energy * E10]), energy_dwh=np.array([kwh * 10_000]), minor_e10=E10
    ).tolist()[0]
    parts = instalments(found, months=months)
    assert (found, parts) == reference.deferral({"versions": [{"deferral": told}]}, energy=energy, kwh=kwh)
    assert sum(parts) == found
    assert max(parts) - min(parts) <= 1
