"""``bands``: energy by time of use; the band without a condition takes the rest."""

from collections.abc import Iterator

from tomoshibi.rating.bands import Band, Bands
from tomoshibi.rating.program import Component
from tomoshibi.tariffs.shapes import calendar
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.energy_words import ENERGY, PER_KWH
from tomoshibi.tariffs.shapes.shape import FirstKwh, Label, Part, Price, Shape


def _build(part: Part, _document: Part) -> Component:
    return Bands(
        code=part["code"],
        bands=tuple(Band(band["name"], s.price_micro(band["price"])) for band in part["bands"]),
        calendar=calendar.calendar(part),
        rounding=s.energy_step(part["round"]) if "round" in part else None,
        remainder=part.get("remainder", ""),
    )


def _prices(part: Part) -> Iterator[Price]:
    for band in part["bands"]:
        yield calendar.band_name(band), band["price"], PER_KWH


def _sentence(part: Part) -> str:
    return " ".join([calendar.priced_in_bands(part), *calendar.rounded_bands(part)])


def _slot_label(part: Part, shape: Component, code: str) -> Label | None:
    name = code.removeprefix(f"{shape.code}_")
    own = next(band for band in part["bands"] if band["name"] == name).get("label", {})
    return {
        language: f"{text} {own.get(language, own.get('ja', name))}"
        for language, text in s.component_label(part, SHAPE).items()
    }


SHAPE = Shape(
    kind="bands",
    label=ENERGY,
    about="Energy by time of use; the band without a condition takes the rest.",
    fields={
        "bands": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "price"],
                "properties": {"name": s.CODE, "label": s.TEXT, "price": s.PRICE, "when": calendar.CONDITIONS},
                "additionalProperties": False,
            },
        },
        "round": s.STEP,
        "remainder": s.CODE,
    },
    required=("bands",),
    build=_build,
    sentence=_sentence,
    prices=_prices,
    complaints=lambda part, here, _document: calendar.complaints(part, here),
    slot_label=_slot_label,
    first_kwh=FirstKwh.PRICED,
)
