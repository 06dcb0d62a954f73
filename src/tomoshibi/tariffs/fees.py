"""What a plan document says about money beside its prices: cancellation fee, late interest, deferred payment."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.kernel.units import micro, scaled
from tomoshibi.rating.deferral import Deferral
from tomoshibi.rating.fees import CancellationTerm, LateInterest
from tomoshibi.tariffs.derivation import thousands
from tomoshibi.tariffs.shapes.shape import Part

PPM_PER_PERCENT = 10_000
_PRICE = {"$ref": "#/$defs/price"}
_COUNT = {"type": "integer", "minimum": 1, "maximum": 1200}
_NOTE = {"$ref": "#/$defs/note"}
SCHEMA: dict[str, Any] = {
    "cancellation": {
        "description": "Clauses of the cancellation fee; those that apply are added.",
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": {
                "within_months": _COUNT,
                "renews": {"type": "boolean"},
                "flat": _PRICE,
                "per_month_left": _PRICE,
                "billed_percent": _PRICE,
                "notice_days": _COUNT,
                "comment": _NOTE,
            },
            "anyOf": [{"required": [name]} for name in ("flat", "per_month_left", "billed_percent", "notice_days")],
            "dependentRequired": {"per_month_left": ["within_months"], "renews": ["within_months"]},
            "additionalProperties": False,
        },
    },
    "late_interest": {
        "type": "object",
        "required": ["percent"],
        "properties": {
            "percent": _PRICE,
            "grace_days": {"type": "integer", "minimum": 0, "maximum": 365},
            "minimum": {"$ref": "#/$defs/decimal"},
            "on": {"enum": ["without_levy_and_tax", "whole"]},
            "comment": _NOTE,
        },
        "additionalProperties": False,
    },
    "deferral": {
        "description": "What a dear month's energy costs above a price is paid in the following months.",
        "type": "object",
        "required": ["above", "percent", "months"],
        "properties": {
            "above": _PRICE,
            "percent": _PRICE,
            "months": {"type": "integer", "minimum": 1, "maximum": 12},
            "comment": _NOTE,
        },
        "additionalProperties": False,
    },
}


def of(version: Part, *, minor_per_unit: int) -> dict[str, Any]:
    """
    The parameters of ``Program`` that a version's clauses stand for.

    :param minor_per_unit: smallest units in one of the currency
    """
    return {
        "cancellation": tuple(_clause(one, minor_per_unit) for one in version.get("cancellation", ())),
        "late_interest": _late_interest(version.get("late_interest"), minor_per_unit),
        "deferral": _deferral(version.get("deferral")),
    }


def amounts(place: Part) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """
    Amounts of money in clauses, each with where it stands.

    :param place: a document's header, or a version: clauses stand in either
    """
    for number, clause in enumerate(place.get("cancellation", ())):
        for name in ("flat", "per_month_left"):
            if name in clause:
                yield ("cancellation", number, name, "amount"), str(clause[name]["amount"])
    if "minimum" in place.get("late_interest", {}):
        yield ("late_interest", "minimum"), str(place["late_interest"]["minimum"])


def _clause(given: Part, minor_per_unit: int) -> CancellationTerm:
    return CancellationTerm(
        within_months=given.get("within_months", 0),
        renews=given.get("renews", False),
        flat_minor=_money(given.get("flat"), minor_per_unit),
        per_month_left_minor=_money(given.get("per_month_left"), minor_per_unit),
        billed_ppm=_ppm(given.get("billed_percent")),
        notice_days=given.get("notice_days", 0),
    )


def _late_interest(given: Part | None, minor_per_unit: int) -> LateInterest | None:
    if given is None:
        return None
    return LateInterest(
        rate_ppm=_ppm(given["percent"]),
        grace_days=given.get("grace_days", 0),
        minimum_minor=scaled(str(given.get("minimum", 1)), scale=minor_per_unit),
        without_levy_and_tax=given.get("on", "without_levy_and_tax") == "without_levy_and_tax",
    )


def _deferral(given: Part | None) -> Deferral | None:
    if given is None:
        return None
    return Deferral(
        above_micro=micro(str(given["above"]["amount"])), share_ppm=_ppm(given["percent"]), months=given["months"]
    )


def _money(price: Part | None, minor_per_unit: int) -> int:
    return scaled(str(price["amount"]), scale=minor_per_unit) if price else 0


def _ppm(price: Part | None) -> int:
    return scaled(str(price["amount"]), scale=PPM_PER_PERCENT) if price else 0


def cancellation_in_words(document: Part) -> str:
    """What leaving costs."""
    clauses = document["versions"][0].get("cancellation", ())
    return " ".join(_clause_in_words(one) for one in clauses) or _("Leaving costs nothing.")


def _clause_in_words(given: Part) -> str:
    said = []
    if "flat" in given:
        said.append(_("%(amount)s yen") % {"amount": _amount(given["flat"])})
    if "per_month_left" in given:
        said.append(_("%(amount)s yen for each month left of the term") % {"amount": _amount(given["per_month_left"])})
    if "billed_percent" in given:
        said.append(_("%(percent)s %% of everything billed so far") % {"percent": _amount(given["billed_percent"])})
    if "notice_days" in given:
        said.append(
            _("a year's bill times the days missing to %(days)s days' notice, of 365") % {"days": given["notice_days"]}
        )
    what = "; ".join(said)
    if "within_months" not in given:
        return _("Leaving costs %(what)s.") % {"what": what}
    months = given["within_months"]
    if given.get("renews"):
        return _("Leaving inside a term of %(months)s months, which begins again, costs %(what)s.") % {
            "months": months, "what": what,
        }  # fmt: skip
    return _("Leaving within %(months)s months costs %(what)s.") % {"months": months, "what": what}


def late_interest_in_words(document: Part) -> str:
    """What money that comes late costs."""
    given = document["versions"][0].get("late_interest")
    if given is None:
        return _("Money that comes late costs nothing.")
    base = _("the bill") if given.get("on") == "whole" else _("the bill without its levy and tax")
    said = [
        _(
            "%(percent)s %% a year on %(base)s, from the day after the due date to the day of payment, cut to whole units."
        )
        % {"percent": _amount(given["percent"]), "base": base}
    ]
    if days := given.get("grace_days"):
        said.append(_("Up to %(days)s days late cost nothing.") % {"days": days})
    if "minimum" in given:
        said.append(_("Less than %(amount)s yen is not asked for.") % {"amount": thousands(str(given["minimum"]))})
    return " ".join(said)


def deferral_in_words(document: Part) -> str:
    """What of a dear month is paid later."""
    given = document["versions"][0].get("deferral")
    if given is None:
        return _("Every bill is paid whole.")
    return _(
        "Of what the energy costs above %(price)s yen/kWh, %(percent)s %% is paid later, in %(months)s equal parts with the "
        "following bills; an ended contract pays the rest with its last bill."
    ) % {"price": _amount(given["above"]), "percent": _amount(given["percent"]), "months": given["months"]}


def _amount(price: Part) -> str:
    return thousands(str(price["amount"]))
