"""A book of contracts for measuring: plain, seeded, registered through the real doors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.kernel import halfhours
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.metering import operations as metering
from tomoshibi.parties import operations as parties
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply

MONTH = Month(2026, 9)
START = date(2025, 1, 1)
PART = 100_000
ON_PAPER = 2_000
"""So many get their statement on paper."""
MONTHS_BEFORE = 12
SIZES_MILLI = (30_000, 40_000, 50_000, 60_000)
SLOTS = 48
WITH_HALF_HOURS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Households:
    """What all contracts of a book have in common."""

    plan_code: str = "tokyo-b"
    area: str = "03"
    capacity_kind: str = "A"
    sizes_milli: tuple[int, ...] = SIZES_MILLI
    half_hours: bool = False


REGULATED = Households()
TIME_OF_USE = Households("chubu-smart-life", "04", "kVA", (10_000,), half_hours=True)


def fill(
    count: int,
    *,
    seed: int,
    now: object,
    say: Callable[[str], None],
    missing: float = 0.0,
    households: Households = REGULATED,
    months: int = 1,
) -> None:
    """
    Register ``count`` households of one area on one plan, each with a mandate and the readings of the last months.

    :param missing: share of readings that did not come
    :param months: whose readings are there, this month's among them
    """
    random = np.random.default_rng(seed)
    area = households.area
    base_days = [day.base_day for day in masters.reading_days(month=MONTH, area=area)]
    for start in range(0, count, PART):
        size = min(PART, count - start)
        with db.transaction():
            _register(np.arange(start, start + size), random=random, base_days=base_days, households=households)
        say(f"{start + size:,} contracts registered")
    supplied = contract_queries.supplied_frame(
        period_start=MONTH.plus(-1).first, period_end=MONTH.plus(1).first, area=area
    )
    supplied = supplied.filter(pl.Series(random.random(supplied.height) >= missing))
    for back in range(months):
        for part in supplied.iter_slices(WITH_HALF_HOURS_AT_ONCE if households.half_hours else PART):
            with db.transaction():
                readings = _readings(part, random=random, area=area, month=MONTH.plus(-back))
                metering.take_over(readings=_measured(readings) if households.half_hours else readings, now=now)
    say(f"{months * supplied.height:,} confirmed values")
    if households.half_hours:
        return
    # Those who get paper have a history, so that the chart of their statements has all its columns.
    on_paper = supplied.sort("contract_id").head(ON_PAPER)
    for back in range(months, MONTHS_BEFORE + 1):
        readings = _readings(on_paper, random=random, area=area, month=MONTH.plus(-back))
        with db.transaction():
            metering.take_over(readings=readings, now=now)


def _register(
    numbers: np.ndarray, *, random: np.random.Generator, base_days: list[str], households: Households
) -> None:
    size = len(numbers)
    index = pl.Series("n", numbers)
    key = index.cast(pl.String).str.zfill(9)
    address = {"postal_code": "1000001", "prefecture": "東京都", "city": "千代田区", "town": "千代田"}
    customers = parties.register_customers(
        pl.DataFrame({
            "kind": ["person"] * size, "name": "灯火　" + key, "kana": ["トモシビ　タロウ"] * size,
            **{name: [value] * size for name, value in address.items()}, "block": key,
            "registered_on": [START] * size,
        })
    )  # fmt: skip
    accounts = parties.register_accounts(
        pl.DataFrame({
            "customer_number": customers["number"], "mail": [""] * size, "start": [START] * size,
            "payment_method": ["direct_debit"] * size,
            "statement_channel": ["paper" if number < ON_PAPER else "portal" for number in numbers],
        })
    )  # fmt: skip
    parties.register_mandates(
        pl.DataFrame({
            "account_number_of_payer": accounts["number"], "agent": ["agent_a"] * size,
            "bank_code": ["0001"] * size, "branch_code": ["001"] * size, "account_kind": ["1"] * size,
            "account_number": (index % 10_000_000).cast(pl.String).str.zfill(7), "holder_kana": ["ﾄﾓｼﾋﾞ ﾀﾛｳ"] * size,
            "state": ["active"] * size, "new_code": ["0"] * size, "start": [START] * size,
        })
    )  # fmt: skip
    spins = f"{households.area}00" + key.str.zfill(18)
    supply.register_points(
        pl.DataFrame({
            "spin": spins, "voltage": ["low"] * size, "base_day": [base_days[n % len(base_days)] for n in range(size)],
            **{name: [value] * size for name, value in address.items()}, "block": key,
        })
    )  # fmt: skip
    contracts.register_many(
        pl.DataFrame({
            "account_number": accounts["number"], "customer_number": customers["number"], "spin": spins,
            "start": [START] * size, "plan_code": [households.plan_code] * size,
            "capacity_kind": [households.capacity_kind] * size,
            "capacity_milli": random.choice(households.sizes_milli, size),
        })
    )  # fmt: skip


def _readings(supplied: pl.DataFrame, *, random: np.random.Generator, area: str, month: Month) -> pl.DataFrame:
    days = {
        day.base_day: (
            masters.reading_day(area=area, base_day=day.base_day, month=month.plus(-1)).metering_on,
            day.metering_on,
        )
        for day in masters.reading_days(month=month, area=area)
    }
    kwh = random.gamma(4.0, 75.0, supplied.height).astype(np.int64)
    return supplied.select(
        "supply_point_id", "spin",
        pl.lit(month.number, pl.Int64).alias("month"),
        pl.col("base_day").replace_strict({k: v[0] for k, v in days.items()}, return_dtype=pl.Date).alias("period_start"),
        pl.col("base_day").replace_strict({k: v[1] for k, v in days.items()}, return_dtype=pl.Date).alias("period_end"),
        pl.Series("energy_dwh", kwh * 10_000),
        pl.lit(None, pl.Binary).alias("half_hours"),
    )  # fmt: skip


def _measured(readings: pl.DataFrame) -> pl.DataFrame:
    """The readings with half-hours that add up to them: the same in every slot, what is left in the last one."""
    slots = ((readings["period_end"] - readings["period_start"]).dt.total_days() * SLOTS).to_list()
    vectors = []
    for energy, count in zip(readings["energy_dwh"].to_list(), slots, strict=True):
        values = np.full(count, energy // count, dtype=np.int32)
        values[-1] += energy % count
        vectors.append(halfhours.to_bytes(values))
    return readings.with_columns(half_hours=pl.Series(vectors, dtype=pl.Binary))
