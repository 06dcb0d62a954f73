"""Plan components in words and as a table of prices, in the user's language."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tomoshibi.rating.program import Split
from tomoshibi.rating.proration import Scope
from tomoshibi.tariffs import compile as compiler
from tomoshibi.tariffs import labels
from tomoshibi.tariffs.derivation import decimals, thousands
from tomoshibi.tariffs.document import Path_
from tomoshibi.tariffs.shapes import SHAPES
from tomoshibi.tariffs.shapes.shape import Part, in_language


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
            source=in_language(sources.get(price["source"], price["source"])),
            confidence=price.get("confidence", "high"),
            comment=in_language(price.get("comment", "")),
        )
        for part in named_parts(version)
        for what, price, unit in SHAPES[part["kind"]].prices(part)
    ]


def of_price(document: Part, path: Path_) -> str:
    """What a price of a component is for, as the table of prices says it; empty for what stands in no table."""
    if path[2:3] != ("components",):
        return ""
    part = document["versions"][path[1]]["components"][path[3]]
    price: Any = part
    for name in path[4:]:
        price = price[name]
    label = in_language(labels.of_component(part))
    return next(
        (f"{label} {what}".strip() for what, one, _unit in SHAPES[part["kind"]].prices(part) if one is price), ""
    )


def in_words(document: Part) -> list[tuple[str, str]]:
    """What each component of a one-version document does: its name and a sentence."""
    (version,) = document["versions"]
    return [(in_language(labels.of_component(part)), _sentence(part)) for part in named_parts(version)]


def named_parts(version: Part) -> list[Part]:
    """The components of a version, those that they are a share of called by their names, for people to read."""
    names = {part["code"]: in_language(labels.of_component(part)) for part in version["components"]}
    return [
        {**part, "of": [names.get(code, code) for code in part["of"]]} if "of" in part else part
        for part in version["components"]
    ]


def _sentence(part: Part) -> str:
    said = SHAPES[part["kind"]].sentence(part)
    return f"{said} {in_language(part['comment'])}" if "comment" in part else said


def proration_in_words(document: Part) -> str:
    """When and how a month is shortened."""
    policy = document["versions"][0].get("proration", "never")
    if policy == "never":
        return _("Never prorated: every period counts as a month.")
    shares = {
        "reading_period": _("A part of a month counts as its days of the days of the reading period."),
        "calendar_of_start": _("A part of a month counts as its days of the calendar month it starts in."),
        "calendar_of_end": _("A part of a month counts as its days of the calendar month it ends in."),
        "calendar_of_edge": _("A start counts by the calendar month of its first day, an end by that of its last."),
        "thirty": _("A part of a month counts as its days of thirty."),
    }
    said = [shares[policy["denominator"]]]
    if "length" in policy:
        text = _("A reading period that differs from the month by more than %(days)s days counts by its days.")
        days = policy["length"]["days"]
        said.append(text % {"days": days - 1 if policy["length"]["inclusive"] else days})
    if "applies_to" in policy:
        scopes = scope_words()
        shared = ", ".join(scopes[Scope(one)] for one in policy["applies_to"])
        said.append(_("Shared by days: %(what)s; the rest is owed in full.") % {"what": shared or _("nothing")})
    divides = policy.get("price_change") == "split"
    said.append(
        _("A new price divides the period on its first day.")
        if divides
        else _("A new price counts from the first period that begins under it.")
    )
    return " ".join(said)


def scope_words() -> dict[Scope, str]:
    """What a plan may share by days, by its name in the policy."""
    return {
        Scope.BASIC: _("basic charge"),
        Scope.MINIMUM: _("minimum charge"),
        Scope.MONTHLY_MINIMUM: _("minimum monthly amount"),
        Scope.TIERS: _("widths of tiers"),
        Scope.BLOCKS: _("blocks of the minimum charge"),
        Scope.FIXED: _("fixed discounts and fees"),
        Scope.MONTHLY: _("published monthly amounts"),
    }


def change_in_words(document: Part) -> str:
    """To which part of a divided bill its energy goes."""
    said = {
        Split.HALF_HOURS: _(
            "Where a price, size or plan changes inside a period, each part takes the energy of its half-hours; "
            "where half-hours are missing, its share of the days."
        ),
        Split.DAYS: _("Where a price, size or plan changes inside a period, each part takes its share of the days."),
        Split.DAYS_X_SIZE: _(
            "Where a price, size or plan changes inside a period, each part takes its share of the days times its size."
        ),
    }
    return said[compiler.program(document).split]


def tax_in_words(document: Part) -> str:
    """Whether prices contain the consumption tax."""
    if compiler.program(document).tax_included:
        return _("Prices contain the consumption tax; what of the total is tax is found once.")
    return _("Prices are without consumption tax; it is added once, to the total.")


def _modes() -> dict[str, str]:
    return {
        "floor": pgettext("rounding", "down"),
        "truncate": pgettext("rounding", "towards zero"),
        "half_up": pgettext("rounding", "half up"),
        "ceiling": pgettext("rounding", "up"),
    }


def _lines_rounded(rounding: Part) -> str:
    line = rounding.get("line", "exact")
    if line == "exact":
        return _("lines stay exact")
    return _("lines to %(unit)s %(mode)s") % {"unit": line["unit"], "mode": _modes()[line["mode"]]}


def _levies_rounded(rounding: Part) -> str:
    levy = rounding.get("levy", {"unit": 1, "mode": "floor"})
    if levy == "exact":
        return _("the levy is exact")
    return _("the levy to %(unit)s %(mode)s") % {"unit": levy["unit"], "mode": _modes()[levy["mode"]]}


def rules_of_lines(document: Part) -> dict[str, tuple[str, str]]:
    """
    For each component of a one-version document how its lines are worked out, and how they are rounded, in words.

    What a component rounds by itself (a basic charge to sen) stands before the rule of the plan.
    """
    version = document["versions"][0]
    rounding, modes = version.get("rounding", {}), _modes()
    found = {}
    for part, named in zip(version["components"], named_parts(version), strict=True):
        levy = part["kind"] == "levy" or part.get("group") == "levy"
        said = _levies_rounded(rounding) if levy else _lines_rounded(rounding)
        own = part.get("round")
        if own and own.get("unit") and part["kind"] == "basic":
            to = {"unit": own["unit"], "mode": modes[own["mode"]]}
            amount = _("its amount to %(unit)s %(mode)s") % to
            said = f"{amount}, {said}"
        found[part["code"]] = _sentence(named), said
    return found


def rounding_in_words(document: Part) -> str:
    """Where digits are lost."""
    rounding, modes = document["versions"][0].get("rounding", {}), _modes()
    lines, levies = _lines_rounded(rounding), _levies_rounded(rounding)
    said = _("%(lines)s, %(levies)s, the total to whole units %(mode)s") % {
        "lines": lines,
        "levies": levies,
        "mode": modes[rounding.get("total", "floor")],
    }
    quantity = document["versions"][0].get("quantity")
    if quantity is None:
        return said
    energy = _("the energy to %(unit)s kWh %(mode)s") % {"unit": quantity["unit"], "mode": modes[quantity["mode"]]}
    return f"{energy}, {said}"


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
