"""
Price shapes and rules of a plan two by two: pieces of plan documents, and the document that has two of them.

Each piece brings what it speaks of (a rounding of the levy has a levy), so that it can be seen at work beside any other.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

Document = dict[str, Any]
SELLING = {"flat", "tiers", "seasons", "season_tiers", "bands", "band_tiers", "market_linked", "purchase"}
RANK = {
    kind: rank
    for rank, kinds in enumerate(
        [
            {"basic", "excess_demand", "minimum_charge", "devices"},
            SELLING,
            {"fuel", "published_per_kwh", "government_discount", "market_average", "published_monthly"},
            {"monthly_minimum"},
            {"fixed", "per_kwh", "percent"},
            {"levy", "published_per_device"},
        ]
    )
    for kind in kinds
}
"""Components stand in this order: what is a share of others stands below them, levies last."""


@dataclass(frozen=True)
class Piece:
    """
    :param parts: its components, for a maker of numbers and a suffix of their codes and names
    :param rules: what it states beside the components of a version
    :param header: what it states of the plan
    :param needs: components that it speaks of; two pieces that need the same have it once
    :param stated: it may say what holds anyway
    :param yields: another piece may say its rules otherwise
    """

    name: str
    parts: Callable[["Maker", str], list[Document]] = lambda _make, _suffix: []
    rules: Callable[["Maker"], Document] = lambda _make: {}
    header: Document = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    stated: bool = False
    yields: bool = False

    @property
    def own(self) -> bool:
        """Whether it says anything of its own about what it needs."""
        return bool(self.parts(_maker(0, self.name), "") or self.rules(_maker(0, self.name)))


class Maker:
    """Prices and rates with crooked digits, so that every rounding has something to round."""

    def __init__(self, rng):
        self.rng = rng

    def price(self, low=1, high=60, places=3):
        scale = 10**places
        return {"amount": f"{self.rng.randrange(low * scale + 1, high * scale) / scale:.{places}f}", "source": "made"}

    def mode(self):
        return self.rng.choice(["floor", "truncate", "half_up", "ceiling"])

    def steps(self, count=3, start=0):
        edges = [start + 14 * n + self.rng.randrange(1, 13) for n in range(count - 1)]
        return [{"up_to_kwh": edge, "price": self.price(9, 40)} for edge in [*edges, None]]


def one(kind, code=None, **fields):
    """A piece's components where it has one: a value that can be called is made anew each time."""

    def parts(make, suffix):
        own = {key: value(make) if callable(value) else value for key, value in fields.items()}
        return [{"code": f"{code or kind}{suffix}", "kind": kind, **own}]

    return parts


def priced(low=1, high=60, places=3):
    return lambda make: make.price(low, high, places)


def _bands(make, code, **of_each):
    hours = [["08:00-13:00"], ["13:00-17:30"], ["22:30-24:00", "00:00-06:00"]]
    whens = [[{"hours": hours[0], "days": ["weekday"]}], [{"months": [6], "hours": hours[1]}], [{"hours": hours[2]}]]
    names = ["day", "june", "night", "rest"]
    return [
        {"name": f"{code}_{name}", **{key: value(make) for key, value in of_each.items()}}
        | ({"when": when} if when else {})
        for name, when in zip(names, [*whens, None], strict=True)
    ]


def bands(code, *, rounded):
    def parts(make, suffix):
        own = f"{code}{suffix}"
        found = {"code": own, "kind": "bands", "bands": _bands(make, own, price=priced(9, 40))}
        if rounded:
            found |= {"round": {"unit": 1, "mode": make.mode()}, "remainder": f"{own}_night"}
        return [found]

    return parts


def band_tiers(allocation):
    def parts(make, suffix):
        edges = [step["up_to_kwh"] for step in make.steps(2)]

        def steps(own):
            ends = [step["up_to_kwh"] for step in own.steps(2)] if allocation == "each_band" else edges
            return [{"up_to_kwh": end, "price": own.price(9, 40)} for end in ends]

        own = f"{allocation}{suffix}"
        return [{"code": own, "kind": "band_tiers", "allocation": allocation, "bands": _bands(make, own, steps=steps)}]

    return parts


