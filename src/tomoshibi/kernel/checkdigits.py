"""Numbers that people read out on the telephone carry a check digit (ISO/IEC 7812, "Luhn")."""

import numpy as np
import numpy.typing as npt


def append(bodies: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """
    Bodies of numbers with their check digit as the last digit.

    :param bodies: not negative, below 10**17
    """
    rest, total, doubled = bodies.copy(), np.zeros_like(bodies), True
    while bool((rest > 0).any()):
        digit = rest % 10
        term = digit * 2 if doubled else digit
        total += np.where(term > 9, term - 9, term)  # noqa: PLR2004 - the sum of two digits
        rest //= 10
        doubled = not doubled
    return bodies * 10 + (-total) % 10


def is_valid(number: str) -> bool:
    """Whether a text is digits only and ends in the check digit of the others."""
    if not (number.isascii() and number.isdigit()) or len(number) < 2:  # noqa: PLR2004 - a digit and its check
        return False
    body = np.array([int(number[:-1])], dtype=np.int64)
    return int(append(body)[0]) == int(number)
