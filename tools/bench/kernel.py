"""
Pricing without a database: kernels over half-hours against the memory they read, and the pricing of a whole book.

The limit is what all processors together can read of the same half-hours when they do nothing but add them up.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import polars as pl

from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.rating.band_tiers import Allocation, BandTiers
from tomoshibi.rating.cores import over_rows
from tomoshibi.rating.halfhours import band_sums
from tomoshibi.rating.market_linked import Market
from tomoshibi.rating.program import Program
from tomoshibi.rating.slot_prices import priced_sums
from tomoshibi.tariffs import compile as compiling
from tomoshibi.tariffs import document, pricing, values

FIRST_DAY, DAYS, SLOTS = date(2026, 10, 1), 31, 48
POINTS = 50_000
BOOK = 1_000_000
TRIES = 5
AREA = "03"
YEN = 1_000_000
PUBLISHED = {
    "fuel": -6 * YEN,
    "fuel_block": 0,
    "levy": 4 * YEN,
    "government_discount": 0,
    "capacity_contribution": 300 * YEN,
}
"""Any number will do: what a price is does not change how long it takes."""

Say = Callable[[str], None]


def measure(*, say: Say) -> None:
    """Kernels, shares of plans per path, and the book."""
    random = np.random.default_rng(1)
    half_hours = random.integers(0, 8_000, (POINTS, DAYS * SLOTS), dtype=np.int32)
    programs = {path.stem: _newest(path) for path in document.shipped()}
    _kernels(half_hours, programs, say=say)
    _paths(programs, say=say)
    _book(half_hours, programs, random=random, say=say)


def _newest(path: Path) -> Program:
    return compiling.program(document.versions(document.read(path.read_text(encoding="utf-8")))[-1])


def _kernels(half_hours: Int32Array, programs: Mapping[str, Program], *, say: Say) -> None:
    of_use = next(bands for program in programs.values() for bands in program.bands)
    dates = np.datetime64(FIRST_DAY, "D") + np.arange(DAYS)
    months = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    calendar = of_use.calendar.of_days(months, day_types())
    units = np.random.default_rng(2).integers(5 * YEN, 40 * YEN, DAYS * SLOTS)
    nobody = np.zeros(DAYS * SLOTS, dtype=np.uint8)
    limit = _best(_reader(half_hours))
    size = half_hours.nbytes
    say(f"memory limit (both cores only add up) {size / limit[0] / 1e9:10.1f} GB/s {POINTS / limit[0]:14,.0f} months/s")
    for name, kernel in (
        ("tiers (one sum)", lambda: band_sums(half_hours, nobody, band_count=1, compiled=True)),
        (f"time of use ({len(of_use.bands)} bands)", lambda: band_sums(half_hours, calendar, band_count=len(of_use.bands), compiled=True)),
        ("time of use (4 bands)", lambda: band_sums(half_hours, (np.arange(DAYS * SLOTS) // 12 % 4).astype(np.uint8), band_count=4, compiled=True)),
        ("market-linked", lambda: priced_sums(half_hours, units, compiled=True)),
    ):  # fmt: skip
        seconds, processor = _best(kernel)
        say(
            f"kernel {name:<30} {size / seconds / 1e9:10.1f} GB/s {POINTS / seconds:14,.0f} months/s"
            f" {limit[0] / seconds:6.2f} of the limit ({limit[1] / processor:.2f} by processor time)"
        )


def _reader(half_hours: Int32Array) -> Callable[[], object]:
    """All processors add up the half-hours, two at a time; the sum means nothing."""
    from numba import njit

    wide = half_hours.view(np.int64)
    sums = np.zeros(POINTS, dtype=np.int64)

    @njit(nogil=True)  # type: ignore[untyped-decorator]
    def add_up(values: np.ndarray, sums: np.ndarray) -> None:
        for row in range(values.shape[0]):
            total = np.int64(0)
            for place in range(values.shape[1]):
                total += values[row, place]
            sums[row] = total

    return lambda: over_rows(lambda rows: add_up(wide[rows], sums[rows]), rows=POINTS)


def day_types() -> np.ndarray:
    """Weekdays, Saturdays and holidays of the month."""
    weekday = (np.arange(DAYS) + FIRST_DAY.weekday()) % 7
    return np.where(weekday == 6, 2, np.where(weekday == 5, 1, 0)).astype(np.int8)


def _best(work: Callable[[], object]) -> tuple[float, float]:
    """:returns: the shortest time and the least processor time of several tries, the first not counted [s]"""
    work()
    found = []
    for _try in range(TRIES):
        started, worked = perf_counter(), process_time()
        work()
        found.append((perf_counter() - started, process_time() - worked))
    return min(wall for wall, _ in found), min(processor for _, processor in found)


def _paths(programs: Mapping[str, Program], *, say: Say) -> None:
    """Which way each shipped plan takes from its usage to its lines."""
    counts: dict[str, list[str]] = {"sums of the month": [], "compiled kernel": [], "slower path (tiers in order of time)": []}  # fmt: skip
    for name, program in programs.items():
        slow = any(isinstance(b, BandTiers) and b.allocation is Allocation.TIME_ORDER for b in program.bands)
        fast = "compiled kernel" if program.needs_half_hours else "sums of the month"
        counts["slower path (tiers in order of time)" if slow else fast].append(name)
    for path, names in counts.items():
        say(f"shipped plans by {path:<40} {len(names):3} {len(names) / len(programs):6.0%}")


def _book(half_hours: Int32Array, programs: Mapping[str, Program], *, random: np.random.Generator, say: Say) -> None:
    tiered = usage_of(np.arange(BOOK), energy_dwh=random.integers(0, 9_000_000, BOOK))
    _priced("tiered (tokyo-b)", tiered, programs["03-tokyo-b"], (), say=say)
    rows = np.arange(POINTS)
    usage = usage_of(rows, energy_dwh=half_hours.sum(axis=1, dtype=np.int64))
    spot = {market.value: random.integers(5 * YEN, 40 * YEN, DAYS * SLOTS) for market in Market}
    block = values.HalfHours(rows, FIRST_DAY, half_hours, day_types(), SLOTS, AREA, spot)
    _priced("time of use (smart-life)", usage, programs["04-chubu-smart-life"], (block,), say=say)
    _priced("market-linked", usage, programs["21-tomoshibi-market"], (block,), say=say)


def usage_of(rows: np.ndarray, *, energy_dwh: np.ndarray) -> pl.DataFrame:
    """A whole month of 40, 50 and 60 A with every published value."""
    return pl.DataFrame(
        {"row_id": rows, "plan_version": np.ones_like(rows), "capacity_milli": 40_000 + rows % 3 * 10_000, "energy_dwh": energy_dwh}
    ).with_columns(
        period_start=pl.lit(FIRST_DAY),
        period_end=pl.lit(date(2026, 11, 1)),
        tax_rate_ppm=pl.lit(100_000, dtype=pl.Int64),
        **{f"{name}_micro": pl.lit(price, dtype=pl.Int64) for name, price in PUBLISHED.items()},
    )  # fmt: skip


def _priced(
    name: str, usage: pl.DataFrame, program: Program, half_hours: Sequence[values.HalfHours], *, say: Say
) -> None:
    found = pricing.price(usage=usage.head(1000), programs={1: program}, half_hours=half_hours)
    assert found.refusals.is_empty(), found.refusals.head(3)
    seconds, processor = _best(lambda: pricing.price(usage=usage, programs={1: program}, half_hours=half_hours))
    say(
        f"book priced, {name:<26} {usage.height:>10,} bills {seconds:8.2f} s {usage.height / seconds:12,.0f} bills/s"
        f" {usage.height / processor:12,.0f} per processor second"
    )
