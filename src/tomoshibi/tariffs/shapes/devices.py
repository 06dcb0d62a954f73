"""``devices`` and ``published_per_device``: public lighting and other devices without a meter."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tomoshibi.rating.devices import DeviceClass, Devices, PublishedPerDevice
from tomoshibi.rating.program import Component
from tomoshibi.rating.sheet import Group
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.shape import Complaint, Label, Part, Place, Price, Shape


def _build(part: Part, _document: Part) -> Component:
    return Devices(part["code"], tuple(DeviceClass(x["name"], s.price_micro(x["price"])) for x in part["classes"]))


def _published(part: Part, _document: Part) -> Component:
    return PublishedPerDevice(
        part["code"], part["value"], tuple(part["classes"]), Group(part["group"]), part.get("sign", 1)
    )


def _class_name(one: Part) -> str:
    return s.in_language({"ja": one["name"], **one.get("label", {})})


def _prices(part: Part) -> Iterator[Price]:
    for one in part["classes"]:
        yield _class_name(one), one["price"], _("/ device and month")


def _complaints(part: Part, here: Place, _document: Part) -> Iterator[Complaint]:
    names = [one["name"] for one in part["classes"]]
    if len(set(names)) != len(names):
        yield (*here, "classes"), _("each class of devices has a name of its own"), True


def _published_complaints(part: Part, here: Place, document: Part) -> Iterator[Complaint]:
    for version in document["versions"]:
        if part in version["components"]:
            known = {x["name"] for c in version["components"] if c["kind"] == "devices" for x in c["classes"]}
            unknown = sorted(set(part["classes"]) - known)
            if unknown:
                yield (
                    (*here, "classes"),
                    _("%(names)s is no class of devices of this version") % {"names": ", ".join(unknown)},
                    True,
                )


def _slot_label(part: Part, shape: Component, code: str) -> Label | None:
    name = code.removeprefix(f"{shape.code}_")
    own = next(one for one in part["classes"] if one["name"] == name).get("label", {})
    return {
        language: f"{text} {own.get(language, own.get('ja', name))}"
        for language, text in s.component_label(part, SHAPES["devices"]).items()
    }


def _published_label(part: Part, shape: Component, code: str) -> Label | None:
    name = code.removeprefix(f"{shape.code}_")
    own = part.get("labels", {}).get(name, {})
    called = {language: f" {own.get(language, own.get('ja', name))}" for language in ("ja", "zh", "en")}
    return s.with_suffix(part, SHAPES["published_per_device"], called)


def _no_price(_part: Part) -> Iterator[Price]:
    return iter(())


SHAPES = {
    shape.kind: shape
    for shape in (
        Shape(
            kind="devices",
            label={"ja": "定額料金", "zh": "定额电费", "en": "Fixed-rate devices"},
            about="An amount per device and month, by class (lamp, VA band, device).",
            fields={
                "classes": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["name", "price"],
                        "properties": {"name": s.CODE, "label": s.TEXT, "price": s.PRICE},
                        "additionalProperties": False,
                    },
                }
            },
            required=("classes",),
            build=_build,
            sentence=lambda _part: _("An amount for each device of a class, every month."),
            prices=_prices,
            complaints=_complaints,
            slot_label=_slot_label,
        ),
        Shape(
            kind="published_per_device",
            label={"ja": "調整額", "zh": "调整额", "en": "Adjustment"},
            about="A published unit per device of a class: fuel adjustment or levy of lamps.",
            fields={
                "value": s.CODE,
                "classes": s.CODES,
                "group": {"enum": ["fuel", "subsidy", "levy"]},
                "sign": s.SIGN,
            },
            required=("value", "classes", "group"),
            build=_published,
            sentence=lambda _part: _("Each device times the unit that is published for its class each month."),
            prices=_no_price,
            complaints=_published_complaints,
            slot_label=_published_label,
        ),
    )
}
