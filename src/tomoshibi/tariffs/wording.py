"""Plan components in words and as a table of prices, in the user's language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from tomoshibi.tariffs import labels
from tomoshibi.tariffs.derivation import decimals, thousands

Part = Mapping[str, Any]


@dataclass(frozen=True)
class PriceRow:
    """One price as the table shows it; published values have no amount of their own."""

    component: str
    what: str
    amount: str
    unit: str
    source: str
    confidence: str
    comment: str


def in_language(label: Mapping[str, str]) -> str:
    """A label in the language of the user."""
    language = (get_language() or "ja")[:2]
    return label.get(language) or label.get("ja") or next(iter(label.values()), "")


def price_table(document: Part) -> list[PriceRow]:
    """Every price of a one-version document, in its order."""
    (version,) = document["versions"]
    sources = document["sources"]
    return [
        PriceRow(
            component=in_language(labels.of_component(part)),
            what=what,
            amount=thousands(decimals(str(price["amount"]))),
            unit=unit,
            source=sources.get(price["source"], price["source"]),
            confidence=price.get("confidence", "high"),
            comment=price.get("comment", ""),
        )
        for part in version["components"]
        for what, price, unit in _prices(part)
    ]


def _prices(part: Part) -> Iterator[tuple[str, Part, str]]:
    kind = part["kind"]
    if kind == "tiers":
        lower = part.get("from_kwh", 0)
        for step in part["steps"]:
            upper = step["up_to_kwh"]
            yield (
                (f"{lower} – {upper} kWh" if upper is not None else _("above %(kwh)s kWh") % {"kwh": lower}),
                step["price"],
                "/ kWh",
            )
            lower = upper
    elif kind == "bands":
        for band in part["bands"]:
            yield in_language({"ja": band["name"], **band.get("label", {})}), band["price"], "/ kWh"
    elif kind == "percent":
        yield _("of %(components)s") % {"components": ", ".join(part["of"])}, part["percent"], "%"
    else:
        if "first" in part:
            yield (
                _("up to %(size)s %(unit)s") % {"size": part["first"]["size"], "unit": part["unit"]},
                part["first"]["price"],
                "",
            )
        if "price" in part:
            yield _block(part), part["price"], _unit(part)


def _block(part: Part) -> str:
    return _("covers the first %(kwh)s kWh") % {"kwh": part["block_kwh"]} if part["kind"] == "minimum_charge" else ""


def _unit(part: Part) -> str:
    if part["kind"] in {"flat", "per_kwh"}:
        return "/ kWh"
    if part["kind"] == "basic" and part["unit"] != "contract":
        per = part.get("per", 1)
        return f"/ {per} {part['unit']}" if per != 1 else f"/ {part['unit']}"
    return _("/ month")


def in_words(document: Part) -> list[tuple[str, str]]:
    """What each component of a one-version document does: its name and a sentence."""
    (version,) = document["versions"]
    return [(in_language(labels.of_component(part)), _sentence(part)) for part in version["components"]]


def _sentence(part: Part) -> str:
    said = [_KINDS[part["kind"]](part)]
    if part.get("zero_use") == "half":
        said.append(_("A month without energy pays one half."))
    if "block_kwh" in part and part["kind"] != "minimum_charge":
        said.append(
            _("The first %(kwh)s kWh have a unit of their own that is owed in full.") % {"kwh": part["block_kwh"]}
        )
    if "when" in part:
        said.append(_("Only for contracts with the code %(code)s.") % {"code": part["when"]})
    if "comment" in part:
        said.append(part["comment"])
    return " ".join(said)


def _bands(part: Part) -> str:
    bands = ", ".join(in_language({"ja": band["name"], **band.get("label", {})}) for band in part["bands"])
    said = _("Each half-hour of the period is priced in its band: %(bands)s.") % {"bands": bands}
    if "remainder" in part:
        said += " " + _("Bands are rounded to kWh; %(band)s takes what is left.") % {"band": part["remainder"]}
    return said


_KINDS: Mapping[str, Any] = {
    "basic": lambda part: (
        _("A price by the size of the contract, every month.")
        if part["unit"] != "contract"
        else _("One amount per contract, every month.")
    ),
    "minimum_charge": lambda part: (
        _("One amount every month that covers the first %(kwh)s kWh.") % {"kwh": part["block_kwh"]}
    ),
    "tiers": lambda _part: _("Each step prices the energy that lies in it."),
    "flat": lambda _part: _("All energy at one price."),
    "bands": _bands,
    "fuel": lambda _part: _("All energy times the fuel adjustment unit of the area and month; it may be negative."),
    "levy": lambda _part: _("All energy times the levy of the year, rounded before the total."),
    "government_discount": lambda _part: _("All energy times the discount of the month of use, deducted."),
    "published_per_kwh": lambda part: _("All energy times the published unit %(code)s.") % {"code": part["value"]},
    "published_monthly": lambda part: (
        _("The amount %(code)s that is published for each month.") % {"code": part["value"]}
    ),
    "monthly_minimum": lambda part: _("Tops up %(components)s to this amount.") % {"components": ", ".join(part["of"])},
    "fixed": lambda _part: _("An amount every month."),
    "per_kwh": lambda _part: _("A price on the energy."),
    "percent": lambda part: _("A share of %(components)s.") % {"components": ", ".join(part["of"])},
}


def proration_in_words(document: Part) -> str:
    """When and how a month is shortened."""
    policy = document["versions"][0].get("proration", "never")
    if policy == "never":
        return _("Never prorated: every period counts as a month.")
    return {
        "reading_period": _("A part of a month counts as its days of the days of the reading period."),
        "calendar_of_start": _("A part of a month counts as its days of the calendar month it starts in."),
        "calendar_of_end": _("A part of a month counts as its days of the calendar month it ends in."),
        "calendar_of_edge": _("A start counts by the calendar month of its first day, an end by that of its last."),
        "thirty": _("A part of a month counts as its days of thirty."),
    }[policy["denominator"]]


def rounding_in_words(document: Part) -> str:
    """Where digits are lost."""
    rounding = document["versions"][0].get("rounding", {})
    modes = {
        "floor": pgettext("rounding", "down"),
        "truncate": pgettext("rounding", "towards zero"),
        "half_up": pgettext("rounding", "half up"),
        "ceiling": pgettext("rounding", "up"),
    }
    line, levy = rounding.get("line", "exact"), rounding.get("levy", {"unit": 1, "mode": "floor"})
    lines = _("lines stay exact") if line == "exact" else _("lines to %(unit)s %(mode)s") % {
        "unit": line["unit"], "mode": modes[line["mode"]],
    }  # fmt: skip
    levies = _("the levy is exact") if levy == "exact" else _("the levy to %(unit)s %(mode)s") % {
        "unit": levy["unit"], "mode": modes[levy["mode"]],
    }  # fmt: skip
    return _("%(lines)s, %(levies)s, the total to whole units %(mode)s") % {
        "lines": lines,
        "levies": levies,
        "mode": modes[rounding.get("total", "floor")],
    }


def changes(before: Part | None, after: Part) -> list[tuple[str, str, str]]:
    """
    Prices that differ between two one-version documents: what, the former amount, the new one.

    A price that is new or gone has an empty side.
    """
    old = (
        {f"{row.component} {row.what}".strip(): f"{row.amount} {row.unit}" for row in price_table(before)}
        if before
        else {}
    )
    new = {f"{row.component} {row.what}".strip(): f"{row.amount} {row.unit}" for row in price_table(after)}
    names = dict.fromkeys([*old, *new])
    return [(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)]
