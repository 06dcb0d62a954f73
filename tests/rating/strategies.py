"""Plans, periods, loads and changes for hypothesis."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st

from tests.rating.reference import Part

MODES = st.sampled_from(["floor", "truncate", "half_up", "ceiling"])
SIZES = [10, 15, 20, 30, 40, 50, 60]


def decimals(low, high, places):
    scale = 10**places
    return st.integers(low * scale, high * scale).map(lambda n: f"{n / scale:.{places}f}")


def price(low=0, high=60, places=2):
    return decimals(low, high, places).map(lambda amount: {"amount": amount, "source": "made"})


@st.composite
def tier_component(draw, block):
    edges = sorted(draw(st.sets(st.integers(block + 1, 600), max_size=3)))
    steps = [{"up_to_kwh": edge, "price": draw(price())} for edge in [*edges, None]]
    return {"code": "energy", "kind": "tiers", "steps": steps} | ({"from_kwh": block} if block else {})


@st.composite
def band_component(draw):
    start = draw(st.integers(0, 22))
    hours = f"{start:02d}:00-{draw(st.integers(start + 1, 24)):02d}:{'00'}"
    when = {"hours": [hours]} | ({"days": draw(st.sampled_from([["weekday"], ["weekday", "saturday"], ["holiday"]]))})
    bands = [{"name": "day", "price": draw(price()), "when": [when]}, {"name": "rest", "price": draw(price())}]
    part = {"code": "energy", "kind": "bands", "bands": bands}
    if draw(st.booleans()):
        part |= {"round": {"unit": 1, "mode": draw(MODES)}, "remainder": "rest"}
    return part


INPUTS = (
    "demand_milli",
    "reserve_milli",
    "max_demand_milli",
    "power_factor_percent",
    "outage_days",
    "contract_month",
    "customer_contracts",
    "devices_lamp_10",
    "devices_lamp_20",
    "levy_exemption_percent",
)


@st.composite
def band_tier_component(draw):
    allocation = draw(st.sampled_from(["time_order", "pro_rata", "each_band"]))
    tiers = draw(st.integers(0, 2))
    edges = sorted(draw(st.sets(st.integers(1, 600), min_size=tiers, max_size=tiers)))

    def steps():
        own = edges
        if allocation == "each_band":
            own = sorted(draw(st.sets(st.integers(1, 600), min_size=tiers, max_size=tiers)))
        return [{"up_to_kwh": edge, "price": draw(price())} for edge in [*own, None]]

    bands = [{"name": "rest", "steps": steps()}]
    bands.insert(0, {"name": "day", "steps": steps(), "when": [{"hours": ["08:00-22:00"], "days": ["weekday"]}]})
    part = {"code": "energy", "kind": "band_tiers", "allocation": allocation, "bands": bands}
    if allocation != "time_order" and draw(st.booleans()):
        part |= {"round": {"unit": 1, "mode": draw(MODES)}, "remainder": "rest"}
    return part


@st.composite
def season_component(draw, *, split="days"):
    months = sorted(draw(st.sets(st.integers(1, 12), min_size=1, max_size=4)))
    seasons = [{"name": "summer", "months": months, "price": draw(price())}, {"name": "other", "price": draw(price())}]
    part = {"code": "energy", "kind": "seasons", "split": split, "seasons": seasons}
    if draw(st.booleans()):
        part["round"] = {"unit": 1, "mode": draw(MODES)}
    return part


@st.composite
def conditions(draw):
    """``if`` of a discount, now and then none."""
    found = {}
    if draw(st.booleans()):
        found["first_months"] = draw(st.integers(1, 24))
    if draw(st.booleans()):
        found["contracts"] = draw(st.integers(2, 3))
    if draw(st.booleans()):
        found["from_kwh"] = draw(st.integers(1, 300))
    if draw(st.booleans()):
        found["below_kwh"] = draw(st.integers(301, 800))
    if draw(st.booleans()):
        found |= {"since": "2025-03-01", "until": "2026-03-01"}
    return {"if": found} if found else {}


@st.composite
def by_demand(draw):
    """Components of plans by demand: basic with power factor, reserve power, excess."""
    rule = draw(st.sampled_from(["measured", {"kept": "pf_kept", "missed": "pf_missed"}]))
    basic = {"code": "basic", "kind": "basic", "unit": "kW", "size": draw(st.sampled_from(["demand", "contract"]))}
    basic |= {"power_factor": rule, "price": draw(price(0, 2_000))}
    if draw(st.booleans()):
        basic["zero_use"] = "half"
    parts = [basic]
    if draw(st.booleans()):
        parts.append({"code": "reserve", "kind": "basic", "unit": "kW", "size": "reserve", "price": draw(price(0, 99))})
    if draw(st.booleans()):
        excess = {"code": "excess", "kind": "excess_demand", "percent": 150, "price": draw(price(0, 2_000))}
        parts.append(excess | draw(st.sampled_from([{}, {"power_factor": rule}])))
    return parts


@st.composite
def devices(draw):
    lamps = [{"name": name, "price": draw(price(0, 300))} for name in ("lamp_10", "lamp_20")]
    parts = [{"code": "basic", "kind": "devices", "classes": lamps}]
    if draw(st.booleans()):
        names = draw(st.sampled_from([["lamp_10"], ["lamp_10", "lamp_20"]]))
        group = draw(st.sampled_from(["fuel", "levy"]))
        parts.append(
            {"code": "lamp_fuel", "kind": "published_per_device", "value": "lamp", "classes": names, "group": group}
        )
    return parts


@st.composite
def proration(draw):
    rules = st.sampled_from(["reading_period", "calendar_of_start", "calendar_of_end", "calendar_of_edge", "thirty"])
    found = {"denominator": draw(rules)}
    if draw(st.booleans()):
        length = {"days": draw(st.integers(1, 6)), "inclusive": draw(st.booleans())}
        found["length"] = length | {"denominator": draw(st.sampled_from(["calendar_of_start", "calendar_of_end"]))}
    if draw(st.booleans()):
        found["money"] = {"unit": draw(st.sampled_from(["0.01", "1"])), "mode": draw(MODES)}
    if draw(st.booleans()):
        found["kwh"] = {"unit": draw(st.sampled_from([1, "0.1"])), "mode": draw(MODES)}
    if draw(st.booleans()):
        scopes = ["basic", "minimum", "monthly_minimum", "tiers", "blocks", "fixed", "monthly"]
        found["applies_to"] = draw(st.lists(st.sampled_from(scopes), unique=True))
    return found


def sound(policy, parts):
    """A policy with which a bill of several parts owes nothing more than once: what lint asks for."""
    wanted = {"monthly_minimum"} if any(p["kind"] == "monthly_minimum" for p in parts) else set()
    wanted |= {"tiers"} if any(p["kind"] == "band_tiers" for p in parts) else set()
    if policy == "never":
        return {"denominator": "reading_period"} if wanted else policy
    if "applies_to" not in policy:
        return policy
    held = wanted | set(policy["applies_to"])
    blocks = any("block_kwh" in p for p in parts)
    return policy | {
        "applies_to": sorted(held | ({"tiers", "blocks"} if blocks and held & {"tiers", "blocks"} else set()))
    }


@st.composite
def adjustments(draw, own_block, *, unit):
    """What stands between the fuel adjustment and the levy."""
    parts = []
    if draw(st.booleans()):
        parts.append({"code": "government_discount", "kind": "government_discount"} | own_block)
    if draw(st.booleans()):
        of = draw(st.sampled_from([["basic", "energy", "fuel"], ["basic"]]))
        parts.append({"code": "floor", "kind": "monthly_minimum", "of": of, "price": draw(price(0, 900))})
    if draw(st.booleans()):
        percent = {"amount": draw(decimals(-20, 20, 1)), "source": "made"}
        parts.append(
            {"code": "set", "kind": "percent", "of": ["basic", "energy"], "percent": percent, "when": "set"}
            | draw(conditions())
        )
    if draw(st.booleans()):
        parts.append(
            {"code": "paper", "kind": "fixed", "price": draw(price(-60, 300)), "prorated": draw(st.booleans())}
            | draw(conditions())
            | draw(st.sampled_from([{}, {"times": "outage_days"}, {"times": "outage_days", "most_times": 2}]))
        )
    if draw(st.booleans()):
        parts.append(
            {"code": "green", "kind": "per_kwh", "price": draw(price(-3, 3)), "up_to_kwh": draw(st.integers(0, 400))}
            | draw(conditions())
        )
    if draw(st.booleans()):
        capacity = {"code": "capacity", "kind": "published_monthly", "value": "capacity", "per": 10}
        capacity |= {"unit": draw(st.sampled_from(["contract", unit]))}
        if capacity["unit"] == "kW":
            capacity |= draw(st.sampled_from([{}, {"size": "contract"}, {"size": "demand"}]))
        parts.append(capacity)
    return parts


@st.composite
def documents(draw, *, bands=False):
    """One-version plan documents that lint accepts."""
    form = "size" if bands else draw(st.sampled_from(["size", "size", "block", "demand", "devices"]))
    block = draw(st.sampled_from([11, 15])) if form == "block" else 0
    own_block = {"block_kwh": block} if block else {}
    parts = []
    if block:
        parts.append({"code": "basic", "kind": "minimum_charge", "block_kwh": block, "price": draw(price(0, 900))})
    elif form == "demand":
        parts += draw(by_demand())
    elif form == "devices":
        parts += draw(devices())
    else:
        basic = {
            "code": "basic",
            "kind": "basic",
            "unit": "A",
            "price": draw(price(0, 400)),
            "per": draw(st.sampled_from([1, 10])),
        }
        if draw(st.booleans()):
            basic["zero_use"] = "half"
        if draw(st.booleans()):
            basic["round"] = {"unit": "0.01", "mode": "half_up"}
        if draw(st.integers(0, 3)) == 0:
            basic["first"] = {"size": draw(st.sampled_from([10, 20])), "price": draw(price(0, 900))}
        parts.append(basic)
    timed = st.one_of(band_component(), band_tier_component(), season_component(split="half_hours"))
    untimed = st.one_of(tier_component(0), flat(), season_component())
    parts.append(draw(timed if bands else tier_component(block) if block else untimed))
    time_order = parts[-1].get("allocation") == "time_order"
    parts.append({"code": "fuel", "kind": "fuel", "product": "regulated_lv"} | own_block)
    parts += draw(adjustments(own_block, unit={"devices": "contract", "demand": "kW"}.get(form, "A")))
    parts.append({"code": "levy", "kind": "levy"} | own_block)
    policy = sound(draw(st.one_of(st.just("never"), proration())), parts)
    version = {"from": "2020-01-01", "components": parts, "proration": policy}
    if not time_order and draw(st.booleans()):
        version["quantity"] = {"unit": 1, "mode": "half_up"}
    rounding = {"levy": {"unit": 1, "mode": draw(MODES)}, "total": draw(MODES), "tax": draw(MODES)}
    rounding["line"] = draw(
        st.sampled_from(["exact", {"unit": "0.01", "mode": "floor"}, {"unit": 1, "mode": "half_up"}])
    )
    return {
        "plan": "made",
        "name": {"ja": "作り物"},
        "area": "*",
        "voltage": "low",
        "kind": "free",
        "capacity": {"unit": "kW"} if form == "demand" else {"unit": "A", "sizes": SIZES},
        "sources": {"made": "hypothesis"},
        "versions": [version | {"rounding": rounding, "tax": draw(st.sampled_from(["included", "excluded"]))}],
    }


def flat():
    return price().map(lambda p: {"code": "energy", "kind": "flat", "price": p})


@st.composite
def published(draw):
    """Published values in currency units; now and then one is missing."""
    found = {
        "fuel": Fraction(draw(decimals(-13, 13, 2))),
        "fuel_block": Fraction(draw(decimals(-160, 160, 2))),
        "levy": Fraction(draw(decimals(0, 5, 2))),
        "government_discount": Fraction(draw(decimals(0, 7, 1))),
        "capacity": Fraction(draw(st.integers(0, 400))),
        "lamp_lamp_10": Fraction(draw(decimals(-60, 60, 2))),
        "lamp_lamp_20": Fraction(draw(decimals(-60, 60, 2))),
    }
    if draw(st.integers(0, 20)) == 0:
        found[draw(st.sampled_from(sorted(found)))] = None
    return found


@st.composite
def numbers(draw):
    """Numbers that components price by; now and then one is missing."""
    kw = decimals(0, 499, 1).map(Fraction)
    found = {
        "demand_milli": draw(st.integers(0, 499).map(Fraction)),
        "reserve_milli": draw(st.one_of(st.none(), kw)),
        "max_demand_milli": draw(kw),
        "power_factor_percent": draw(st.integers(0, 100)),
        "outage_days": draw(st.one_of(st.none(), st.integers(0, 5))),
        "contract_month": draw(st.integers(1, 30)),
        "customer_contracts": draw(st.integers(1, 4)),
        "devices_lamp_10": draw(st.integers(0, 40)),
        "devices_lamp_20": draw(st.one_of(st.none(), st.integers(0, 40))),
        "levy_exemption_percent": draw(st.sampled_from([None, None, 0, 20, 33, 80, 100])),
    }
    if draw(st.integers(0, 12)) == 0:
        found[draw(st.sampled_from(sorted(found)))] = None
    return found


@st.composite
def bills(draw, document, *, divided=False):
    """The parts of one bill of a document."""
    first = date(2025, 1, 1) + timedelta(days=draw(st.integers(0, 700)))
    days = draw(st.integers(20, 40))
    reading = (first, first + timedelta(days=days))
    if divided:
        cuts = sorted(draw(st.sets(st.integers(1, days - 1), min_size=1, max_size=2)))
        edges = [first, *(first + timedelta(days=cut) for cut in cuts), reading[1]]
    else:
        late, early = draw(st.sampled_from([(0, 0), (0, 0), (5, 0), (0, 7)]))
        edges = [first + timedelta(days=late), reading[1] - timedelta(days=early)]
    discounts = draw(st.sampled_from([(), ("set",), ("set", "pf_kept"), ("pf_missed",)]))
    inputs = draw(numbers())
    kwh = st.one_of(st.just(0), st.integers(0, 900), decimals(0, 900, 1)).map(Fraction)
    parts = []
    for start, end in pairwise(edges):
        size = Fraction(draw(st.sampled_from([*SIZES, *SIZES, 35])))
        parts.append(Part(document, draw(kwh), start, end, *reading, size=size, discounts=discounts, inputs=inputs))
    return parts
