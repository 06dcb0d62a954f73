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
from tomoshibi.tariffs import fees, lint, quotes, wording
from tomoshibi.tariffs.beside import Kind, beside
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
    :param tests: its test table, under ``tests``; behind ``::`` the test, where the file has other tables too
    :param term: its word in a room's README
    :param used: whether a one-version document has it
    :param shown: what a golden file must contain to show it, besides its document; of several each in some file
    :param place: where the plan page speaks of it: in the sentence of its component, in a rule of the plan, or among what
        the plan takes from elsewhere
    """

    name: str
    rule: str
    tests: str
    term: str
    used: Callable[[Document], bool]
    shown: str | tuple[str, ...]
    place: str = PRICES

    @property
    def patterns(self) -> tuple[str, ...]:
        return (self.shown,) if isinstance(self.shown, str) else self.shown


@dataclass(frozen=True)
class Covered:
    """
    A feature with what was found for it.

    :param plans: documents that come with the product
    :param examples: documents beside the golden files, for rules that no shipped plan has
    :param golden: places of golden files under ``GOLDEN``
    :param missing: what of ``Feature.shown`` no golden file has
    :param document: the last document that has it
    """

    feature: Feature
    plans: tuple[str, ...]
    examples: tuple[str, ...]
    golden: tuple[str, ...]
    missing: tuple[str, ...]
    document: Document | None


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


def _by_days(document: Document) -> bool:
    """Documents with a band that holds on some kinds of days alone."""
    return any(
        "days" in one
        for part in document["versions"][0]["components"]
        for band in part.get("bands", ())
        for one in band.get("when", ())
    )


def _bound(name: str) -> Callable[[Document], bool]:
    return lambda document: any(name in part.get("bounds", {}) for part in document["versions"][0]["components"])


def _sold(document: Document) -> bool:
    """Plans that energy is sold on in yen."""
    return document["kind"] != "purchase" and document.get("currency", "JPY") == "JPY"


def _bought(document: Document) -> bool:
    return bool(document["kind"] == "purchase")


_BASIC, _DEMAND = "rating/shapes/test_basic.py", "rating/shapes/test_basic_by_demand.py"
_ENERGY, _BANDS, _TIERED = (f"rating/shapes/test_{name}.py" for name in ("energy", "bands", "band_tiers"))
_PUBLISHED, _DISCOUNTS, _POLICIES = (f"rating/shapes/test_{name}.py" for name in ("published", "discounts", "policies"))
_MARKET, _PURCHASE, _DEVICES = (f"rating/shapes/test_{name}.py" for name in ("market", "purchase", "devices"))
_FEES, _EXEMPT, _SEASONS = (f"rating/shapes/test_{name}.py" for name in ("fees", "levy_exemption", "seasons"))
_SEASON_TIERS = "rating/shapes/test_season_tiers.py"
_APPORTIONED, _PARTS, _RATES = "rating/test_apportioning.py", "billing/test_parts.py", "masters/test_rates.py"
_FUEL_UNITS = "masters/test_fuel.py"

FEATURES: Mapping[str, tuple[Feature, ...]] = {
    "Basic": (
        Feature("per ampere", "rating/basic.py", _BASIC, "basic charge", _has("basic", unit="A"), "^line basic"),
        Feature("per kVA", "rating/basic.py", _BASIC, "basic charge", _has("basic", unit="kVA"), "^line basic"),
        Feature("per kW", "rating/basic.py", _BASIC, "basic charge", _has("basic", unit="kW"), "^line basic"),
        Feature("per contract", "rating/basic.py", _BASIC, "basic charge", _has("basic", unit="contract"), "^line (basic|customer)"),
        Feature("minimum charge with a first block", "rating/minimum.py", f"{_ENERGY}::test_minimum_charge_with_its_first_block", "minimum charge", _has("minimum_charge"), "^line minimum "),
        Feature("minimum monthly amount", "rating/monthly_minimum.py", f"{_PUBLISHED}::test_a_monthly_minimum_tops_up_what_it_is_of", "minimum monthly amount", _has("monthly_minimum"), "^line monthly_minimum"),
        Feature("half basic at zero use", "rating/basic.py", _BASIC, "half basic at zero use", _has("basic", zero_use="half"), "^kwh 0$"),
        Feature("contract demand by actual demand", "rating/demand.py", _DEMAND, "contract demand", _has("basic", size="demand"), "^input demand_milli"),
        Feature("equipment that changes inside a month", "rating/demand.py", f"{_DEMAND}::test_equipment_added_inside_a_month_makes_two_spells", "contract demand", _has("basic", size="demand"), r"^  - about: equipment added inside", Kind.DEMAND),
        Feature("contract demand by agreement", "rating/demand.py", f"{_DEMAND}::test_from_500_kw_on_a_value_has_to_be_agreed", "contract demand by agreement", _has("excess_demand"), "^size 600"),
        Feature("agreed from 500 kW on", "rating/demand.py", f"{_DEMAND}::test_from_500_kw_on_a_value_has_to_be_agreed", "contract demand by agreement", _has("basic", size="demand"), "^  - about: from 500 kW on", Kind.DEMAND),
        Feature("power factor measured", "rating/power_factor.py", _DEMAND, "power factor", _has("basic", power_factor="measured"), "^input power_factor_percent"),
        Feature("power factor from energies", "rating/power_factor.py", f"{_DEMAND}::test_power_factor_table", "power factor", _has("basic", power_factor="measured"), "^kind: power factor", Kind.POWER_FACTOR),
        Feature("power factor +-5 %", "rating/power_factor.py", f"{_DEMAND}::test_low_voltage_power_has_five_per_cent", "power factor", lambda d: _has("basic", power_factor=...)(d) and not _has("basic", power_factor="measured")(d), ("^discount power_factor_kept", "^discount power_factor_missed")),
        Feature("reserve power", "rating/basic.py", f"{_DEMAND}::test_reserve_power_is_charged_where_there_is_any", "reserve power", _has("basic", size="reserve"), "^line reserve"),
        Feature("contract-excess charge", "rating/excess.py", f"{_DEMAND}::test_demand_above_the_contract_is_dearer", "contract-excess charge", _has("excess_demand"), "^line excess"),
    ),
    "Energy": (
        Feature("flat", "rating/flat.py", f"{_ENERGY}::test_flat", "flat price", _has("flat"), "^line energy"),
        Feature("tiers", "rating/tiers.py", f"{_ENERGY}::test_tiers", "tiers", _has("tiers"), "^line energy_tier_2"),
        Feature("seasons", "rating/seasons.py", _SEASONS, "seasonal prices", _has("seasons"), "^line energy_(summer|other)"),
        Feature("tiers by season", "rating/season_tiers.py", _SEASON_TIERS, "tiers by season", _has("season_tiers"), "(?s)^line energy_other_tier_2.*^line energy_summer_tier_2"),
        Feature("time of use", "rating/bands.py", _BANDS, "time-of-use bands", _has("bands"), "^line energy_"),
        Feature("time of use from half-hours", "rating/halfhours.py", _BANDS, "time-of-use bands", _has("bands"), "^hours "),
        Feature("weekdays, Saturdays, holidays", "rating/bands.py", f"{_BANDS}::test_weekdays_have_day_time_and_other_days_have_not", "kinds of days", _by_days, ("^holiday ", "on Friday and Saturday|On Friday and Saturday")),
        Feature("holidays of an area", "tariffs/daytypes.py", "masters/test_calendars.py", "kinds of days", _by_days, "^kind: kinds of days", Kind.DAYS),
        Feature("tiers inside bands in time order", "rating/time_order.py", f"{_TIERED}::test_allocation", "tiers inside bands", _has("band_tiers", allocation="time_order"), "^line energy_day_tier_2"),
        Feature("tiers inside bands pro rata", "rating/band_tiers.py", f"{_TIERED}::test_allocation", "tiers inside bands", _has("band_tiers", allocation="pro_rata"), "^line energy_day_tier_2"),
        Feature("tiers of each band", "rating/band_tiers.py", f"{_TIERED}::test_each_band_may_have_its_own_tiers", "tiers inside bands", _has("band_tiers", allocation="each_band"), "^line energy_day_tier_2"),
        Feature("tiers inside bands without a rule: refused", "tariffs/shapes/band_tiers.py", f"{_TIERED}::test_lint", "allocation", _has("band_tiers", allocation=...), "^line energy_day_tier_2"),
        Feature("band rounding that adds up", "rating/bands.py", f"{_BANDS}::test_rounded_bands_add_up_to_the_bill", "band rounding", lambda d: _has("bands", remainder=...)(d) or _has("band_tiers", remainder=...)(d), r"^band \w+ [0-9]+\.[0-9]"),
        Feature("market-linked", "rating/market_linked.py", _MARKET, "market-linked energy", _has("market_linked"), "^hours .* [1-9]"),
        Feature("loss, tax, margin, truncation", "rating/market_linked.py", f"{_MARKET}::test_the_price_of_a_half_hour", "loss rate", lambda d: _has("market_linked", margin=..., tax_percent=..., loss_percent=...)(d), "^hours .* [1-9]"),
        Feature("floor", "rating/market_linked.py", f"{_MARKET}::test_the_price_of_a_half_hour", "floor and cap", _bound("floor"), "^hours .* 0.01$"),
        Feature("cap", "rating/market_linked.py", f"{_MARKET}::test_the_price_of_a_half_hour", "floor and cap", _bound("cap"), "^hours .* 9[0-9.]+$"),
        Feature("deferral over months", "rating/deferral.py", "rating/shapes/test_deferral.py", "deferred payment", _states("deferral"), "^defer ", DEFERRED),
        Feature("market average with dead band", "rating/market_average.py", f"{_MARKET}::test_the_adjustment_by_an_average", "dead band", _has("market_average"), "^line market_adjustment"),
        Feature("inside the dead band, and below it", "rating/market_average.py", f"{_MARKET}::test_the_adjustment_by_an_average", "dead band", _has("market_average"), "^kind: market average"),
    ),
    "Adjustments": (
        Feature("fuel", "rating/per_kwh.py", f"{_PUBLISHED}::test_per_kwh", "fuel cost adjustment", _has("fuel"), "^line fuel"),
        Feature("three fuels, coefficients, base, cap", "masters/fuel.py", _FUEL_UNITS, "fuel cost adjustment", _has("fuel"), ("^kind: fuel formula", "^cap:"), Kind.FUEL),
        Feature("months that a unit rests on (lag)", "masters/fuel.py", "masters/test_golden.py::test_the_window_of_a_month", "fuel cost adjustment", _has("fuel"), "^window:", Kind.FUEL),
        Feature("lag table of a product", "masters/fuel.py", "masters/test_price_windows.py", "fuel cost adjustment", _has("fuel"), "^lag_months: 1$", Kind.FUEL),
        Feature("average to 100 yen, unit to 0.01 yen", "masters/fuel.py", _FUEL_UNITS, "fuel cost adjustment", _has("fuel"), r"^# The average to 100 yen, the unit to 0\.01 yen", Kind.FUEL),
        Feature("island adjustment", "masters/fuel.py", _FUEL_UNITS, "island adjustment", _has("fuel"), "^kind: island adjustment", Kind.FUEL),
        Feature("block units", "rating/per_kwh.py", f"{_PUBLISHED}::test_a_block_has_a_unit_of_its_own", "block unit", _has("fuel", block_kwh=...), "^line fuel_block"),
        Feature("levy of the block", "rating/per_kwh.py", f"{_PUBLISHED}::test_the_levy_of_block_and_rest_is_rounded_once", "block unit", _has("levy", block_kwh=...), "^line fuel_block"),
        Feature("units per device", "rating/devices.py", f"{_DEVICES}::test_each_class_has_its_price_and_its_fuel_unit", "fixed-rate device", _has("published_per_device"), "^value fuel_lamp"),
        Feature("supply cost", "rating/per_kwh.py", f"{_PUBLISHED}::test_per_kwh", "supply-cost adjustment", _has("published_per_kwh", value="supply_cost"), "^line supply_cost"),
        Feature("market price adjustment", "rating/market_average.py", _MARKET, "market price adjustment", _has("market_average"), "^line market_adjustment"),
        Feature("capacity contribution, published", "rating/monthly.py", f"{_PUBLISHED}::test_monthly_amounts", "capacity contribution", _has("published_monthly", value="capacity_contribution", unit="contract"), "^line capacity_contribution"),
        Feature("capacity contribution per kW", "rating/monthly.py", f"{_PUBLISHED}::test_monthly_amounts", "capacity contribution", _has("published_monthly", value="capacity_contribution", unit="kW"), "^line capacity_contribution"),
        Feature("capacity contribution per kW of demand", "rating/monthly.py", f"{_PUBLISHED}::test_a_monthly_amount_follows_the_contract_demand", "capacity contribution", _has("published_monthly", value="capacity_contribution", size="demand"), "^line capacity_contribution"),
        Feature("government discount", "rating/per_kwh.py", f"{_PUBLISHED}::test_per_kwh", "government discount", _has("government_discount"), "^line government_discount"),
        Feature("discount by month of use and voltage", "masters/queries/rates.py", f"{_RATES}::test_government_discounts_by_usage_month", "government discount", _has("government_discount"), "^kind: government discount", Kind.DISCOUNT),
        Feature("renewable levy", "rating/per_kwh.py", f"{_PUBLISHED}::test_per_kwh", "renewable levy", _has("levy"), "^line levy"),
        Feature("levy exemption", "rating/per_kwh.py", _EXEMPT, "levy exemption", _has("levy"), "levy_exemption_percent", Kind.LEVY),
    ),
    "Discounts and surcharges": (
        Feature("fixed", "rating/discounts.py", f"{_DISCOUNTS}::test_table", "fixed discount", _has("fixed"), "^line (campaign|direct_debit|paper_fee)"),
        Feature("per kWh", "rating/discounts.py", f"{_DISCOUNTS}::test_table", "quantity discount", _has("per_kwh"), "^line (credit|large_use)"),
        Feature("per cent of components", "rating/discounts.py", f"{_DISCOUNTS}::test_table", "percentage discount", _has("percent"), "^line set_discount"),
        Feature("by quantity", "rating/conditions.py", f"{_DISCOUNTS}::test_table", "quantity discount", _condition("from_kwh"), "^line large_use"),
        Feature("by period", "rating/conditions.py", f"{_DISCOUNTS}::test_table", "discount period", lambda d: _condition("since")(d) or _condition("until")(d), "^line credit"),
        Feature("campaign of n months", "rating/conditions.py", f"{_DISCOUNTS}::test_a_campaign_without_the_month_of_the_contract_is_refused", "campaign", _condition("first_months"), ("^line campaign", "^input contract_month 7")),
        Feature("set across contracts", "rating/conditions.py", f"{_DISCOUNTS}::test_table", "set discount", _condition("contracts"), "^line set_discount"),
        Feature("direct debit", "rating/discounts.py", f"{_DISCOUNTS}::test_a_code_and_a_condition_must_both_hold", "direct-debit discount", _code("direct_debit"), "^line direct_debit"),
        Feature("paper fee", "rating/discounts.py", f"{_DISCOUNTS}::test_table", "paper bill fee", _code("paper_bill"), "^line paper_fee"),
        Feature("outage discount", "rating/discounts.py", f"{_DISCOUNTS}::test_table", "outage discount", _has("percent", times="outage_days"), "^line outage"),
        Feature("cancellation fee", "rating/fees.py", f"{_FEES}::test_cancellation_fee", "cancellation fee", _states("cancellation"), "^fee cancellation", CANCELLATION),
        Feature("late interest", "rating/fees.py", f"{_FEES}::test_late_interest_of_ten_per_cent_a_year", "late interest", _states("late_interest"), "^fee late_interest", LATE),
        Feature("sundry charge by formula", "rating/formulas.py", "rating/shapes/test_formulas.py", "sundry charge", _sold, "^charge ", Kind.CHARGES),
    ),
    "Purchase": (
        Feature("FIT by year of certification", "rating/purchase.py", f"{_PURCHASE}::test_the_price_of_a_year", "purchase price by year of delivery", _has("purchase"), "certified: 2019"),
        Feature("FIT by elapsed year of delivery", "rating/purchase.py", f"{_PURCHASE}::test_the_price_of_a_year", "purchase price by year of delivery", _has("purchase"), "certified: 2025.*delivering_since"),
        Feature("post-FIT offers", "rating/flat.py", _ENERGY, "purchase statement", lambda d: d["kind"] == "purchase" and _has("flat")(d), "^line energy"),
        Feature("apportioning by ratio", "rating/apportioning.py", _APPORTIONED, "apportioning", _bought, "^rule: ratio", Kind.SHARING),
        Feature("apportioning by meters", "rating/apportioning.py", _APPORTIONED, "apportioning", _bought, "^rule: meter", Kind.SHARING),
        Feature("apportioning by priority", "rating/apportioning.py", _APPORTIONED, "apportioning", _bought, "^rule: priority", Kind.SHARING),
        Feature("tax status of the generator", "tariffs/purchases.py", "tariffs/test_purchases.py", "transitional input credit", _bought, ("^registration_number: T", "^# of a generator without a registration number"), Kind.TAX_STATUS),
    ),
    "Devices": (
        Feature("per lamp", "rating/devices.py", _DEVICES, "public lighting", _has("devices"), "^line lamps_lamp"),
        Feature("per VA band, per device", "rating/devices.py", _DEVICES, "fixed-rate device", _has("devices"), "^line lamps_device_50va"),
    ),
    "Tax": (
        Feature("prices with tax", "rating/totals.py", f"{_POLICIES}::test_tax_is_inside_the_prices_or_comes_on_top_once", "tax in prices", _version(tax="included"), "^tax ", TAX),
        Feature("prices without tax", "rating/totals.py", f"{_POLICIES}::test_tax_is_inside_the_prices_or_comes_on_top_once", "tax in prices", _version(tax="excluded"), "^tax ", TAX),
        Feature("3, 5, 8 and 10 %", "masters/queries/rates.py", f"{_RATES}::test_tax_rates_and_their_borders", "transitional measure", _sold, tuple(rf"rate: {rate}," for rate in (3, 5, 8, 10)), Kind.TAX),
        Feature("bills of 5, 8 and 10 %", "rating/totals.py", _POLICIES, "tax in prices", _version(tax="included"), tuple(rf"^value tax_rate 0\.{rate}" for rate in ("05", "08", "10")), TAX),
        Feature("rule of the spanning bill", "masters/queries/rates.py", f"{_RATES}::test_a_bill_over_a_tax_change_has_one_rate", "transitional measure", _sold, "^kind: spanning bill", Kind.TAX),
        Feature("one rounding per rate and invoice, collective invoices", "billing/collective.py", "billing/test_collective.py", "collective invoice", _sold, "^kind: collective invoice", Kind.INVOICE),
    ),
    "Proration": (
        Feature("days of the reading period", "rating/proration.py", f"{_POLICIES}::test_denominators", "proration", _prorated("reading_period"), "^reading ", PART_OF_MONTH),
        Feature("calendar month of the start", "rating/proration.py", f"{_POLICIES}::test_denominators", "proration", _prorated("calendar_of_start"), "^reading ", PART_OF_MONTH),
        Feature("calendar month of the end", "rating/proration.py", f"{_POLICIES}::test_denominators", "proration", _prorated("calendar_of_end"), "^reading ", PART_OF_MONTH),
        Feature("calendar month of the edge", "rating/proration.py", f"{_POLICIES}::test_denominators", "proration", _prorated("calendar_of_edge"), "^reading ", PART_OF_MONTH),
        Feature("thirty days", "rating/proration.py", f"{_POLICIES}::test_denominators", "proration", _prorated("thirty"), "^reading ", PART_OF_MONTH),
        Feature("never", "rating/proration.py", f"{_POLICIES}::test_never_means_never", "proration", _version(proration="never"), "^part ", PART_OF_MONTH),
        Feature("by more days than", "rating/proration.py", f"{_POLICIES}::test_a_reading_period_that_is_much_too_long", "length of the reading period", _version(proration__length__inclusive=False), "^# By hand: 37 days", PART_OF_MONTH),
        Feature("by so many days or more", "rating/proration.py", f"{_POLICIES}::test_a_reading_period_that_is_much_too_long", "length of the reading period", _version(proration__length__inclusive=True), "^# By hand: 26 days", PART_OF_MONTH),
        Feature("only some things are shared", "rating/proration.py", f"{_POLICIES}::test_tiers_are_narrower_in_a_part_of_a_month_unless_the_policy_leaves_them", "proration", _states("proration__applies_to"), "is not shared", PART_OF_MONTH),
        Feature("a new price divides", "rating/proration.py", _PARTS, "price change", _version(proration__price_change="split"), "the price rises|at the old price", PART_OF_MONTH),
        Feature("a new price waits for the next period", "rating/proration.py", _PARTS, "price change", lambda d: not _version(proration__price_change="split")(d), "waits for the next period", PART_OF_MONTH),
    ),
    "Change inside a period": (
        Feature("by half-hours", "rating/program.py", _PARTS, "split by half-hours", _version(change="half_hours"), "^part ", CHANGE),
        Feature("by days", "rating/program.py", _PARTS, "split by days", _version(change="days"), "^part ", CHANGE),
        Feature("by days x kW", "rating/program.py", _PARTS, "by days and kW", _version(change="days_x_size"), "^part ", CHANGE),
        Feature("season by days", "rating/seasons.py", f"{_SEASONS}::test_split_by_days", "split by days", _has("seasons", split="days"), "(?s)^line energy_summer.*^line energy_other"),
        Feature("season by half-hours", "rating/bands.py", f"{_SEASONS}::test_split_by_half_hours", "split by half-hours", _has("seasons", split="half_hours"), "(?s)^line energy_summer.*^line energy_other"),
        Feature("season with tiers by days", "rating/season_tiers.py", f"{_SEASON_TIERS}::test_split_by_days", "split by days", _has("season_tiers", split="days"), ("^# Tiers as wide as their days", "begins on 26 June inside the reading period")),
        Feature("season with tiers by half-hours", "rating/band_tiers.py", f"{_SEASON_TIERS}::test_split_by_half_hours", "split by half-hours", _has("season_tiers", split="half_hours"), "(?s)^line energy_other_tier_1.*^line energy_summer_tier_2"),
    ),
    "Rounding": (
        Feature("energy", "rating/rounding_policy.py", f"{_POLICIES}::test_the_quantity_is_rounded_before_it_is_priced", "rounding policy", _states("quantity"), r"^kwh [0-9]+\.[0-9]", ROUNDING),
        Feature("lines to a step", "rating/rounding_policy.py", f"{_POLICIES}::test_rounding_of_lines_and_total", "rounding policy", _states("rounding__line__unit"), "cut to sen", ROUNDING),
        Feature("lines exact", "rating/rounding_policy.py", f"{_POLICIES}::test_rounding_of_lines_and_total", "rounding policy", _version(rounding__line="exact"), r"^line \w+ -?[0-9]+\.[0-9]{3,}", ROUNDING),
        Feature("levy down", "rating/rounding_policy.py", f"{_POLICIES}::test_rounding_of_the_levy", "rounding policy", _version(rounding__levy__mode="floor"), "^line levy", ROUNDING),
        Feature("levy half up", "rating/rounding_policy.py", f"{_POLICIES}::test_rounding_of_the_levy", "rounding policy", _version(rounding__levy__mode="half_up"), "^line levy", ROUNDING),
        Feature("levy up", "rating/rounding_policy.py", f"{_POLICIES}::test_rounding_of_the_levy", "rounding policy", _version(rounding__levy__mode="ceiling"), "^line levy", ROUNDING),
        Feature("total down", "rating/totals.py", f"{_POLICIES}::test_rounding_of_lines_and_total", "rounding policy", _version(rounding__total="floor"), "^total ", ROUNDING),
        Feature("total half up", "rating/totals.py", f"{_POLICIES}::test_rounding_of_lines_and_total", "rounding policy", _version(rounding__total="half_up"), "^total ", ROUNDING),
        Feature("total up", "rating/totals.py", f"{_POLICIES}::test_rounding_of_lines_and_total", "rounding policy", _version(rounding__total="ceiling"), "^total ", ROUNDING),
    ),
}  # fmt: skip


def examples() -> list[Path]:
    """Documents beside the golden files: they show a rule that no shipped plan has."""
    return sorted((GOLDEN / "plans").glob("*.yaml"))


def golden_files() -> list[Path]:
    """Golden bills, purchase statements, rules and masters."""
    return sorted(path for path in GOLDEN.rglob("*.*") if path.parent.name != "plans")


def covered() -> dict[str, list[Covered]]:
    """The table, with what the shipped plans and the golden bills of this house show."""
    shipped, beside_them = _versions(documents.shipped()), _versions(examples())
    golden = [(path, path.read_text("utf-8")) for path in golden_files()]
    billed = [(path, text, _documents_of(text, shipped + beside_them)) for path, text in golden]
    return {
        family: [_covered(one, shipped, beside_them, billed) for one in features]
        for family, features in FEATURES.items()
    }


def _versions(paths: Iterable[Path]) -> list[dict[str, Any]]:
    return [one for path in paths for one in documents.versions(documents.read(path.read_text("utf-8")))]


def _documents_of(text: str, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents that a golden bill or purchase statement is priced with; none for a rule or a master."""
    day = re.search(r"^period:? \[?([0-9-]+)", text, re.MULTILINE)
    if day is None:
        return []
    found = []
    for plan in re.findall(r"^plan (\S+)$|\bplan: ([a-z0-9-]+)", text, re.MULTILINE):
        versions = [one for one in known if one["plan"] in plan]
        found.append(versions[quotes.version_on(versions, date.fromisoformat(day[1]))])
    return found


