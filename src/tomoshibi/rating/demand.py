"""Contract demand (実量制): the largest demand of a month and the eleven before it."""

import numpy as np

from tomoshibi.kernel.rounding import Int64Array

MONTHS = 12


def contract_demand(monthly_max_milli: Int64Array) -> Int64Array:
    """
    Contract demand of each month.

    :param monthly_max_milli: (n, months) maximum demand in order of months [1e-3 kW]
    :returns: (n, months) the largest of each month and up to eleven before it [1e-3 kW]
    """
    assert bool((monthly_max_milli >= 0).all()), "demand is not negative"
    padded = np.pad(monthly_max_milli, ((0, 0), (MONTHS - 1, 0)))
    windows: Int64Array = np.lib.stride_tricks.sliding_window_view(padded, MONTHS, axis=1).max(axis=2)
    return windows