def seasons(kind, split, *, rounded=False):
    def parts(make, suffix):
        code = f"{kind}_{split}{suffix}"
        own = {"price": make.price} if kind == "seasons" else {"steps": lambda: make.steps(2)}
        found = [
            {"name": f"{code}_early", "months": [4, 5, 6], **{key: value() for key, value in own.items()}},
            {"name": f"{code}_late", **{key: value() for key, value in own.items()}},
        ]
        part = {"code": code, "kind": kind, "split": split, "seasons": found}
        return [part | ({"round": {"unit": 1, "mode": make.mode()}} if rounded else {})]

    return parts


def market(code, *, per, **more):
    def parts(make, suffix):
        part = {"code": f"{code}{suffix}", "kind": "market_linked", "market": make.rng.choice(["area", "system"])}
        part |= {"loss_percent": {"*": make.price(1, 9, 1)}, "fee": make.price(), "margin": make.price()}
        part |= {"round": {"unit": "0.01", "mode": make.mode()}}
        floor, cap = ("20.5", "60.5") if per == "slot" else ("900", "950")
        part |= {"bounds": {"per": per, "floor": {"amount": floor, "source": "made"}}}
        part["bounds"] |= {"cap": {"amount": cap, "source": "made"}}
        return [part | more]

    return parts


def market_average(make, suffix):
    window = {"from": {"months_before": 2, "day": 21}, "until": {"months_before": 1, "day": 21}}
    part = {"code": f"average{suffix}", "kind": "market_average", "market": "area", "window": window}
    part |= {
        "refund_below": make.price(9, 10),
        "charge_above": make.price(11, 12),
        "round": {"unit": "0.01", "mode": make.mode()},
    }
    return [part | {"loss_percent": {"*": make.price(1, 9, 1)}}]


def discount(kind, code, **fields):
    """A discount; ``of`` is filled in where the document is put together."""
    return one(kind, code, **({"of": []} if kind == "percent" else {}), **fields)


def share(low, high):
    return lambda make: make.price(low, high, 2)


LAMPS = [
    {"name": name, "price": {"amount": amount, "source": "made"}}
    for name, amount in (("lamp_10", "55.55"), ("lamp_20", "99.09"))
]
NEEDED: dict[str, Callable[[Maker], list[Document]]] = {
    "minimum": lambda make: [
        {"code": "minimum", "kind": "minimum_charge", "block_kwh": 15, "price": make.price(200, 400)},
        {"code": "above", "kind": "tiers", "from_kwh": 15, "steps": make.steps(start=20)},
    ],
    "tiers": lambda make: [{"code": "stepped", "kind": "tiers", "steps": make.steps()}],
    "levy": lambda _make: [{"code": "levy_owed", "kind": "levy"}],
    "lamps": lambda make: [
        {"code": "lamps", "kind": "devices", "classes": [{**lamp, "price": make.price()} for lamp in LAMPS]}
    ],
}
AMPERE = {"capacity": {"unit": "A", "sizes": [10, 15, 20, 30, 40, 50, 60]}}
KVA, KW = {"capacity": {"unit": "kVA"}}, {"capacity": {"unit": "kW"}}
CODES = {"kept": "pf_kept", "missed": "pf_missed"}


def rounding(**steps):
    return lambda make: {"rounding": {key: step(make) if callable(step) else step for key, step in steps.items()}}


def proration(denominator, **more):
    def rules(make):
        own = {key: value(make) if callable(value) else value for key, value in more.items()}
        return {"proration": {"denominator": denominator, **own}}

    return rules


def _step(unit):
    return lambda make: {"unit": unit, "mode": make.mode()}


SHARED = proration("reading_period", money=_step("0.1"))
"""What a piece states that lint wants shared by days; any other policy holds in its place."""

