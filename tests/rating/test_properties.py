"""What must hold of any plan: splits that change nothing, no watt-hour lost, bounds that are asserted."""

from datetime import timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.rating import reference, strategies
from tests.rating.loads import EPOCH
from tests.rating.shapes.one_bill import bill, document, price
from tests.rating.test_reference import SHORT, usage
from tomoshibi.kernel.units import ENERGY_LIMIT_DWH
from tomoshibi.rating.time_order import tier_band_sums
from tomoshibi.tariffs import lint, pricing, queries

FLAT = {"code": "energy", "kind": "flat", "price": price("30.00")}
NOT_SPLIT = {"tiers", "seasons", "monthly_minimum", "percent", "per_kwh", "fixed", "published_monthly", "devices"}
NOT_SPLIT |= {"season_tiers", "published_per_device", "excess_demand", "basic", "minimum_charge"}
NOT_SPLIT |= {"purchase"}  # a new year of the certificate begins on the cut, or between it and the first day


@SHORT
@given(st.data())
def test_a_split_at_a_change_that_changes_nothing_changes_nothing(data):
    """Energy, fuel, discounts per kWh and levy of two parts are those of the whole, to the last digit."""
    one_plan = data.draw(strategies.documents())
    version = one_plan["versions"][0]
    version["components"] = [c for c in version["components"] if c["kind"] not in NOT_SPLIT and "block_kwh" not in c]
    version["rounding"] = {**version["rounding"], "line": "exact"}
    (whole,) = data.draw(strategies.bills(one_plan))[:1]
    cut = whole.start + timedelta(days=data.draw(st.integers(1, (whole.end - whole.start).days - 1)))
    first = Fraction(data.draw(st.integers(0, int(whole.kwh * 10))), 10)
    before = reference.Part(**{**vars(whole), "end": cut, "kwh": first})
    after = reference.Part(**{**vars(whole), "start": cut, "kwh": whole.kwh - first})
    if not version["components"]:
        return
    market = data.draw(strategies.published())
    program = {1: queries.program_of(one_plan)}
    one = pricing.price(usage=usage([[whole]], market), programs=program)
    two = pricing.price(usage=usage([[before, after]], market), programs=program)
    assert one.totals.select(pl.exclude("levy_minor")).equals(two.totals.select(pl.exclude("levy_minor")))
    assert one.refusals.select("code").equals(two.refusals.select("code"))


DAYS = 30


def thirtieths(low, high):
    """Prices of which every thirtieth is a whole 0.01 yen, so that no share of a month of 30 days is rounded."""
    return st.integers(low, high).map(lambda n: price(f"{n * DAYS / 100:.2f}"))


@st.composite
def follows_the_days(draw):
    """Everything of a plan that a split touches: what is prorated, what is in steps, what is owed once a bill."""
    steps = sorted(draw(st.sets(st.integers(1, 20), max_size=3)))
    energy = {"code": "energy", "kind": "tiers"}
    energy["steps"] = [
        {"up_to_kwh": None if edge is None else edge * DAYS, "price": draw(strategies.price())}
        for edge in [*steps, None]
    ]
    kind = draw(st.sampled_from(["tiers", "seasons", "season_tiers"]))
    if kind != "tiers":
        dearer = [one | {"price": draw(strategies.price())} for one in energy["steps"]]
        own = [{"steps": dearer}, {"steps": energy["steps"]}]
        own = own if kind == "season_tiers" else [{"price": draw(strategies.price())} for _ in own]
        seasons = [{"name": "summer", "months": [7, 8]} | own[0], {"name": "other"} | own[1]]
        energy = {"code": "energy", "kind": kind, "split": "days", "seasons": seasons}
    basic = {"code": "basic", "kind": "basic", "unit": "A", "per": 10, "price": draw(thirtieths(0, 1_000))}
    policy = draw(st.sampled_from([{"denominator": "reading_period"}, "never"]))
    discounts = [
        {"code": "welcome", "kind": "fixed", "prorated": policy != "never", "price": draw(thirtieths(-100, 100))},
        {"code": "paper", "kind": "fixed", "price": draw(strategies.price(-60, 300)), "when": "paper_bill"},
        {"code": "set", "kind": "percent", "of": ["basic", "energy"], "percent": {"amount": "-2", "source": "made"}},
        {"code": "green", "kind": "per_kwh", "price": draw(strategies.price(-3, 3)), "if": {"from_kwh": 300}},
        {"code": "floor", "kind": "monthly_minimum", "of": ["basic"], "price": draw(thirtieths(0, 2_000))},
        {"code": "capacity", "kind": "published_monthly", "value": "capacity", "unit": "contract"},
    ]
    chosen = [one for one in discounts if draw(st.booleans()) and (policy != "never" or one["code"] != "floor")]
    ends = [{"code": "fuel", "kind": "fuel", "product": "regulated_lv"}, {"code": "levy", "kind": "levy"}]
    return document(*[basic, energy, *chosen, *ends], unit="A", proration=policy)


