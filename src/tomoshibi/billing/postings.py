"""The ledger entries of issued bills: one balanced entry per document."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from tomoshibi.kernel.periods import Month

RECEIVABLE, REVENUE, LEVY, TAX, OTHER = "receivable", "revenue_energy", "levy", "tax_payable", "revenue_other"
PURPOSE = "issue"


def entries(bills: pl.DataFrame, *, on: date, accounts: Mapping[str, str]) -> pl.DataFrame:
    """
    Debit the receivable; credit what the levy comes to without its tax, the consumption tax, and the rest as revenue.

    :param bills: ``id, number, customer_id, total_minor, tax_minor, levy_minor, untaxed_minor, tax_rate_ppm``; totals
        contain the tax. A return invoice has negative amounts: the same legs the other way round
    :param on: the day of issue; its month is the accounting month
    :param accounts: account per posting key
    :returns: rows of ``ledger.values.ENTRY_SCHEMA``
    :raises KeyError: if a posting key has no account
    """
    # The tax inside the levy, towards zero so that a return is the exact mirror of its bill.
    levy_tax = pl.col("levy_minor").abs() * pl.col("tax_rate_ppm") // (1_000_000 + pl.col("tax_rate_ppm"))
    levy = pl.col("levy_minor") - levy_tax * pl.col("levy_minor").sign()
    amounts = {
        RECEIVABLE: pl.col("total_minor"),
        TAX: -pl.col("tax_minor"),
        LEVY: -levy,
        OTHER: -pl.col("untaxed_minor"),
        REVENUE: -(pl.col("total_minor") - pl.col("tax_minor") - levy - pl.col("untaxed_minor")),
    }
    legs = bills.select(
        "id", "customer_id", "number", *(amount.cast(pl.Int64).alias(key) for key, amount in amounts.items())
    ).unpivot(on=list(amounts), index=["id", "customer_id", "number"], variable_name="key", value_name="amount_minor")
    legs = legs.filter(pl.col("amount_minor") != 0)
    used = legs["key"].unique().to_list()
    return legs.select(
        source=pl.format("bill:{}", "id"),
        purpose=pl.lit(PURPOSE),
        entry_on=pl.lit(on),
        accounting_month=pl.lit(Month.of(on).number, dtype=pl.Int64),
        account=pl.col("key").replace_strict({key: accounts[key] for key in used}, return_dtype=pl.String),
        amount_minor="amount_minor",
        customer_id="customer_id",
        document=pl.col("number").cast(pl.String).str.zfill(11),
        text=pl.lit("電気料金"),
    )