PIECES = [
    Piece("per ampere", one("basic", "basic_a", unit="A", per=10, price=priced(200, 400)), header=AMPERE),
    Piece("per ampere, price of each size rounded", one("basic", "basic_r", unit="A", per=7, price=priced(200, 400), round={"unit": "0.01", "mode": "half_up"}), header=AMPERE),
    Piece("per kVA with a first part", one("basic", "basic_kva", unit="kVA", price=priced(), first=lambda make: {"size": 10, "price": make.price()}), header=KVA),
    Piece("per kW", one("basic", "basic_kw", unit="kW", price=priced()), header=KW),
    Piece("per contract, half at zero use", one("basic", "basic_half", unit="contract", price=priced(200, 400), zero_use="half")),
    Piece("by demand", one("basic", "basic_demand", unit="kW", size="demand", price=priced()), header=KW),
    Piece("power factor measured", one("basic", "basic_pf", unit="kW", power_factor="measured", price=priced()), header=KW),
    Piece("power factor by codes", one("basic", "basic_codes", unit="kVA", power_factor=CODES, price=priced()), header=KVA),
    Piece("reserve power", one("basic", "reserve", unit="kW", size="reserve", price=priced()), header=KW),
    Piece("reserve power with a first part", one("basic", "reserve_first", unit="kW", size="reserve", power_factor="measured", price=priced(), first=lambda make: {"size": 5, "price": make.price()}), header=KW),
    Piece("excess demand", one("excess_demand", percent=150, power_factor="measured", price=priced()), header=KW),
    Piece("minimum charge", needs=("minimum",)),
    Piece("monthly minimum", one("monthly_minimum", of=[], price=priced(1_400, 1_900)), rules=SHARED, yields=True),
    Piece("devices", needs=("lamps",)),
    Piece("flat", one("flat", price=priced())),
    Piece("tiers", one("tiers", steps=Maker.steps)),
    Piece("seasons by days", seasons("seasons", "days", rounded=True)),
    Piece("seasons by half-hours", seasons("seasons", "half_hours")),
    Piece("tiers by season, by days", seasons("season_tiers", "days")),
    Piece("tiers by season, by half-hours", seasons("season_tiers", "half_hours", rounded=True), rules=SHARED, yields=True),
    Piece("bands", bands("bands", rounded=False)),
    Piece("bands rounded", bands("rounded", rounded=True)),
    Piece("tiers in time order", band_tiers("time_order"), rules=SHARED, yields=True),
    Piece("tiers pro rata", band_tiers("pro_rata"), rules=SHARED, yields=True),
    Piece("tiers of each band", band_tiers("each_band"), rules=SHARED, yields=True),
    Piece("market-linked", market("market", per="slot", tax_percent={"amount": "10", "source": "made"})),
    Piece("market-linked, average bounded", market("bounded", per="average", difference={"within_kwh": 1})),
    Piece("purchase", lambda make, suffix: [{"code": f"bought{suffix}", "kind": "purchase", "cohorts": [{"certified_from": "2012-07-01", "steps": [{"until_year": 10, "price": make.price()}, {"until_year": None, "price": make.price()}]}]}], header={"kind": "purchase"}),
    Piece("fuel", one("fuel", product="regulated_lv")),
    Piece("fuel with a block", one("fuel", "fuel_b", product="regulated_lv", block_kwh=15), needs=("minimum",)),
    Piece("levy", one("levy")),
    Piece("levy with a block", one("levy", "levy_b", block_kwh=15), needs=("minimum",)),
    Piece("government discount", one("government_discount")),
    Piece("government discount with a block", one("government_discount", "government_b", block_kwh=15), needs=("minimum",)),
    Piece("published per kWh", one("published_per_kwh", "supply_cost", value="supply_cost", group="energy", sign=-1)),
    Piece("published per kWh with a block", one("published_per_kwh", "supply_b", value="supply_cost", group="fuel", block_kwh=15, block_from_unit=True), needs=("minimum",)),
    Piece("published levy", one("published_per_kwh", "other_levy", value="supply_cost", group="levy")),
    Piece("published per device", one("published_per_device", "lamp_fuel", value="lamp", classes=["lamp_10", "lamp_20"], group="fuel"), needs=("lamps",)),
    Piece("levy per device", one("published_per_device", "lamp_levy", value="lamp", classes=["lamp_10"], group="levy"), needs=("lamps",)),
    Piece("market average", market_average),
    Piece("published per contract", one("published_monthly", "monthly", value="capacity_contribution", unit="contract", sign=-1)),
    Piece("published per kW", one("published_monthly", "monthly_kw", value="capacity_contribution", unit="kW", per=3), header=KW),
    Piece("published per kW of demand", one("published_monthly", "monthly_demand", value="capacity_contribution", unit="kW", size="demand"), header=KW),
    Piece("fixed", discount("fixed", "paper", price=priced(), when="paper_bill")),
    Piece("fixed, prorated", discount("fixed", "prorated", price=priced(-60, -1), prorated=True), rules=SHARED, yields=True),
    Piece("fixed for each day of outage", discount("fixed", "days", price=priced(-60, -1), times="outage_days", most_times=2)),
    Piece("per kWh", discount("per_kwh", "green", price=priced(1, 3))),
    Piece("per kWh on the first ones", discount("per_kwh", "first_kwh", price=priced(-3, -1), up_to_kwh=30)),
    Piece("per kWh by quantity", discount("per_kwh", "much", price=priced(-3, -1), **{"if": {"from_kwh": 40, "below_kwh": 900}})),
    Piece("per cent", discount("percent", "share", percent=share(1, 20))),
    Piece("per cent of outage", discount("percent", "outage", percent=share(-5, -4), times="outage_days")),
    Piece("campaign", discount("percent", "campaign", percent=share(-20, -9), **{"if": {"first_months": 6}})),
    Piece("set discount", discount("percent", "set", percent=share(-9, -1), when="set", **{"if": {"contracts": 2}})),
    Piece("discount of a period", discount("fixed", "season", price=priced(-60, -1), **{"if": {"since": "2025-06-01", "until": "2025-06-30"}})),
    Piece("tax excluded", rules=lambda _make: {"tax": "excluded"}),
    Piece("quantity rounded", rules=lambda _make: {"quantity": {"unit": 1, "mode": "floor"}}),
    Piece("lines to 0.01", rules=rounding(line={"unit": "0.01", "mode": "half_up"})),
    Piece("lines to whole units", rules=rounding(line={"unit": 1, "mode": "ceiling"})),
    Piece("levy rounded up", rules=rounding(levy={"unit": 1, "mode": "ceiling"}), needs=("levy",)),
    Piece("total rounded up", rules=rounding(total="ceiling")),
    Piece("tax rounded up", rules=rounding(tax="ceiling")),
    Piece("in yuan", header={"currency": "CNY"}),
    Piece("shares of the reading period", rules=proration("reading_period")),
    Piece("shares of the first month", rules=proration("calendar_of_start")),
    Piece("shares of the last month", rules=proration("calendar_of_end")),
    Piece("shares of the month at the edge", rules=proration("calendar_of_edge")),
    Piece("thirtieths", rules=proration("thirty")),
    Piece("length of the period", rules=proration("calendar_of_start", length={"days": 3, "inclusive": True, "denominator": "calendar_of_end"})),
    Piece("only tiers shared", rules=proration("calendar_of_start", applies_to=["tiers"]), needs=("tiers",)),
    Piece("all but tiers shared", rules=proration("calendar_of_start", applies_to=["basic", "minimum", "monthly_minimum", "fixed", "monthly", "blocks"]), needs=("tiers",)),
    Piece("shared money to whole units", rules=proration("thirty", money=_step(1))),
    Piece("shared widths to 0.1 kWh", rules=proration("calendar_of_start", kwh=_step("0.1")), needs=("tiers",)),
    Piece("changes by days", rules=lambda _make: {"change": "days"}, stated=True),
    Piece("changes by days and size", rules=lambda _make: {"change": "days_x_size"}, header=KW),
    Piece("changes by half-hours", rules=lambda _make: {"change": "half_hours"}, stated=True),
    Piece("deferral", rules=lambda make: {"deferral": {"above": make.price(1, 2), "percent": make.price(50, 99), "months": 3}}),
]  # fmt: skip
BY_NAME = {piece.name: piece for piece in PIECES}
HEADER = {"plan": "made", "name": {"ja": "作り物"}, "area": "03", "voltage": "low", "sources": {"made": "a test"}}


