"""What products of the fuel adjustment and the steps of a unit's derivation are called, in the user's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from tomoshibi.masters.values import HIGH, ISLAND, REGULATED_LOW, SPECIAL_HIGH, FuelUnit

PRODUCTS: Mapping[str, Any] = {
    REGULATED_LOW: gettext_lazy("Regulated, low voltage"),
    HIGH: gettext_lazy("High voltage"),
    SPECIAL_HIGH: gettext_lazy("Special high voltage"),
    "hv_market": gettext_lazy("High voltage with market adjustment"),
    "shv_market": gettext_lazy("Special high voltage with market adjustment"),
    ISLAND: gettext_lazy("Island adjustment"),
}
"""Products that ship; a retailer's own formulas are further ones, under the codes that it gave them."""

_STEP_WORDS: Mapping[str, Any] = {
    "average": gettext_lazy("Average fuel price (to 100 yen)"),
    "cap": gettext_lazy("The average counts up to the cap"),
    "unit": gettext_lazy("Unit per kWh (to 0.01 yen)"),
    "special": gettext_lazy("With the special measure"),
    "block": gettext_lazy("Amount of the minimum block (to 0.01 yen)"),
    "island_average": gettext_lazy("Island adjustment: average price of crude"),
    "island_cap": gettext_lazy("Island adjustment: the average counts up to the cap"),
    "island_unit": gettext_lazy("Island adjustment: unit per kWh"),
    "island_published": gettext_lazy("Island adjustment as published"),
    "with_island": gettext_lazy("With the island adjustment"),
    "block_with_island": gettext_lazy("Minimum block with the island adjustment"),
    "published": gettext_lazy("As published"),
    "invented": gettext_lazy("Invented: nobody has published this month"),
}


def of_steps(unit: FuelUnit) -> list[str]:
    """A name for each step of the derivation."""
    return [str(_STEP_WORDS.get(step.kind, step.kind)) for step in unit.steps]
