"""``excess_demand``: what a month's demand was above the agreed contract demand."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tomoshibi.rating.excess import Excess
from tomoshibi.rating.program import Component
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.basic import POWER_FACTOR_RULE, power_factor, power_factor_sentence
from tomoshibi.tariffs.shapes.shape import Complaint, Part, Place, Price, Shape


def _build(part: Part, _document: Part) -> Component:
    return Excess(part["code"], s.price_micro(part["price"]), part["percent"], power_factor=power_factor(part))


def _prices(part: Part) -> Iterator[Price]:
    yield _("%(percent)s %% of it for each kW above the contract") % {"percent": part["percent"]}, part["price"], "/ kW"


def _sentence(part: Part) -> str:
    said = _("Each kW of the month's demand above the agreed one costs %(percent)s %% of the price.")
    words = said % {"percent": part["percent"]}
    return f"{words} {power_factor_sentence(part)}" if "power_factor" in part else words


def _complaints(_part: Part, here: Place, document: Part) -> Iterator[Complaint]:
    if document["capacity"]["unit"] != "kW":
        yield here, _("an excess over the contract demand needs a plan whose size is in kW"), True


SHAPE = Shape(
    kind="excess_demand",
    label={"ja": "契約超過金", "zh": "超合同容量费", "en": "Contract-excess charge"},
    about="Demand above the agreed contract demand: price x excess x percent / 100.",
    fields={"price": s.PRICE, "percent": {"type": "integer", "minimum": 1}, "power_factor": POWER_FACTOR_RULE},
    required=("price", "percent"),
    build=_build,
    sentence=_sentence,
    prices=_prices,
    complaints=_complaints,
)
