"""The frame that the checks run over: what is known before pricing, and what came out of it."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from tomoshibi.billing import checks, composition, queries, values
from tomoshibi.billing.models import Run
from tomoshibi.billing.operations.pricing_step import Priced
from tomoshibi.kernel.periods import Month


@dataclass(frozen=True)
class Drafted:
    """The documents of a chunk, and what the checks found."""

    bills: pl.DataFrame
    findings: pl.DataFrame

    @property
    def aside_count(self) -> int:
        return self.findings.filter(pl.col("severity") == values.Severity.ASIDE.value)["contract_id"].n_unique()


def gather(run: Run, *, members: pl.DataFrame, month: Month, today: date) -> pl.DataFrame:
    """
    Everything but the prices, one row per candidate.

    :returns: columns of ``queries.candidates`` and more; ``billable`` says whether pricing should see the row
    """
    ids = members["contract_id"]
    rows = queries.candidates(members=members, month=month)
    billed = queries.billed_before(contract_ids=ids, month=month, run_id=run.id)
    rows = _with_billed(rows, billed, correction=run.kind == values.RunKind.CORRECTION.value)
    rows = rows.join(queries.last_ends(contract_ids=ids, month=month), on="contract_id", how="left")
    usual = queries.usual_use(rows=rows, month=month)
    rows = rows.join(usual, on=["supply_point_id", "start"], how="left")
    payers = queries.payers(account_ids=rows["account_id"].unique(), on=today)
    rows = rows.join(payers, on="account_id", how="left")
    exchanged = queries.exchanged_meters(rows=rows.filter("has_reading"))
    return rows.sort("row_id").with_columns(
        meter_changed=pl.col("row_id").is_in(exchanged["row_id"].implode()),
        billable=pl.col("provided")
        & ~pl.col("outside_contract")
        & (pl.col("billed_in_run") == 0)
        & ~pl.col("period_changed"),
    )


def _with_billed(rows: pl.DataFrame, billed: pl.DataFrame, *, correction: bool) -> pl.DataFrame:
    """
    What other runs billed for the same contract and month.

    A regular run must not bill it again; a correction takes the difference to it.
    """
    found = rows.join(billed, on=["contract_id", "period_start"], how="left", suffix="_billed")
    same = pl.col("run_id").is_not_null()
    if not correction:
        return found.select(
            *rows.columns,
            billed_in_run=pl.col("run_id").fill_null(0),
            period_changed=pl.lit(False),
        )
    return found.select(
        *rows.columns,
        pl.col("first_bill_id"),
        billed_in_run=pl.lit(0, dtype=pl.Int64),
        billed_minor="rerated_minor",
        billed_rate_ppm="tax_rate_ppm",
        billed_levy_minor="levy_minor",
        billed_revision="revision",
        **{f"billed_{name}": name for name in composition.NET},
        period_changed=pl.col("has_reading") & (~same | (pl.col("period_end") != pl.col("period_end_billed"))),
    )


def complete(
    known: pl.DataFrame, *, month: Month, priced: Priced, bills: pl.DataFrame, adjustments: pl.DataFrame
) -> pl.DataFrame:
    """
    Join what came out of pricing to what was known.

    :returns: columns of ``checks.FACTS``, one row per candidate
    """
    refused = priced.refusals.rename({"code": "refusal", "detail": "refusal_detail"})
    outcome = bills.select("row_id", "id", "revision", "total_minor", "energy_dwh").rename({"id": "bill_id"})
    rows = known.drop("revision", "energy_dwh", strict=False)
    looked = ["row_id", "plan_code", "plan_version", "capacity_changed", "plan_changed", "lowest_line_e10"]
    looked += ["price_changed", "split"]
    looked += ["levy_price_micro", "fuel_price_micro"]
    for other in (outcome, priced.rows.select(looked), refused.unique("row_id")):
        rows = rows.join(other, on="row_id", how="left", maintain_order="left")
    rows = queries.with_suspicions(_with_waiting(queries.with_expected(rows), month=month))
    adjusted = adjustments["contract_id"].unique()
    found = rows.select(
        "contract_id",
        "bill_id",
        pl.col("bill_id").is_not_null().alias("has_bill"),
        pl.lit(month.number, dtype=pl.Int64).alias("month"),
        pl.col("period_start").dt.month_end().dt.day().cast(pl.Int64).alias("month_days"),
        pl.col("plan_code").fill_null(""),
        pl.col("revision").fill_null(0),
        "has_reading",
        "provided",
        "agreed",
        "outside_contract",
        "period_changed",
        pl.col("refusal").fill_null(""),
        pl.col("refusal_detail").fill_null(""),
        "billed_in_run",
        "waiting_masters",
        pl.lit("").alias("held"),
        pl.lit("").alias("waits_for"),
        "period_start",
        "period_end",
        "days",
        "energy_dwh",
        "metered_dwh",
        "half_hour_sum_dwh",
        "half_hours_missing",
        (pl.col("energy_dwh") // pl.col("days")).alias("per_day_dwh"),
        "previous_dwh",
        "usual_per_day_dwh",
        "last_end",
        "total_minor",
        "lowest_line_e10",
        "levy_price_micro",
        "levy_expected_micro",
        "fuel_price_micro",
        "fuel_expected_micro",
        pl.col("capacity_changed").fill_null(value=False),
        pl.col("plan_changed").fill_null(value=False),
        pl.col("price_changed").fill_null(value=False),
        pl.col("suspect_meter").fill_null(""),
        pl.col("split").fill_null(""),
        "meter_changed",
        (pl.col("last_end").is_null() & (pl.col("period_start") == pl.col("start")))
        .fill_null(value=False)
        .alias("first_bill"),
        (pl.col("period_end") == pl.col("end")).fill_null(value=False).alias("final_bill"),
        pl.col("payment_method").fill_null(""),
        pl.col("has_mandate").fill_null(value=False),
        pl.col("address_complete").fill_null(value=False),
        pl.col("contract_id").is_in(adjusted.implode()).alias("adjusted"),
    )
    return found.cast(dict(checks.FACTS)).select(list(checks.FACTS))  # type: ignore[arg-type]


def _with_waiting(rows: pl.DataFrame, *, month: Month) -> pl.DataFrame:
    """Newer prices and changes of masters that wait for a second person and would touch the bill, as words."""
    plans, changes = queries.waiting_plans(), queries.waiting_masters(month=month)
    waits: list[pl.Expr] = []
    if not plans.is_empty():
        rows = rows.join(plans, on="plan_code", how="left", maintain_order="left")
        text = pl.format("{} {}", "plan_code", "waiting_from")
        waits.append(pl.when(pl.col("waiting_from") < pl.col("period_end")).then(text))
    for change in changes.iter_rows(named=True):
        here = pl.lit(change["area"] == "") | (pl.col("area") == change["area"])
        # A plan without fuel adjustment does not mind what becomes of fuel prices.
        priced = pl.col("fuel_price_micro").is_not_null() if change["fuel"] else pl.lit(value=True)
        waits.append(pl.when(here & priced).then(pl.lit(change["text"])))
    if not waits:
        return rows.with_columns(waiting_masters=pl.lit(""))
    return rows.with_columns(waiting_masters=pl.concat_str(waits, separator=", ", ignore_nulls=True))