def pairs() -> Iterator[tuple[Piece, Piece]]:
    """Every two pieces that one document can state; a piece with components also beside another of its own kind."""
    yield from ((piece, piece) for piece in PIECES if piece.parts(_maker(0, piece.name), ""))
    yield from (pair for pair in combinations(PIECES, 2) if not _one_place(*pair))


def _one_place(one: Piece, other: Piece) -> bool:
    """Whether two pieces say the same thing of a plan, which has it once: one rounding of its total, one policy."""
    if one.yields or other.yields:
        return False
    return bool(set(_places(one.rules(_maker(0, "")))) & set(_places(other.rules(_maker(0, "")))))


def _places(rules: Document) -> Iterator[str]:
    for key, value in rules.items():
        yield from (f"{key} {inside}" for inside in value) if key == "rounding" else (key,)


def _maker(seed: int, name: str) -> Maker:
    """A piece has the same numbers in every document of a seed."""
    return Maker(random.Random(f"{seed} {name}"))


def document(pieces: Sequence[Piece], seed: int, *, beside: Sequence[Piece] = ()) -> Document:
    """
    A one-version document of some pieces.

    :param beside: pieces of the document that it is compared with: what they need is here, too
    """
    everyone = [*pieces, *beside]
    needed = dict.fromkeys(name for piece in everyone for name in piece.needs if piece in pieces or piece.own)
    if {"minimum", "tiers"} <= set(needed):
        del needed["tiers"]  # those above the minimum charge are as good
    parts = [part for name in needed for part in NEEDED[name](_maker(seed, name))]
    for number, piece in enumerate(pieces):
        suffix = "_too" if piece in pieces[:number] else ""
        parts += piece.parts(_maker(seed, piece.name + suffix), suffix)
    make = _maker(seed, "base")
    parts.append({"code": "base", "kind": "basic", "unit": "contract", "price": make.price(200, 400)})
    if not any(_sells(piece) for piece in everyone):
        parts.append({"code": "energy", "kind": "flat", "price": make.price(9, 40)})
    version: Document = {"from": "2020-01-01"}
    header: Document = {**HEADER, "kind": "free", "capacity": {"unit": "kW"}}
    for piece in sorted(pieces, key=lambda piece: not piece.yields):
        version |= _joined(version, piece.rules(_maker(seed, piece.name)))
    for piece in reversed(everyone):
        header |= {key: value for key, value in piece.header.items() if key == "capacity" or piece in pieces}
    parts.sort(key=lambda part: RANK[part["kind"]])
    return header | {"versions": [version | {"components": [_filled(part, parts) for part in parts]}]}


