"""``published_monthly``: an amount that somebody publishes for each month."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tomoshibi.rating.monthly import Monthly
from tomoshibi.rating.program import Component
from tomoshibi.rating.sheet import Unit
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.shape import Complaint, Part, Place, Price, Shape

_SIZES = {"contract": "", "demand": "demand_milli"}


def _build(part: Part, _document: Part) -> Component:
    return Monthly(
        part["code"],
        part["value"],
        Unit(part["unit"]),
        milli_per_unit=part.get("per", 1) * 1_000,
        sign=part.get("sign", 1),
        size=_SIZES[part.get("size", "contract")],
    )


def _complaints(part: Part, here: Place, document: Part) -> Iterator[Complaint]:
    by_demand = part.get("size") == "demand"
    if part["unit"] == "contract":
        if by_demand:
            yield (*here, "size"), _("an amount per contract has no size"), True
        yield from s.sized(part, here, ("per",))
    elif part["unit"] != document["capacity"]["unit"]:
        yield from s.unlike_capacity(part, here, document)
    elif by_demand and part["unit"] == "A":
        yield (*here, "size"), _("demand is measured in kW or kVA, not in A"), True


def _no_price(_part: Part) -> Iterator[Price]:
    return iter(())


def _sentence(part: Part) -> str:
    unit = Unit(part["unit"])
    if unit is Unit.CONTRACT:
        return _("An amount that is published for each month.")
    per = f"{part['per']} {unit}" if part.get("per", 1) != 1 else str(unit)
    if part.get("size") == "demand":
        return _("An amount that is published for each month, for each %(unit)s of the contract demand.") % {
            "unit": per
        }
    return _("An amount that is published for each month, for each %(unit)s of the contract.") % {"unit": per}


SHAPE = Shape(
    kind="published_monthly",
    label={"ja": "月額調整", "zh": "月度调整额", "en": "Monthly adjustment"},
    about="A published amount per month.",
    fields={
        "value": s.CODE,
        "unit": s.SIZE_UNIT,
        "per": {"type": "integer", "minimum": 1},
        "sign": s.SIGN,
        "size": {
            "enum": sorted(_SIZES),
            "description": "What is multiplied: contract size, or the contract demand that follows the actual demand.",
        },
    },
    required=("value", "unit"),
    build=_build,
    sentence=_sentence,
    prices=_no_price,
    complaints=_complaints,
)
