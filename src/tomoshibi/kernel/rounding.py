"""
Named rounding: the one place where an amount loses digits.

A tariff says where and how (line, levy, total); the code only names the rule.
"""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]


class Rounding(StrEnum):
    """How a quotient becomes an integer. The names are the ones plan documents use."""

    FLOOR = "floor"
    """Towards minus infinity (切捨て of charges, also of negative ones)."""
    TRUNCATE = "truncate"
    """Towards zero."""
    HALF_UP = "half_up"
    """Half away from zero, the sign stays (四捨五入: -2.085 becomes -2.09)."""
    CEILING = "ceiling"
    """Towards plus infinity (切上げ)."""


def divide(numerator: int, denominator: int, *, rounding: Rounding) -> int:
    """
    Divide two integers and round by a named rule.

    :param denominator: greater than zero
    """
    assert denominator > 0, "a rounding unit is positive"
    if rounding is Rounding.FLOOR:
        return numerator // denominator
    if rounding is Rounding.CEILING:
        return -(-numerator // denominator)
    sign = -1 if numerator < 0 else 1
    if rounding is Rounding.TRUNCATE:
        return sign * (abs(numerator) // denominator)
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def divide_columns(numerator: Int64Array, denominator: Int64Array | int, *, rounding: Rounding) -> Int64Array:
    """
    Divide a column by a number or another column, rounding each row by a named rule.

    :param numerator: any shape, below 2**62 in absolute value
    :param denominator: greater than zero, broadcast against the numerator
    """
    divisor = np.asarray(denominator, dtype=np.int64)
    assert bool((divisor > 0).all()), "a rounding unit is positive"
    if rounding is Rounding.FLOOR:
        return np.floor_divide(numerator, divisor)
    if rounding is Rounding.CEILING:
        return -np.floor_divide(-numerator, divisor)
    sign = np.where(numerator < 0, np.int64(-1), np.int64(1))
    size = np.abs(numerator)
    if rounding is Rounding.TRUNCATE:
        return sign * np.floor_divide(size, divisor)
    # Remainder first: doubling the numerator could overflow, doubling the remainder cannot.
    quotient, remainder = np.divmod(size, divisor)
    up: Int64Array = (remainder >= divisor - remainder).astype(np.int64)
    return sign * (quotient + up)
