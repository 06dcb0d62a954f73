"""
How fast a month of groups is worked out: registers and point lists to group energies and the shares of every point.

python -m tools.bench.group_energy [--groups 100000] [--points 10] [--daily]

The columnar path itself (``billing.operations.groups.reckon``), without a database: intervals of registers, days, points
of each day, shares, and the texts that COPY takes. Processor time is what counts; nothing here is a test.
"""

import argparse
import os
import time
from datetime import date, timedelta
from typing import Any

FIRST, AFTER = date(2026, 10, 1), date(2026, 11, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=100_000)
    parser.add_argument("--points", type=int, default=10, help="points of a group, the benchmark among them")
    parser.add_argument("--daily", action="store_true", help="a register for every day instead of two reads")
    wants = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")

    import django

    django.setup()
    bench(wants.groups, wants.points, daily=wants.daily)


def bench(groups: int, points: int, *, daily: bool) -> None:
    import polars as pl

    from tomoshibi.billing.operations import groups as operations

    periods, registers, meters, members = _fleet(groups, points, daily=daily)
    counted = pl.Series([True]).new_from_index(0, groups)
    started, wall = time.process_time(), time.perf_counter()
    found = operations.reckon(periods, registers=registers, meters=meters, members=members, counts_benchmark=counted)
    used, taken = time.process_time() - started, time.perf_counter() - wall
    count = int(found["points"].sum())
    assert not found.filter(problem="").is_empty(), found["problem"].value_counts()
    reads = "daily registers" if daily else "two reads a meter"
    print(f"{count:,} points in {groups:,} groups, {registers.height:,} registers ({reads})")
    print(
        f"  energy and shares  {used:6.2f} s of processor, {taken:6.2f} s   {count / used:12,.0f} points per s of processor"
    )


def _fleet(groups: int, points: int, *, daily: bool) -> tuple[Any, Any, Any, Any]:
    import numpy as np
    import polars as pl

    random = np.random.default_rng(1)
    number = pl.int_range(groups, dtype=pl.Int64, eager=True)
    names = pl.select(pl.format("M{}", number)).to_series()
    periods = pl.DataFrame(
        {"group_id": number, "group_number": names, "supply_point_id": number, "spin": names},
    ).with_columns(month=pl.lit(202610, dtype=pl.Int64), period_start=pl.lit(FIRST), period_end=pl.lit(AFTER))
    eves = [FIRST + timedelta(days=n - 1) for n in (range(32) if daily else (0, 31))]
    use = random.integers(10_000, 90_000, groups)
    shown = [use * ((day - FIRST).days + 1) for day in eves]
    registers = pl.DataFrame(
        {
            "meter_number": pl.concat([names] * len(eves)),
            "day": pl.Series(np.repeat(np.array(eves, dtype="datetime64[D]"), groups)),
            "forward_dwh": np.concatenate(shown),
        }
    ).with_columns(
        pl.lit(0, dtype=pl.Int64).alias("reverse_dwh"),
        *(pl.lit(None, dtype=pl.Int64).alias(name) for name in ("peak_dwh", "flat_dwh", "valley_dwh")),
    )
    meters = pl.DataFrame({"group_id": number, "number": names, "place": number}).with_columns(
        physical_ratio=pl.lit(1, dtype=pl.Int64),
        register_digits=pl.lit(5, dtype=pl.Int64),
        start=pl.lit(date(2020, 1, 1)),
        end=pl.lit(None, dtype=pl.Date),
    )
    nth = pl.int_range(groups * points, dtype=pl.Int64, eager=True)
    joined = random.integers(-600, 40, groups * points)
    members = pl.DataFrame({"place": nth // points, "point_id": nth, "nth": nth % points, "joined": joined}).select(
        "place",
        "point_id",
        is_benchmark=pl.col("nth") == 0,
        start=pl.when(pl.col("nth") == 0)
        .then(pl.lit(date(2020, 1, 1)))
        .otherwise(pl.lit(FIRST) + pl.duration(days="joined")),
        end=pl.lit(None, dtype=pl.Date),
    )
    return periods, registers, meters, members


if __name__ == "__main__":
    main()
