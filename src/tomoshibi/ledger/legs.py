"""From the rows of a posting to heads and numbered legs, as columns."""

from collections.abc import Mapping

import polars as pl

_KEY = ["source", "purpose"]
_LIMIT = 2**52
"""Bounds the sum of an entry's legs far from overflow: no electricity bill comes near it."""


def split(entries: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    Legs that are not zero, and one head per source and purpose.

    :param entries: columns of ``values.ENTRY_SCHEMA``
    :returns: the legs; the heads sorted by key, with the sum of their legs ``amount_minor`` (zero when balanced) and
        ``differ`` where the legs name different days or months
    """
    rows = entries.filter(pl.col("amount_minor") != 0)
    assert rows.filter(pl.col("amount_minor").abs() > _LIMIT).is_empty(), "an amount is beyond every bound"
    heads = (
        rows.group_by(_KEY)
        .agg(
            pl.col("entry_on", "accounting_month", "document", "text").first(),
            pl.col("amount_minor").sum(),
            differ=(pl.col("entry_on").min() != pl.col("entry_on").max())
            | (pl.col("accounting_month").min() != pl.col("accounting_month").max()),
        )
        .sort(_KEY)
        .with_columns(
            document=pl.when(pl.col("document") == pl.col("source")).then(None).otherwise("document").fill_null(""),
            text=pl.col("text").fill_null("").str.slice(0, 200),
        )
    )
    return rows, heads


def number(rows: pl.DataFrame, *, heads: pl.DataFrame, account_ids: Mapping[str, int]) -> pl.DataFrame:
    """
    The legs of these heads as rows of the table, numbered from one within each entry and sorted by entry.

    :param heads: with ``id``; legs of other entries are left out
    """
    accounts = pl.DataFrame(
        {"account": list(account_ids), "account_id": list(account_ids.values())},
        schema={"account": pl.String, "account_id": pl.Int64},
    )
    return (
        rows.join(heads.select(*_KEY, entry_id="id"), on=_KEY, how="inner")
        .join(accounts, on="account", how="left")
        .sort("entry_id", maintain_order=True)
        .select(
            "entry_id",
            (pl.int_range(pl.len(), dtype=pl.Int64).over("entry_id") + 1).alias("leg_no"),
            "account_id",
            "accounting_month",
            "amount_minor",
            "customer_id",
        )
    )


def names(heads: pl.DataFrame, *, amounts: bool = False) -> str:
    """Entries by name for a sentence."""
    return ", ".join(
        f"{row['source']} {row['purpose']}" + (f" ({row['amount_minor']:+,})" if amounts else "")
        for row in heads.iter_rows(named=True)
    )
