"""Plans, and what is published with them, for hypothesis; periods, loads and changes stand in ``loads``."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st

from tests.rating import loads
from tests.rating.loads import INPUTS, SIZES

__all__ = ["INPUTS", "SIZES"]
MODES = st.sampled_from(["floor", "truncate", "half_up", "ceiling"])


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
def whens(draw, names):
    """
    ``when`` of each band by its name, so that every half-hour of the year has exactly one band.

    The last band may be the one without conditions; a band that no half-hour falls to is left out.
    """
    months = draw(st.sampled_from([[range(1, 13)], [range(4, 10), [*range(1, 4), *range(10, 13)]]]))
    kinds = ["weekday", "saturday", "holiday"]
    days = draw(st.sampled_from([[kinds], [kinds[:1], kinds[1:]], [kinds[:2], kinds[2:]], [[kind] for kind in kinds]]))
    edges = [0, *sorted(draw(st.sets(st.integers(1, 47), max_size=3))), 48]
    hours = [f"{_clock(a)}-{_clock(b)}" for a, b in pairwise(edges)]
    found = {name: [] for name in names}
    for of_year in months:
        for of_week in days:
            own = {}
            for span in hours:
                own.setdefault(draw(st.sampled_from(names)), []).append(span)
            for name, spans in own.items():
                when = {"months": list(of_year)} if len(months) > 1 else {}
                when |= {"days": of_week} if len(days) > 1 or draw(st.booleans()) else {}
                when |= {"hours": spans} if len(spans) < len(hours) else {}
                found[name].append(when)
    if draw(st.booleans()):
        return {name: when for name, when in found.items() if when and name != names[-1]} | {names[-1]: None}
    return {name: when for name, when in found.items() if when}


def _clock(slot):
    return f"{slot // 2:02d}:{slot % 2 * 30:02d}"


def _held(when):
    return {"when": when} if when is not None else {}


@st.composite
def band_component(draw):
    own = draw(whens(["peak", "day", "night", "rest"][draw(st.integers(0, 2)) :]))
    bands = [{"name": name, "price": draw(price())} | _held(when) for name, when in own.items()]
    part = {"code": "energy", "kind": "bands", "bands": bands}
    if draw(st.booleans()):
        part |= {"round": {"unit": 1, "mode": draw(MODES)}, "remainder": bands[-1]["name"]}
    return part


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

    own = draw(whens(["peak", "day", "rest"][draw(st.integers(0, 1)) :]))
    bands = [{"name": name, "steps": steps()} | _held(when) for name, when in own.items()]
    part = {"code": "energy", "kind": "band_tiers", "allocation": allocation, "bands": bands}
    if allocation != "time_order" and draw(st.booleans()):
        part |= {"round": {"unit": 1, "mode": draw(MODES)}, "remainder": bands[-1]["name"]}
    return part


@st.composite
def season_component(draw, *, split="days"):
    names = ["summer", "winter", "other"][draw(st.integers(0, 1)) :]
    of_month = [draw(st.sampled_from(names)) for _ in range(12)]
    open_ended = draw(st.booleans())
    seasons = []
    for name in names:
        months = [n for n, own in enumerate(of_month, start=1) if own == name]
        if open_ended and name == "other":
            seasons.append({"name": name, "price": draw(price())})
        elif months:
            seasons.append({"name": name, "months": months, "price": draw(price())})
    part = {"code": "energy", "kind": "seasons", "split": split, "seasons": seasons}
    if draw(st.booleans()):
        part["round"] = {"unit": 1, "mode": draw(MODES)}
    return part


@st.composite
def season_tier_component(draw, *, split="days"):
    """Seasons with steps of their own, of which there may be one or three."""
    part = draw(season_component(split=split))
    for season in part["seasons"]:
        season["steps"] = draw(tier_component(0))["steps"]
        del season["price"]
    return part | {"kind": "season_tiers"}


def percents(low, high, places=2):
    return decimals(low, high, places).map(lambda amount: {"amount": amount, "source": "made"})


@st.composite
def market_component(draw):
    """Energy at the price of each half-hour, bounded here and there."""
    low = draw(st.integers(0, 20))
    bounds = {"per": draw(st.sampled_from(["slot", "average"]))}
    for key, size in (("floor", low), ("cap", low + draw(st.integers(0, 60)))):
        if draw(st.booleans()):
            bounds[key] = {"amount": str(size), "source": "made"}
    found = {"code": "energy", "kind": "market_linked", "market": draw(st.sampled_from(["area", "system"]))}
    found["loss_percent"] = {"*": draw(percents(0, 12))} | (
        {"03": draw(percents(0, 12))} if draw(st.booleans()) else {}
    )
    found["round"] = {"unit": draw(st.sampled_from(["0.01", "0.001", "0.1", "0.000001"])), "mode": draw(MODES)}
    found |= {"bounds": bounds} if len(bounds) > 1 else {}
    for key in ("fee", "margin"):
        if draw(st.integers(0, 3)):
            found[key] = draw(price(-2, 12))
    if draw(st.integers(0, 3)):
        found["tax_percent"] = {"amount": draw(st.sampled_from(["8", "10"])), "source": "made"}
    if draw(st.booleans()):
        found["difference"] = {"within_kwh": draw(st.integers(0, 2))}
    return found


@st.composite
def purchase_component(draw):
    """A price by the day of certification and the year of delivery; the last year of a cohort may be open."""
    cohorts = []
    for day in sorted(
        draw(st.sets(st.sampled_from(["2009-11-01", "2012-07-01", "2019-04-01", "2025-10-01"]), min_size=1))
    ):
        until = sorted(draw(st.sets(st.integers(1, 20), min_size=1, max_size=2)))
        until += [None] if draw(st.booleans()) else []
        steps = [{"until_year": year, "price": draw(price(0, 50))} for year in until]
        cohorts.append({"certified_from": day, "steps": steps})
    return {"code": "energy", "kind": "purchase", "cohorts": cohorts}


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
def by_demand(draw, unit):
    """Components of plans by demand: basic with power factor, reserve power, excess."""
    rule = draw(st.sampled_from(["measured", {"kept": "pf_kept", "missed": "pf_missed"}]))
    basic = {"code": "basic", "kind": "basic", "unit": unit, "size": draw(st.sampled_from(["demand", "contract"]))}
    basic |= {"power_factor": rule, "price": draw(price(0, 2_000))}
    if draw(st.booleans()):
        basic["zero_use"] = "half"
    parts = [basic]
    if draw(st.booleans()):
        parts.append({"code": "reserve", "kind": "basic", "unit": unit, "size": "reserve", "price": draw(price(0, 99))})
    if unit == "kW" and draw(st.booleans()):
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
    if draw(st.booleans()):
        found["price_change"] = draw(st.sampled_from(["first_day", "split"]))
    return found


def sound(policy, parts):
    """A policy with which a bill of several parts owes nothing more than once: what lint asks for."""
    wanted = {"monthly_minimum"} if any(p["kind"] == "monthly_minimum" for p in parts) else set()
    counted = {code for p in parts if p["kind"] == "monthly_minimum" for code in p["of"]}
    wanted |= {SCOPES[p["kind"]] for p in parts if p["code"] in counted and p["kind"] in SCOPES}
    wanted |= {"blocks"} if any(p["code"] in counted and "block_kwh" in p for p in parts) else set()
    wanted |= {"fixed"} if any(p.get("prorated") for p in parts) else set()
    by_half_hours = [p for p in parts if p["kind"] in {"band_tiers", "season_tiers"} and p.get("split") != "days"]
    wanted |= {"tiers"} if by_half_hours else set()
    if policy == "never":
        return {"denominator": "reading_period"} if wanted else policy
    if "applies_to" not in policy:
        return policy
    held = wanted | set(policy["applies_to"])
    blocks = any("block_kwh" in p for p in parts)
    return policy | {
        "applies_to": sorted(held | ({"tiers", "blocks"} if blocks and held & {"tiers", "blocks"} else set()))
    }


SCOPES = {"basic": "basic", "devices": "basic", "minimum_charge": "minimum"}


@st.composite
def published_parts(draw, own_block, *, unit):
    """What somebody publishes, besides fuel and levy."""
    parts = []
    if draw(st.booleans()):
        parts.append({"code": "government_discount", "kind": "government_discount"} | own_block)
    if draw(st.booleans()):
        group = draw(st.sampled_from(["fuel", "energy", "discount", "subsidy", "levy"]))
        other = {"code": "supply_cost", "kind": "published_per_kwh", "value": "supply_cost", "group": group}
        other |= draw(st.sampled_from([{}, {"sign": -1}, {"sign": 1}]))
        parts.append(other | (own_block | draw(st.sampled_from([{}, {"block_from_unit": True}])) if own_block else {}))
    if draw(st.integers(0, 3)) == 0:
        low, high = sorted([draw(st.integers(0, 2_000)), draw(st.integers(0, 2_000))])
        edges = {
            key: {"amount": f"{n / 100:.2f}", "source": "made"}
            for key, n in (("refund_below", low), ("charge_above", high))
        }
        window = {"from": {"months_before": 2, "day": 21}, "until": {"months_before": 1, "day": 21}}
        average = {"code": "market_adjustment", "kind": "market_average", "market": "area", "window": window}
        parts.append(
            average
            | edges
            | {"loss_percent": {"*": draw(percents(0, 12))}, "round": {"unit": "0.01", "mode": draw(MODES)}}
        )
    if draw(st.booleans()):
        monthly = {"code": "capacity", "kind": "published_monthly", "value": "capacity_contribution"}
        sized = {"unit": unit, "per": draw(st.sampled_from([1, 10]))}
        if unit == "kW":
            sized |= draw(st.sampled_from([{}, {"size": "contract"}, {"size": "demand"}]))
        monthly |= draw(st.sampled_from([{"unit": "contract"}, sized if unit else {"unit": "contract"}]))
        parts.append(monthly | draw(st.sampled_from([{}, {"sign": -1}])))
    return parts


@st.composite
def adjustments(draw, own_block, *, unit):
    """What stands between the fuel adjustment and the levy."""
    parts = draw(published_parts(own_block, unit=unit))
    if draw(st.booleans()):
        of = draw(st.sampled_from([["basic", "energy", "fuel"], ["basic"]]))
        parts.append({"code": "floor", "kind": "monthly_minimum", "of": of, "price": draw(price(0, 900))})
    if draw(st.booleans()):
        percent = {"amount": draw(decimals(-20, 20, 1)), "source": "made"}
        parts.append(
            {"code": "set", "kind": "percent", "of": ["basic", "energy"], "percent": percent, "when": "set"}
            | draw(conditions())
        )
    if draw(st.integers(0, 2)) == 0:
        percent = {"amount": draw(decimals(-9, 0, 1)), "source": "made"}
        parts.append({"code": "outage", "kind": "percent", "of": ["basic"], "percent": percent, "times": "outage_days"})
    if draw(st.booleans()):
        code = draw(st.sampled_from(["paper", "direct_debit", "campaign"]))
        whose = {"paper": [{}, {"when": "paper_bill"}], "direct_debit": [{"when": "direct_debit"}], "campaign": [{}]}[
            code
        ]
        parts.append(
            {"code": code, "kind": "fixed", "price": draw(price(-60, 300)), "prorated": draw(st.booleans())}
            | draw(st.sampled_from(whose))
            | draw(conditions())
            | draw(st.sampled_from([{}, {"times": "outage_days"}, {"times": "outage_days", "most_times": 2}]))
        )
    if draw(st.booleans()):
        parts.append(
            {"code": "green", "kind": "per_kwh", "price": draw(price(-3, 3))}
            | draw(st.sampled_from([{}, {"up_to_kwh": draw(st.integers(0, 400))}]))
            | draw(conditions())
        )
    return parts


@st.composite
def beside_prices(draw):
    """Clauses of a version that stand beside its components: deferral, late interest, cancellation, changes."""
    found = {}
    if draw(st.booleans()):
        found["deferral"] = {
            "above": draw(price(0, 40)),
            "percent": draw(percents(0, 100)),
            "months": draw(st.integers(1, 12)),
        }
    if draw(st.booleans()):
        found["late_interest"] = {"percent": draw(percents(0, 15, 1))} | draw(
            st.sampled_from([{}, {"grace_days": 10, "minimum": 50}])
        )
    if draw(st.booleans()):
        clauses = [{"flat": draw(price(0, 9_000, 0))}, {"billed_percent": draw(percents(0, 30)), "within_months": 12}]
        clauses += [
            {"per_month_left": draw(price(0, 900, 0)), "within_months": 24, "renews": True},
            {"notice_days": 90},
        ]
        found["cancellation"] = draw(st.lists(st.sampled_from(clauses), min_size=1, unique_by=str))
    return found


def changes_by(parts, *, unit):
    """How a plan may say that a change divides the energy."""
    if not any(p["kind"] in {"bands", "band_tiers", "market_linked"} or p.get("split") == "half_hours" for p in parts):
        return ["half_hours", "days", *(["days_x_size"] if unit != "contract" else [])]
    by_days = all(p["kind"] != "market_linked" and p.get("split") != "half_hours" for p in parts) and not as_measured(
        parts
    )
    return ["half_hours", *(["days"] if by_days else [])]


def as_measured(parts):
    """Whether half-hours are priced that add up to rounded kWh by chance alone: most such bills would be refused."""
    return any(
        (p["kind"] == "market_linked" and "difference" not in p)
        or (p["kind"] in {"bands", "band_tiers"} and "remainder" not in p)
        or (p.get("split") == "half_hours" and "round" not in p)
        for p in parts
    )


UNITS = {
    "size": ["A", "kVA", "kW"],
    "block": ["A"],
    "demand": ["kW", "kVA"],
    "devices": ["contract"],
    "contract": ["contract"],
    "bought": ["contract"],
}


@st.composite
def basic_parts(draw, form, *, unit, block):
    """What a plan costs before any energy."""
    if form == "block":
        return [{"code": "basic", "kind": "minimum_charge", "block_kwh": block, "price": draw(price(0, 900))}]
    if form == "demand":
        return draw(by_demand(unit))
    if form == "devices":
        return draw(devices())
    basic = {"code": "basic", "kind": "basic", "unit": unit, "price": draw(price(0, 400))}
    if draw(st.booleans()):
        basic["zero_use"] = "half"
    if form == "contract":
        return [basic]
    basic["per"] = draw(st.sampled_from([1, 10]))
    if draw(st.booleans()):
        basic["round"] = {"unit": "0.01", "mode": draw(MODES)}
    if draw(st.integers(0, 3)) == 0:
        basic["first"] = {"size": draw(st.sampled_from([10, 20])), "price": draw(price(0, 900))}
    customer = {"code": "customer", "kind": "basic", "unit": "contract", "price": draw(price(0, 400))}
    return [basic, customer] if draw(st.integers(0, 4)) == 0 else [basic]


@st.composite
def documents(draw, *, bands=False, currency=None):
    """One-version plan documents that lint accepts."""
    sold = ["size", "size", "demand", "contract"]
    forms = sold if bands else [*sold, "block", "devices", "bought", "bought"]
    form = draw(st.sampled_from(forms))
    bought = form == "bought"
    unit = draw(st.sampled_from(UNITS[form]))
    block = draw(st.sampled_from([11, 15])) if form == "block" else 0
    own_block = {"block_kwh": block} if block else {}
    parts = [] if bought else draw(basic_parts(form, unit=unit, block=block))
    timed = [band_component(), band_tier_component(), season_component(split="half_hours")]
    timed += [season_tier_component(split="half_hours")]
    timed = st.one_of(*timed, market_component(), market_component())
    untimed = st.one_of(tier_component(0), flat(), season_component(), season_tier_component())
    untimed = st.one_of(flat(), purchase_component()) if bought else untimed
    parts.append(draw(timed if bands else tier_component(block) if block else untimed))
    if not bought:
        parts.append({"code": "fuel", "kind": "fuel", "product": "regulated_lv"} | own_block)
        parts += draw(adjustments(own_block, unit=None if unit == "contract" else unit))
        parts.append({"code": "levy", "kind": "levy"} | own_block)
    policy = sound(draw(st.one_of(st.just("never"), proration())), parts)
    version = {"from": "2020-01-01", "components": parts, "proration": policy} | draw(beside_prices())
    if draw(st.booleans()):
        version["change"] = draw(st.sampled_from(changes_by(parts, unit=unit)))
    if not as_measured(parts) and draw(st.booleans()):
        version["quantity"] = {"unit": 1, "mode": draw(MODES)}
    money = currency or draw(st.sampled_from(["JPY"] * 7 + ["CNY"]))
    taxed = any("tax_percent" in part for part in parts)
    levy = {"unit": 1 if money == "JPY" else draw(st.sampled_from([1, "0.01"])), "mode": draw(MODES)}
    rounding = {"levy": levy, "total": draw(MODES), "tax": draw(MODES)}
    rounding["line"] = draw(
        st.sampled_from(["exact", {"unit": "0.01", "mode": draw(MODES)}, {"unit": 1, "mode": draw(MODES)}])
    )
    found = {
        "plan": "made",
        "name": {"ja": "作り物"},
        "area": "*",
        "voltage": "low",
        "kind": "purchase" if bought else "free",
        "capacity": {"unit": unit, "sizes": SIZES} if unit in {"A", "kVA"} and form == "size" else {"unit": unit},
        "sources": {"made": "hypothesis"},
        "versions": [
            version
            | {"rounding": rounding, "tax": draw(st.sampled_from(["included"] if taxed else ["included", "excluded"]))}
        ],
    }
    return found | ({"currency": money} if money != "JPY" else {})


@st.composite
def changes(draw, document, *, bands=False):
    """What a bill may change to inside its period: the same plan at other prices, and another plan altogether."""
    currency = document.get("currency", "JPY")
    dearer = draw(st.integers(1, 9))

    def repriced(value):
        if isinstance(value, dict):
            own = {key: repriced(item) for key, item in value.items()}
            if "amount" in own and own["source"] == "made":
                own["amount"] = (
                    str(Fraction(str(own["amount"])) + dearer)
                    if "." not in str(own["amount"])
                    else f"{float(own['amount']) + dearer:.2f}"
                )
            return own
        return [repriced(item) for item in value] if isinstance(value, list) else value

    (version,) = document["versions"]
    parts = [
        part if part["kind"] in {"percent", "market_linked", "market_average"} else repriced(part)
        for part in version["components"]
    ]
    later = {**version, "from": "2025-06-01", "components": parts}
    return [document | {"versions": [later]}, draw(documents(bands=bands, currency=currency))]


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
        "capacity_contribution": Fraction(draw(st.integers(0, 400))),
        "supply_cost": Fraction(draw(decimals(-3, 3, 2))),
        "supply_cost_block": Fraction(draw(decimals(-40, 40, 2))),
        "levy_block": draw(st.sampled_from([None, None, Fraction(draw(decimals(0, 60, 2)))])),
        "government_discount_block": draw(st.sampled_from([None, None, Fraction(draw(decimals(0, 60, 2)))])),
        "market_adjustment": Fraction(draw(decimals(-5, 5, 2))),
        "lamp_lamp_10": Fraction(draw(decimals(-60, 60, 2))),
        "lamp_lamp_20": Fraction(draw(decimals(-60, 60, 2))),
    }
    if draw(st.integers(0, 20)) == 0:
        found[draw(st.sampled_from(sorted(found)))] = None
    return found


def bills(document, *, divided=False, others=(), odd=False):
    """The parts of one bill of a document (``loads.bill``)."""
    return st.randoms(use_true_random=False).map(
        lambda rng: loads.bill(rng, document, divided=divided, others=others, odd=odd)
    )