DEMAND_PRICES = st.integers(0, 50).map(lambda n: str(n * DAYS))


def per_kwh_discounts(draw):
    """Discounts by quantity and period: a block of the bill's energy, a quantity of the whole bill, days, months, contracts."""
    conditions = {"from_kwh": 200, "below_kwh": 700, "first_months": 6, "contracts": 2}
    chosen = {name: limit for name, limit in conditions.items() if draw(st.booleans())}
    chosen |= draw(st.sampled_from([{}, {"since": "2025-06-20", "until": "2025-09-11"}]))
    green = {"code": "green", "kind": "per_kwh", "price": draw(strategies.price(-3, 3))}
    green |= {"if": chosen} if chosen else {}
    first = {"code": "first", "kind": "per_kwh", "price": draw(strategies.price(-3, 3)), "up_to_kwh": 4 * DAYS}
    outage = {"code": "outage", "kind": "percent", "of": ["basic"], "percent": {"amount": "-4", "source": "made"}}
    fixed = {"code": "lump", "kind": "fixed", "price": draw(thirtieths(-100, 100)), "times": "outage_days"}
    found = [green, first, outage | {"times": "outage_days"}, fixed | draw(st.sampled_from([{}, {"most_times": 2}]))]
    return [one for one in found if draw(st.booleans())]


