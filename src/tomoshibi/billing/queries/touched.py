"""Runs and bills of a range of months: what a change of a price or master would touch."""

from collections.abc import Collection
from typing import Any

import polars as pl

from tomoshibi.billing import values
from tomoshibi.billing.models import Run
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import bulk

_BILLS = {"run_id": pl.Int64, "bill_count": pl.Int64, "total_minor": pl.Int64}


def touched_runs(
    *, first: Month, last: Month | None, plan_codes: Collection[str] | None = None, areas: Collection[str] = ()
) -> list[values.TouchedRun]:
    """
    Runs of the months ``first`` to ``last`` (both included) that have bills of these plans and areas, newest first.

    :param last: None for ever
    :param plan_codes: None for all
    :param areas: none for all
    """
    runs = Run.objects.filter(month__gte=first.number).exclude(state=values.RunState.CANCELLED.value)
    runs = runs.filter(month__lte=last.number) if last else runs
    by_id = {run.id: run for run in runs}
    found = _counted(list(by_id), plan_codes, areas)
    return [
        values.TouchedRun(
            run_id=row["run_id"],
            kind=values.RunKind(by_id[row["run_id"]].kind),
            month=Month.from_number(by_id[row["run_id"]].month),
            state=values.RunState(by_id[row["run_id"]].state),
            created_at=by_id[row["run_id"]].created_at,
            bill_count=row["bill_count"],
            total_minor=row["total_minor"],
        )
        for row in found.sort("run_id", descending=True).iter_rows(named=True)
    ]


def _counted(run_ids: list[int], plan_codes: Collection[str] | None, areas: Collection[str]) -> pl.DataFrame:
    conditions, params = ["b.run_id = ANY(%(runs)s)"], dict[str, Any](runs=run_ids)
    if plan_codes is not None:
        conditions.append("b.plan_code = ANY(%(plans)s)")
        params["plans"] = sorted(plan_codes)
    if areas:
        conditions.append(
            "EXISTS (SELECT FROM supply_supplypoint p WHERE p.id = b.supply_point_id AND p.area = ANY(%(areas)s))"
        )
        params["areas"] = sorted(areas)
    return bulk.read_frame(
        f"""
        SELECT b.run_id, count(*), sum(b.total_minor)::bigint
          FROM billing_bill b WHERE {" AND ".join(conditions)} GROUP BY 1
        """,
        _BILLS,
        params,
    )