def _sells(piece: Piece) -> bool:
    own = piece.parts(_maker(0, piece.name), "")
    return bool({"minimum", "tiers"} & set(piece.needs)) or any(part["kind"] in SELLING for part in own)


def _joined(version: Document, rules: Document) -> Document:
    """Rules of one name side by side."""
    return {
        key: {**version[key], **value} if key == "rounding" and key in version else value
        for key, value in rules.items()
    }


def _filled(part: Document, parts: list[Document]) -> Document:
    """A share or a minimum counts everything above it."""
    if part.get("of") != []:
        return part
    return part | {"of": [other["code"] for other in parts[: next(n for n, own in enumerate(parts) if own is part)]]}


# What does not go together, and why: the lint sentence that says so.

_TIMED = {
    "seasons by half-hours",
    "tiers by season, by half-hours",
    "bands",
    "bands rounded",
    "tiers in time order",
    "tiers pro rata",
    "tiers of each band",
    "market-linked",
    "market-linked, average bounded",
}
_AS_MEASURED = _TIMED - {"tiers by season, by half-hours", "bands rounded", "market-linked, average bounded"}
_BLOCKS = {
    "minimum charge",
    "fuel with a block",
    "levy with a block",
    "government discount with a block",
    "published per kWh with a block",
}
_EVERY_KWH = _TIMED | {"flat", "seasons by days", "tiers by season, by days", "purchase"}
_FUEL, _GOVERNMENT = ({name, f"{name} with a block"} for name in ("fuel", "government discount"))
_LEVY = {"levy", "levy with a block", "levy rounded up"}
_SHARES = {"per cent", "per cent of outage", "campaign", "set discount"}
_BY_SIZE = {
    piece.name for piece in PIECES if "capacity" in piece.header and piece.own and piece.parts(_maker(0, ""), "")
}
_AMPERE = {piece.name for piece in PIECES if piece.header == AMPERE}
_KVA = {piece.name for piece in PIECES if piece.header == KVA}
_BY_KW = _BY_SIZE - _AMPERE - _KVA
_TOLD_OF_A_PURCHASE = {
    "purchase",
    "per contract, half at zero use",
    "monthly minimum",
    "flat",
    "tiers",
    "seasons by days",
    "tiers by season, by days",
    "fixed",
    "fixed, prorated",
    "per kWh",
    "per kWh on the first ones",
    "per kWh by quantity",
    "per cent",
    "discount of a period",
} | {
    piece.name
    for piece in PIECES
    if not piece.parts(_maker(0, ""), "") and not {"levy", "lamps", "minimum"} & set(piece.needs)
}
REFUSED: list[tuple[set[str], set[str], str]] = [
    # a contract has one size in one unit
    (_AMPERE, _KVA | _BY_KW - {"excess demand"}, "but the size of the plan is in"),
    (_KVA, _BY_KW - {"excess demand"}, "but the size of the plan is in"),
    (_AMPERE | _KVA, {"excess demand"}, "needs a plan whose size is in kW"),
    # the first kWh are priced by the minimum charge already, and every unit of them is one of the block
    (_BLOCKS, _EVERY_KWH, "every kWh has a price here, but the minimum charge covers the first 15 kWh"),
    (_BLOCKS, {"tiers"}, "what lies between is priced twice"),
    (_BLOCKS, {"fuel", "government discount", "levy", "levy rounded up"}, "its block is 0 kWh"),
    # a bill has one fuel adjustment, one levy and one government discount: a second one found the first one's unit
    (_FUEL, _FUEL, "charges this unit already"),
    (_LEVY, _LEVY, "charges this unit already"),
    (_GOVERNMENT, _GOVERNMENT, "charges this unit already"),
    ({"published per contract"}, {"published per kW", "published per kW of demand"}, "counts something else there"),
    # a levy is rounded once, after everything that could count it
    ({"published levy"}, _SHARES | {"monthly minimum"}, "is a levy: no share and no minimum counts it"),
    # energy that is rounded, or divided otherwise than measured, is not that of the half-hours
    (_AS_MEASURED - {"tiers in time order"}, {"quantity rounded"}, "something has to take the difference"),
    ({"tiers in time order"}, {"quantity rounded"}, "neither round nor quantity go with them"),
    (_TIMED, {"changes by days and size"}, "change has to be half_hours"),
    (_TIMED - {"bands rounded"}, {"changes by days"}, "change has to be half_hours"),
    # the end of a block is the beginning of the first tier
    (_BLOCKS, {"only tiers shared", "all but tiers shared"}, "proration applies to tiers and to blocks, or to neither"),
    # each part of a bill would owe it once more
    ({"only tiers shared"}, {"monthly minimum"}, "would count monthly_minimum once for each"),
    (
        {"all but tiers shared"},
        {"tiers in time order", "tiers pro rata", "tiers of each band"},
        "would count band_tiers",
    ),
    ({"all but tiers shared"}, {"tiers by season, by half-hours"}, "would count season_tiers once for each"),
    # one of the two would do nothing, or do it twice
    ({"only tiers shared"}, {"fixed, prorated"}, "proration does not apply to fixed"),
    ({"tax excluded"}, {"market-linked"}, "tax_percent would charge it twice"),
    # a generator is told energy, days and plant
    (
        {"purchase"},
        {piece.name for piece in PIECES} - _TOLD_OF_A_PURCHASE - _BLOCKS,
        "a purchase is told its energy and",
    ),
]
"""Two sets of pieces, one of each: the comment above says why they are no plan."""


def reason(one: Piece, other: Piece) -> str:
    """The sentence with which lint refuses two pieces; empty where they go together."""
    pair = (one.name, other.name)
    for some, others, sentence in REFUSED:
        if (pair[0] in some and pair[1] in others) or (pair[1] in some and pair[0] in others):
            return sentence
    return ""


def idle(piece: Piece, beside: Piece) -> bool:
    """Whether a piece may change nothing beside another: it says what holds without it, or the other one needs it, too."""
    if piece.stated:
        by_itself = "changes by half-hours" if beside.name in _TIMED else "changes by days"
        return piece.name == by_itself
    if not piece.own:
        return set(piece.needs) <= set(beside.needs)
    # lines in whole units leave no fraction to a total; of two minimums the larger one holds
    return (piece.name, beside.name) in {
        ("total rounded up", "lines to whole units"),
        ("monthly minimum", "monthly minimum"),
    }
