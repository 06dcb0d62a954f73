"""
A portfolio study without its database: a book priced twice, as it is and under other prices, and added up as studies do.

Block by block of as many contracts as the job takes at once, so that memory is bounded by the block; the curve shows
that a book a hundred times as large takes a hundred times as long. Figures by the clock and per second of a processor.
"""

import resource
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import polars as pl

from tomoshibi.billing import studysums
from tomoshibi.billing.operations.dividing import MATRIX_ROWS
from tomoshibi.billing.operations.studying import PART_SIZE
from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.periods import Month
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import compile as compiling
from tomoshibi.tariffs import document, pricing, repricing, values
from tools.bench import kernel
from tools.bench.kernel import AREA, DAYS, FIRST_DAY, SLOTS, Say

SIZES = (10_000, 100_000, 1_000_000)
PLANS = {"tiered (tokyo-b)": "03-tokyo-b", "time of use (smart-life)": "04-chubu-smart-life"}
WANTED = {"tiered (tokyo-b)": 1_000_000, "time of use (smart-life)": 200_000}
"""Bills per second by the clock, on two processors that nobody else uses."""
BEFORE, AFTER = 1, 2
MONTH = Month(2026, 11)
TOGETHER = 2
"""Blocks priced side by side in threads, of as many contracts as the job takes; memory is that of so many."""
_KILO = 1024


@dataclass(frozen=True)
class Took:
    """What a book of some size took: bills priced (each contract twice), seconds by the clock and of the processors."""

    bills: int
    seconds: float
    processor: float
    memory_mb: int


def measure(*, say: Say, sizes: Sequence[int] = SIZES) -> None:
    """The curve for tiered bills and for time-of-use bills from half-hours."""
    for name, plan in PLANS.items():
        programs = _programs(plan)
        _book(programs, contracts=PART_SIZE)
        say(f"study, {name}; wanted {WANTED[name]:,} bills/s by the clock on two quiet processors")
        for contracts in sizes:
            took = _book(programs, contracts=contracts)
            say(
                f"  {contracts:>10,} contracts {took.seconds:8.2f} s {took.bills / took.seconds:12,.0f} bills/s"
                f" {took.bills / took.processor:12,.0f} per processor second"
                f" {took.processor / took.seconds:5.2f} processors at work   at most {took.memory_mb:,} MB"
            )


def _programs(plan: str) -> dict[int, Program]:
    """The plan as it is, and one per cent dearer."""
    path: Path = document.PLANS / f"{plan}.yaml"
    newest = document.versions(document.read(path.read_text(encoding="utf-8")))[-1]
    dearer = repricing.with_prices(newest, lambda price: price * Fraction(101, 100))
    return {BEFORE: compiling.program(newest), AFTER: compiling.program(dearer)}


def _book(programs: dict[int, Program], *, contracts: int) -> Took:
    random = np.random.default_rng(contracts)
    by_half_hours = programs[BEFORE].needs_half_hours
    seconds = processor = 0.0
    bills = 0
    size = MATRIX_ROWS if by_half_hours else PART_SIZE
    firsts = range(0, contracts, size)
    with ThreadPoolExecutor(TOGETHER) as pool:
        for some in _batched(firsts, TOGETHER):
            blocks = []
            for first in some:
                rows = np.arange(first, min(first + size, contracts))
                width = DAYS * SLOTS if by_half_hours else 1
                blocks.append((rows, random.integers(0, 8_000, (rows.size, width), dtype=np.int32)))
            started, worked = perf_counter(), process_time()
            bills += sum(pool.map(lambda block: _block(*block, programs), blocks))
            seconds += perf_counter() - started
            processor += process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KILO
    return Took(bills, seconds, processor, memory)


def _batched(firsts: range, size: int) -> Iterator[range]:
    """Stretches of a range, each of at most ``size``."""
    for start in range(0, len(firsts), size):
        yield firsts[start : start + size]


def _block(rows: np.ndarray, energies: Int32Array, programs: dict[int, Program]) -> int:
    """Price a block twice, and make of it what a study keeps."""
    whole = energies.sum(axis=1, dtype=np.int64)
    usage = kernel.usage_of(rows, energy_dwh=whole if energies.shape[1] > 1 else whole * 1_000)
    blocks = []
    if energies.shape[1] > 1:
        blocks = [values.HalfHours(rows, FIRST_DAY, energies, kernel.day_types(), SLOTS, AREA, {})]
    priced = {}
    for number in (BEFORE, AFTER):
        versioned = usage.with_columns(plan_version=pl.lit(number, dtype=pl.Int64))
        priced[number] = pricing.price(usage=versioned, programs=programs, half_hours=blocks)
        assert priced[number].refusals.is_empty(), priced[number].refusals.head(3)
    facts = usage.select(
        "row_id", customer_id="row_id", contract_id="row_id", area=pl.lit(AREA), period_start="period_start"
    )
    bills = studysums.compared(
        priced[BEFORE],
        priced[AFTER],
        facts=facts,
        plans=tuple(usage.select("row_id", pl.lit("plan").alias(name)) for name in ("plan_before", "plan_after")),
        month=MONTH,
    )
    studysums.packed(studysums.customers_of(bills))
    studysums.cells_of(bills)
    for number in (BEFORE, AFTER):
        studysums.components_of(priced[number], bills=bills, programs=programs)
    return 2 * rows.size