def _covered(
    feature: Feature,
    shipped: list[dict[str, Any]],
    beside_them: list[dict[str, Any]],
    billed: list[tuple[Path, str, list[dict[str, Any]]]],
) -> Covered:
    own, others = ([one for one in among if feature.used(one)] for among in (shipped, beside_them))
    of_it = [(path, text) for path, text, priced in billed if not priced or any(map(feature.used, priced))]
    shows = {
        pattern: [path for path, text in of_it if re.search(pattern, text, re.MULTILINE)]
        for pattern in feature.patterns
    }
    golden = sorted({path.relative_to(GOLDEN).as_posix() for paths in shows.values() for path in paths})
    using = own or others
    return Covered(
        feature,
        plans=tuple(dict.fromkeys(one["plan"] for one in own)),
        examples=tuple(dict.fromkeys(one["plan"] for one in others)),
        golden=tuple(golden),
        missing=tuple(pattern for pattern, paths in shows.items() if not paths),
        document=using[-1] if using else None,
    )


def sentence(row: Covered) -> str:
    """What the plan page says of a feature, for the last plan that has it, in the user's language; empty for nothing."""
    it, document = row.feature, row.document
    if document is None:
        return ""
    if it.place in set(Kind):
        return next((one.sentence for one in beside(document) if one.kind == it.place), "")
    said = {
        PART_OF_MONTH: wording.proration_in_words,
        CHANGE: wording.change_in_words,
        ROUNDING: wording.rounding_in_words,
        TAX: wording.tax_in_words,
        CANCELLATION: fees.cancellation_in_words,
        LATE: fees.late_interest_in_words,
        DEFERRED: fees.deferral_in_words,
    }
    if it.place in said:
        return said[it.place](document)
    (version,) = document["versions"]
    parts = zip(version["components"], wording.named_parts(version), strict=True)
    named = next(named for part, named in parts if it.used(_only(document, part)))
    return SHAPES[named["kind"]].sentence(named)