@st.composite
def owed_once(draw):
    """The other things of a plan that a split touches: first blocks, actual demand, reserve power, excess, devices, purchases."""
    form = draw(st.sampled_from(["block", "demand", "devices", "bought"]))
    unit = {"block": "A", "demand": "kW"}.get(form, "contract")
    block = {"block_kwh": draw(st.sampled_from([DAYS, 2 * DAYS]))} if form == "block" else {}
    edges = [None if edge is None else edge * DAYS for edge in (4, 10, None)]
    steps = [{"up_to_kwh": edge, "price": draw(strategies.price())} for edge in edges]
    from_block = {"from_kwh": block["block_kwh"]} if block else {}
    energy = {"code": "energy", "kind": "tiers", "steps": steps} | from_block
    policy = draw(st.sampled_from([{"denominator": "reading_period"}, "never"]))
    if form == "bought":
        steps = [{"until_year": year, "price": draw(strategies.price())} for year in (8, 12, None)]
        cohorts = [{"certified_from": "2012-07-01", "steps": steps}]
        return document({"code": "energy", "kind": "purchase", "cohorts": cohorts}, unit=unit, proration=policy) | {
            "kind": "purchase"
        }
    factor = {"power_factor": draw(st.sampled_from(["measured", {"kept": "pf_kept", "missed": "pf_missed"}]))}
    lamps = [{"name": name, "price": draw(thirtieths(0, 300))} for name in ("lamp_10", "lamp_20")]
    basic = {"code": "basic", "kind": "basic", "unit": unit, "price": draw(thirtieths(0, 1_000))}
    lamp_fuel = {"code": "lamp_fuel", "kind": "published_per_device", "value": "lamp", "classes": ["lamp_10"]}
    excess = {"code": "excess", "kind": "excess_demand", "percent": 150, "price": draw(thirtieths(0, 1_000))}
    first = {
        "block": [{"code": "basic", "kind": "minimum_charge", **block, "price": draw(thirtieths(0, 1_000))}],
        "demand": [
            # A power factor takes hundredths: of these prices every hundredth of a thirtieth is a whole 0.01 yen.
            basic
            | factor
            | {"size": draw(st.sampled_from(["demand", "contract"])), "price": price(draw(DEMAND_PRICES))},
            {**basic, "code": "reserve", "size": "reserve", "price": draw(thirtieths(0, 99))},
            excess | draw(st.sampled_from([{}, factor])),
        ],
        "devices": [{"code": "basic", "kind": "devices", "classes": lamps}, lamp_fuel | {"group": "fuel"}],
    }[form]
    government = {"code": "government_discount", "kind": "government_discount"}
    supply = {"code": "supply_cost", "kind": "published_per_kwh", "value": "supply_cost", "group": "fuel"}
    supply |= block | ({"block_from_unit": True} if block and draw(st.booleans()) else {})
    fuel = {"code": "fuel", "kind": "fuel", "product": "regulated_lv"}
    others = [
        fuel | block,
        government | block,
        supply,
        *per_kwh_discounts(draw),
        {"code": "levy", "kind": "levy"} | block,
    ]
    return document(*first, energy, *others, unit=unit, proration=policy)


def nothing_changes(draw, one, *, kwh_a_day, cuts, codes, inputs):
    """Price a bill of 30 days whole, and cut where nothing changes; what both came to."""
    assert [found for found in lint.complaints(one) if found[2]] == []
    first = draw(st.sampled_from([reference.date(2025, 6, 16), reference.date(2025, 9, 1)]))
    period = (first, first + timedelta(days=DAYS))
    edges = [period[0], *(first + timedelta(days=cut) for cut in sorted(cuts)), period[1]]

    def part(start, end):
        kwh = Fraction(kwh_a_day * (end - start).days)
        return reference.Part(one, kwh, start, end, *period, size=Fraction(30), discounts=codes, inputs=inputs)

    program = {1: queries.program_of(one)}
    bills = [[part(*period)], [part(*piece) for piece in pairwise(edges)]]
    return [pricing.price(usage=usage([parts], MARKET), programs=program) for parts in bills]


MARKET = {
    "fuel": Fraction("-5.80"),
    "levy": Fraction("4.18"),
    "capacity": Fraction(300),
    "government_discount": Fraction("3.50"),
    "supply_cost": Fraction("-1.20"),
} | {f"{name}_block": Fraction("-60.30") for name in ("fuel", "supply_cost", "levy", "government_discount")}
MARKET |= {"lamp_lamp_10": Fraction("12.30")}
CUTS = st.sets(st.integers(1, DAYS - 1), min_size=1, max_size=3)


@SHORT
@given(follows_the_days(), st.integers(0, 40), CUTS, st.data())
def test_a_split_by_days_at_a_change_that_changes_nothing_changes_nothing(one, kwh_a_day, cuts, data):
    """Shares of basic charge and steps add up to the whole month; what is owed once a bill is owed once (never, too)."""
    codes = data.draw(st.sampled_from([(), ("paper_bill",)]))
    whole, pieces = nothing_changes(data.draw, one, kwh_a_day=kwh_a_day, cuts=cuts, codes=codes, inputs={})
    assert whole.totals.height == 1
    assert whole.totals.equals(pieces.totals)


