"""Market-linked energy: a table of hand-worked half-hours, and agreement with the reference engine."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rating import reference
from tests.rating.strategies import MODES, decimals, price
from tests.rating.test_reference import SHORT, compare
from tomoshibi.kernel.halfhours import MISSING
from tomoshibi.kernel.rounding import Rounding
from tomoshibi.kernel.units import micro
from tomoshibi.masters.values import NO_PRICE
from tomoshibi.rating.market_average import Edge, MarketAverage
from tomoshibi.rating.market_linked import Market, MarketLinked, Per
from tomoshibi.rating.rounding_policy import Step
from tomoshibi.rating.slot_prices import priced_sums
from tomoshibi.tariffs import pricing, queries, values

SEN_DOWN = Step(micro("0.01"), Rounding.TRUNCATE)
START = date(2026, 9, 1)


def linked(**changes):
    given = {
        "code": "energy",
        "market": Market.AREA,
        "loss_ppm": (("03", 69_000),),
        "step": SEN_DOWN,
        "tax_ppm": 100_000,
    }
    return MarketLinked(**(given | changes))


# market price, what is changed -> price of the half-hour, worked by hand
UNITS = [
    # 10.00 x 1.1 / 0.931 = 11.8152... -> 11.81 (truncated to 0.01), as the definition of a published plan says
    ("10.00", {}, "11.81"),
    # + 7.00 margin, after the rounding
    ("10.00", {"margin_micro": micro("7.00")}, "18.81"),
    # (10.00 + 0.03) x 1.1 / 0.931 = 11.8506... -> 11.85
    ("10.00", {"fee_micro": micro("0.03")}, "11.85"),
    # half up: 11.8152... -> 11.82
    ("10.00", {"step": Step(micro("0.01"), Rounding.HALF_UP)}, "11.82"),
    # a floor of 5 counts before loss and tax: 5 x 1.1 / 0.931 = 5.9076... -> 5.90
    ("0.01", {"floor_micro": micro("5")}, "5.90"),
    # a cap of 70: 70 x 1.1 / 0.931 = 82.7067... -> 82.70
    ("200.00", {"cap_micro": micro("70")}, "82.70"),
    # without tax and loss nothing is lost
    ("13.37", {"tax_ppm": 0, "loss_ppm": (("03", 0),)}, "13.37"),
]


@pytest.mark.parametrize(("market", "changes", "unit"), UNITS)
def test_the_price_of_a_half_hour(market, changes, unit):
    plan = linked(**changes)
    found = plan.units(np.array([micro(market)]), loss_ppm=plan.loss_of("03"))
    assert found.tolist() == [micro(unit)]


@pytest.mark.parametrize("compiled", [False, True])
def test_kernels_sum_and_set_aside(compiled):
    values_dwh = np.array([[1_000, 2_500, 0], [500, MISSING, 500], [2**31 - 1] * 3], dtype=np.int32)
    found = priced_sums(values_dwh, np.array([10_000_000, 20_000_000, -5_000_000]), compiled=compiled)
    # 0.1 kWh x 10 + 0.25 kWh x 20 = 6 yen
    assert found.amount_e10.tolist()[:2] == [6 * 10**10, 0]
    assert found.energy_dwh.tolist()[:2] == [3_500, 0]
    assert found.complete.tolist() == [True, False, True]
    too_high = priced_sums(values_dwh, np.full(3, 10**10), compiled=compiled)
    assert too_high.too_large.tolist() == [False, False, True]
    assert too_high.amount_e10.tolist()[2] == 0


@pytest.mark.parametrize("highest", [2**31 - 1, 2**31, -(2**31)])
def test_kernels_multiply_by_prices_of_any_size_in_a_part_of_longer_rows(highest):
    values_dwh = np.random.default_rng(1).integers(0, 9_999, (50, 10), dtype=np.int32)[:, 3:8]
    units = np.array([highest, 1, -1, 0, 7])
    fast, slow = (priced_sums(values_dwh, units, compiled=compiled) for compiled in (True, False))
    assert fast.amount_e10.tolist() == slow.amount_e10.tolist() == (values_dwh.astype(np.int64) @ units).tolist()
    assert fast.energy_dwh.tolist() == values_dwh.sum(axis=1).tolist()


AVERAGES = [
    # the published example of a retailer: (12.63 - 11.60) / (1 - 0.069) x 1.1 = 1.2169... -> 1.22
    ("12.63", "1.22"),
    ("11.60", "0"),
    ("9.60", "0"),
    # (9.00 - 9.60) / 0.931 x 1.1 = -0.7089... -> -0.71: a refund
    ("9.00", "-0.71"),
]


@pytest.mark.parametrize(("average", "unit"), AVERAGES)
def test_the_adjustment_by_an_average(average, unit):
    step = Step(micro("0.01"), Rounding.HALF_UP)
    months = Edge(2, 21), Edge(1, 21)
    plan = MarketAverage(
        "market", Market.AREA, *months, micro("9.60"), micro("11.60"), (("03", 69_000),), 100_000, step
    )
    assert plan.unit(total_micro=micro(average) * 1_440, count=1_440, area="03") == micro(unit)
    assert plan.unit(total_micro=micro(average) * 1_440, count=1_440, area="04") is None


DOCUMENT = {
    "plan": "made", "name": {"ja": "作り物"}, "area": "*", "voltage": "low", "kind": "free",
    "capacity": {"unit": "contract"}, "sources": {"made": "hypothesis"},
}  # fmt: skip


TAX = {"amount": "10", "source": "made"}


def document(*parts, **version):
    return DOCUMENT | {"versions": [{"from": "2020-01-01", "components": list(parts)} | version]}


def component(**more):
    loss = {"*": {"amount": "6.9", "source": "made"}}
    found = {"code": "energy", "kind": "market_linked", "market": "area", "loss_percent": loss}
    return found | {"round": {"unit": "0.01", "mode": "truncate"}} | more


def one_bill(plan, energies, prices, *, energy_dwh=None, area="03"):
    days = len(energies) // 48
    frame = pl.DataFrame(
        {
            "row_id": [1],
            "plan_version": [1],
            "capacity_milli": [0],
            "energy_dwh": [sum(energies) if energy_dwh is None else energy_dwh],
            "period_start": [START],
            "period_end": [START + timedelta(days=days)],
            "tax_rate_ppm": [100_000],
        }
    )
    block = values.HalfHours(
        row_ids=np.array([1]),
        first_day=START,
        values_dwh=np.array([energies], dtype=np.int32),
        day_types=np.zeros(days, dtype=np.int8),
        area=area,
        spot_micro={"area": np.array(prices, dtype=np.int64)},
    )
    return pricing.price(usage=frame, programs={1: queries.program_of(plan)}, half_hours=[block])


def test_a_line_says_how_many_half_hours_and_their_average():
    plan = document(component(tax_percent=TAX))
    # 24 half-hours of 0.5 kWh at 11.81, 24 of 1 kWh at 23.63 (20 x 1.1 / 0.931 = 23.6305...): 141.72 + 567.12
    found = one_bill(plan, [5_000] * 24 + [10_000] * 24, [micro(10)] * 24 + [micro(20)] * 24)
    line = found.lines.row(0, named=True)
    assert line["amount_e10"] == 708_84 * 10**8
    assert (line["quantity"], line["price_micro"]) == (360_000, 19_690_000)
    assert found.totals["total_minor"][0] == 708
    (said,) = pricing.derivations(found.lines, components={1: queries.components_of(plan)})
    assert said.text == "48 x 30 min: 36 kWh x Ø 19.69 = 708.84"


def test_the_difference_to_the_reading_costs_the_average():
    plan = document(component(difference={"within_kwh": 1}, tax_percent=TAX))
    found = one_bill(plan, [5_000] * 48, [micro(10)] * 48, energy_dwh=248_000)
    # 24 kWh x 11.81 and 0.8 kWh x 11.81
    assert found.lines["amount_e10"].to_list() == [283_44 * 10**8, 9_448 * 10**7]
    beyond = one_bill(plan, [5_000] * 48, [micro(10)] * 48, energy_dwh=250_001)
    assert beyond.refusals.row(0) == (1, "bands_unlike_energy", "")


def test_a_half_hour_without_a_price_is_named():
    prices = [micro(10)] * 96
    prices[48 + 17] = NO_PRICE
    found = one_bill(document(component()), [100] * 96, prices)
    assert found.refusals.row(0) == (1, "spot_price_missing", "2026-09-02 08:30")
    assert found.lines.is_empty()


@pytest.mark.parametrize(
    ("prices", "area", "energies", "refusal"),
    [
        ([], "03", [100] * 48, ("spot_price_missing", "2026-09-01 00:00")),
        ([micro(10)] * 48, "03", [100] * 47 + [int(MISSING)], ("half_hours_incomplete", "")),
        ([micro(10)] * 48, "10", [100] * 48, ("value_missing", "energy loss")),
    ],
)
def test_what_cannot_be_priced_says_why(prices, area, energies, refusal):
    plan = document(component(loss_percent={"03": {"amount": "6.9", "source": "made"}}))
    found = one_bill(plan, energies, prices, energy_dwh=4_800, area=area)
    assert found.refusals.select("code", "detail").row(0) == refusal


@st.composite
def components(draw):
    low = draw(st.integers(0, 20))
    bounds = {"per": draw(st.sampled_from(list(Per))).value}
    for key, size in (("floor", low), ("cap", low + draw(st.integers(0, 60)))):
        if draw(st.booleans()):
            bounds[key] = {"amount": str(size), "source": "made"}
    rounding = {"unit": draw(st.sampled_from(["0.01", "0.001", "0.1", "0.000001"])), "mode": draw(MODES)}
    found = component(market=draw(st.sampled_from(["area", "system"])), bounds=bounds, round=rounding)
    found["loss_percent"]["03"] = {"amount": draw(decimals(0, 12, 2)), "source": "made"}
    for key in ("fee", "margin"):
        if draw(st.booleans()):
            found[key] = draw(price(-2, 12))
    if draw(st.booleans()):
        found["tax_percent"] = {"amount": draw(st.sampled_from(["8", "10"])), "source": "made"}
    if draw(st.booleans()):
        found["difference"] = {"within_kwh": draw(st.integers(0, 2))}
    return found


@SHORT
@given(st.data())
def test_bills_agree_with_the_reference(data):
    rounding = {"line": data.draw(st.sampled_from(["exact", {"unit": 1, "mode": "floor"}]))}
    version = {"rounding": rounding}
    linked = data.draw(components())
    if "difference" in linked and data.draw(st.booleans()):
        version["quantity"] = {"unit": 1, "mode": "half_up"}
    plan = document(linked, {"code": "levy", "kind": "levy"}, **version)
    days, seed = data.draw(st.integers(1, 35)), data.draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 20_000, (4, days * 48), dtype=np.int32)
    matrix[3] = 0
    spot = {name: rng.integers(1, 9_999, days * 48).astype(np.int64) * 10_000 for name in ("area", "system")}
    if data.draw(st.integers(0, 5)) == 0:
        matrix[1, data.draw(st.integers(0, days * 48 - 1))] = MISSING
    if data.draw(st.integers(0, 9)) == 0:
        spot["area"][data.draw(st.integers(0, days * 48 - 1))] = NO_PRICE
    in_yen = {n: [None if v == NO_PRICE else Fraction(int(v), 10**6) for v in s] for n, s in spot.items()}
    end = START + timedelta(days=days)
    bills = []
    for row in matrix:
        kwh = Fraction(int(row[row >= 0].sum(dtype=np.int64)), 10_000)
        half_hours = [None if v < 0 else Fraction(int(v), 10_000) for v in row]
        part = reference.Part(plan, kwh, START, end, START, end, half_hours=half_hours, area="03", spot=in_yen)
        bills.append([part])
    block = values.HalfHours(
        np.arange(4, dtype=np.int64), START, matrix, np.zeros(days, dtype=np.int8), area="03", spot_micro=spot
    )
    compare(bills, {"levy": Fraction("4.18")}, [block])


@SHORT
@given(st.integers(-500_000, 3_000_000), st.data())
def test_average_units_agree_with_the_reference(total_sen, data):
    low, width = data.draw(st.integers(0, 2_000)), data.draw(st.integers(0, 500))
    c = {
        "loss_percent": {"*": {"amount": data.draw(decimals(0, 12, 2))}},
        "refund_below": {"amount": f"{low / 100:.2f}"},
        "charge_above": {"amount": f"{(low + width) / 100:.2f}"},
        "tax_percent": {"amount": "10"},
        "round": {"unit": "0.01", "mode": data.draw(MODES)},
        "code": "market", "kind": "market_average", "market": "area",
        "window": {"from": {"months_before": 2, "day": 21}, "until": {"months_before": 1, "day": 21}},
    }  # fmt: skip
    plan = queries.program_of(document(c)).market_averages[0]
    found = plan.unit(total_micro=total_sen * 10_000, count=1_488, area="03")
    average = Fraction(total_sen, 100 * 1_488)
    assert Fraction(found, 10**6) == reference.market_average_unit(c, average=average, area="03")