def _only(document: Document, part: Mapping[str, Any]) -> Document:
    (version,) = document["versions"]
    return {**document, "versions": [{**version, "components": [part]}]}


def holes() -> list[str]:
    """What a shape lacks: its rule, test table, document without complaints, golden file, or words on the plan page."""
    found = [
        f"{path.name}: {place}: {what}"
        for path in [*documents.shipped(), *examples()]
        for place, what, blocking in lint.complaints(documents.read(path.read_text("utf-8")))
        if blocking
    ]
    for family, rows in covered().items():
        for row in rows:
            it, here = row.feature, f"{family}, {row.feature.name}"
            found += [f"{here}: there is no {it.rule}"] if not (SOURCE / it.rule).is_file() else []
            found += [f"{here}: there is no {it.tests}"] if not _is_tested(it.tests) else []
            found += [f"{here}: no plan document uses it"] if row.document is None else []
            found += [f"{here}: no golden file shows {pattern!r}" for pattern in row.missing]
            found += [f"{here}: the plan page does not speak of it"] if not sentence(row) else []
    return found


def _is_tested(place: str) -> bool:
    file, _, name = place.partition("::")
    path = TABLES / file
    if not path.is_file():
        return False
    return re.search(rf"^def {name or 'test_'}", path.read_text("utf-8"), re.MULTILINE) is not None


