"""
Shapes combine freely in a plan: every two are priced together, each with an effect, or refused where they are written.

Priced is: by the product and by the reference alike, to the last digit of each component, for whole bills, a price and a
size that change inside the period, a start inside it, and a month without energy.
"""

import os
from collections import defaultdict
from datetime import date
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from django.utils import translation

from tests.rating import pairs, reference
from tests.rating.loads import CODES, EPOCH
from tests.rating.test_reference import plans_of, priced_alike, usage
from tomoshibi.tariffs import lint, pricing, queries, values

READING = (date(2025, 6, 29), date(2025, 7, 3))
"""Some days on both sides of the border of two months and of two seasons: Sunday to Wednesday."""
LATE, CHANGE = date(2025, 6, 30), date(2025, 7, 1)
HOLIDAY = date(2025, 7, 1)
SEEDS = range(int(os.environ.get("TOMOSHIBI_PAIRS", "1")))
"""So many draws of prices, edges, rounding modes and half-hours; the long run (``tests/rating/long.py``) makes more."""
MARKET = {
    "fuel": Fraction("-5.83"),
    "fuel_block": Fraction("-87.45"),
    "levy": Fraction("3.98"),
    "government_discount": Fraction("3.5"),
    "supply_cost": Fraction("1.37"),
    "capacity_contribution": Fraction("171.71"),
    "average": Fraction("-0.73"),
    "average_too": Fraction("1.19"),
    "lamp_lamp_10": Fraction("12.34"),
    "lamp_lamp_20": Fraction("-23.45"),
}
INPUTS = {
    "demand_milli": Fraction(65),
    "reserve_milli": Fraction("12.5"),
    "max_demand_milli": Fraction("80.5"),
    "power_factor_percent": 93,
    "outage_days": 3,
    "contract_month": 3,
    "customer_contracts": 2,
    "devices_lamp_10": 7,
    "devices_lamp_20": 2,
    "levy_exemption_percent": 20,
    "certified_day": (date(2013, 5, 1) - EPOCH).days,
    "delivering_since_day": (date(2015, 7, 2) - EPOCH).days,
}
HALF_HOURLY = {"bands", "band_tiers", "market_linked"}


class Use:
    """The half-hours of a handful of bills, and the market's prices of their days."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        days = (READING[1] - READING[0]).days
        self.dwh = rng.integers(0, 16_000, (BILLS, days * 48), dtype=np.int32)
        self.dwh[[0, 2]] *= 2
        self.dwh[3] = 0
        for row, (start, end) in ((0, READING), (1, (READING[0], CHANGE)), (1, (CHANGE, READING[1]))):
            last = _slots(start, end).stop - 1  # whole kWh, part by part
            self.dwh[row, last] += -self.dwh[row, _slots(start, end)].sum() % 10_000
        self.spot = {name: rng.integers(1, 9_999, days * 48).astype(np.int64) * 10_000 for name in ("area", "system")}
        self.kinds = np.array([2, 0, 2, 0], dtype=np.int8)
        self.known = {}

    def kwh(self, row, start, end):
        """What the reference is told of some days of a bill: half-hours, and the market's prices."""
        if (row, start, end) not in self.known:
            own = _slots(start, end)
            spot = {name: [Fraction(int(v), 10**6) for v in prices[own]] for name, prices in self.spot.items()}
            self.known[row, start, end] = [Fraction(int(v), 10_000) for v in self.dwh[row, own]], spot
        return self.known[row, start, end]

    def blocks(self, count):
        """One block for some handfuls of bills."""
        ids = np.arange(count * BILLS, dtype=np.int64)
        matrix = np.tile(self.dwh, (count, 1))
        return [values.HalfHours(ids, READING[0], matrix, self.kinds, area="03", spot_micro=self.spot)]


BILLS = 5


def _slots(start, end):
    return slice((start - READING[0]).days * 48, (end - READING[0]).days * 48)


def handful(now, later, use):
    """
    Bills of a plan: two whole ones, one of them in whole kWh; one in which price and size change; one without energy; and
    one that starts and changes inside the reading period.
    """
    whole = [(now, *READING, 40)]
    changed = [(now, READING[0], CHANGE, 40), (later, CHANGE, READING[1], 20)]
    started = [(now, LATE, CHANGE, 40), (later, CHANGE, READING[1], 60)]
    return [_bill(parts, use, row) for row, parts in enumerate([whole, changed, whole, whole, started])]


def _bill(parts, use, row):
    given = [use.kwh(row, start, end) for _document, start, end, _size in parts]
    energies = _divided(parts, [int(use.dwh[row, _slots(*days)].sum()) for _document, *days, _size in parts])
    codes = tuple(code for code in CODES if code != "pf_missed" or row == 2)
    return [
        reference.Part(
            document,
            Fraction(dwh, 10_000),
            start,
            end,
            *READING,
            size=Fraction(size),
            half_hours=half_hours,
            holidays=frozenset([HOLIDAY]),
            discounts=codes,
            inputs=INPUTS,
            area="03",
            spot=spot,
        )
        for (document, start, end, size), (half_hours, spot), dwh in zip(parts, given, energies, strict=True)
    ]


