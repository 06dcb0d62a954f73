# ruff: noqa: E402 - settings stand before the models that they are for
"""
The long run: ``python -m tests.rating.long --bills 100000`` prices generated bills of generated plans twice and compares.

Plans come from hypothesis, hundreds of bills of each from a seeded generator; every bill goes through the product's
pricing and through the slow reference, and both must agree to the last digit or both refuse.
"""

import argparse
import os
import random
import time
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")

import django

django.setup()

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.rating import reference, strategies
from tests.rating.test_reference import compare
from tomoshibi.tariffs import values

BILLS_A_PLAN, TIMED_A_PLAN = 250, 20
FIRST = date(2025, 1, 1)


def parts_of(rng: random.Random, document: dict[str, Any]) -> list[reference.Part]:
    """One bill: whole, begun late, ended early, or divided once or twice."""
    first = FIRST + timedelta(days=rng.randrange(700))
    days = rng.randrange(20, 41)
    reading = (first, first + timedelta(days=days))
    kind = rng.random()
    if kind < 0.3:
        cuts = sorted(rng.sample(range(1, days), rng.choice([1, 2])))
        edges = [first, *(first + timedelta(days=cut) for cut in cuts), reading[1]]
    else:
        late, early = (0, 0) if kind < 0.7 else rng.choice([(5, 0), (0, 7)])
        edges = [first + timedelta(days=late), reading[1] - timedelta(days=early)]
    discounts = rng.choice([(), ("set",), ("set", "pf_kept"), ("pf_missed",)])
    inputs = numbers(rng)
    return [
        reference.Part(
            document,
            Fraction(rng.choice([0, rng.randrange(901), rng.randrange(9_001) / Fraction(10)])),
            start,
            end,
            *reading,
            size=Fraction(rng.choice([*strategies.SIZES, *strategies.SIZES, 35])),
            discounts=discounts,
            inputs=inputs,
        )
        for start, end in pairwise(edges)
    ]


def numbers(rng: random.Random) -> dict[str, Any]:
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
    }
    if rng.random() < 0.03:
        found[rng.choice(sorted(found))] = None
    return found


def timed(rng: random.Random, document: dict[str, Any]) -> tuple[list[list[reference.Part]], values.HalfHours]:
    """Bills that share their days, with half-hours; some lack one."""
    (first, *_) = parts_of(rng, document)
    days = (first.end - first.start).days
    matrix = np.random.default_rng(rng.randrange(2**32)).integers(0, 12_000, (TIMED_A_PLAN, days * 48), dtype=np.int32)
    if rng.random() < 0.3:
        matrix[rng.randrange(TIMED_A_PLAN), rng.randrange(days * 48)] = -(2**31)
    bills = []
    for row in matrix:
        kwh = Fraction(int(row[row >= 0].sum(dtype=np.int64)), 10_000)
        half_hours = [None if v < 0 else Fraction(int(v), 10_000) for v in row]
        own = {**vars(first), "kwh": kwh, "size": Fraction(30), "half_hours": half_hours, "inputs": numbers(rng)}
        bills.append([reference.Part(**own)])
    kinds = [(2 if day.weekday() == 6 else 1 if day.weekday() == 5 else 0) for day in _days(first.start, days)]
    row_ids = np.arange(TIMED_A_PLAN, dtype=np.int64)
    return bills, values.HalfHours(row_ids, first.start, matrix, np.array(kinds, dtype=np.int8))


def _days(start: date, count: int) -> list[date]:
    return [start + timedelta(days=n) for n in range(count)]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--bills", type=int, default=100_000, help="bills priced from monthly values")
    asked.add_argument("--timed", type=int, default=2_000, help="bills priced from half-hours")
    asked.add_argument("--seed", type=int, default=1)
    given_ = asked.parse_args()
    rng = random.Random(given_.seed)
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()

    def note(document: dict[str, Any], priced: values.PricedFrame) -> None:
        counts["agreed"] += priced.totals.height
        counts["refused by both"] += priced.refusals.height
        counts["plans"] += 1
        kinds.update(part["kind"] for part in document["versions"][0]["components"])

    def run(count: int, a_plan: int, *, bands: bool) -> None:
        @seed(given_.seed)
        @settings(
            max_examples=max(-(-count // a_plan), 1),
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.data())
        def many(data: Any) -> None:
            document = data.draw(strategies.documents(bands=bands))
            market = data.draw(strategies.published())
            if bands:
                bills, block = timed(rng, document)
                note(document, compare(document, bills, market, [block]))
            else:
                bills = [parts_of(rng, document) for _ in range(a_plan)]
                note(document, compare(document, bills, market))

        many()

    started = time.monotonic()
    run(given_.bills, BILLS_A_PLAN, bands=False)
    run(given_.timed, TIMED_A_PLAN, bands=True)
    minutes = (time.monotonic() - started) / 60
    print(f"seed {given_.seed}: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))
    print("shapes: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))
    print(f"no difference; {minutes:.1f} minutes")


if __name__ == "__main__":
    main()