_LEFT_OUT = (
    "",
    "## What plans leave out",
    "",
    "A shipped plan states late interest only where a source gives a rate: of the published plans those of Tohoku, and those",
    "that are invented for the demo. The others say that paying late costs nothing, rather than guess; a company writes its",
    "own clause into its plans, and bills issued before keep the version that they were priced by.",
    "",
    "A plan whose bills can be of several parts shares by days its monthly minimum, its tiers inside bands, and its tiers of",
    "seasons that are split by half-hours, or it is refused where it is written and where it is proposed: else each part would",
    "owe them once more.",
)


def markdown() -> str:
    """The page ``docs/shapes.md``."""
    lines = [
        "# Price shapes",
        "",
        "What a bill may be made of, and what shows that it is right. Generated by `tomoshibi tariffs shapes --markdown`",
        "from the plan documents that come with the product and the golden files under `tests/rating/golden`; an example",
        "stands in `tests/rating/golden/plans`, for a rule that no shipped plan has. The tests hold every column.",
    ]
    for family, rows in covered().items():
        lines += [
            "",
            f"## {family}",
            "",
            "| shape | rule | test table | golden files | plan documents | word | on the plan page |",
        ]
        lines.append("|---|---|---|---|---|---|---|")
        for row in rows:
            it = row.feature
            cells = [
                it.name,
                f"`{it.rule}`",
                f"`{it.tests}`",
                _listed(row.golden),
                _listed(row.plans or tuple(f"{name} (example)" for name in row.examples)),
                it.term,
                f"{_PLACES.get(it.place, ELSEWHERE)}: {sentence(row)}",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, *_LEFT_OUT]) + "\n"


ELSEWHERE = "Taken from elsewhere"
_PLACES = {
    one: one for one in (PRICES, PART_OF_MONTH, CHANGE, ROUNDING, TAX, CANCELLATION, LATE, DEFERRED)
}  # fmt: skip
SHOWN_AT_ONCE = 3


def _listed(names: tuple[str, ...]) -> str:
    first = "<br>".join(f"`{name}`" for name in names[:SHOWN_AT_ONCE])
    more = len(names) - SHOWN_AT_ONCE
    return f"{first}<br>and {more} more" if more > 0 else first
