"""``basic``: a price by the size of the contract, or one amount per contract."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from tomoshibi.kernel.rounding import Rounding
from tomoshibi.kernel.units import milli
from tomoshibi.rating.basic import Basic
from tomoshibi.rating.power_factor import PowerFactor
from tomoshibi.rating.program import Component
from tomoshibi.rating.rounding_policy import EXACT, Step
from tomoshibi.rating.sheet import Unit
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.shape import Complaint, Label, Part, Place, Price, Shape

SIZE_INPUTS = {"contract": "", "demand": "demand_milli", "reserve": "reserve_milli"}
POWER_FACTOR_RULE = {
    "description": "measured: by the month's power factor; or codes of contracts that keep or miss the target (+-5 %).",
    "oneOf": [
        {"const": "measured"},
        {
            "type": "object",
            "required": ["kept", "missed"],
            "properties": {"kept": s.CODE, "missed": s.CODE},
            "additionalProperties": False,
        },
    ],
}
POWER_FACTOR: Label = {"ja": "力率", "zh": "功率因数", "en": "Power factor"}
_FIRST: Label = {"ja": "(最初の部分)", "zh": "(起始部分)", "en": " (first part)"}


def _build(part: Part, document: Part) -> Component:
    first = part.get("first")
    return Basic(
        code=part["code"],
        unit=Unit(part["unit"]),
        price_micro=s.price_micro(part["price"]),
        per=part.get("per", 1),
        first_milli=milli(first["size"]) if first else 0,
        first_price_micro=s.price_micro(first["price"]) if first else 0,
        allowed_milli=tuple(milli(size) for size in document["capacity"].get("sizes", ())),
        own=s.money_step(part["round"], Step(EXACT, Rounding.FLOOR)) if "round" in part else None,
        half_at_zero_use=part.get("zero_use") == "half",
        size=SIZE_INPUTS[part.get("size", "contract")],
        optional=part.get("size") == "reserve",
        power_factor=power_factor(part),
    )


def power_factor(part: Part) -> PowerFactor | None:
    """The rule of a component with ``power_factor``; nothing where it has none."""
    given = part.get("power_factor")
    if given is None:
        return None
    if given == "measured":
        return PowerFactor(measured=True)
    return PowerFactor(measured=False, kept=given["kept"], missed=given["missed"])


def _complaints(part: Part, here: Place, document: Part) -> Iterator[Complaint]:
    capacity = document["capacity"]
    if part["unit"] != capacity["unit"] and part["unit"] != "contract":
        yield from s.unlike_capacity(part, here, document)
    if part["unit"] in {"A", "contract"} and ("size" in part or "power_factor" in part):
        yield (*here, "unit"), _("demand, reserve power and power factor belong to charges per kW or kVA"), True
    if part["unit"] == "contract":
        yield from s.sized(part, here, ("per", "first", "round"))
    rule = part.get("power_factor")
    if isinstance(rule, Mapping) and rule["kept"] == rule["missed"]:
        yield (*here, "power_factor"), _("one code cannot say both that the target is kept and that it is missed"), True
    sizes = [milli(size) for size in capacity.get("sizes", ())]
    if sizes != sorted(set(sizes)) or any(size <= 0 for size in sizes):
        yield ("capacity", "sizes"), _("sizes are positive, ascending, each once"), True


def _prices(part: Part) -> Iterator[Price]:
    if "first" in part:
        size = {"size": part["first"]["size"], "unit": part["unit"]}
        yield _("up to %(size)s %(unit)s") % size, part["first"]["price"], ""
    per = part.get("per", 1)
    if part["unit"] == "contract":
        yield "", part["price"], _("/ month")
    else:
        yield "", part["price"], f"/ {per} {part['unit']}" if per != 1 else f"/ {part['unit']}"


def _sentence(part: Part) -> str:
    said = [
        _("One amount per contract, every month.")
        if part["unit"] == "contract"
        else {
            "contract": _("A price by the size of the contract, every month."),
            "demand": _("A price by the largest demand of this month and the eleven before it."),
            "reserve": _("A price by the reserve power of the contract, where it has any."),
        }[part.get("size", "contract")]
    ]
    if "power_factor" in part:
        said.append(power_factor_sentence(part))
    if part.get("zero_use") == "half":
        said.append(_("A month without energy pays one half."))
    return " ".join(said)


def power_factor_sentence(part: Part) -> str:
    """What the power factor does to a charge."""
    if part["power_factor"] == "measured":
        return _("Each point of power factor above 85 takes off one hundredth, each point below adds one.")
    text = _(
        "5 %% less for contracts that keep the power factor (code %(kept)s), 5 %% more for those that miss it (code "
        "%(missed)s)."
    )
    return text % part["power_factor"]


def _slot_label(part: Part, _shape: Component, code: str) -> Label | None:
    if code == f"{part['code']}_power_factor":
        return POWER_FACTOR
    return s.with_suffix(part, SHAPE, _FIRST) if code.endswith("_first") else None


SHAPE = Shape(
    kind="basic",
    label={"ja": "基本料金", "zh": "基本电费", "en": "Basic charge"},
    about="Basic charge: price x size / per.",
    fields={
        "unit": s.SIZE_UNIT,
        "per": {"type": "integer", "minimum": 1},
        "price": s.PRICE,
        "first": {
            "type": "object",
            "required": ["size", "price"],
            "properties": {"size": s.DECIMAL, "price": s.PRICE},
            "additionalProperties": False,
        },
        "zero_use": {"enum": ["half"]},
        "size": {
            "enum": sorted(SIZE_INPUTS),
            "description": "What is charged: contract size, demand, or reserve power.",
        },
        "power_factor": POWER_FACTOR_RULE,
        "round": s.STEP,
    },
    required=("unit", "price"),
    build=_build,
    sentence=_sentence,
    prices=_prices,
    complaints=_complaints,
    slot_label=_slot_label,
)
