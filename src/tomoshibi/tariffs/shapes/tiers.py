"""``tiers``: energy by cumulative steps."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from tomoshibi.kernel.units import DWH_PER_KWH, energy_dwh, plain
from tomoshibi.rating.program import Component
from tomoshibi.rating.tiers import Tiers, TierStep
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.energy_words import ENERGY, PER_KWH
from tomoshibi.tariffs.shapes.shape import Complaint, FirstKwh, Label, Part, Place, Price, Shape


def _build(part: Part, _document: Part) -> Component:
    steps = tuple(TierStep(edge_dwh(step), s.price_micro(step["price"])) for step in part["steps"])
    return Tiers(part["code"], steps, energy_dwh(part.get("from_kwh", 0)))


def edge_dwh(step: Part) -> int | None:
    """Where a step ends [0.1 Wh]; ``None`` for the open one."""
    return None if step["up_to_kwh"] is None else energy_dwh(step["up_to_kwh"])


def step_complaints(steps: Sequence[Part], here: Place, *, floor_dwh: int) -> Iterator[Complaint]:
    """Steps that overlap, stand in the wrong order, or leave energy without a price."""
    edge = floor_dwh
    last = len(steps) - 1
    for index, step in enumerate(steps):
        place = (*here, "steps", index, "up_to_kwh")
        if step["up_to_kwh"] is None:
            if index != last:
                yield place, _("only the last step is open (null)"), True
            continue
        if index == last:
            yield place, _("the last step must be open (null): energy above it would have no price"), True
        if energy_dwh(step["up_to_kwh"]) <= edge:
            yield place, _("a step must end above the one before it"), True
        edge = energy_dwh(step["up_to_kwh"])


def step_words(steps: Sequence[Part], lower: int | str) -> Iterator[tuple[str, Part]]:
    """``0 - 120 kWh`` and the like, with each step."""
    for step in steps:
        upper = step["up_to_kwh"]
        words = f"{lower} – {upper} kWh" if upper is not None else _("above %(kwh)s kWh") % {"kwh": lower}
        yield words, step
        lower = upper


def _prices(part: Part) -> Iterator[Price]:
    for words, step in step_words(part["steps"], part.get("from_kwh", 0)):
        yield words, step["price"], PER_KWH


def step_label(number: int, *, after_dwh: int, until_dwh: int | None, language: str) -> str:
    """The name of a step on a bill."""
    start, end = plain(after_dwh, scale=DWH_PER_KWH), plain(until_dwh or 0, scale=DWH_PER_KWH)
    if language == "ja":
        return f"第{number}段階 " + (f"{start}〜{end}kWh" if until_dwh is not None else f"{start}kWh超過")
    if language == "zh":
        return f"第{number}档 " + (f"{start}-{end} kWh" if until_dwh is not None else f"{start} kWh 以上")
    return f"step {number} " + (f"{start}-{end} kWh" if until_dwh is not None else f"above {start} kWh")


def _slot_label(part: Part, shape: Component, code: str) -> Label | None:
    assert isinstance(shape, Tiers)
    index = next(n for n in range(len(shape.steps)) if shape.slot_code(n) == code)
    after = (shape.steps[index - 1].up_to_dwh if index else shape.floor_dwh) or 0
    until = shape.steps[index].up_to_dwh
    return {
        language: f"{text} {step_label(index + 1, after_dwh=after, until_dwh=until, language=language)}"
        for language, text in s.component_label(part, SHAPE).items()
    }


STEPS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["up_to_kwh", "price"],
        "properties": {"up_to_kwh": {"oneOf": [{"type": "null"}, s.KWH]}, "price": s.PRICE},
        "additionalProperties": False,
    },
}
SHAPE = Shape(
    kind="tiers",
    label=ENERGY,
    about="Energy by cumulative steps.",
    fields={"from_kwh": s.KWH, "steps": STEPS},
    required=("steps",),
    build=_build,
    sentence=lambda _part: _("Each step prices the energy that lies in it."),
    prices=_prices,
    complaints=lambda part, here, _document: step_complaints(part["steps"], here, floor_dwh=s.block_dwh(part)),
    slot_label=_slot_label,
    first_kwh=FirstKwh.BLOCK,
)
