"""
What can be priced, and what shows it: shape by shape the rule, its test table, its golden bills, the plan documents that
use it, its word in the glossary, and where the plan page speaks of it. Read from the house; only the list is written here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import fees, quotes, wording
from tomoshibi.tariffs.shapes import SHAPES

Document = Mapping[str, Any]
HOUSE = Path(__file__).resolve().parents[3]
SOURCE = HOUSE / "src" / "tomoshibi"
TABLES = HOUSE / "tests"
GOLDEN = TABLES / "rating" / "golden"
PRICES, PART_OF_MONTH, CHANGE, ROUNDING, TAX, CANCELLATION, LATE, DEFERRED = (
    "In words",
    "Part of a month",
    "Change inside a period",
    "Rounding",
    "Tax",
    "Cancellation fee",
    "Late interest",
    "Deferred payment",
)


@dataclass(frozen=True)
class Feature:
    """
    One thing that a bill may be made of.

    :param name: what it is
    :param rule: the file of its arithmetic, under ``src/tomoshibi``
    :param tests: its test table, under ``tests``
    :param term: its word in a room's README
    :param used: whether a one-version document has it; ``None``: it stands beside plans
    :param shown: what a golden bill must contain to show it, besides its document
    :param place: where people read of it, when it is no component of a plan
    """

    name: str
    rule: str
    tests: str
    term: str
    used: Callable[[Document], bool] | None = None
    shown: str = ""
    place: str = PRICES


@dataclass(frozen=True)
class Covered:
    """A feature with what was found for it."""

    feature: Feature
    plans: tuple[str, ...]
    golden: tuple[str, ...]
    sentence: str


def _has(kind: str, **wanted: Any) -> Callable[[Document], bool]:
    """Documents with a component of a kind whose properties are as wanted; ``...`` for any value."""

    def used(document: Document) -> bool:
        return any(
            part["kind"] == kind and all(name in part and value in (..., part[name]) for name, value in wanted.items())
            for part in document["versions"][0]["components"]
        )

    return used


def _condition(name: str) -> Callable[[Document], bool]:
    return lambda document: any(name in part.get("if", {}) for part in document["versions"][0]["components"])


def _version(**wanted: Any) -> Callable[[Document], bool]:
    """Documents whose rules are as wanted; names with two underscores look inside."""

    def used(document: Document) -> bool:
        return all(
            _at(document["versions"][0], name.split("__")) in (value, str(value)) for name, value in wanted.items()
        )

    return used


def _at(value: Any, path: list[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _states(name: str) -> Callable[[Document], bool]:
    return lambda document: _at(document["versions"][0], name.split("__")) is not None


def _prorated(denominator: str) -> Callable[[Document], bool]:
    return _version(proration__denominator=denominator)


def _code(code: str) -> Callable[[Document], bool]:
    return lambda document: any(part.get("when") == code for part in document["versions"][0]["components"])


_BASIC, _DEMAND = "rating/shapes/test_basic.py", "rating/shapes/test_basic_by_demand.py"
_ENERGY, _BANDS, _TIERED = (f"rating/shapes/test_{name}.py" for name in ("energy", "bands", "band_tiers"))
_PUBLISHED, _DISCOUNTS, _POLICIES = (f"rating/shapes/test_{name}.py" for name in ("published", "discounts", "policies"))
_MARKET, _PURCHASE, _DEVICES = (f"rating/shapes/test_{name}.py" for name in ("market", "purchase", "devices"))
_FEES, _EXEMPT, _SEASONS = (f"rating/shapes/test_{name}.py" for name in ("fees", "levy_exemption", "seasons"))

FEATURES: Mapping[str, tuple[Feature, ...]] = {
    "Basic": (
        Feature("per ampere", "rating/basic.py", _BASIC, "basic charge", _has("basic", unit="A")),
        Feature("per kVA", "rating/basic.py", _BASIC, "basic charge", _has("basic", unit="kVA")),
        Feature("per kW", "rating/basic.py", _BASIC, "basic charge", _has("basic", unit="kW")),
        Feature("per contract", "rating/basic.py", _BASIC, "basic charge", _has("basic", unit="contract")),
        Feature("minimum charge with a first block", "rating/minimum.py", _ENERGY, "minimum charge", _has("minimum_charge")),
        Feature("minimum monthly amount", "rating/monthly_minimum.py", _PUBLISHED, "minimum monthly amount", _has("monthly_minimum")),
        Feature("half basic at zero use", "rating/basic.py", _BASIC, "half basic at zero use", _has("basic", zero_use="half"), r"^kwh 0$"),
        Feature("contract demand by actual demand", "rating/demand.py", _DEMAND, "contract demand", _has("basic", size="demand")),
        Feature("contract demand by agreement", "rating/demand.py", _DEMAND, "contract demand by agreement", _has("excess_demand")),
        Feature("power factor measured", "rating/power_factor.py", _DEMAND, "power factor", _has("basic", power_factor="measured"), "power_factor_percent"),
        Feature("power factor +-5 %", "rating/power_factor.py", _DEMAND, "power factor", lambda d: _has("basic", power_factor=...)(d) and not _has("basic", power_factor="measured")(d), "^discount power_factor"),
        Feature("reserve power", "rating/basic.py", _DEMAND, "reserve power", _has("basic", size="reserve"), "^line reserve"),
        Feature("contract-excess charge", "rating/excess.py", _DEMAND, "contract-excess charge", _has("excess_demand"), "^line excess"),
    ),
    "Energy": (
        Feature("flat", "rating/flat.py", _ENERGY, "flat price", _has("flat")),
        Feature("tiers", "rating/tiers.py", _ENERGY, "tiers", _has("tiers")),
        Feature("seasons", "rating/seasons.py", _SEASONS, "seasonal prices", _has("seasons")),
        Feature("time of use", "rating/bands.py", _BANDS, "time-of-use bands", _has("bands")),
        Feature("time of use from half-hours", "rating/halfhours.py", _BANDS, "time-of-use bands", _has("bands"), "^hours "),
        Feature("tiers inside bands", "rating/band_tiers.py", _TIERED, "tiers inside bands", _has("band_tiers", allocation=...)),
        Feature("band rounding that adds up", "rating/bands.py", _BANDS, "band rounding", lambda d: _has("bands", remainder=...)(d) or _has("band_tiers", remainder=...)(d)),
        Feature("market-linked", "rating/market_linked.py", _MARKET, "market-linked energy", _has("market_linked")),
        Feature("deferral over months", "rating/deferral.py", "rating/shapes/test_deferral.py", "deferred payment", _states("deferral"), "^defer ", DEFERRED),
        Feature("market average with dead band", "rating/market_average.py", _MARKET, "dead band", _has("market_average")),
    ),
    "Adjustments": (
        Feature("fuel", "rating/per_kwh.py", _PUBLISHED, "fuel cost adjustment", _has("fuel")),
        Feature("fuel formula, lag and rounding", "masters/fuel.py", "masters/test_golden.py", "fuel cost adjustment", None, "^kind: fuel formula", "Masters: fuel units, with their derivation"),
        Feature("island adjustment", "masters/fuel.py", "masters/test_golden.py", "island adjustment", None, "^kind: island adjustment", "Masters: fuel units, with their derivation"),
        Feature("block units", "rating/per_kwh.py", _PUBLISHED, "block unit", _has("fuel", block_kwh=...)),
        Feature("units per device", "rating/devices.py", _DEVICES, "fixed-rate device", _has("published_per_device")),
        Feature("supply cost", "rating/per_kwh.py", _PUBLISHED, "supply-cost adjustment", _has("published_per_kwh", value="supply_cost")),
        Feature("market price adjustment", "rating/market_average.py", _MARKET, "market price adjustment", _has("market_average")),
        Feature("capacity contribution", "rating/monthly.py", _PUBLISHED, "capacity contribution", _has("published_monthly", value="capacity_contribution")),
        Feature("government discount", "rating/per_kwh.py", _PUBLISHED, "government discount", _has("government_discount")),
        Feature("renewable levy", "rating/per_kwh.py", _PUBLISHED, "renewable levy", _has("levy")),
        Feature("levy exemption", "rating/per_kwh.py", _EXEMPT, "levy exemption", _has("levy"), "levy_exemption_percent"),
    ),
    "Discounts and surcharges": (
        Feature("fixed", "rating/discounts.py", _DISCOUNTS, "fixed discount", _has("fixed"), "discount"),
        Feature("per kWh", "rating/discounts.py", _DISCOUNTS, "quantity discount", _has("per_kwh")),
        Feature("per cent of components", "rating/discounts.py", _DISCOUNTS, "percentage discount", _has("percent")),
        Feature("by quantity", "rating/conditions.py", _DISCOUNTS, "quantity discount", _condition("from_kwh")),
        Feature("by period", "rating/conditions.py", _DISCOUNTS, "discount period", lambda d: _condition("since")(d) or _condition("until")(d)),
        Feature("campaign of n months", "rating/conditions.py", _DISCOUNTS, "campaign", _condition("first_months")),
        Feature("set across contracts", "rating/conditions.py", _DISCOUNTS, "set discount", _condition("contracts")),
        Feature("direct debit", "rating/discounts.py", _DISCOUNTS, "direct-debit discount", _code("direct_debit"), "^discount direct_debit"),
        Feature("paper fee", "rating/discounts.py", _DISCOUNTS, "paper bill fee", _code("paper_bill"), "^discount paper_bill"),
        Feature("outage discount", "rating/discounts.py", _DISCOUNTS, "outage discount", _has("percent", times="outage_days"), "outage_days"),
        Feature("cancellation fee", "rating/fees.py", _FEES, "cancellation fee", _states("cancellation"), "^fee cancellation", CANCELLATION),
        Feature("late interest", "rating/fees.py", _FEES, "late interest", _states("late_interest"), "^fee late_interest", LATE),
        Feature("sundry charge by formula", "rating/formulas.py", "rating/shapes/test_formulas.py", "sundry charge", None, "^charge ", "Masters: kinds of sundry charges"),
    ),
    "Purchase": (
        Feature("FIT and post-FIT by elapsed year", "rating/purchase.py", _PURCHASE, "purchase price by year of delivery", _has("purchase")),
        Feature("post-FIT offers", "rating/flat.py", _ENERGY, "purchase statement", lambda d: d["kind"] == "purchase" and _has("flat")(d)),
        Feature("apportioning by ratio", "rating/apportioning.py", "rating/test_apportioning.py", "apportioning", None, "^rule: ratio", "the purchase statement"),
        Feature("apportioning by meters", "rating/apportioning.py", "rating/test_apportioning.py", "apportioning", None, "^rule: meter", "the purchase statement"),
        Feature("apportioning by priority", "rating/apportioning.py", "rating/test_apportioning.py", "apportioning", None, "^rule: priority", "the purchase statement"),
        Feature("tax status of the generator", "tariffs/purchases.py", "tariffs/test_purchases.py", "transitional input credit", None, "^deductible:", "the purchase statement"),
    ),
    "Devices": (
        Feature("per lamp, VA band, device", "rating/devices.py", _DEVICES, "fixed-rate device", _has("devices")),
    ),
    "Tax": (
        Feature("prices with tax", "rating/totals.py", _POLICIES, "tax in prices", _version(tax="included"), place=TAX),
        Feature("prices without tax", "rating/totals.py", _POLICIES, "tax in prices", _version(tax="excluded"), place=TAX),
        Feature("history of rates", "masters/queries/rates.py", "masters/test_rates.py", "transitional measure", None, r"^value tax_rate 0\.08", "Masters: tax rates"),
        Feature("rule of the spanning bill", "masters/queries/rates.py", "masters/test_rates.py", "transitional measure", None, "^kind: spanning bill", "Masters: tax rates"),
    ),
    "Proration": (
        Feature("days of the reading period", "rating/proration.py", _POLICIES, "proration", _prorated("reading_period"), "^reading ", PART_OF_MONTH),
        Feature("calendar month of the start", "rating/proration.py", _POLICIES, "proration", _prorated("calendar_of_start"), "^reading ", PART_OF_MONTH),
        Feature("calendar month of the edge", "rating/proration.py", _POLICIES, "proration", _prorated("calendar_of_edge"), "^reading ", PART_OF_MONTH),
        Feature("much too long or short a period", "rating/proration.py", _POLICIES, "length of the reading period", _states("proration__length"), place=PART_OF_MONTH),
        Feature("a new price divides", "rating/proration.py", "billing/test_parts.py", "price change", _version(proration__price_change="split"), place=PART_OF_MONTH),
    ),
    "Change inside a period": (
        Feature("by half-hours", "rating/program.py", "billing/test_parts.py", "split by half-hours", _version(change="half_hours"), place=CHANGE),
        Feature("by days x kW", "rating/program.py", "billing/test_parts.py", "by days and kW", _version(change="days_x_size"), "^part ", CHANGE),
        Feature("season by days", "rating/seasons.py", _SEASONS, "split by days", _has("seasons", split="days")),
    ),
    "Rounding": (
        Feature("lines to a step", "rating/rounding_policy.py", _POLICIES, "rounding policy", _states("rounding__line__unit"), place=ROUNDING),
        Feature("lines exact", "rating/rounding_policy.py", _POLICIES, "rounding policy", _version(rounding__line="exact"), place=ROUNDING),
        Feature("levy once a bill", "rating/rounding_policy.py", _POLICIES, "rounding policy", _has("levy"), "^line levy", ROUNDING),
        Feature("total", "rating/totals.py", _POLICIES, "rounding policy", _version(rounding__total="floor"), place=ROUNDING),
    ),
}  # fmt: skip


def covered() -> dict[str, list[Covered]]:
    """The table, with what the shipped plans and the golden bills of this house show."""
    shipped, beside = _versions(documents.shipped()), _versions(sorted((GOLDEN / "plans").glob("*.yaml")))
    golden = [(path, path.read_text("utf-8")) for path in sorted(GOLDEN.rglob("*.*"))]
    billed = [(path, text, _documents_of(text, shipped + beside)) for path, text in golden]
    return {family: [_covered(one, shipped, billed) for one in features] for family, features in FEATURES.items()}


def _versions(paths: Iterable[Path]) -> list[dict[str, Any]]:
    return [one for path in paths for one in documents.versions(documents.read(path.read_text("utf-8")))]


def _documents_of(text: str, shipped: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents that a golden bill or purchase statement is priced with."""
    day = re.search(r"^period:? \[?([0-9-]+)", text, re.MULTILINE)
    if day is None:
        return []
    found = []
    for plan in re.findall(r"^plan (\S+)$|\bplan: ([a-z0-9-]+)", text, re.MULTILINE):
        versions = [one for one in shipped if one["plan"] in plan]
        found.append(versions[quotes.version_on(versions, date.fromisoformat(day[1]))])
    return found


