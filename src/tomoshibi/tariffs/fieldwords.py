"""What the places of a plan document are called on the form, in the user's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from tomoshibi.masters import queries as masters
from tomoshibi.masters.values import AREAS
from tomoshibi.tariffs import labels
from tomoshibi.tariffs.shapes import SHAPES
from tomoshibi.ui.currency import current

_WORDS: Mapping[str, Any] = {
    "plan": gettext_lazy("Code"),
    "name": gettext_lazy("Name"),
    "seller": gettext_lazy("Seller"),
    "comment": gettext_lazy("Comment"),
    "area": gettext_lazy("Area"),
    "voltage": gettext_lazy("Voltage"),
    "kind": gettext_lazy("Kind"),
    "capacity": gettext_lazy("Contract size"),
    "unit": pgettext_lazy("tariff", "Unit"),
    "sizes": gettext_lazy("Sizes offered"),
    "from": gettext_lazy("Holds from"),
    "until": gettext_lazy("Until before"),
    "from_confidence": gettext_lazy("Certainty of the day"),
    "code": gettext_lazy("Code"),
    "label": pgettext_lazy("tariff", "Label"),
    "per": gettext_lazy("Price is for"),
    "price": gettext_lazy("Price"),
    "percent": gettext_lazy("Per cent"),
    "amount": gettext_lazy("Price"),
    "source": gettext_lazy("Source"),
    "confidence": gettext_lazy("Certainty"),
    "first": gettext_lazy("First part"),
    "size": gettext_lazy("Size"),
    "zero_use": gettext_lazy("Month without use"),
    "round": gettext_lazy("Rounding"),
    "mode": pgettext_lazy("tariff", "Mode"),
    "from_kwh": gettext_lazy("From kWh"),
    "up_to_kwh": gettext_lazy("Up to kWh"),
    "block_kwh": gettext_lazy("Block kWh"),
    "when": gettext_lazy("When"),
    "months": pgettext_lazy("plan field", "Months"),
    "days": gettext_lazy("Days"),
    "hours": gettext_lazy("Hours"),
    "when_days": pgettext_lazy("plan field", "Kinds of days"),
    "when_hours": pgettext_lazy("plan field", "Times of day"),
    "remainder": gettext_lazy("Band that takes the rest"),
    "product": gettext_lazy("Fuel product"),
    "value": gettext_lazy("Published value"),
    "group": pgettext_lazy("tariff", "Group"),
    "sign": gettext_lazy("Sign"),
    "of": gettext_lazy("Of"),
    "times": gettext_lazy("Times"),
    "prorated": gettext_lazy("Prorated"),
    "most_times": gettext_lazy("At most so many times"),
    "tax": gettext_lazy("Tax"),
    "quantity": gettext_lazy("Quantity"),
    "rounding": gettext_lazy("Rounding"),
    "proration": gettext_lazy("Part of a month"),
    "levy": pgettext_lazy("plan field", "Levy"),
    "line": pgettext_lazy("tariff", "Line"),
    "total": gettext_lazy("Total"),
    "display": gettext_lazy("On paper"),
    "above": pgettext_lazy("plan field", "Above"),
    "allocation": pgettext_lazy("plan field", "How tiers are shared among bands"),
    "applies_to": pgettext_lazy("plan field", "Applied to"),
    "bands": pgettext_lazy("plan field", "Bands"),
    "below_kwh": pgettext_lazy("plan field", "Below kWh"),
    "billed_percent": pgettext_lazy("plan field", "Per cent of what was billed"),
    "block_from_unit": pgettext_lazy("plan field", "First block from the unit"),
    "bounds": pgettext_lazy("plan field", "Bounds"),
    "cancellation": gettext_lazy("Cancellation fee"),
    "cap": pgettext_lazy("plan field", "Cap"),
    "certified_from": pgettext_lazy("plan field", "Certified from"),
    "change": pgettext_lazy("plan field", "Change inside a period"),
    "charge_above": pgettext_lazy("plan field", "Charged above"),
    "classes": pgettext_lazy("plan field", "Device classes"),
    "cohorts": pgettext_lazy("plan field", "Certification periods"),
    "contracts": pgettext_lazy("plan field", "Contracts of the customer"),
    "currency": pgettext_lazy("plan field", "Currency"),
    "day": pgettext_lazy("plan field", "Day"),
    "deferral": gettext_lazy("Deferred payment"),
    "discount_code": pgettext_lazy("plan field", "Discount code"),
    "denominator": pgettext_lazy("plan field", "Days that make a month"),
    "difference": pgettext_lazy("plan field", "Difference to the reading"),
    "fee": pgettext_lazy("plan field", "Fee"),
    "first_months": pgettext_lazy("plan field", "For the first months"),
    "flat": pgettext_lazy("plan field", "Fixed amount"),
    "floor": pgettext_lazy("plan field", "Floor"),
    "grace_days": pgettext_lazy("plan field", "Days without interest"),
    "if": pgettext_lazy("plan field", "Only if"),
    "inclusive": pgettext_lazy("plan field", "A difference of just so many days counts"),
    "kept": pgettext_lazy("plan field", "Code if it is kept"),
    "minimum": pgettext_lazy("plan field", "At least"),
    "missed": pgettext_lazy("plan field", "Code if it is missed"),
    "kwh": pgettext_lazy("plan field", "Rounding of kWh"),
    "late_interest": gettext_lazy("Late interest"),
    "length": pgettext_lazy("plan field", "Length of the reading period"),
    "loss_percent": pgettext_lazy("plan field", "Loss rate"),
    "margin": pgettext_lazy("plan field", "Margin"),
    "market": pgettext_lazy("plan field", "Market price"),
    "money": pgettext_lazy("plan field", "Rounding of amounts"),
    "months_before": pgettext_lazy("plan field", "Months before"),
    "notice_days": pgettext_lazy("plan field", "Days of notice"),
    "on": pgettext_lazy("plan field", "Taken on"),
    "per_month_left": pgettext_lazy("plan field", "For each month left"),
    "power_factor": pgettext_lazy("plan field", "Power factor"),
    "price_change": pgettext_lazy("plan field", "Price change"),
    "refund_below": pgettext_lazy("plan field", "Refunded below"),
    "renews": pgettext_lazy("plan field", "Renewed"),
    "seasons": pgettext_lazy("plan field", "Seasons"),
    "since": pgettext_lazy("plan field", "Since"),
    "split": pgettext_lazy("plan field", "Split by"),
    "steps": pgettext_lazy("plan field", "Tiers"),
    "tax_percent": pgettext_lazy("plan field", "Tax on the market price"),
    "bounds_per": pgettext_lazy("plan field", "What is bounded"),
    "until_year": pgettext_lazy("plan field", "Until year"),
    "window": pgettext_lazy("plan field", "Averaged days"),
    "within_kwh": pgettext_lazy("plan field", "Tolerated kWh"),
    "within_months": pgettext_lazy("plan field", "Within so many months"),
    "ja": "日本語",
    "zh": "中文",
    "en": "English",
}
_TITLES: Mapping[str, Any] = {
    "header": gettext_lazy("The plan"),
    "version": gettext_lazy("This version"),
    "rules": gettext_lazy("Tax, rounding, parts of a month, leaving and paying late"),
    "sources": gettext_lazy("Sources"),
}
_CHOICES: Mapping[tuple[str, str], Any] = {
    ("voltage", "low"): gettext_lazy("low voltage"),
    ("voltage", "high"): gettext_lazy("high voltage"),
    ("voltage", "special_high"): gettext_lazy("special high voltage"),
    ("kind", "regulated"): pgettext_lazy("tariff", "regulated"),
    ("kind", "free"): pgettext_lazy("tariff", "free"),
    ("kind", "purchase"): pgettext_lazy("tariff", "purchase"),
    ("unit", "contract"): gettext_lazy("per contract"),
    ("change", "half_hours"): pgettext_lazy("plan field", "by half-hours"),
    ("change", "days"): pgettext_lazy("plan field", "by days"),
    ("change", "days_x_size"): pgettext_lazy("plan field", "by days x size"),
    ("denominator", "reading_period"): pgettext_lazy("plan field", "days of the reading period"),
    ("denominator", "calendar_of_start"): pgettext_lazy("plan field", "calendar month of the start"),
    ("denominator", "calendar_of_end"): pgettext_lazy("plan field", "calendar month of the end"),
    ("denominator", "calendar_of_edge"): pgettext_lazy("plan field", "calendar month of the edge"),
    ("denominator", "thirty"): pgettext_lazy("plan field", "always thirty days"),
    ("confidence", "high"): gettext_lazy("certain"),
    ("confidence", "medium"): gettext_lazy("likely"),
    ("confidence", "low"): gettext_lazy("not certain"),
    ("from_confidence", "high"): gettext_lazy("certain"),
    ("from_confidence", "medium"): gettext_lazy("likely"),
    ("from_confidence", "low"): gettext_lazy("not certain"),
    ("mode", "floor"): pgettext_lazy("rounding", "down"),
    ("mode", "truncate"): pgettext_lazy("rounding", "towards zero"),
    ("mode", "half_up"): pgettext_lazy("rounding", "half up"),
    ("mode", "ceiling"): pgettext_lazy("rounding", "up"),
    ("total", "floor"): pgettext_lazy("rounding", "down"),
    ("total", "truncate"): pgettext_lazy("rounding", "towards zero"),
    ("total", "half_up"): pgettext_lazy("rounding", "half up"),
    ("total", "ceiling"): pgettext_lazy("rounding", "up"),
    ("tax", "floor"): pgettext_lazy("rounding", "down"),
    ("tax", "truncate"): pgettext_lazy("rounding", "towards zero"),
    ("tax", "half_up"): pgettext_lazy("rounding", "half up"),
    ("tax", "ceiling"): pgettext_lazy("rounding", "up"),
    ("tax", "included"): gettext_lazy("prices include it"),
    ("tax", "excluded"): gettext_lazy("prices are without it"),
    ("zero_use", "half"): gettext_lazy("half the price"),
    ("allocation", "each_band"): pgettext_lazy("plan field", "tiers in every band"),
    ("allocation", "pro_rata"): pgettext_lazy("plan field", "pro rata to use"),
    ("allocation", "time_order"): pgettext_lazy("plan field", "in order of time"),
    ("group", "discount"): pgettext_lazy("plan field", "discount"),
    ("group", "energy"): pgettext_lazy("plan field", "energy"),
    ("group", "fuel"): pgettext_lazy("plan field", "fuel"),
    ("group", "levy"): pgettext_lazy("plan field", "levy"),
    ("group", "subsidy"): pgettext_lazy("plan field", "subsidy"),
    ("market", "area"): pgettext_lazy("plan field", "price of the area"),
    ("market", "system"): pgettext_lazy("plan field", "system price"),
    ("on", "without_levy_and_tax"): pgettext_lazy("plan field", "on the bill without levy and tax"),
    ("on", "whole"): pgettext_lazy("plan field", "on the whole bill"),
    ("per", "average"): pgettext_lazy("plan field", "by the average"),
    ("per", "slot"): pgettext_lazy("plan field", "by half-hour"),
    ("line", "exact"): pgettext_lazy("rounding", "not rounded"),
    ("display", "exact"): pgettext_lazy("rounding", "not rounded"),
    ("proration", "never"): pgettext_lazy("plan field", "never shared by days"),
    ("power_factor", "measured"): pgettext_lazy("plan field", "as measured"),
    ("days", "weekday"): gettext_lazy("weekdays"),
    ("days", "saturday"): gettext_lazy("Saturdays"),
    ("days", "holiday"): gettext_lazy("holidays"),
    ("price_change", "first_day"): pgettext_lazy("plan field", "by the first day"),
    ("price_change", "split"): pgettext_lazy("plan field", "divided"),
    ("size", "contract"): pgettext_lazy("plan field", "contract size"),
    ("size", "demand"): pgettext_lazy("plan field", "contract demand"),
    ("size", "reserve"): pgettext_lazy("plan field", "reserve power"),
    ("split", "days"): pgettext_lazy("plan field", "by days"),
    ("split", "half_hours"): pgettext_lazy("plan field", "by half-hours"),
}


_KINDS: Mapping[str, Any] = {
    "basic": pgettext_lazy("kind of component", "Basic charge"),
    "minimum_charge": pgettext_lazy("kind of component", "Minimum charge with a first block"),
    "devices": pgettext_lazy("kind of component", "Fixed charge per lamp or device"),
    "flat": pgettext_lazy("kind of component", "Energy at one price"),
    "tiers": pgettext_lazy("kind of component", "Energy by tiers"),
    "bands": pgettext_lazy("kind of component", "Energy by time of use"),
    "band_tiers": pgettext_lazy("kind of component", "Energy by time of use and tiers"),
    "seasons": pgettext_lazy("kind of component", "Energy by season"),
    "season_tiers": pgettext_lazy("kind of component", "Energy by season and tiers"),
    "market_linked": pgettext_lazy("kind of component", "Energy at the spot price"),
    "purchase": pgettext_lazy("kind of component", "Energy that is bought"),
    "fuel": pgettext_lazy("kind of component", "Fuel cost adjustment"),
    "market_average": pgettext_lazy("kind of component", "Market price adjustment of the month"),
    "published_per_kwh": pgettext_lazy("kind of component", "Published adjustment per kWh"),
    "published_per_device": pgettext_lazy("kind of component", "Published adjustment per device"),
    "published_monthly": pgettext_lazy("kind of component", "Published amount of the month"),
    "government_discount": pgettext_lazy("kind of component", "Government discount"),
    "fixed": pgettext_lazy("kind of component", "Discount or surcharge: an amount"),
    "per_kwh": pgettext_lazy("kind of component", "Discount or surcharge: per kWh"),
    "percent": pgettext_lazy("kind of component", "Discount or surcharge: per cent"),
    "excess_demand": pgettext_lazy("kind of component", "Charge for demand above the contract"),
    "monthly_minimum": pgettext_lazy("kind of component", "Least amount of a month"),
    "levy": pgettext_lazy("kind of component", "Renewable levy"),
}
"""Kinds of components in the order in which a bill has them."""


_SHARES = dict.fromkeys(("percent", "tax_percent", "loss_percent"), " [%]")


def word(name: Any) -> str:
    """The label of a property; one that has no word of its own yet is shown as the document writes it."""
    return str(_WORDS.get(str(name), str(name)))


def head(name: str) -> str:
    """The same as the head of a column."""
    return price_head(name) if name == "amount" else word(name)


def unit_of(name: str) -> str:
    """What an amount beside the components counts."""
    return _SHARES.get(name) or {"above": f" [{current().unit}/kWh]"}.get(name, "")


def is_share(path: Sequence[Any]) -> bool:
    """Whether what stands at a place is a percentage and no price."""
    return any(name in _SHARES for name in path)


def area(code: str) -> str:
    """An area by its name; ``*`` is every area that is not named."""
    return str(AREAS[code].name) if code in AREAS else _("other areas")


def price_head(name: str) -> str:
    """The head of one of several columns of prices."""
    return f"{word(name)} [{current().unit}]"


def title(name: str) -> str:
    return str(_TITLES[name])


def choice(name: str, value: Any) -> str:
    """What one of the allowed values is called."""
    if name == "area":
        known = masters.every_area()
        return f"{value} {known[value].name}" if value in known else _("every area")
    if isinstance(value, bool):
        return pgettext("tariff", "yes") if value else pgettext("tariff", "no")
    return str(_CHOICES.get((name, str(value)), value))


def says(part: Mapping[str, Any]) -> str:
    """What a component does, in a sentence; nothing where it is not whole enough to say it."""
    try:
        return SHAPES[part["kind"]].sentence(part)
    except (LookupError, TypeError, ValueError, AttributeError):
        return ""


def component_title(part: Mapping[str, Any]) -> str:
    """The name of a component, its kind where it cannot be named."""
    from tomoshibi.tariffs import wording

    try:
        return wording.in_language(labels.of_component(part))
    except (LookupError, AttributeError):
        return str(part.get("kind", ""))


def kind_word(kind: str) -> str:
    """What a kind of component is called where one is chosen; lines of bills are called otherwise."""
    return str(_KINDS.get(kind) or component_title({"kind": kind}))


def kinds(component: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The kinds of components that the schema knows, with their names, in the order of a bill."""
    known = component["properties"]["kind"]["enum"]
    ordered = [*(kind for kind in _KINDS if kind in known), *(kind for kind in known if kind not in _KINDS)]
    return [(kind, f"{kind_word(kind)} · {kind}") for kind in ordered]


def band_word(band: Mapping[str, Any]) -> str:
    """What a band is called on bills; its name in the document where it has no label."""
    from tomoshibi.tariffs import wording

    label = band.get("label")
    return (wording.in_language(label) if isinstance(label, Mapping) and "ja" in label else "") or str(band["name"])


def fuel_products(value: Any) -> tuple[tuple[str, str], ...]:
    """Products of the fuel adjustment by code and name; one of the retailer's own stays choosable."""
    known = masters.fuel_product_words()
    return tuple((known | ({str(value): str(value)} if value and value not in known else {})).items())


def first_bands(source: str) -> list[dict[str, Any]]:
    """What a time-of-use component begins with: day and night, their prices still to be typed."""
    return [
        {"name": "day", "label": {"ja": "昼間", "zh": "白天", "en": "Day"}, "price": {"amount": "", "source": source}},
        {
            "name": "night",
            "label": {"ja": "夜間", "zh": "夜间", "en": "Night"},
            "price": {"amount": "", "source": source},
            "when": [{"hours": ["00:00-08:00", "22:00-24:00"]}],
        },
    ]


def new_source() -> str:
    return _("to be named")
