"""Integer products and ratios of columns that can neither overflow unseen nor lose a digit unnamed."""

import numpy as np
import numpy.typing as npt

from tomoshibi.kernel.rounding import Int64Array, Rounding, divide_columns

BoolArray = npt.NDArray[np.bool_]
LIMIT = 2**62
"""No intermediate value may be larger: one bit below what int64 holds, so that one more sum is safe."""

_MOST = 2**63 - 1
_MIRRORED = {Rounding.FLOOR: Rounding.CEILING, Rounding.CEILING: Rounding.FLOOR}


def largest(column: Int64Array) -> int:
    """The largest absolute value of a column as a Python integer; 0 for an empty one."""
    return max(int(column.max()), -int(column.min())) if column.size else 0


def product(left: Int64Array, right: Int64Array, *, factor: int = 1) -> tuple[Int64Array, BoolArray | None]:
    """
    ``left * right * factor`` per row.

    :param factor: a positive constant of the unit
    :returns: the product, and a mask of rows whose product would pass ``LIMIT`` (they hold 0), or nothing if none does
    """
    assert factor > 0, "a unit factor is positive"
    if largest(left) * largest(right) * factor <= LIMIT:
        return left * right * np.int64(factor), None
    size = np.maximum(np.abs(right), 1)
    too_large = np.abs(left) > (LIMIT // factor) // size
    safe = np.where(too_large, np.int64(0), left)
    return safe * right * np.int64(factor), too_large


def share(
    amount: Int64Array, numerator: Int64Array | int, denominator: Int64Array | int, *, unit: int, rounding: Rounding
) -> Int64Array:
    """
    ``amount * numerator / denominator``, rounded once to multiples of ``unit``.

    Quotient and remainder go separate ways, so the product never grows beyond the result.

    :param amount: any sign, below ``LIMIT`` in absolute value
    :param numerator: not negative, at most 2**20
    :param denominator: greater than zero; ``denominator * unit * numerator`` stays below ``LIMIT``
    """
    num = np.asarray(numerator, dtype=np.int64)
    den = np.asarray(denominator, dtype=np.int64)
    assert bool((num >= 0).all()), "a share is not negative"
    assert bool((den > 0).all()), "a whole has at least one part"
    assert largest(np.atleast_1d(num)) * largest(np.atleast_1d(den)) * unit <= LIMIT, "the ratio is out of bounds"
    below = amount < 0
    if not below.any():
        return _size_of_share(amount, num, den, unit=unit, rounding=rounding)
    size = np.abs(amount)
    up = _size_of_share(size, num, den, unit=unit, rounding=rounding)
    mirrored = _MIRRORED.get(rounding)
    down = up if mirrored is None else _size_of_share(size, num, den, unit=unit, rounding=mirrored)
    return np.where(below, -down, up)


def _size_of_share(size: Int64Array, num: Int64Array, den: Int64Array, *, unit: int, rounding: Rounding) -> Int64Array:
    """A share of amounts that are not negative."""
    whole, rest = np.divmod(size, den * np.int64(unit))
    if largest(np.atleast_1d(whole)) * largest(np.atleast_1d(num)) * unit > LIMIT:
        assert bool((whole <= _MOST // np.maximum(num, 1) // unit).all()), "a share fits what an integer holds"
    part = divide_columns(rest * num, den * np.int64(unit), rounding=rounding)
    return (whole * num + part) * np.int64(unit)


def portion(amount: Int64Array, numerator: Int64Array, denominator: Int64Array) -> Int64Array:
    """
    ``amount * numerator // denominator`` per row, exact however large the factors are; nothing of nothing is nothing.

    :param amount: not negative
    :param numerator: not negative, at most the denominator
    """
    whole = np.maximum(denominator, 1)
    found, too_large = product(amount, numerator)
    found = found // whole
    if too_large is not None:
        for row in np.flatnonzero(too_large):
            found[row] = int(amount[row]) * int(numerator[row]) // int(whole[row])
    return found


def to_multiple(amount: Int64Array, *, unit: int, rounding: Rounding) -> Int64Array:
    """Round a column to multiples of ``unit``."""
    return amount if unit == 1 else divide_columns(amount, unit, rounding=rounding) * np.int64(unit)