def _divided(parts, measured):
    """The energy of each part, as the plan of the last one divides it; running shares are cut to 0.1 Wh."""
    version = parts[-1][0]["versions"][0]
    by_itself = any(c["kind"] in HALF_HOURLY or c.get("split") == "half_hours" for c in version["components"])
    rule = version.get("change", "half_hours" if by_itself else "days")
    if rule == "half_hours":
        return measured
    weights = [(end - start).days * (size if rule == "days_x_size" else 1) for _document, start, end, size in parts]
    running = [sum(measured) * sum(weights[: n + 1]) // sum(weights) for n in range(len(parts))]
    return [after - before for before, after in zip([0, *running], running, strict=False)]


class Drawn:
    """Pairs of one draw, priced."""

    def __init__(self, seed):
        self.seed, self.use, self.known = seed, Use(seed), {}

    def document(self, now, pieces, beside=()):
        return pairs.document(pieces, self.seed if now else self.seed + LATER, beside=beside)

    def alone(self, piece, beside):
        """What the bills come to without one of two pieces; looked up where the same document was priced before."""
        now, later = (self.document(n, [piece], [beside]) for n in (True, False))
        key = repr((now, later))
        if key not in self.known:
            bills = handful(now, later, self.use)
            programs = {number: queries.program_of(one) for number, one in plans_of(bills).values()}
            priced = pricing.price(usage=usage(bills, MARKET), programs=programs, half_hours=self.use.blocks(1))
            self.known[key] = amounts(priced, programs)[0]
        return self.known[key]


LATER = 1_000
"""Seeds are so far apart that a later version has other prices than every draw."""


def amounts(priced, programs):
    """What the bills of each pair come to: exact, in whole units, tax, and what is paid later."""
    later = dict(pricing.deferred(priced, programs=programs).select("row_id", "amount_minor").iter_rows())
    found = defaultdict(dict)
    for row in priced.totals.iter_rows(named=True):
        number, bill = divmod(row["row_id"], BILLS)
        found[number][bill] = (
            row["unrounded_e10"], row["total_minor"], row["tax_minor"], later.get(row["row_id"], 0),
        )  # fmt: skip
    return found


@pytest.fixture(scope="module", params=SEEDS)
def drawn(request):
    return Drawn(request.param)


def refused(document):
    with translation.override("en"):
        return [sentence for _place, sentence, blocking in lint.complaints(document) if blocking]


TOGETHER = defaultdict(list)
for one, other in pairs.pairs():
    TOGETHER[one.name].append(other)


def all_of(drawn, name):
    """
    A piece beside every other one: refused for the reason that is listed, or priced.

    :returns: how many pairs were priced
    """
    one, accepted = pairs.BY_NAME[name], []
    for other in TOGETHER[name]:
        now, later = (drawn.document(n, [one, other]) for n in (True, False))
        said, reason = refused(now), pairs.reason(one, other)
        assert bool(said) == bool(reason), (name, other.name, said, reason)
        assert not said or any(reason in sentence for sentence in said), (name, other.name, said, reason)
        if not said:
            accepted.append((other, now, later))
    if accepted:
        check(drawn, one, accepted)
    return len(accepted)


def check(drawn, one, accepted):
    """Price the pairs of a piece twice, and without either."""
    bills = [bill for _other, now, later in accepted for bill in handful(now, later, drawn.use)]
    blocks = drawn.use.blocks(len(accepted))
    programs = {number: queries.program_of(document) for number, document in plans_of(bills).values()}
    whole = usage(bills, MARKET).with_columns(bill_energy_dwh=pl.col("energy_dwh").sum().over("row_id"))
    shared = pricing.split_energy(whole, programs=programs, half_hours=blocks)
    assert shared["energy_dwh"].equals(whole["energy_dwh"])
    priced = priced_alike(bills, MARKET, blocks)
    assert priced.refusals.is_empty(), (one.name, priced.refusals)
    found = amounts(priced, programs)
    for number, (other, _now, _later) in enumerate(accepted):
        for piece, beside in {one.name: (one, other), other.name: (other, one)}.values():
            if found[number] == drawn.alone(beside, piece):
                assert pairs.idle(piece, beside), f"{piece.name} has no effect beside {beside.name}"


@pytest.mark.parametrize("name", TOGETHER)
def test_every_two_are_priced_alike_or_refused_for_a_reason(drawn, name):
    assert all_of(drawn, name)


def test_no_reason_is_listed_in_vain():
    met = {pairs.reason(one, other) for one, other in pairs.pairs()}
    assert met == {sentence for *_sets, sentence in pairs.REFUSED} | {""}