def _covered(
    feature: Feature, shipped: list[dict[str, Any]], billed: list[tuple[Path, str, list[dict[str, Any]]]]
) -> Covered:
    using = [one for one in shipped if feature.used is not None and feature.used(one)]
    golden = [
        path.stem
        for path, text, priced in billed
        if (any(map(feature.used, priced)) if feature.used else bool(feature.shown))
        and re.search(feature.shown, text, re.MULTILINE)
    ]
    return Covered(
        feature, tuple(dict.fromkeys(one["plan"] for one in using)), tuple(golden), _sentence(feature, using[-1:])
    )


def _sentence(feature: Feature, using: list[dict[str, Any]]) -> str:
    """What the plan page says, for the last plan that has the feature."""
    if not using:
        return feature.place
    (document,) = using
    said = {
        PART_OF_MONTH: wording.proration_in_words,
        CHANGE: wording.change_in_words,
        ROUNDING: wording.rounding_in_words,
        TAX: wording.tax_in_words,
        CANCELLATION: fees.cancellation_in_words,
        LATE: fees.late_interest_in_words,
        DEFERRED: fees.deferral_in_words,
    }
    if feature.place in said:
        return f"{feature.place}: {said[feature.place](document)}"
    assert feature.used is not None, "a document uses it"
    (version,) = document["versions"]
    alone = next(part for part in version["components"] if feature.used(_only(document, part)))
    return f"{PRICES}: {SHAPES[alone['kind']].sentence(alone)}"


