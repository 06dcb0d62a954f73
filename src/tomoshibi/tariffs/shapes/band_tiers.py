"""``band_tiers``: tiers inside time bands, with the rule stated by which a band's energy goes to tiers."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tomoshibi.kernel.units import energy_dwh
from tomoshibi.rating.band_tiers import Allocation, BandTiers, TieredBand
from tomoshibi.rating.program import Component
from tomoshibi.tariffs.shapes import calendar
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.energy_words import ENERGY, PER_KWH
from tomoshibi.tariffs.shapes.shape import Complaint, FirstKwh, Label, Part, Place, Price, Shape
from tomoshibi.tariffs.shapes.tiers import STEPS, step_complaints, step_label, step_words


def _build(part: Part, _document: Part) -> Component:
    return BandTiers(
        code=part["code"],
        bands=tuple(map(tiered_band, part["bands"])),
        calendar=calendar.calendar(part),
        allocation=Allocation(part["allocation"]),
        rounding=s.energy_step(part["round"]) if "round" in part else None,
        remainder=part.get("remainder", ""),
    )


def tiered_band(one: Part) -> TieredBand:
    """Whatever has a name and steps: a band, or a season whose half-hours are one."""
    return TieredBand(
        name=one["name"],
        up_to_dwh=tuple(energy_dwh(step["up_to_kwh"]) for step in one["steps"][:-1]),
        price_micro=tuple(s.price_micro(step["price"]) for step in one["steps"]),
    )


def _complaints(part: Part, here: Place, document: Part) -> Iterator[Complaint]:
    if "allocation" not in part:
        text = _("say which tier a band's energy is in: time_order, pro_rata or each_band (allocation)")
        yield here, text, True
    yield from calendar.complaints(part, here)
    for index, band in enumerate(part["bands"]):
        yield from step_complaints(band["steps"], (*here, "bands", index), floor_dwh=0)
    own = part.get("allocation") == "each_band"
    edges = {tuple(step["up_to_kwh"] for step in band["steps"]) for band in part["bands"]}
    if not own and len(edges) > 1:
        yield (*here, "bands"), _("all bands have the same tiers unless each band counts for itself"), True
    if part.get("allocation") == "time_order":
        versions = [v for v in document["versions"] if part in v["components"]]
        if "round" in part or any("quantity" in place for place in (*versions, document)):
            text = _("tiers in time order take the half-hours as measured: neither round nor quantity go with them")
            yield here, text, True


def _prices(part: Part) -> Iterator[Price]:
    for band in part["bands"]:
        for words, step in step_words(band["steps"], 0):
            yield f"{calendar.band_name(band)} {words}", step["price"], PER_KWH


def _sentence(part: Part) -> str:
    rule = {
        "time_order": _("The month's energy fills the tiers in the order of time."),
        "pro_rata": _("Each band's energy is split in the proportion in which the month's energy lies in the tiers."),
        "each_band": _("Each band has its own tiers and counts for itself."),
    }[part["allocation"]]
    return " ".join([calendar.priced_in_bands(part), *calendar.rounded_bands(part), rule])


def _slot_label(part: Part, shape: Component, code: str) -> Label | None:
    assert isinstance(shape, BandTiers)
    for band, tiered in zip(part["bands"], shape.bands, strict=True):
        for tier in range(len(tiered.price_micro)):
            if shape.slot_code(band["name"], tier) == code:
                after = tiered.up_to_dwh[tier - 1] if tier else 0
                until = tiered.up_to_dwh[tier] if tier < len(tiered.up_to_dwh) else None
                own = band.get("label", {})
                return {
                    language: f"{text} {own.get(language, own.get('ja', band['name']))} "
                    + step_label(tier + 1, after_dwh=after, until_dwh=until, language=language)
                    for language, text in s.component_label(part, SHAPE).items()
                }
    return None


SHAPE = Shape(
    kind="band_tiers",
    label=ENERGY,
    about="Energy by time of use and tiers; allocation says which part of a band lies in which tier.",
    fields={
        "allocation": {"enum": [rule.value for rule in Allocation]},
        "bands": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "steps"],
                "properties": {"name": s.CODE, "label": s.TEXT, "steps": STEPS, "when": calendar.CONDITIONS},
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
    complaints=_complaints,
    slot_label=_slot_label,
    first_kwh=FirstKwh.PRICED,
)
