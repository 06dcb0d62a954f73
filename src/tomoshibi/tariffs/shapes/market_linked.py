"""``market_linked``: each half-hour at the market's price of its slot, with loss, tax, margin, floor and cap."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tomoshibi.kernel.units import energy_dwh, micro
from tomoshibi.rating.market_linked import Market, MarketLinked, Per
from tomoshibi.rating.program import Component
from tomoshibi.tariffs.shapes import market_words as market
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.shape import Complaint, FirstKwh, Label, Part, Place, Price, Shape

_DIFFERENCE = {"ja": "(検針値との差)", "zh": "(与抄表值之差)", "en": " (difference to the reading)"}


def _build(part: Part, _document: Part) -> Component:
    bounds = part.get("bounds", {})
    return MarketLinked(
        code=part["code"],
        market=Market(part["market"]),
        loss_ppm=market.loss(part),
        step=market.price_step(part["round"]),
        fee_micro=s.price_micro(part["fee"]) if "fee" in part else 0,
        tax_ppm=market.tax_ppm(part),
        margin_micro=s.price_micro(part["margin"]) if "margin" in part else 0,
        floor_micro=s.price_micro(bounds["floor"]) if "floor" in bounds else None,
        cap_micro=s.price_micro(bounds["cap"]) if "cap" in bounds else None,
        bounds=Per(bounds.get("per", Per.SLOT.value)),
        within_dwh=energy_dwh(part["difference"]["within_kwh"]) if "difference" in part else None,
    )


def _sentence(part: Part) -> str:
    said = _("Each half-hour costs the spot price of %(whose)s in it, divided by what arrives after losses") % {
        "whose": market.whose(part)
    }
    said += _(", with tax") if "tax_percent" in part else ""
    said += _(", rounded to %(unit)s, plus the margin.") % {"unit": part["round"]["unit"]}
    if "difference" in part:
        said += " " + _("A reading may differ by %(kwh)s kWh; the difference costs the average.") % {
            "kwh": part["difference"]["within_kwh"]
        }
    return said


def _prices(part: Part) -> Iterator[Price]:
    bounds = part.get("bounds", {})
    limits = (
        {"floor": _("lowest average"), "cap": _("highest average")}
        if bounds.get("per") == Per.AVERAGE.value
        else {"floor": _("lowest market price"), "cap": _("highest market price")}
    )
    yield from market.prices(part, limits, bounds)
    yield from market.prices(part, {"fee": _("fee, before loss and tax"), "margin": _("margin")}, part)
    yield from market.rates(part)


def _complaints(part: Part, here: Place, _document: Part) -> Iterator[Complaint]:
    yield from market.complaints(part, here)
    bounds = part.get("bounds", {})
    if "floor" in bounds and "cap" in bounds and micro(bounds["floor"]["amount"]) > micro(bounds["cap"]["amount"]):
        yield (*here, "bounds"), _("the floor lies above the cap"), True


def _slot_label(part: Part, shape: Component, code: str) -> Label | None:
    return s.with_suffix(part, SHAPE, _DIFFERENCE) if code != shape.code else None


SHAPE = Shape(
    kind="market_linked",
    label={"ja": "電力量料金(市場連動)", "zh": "电量电费(市场联动)", "en": "Energy charge (market-linked)"},
    about="Each half-hour at round((bounded market price + fee) x (1 + tax) / (1 - loss)) + margin.",
    fields={
        **market.FIELDS,
        "fee": {**s.PRICE, "description": "Added to the market's price before loss and tax."},
        "margin": {**s.PRICE, "description": "Added to the rounded price of each half-hour."},
        "bounds": {
            "type": "object",
            "description": "Floor and cap of each half-hour's market price, or of what a kWh comes to on average.",
            "required": ["per"],
            "properties": {"per": {"enum": ["slot", "average"]}, "floor": s.PRICE, "cap": s.PRICE},
            "additionalProperties": False,
        },
        "difference": {
            "type": "object",
            "description": "How far the bill's energy may lie from that of its half-hours; the rest costs the average.",
            "required": ["within_kwh"],
            "properties": {"within_kwh": s.KWH},
            "additionalProperties": False,
        },
    },
    required=("market", "loss_percent", "round"),
    build=_build,
    sentence=_sentence,
    prices=_prices,
    complaints=_complaints,
    slot_label=_slot_label,
    first_kwh=FirstKwh.PRICED,
)
