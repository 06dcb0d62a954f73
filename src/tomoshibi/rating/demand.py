"""Contract demand (実量制): the largest demand of a month and the eleven before it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.exact import to_multiple
from tomoshibi.kernel.rounding import Int64Array, Rounding
from tomoshibi.kernel.units import MILLI
from tomoshibi.rating.rounding_policy import Step

MONTHS = 12
WHOLE_KW = Step(MILLI, Rounding.HALF_UP)
AGREED_FROM_MILLI = 500 * MILLI
"""From here on the contract demand is agreed (協議制); until then it follows the actual demand."""


def contract_demand(monthly_max_milli: Int64Array, *, step: Step | None = None) -> Int64Array:
    """
    Contract demand of each month.

    :param monthly_max_milli: (n, months) maximum demand in order of months [1e-3 kW]
    :param step: rounding of each month's demand [1e-3 kW]; most terms say half up to 1 kW (``WHOLE_KW``)
    :returns: (n, months) the largest of each month and up to eleven before it [1e-3 kW]
    """
    assert bool((monthly_max_milli >= 0).all()), "demand is not negative"
    if step is not None:
        monthly_max_milli = to_multiple(monthly_max_milli, unit=step.unit, rounding=step.rounding)
    padded = np.pad(monthly_max_milli, ((0, 0), (MONTHS - 1, 0)))
    windows: Int64Array = np.lib.stride_tricks.sliding_window_view(padded, MONTHS, axis=1).max(axis=2)
    return windows


@dataclass(frozen=True)
class Spell:
    """
    The demand of one month, or of the part of a month before or behind a change of equipment.

    :param month: any number that grows by one a month
    :param part: 0; behind a change of equipment inside the month 1
    :param max_milli: maximum demand [1e-3 kW]; nothing where none is known
    :param agreed_milli: contract demand that was agreed for this spell (a decrease, or from 500 kW on)
    """

    month: int
    max_milli: int | None
    part: int = 0
    agreed_milli: int | None = None


@dataclass(frozen=True)
class ContractDemand:
    """
    What holds in a spell, and why.

    :param milli: contract demand [1e-3 kW]
    :param by: the spell whose demand it is; nothing for an agreed one
    :param exceeded: a value was agreed, and the demand of this or an earlier spell since then was higher
    :param to_agree: 500 kW or more were measured: a value has to be agreed
    """

    milli: int
    by: Spell | None
    exceeded: bool = False
    to_agree: bool = False


def explained(spells: Sequence[Spell], *, at: Spell) -> ContractDemand | None:
    """
    Contract demand of one spell with its reason.

    An increase of equipment inside a month makes two spells: the first is settled by itself and the eleven months
    before, the second by both and the eleven months before. A decrease is agreed for twelve months; if a demand in them is
    higher than what was agreed, that demand counts, and behind them the demand of twelve months counts again. A value
    from 500 kW on holds until another is agreed. (energia.co.jp, tohoku-epco dbusiness: see the facts of the plan.)

    :param spells: of one point, any order
    :returns: nothing where neither a demand nor an agreed value is known for the spell
    """
    until = (at.month, at.part)
    agreed = [s for s in spells if s.agreed_milli is not None and (s.month, s.part) <= until]
    base = max(agreed, key=lambda s: (s.month, s.part), default=None)
    if base is not None and (base.agreed_milli or 0) < AGREED_FROM_MILLI and at.month - base.month >= MONTHS:
        base = None
    since = (at.month - MONTHS + 1, 0) if base is None else max((at.month - MONTHS + 1, 0), (base.month, base.part))
    window = [s for s in spells if since <= (s.month, s.part) <= until and s.max_milli is not None]
    highest = max(window, key=lambda s: (_whole(s), s.month, s.part), default=None)
    if base is not None and base.agreed_milli is not None:
        if highest is not None and _whole(highest) > base.agreed_milli and base.agreed_milli < AGREED_FROM_MILLI:
            return ContractDemand(
                _whole(highest), highest, exceeded=True, to_agree=_whole(highest) >= AGREED_FROM_MILLI
            )
        return ContractDemand(
            base.agreed_milli, None, exceeded=highest is not None and _whole(highest) > base.agreed_milli
        )
    if at.max_milli is None or highest is None:
        return None
    return ContractDemand(_whole(highest), highest, to_agree=_whole(highest) >= AGREED_FROM_MILLI)


def _whole(spell: Spell) -> int:
    """A demand half up to 1 kW [1e-3 kW]."""
    assert spell.max_milli is not None
    return (spell.max_milli + MILLI // 2) // MILLI * MILLI
