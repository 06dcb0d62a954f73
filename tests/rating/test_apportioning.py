"""Several sources behind one meter: the parts add up to the whole, whatever the weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoshibi.rating.apportioning import MoreThanGenerated, NothingToGoBy, by_priority, by_weights

KWH = 10_000
WEIGHTS = [
    # 100 kWh by 4.5 : 2.0 kW: 100 x 4.5 / 6.5 = 69.23 -> 69, the rest 31
    (100, [45_000, 20_000], [69, 31]),
    # equal thirds: 33, then up to 66, then all
    (100, [1, 1, 1], [33, 33, 34]),
    (1, [1, 1, 1], [0, 0, 1]),
    (100, [0, 5, 0], [0, 100, 0]),
    (0, [0, 0], [0, 0]),
    (7, [1], [7]),
]
PRIORITY = [
    # the first gives all it has, the second the rest
    (100, [60, 80], [60, 40]),
    (50, [60, 80], [50, 0]),
    (140, [60, 80], [60, 80]),
    (0, [60, 80], [0, 0]),
]


@pytest.mark.parametrize(("whole", "weights", "shares"), WEIGHTS)
def test_shares_by_weight(whole, weights, shares):
    found = by_weights(whole * KWH, weights=weights, unit_dwh=KWH)
    assert found == tuple(share * KWH for share in shares)


@pytest.mark.parametrize(("whole", "generated", "shares"), PRIORITY)
def test_shares_by_rank(whole, generated, shares):
    found = by_priority(whole * KWH, generated_dwh=[own * KWH for own in generated], unit_dwh=KWH)
    assert found == tuple(share * KWH for share in shares)


def test_whole_kwh_of_each_leave_the_rest_to_the_last():
    # 60.6 and 40.6 kWh generated, 101 delivered: 60 and 41 whole kWh
    assert by_priority(101 * KWH, generated_dwh=[606_000, 406_000], unit_dwh=KWH) == (60 * KWH, 41 * KWH)


def test_what_cannot_be_shared_is_said():
    with pytest.raises(NothingToGoBy):
        by_weights(KWH, weights=[0, 0])
    with pytest.raises(MoreThanGenerated):
        by_priority(3 * KWH, generated_dwh=[KWH, KWH], unit_dwh=KWH)


@given(
    st.integers(0, 10**9), st.lists(st.integers(0, 10**12), min_size=1, max_size=6), st.sampled_from([1, 1_000, KWH])
)
def test_no_watt_hour_is_lost(units, weights, unit):
    whole = units * unit
    if sum(weights) or not whole:
        shares = by_weights(whole, weights=weights, unit_dwh=unit)
        assert sum(shares) == whole
        assert all(share >= 0 and share % unit == 0 for share in shares)
        fair = [whole * weight / max(sum(weights), 1) for weight in weights]
        assert all(abs(share - own) <= unit + whole * 1e-9 for share, own in zip(shares, fair, strict=True))
    if sum(weights) >= whole:
        ranked = by_priority(whole, generated_dwh=weights, unit_dwh=unit)
        assert sum(ranked) == whole
        assert all(share <= own for share, own in zip(ranked[:-1], weights[:-1], strict=True))
