"""What every price shape tells about itself: its form in a document, its program, its words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tomoshibi.kernel.rounding import Rounding
from tomoshibi.kernel.units import E10, energy_dwh, micro, scaled
from tomoshibi.rating.program import Component
from tomoshibi.rating.rounding_policy import EXACT, Step

Part = Mapping[str, Any]
"""A component of a plan document as it was read."""
Place = tuple[str | int, ...]
Complaint = tuple[Place, str, bool]
"""Where, the sentence, and whether it blocks publication."""
Label = dict[str, str]
Price = tuple[str, Part, str]
"""What a price is for, the price of the document (amount, source, ...), and its unit."""


def _no_complaint(part: Part, here: Place, document: Part) -> Iterable[Complaint]:
    return ()


def _own_price(part: Part) -> Iterator[Price]:
    if "price" in part:
        yield "", part["price"], _("/ month")


def _no_own_label(part: Part, shape: Component, code: str) -> Label | None:
    return None


class FirstKwh(Enum):
    """What a component does with the first kWh of a month, which a minimum charge may cover."""

    NOTHING = auto()
    CHARGE = auto()
    """It is the charge that covers them."""
    BLOCK = auto()
    """It begins where the charge ends, or has a unit of its own for them: it says the same block."""
    PRICED = auto()
    """It is the price of every kWh, from the first."""
    ADJUSTED = auto()
    """It adds to or takes from the price of every kWh, and may have a block."""


@dataclass(frozen=True)
class Shape:
    """
    One kind of component.

    :param label: what its lines are called in ja, zh and en, where a document gives no label
    :param about: one English sentence for the JSON Schema
    :param fields: JSON Schema of its own properties (``code``, ``kind``, ``label`` and ``comment`` belong to all)
    :param required: names of ``fields`` that must be there
    :param build: from the component and its one-version document to the engine's component
    :param sentence: what it does, in the user's language
    :param prices: the rows of the price table
    :param complaints: what lint finds in its sense, once its form is right
    :param slot_label: the label of one of its lines, where it is not the component's own
    :param first_kwh: what it has to do with a minimum charge that covers the first kWh
    """

    kind: str
    label: Label
    about: str
    fields: Mapping[str, Any]
    required: tuple[str, ...]
    build: Callable[[Part, Part], Component]
    sentence: Callable[[Part], str]
    prices: Callable[[Part], Iterator[Price]] = _own_price
    complaints: Callable[[Part, Place, Part], Iterable[Complaint]] = _no_complaint
    slot_label: Callable[[Part, Component, str], Label | None] = _no_own_label
    first_kwh: FirstKwh = FirstKwh.NOTHING

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of a component of this kind."""
        return {
            "type": "object",
            "description": self.about,
            "required": ["code", "kind", *self.required],
            "properties": {
                "code": {"$ref": "#/$defs/code"},
                "kind": True,
                "label": {"$ref": "#/$defs/text"},
                "comment": NOTE,
                **self.fields,
            },
            "additionalProperties": False,
        }


# Fragments of JSON Schema that several shapes use.
PRICE = {"$ref": "#/$defs/price"}
KWH = {"$ref": "#/$defs/kwh"}
STEP = {"$ref": "#/$defs/step"}
CODE = {"$ref": "#/$defs/code"}
DECIMAL = {"$ref": "#/$defs/decimal"}
TEXT = {"$ref": "#/$defs/text"}
NOTE = {"$ref": "#/$defs/note"}
SIGN = {"enum": [1, -1]}
SIZE_UNIT = {"enum": ["A", "kVA", "kW", "contract"]}
CODES = {"type": "array", "items": CODE, "minItems": 1, "uniqueItems": True}
WHEN = {
    **CODE,
    "description": (
        "Only for contracts that carry this discount code. Two codes are not typed on contracts but follow the payer, as the"
        " payer's dated terms have it on the last day of the bill's period: direct_debit (pays by direct debit) and"
        " paper_bill (statements come on paper)."
    ),
}
TIMES = {**CODE, "description": "A column of the usage frame that says how often, for example outage_days."}


def unlike_capacity(part: Part, here: Place, document: Part) -> Iterator[Complaint]:
    """A component that counts in another unit than the plan's sizes would price the wrong number."""
    text = _("priced per %(unit)s, but the size of the plan is in %(capacity)s")
    yield (*here, "unit"), text % {"unit": part["unit"], "capacity": document["capacity"]["unit"]}, True


def sized(part: Part, here: Place, names: Iterable[str]) -> Iterator[Complaint]:
    """An amount per contract takes nothing that a size would be needed for."""
    idle = [name for name in names if name in part]
    if idle:
        text = _("an amount per contract has no size: %(names)s does nothing here")
        yield (*here, idle[0]), text % {"names": ", ".join(idle)}, True


def price_micro(price: Part) -> int:
    """A price of the document [1e-6 currency]."""
    return micro(price["amount"])


def money_step(step: Part | str | None, default: Step) -> Step:
    """A rounding of money; ``exact`` is the finest unit there is."""
    if step is None:
        return default
    if isinstance(step, str):
        return Step(EXACT, Rounding.FLOOR)
    return Step(scaled(step["unit"], scale=E10), Rounding(step["mode"]))


def energy_step(step: Part) -> Step:
    """A rounding of energy; its unit is in kWh."""
    return Step(energy_dwh(step["unit"]), Rounding(step["mode"]))


def block_dwh(part: Part) -> int:
    """The energy that a minimum charge covers, as the component states it [0.1 Wh]."""
    return energy_dwh(part.get("block_kwh", part.get("from_kwh", 0)))


def in_language(label: Mapping[str, str] | str) -> str:
    """A label or note in the language of the user; a note that stands in one language only is what it is."""
    if isinstance(label, str):
        return label
    language = (get_language() or "ja")[:2]
    return label.get(language) or label.get("ja") or next(iter(label.values()), "")


def with_suffix(part: Part, shape: Shape, suffix: Label) -> Label:
    """The component's label with something behind it, per language."""
    return {language: text + suffix[language] for language, text in component_label(part, shape).items()}


def component_label(part: Part, shape: Shape) -> Label:
    """The component's name; languages that the document leaves out take its Japanese name or the shape's own."""
    own = part.get("label", {})
    return {language: own.get(language) or (own.get("ja") or text) for language, text in shape.label.items()}
