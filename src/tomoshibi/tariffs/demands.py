"""The demand of loads: what high-voltage plans on actual demand (実量制) price by besides energy."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from tomoshibi.kernel.units import milli
from tomoshibi.rating.demand import Spell, explained
from tomoshibi.tariffs.loads import Load, typed_numbers

MOST_PERCENT = 100


class UnreadableDemand(ValueError):
    """Neither one maximum demand nor one for every month, or a power factor that is none."""


def settled(loads: Sequence[Load]) -> list[Load]:
    """
    The contract demand of each month by the rule of bills (``rating.demand.explained``): the largest demand of the month
    and of those of the eleven before it that are known, half up to whole kW.
    """
    spells = [Spell(load.month.index, load.max_demand_milli) for load in loads]
    found = [explained(spells, at=spell) for spell in spells]
    return [replace(load, demand_milli=one.milli if one else None) for load, one in zip(loads, found, strict=True)]


def given(loads: Sequence[Load], *, demand: str = "", power_factor: int | None = None) -> list[Load]:
    """
    Loads with what was told of them; it counts before what their half-hours say.

    :param demand: maximum demand [kW]: one for all months, or one for each, oldest first; empty: as the loads have it
    :param power_factor: of every month [%]
    :raises UnreadableDemand: naming what does not fit
    """
    if power_factor is not None and not 0 <= power_factor <= MOST_PERCENT:
        raise UnreadableDemand(_("A power factor is a whole number from 0 to 100."))
    found = sorted(loads, key=lambda load: load.month)
    numbers = [_kilowatts(one) for one in typed_numbers(demand, thousands=True)]
    if numbers:
        if len(numbers) not in {1, len(found)}:
            wrong = _("There are %(n)d demands for %(months)d months; one is wanted for each, or one for all.")
            raise UnreadableDemand(wrong % {"n": len(numbers), "months": len(found)})
        of_months = numbers * len(found) if len(numbers) == 1 else numbers
        found = settled(
            [replace(load, max_demand_milli=one) for load, one in zip(found, of_months, strict=True)],
        )
    return [replace(load, power_factor_percent=power_factor) for load in found]


def _kilowatts(text: str) -> int:
    try:
        found = milli(text)
    except ValueError:
        found = -1
    if found < 0:
        raise UnreadableDemand(_("%(text)s is not a demand in kW with up to three decimals") % {"text": text})
    return found
