"""``season_tiers``: tiers whose prices and edges follow the season; a season divides a period as a new price does."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tomoshibi.rating.band_tiers import Allocation, BandTiers
from tomoshibi.rating.program import Component
from tomoshibi.rating.season_tiers import SeasonTiers, TieredSeason
from tomoshibi.rating.tiers import Tiers, TierStep
from tomoshibi.tariffs.shapes import seasons
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.band_tiers import tiered_band
from tomoshibi.tariffs.shapes.energy_words import ENERGY, PER_KWH
from tomoshibi.tariffs.shapes.shape import Complaint, FirstKwh, Label, Part, Place, Price, Shape
from tomoshibi.tariffs.shapes.tiers import STEPS, edge_dwh, step_complaints, step_label, step_words


def _build(part: Part, _document: Part) -> Component:
    if part["split"] == "days":
        months = seasons.months(part)
        tiered = tuple(TieredSeason(x["name"], months[x["name"]], _tiers(part, x)) for x in part["seasons"])
        return SeasonTiers(part["code"], tiered, s.energy_step(part["round"]) if "round" in part else seasons.FINEST)
    return BandTiers(
        code=part["code"],
        bands=tuple(map(tiered_band, part["seasons"])),
        calendar=seasons.by_half_hours(part),
        allocation=Allocation.EACH_BAND,
        rounding=s.energy_step(part["round"]) if "round" in part else None,
        remainder=part["seasons"][-1]["name"] if "round" in part else "",
    )


def _tiers(part: Part, season: Part) -> Tiers:
    steps = tuple(TierStep(edge_dwh(step), s.price_micro(step["price"])) for step in season["steps"])
    return Tiers(f"{part['code']}_{season['name']}", steps)


def _complaints(part: Part, here: Place, document: Part) -> Iterator[Complaint]:
    yield from seasons.complaints(part, here, document)
    for index, one in enumerate(part["seasons"]):
        yield from step_complaints(one["steps"], (*here, "seasons", index), floor_dwh=0)


def _prices(part: Part) -> Iterator[Price]:
    for one in part["seasons"]:
        for words, step in step_words(one["steps"], 0):
            yield f"{seasons.season_name(one)} {words}", step["price"], PER_KWH


def _sentence(part: Part) -> str:
    said = _("Each season has its own tiers: %(seasons)s.") % {"seasons": seasons.in_words(part)}
    rule = _("Where tiers are shared by days, each season's are as wide as its days.")
    return f"{said} {seasons.split_in_words(part)} {rule}"


def _slot_label(part: Part, shape: Component, code: str) -> Label | None:
    for one in part["seasons"]:
        tiers, own = _tiers(part, one), one.get("label", {})
        for index, step in enumerate(tiers.steps):
            if tiers.slot_code(index) == code:
                after = (tiers.steps[index - 1].up_to_dwh if index else 0) or 0
                return {
                    language: f"{text} {own.get(language, own.get('ja', one['name']))} "
                    + step_label(index + 1, after_dwh=after, until_dwh=step.up_to_dwh, language=language)
                    for language, text in s.component_label(part, SHAPE).items()
                }
    return None


SHAPE = Shape(
    kind="season_tiers",
    label=ENERGY,
    about="Energy by season and tiers; the season without months takes the rest, its steps are as wide as its days.",
    fields=seasons.fields({"steps": STEPS}),
    required=("seasons",),
    build=_build,
    sentence=_sentence,
    prices=_prices,
    complaints=_complaints,
    slot_label=_slot_label,
    first_kwh=FirstKwh.PRICED,
)
