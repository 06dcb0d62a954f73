"""From a plan document with one version to the program that the engine runs."""

from dataclasses import replace

from tomoshibi.kernel.rounding import Rounding
from tomoshibi.kernel.units import E10
from tomoshibi.rating.program import Program, Split
from tomoshibi.rating.proration import Denominator, LengthRule, PriceChange, Proration, Scope
from tomoshibi.rating.rounding_policy import RoundingPolicy
from tomoshibi.tariffs import fees
from tomoshibi.tariffs.shapes import SHAPES
from tomoshibi.tariffs.shapes.shape import Part, energy_step, money_step

MINOR_UNITS = {"JPY": 1, "CNY": 100}
"""Smallest units in one unit of a currency: a yuan has a hundred fen."""


def program(document: Part) -> Program:
    """
    Compile a document that lint found sound.

    :param document: header and exactly one version (``document.versions``)
    """
    (version,) = document["versions"]
    components = tuple(SHAPES[part["kind"]].build(part, document) for part in version["components"])
    compiled = Program(
        components=components,
        rounding=_rounding(version.get("rounding", {}), currency=document.get("currency", "JPY")),
        proration=_proration(version.get("proration", "never")),
        quantity=energy_step(version["quantity"]) if "quantity" in version else None,
        tax_included=version.get("tax", "included") == "included",
        **fees.of(version, minor_per_unit=MINOR_UNITS[document.get("currency", "JPY")]),
    )
    return replace(compiled, split=_split(version.get("change"), compiled))


def _split(stated: str | None, compiled: Program) -> Split:
    """What is not stated goes by what is priced: half-hours by themselves, everything else by days."""
    if stated is not None:
        return Split(stated)
    return Split.HALF_HOURS if compiled.needs_half_hours else Split.DAYS


def _rounding(given: Part, *, currency: str) -> RoundingPolicy:
    default = RoundingPolicy()
    minor_e10 = E10 // MINOR_UNITS[currency]
    return RoundingPolicy(
        line=money_step(given.get("line"), default.line),
        levy=money_step(given.get("levy"), default.levy),
        total=Rounding(given.get("total", default.total)),
        tax=Rounding(given.get("tax", default.tax)),
        display=money_step(given.get("display"), default.display),
        minor_e10=minor_e10,
    )


def _proration(given: Part | str) -> Proration:
    if isinstance(given, str):
        return Proration(denominator=None)
    default = Proration()
    length = given.get("length")
    return Proration(
        denominator=Denominator(given["denominator"]),
        length=length
        and LengthRule(
            days=length["days"], inclusive=length["inclusive"], denominator=Denominator(length["denominator"])
        ),
        kwh=energy_step(given["kwh"]) if "kwh" in given else default.kwh,
        money=money_step(given.get("money"), default.money),
        applies_to=frozenset(map(Scope, given["applies_to"])) if "applies_to" in given else default.applies_to,
        price_change=PriceChange(given.get("price_change", default.price_change)),
    )
