"""What stands beside a plan agrees with a second opinion in fractions: fuel, demand, power factor, shares, invoices."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.rating import reference_beside as beside
from tests.rating.shapes.one_bill import document, price
from tests.rating.test_reference import SHORT
from tomoshibi.billing import collective
from tomoshibi.kernel.units import MICRO
from tomoshibi.masters import fuel, values
from tomoshibi.parties.values import Collective
from tomoshibi.rating import apportioning, demand, power_factor
from tomoshibi.tariffs import pricing
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.tariffs import values as tariff_values

PRICES = st.integers(10_000, 200_000)
WEIGHTS = st.integers(0, 20_000).map(lambda n: Fraction(n, 10_000))


@SHORT
@given(st.tuples(PRICES, PRICES, PRICES), st.tuples(WEIGHTS, WEIGHTS, WEIGHTS), PRICES, st.integers(1, 400), st.data())
def test_fuel_units_agree(prices, weights, base, base_unit, data):
    cap = data.draw(st.one_of(st.none(), PRICES))
    special = data.draw(st.integers(-300, 300))
    island = data.draw(st.one_of(st.none(), st.integers(-300, 300)))
    own = values.FuelFormula(
        base_price_yen=base,
        base_unit_micro=base_unit * 1_000,
        cap_price_yen=cap,
        special_add_micro=special * 10_000,
        **{f"{name}_ppm": int(one * MICRO) for name, one in zip(("alpha", "beta", "gamma"), weights, strict=True)},
    )
    added = None if island is None else values.FuelUnit(price_micro_per_kwh=island * 10_000)
    found = fuel.compute_unit(formula=own, prices=values.FuelPrices(*prices), island=added)
    average = beside.average_price(prices, weights)
    unit = beside.fuel_unit(
        average=average, base=base, base_unit=Fraction(base_unit, 1_000), cap=cap, special=Fraction(special, 100)
    )
    assert found.average_yen == average
    assert Fraction(found.price_micro_per_kwh, MICRO) == unit + Fraction(island or 0, 100)


@SHORT
@given(st.lists(st.one_of(st.none(), st.integers(0, 4_994)), min_size=1, max_size=30))
def test_contract_demand_agrees(tenths):
    spells = [demand.Spell(month, None if kw is None else kw * 100) for month, kw in enumerate(tenths)]
    months = [None if kw is None else Fraction(kw, 10) for kw in tenths]
    for spell in spells:
        found = demand.explained(spells, at=spell)
        expected = beside.contract_demand(months, at=spell.month)
        assert (None if found is None else Fraction(found.milli, 1_000)) == expected


@SHORT
@given(st.integers(0, 10**9), st.integers(-(10**6), 10**9))
def test_power_factors_agree(active, reactive):
    found = power_factor.percent(np.array([active]), np.array([reactive]))
    assert found.tolist() == [beside.power_factor(active, reactive)]


@SHORT
@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**9), min_size=1, max_size=5), st.sampled_from([1, 10_000]))
def test_shares_of_sources_agree(whole, weights, unit):
    if sum(weights):
        found = apportioning.by_weights(whole * unit, weights=weights, unit_dwh=unit)
        assert [share // unit for share in found] == beside.by_weights(whole, weights)
    if sum(weights) >= whole:
        found = apportioning.by_priority(whole * unit, generated_dwh=[own * unit for own in weights], unit_dwh=unit)
        assert [share // unit for share in found] == beside.by_priority(whole, weights)


@SHORT
@given(st.sampled_from(["half_hours", "days", "days_x_size"]), st.booleans(), st.data())
def test_energy_of_parts_agrees(rule, timed, data):
    days = data.draw(st.lists(st.integers(1, 9), min_size=2, max_size=4))
    sizes = data.draw(st.lists(st.sampled_from([None, 0, 10, 65]), min_size=len(days), max_size=len(days)))
    whole = data.draw(st.integers(0, 10**8))
    start = date(2026, 9, 1)
    matrix = np.random.default_rng(data.draw(st.integers(0, 999))).integers(
        0, 9_999, (1, sum(days) * 48), dtype=np.int32
    )
    if data.draw(st.integers(0, 3)) == 0:
        matrix[0, data.draw(st.integers(0, matrix.shape[1] - 1))] = -1
    if data.draw(st.integers(0, 9)) == 0:
        matrix[:] = 0
    edges = [start + timedelta(days=sum(days[:n])) for n in range(len(days) + 1)]
    frame = pl.DataFrame(
        {
            "row_id": [1] * len(days), "segment": range(len(days)), "plan_version": [1] * len(days),
            "period_start": edges[:-1], "period_end": edges[1:], "bill_energy_dwh": [whole] * len(days),
            "capacity_milli": [None if size is None else size * 1_000 for size in sizes],
        },
        schema_overrides={"capacity_milli": pl.Int64},
    )  # fmt: skip
    plan = document({"code": "energy", "kind": "flat", "price": price("1")}, change=rule)
    kinds = np.zeros(sum(days), dtype=np.int8)
    blocks = [tariff_values.HalfHours(np.array([1], dtype=np.int64), start, matrix, kinds)] if timed else []
    found = pricing.split_energy(frame, programs={1: tariffs.program_of(plan)}, half_hours=blocks)
    parts = []
    for number, (length, size) in enumerate(zip(days, sizes, strict=True)):
        own = matrix[0, sum(days[:number]) * 48 : sum(days[: number + 1]) * 48]
        measured = Fraction(int(own.sum()), 10_000) if timed and (own >= 0).all() else None
        parts.append((length, size, measured))
    expected = beside.split(parts, energy=Fraction(whole, 10_000), rule=rule)
    assert [Fraction(dwh, 10_000) for dwh in found["energy_dwh"]] == expected


@SHORT
@given(st.lists(st.tuples(st.integers(-50_000, 900_000), st.sampled_from([8, 10])), min_size=2, max_size=6))
def test_the_tax_of_collective_invoices_agrees(bills):
    own = [beside.tax_of_invoice([total], percent) for total, percent in bills]
    frame = pl.DataFrame(
        {
            "id": range(len(bills)), "account_id": 1, "contract_number": [f"{n:03d}" for n in range(len(bills))],
            "period_start": date(2026, 9, 1), "total_minor": [total for total, _ in bills], "untaxed_minor": 0,
            "tax_minor": own, "tax_rate_ppm": [percent * 10_000 for _, percent in bills],
            "collective": next(one.value for one in Collective if one is not Collective.NO),
        }
    )  # fmt: skip
    found = collective.shared(frame)
    taxes = found.group_by("tax_rate_ppm").agg((pl.col("tax_minor") + pl.col("tax_shift_minor")).sum())
    expected = {
        percent * 10_000: beside.tax_of_invoice([total for total, own in bills if own == percent], percent)
        for percent in {percent for _, percent in bills}
    }
    assert dict(taxes.iter_rows()) == expected
