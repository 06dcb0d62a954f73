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


@st.composite
def documents(draw, *, bands=False):
    """One-version plan documents that lint accepts."""
    block = 0 if bands else draw(st.sampled_from([0, 0, 11, 15]))
    own_block = {"block_kwh": block} if block else {}
    parts = []
    if block:
        parts.append({"code": "basic", "kind": "minimum_charge", "block_kwh": block, "price": draw(price(0, 900))})
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
    parts.append(
        draw(band_component())
        if bands
        else draw(st.one_of(tier_component(block), flat()) if not block else tier_component(block))
    )
    parts.append({"code": "fuel", "kind": "fuel", "product": "regulated_lv"} | own_block)
    if draw(st.booleans()):
        parts.append({"code": "government_discount", "kind": "government_discount"} | own_block)
    if draw(st.booleans()):
        of = draw(st.sampled_from([["basic", "energy", "fuel"], ["basic"]]))
        parts.append({"code": "floor", "kind": "monthly_minimum", "of": of, "price": draw(price(0, 900))})
    if draw(st.booleans()):
        percent = {"amount": draw(decimals(-20, 20, 1)), "source": "made"}
        parts.append({"code": "set", "kind": "percent", "of": ["basic", "energy"], "percent": percent, "when": "set"})
    if draw(st.booleans()):
        parts.append(
            {"code": "paper", "kind": "fixed", "price": draw(price(-60, 300)), "prorated": draw(st.booleans())}
        )
    if draw(st.booleans()):
        parts.append(
            {"code": "green", "kind": "per_kwh", "price": draw(price(-3, 3)), "up_to_kwh": draw(st.integers(0, 400))}
        )
    if draw(st.booleans()):
        parts.append(
            {
                "code": "capacity",
                "kind": "published_monthly",
                "value": "capacity",
                "unit": draw(st.sampled_from(["contract", "A"])),
                "per": 10,
            }
        )
    parts.append({"code": "levy", "kind": "levy"} | own_block)
    version = {"from": "2020-01-01", "components": parts, "proration": draw(st.one_of(st.just("never"), proration()))}
    if draw(st.booleans()):
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
        "capacity": {"unit": "A", "sizes": SIZES},
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
    }
    if draw(st.integers(0, 20)) == 0:
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
    discounts = draw(st.sampled_from([(), ("set",)]))
    kwh = st.one_of(st.just(0), st.integers(0, 900), decimals(0, 900, 1)).map(Fraction)
    parts = []
    for start, end in pairwise(edges):
        size = Fraction(draw(st.sampled_from([*SIZES, *SIZES, 35])))
        parts.append(Part(document, draw(kwh), start, end, *reading, size=size, discounts=discounts))
    return parts
