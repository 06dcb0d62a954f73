"""
The same bills by NREL-PySAM's Utilityrate5 and by this engine, one process each: tiers x time of use x demand over the
8,760 hours of a year, the tiers pro rata as it does. The results are compared bill by bill before the times are.

PySAM is no dependency of the project: ``uv pip install -r requirements/bench.txt``, or this part is left out.
"""

from collections.abc import Callable
from datetime import date
from time import perf_counter, process_time
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.rating.halfhours import band_sums
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import compile as compiling
from tomoshibi.tariffs import document, pricing

YEAR = 2018
"""It began on a Monday, as PySAM takes every year to do."""
MONTH_STARTS = [date(YEAR, month, 1) for month in range(1, 13)] + [date(YEAR + 1, 1, 1)]
HOURS, HOURS_A_DAY, MONTHS = 8_760, 24, 12
POINTS, THEIRS = 4_000, 40
"""So many years are priced here, and so many of them there."""
DEMAND_YEN_PER_KW = 1_200
DAY_HOURS = range(8, 22)
TIER_KWH = (500, 1_500)
PRICES = {"night": (20, 24, 28), "day": (30, 36, 42)}
DWH_PER_KWH, E10_PER_YEN = 10_000, 10**10
TOLERANCE_YEN = 0.05
"""Their floats against our tenths of a Wh."""
PLAN = f"""
plan: bench
name: {{en: bench}}
kind: free
voltage: low
area: "*"
capacity: {{unit: kW}}
tax: included
rounding: {{line: exact, levy: {{unit: 1, mode: floor}}, total: floor, tax: floor, display: exact}}
versions:
  - from: {YEAR}-01-01
    components:
      - {{code: basic, kind: basic, unit: kW, price: {{amount: {DEMAND_YEN_PER_KW}}}}}
      - code: energy
        kind: band_tiers
        allocation: pro_rata
        bands:
          - name: night
            steps: [{{up_to_kwh: {TIER_KWH[0]}, price: {{amount: {PRICES["night"][0]}}}}}, {{up_to_kwh: {TIER_KWH[1]}, price: {{amount: {PRICES["night"][1]}}}}}, {{price: {{amount: {PRICES["night"][2]}}}}}]
          - name: day
            when: [{{days: [weekday], hours: ["08:00-22:00"]}}]
            steps: [{{up_to_kwh: {TIER_KWH[0]}, price: {{amount: {PRICES["day"][0]}}}}}, {{up_to_kwh: {TIER_KWH[1]}, price: {{amount: {PRICES["day"][1]}}}}}, {{price: {{amount: {PRICES["day"][2]}}}}}]
"""

Bills = npt.NDArray[np.float64]


def measure(*, say: Callable[[str], None]) -> None:
    """Both, their agreement, and the ratio."""
    try:
        from PySAM import Utilityrate5
    except ImportError:
        say("PySAM is not installed (requirements/bench.txt): this comparison is left out")
        return
    # Wh by the hour, so that the largest hour of a month is a whole number of watts.
    random = np.random.default_rng(1)
    size = random.integers(1, 9, (POINTS, 1), dtype=np.int32)
    hours = random.integers(0, 1_000, (POINTS, HOURS), dtype=np.int32) * size * 10
    program = compiling.program(document.versions(document.read(PLAN))[-1])
    ours, own = _timed(lambda: _here(hours, program))
    theirs, other = _timed(lambda: _there(Utilityrate5, hours[:THEIRS]))
    apart = float(np.abs(ours[:THEIRS] - theirs).max())
    assert apart < TOLERANCE_YEN, f"the bills are {apart} yen apart"
    say(f"{THEIRS * MONTHS:,} bills agree to {apart:.4f} yen; the largest is {theirs.max():,.0f} yen")
    for name, bills, spent in (("PySAM Utilityrate5", theirs.size, other), ("this engine", ours.size, own)):
        say(f"{name:<28} {bills / spent[0]:12,.0f} bills/s {bills / spent[1]:12,.0f} per processor second")
    times = [ours.size / own[n] / (theirs.size / other[n]) for n in range(2)]
    say(f"this engine is {times[0]:,.0f} times as fast, {times[1]:,.0f} times by processor time")


