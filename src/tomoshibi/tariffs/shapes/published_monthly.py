"""``published_monthly``: an amount that somebody publishes for each month."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tomoshibi.rating.monthly import Monthly
from tomoshibi.rating.program import Component
from tomoshibi.rating.sheet import Unit
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.shape import Part, Price, Shape


def _build(part: Part, _document: Part) -> Component:
    unit = Unit(part["unit"])
    return Monthly(part["code"], part["value"], unit, part.get("per", 1) * 1_000, part.get("sign", 1))


def _no_price(_part: Part) -> Iterator[Price]:
    return iter(())


def _sentence(part: Part) -> str:
    unit = Unit(part["unit"])
    if unit is Unit.CONTRACT:
        return _("An amount that is published for each month.")
    per = f"{part['per']} {unit}" if part.get("per", 1) != 1 else str(unit)
    return _("An amount that is published for each month, for each %(unit)s of the contract.") % {"unit": per}


SHAPE = Shape(
    kind="published_monthly",
    label={"ja": "月額調整", "zh": "月度调整额", "en": "Monthly adjustment"},
    about="A published amount per month.",
    fields={"value": s.CODE, "unit": s.SIZE_UNIT, "per": {"type": "integer", "minimum": 1}, "sign": s.SIGN},
    required=("value", "unit"),
    build=_build,
    sentence=_sentence,
    prices=_no_price,
)
