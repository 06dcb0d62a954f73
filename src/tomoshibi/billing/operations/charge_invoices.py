"""Invoices of nothing but sundry charges, for contracts that have no later bill."""

from datetime import date, timedelta

import polars as pl

from tomoshibi.billing import composition, queries, values
from tomoshibi.billing.models import Run
from tomoshibi.billing.operations import pricing_step
from tomoshibi.contracts import queries as contracts
from tomoshibi.masters import queries as masters

MILLION = 1_000_000


def documents(run: Run, *, members: pl.DataFrame, today: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    One document for each contract with waiting charges: its day is the day it is made, its energy is none.

    The tax in it is taken once, over all taxed charges, cut off towards zero.

    :returns: bills without their ids, and their extras (``pricing_step.EXTRAS``), both by ``row_id``
    """
    rows = members.sort("contract_id").with_row_index("row_id").with_columns(pl.col("row_id").cast(pl.Int64))
    charges = contracts.waiting_charges_frame(contract_ids=rows["contract_id"])
    extras = pricing_step.told(rows.select("row_id", "contract_id").join(charges, on="contract_id", how="inner"))
    sums = extras.group_by("row_id").agg(
        total_minor=pl.col("amount_minor").sum(),
        untaxed_minor=pl.col("amount_minor").filter(~pl.col("taxed")).sum(),
    )
    rate = masters.tax_rate(on=today).rate_ppm
    taxed = pl.col("total_minor") - pl.col("untaxed_minor")
    last = queries.last_documents(contract_ids=rows["contract_id"].to_list())
    none = pl.lit(0, dtype=pl.Int64)
    bills = rows.join(sums, on="row_id", how="inner").join(last, on="contract_id", how="inner").with_columns(
        run_id=pl.lit(run.id),
        reading_revision=pl.lit(0),
        kind=pl.lit(values.BillKind.CHARGES.value),
        revision=pl.lit(0, dtype=pl.Int64),
        corrects_bill_id=pl.lit(None, dtype=pl.Int64),
        month=pl.lit(run.month),
        period_start=pl.lit(today),
        period_end=pl.lit(today + timedelta(days=1)),
        energy_dwh=none,
        rerated_minor=none,
        levy_minor=none,
        tax_minor=taxed.abs() * rate // (MILLION + rate) * taxed.sign(),
        tax_rate_ppm=pl.lit(rate, dtype=pl.Int64),
        agreed=pl.lit(value=False),
        published_id=pl.lit(None, dtype=pl.Int64),
        **dict.fromkeys(composition.NET, none),
    )  # fmt: skip
    bills = bills.filter(pl.col("total_minor") != 0)
    return bills, extras.join(bills, on="row_id", how="semi")
