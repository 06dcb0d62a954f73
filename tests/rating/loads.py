"""
What a plan meets: periods whole and cut, sizes, energies, half-hours, and the numbers that components price by.

One maker for both runs: ``rng`` is hypothesis's own in ``strategies``, and a seeded one in ``long``.
"""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np

from tests.rating.reference import Part
from tomoshibi.masters.values import NO_PRICE
from tomoshibi.tariffs import values

SIZES = [10, 15, 20, 30, 40, 50, 60]
FIRST = date(2025, 1, 1)
EPOCH = date(1970, 1, 1)
RATES = [Fraction(n, 100) for n in (3, 5, 8, 10, 10, 10)]
MISSING = -(2**31)
INPUTS = (
    "demand_milli",
    "reserve_milli",
    "max_demand_milli",
    "power_factor_percent",
    "outage_days",
    "contract_month",
    "customer_contracts",
    "devices_lamp_10",
    "devices_lamp_20",
    "levy_exemption_percent",
    "certified_day",
    "delivering_since_day",
)
CODES = ["set", "pf_kept", "pf_missed", "direct_debit", "paper_bill"]


def numbers(rng):
    """Numbers that components price by; now and then one is missing."""
    found = {
        "demand_milli": Fraction(rng.randrange(500)),
        "reserve_milli": rng.choice([None, Fraction(rng.randrange(5_000), 10)]),
        "max_demand_milli": Fraction(rng.randrange(5_000), 10),
        "power_factor_percent": rng.randrange(101),
        "outage_days": rng.choice([None, rng.randrange(6)]),
        "contract_month": rng.randrange(1, 31),
        "customer_contracts": rng.randrange(1, 5),
        "devices_lamp_10": rng.randrange(41),
        "devices_lamp_20": rng.choice([None, rng.randrange(41)]),
        "levy_exemption_percent": rng.choice([None, None, 0, 20, 33, 80, 100]),
        "certified_day": (date(2009, 11, 1) - EPOCH).days + rng.randrange(6_000),
        "delivering_since_day": (date(2010, 1, 1) - EPOCH).days + rng.randrange(6_000),
    }
    if rng.randrange(25) == 0:
        found[rng.choice(sorted(found))] = None
    return found


def kwh_of(rng, *, odd):
    """An energy, whole or to a tenth or to 0.1 Wh, often zero; an odd one is missing or below zero."""
    if odd and rng.randrange(200) == 0:
        return rng.choice([None, Fraction(-1, 10)])
    tenths, finest = Fraction(rng.randrange(9_001), 10), Fraction(rng.randrange(9_000_001), 10_000)
    return rng.choice([Fraction(0), Fraction(rng.randrange(901)), tenths, finest])


def edges_of(rng, reading, *, divided):
    """Days at which the parts of a bill begin and end: a whole reading period, a late start, an early end, changes."""
    days = (reading[1] - reading[0]).days
    late, early = rng.choice([(0, 0), (0, 0), (0, 0), (5, 0), (0, 7), (4, 6)]) if days > 13 else (0, 0)
    first, last = late, days - early
    cuts = sorted(rng.sample(range(first + 1, last), min(rng.choice([1, 2]), last - first - 1))) if divided else []
    return [reading[0] + timedelta(days=n) for n in (first, *cuts, last)]


def reading_of(rng, *, most=75):
    """A reading period: a month or so, sometimes much shorter, two months, or more than a year."""
    first = FIRST + timedelta(days=rng.randrange(700))
    kind = rng.randrange(20)
    days = rng.randrange(20, 41) if kind < 16 else rng.randrange(2, most) if kind < 19 or most < 400 else 400
    return first, first + timedelta(days=days)


def bill(rng, document, *, divided=False, others=(), odd=False):
    """
    The parts of one bill.

    :param divided: of two or three parts; the size changes with each, and
    :param others: now and then the plan or its version does, to one of these
    :param odd: now and then something is missing or makes no sense
    """
    reading = reading_of(rng, most=400)
    edges = edges_of(rng, reading, divided=divided)
    codes = tuple(code for code in CODES if rng.randrange(3) == 0)
    inputs = numbers(rng)
    choices = [document, *others]
    parts = []
    for start, end in pairwise(edges):
        size = Fraction(rng.choice([*SIZES, *SIZES, 35]))
        if odd and rng.randrange(200) == 0:
            size = rng.choice([None, Fraction(0)])
        own = rng.choice(choices) if others else document
        kwh = kwh_of(rng, odd=odd)
        parts.append(Part(own, kwh, start, end, *reading, size=size, discounts=codes, inputs=inputs))
    return parts


def half_hourly(rng, documents, *, bills, odd=True):
    """
    Bills that share their days, priced from half-hours: whole, or divided on the same days.

    :param documents: plans that the parts may be on, the first the most
    :returns: the bills, and the block of half-hours with kinds of days and market prices
    """
    reading = reading_of(rng, most=40)
    edges = edges_of(rng, reading, divided=rng.randrange(3) == 0)
    days = (edges[-1] - edges[0]).days
    noise = np.random.default_rng(rng.randrange(2**32))
    matrix = noise.integers(0, rng.choice([50, 12_000, 20_000]), (bills, days * 48), dtype=np.int32)
    matrix[rng.randrange(bills)] = 0
    spot = {name: noise.integers(1, 9_999, days * 48).astype(np.int64) * 10_000 for name in ("area", "system")}
    if odd and rng.randrange(4) == 0:
        matrix[rng.randrange(bills), rng.randrange(days * 48)] = MISSING
    if odd and rng.randrange(9) == 0:
        spot["area"][rng.randrange(days * 48)] = NO_PRICE
    holidays = frozenset(edges[0] + timedelta(days=rng.randrange(days)) for _ in range(rng.randrange(3)))
    found = []
    for row in matrix:
        codes, inputs = tuple(code for code in CODES if rng.randrange(3) == 0), numbers(rng)
        parts = []
        for start, end in pairwise(edges):
            slots = slice((start - edges[0]).days * 48, (end - edges[0]).days * 48)
            own = row[slots]
            kwh = Fraction(int(own[own >= 0].sum(dtype=np.int64)), 10_000)
            if odd and rng.randrange(20) == 0:
                kwh += Fraction(rng.choice([1, -1, 30_000]), 10_000)
            parts.append(
                Part(
                    rng.choice([documents[0], *documents]),
                    kwh,
                    start,
                    end,
                    *reading,
                    size=Fraction(rng.choice(SIZES)),
                    half_hours=[None if v < 0 else Fraction(int(v), 10_000) for v in own],
                    holidays=holidays,
                    discounts=codes,
                    inputs=inputs,
                    area="03",
                    spot={name: [_yen(v) for v in prices[slots]] for name, prices in spot.items()},
                )
            )
        found.append(parts)
    kinds = [_kind(edges[0] + timedelta(days=n), holidays) for n in range(days)]
    ids = np.arange(bills, dtype=np.int64)
    return found, values.HalfHours(ids, edges[0], matrix, np.array(kinds, dtype=np.int8), area="03", spot_micro=spot)


def _yen(micro):
    return None if micro == NO_PRICE else Fraction(int(micro), 10**6)


def _kind(day, holidays):
    return 2 if day in holidays or day.weekday() == 6 else 1 if day.weekday() == 5 else 0
