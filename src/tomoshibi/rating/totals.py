"""From exact lines to the amount that is owed: total and tax, each rounded once by its rule."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.exact import share
from tomoshibi.kernel.rounding import Int64Array, divide_columns
from tomoshibi.kernel.units import MICRO
from tomoshibi.rating.rounding_policy import RoundingPolicy


@dataclass(frozen=True)
class Total:
    """
    :param total_minor: what is owed, tax included
    :param tax_minor: the consumption tax in it
    :param net_minor: total without tax
    """

    total_minor: Int64Array
    tax_minor: Int64Array
    net_minor: Int64Array


def total(sum_e10: Int64Array, *, rate_ppm: Int64Array, policy: RoundingPolicy, tax_included: bool) -> Total:
    """
    Round the sum of the lines and find the tax.

    :param sum_e10: (n,) exact sums [1e-10 currency]
    :param rate_ppm: (n,) tax rate [1e-6]: 10 % is 100,000
    :param tax_included: prices contain the tax (総額表示); otherwise it is added to the rounded sub-total
    """
    rounded = divide_columns(sum_e10, policy.minor_e10, rounding=policy.total)
    if tax_included:
        tax = included_tax(rounded, rate_ppm=rate_ppm, policy=policy)
        return Total(total_minor=rounded, tax_minor=tax, net_minor=rounded - tax)
    tax = added_tax(rounded, rate_ppm=rate_ppm, policy=policy)
    return Total(total_minor=rounded + tax, tax_minor=tax, net_minor=rounded)


def included_tax(amount_minor: Int64Array, *, rate_ppm: Int64Array, policy: RoundingPolicy) -> Int64Array:
    """``amount x rate / (1 + rate)``: 10/110 of an amount that contains 10 %."""
    return share(amount_minor, rate_ppm, rate_ppm + np.int64(MICRO), unit=1, rounding=policy.tax)


def added_tax(amount_minor: Int64Array, *, rate_ppm: Int64Array, policy: RoundingPolicy) -> Int64Array:
    """``amount x rate`` for prices without tax."""
    return share(amount_minor, rate_ppm, MICRO, unit=1, rounding=policy.tax)
