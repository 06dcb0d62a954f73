"""``purchase``: delivered energy at the price of the plant's certification and of its year since first delivery."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from tomoshibi.rating.program import Component
from tomoshibi.rating.purchase import NO_END, Cohort, Purchase, YearStep
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.energy_words import PER_KWH
from tomoshibi.tariffs.shapes.shape import Complaint, FirstKwh, Part, Place, Price, Shape

EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """A day as the engine counts it: days since 1970-01-01."""
    return (day - EPOCH).days


def _build(part: Part, _document: Part) -> Component:
    return Purchase(
        code=part["code"],
        cohorts=tuple(
            Cohort(
                day_number(date.fromisoformat(cohort["certified_from"])),
                tuple(YearStep(step["until_year"] or NO_END, s.price_micro(step["price"])) for step in cohort["steps"]),
            )
            for cohort in part["cohorts"]
        ),
    )


def _prices(part: Part) -> Iterator[Price]:
    for cohort in part["cohorts"]:
        lower = 1
        for step in cohort["steps"]:
            years = f"{lower}–{step['until_year']}" if step["until_year"] else f"{lower}–"
            text = _("certified from %(day)s, years %(years)s") % {"day": cohort["certified_from"], "years": years}
            yield text, step["price"], PER_KWH
            lower = (step["until_year"] or lower) + 1


def _complaints(part: Part, here: Place, _document: Part) -> Iterator[Complaint]:
    last = ""
    for index, cohort in enumerate(part["cohorts"]):
        place = (*here, "cohorts", index)
        try:
            date.fromisoformat(cohort["certified_from"])
        except ValueError:
            yield (*place, "certified_from"), _("from or until is no day of the calendar"), True
            continue
        if cohort["certified_from"] <= last:
            yield (*place, "certified_from"), _("cohorts stand in the order of their days"), True
        last = cohort["certified_from"]
        before = 0
        for number, step in enumerate(cohort["steps"]):
            until = step["until_year"]
            if until is None and number != len(cohort["steps"]) - 1:
                yield (*place, "steps", number), _("only the last step is open (null)"), True
            if until is not None and until <= before:
                yield (*place, "steps", number), _("a step must end above the one before it"), True
            before = until or NO_END


SHAPE = Shape(
    kind="purchase",
    label={"ja": "購入電力量料金", "zh": "购电电费", "en": "Purchased energy"},
    about="Delivered energy at the price of the plant's certification and of its year since first delivery.",
    fields={
        "cohorts": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["certified_from", "steps"],
                "properties": {
                    "certified_from": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
                    "comment": s.NOTE,
                    "steps": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["until_year", "price"],
                            "properties": {
                                "until_year": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
                                "price": s.PRICE,
                            },
                            "additionalProperties": False,
                        },
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    required=("cohorts",),
    build=_build,
    sentence=lambda _part: _(
        "Delivered energy at a price by the day of certification and the year since first delivery; no price after it."
    ),
    prices=_prices,
    complaints=_complaints,
    first_kwh=FirstKwh.PRICED,
)
