"""What the market-linked shapes share: whose price, losses by area, tax, rounding, and what lint says about them."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tomoshibi.kernel.rounding import Rounding
from tomoshibi.kernel.units import MICRO, micro, scaled
from tomoshibi.masters.values import AREAS
from tomoshibi.rating.rounding_policy import Step
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.energy_words import PER_KWH
from tomoshibi.tariffs.shapes.shape import Complaint, Part, Place, Price

PPM_PER_PERCENT = 10_000
FIELDS: dict[str, Any] = {
    "market": {
        "enum": ["area", "system"],
        "description": "Whose market price: that of the point's area, or the one of the whole system.",
    },
    "loss_percent": {
        "type": "object",
        "description": 'Loss rate per area in per cent; "*" for every other area.',
        "minProperties": 1,
        "propertyNames": {"pattern": "^(0[1-9]|10|\\*)$"},
        "additionalProperties": s.PRICE,
    },
    "tax_percent": {
        **s.PRICE,
        "description": "Consumption tax put on the market's price, in per cent; left out where prices exclude it.",
    },
    "round": s.STEP,
}


def loss(part: Part) -> tuple[tuple[str, int], ...]:
    """Loss rates per area [1e-6]."""
    return tuple((area, _ppm(rate)) for area, rate in sorted(part["loss_percent"].items()))


def tax_ppm(part: Part) -> int:
    return _ppm(part["tax_percent"]) if "tax_percent" in part else 0


def price_step(step: Part) -> Step:
    """A rounding of prices [1e-6 currency/kWh]."""
    return Step(micro(step["unit"]), Rounding(step["mode"]))


def _ppm(rate: Part) -> int:
    return scaled(rate["amount"], scale=PPM_PER_PERCENT)


def whose(part: Part) -> str:
    return _("the area") if part["market"] == "area" else pgettext("market", "the system")


def prices(part: Part, named: dict[str, str], holder: Part) -> Iterator[Price]:
    """Rows of the price table: the named prices of ``holder``."""
    for key, words in named.items():
        if key in holder:
            yield words, holder[key], PER_KWH


def rates(part: Part) -> Iterator[Price]:
    """Rows of the price table: tax, and losses by area."""
    if "tax_percent" in part:
        yield _("tax on the market price"), part["tax_percent"], "%"
    for area, rate in part["loss_percent"].items():
        name = _("other areas") if area == "*" else str(AREAS[area].name)
        yield _("loss %(area)s") % {"area": name}, rate, "%"


def complaints(part: Part, here: Place) -> Iterator[Complaint]:
    """What lint finds in the parts that the market-linked shapes share."""
    if micro(part["round"]["unit"]) <= 0:
        yield (*here, "round", "unit"), _("prices are rounded to a unit above zero"), True
    for area, rate in part["loss_percent"].items():
        yield from _percent(rate, (*here, "loss_percent", area))
    if "tax_percent" in part:
        yield from _percent(part["tax_percent"], (*here, "tax_percent"))


def _percent(rate: Part, here: Place) -> Iterator[Complaint]:
    try:
        ppm = _ppm(rate)
    except ValueError as wrong:
        yield (*here, "amount"), str(wrong), True
        return
    if not 0 <= ppm < MICRO:
        yield (*here, "amount"), _("a rate lies between 0 and 100 per cent"), True
