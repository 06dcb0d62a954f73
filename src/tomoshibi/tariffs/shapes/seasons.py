"""``seasons``: energy at one price per season; a period across a border is split by days or by its half-hours."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.kernel.rounding import Rounding
from tomoshibi.rating.bands import Band, BandCalendar, Bands
from tomoshibi.rating.program import Component
from tomoshibi.rating.rounding_policy import Step
from tomoshibi.rating.seasons import Season, Seasons
from tomoshibi.tariffs.shapes import calendar
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.energy_words import ENERGY, PER_KWH
from tomoshibi.tariffs.shapes.shape import Complaint, FirstKwh, Label, Part, Place, Price, Shape

FINEST = Step(1, Rounding.FLOOR)
MONTHS = frozenset(range(1, 13))


def months(part: Part) -> dict[str, frozenset[int]]:
    """Months of each season; the one without months takes the rest."""
    stated = frozenset(month for season in part["seasons"] for month in season.get("months", ()))
    return {one["name"]: frozenset(one.get("months", MONTHS - stated)) for one in part["seasons"]}


def by_half_hours(part: Part) -> BandCalendar:
    """The seasons as bands: each half-hour is in the season of its month."""
    bands = [{"name": name, "when": [{"months": sorted(own)}]} for name, own in months(part).items()]
    return calendar.calendar({"bands": bands})


def _build(part: Part, _document: Part) -> Component:
    if part["split"] == "days":
        of_season = months(part)
        seasons = tuple(Season(x["name"], of_season[x["name"]], s.price_micro(x["price"])) for x in part["seasons"])
        return Seasons(part["code"], seasons, s.energy_step(part["round"]) if "round" in part else FINEST)
    return Bands(
        code=part["code"],
        bands=tuple(Band(x["name"], s.price_micro(x["price"])) for x in part["seasons"]),
        calendar=by_half_hours(part),
        rounding=s.energy_step(part["round"]) if "round" in part else None,
        remainder=part["seasons"][-1]["name"] if "round" in part else "",
    )


def complaints(part: Part, here: Place, _document: Part) -> Iterator[Complaint]:
    """Seasons that overlap, leave months out, or do not say how a period across their border is split."""
    if "split" not in part:
        text = _("say how a period across the border of two seasons is split: by days, or by half_hours")
        yield here, text, True
    names = [one["name"] for one in part["seasons"]]
    if len(set(names)) != len(names):
        yield (*here, "seasons"), _("each season has a name of its own"), True
    stated = [month for one in part["seasons"] for month in one.get("months", ())]
    twice = sorted({month for month in stated if stated.count(month) > 1})
    if twice:
        text = _("month %(months)s belongs to two seasons")
        yield (*here, "seasons"), text % {"months": ", ".join(map(str, twice))}, True
    rest = [one["name"] for one in part["seasons"] if "months" not in one]
    if len(rest) > 1:
        yield (
            (*here, "seasons"),
            _("only one season may have no months; here: %(names)s") % {"names": ", ".join(rest)},
            True,
        )
    missing = sorted(MONTHS - set(stated))
    if missing and not rest:
        text = _("no season covers month %(months)s")
        yield (*here, "seasons"), text % {"months": ", ".join(map(str, missing))}, True


def season_name(one: Part) -> str:
    """A season's name in the language of the user."""
    return s.in_language({"ja": one["name"], **one.get("label", {})})


def _prices(part: Part) -> Iterator[Price]:
    for one in part["seasons"]:
        yield season_name(one), one["price"], PER_KWH


def in_words(part: Part) -> str:
    """The seasons with their months: ``summer (months 7-9), other (months 1-6/10-12)``."""
    of_season = months(part)
    return ", ".join(
        f"{season_name(one)} ({calendar.months_in_words(of_season[one['name']])})" for one in part["seasons"]
    )


def split_in_words(part: Part) -> str:
    return {
        "days": _("A period across a border is split by days."),
        "half_hours": _("A period across a border is split by its half-hours."),
    }[part["split"]]


def _sentence(part: Part) -> str:
    said = _("One price per season: %(seasons)s.") % {"seasons": in_words(part)}
    return f"{said} {split_in_words(part)}"


def _slot_label(part: Part, shape: Component, code: str) -> Label | None:
    name = code.removeprefix(f"{shape.code}_")
    own = next(one for one in part["seasons"] if one["name"] == name).get("label", {})
    return {
        language: f"{text} {own.get(language, own.get('ja', name))}"
        for language, text in s.component_label(part, SHAPE).items()
    }


def fields(of_each: Mapping[str, Any]) -> dict[str, Any]:
    """
    The schema of a component with seasons.

    :param of_each: what each season has besides its name and months, and must have: a price, or steps
    """
    properties = {"name": s.CODE, "label": s.TEXT, **of_each, "months": calendar.MONTHS}
    return {
        "split": {"enum": ["days", "half_hours"], "description": "How a period across a border of seasons is split."},
        "round": s.STEP,
        "seasons": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", *of_each],
                "properties": properties,
                "additionalProperties": False,
            },
        },
    }


SHAPE = Shape(
    kind="seasons",
    label=ENERGY,
    about="Energy at one price per season; the season without months takes the rest.",
    fields=fields({"price": s.PRICE}),
    required=("seasons",),
    build=_build,
    sentence=_sentence,
    prices=_prices,
    complaints=complaints,
    slot_label=_slot_label,
    first_kwh=FirstKwh.PRICED,
)
