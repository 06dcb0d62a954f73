"""
Money and energy as integers, with the unit in the name.

======================  =====================================================================
name ends in            unit
======================  =====================================================================
``_minor``              the currency's smallest unit (yen, fen)
``_micro``              1e-6 of the currency unit
``_micro_per_kwh``      price of energy [1e-6 currency / kWh]: 19.789 yen is 19_789_000
``_e10``                unrounded charge [1e-10 currency]: energy_dwh x price_micro_per_kwh
``_dwh``                energy [0.1 Wh]: 1 kWh is 10_000
``_milli``              sizes: 1e-3 of A, kVA or kW
``_ppm``                ratios [1e-6]
======================  =====================================================================
"""

from decimal import Decimal, InvalidOperation

DWH_PER_KWH = 10_000
MICRO = 1_000_000
MILLI = 1_000
E10 = 10_000_000_000
E10_PER_MICRO = E10 // MICRO
ENERGY_LIMIT_DWH = 2**53
"""More energy than any single point uses: beyond it a value is a mistake, and sums stay exact."""


class NotANumber(ValueError):
    """The text is not a decimal number."""


class TooFine(ValueError):
    """The number has more decimals than the unit can hold; it is refused, never rounded silently."""


class TooLarge(ValueError):
    """The number is beyond what the unit may hold."""


def scaled(text: str | int | Decimal, *, scale: int, limit: int = 2**62) -> int:
    """
    Read a decimal number into an integer of ``1/scale``.

    :raises NotANumber: for anything but a finite decimal
    :raises TooFine: if digits would be lost
    :raises TooLarge: beyond the limit
    """
    try:
        number = Decimal(text if not isinstance(text, str) else text.strip())
    except InvalidOperation:
        raise NotANumber(f"{text!r} is not a number") from None
    if not number.is_finite():
        raise NotANumber(f"{text!r} is not a number")
    if number.adjusted() > 25:  # noqa: PLR2004 - far beyond any limit, and cheap to refuse
        raise TooLarge(f"{text} is too large")
    product = number * scale
    whole = int(product)
    if product != whole:
        raise TooFine(f"{text} has more decimals than 1/{scale}")
    if abs(whole) > limit:
        raise TooLarge(f"{text} is too large")
    return whole


def energy_dwh(kwh: str | int | Decimal) -> int:
    """Energy in kWh (up to four decimals) as tenths of a watt-hour."""
    return scaled(kwh, scale=DWH_PER_KWH, limit=ENERGY_LIMIT_DWH)


def micro(amount: str | int | Decimal) -> int:
    """A price or fee in the currency unit (up to six decimals) as millionths."""
    return scaled(amount, scale=MICRO, limit=2**53)


def milli(size: str | int | Decimal) -> int:
    """A capacity in A, kVA or kW (up to three decimals) as thousandths."""
    return scaled(size, scale=MILLI, limit=2**40)


_PLACES = {10**places: places for places in range(1, 19)}


def unscaled(value: int, *, scale: int) -> Decimal:
    """The exact decimal behind a scaled integer, for people and documents."""
    return Decimal(value) / Decimal(scale)


def plain(value: int, *, scale: int) -> str:
    """The exact decimal as text without exponent or trailing zeros: ``plain(19_789_000, scale=MICRO) == "19.789"``."""
    if scale in _PLACES:  # whole numbers: a bill run words millions of them
        whole, rest = divmod(abs(value), scale)
        sign = "-" if value < 0 else ""
        return f"{sign}{whole}.{rest:0{_PLACES[scale]}}".rstrip("0") if rest else f"{sign}{whole}"
    text = f"{unscaled(value, scale=scale):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
