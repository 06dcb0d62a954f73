"""Invoice numbers: ten running digits and a check digit, so that a mistyped number is noticed."""

import polars as pl

DIGITS = 10


def check_digit(running: int) -> int:
    """The Luhn digit (ISO/IEC 7812-1, annex B) over the running digits."""
    total = 0
    for position, digit in enumerate(reversed(f"{running:0{DIGITS}d}")):
        doubled = int(digit) * (2 if position % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - the digit sum of a two-digit number
    return -total % 10


def with_check_digits(running: pl.Expr) -> pl.Expr:
    """A column of running numbers as invoice numbers, the check digit last (same rule as ``check_digit``)."""
    total = pl.lit(0, dtype=pl.Int64)
    for position in range(DIGITS):
        digit = running // 10**position % 10
        doubled = digit * (2 if position % 2 == 0 else 1)
        total = total + pl.when(doubled > 9).then(doubled - 9).otherwise(doubled)  # noqa: PLR2004 - as above
    return running * 10 + (10 - total % 10) % 10


def text(number: int | None) -> str:
    """How a number stands on documents; "" where there is none yet."""
    return "" if number is None else f"{number:0{DIGITS + 1}d}"


def parse(typed: str) -> int | None:
    """The number behind what somebody typed, or nothing where the check digit does not agree."""
    digits = typed.strip().replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= DIGITS + 1):
        return None
    number = int(digits)
    return number if check_digit(number // 10) == number % 10 else None