def _only(document: Document, part: Mapping[str, Any]) -> Document:
    (version,) = document["versions"]
    return {**document, "versions": [{**version, "components": [part]}]}


def holes() -> list[str]:
    """What a shape lacks: a file of its rule or tests, a plan document that comes with the product, a golden bill."""
    found = []
    for family, rows in covered().items():
        for row in rows:
            it, here = row.feature, f"{family}, {row.feature.name}"
            found += [f"{here}: there is no {it.rule}"] if not (SOURCE / it.rule).is_file() else []
            found += [f"{here}: there is no {it.tests}"] if not (TABLES / it.tests).is_file() else []
            found += [f"{here}: no plan document uses it"] if it.used is not None and not row.plans else []
            shows = it.used is not None or bool(it.shown)
            found += [f"{here}: no golden bill shows it"] if shows and not row.golden else []
    return found


_LEFT_OUT = (
    "",
    "## What plans leave out",
    "",
    "A shipped plan states late interest only where a source gives a rate: of the published plans those of Tohoku, and those",
    "that are invented for the demo. The others say that paying late costs nothing, rather than guess; a company writes its",
    "own clause into its plans, and bills issued before keep the version that they were priced by.",
    "",
    "A plan whose bills can be of several parts shares its monthly minimum and its tiers inside bands by days, or it is",
    "refused where it is written and where it is proposed: else each part would owe them once more.",
)


def markdown() -> str:
    """The page ``docs/shapes.md``."""
    lines = [
        "# Price shapes",
        "",
        "What a bill may be made of, and what shows that it is right. Generated by `tomoshibi tariffs shapes --markdown`",
        "from the plan documents that come with the product and the golden bills under `tests/rating/golden`.",
    ]
    for family, rows in covered().items():
        lines += [
            "",
            f"## {family}",
            "",
            "| shape | rule | test table | golden bills | plan documents | word | on the plan page |",
        ]
        lines.append("|---|---|---|---|---|---|---|")
        for row in rows:
            it = row.feature
            cells = [
                it.name,
                f"`{it.rule}`",
                f"`{it.tests}`",
                _listed(row.golden),
                _listed(row.plans),
                it.term,
                row.sentence,
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, *_LEFT_OUT]) + "\n"


SHOWN_AT_ONCE = 3


def _listed(names: tuple[str, ...]) -> str:
    first = "<br>".join(f"`{name}`" for name in names[:SHOWN_AT_ONCE])
    more = len(names) - SHOWN_AT_ONCE
    return f"{first}<br>and {more} more" if more > 0 else first
