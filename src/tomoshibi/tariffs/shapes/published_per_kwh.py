"""Units per kWh that somebody publishes: ``fuel``, ``levy``, ``government_discount`` and ``published_per_kwh``."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from tomoshibi.kernel.units import energy_dwh
from tomoshibi.rating.per_kwh import PerKwh
from tomoshibi.rating.program import Component
from tomoshibi.rating.sheet import Group
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.energy_words import BLOCK
from tomoshibi.tariffs.shapes.shape import FirstKwh, Label, Part, Price, Shape


def _fuel(part: Part, _document: Part) -> Component:
    return PerKwh(part["code"], "fuel", Group.FUEL, block_dwh=energy_dwh(part.get("block_kwh", 0)))


def _levy(part: Part, _document: Part) -> Component:
    return PerKwh(part["code"], "levy", Group.LEVY, block_dwh=s.block_dwh(part), block_from_unit=True)


def _government_discount(part: Part, _document: Part) -> Component:
    block = s.block_dwh(part)
    return PerKwh(part["code"], "government_discount", Group.SUBSIDY, sign=-1, block_dwh=block, block_from_unit=True)


def _published(part: Part, _document: Part) -> Component:
    return PerKwh(
        part["code"],
        part["value"],
        Group(part["group"]),
        sign=part.get("sign", 1),
        block_dwh=s.block_dwh(part),
        block_from_unit=part.get("block_from_unit", False),
    )


def _no_price(_part: Part) -> Iterator[Price]:
    return iter(())


def _with_block(words: Callable[[Part], str]) -> Callable[[Part], str]:
    def sentence(part: Part) -> str:
        if "block_kwh" not in part:
            return words(part)
        block = _("The first %(kwh)s kWh have a unit of their own that is owed in full.")
        return f"{words(part)} {block % {'kwh': part['block_kwh']}}"

    return sentence


def _slot_label_of(kind: str) -> Callable[[Part, Component, str], Label | None]:
    def slot_label(part: Part, _shape: Component, code: str) -> Label | None:
        return s.with_suffix(part, SHAPES[kind], BLOCK) if code.endswith("_block") else None

    return slot_label


SHAPES = {
    shape.kind: shape
    for shape in (
        Shape(
            kind="fuel",
            label={"ja": "燃料費調整額", "zh": "燃料费调整", "en": "Fuel cost adjustment"},
            about="Fuel cost adjustment; the unit is a master per area, month and product.",
            fields={"product": s.CODE, "block_kwh": s.KWH},
            required=("product",),
            build=_fuel,
            sentence=_with_block(
                lambda _part: _("All energy times the fuel adjustment unit of the area and month; it may be negative.")
            ),
            prices=_no_price,
            slot_label=_slot_label_of("fuel"),
            first_kwh=FirstKwh.BLOCK,
        ),
        Shape(
            kind="levy",
            label={"ja": "再エネ発電促進賦課金", "zh": "可再生能源附加费", "en": "Renewable energy levy"},
            about="Renewable levy; the unit is a master.",
            fields={"block_kwh": s.KWH},
            required=(),
            build=_levy,
            sentence=_with_block(lambda _part: _("All energy times the levy of the year, rounded before the total.")),
            prices=_no_price,
            slot_label=_slot_label_of("levy"),
            first_kwh=FirstKwh.BLOCK,
        ),
        Shape(
            kind="government_discount",
            label={"ja": "国の電気・ガス料金支援", "zh": "政府电费补贴", "en": "Government discount"},
            about="Government discount by usage month; the unit is a master.",
            fields={"block_kwh": s.KWH},
            required=(),
            build=_government_discount,
            sentence=_with_block(lambda _part: _("All energy times the discount of the month of use, deducted.")),
            prices=_no_price,
            slot_label=_slot_label_of("government_discount"),
            first_kwh=FirstKwh.BLOCK,
        ),
        Shape(
            kind="published_per_kwh",
            label={"ja": "調整額", "zh": "调整额", "en": "Adjustment"},
            about="Another published unit per kWh.",
            fields={
                "value": s.CODE,
                "group": {"enum": ["fuel", "energy", "discount", "subsidy", "levy"]},
                "sign": s.SIGN,
                "block_kwh": s.KWH,
                "block_from_unit": {"type": "boolean"},
            },
            required=("value", "group"),
            build=_published,
            sentence=_with_block(
                lambda part: (
                    _("All energy times the unit that is published for each month, deducted.")
                    if part.get("sign") == -1
                    else _("All energy times the unit that is published for each month; it may be negative.")
                )
            ),
            prices=_no_price,
            slot_label=_slot_label_of("published_per_kwh"),
            first_kwh=FirstKwh.ADJUSTED,
        ),
    )
}
