"""Where a plan loses digits: of the quantity, of a line, of the levy, of the total."""

from dataclasses import dataclass

from tomoshibi.kernel.rounding import Rounding
from tomoshibi.kernel.units import E10

EXACT = 1
"""The finest unit there is [1e-10 currency]."""


@dataclass(frozen=True)
class Step:
    """Round to multiples of ``unit`` by a named rule."""

    unit: int
    rounding: Rounding


@dataclass(frozen=True)
class RoundingPolicy:
    """
    The rounding of a plan; the defaults are the model that reproduces the published household bills.

    :param line: of every line but the levy [1e-10 currency]
    :param levy: of levy lines, before anything is summed [1e-10 currency]
    :param total: of the total, to whole minor units
    :param display: how a line is printed; the total never depends on it [1e-10 currency]
    :param minor_e10: one minor unit of the currency [1e-10 currency]
    """

    line: Step = Step(EXACT, Rounding.FLOOR)
    levy: Step = Step(E10, Rounding.FLOOR)
    total: Rounding = Rounding.FLOOR
    tax: Rounding = Rounding.FLOOR
    display: Step = Step(EXACT, Rounding.FLOOR)
    minor_e10: int = E10
