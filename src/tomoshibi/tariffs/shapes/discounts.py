"""Discounts and surcharges: ``fixed``, ``per_kwh`` and ``percent``; for all, or for contracts with a code."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from tomoshibi.kernel.units import energy_dwh, scaled
from tomoshibi.rating.discounts import FixedAmount, Percentage, PerKwhAmount
from tomoshibi.rating.program import Component
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.energy_words import DISCOUNT, PER_KWH
from tomoshibi.tariffs.shapes.shape import Part, Price, Shape

PPM_PER_PERCENT = 10_000
_PERCENT = {
    "type": "object",
    "required": ["amount", "source"],
    "properties": {
        "amount": s.DECIMAL,
        "source": {"type": "string", "minLength": 1},
        "confidence": {"$ref": "#/$defs/confidence"},
        "comment": {"type": "string"},
    },
    "additionalProperties": False,
}


def _fixed(part: Part, _document: Part) -> Component:
    return FixedAmount(
        part["code"],
        s.price_micro(part["price"]),
        part.get("when", ""),
        part.get("times", ""),
        part.get("prorated", False),
    )


def _per_kwh(part: Part, _document: Part) -> Component:
    limit = energy_dwh(part["up_to_kwh"]) if "up_to_kwh" in part else None
    return PerKwhAmount(part["code"], s.price_micro(part["price"]), part.get("when", ""), limit)


def _percent(part: Part, _document: Part) -> Component:
    ppm = scaled(part["percent"]["amount"], scale=PPM_PER_PERCENT)
    return Percentage(part["code"], ppm, tuple(part["of"]), part.get("when", ""), part.get("times", ""))


def _per_kwh_prices(part: Part) -> Iterator[Price]:
    yield "", part["price"], PER_KWH


def _percent_prices(part: Part) -> Iterator[Price]:
    yield _("of %(components)s") % {"components": ", ".join(part["of"])}, part["percent"], "%"


def _for_whom(words: Callable[[Part], str]) -> Callable[[Part], str]:
    def sentence(part: Part) -> str:
        if "when" not in part:
            return words(part)
        return f"{words(part)} {_('Only for contracts with the code %(code)s.') % {'code': part['when']}}"

    return sentence


SHAPES = {
    shape.kind: shape
    for shape in (
        Shape(
            kind="fixed",
            label=DISCOUNT,
            about="An amount per month; negative for a discount.",
            fields={"price": s.PRICE, "when": s.WHEN, "times": s.TIMES, "prorated": {"type": "boolean"}},
            required=("price",),
            build=_fixed,
            sentence=_for_whom(lambda _part: _("An amount every month.")),
        ),
        Shape(
            kind="per_kwh",
            label=DISCOUNT,
            about="A price per kWh; negative for a discount.",
            fields={"price": s.PRICE, "when": s.WHEN, "up_to_kwh": s.KWH},
            required=("price",),
            build=_per_kwh,
            sentence=_for_whom(lambda _part: _("A price on the energy.")),
            prices=_per_kwh_prices,
        ),
        Shape(
            kind="percent",
            label=DISCOUNT,
            about="A share of components above it; negative for a discount.",
            fields={"percent": _PERCENT, "of": s.CODES, "when": s.WHEN, "times": s.TIMES},
            required=("percent", "of"),
            build=_percent,
            sentence=_for_whom(lambda part: _("A share of %(components)s.") % {"components": ", ".join(part["of"])}),
            prices=_percent_prices,
        ),
    )
}
