"""``market_average``: all energy at what the market's average of a window lies above or below a dead band."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.kernel.units import micro
from tomoshibi.rating.market_average import Edge, MarketAverage
from tomoshibi.rating.market_linked import Market
from tomoshibi.rating.program import Component
from tomoshibi.tariffs.shapes import market_words as market
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.shape import Complaint, FirstKwh, Part, Place, Price, Shape

_EDGE: dict[str, Any] = {
    "type": "object",
    "required": ["months_before", "day"],
    "properties": {
        "months_before": {"type": "integer", "minimum": 0, "maximum": 24},
        "day": {"type": "integer", "minimum": 1, "maximum": 28},
    },
    "additionalProperties": False,
}


def _edge(part: Part) -> Edge:
    return Edge(part["months_before"], part["day"])


def _build(part: Part, _document: Part) -> Component:
    return MarketAverage(
        code=part["code"],
        market=Market(part["market"]),
        start=_edge(part["window"]["from"]),
        end=_edge(part["window"]["until"]),
        below_micro=s.price_micro(part["refund_below"]),
        above_micro=s.price_micro(part["charge_above"]),
        loss_ppm=market.loss(part),
        tax_ppm=market.tax_ppm(part),
        step=market.price_step(part["round"]),
    )


def _sentence(part: Part) -> str:
    window = part["window"]
    said = _(
        "All energy times what the average spot price of %(whose)s lies above or below its base, from day %(from)s of"
        " the month %(before)s before the bill until before day %(until)s of the month %(later)s before it."
    ) % {
        "whose": market.whose(part),
        "from": window["from"]["day"],
        "before": window["from"]["months_before"],
        "until": window["until"]["day"],
        "later": window["until"]["months_before"],
    }
    if micro(part["refund_below"]["amount"]) == micro(part["charge_above"]["amount"]):
        return said
    quiet = _("While the average lies between the two bases, nothing is charged or paid back.")
    return f"{said} {quiet}"


def _prices(part: Part) -> Iterator[Price]:
    bases = {"refund_below": _("refund below an average of"), "charge_above": _("surcharge above an average of")}
    yield from market.prices(part, bases, part)
    yield from market.rates(part)


def _complaints(part: Part, here: Place, _document: Part) -> Iterator[Complaint]:
    yield from market.complaints(part, here)
    if micro(part["refund_below"]["amount"]) > micro(part["charge_above"]["amount"]):
        yield (*here, "refund_below"), _("a refund begins below the point where the surcharge begins"), True
    start, end = ((-part["window"][edge]["months_before"], part["window"][edge]["day"]) for edge in ("from", "until"))
    if start >= end:
        yield (*here, "window"), _("the window ends after it begins"), True


SHAPE = Shape(
    kind="market_average",
    label={"ja": "市場価格調整額", "zh": "市场价格调整额", "en": "Market price adjustment"},
    about="All energy at round((average market price of a window - base) x (1 + tax) / (1 - loss)); 0 in the dead band.",
    fields={
        **market.FIELDS,
        "window": {
            "type": "object",
            "description": "Days that are averaged: from a day of a month before that of the bill until before another.",
            "required": ["from", "until"],
            "properties": {"from": _EDGE, "until": _EDGE},
            "additionalProperties": False,
        },
        "refund_below": s.PRICE,
        "charge_above": s.PRICE,
    },
    required=("market", "window", "refund_below", "charge_above", "loss_percent", "round"),
    build=_build,
    sentence=_sentence,
    prices=_prices,
    complaints=_complaints,
    first_kwh=FirstKwh.ADJUSTED,
)
