"""Deferred payment (支払繰延): what a dear month's energy costs above a price is paid in the months after it."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.exact import product, share
from tomoshibi.kernel.rounding import Int64Array, Rounding, divide_columns
from tomoshibi.kernel.units import DWH_PER_KWH, E10_PER_MICRO, MICRO

BOUND_E10 = 2**62


@dataclass(frozen=True)
class Deferral:
    """
    The rule of a plan.

    :param above_micro: the energy lines' price [1e-6/kWh] up to which nothing is deferred
    :param share_ppm: the share of what lies above it that is paid later [1e-6]
    :param months: in so many parts, one in each following month
    """

    above_micro: int
    share_ppm: int
    months: int


def deferred_minor(rule: Deferral, *, energy_e10: Int64Array, energy_dwh: Int64Array, minor_e10: int) -> Int64Array:
    """
    ``(energy lines - kWh x price) x share``, cut to whole units; nothing below zero.

    :param energy_e10: (n,) what the energy lines come to [1e-10 currency]
    :param energy_dwh: (n,) the energy [0.1 Wh]
    :param minor_e10: how much of 1e-10 the smallest unit is
    """
    factor = E10_PER_MICRO // DWH_PER_KWH
    threshold, beyond = product(energy_dwh, np.full_like(energy_dwh, rule.above_micro), factor=factor)
    if beyond is not None:
        threshold = np.where(beyond, np.int64(BOUND_E10), threshold)
    assert bool((np.abs(energy_e10) < BOUND_E10).all()), "the plan's own bounds hold"
    above = divide_columns(np.maximum(energy_e10 - threshold, 0), minor_e10, rounding=Rounding.FLOOR)
    return share(above, np.full_like(above, rule.share_ppm), MICRO, unit=1, rounding=Rounding.FLOOR)


def instalments(amount_minor: int, *, months: int) -> list[int]:
    """
    An amount in whole parts that add up to it; the first ones are larger by one unit where it does not divide.

    :param months: how many parts, at least one
    """
    whole, rest = divmod(amount_minor, months)
    return [whole + (n < rest) for n in range(months)]
