# ruff: noqa: E402 - settings stand before the models that they are for
"""
The long run: ``python -m tests.rating.long --bills 100000`` prices generated bills of generated plans twice and compares.

Plans come from hypothesis, hundreds of bills of each from a seeded generator; every bill goes through the product's
pricing and through the slow reference, and both must agree to the last digit or both refuse. ``--pairs`` draws every two
shapes of a plan anew (``tests/rating/test_pairs.py``).
"""

import argparse
import os
import random
import time
from collections import Counter
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")

import django

django.setup()

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.rating import loads, strategies, test_pairs
from tests.rating.test_reference import compare
from tomoshibi.tariffs import coverage, values

BILLS_A_PLAN, TIMED_A_PLAN, PLANS_A_SEED = 250, 20, 20
DIVIDED = 0.3


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--bills", type=int, default=100_000, help="bills priced from monthly values")
    asked.add_argument("--timed", type=int, default=2_000, help="bills priced from half-hours")
    asked.add_argument("--pairs", type=int, default=3, help="draws of every two shapes in one plan")
    asked.add_argument("--seed", type=int, default=1)
    given_ = asked.parse_args()
    rng = random.Random(given_.seed)
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    features: set[str] = set()

    def note(documents: list[dict[str, Any]], priced: values.PricedFrame) -> None:
        counts["agreed"] += priced.totals.height
        counts["refused by both"] += priced.refusals.height
        counts["plans"] += len(documents)
        reasons.update(priced.refusals["code"])
        for document in documents:
            kinds.update(part["kind"] for part in document["versions"][0]["components"])
            features.update(one.name for rows in coverage.FEATURES.values() for one in rows if one.used(document))

    def run(count: int, a_plan: int, *, bands: bool) -> None:
        def many(data: Any) -> None:
            document = data.draw(strategies.documents(bands=bands))
            others = data.draw(st.one_of(st.just([]), strategies.changes(document, bands=bands)))
            market, rate = data.draw(strategies.published()), rng.choice(loads.RATES)
            if bands:
                bills, block = loads.half_hourly(rng, [document, *others], bills=a_plan)
                note([document, *others], compare(bills, market, [block], rate=rate))
            else:
                divided = [rng.random() < DIVIDED for _ in range(a_plan)]
                bills = [
                    loads.bill(rng, document, divided=own, others=others if own else (), odd=True) for own in divided
                ]
                note([document, *others], compare(bills, market, rate=rate))

        plans = max(-(-count // a_plan), 1)
        for done in range(0, plans, PLANS_A_SEED):
            # What one seed gives resembles itself more than chance would have it.
            own = settings(
                max_examples=min(PLANS_A_SEED, plans - done),
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            seed(given_.seed * 10_000 + done)(own(given(st.data())(many)))()

    started = time.monotonic()
    run(given_.bills, BILLS_A_PLAN, bands=False)
    run(given_.timed, TIMED_A_PLAN, bands=True)
    for drawn in (test_pairs.Drawn(given_.seed * 100 + number) for number in range(1, given_.pairs + 1)):
        for name in test_pairs.TOGETHER:
            counts["two shapes of one plan"] += test_pairs.all_of(drawn, name)
    minutes = (time.monotonic() - started) / 60
    print(f"seed {given_.seed}: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))
    print("refusals: " + ", ".join(f"{code} {count}" for code, count in sorted(reasons.items())))
    never = sorted({one.name for rows in coverage.FEATURES.values() for one in rows} - features)
    print(f"never generated: {', '.join(never) or 'nothing'}")
    print("shapes: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))
    print(f"no difference; {minutes:.1f} minutes")


if __name__ == "__main__":
    main()
