"""A run beside the month before and the same month a year before: what the second pair of eyes looks at."""

from dataclasses import dataclass

import polars as pl

from tomoshibi.billing.queries.runs import run
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.rounding import Rounding, divide
from tomoshibi.storage import bulk

_COMPARED = {
    "bill_id": pl.Int64,
    "contract_id": pl.Int64,
    "customer_id": pl.Int64,
    "plan_code": pl.String,
    "energy_dwh": pl.Int64,
    "total_minor": pl.Int64,
    "before_minor": pl.Int64,
    "year_minor": pl.Int64,
}
STEPS_PERCENT = (-50, -30, -20, -10, 0, 10, 20, 30, 50, 100)
"""Borders of the classes of change against the month before, in per cent of it."""


@dataclass(frozen=True)
class PlanCompared:
    """
    The bills of one plan in a run; ``""`` for all plans.

    The change, in ppm rounded to 0.1 %, compares only contracts that have a bill in both months; None where none has.
    """

    plan_code: str
    bills: int
    energy_dwh: int
    total_minor: int
    month_change_ppm: int | None
    year_change_ppm: int | None


@dataclass(frozen=True)
class Mover:
    bill_id: int
    customer_id: int
    plan_code: str
    total_minor: int
    before_minor: int

    @property
    def change_minor(self) -> int:
        return self.total_minor - self.before_minor


@dataclass(frozen=True)
class Comparison:
    plans: tuple[PlanCompared, ...]
    whole: PlanCompared
    classes: tuple[int, ...]
    """Bills per class of change against the month before: one more than ``STEPS_PERCENT``."""
    movers: tuple[Mover, ...]


def comparison(*, run_id: int, movers: int = 10) -> Comparison:
    """
    The bills of a run against the first bills of the same contracts a month and a year before.

    Holds six numbers per bill of the run in memory.

    :raises NoSuchRun: for an unknown number
    """
    month = Month.from_number(run(run_id=run_id).month)
    frame = bulk.read_frame(
        """
        WITH earlier AS (
            SELECT b.contract_id, b.month, sum(b.total_minor)::bigint AS total_minor FROM billing_bill b
             WHERE b.run_id IN (SELECT id FROM billing_run WHERE month IN (%(before)s, %(year)s)) AND b.revision = 0 AND b.kind = 'bill'
             GROUP BY b.contract_id, b.month)
        SELECT b.id, b.contract_id, b.customer_id, b.plan_code, b.energy_dwh, b.total_minor, m.total_minor, y.total_minor
          FROM billing_bill b
          LEFT JOIN earlier m ON m.contract_id = b.contract_id AND m.month = %(before)s
          LEFT JOIN earlier y ON y.contract_id = b.contract_id AND y.month = %(year)s
         WHERE b.run_id = %(run)s AND b.revision = 0 AND b.kind = 'bill'
        """,
        _COMPARED,
        {"before": month.plus(-1).number, "year": month.plus(-12).number, "run": run_id},
    )
    by_plan = [_summed(str(code), part) for (code,), part in sorted(frame.group_by("plan_code"), key=lambda kv: kv[0])]
    moved = frame.drop_nulls("before_minor").with_columns(change=pl.col("total_minor") - pl.col("before_minor"))
    largest = moved.sort(pl.col("change").abs(), "bill_id", descending=[True, False]).head(movers)
    fields = ("bill_id", "customer_id", "plan_code", "total_minor", "before_minor")
    return Comparison(
        plans=tuple(by_plan),
        whole=_summed("", frame),
        classes=_classes(moved),
        movers=tuple(Mover(*row) for row in largest.select(fields).iter_rows()),
    )


def _summed(code: str, part: pl.DataFrame) -> PlanCompared:
    return PlanCompared(
        plan_code=code,
        bills=part.height,
        energy_dwh=int(part["energy_dwh"].sum()),
        total_minor=int(part["total_minor"].sum()),
        month_change_ppm=_change_ppm(part, "before_minor"),
        year_change_ppm=_change_ppm(part, "year_minor"),
    )


def _change_ppm(part: pl.DataFrame, before: str) -> int | None:
    both = part.drop_nulls(before)
    base = int(both[before].sum())
    if base <= 0:
        return None
    change = int(both["total_minor"].sum()) - base
    return divide(change * 1_000, base, rounding=Rounding.HALF_UP) * 1_000


def _classes(moved: pl.DataFrame) -> tuple[int, ...]:
    """Integers only: change x 100 against per cent x before, so that no bill falls on the wrong side of a border."""
    known = moved.filter(pl.col("before_minor") > 0)
    above = sum((pl.col("change") * 100 >= pl.col("before_minor") * step).cast(pl.Int64) for step in STEPS_PERCENT)
    counted = dict(known.select(pl.lit(0).alias("k") + above).group_by("k").len().iter_rows()) if known.height else {}
    return tuple(counted.get(k, 0) for k in range(len(STEPS_PERCENT) + 1))
