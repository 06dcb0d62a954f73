"""What must hold of any plan: splits that change nothing, no watt-hour lost, bounds that are asserted."""

from datetime import timedelta
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rating import reference, strategies
from tests.rating.shapes.one_bill import bill, price
from tests.rating.test_reference import SHORT, usage
from tomoshibi.kernel.units import ENERGY_LIMIT_DWH
from tomoshibi.rating.time_order import tier_band_sums
from tomoshibi.tariffs import pricing, queries

FLAT = {"code": "energy", "kind": "flat", "price": price("30.00")}
NOT_SPLIT = {"tiers", "seasons", "monthly_minimum", "percent", "per_kwh", "fixed", "published_monthly", "devices"}
NOT_SPLIT |= {"published_per_device", "excess_demand", "basic", "minimum_charge"}


@SHORT
@given(st.data())
def test_a_split_at_a_change_that_changes_nothing_changes_nothing(data):
    """Energy, fuel, discounts per kWh and levy of two parts are those of the whole, to the last digit."""
    document = data.draw(strategies.documents())
    version = document["versions"][0]
    version["components"] = [c for c in version["components"] if c["kind"] not in NOT_SPLIT and "block_kwh" not in c]
    version["rounding"] = {**version["rounding"], "line": "exact"}
    (whole,) = data.draw(strategies.bills(document))[:1]
    cut = whole.start + timedelta(days=data.draw(st.integers(1, (whole.end - whole.start).days - 1)))
    first = Fraction(data.draw(st.integers(0, int(whole.kwh * 10))), 10)
    before = reference.Part(**{**vars(whole), "end": cut, "kwh": first})
    after = reference.Part(**{**vars(whole), "start": cut, "kwh": whole.kwh - first})
    if not version["components"]:
        return
    market = data.draw(strategies.published())
    program = {1: queries.program_of(document)}
    one = pricing.price(usage=usage([[whole]], market), programs=program)
    two = pricing.price(usage=usage([[before, after]], market), programs=program)
    assert one.totals.select(pl.exclude("levy_minor")).equals(two.totals.select(pl.exclude("levy_minor")))
    assert one.refusals.select("code").equals(two.refusals.select("code"))


@given(st.lists(st.integers(0, 2**53), min_size=2, max_size=4), st.data())
def test_split_energy_loses_no_watt_hour(weights, data):
    whole = data.draw(st.integers(0, ENERGY_LIMIT_DWH))
    sizes = [max(weight % 500_000, 1) for weight in weights]
    start = reference.date(2026, 1, 1)
    frame = pl.DataFrame(
        {
            "row_id": 1,
            "segment": range(len(sizes)),
            "plan_version": 1,
            "period_start": [start + timedelta(days=7 * n) for n in range(len(sizes))],
            "period_end": [start + timedelta(days=7 * n + 7) for n in range(len(sizes))],
            "capacity_milli": sizes,
            "bill_energy_dwh": whole,
        }
    )
    from tests.rating.shapes.one_bill import document

    program = queries.program_of(document(FLAT, change="days_x_size"))
    found = pricing.split_energy(frame, programs={1: program})["energy_dwh"].to_list()
    assert sum(found) == whole
    assert min(found) >= 0
    for energy, size in zip(found, sizes, strict=True):
        assert abs(energy - Fraction(whole * size, sum(sizes))) <= 1


@given(st.integers(1, 3), st.integers(1, 60), st.data())
def test_time_order_loses_no_watt_hour(rows, slots, data):
    drawn = data.draw(st.lists(st.integers(0, 2**20), min_size=rows * slots, max_size=rows * slots))
    matrix = np.array(drawn, dtype=np.int32).reshape(rows, slots)
    bands = np.array(data.draw(st.lists(st.integers(0, 1), min_size=slots, max_size=slots)), dtype=np.uint8)
    edges = sorted(data.draw(st.lists(st.integers(0, 2**24), min_size=2, max_size=2)))
    columns = [np.full(rows, edge, dtype=np.int64) for edge in edges]
    cells, complete = tier_band_sums(matrix, bands, band_count=2, edges_dwh=columns)
    assert complete.all()
    assert (cells >= 0).all()
    assert cells.sum(axis=(1, 2)).tolist() == matrix.sum(axis=1, dtype=np.int64).tolist()
    used = np.minimum(matrix.sum(axis=1, dtype=np.int64), edges[0])
    assert cells[:, :, 0].sum(axis=1).tolist() == used.tolist()


@pytest.mark.parametrize(
    ("kwh", "refusal"),
    [("-0.1", "negative_energy"), ("900719925474", "too_large"), ("461168602", "too_large")],
)
def test_what_is_beyond_the_bounds_is_refused(kwh, refusal):
    """461 million kWh at 30 yen pass what a bill may hold (2**62 of 1e-10 yen); nothing overflows unseen."""
    assert bill(FLAT, kwh=kwh)[0] == refusal


def test_demand_of_any_size_is_refused_before_it_overflows():
    basic = {"code": "basic", "kind": "basic", "unit": "kW", "size": "demand", "price": price("9000000")}
    assert bill(basic, inputs={"demand_milli": 2**40})[0] == "too_large"