@SHORT
@given(owed_once(), st.integers(0, 40), CUTS, st.data())
def test_a_split_by_days_changes_nothing_of_blocks_demand_devices_and_purchases(one, kwh_a_day, cuts, data):
    """First blocks, discounts by quantity and period, power factor, reserve, excess, devices, and what is bought."""
    codes = tuple(code for code in ("pf_kept", "pf_missed") if data.draw(st.booleans()))
    inputs = {
        "demand_milli": Fraction(data.draw(st.integers(0, 60))),
        "reserve_milli": data.draw(st.sampled_from([None, Fraction(12)])),
        "max_demand_milli": Fraction(data.draw(st.integers(0, 60))),
        "power_factor_percent": data.draw(st.integers(0, 100)),
        "outage_days": data.draw(st.sampled_from([None, 1, 3])),
        "contract_month": data.draw(st.integers(1, 12)),
        "customer_contracts": data.draw(st.integers(1, 3)),
        "devices_lamp_10": data.draw(st.integers(0, 9)),
        "devices_lamp_20": data.draw(st.sampled_from([None, 4])),
        "certified_day": (reference.date(2015, 4, 1) - EPOCH).days,
        "delivering_since_day": (reference.date(2016, 1, 10) - EPOCH).days,
    }
    whole, pieces = nothing_changes(data.draw, one, kwh_a_day=kwh_a_day, cuts=cuts, codes=codes, inputs=inputs)
    assert whole.refusals.select("code").equals(pieces.refusals.select("code"))
    assert whole.totals.equals(pieces.totals)
    event(whole.refusals["code"][0] if whole.refusals.height else "priced")


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


BASIC_OF_KW = {"code": "basic", "kind": "basic", "unit": "kW", "price": price("99999")}
PRICED_BY_INPUTS = {
    "reserve_milli": BASIC_OF_KW | {"size": "reserve"},
    "demand_milli": BASIC_OF_KW | {"size": "demand"},
    "max_demand_milli": {"code": "excess", "kind": "excess_demand", "percent": 150, "price": price("99999")},
    "power_factor_percent": BASIC_OF_KW | {"power_factor": "measured"},
    "devices_lamp": {"code": "lamps", "kind": "devices", "classes": [{"name": "lamp", "price": price("99999")}]},
    "outage_days": {"code": "outage", "kind": "fixed", "times": "outage_days", "price": price("-99999")},
    "levy_exemption_percent": {"code": "levy", "kind": "levy"},
}


@pytest.mark.parametrize("number", [-(2**62), -1, 2**31, 2**53, 2**62, 2**63 - 1])
@pytest.mark.parametrize("name", PRICED_BY_INPUTS)
def test_an_impossible_number_refuses_its_bill_and_never_wraps(name, number):
    """A run does not die for one bill, and no discount turns into a surcharge or into nothing."""
    found = bill(PRICED_BY_INPUTS[name], size="10", kwh="100", market={"levy": "4.18"}, inputs={name: number})
    assert found in {("input_missing", name), ("too_large", "amount"), ("too_large", "total")}


@pytest.mark.parametrize(("days", "refused"), [(0, False), (366, False), (367, True), (-1, True), (2**62, True)])
def test_a_share_of_components_is_taken_off_for_days_that_a_bill_may_have(days, refused):
    basic = {"code": "basic", "kind": "basic", "unit": "contract", "price": price("1000")}
    outage = {"code": "outage", "kind": "percent", "of": ["basic"], "times": "outage_days", "percent": price("-0.1")}
    found = bill(basic, outage, unit="contract", kwh="1", inputs={"outage_days": days})
    assert (found == ("input_missing", "outage_days")) is refused


def test_lines_that_fit_one_by_one_are_refused_where_their_sum_does_not():
    """Three of 400 million yen each are 1,200 million: more than 64 bits hold of 1e-10 yen."""
    lines = [{"code": f"fee_{n}", "kind": "fixed", "price": price("400000000")} for n in range(3)]
    assert bill(*lines, kwh="1") == ("too_large", "total")
    assert bill(lines[0], kwh="1")["total"] == 400_000_000
