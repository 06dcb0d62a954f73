"""
The second opinion on what stands beside a plan: fuel units, contract demand, power factor, shares of sources, energy of
parts, the tax of a spanning bill and of an invoice. In fractions, from the rules; it shares no code with the product.
"""

from datetime import date
from fractions import Fraction
from math import floor

from tests.rating.reference import to_unit

HALF_UP = "half_up"


def average_price(prices, weights):
    """Three customs prices to the average, half up to 100 yen."""
    return to_unit(sum(price * weight for price, weight in zip(prices, weights, strict=True)), 100, HALF_UP)


def fuel_unit(*, average, base, base_unit, cap=None, special=0):
    """``(average - base) x unit / 1000``, half up to 0.01 yen; the average counts at most the cap."""
    counted = average if cap is None else min(average, cap)
    return to_unit((counted - base) * base_unit / 1_000, Fraction(1, 100), HALF_UP) + special


def contract_demand(months, *, at):
    """The largest demand, each half up to 1 kW, of a month and the eleven before it; ``None`` where one is not known."""
    if months[at] is None:
        return None
    window = [to_unit(kw, 1, HALF_UP) for kw in months[max(at - 11, 0) : at + 1] if kw is not None]
    return max(window)


def power_factor(active, reactive):
    """``active / sqrt(active^2 + reactive^2)``, half up to whole per cent; 85 without energy, 100 where it leads."""
    if active == 0 and reactive <= 0:
        return 85
    squared = Fraction(active**2, active**2 + max(reactive, 0) ** 2) * 10_000
    return max(p for p in range(101) if p == 0 or Fraction(2 * p - 1, 2) ** 2 <= squared)


def by_weights(whole, weights):
    """Shares of whole units: each the difference of the running shares, cut down; the last takes what is left."""
    shares, given, until = [], 0, 0
    for weight in weights:
        until += weight
        running = floor(Fraction(whole * until, sum(weights)))
        shares.append(running - given)
        given = running
    return shares


def by_priority(whole, generated):
    """Each source gives what it has until nothing is left."""
    shares = []
    for own in generated:
        shares.append(min(own, whole - sum(shares)))
    return shares


def split(parts, *, energy, rule):
    """
    The energy of a bill for each of its parts, cut to 0.1 Wh of the running share.

    :param parts: days, size and measured energy (``None`` where half-hours are missing) of each
    """
    measured = [kwh for _days, _size, kwh in parts]
    if rule == "half_hours" and None not in measured and sum(measured):
        weights = measured
    elif rule == "days_x_size" and all(size for _days, size, _kwh in parts):
        weights = [days * size for days, size, _kwh in parts]
    else:
        weights = [days for days, _size, _kwh in parts]
    shares, given = [], Fraction(0)
    for number in range(len(weights)):
        running = to_unit(energy * sum(weights[: number + 1]) / sum(weights), Fraction(1, 10_000), "floor")
        shares.append(running - given)
        given = running
    return shares


TAXES = [(date(1989, 4, 1), 3, None), (date(1997, 4, 1), 5, date(1997, 4, 30))]
TAXES += [(date(2014, 4, 1), 8, date(2014, 4, 30)), (date(2019, 10, 1), 10, date(2019, 10, 31))]
"""First day, per cent, and until when a continuing contract's fee must be fixed to keep the former rate."""


def tax_of_bill(*, start, end, fixed_on, continuing):
    """The one rate of a bill in per cent; ``None`` before there was a tax."""
    rate = None
    for first, percent, until in TAXES:
        if fixed_on < first:
            break
        spans = continuing and until is not None and start < first and fixed_on <= until
        if end > first and not spans:
            rate = percent
    return rate


def tax_of_invoice(totals, percent):
    """The tax in the bills of one rate together, cut off."""
    whole = sum(totals)
    size = floor(Fraction(abs(whole) * percent, 100 + percent))
    return -size if whole < 0 else size