def _timed(work: Callable[[], Bills]) -> tuple[Bills, tuple[float, float]]:
    """:returns: the bills; the shortest time and the least processor time of three tries, one before not counted [s]"""
    found = work()
    spent = []
    for _try in range(3):
        started, worked = perf_counter(), process_time()
        found = work()
        spent.append((perf_counter() - started, process_time() - worked))
    return found, (min(wall for wall, _ in spent), min(processor for _, processor in spent))


def _months() -> list[slice]:
    days = [(start - MONTH_STARTS[0]).days for start in MONTH_STARTS]
    return [slice(days[n] * HOURS_A_DAY, days[n + 1] * HOURS_A_DAY) for n in range(MONTHS)]


def _here(hours: Int32Array, program: Program) -> Bills:
    """:returns: (n, 12) yen before the total is rounded"""
    (tiers,) = program.bands
    dates = np.datetime64(f"{YEAR}-01-01", "D") + np.arange(HOURS // HOURS_A_DAY)
    weekend = np.arange(dates.size) % 7 >= 5
    of_half_hours = tiers.calendar.of_days(
        dates.astype("datetime64[M]").astype(np.int64) % 12 + 1, np.where(weekend, 2, 0).astype(np.int8)
    )
    bands = of_half_hours[::2]
    rows = np.arange(hours.shape[0])
    months = []
    for number, slots in enumerate(_months()):
        of_month = np.ascontiguousarray(hours[:, slots])
        sums, _complete = band_sums(of_month, bands[slots], band_count=2, compiled=True)
        months.append(
            pl.DataFrame(
                {
                    "row_id": rows * MONTHS + number,
                    "plan_version": np.ones_like(rows),
                    "capacity_milli": of_month.max(axis=1).astype(np.int64) // 10,
                    "energy_dwh": sums.sum(axis=1),
                    **{f"band_{band.name}_dwh": sums[:, n] for n, band in enumerate(tiers.bands)},
                }
            ).with_columns(
                period_start=pl.lit(MONTH_STARTS[number]),
                period_end=pl.lit(MONTH_STARTS[number + 1]),
                tax_rate_ppm=pl.lit(100_000, dtype=pl.Int64),
            )
        )
    priced = pricing.price(usage=pl.concat(months), programs={1: program})
    assert priced.refusals.is_empty(), priced.refusals.head(3)
    totals = priced.totals.sort("row_id")
    return totals["unrounded_e10"].to_numpy().reshape(-1, MONTHS) / E10_PER_YEN


def _there(utilityrate5: Any, hours: Int32Array) -> Bills:
    """:returns: (n, 12) yen"""
    model = utilityrate5.new()
    model.Lifetime.analysis_period, model.Lifetime.system_use_lifetime_output = 1, 0
    model.Lifetime.inflation_rate = 0
    model.SystemOutput.gen, model.SystemOutput.degradation = [0.0] * HOURS, [0.0]
    rates = model.ElectricityRates
    for name in ("ur_metering_option", "ur_monthly_fixed_charge", "ur_monthly_min_charge", "ur_annual_min_charge",
                 "ur_nm_yearend_sell_rate", "ur_sell_eq_buy", "ur_en_ts_buy_rate", "ur_en_ts_sell_rate",
                 "TOU_demand_single_peak"):  # fmt: skip
        setattr(rates, name, 0)
    rates.rate_escalation = [0.0]
    rates.ur_ec_sched_weekday = [[2 if hour in DAY_HOURS else 1 for hour in range(HOURS_A_DAY)]] * MONTHS
    rates.ur_ec_sched_weekend = [[1] * HOURS_A_DAY] * MONTHS
    ends = (*TIER_KWH, 1e38)
    rates.ur_ec_tou_mat = [
        [period, tier + 1, ends[tier], 0, price, 0]
        for period, prices in enumerate(PRICES.values(), start=1)
        for tier, price in enumerate(prices)
    ]
    rates.ur_dc_enable = 1
    rates.ur_dc_sched_weekday = rates.ur_dc_sched_weekend = [[1] * HOURS_A_DAY] * MONTHS
    rates.ur_dc_tou_mat = [[1, 1, 1e38, 0]]
    rates.ur_dc_flat_mat = [[month, 1, 1e38, DEMAND_YEN_PER_KW] for month in range(MONTHS)]
    found = []
    for row in hours:
        model.Load.load = (row / DWH_PER_KWH).tolist()
        model.execute()
        found.append(model.Outputs.year1_monthly_utility_bill_wo_sys)
    return np.array(found)
