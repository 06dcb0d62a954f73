"""From the rows of a posting to heads and numbered legs, as columns."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from tomoshibi.ledger import values

_KEY = ["source", "purpose"]
_LIMIT = 2**52
"""Bounds the sum of an entry's legs far from overflow: no electricity bill comes near it."""


def split(entries: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    Legs that are not zero, and one head per source and purpose.

    :param entries: columns of ``values.ENTRY_SCHEMA``
    :returns: the legs (``values.LEG_SCHEMA``); the heads as ``headed`` returns them, with ``differ`` where the legs name
        different days or months
    """
    rows = entries.filter(pl.col("amount_minor") != 0)
    heads = (
        rows.group_by(_KEY)
        .agg(
            pl.col("entry_on", "accounting_month", "document", "text").first(),
            differ=(pl.col("entry_on").min() != pl.col("entry_on").max())
            | (pl.col("accounting_month").min() != pl.col("accounting_month").max()),
        )
        .with_columns(entry=pl.int_range(pl.len(), dtype=pl.Int64))
    )
    numbered = rows.join(heads.select(*_KEY, "entry"), on=_KEY, how="inner", maintain_order="left")
    return headed(heads, numbered.select(list(values.LEG_SCHEMA)))


def headed(heads: pl.DataFrame, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    Legs that are not zero, and the heads that have any.

    :param heads: columns of ``values.HEAD_SCHEMA``, and others
    :param rows: columns of ``values.LEG_SCHEMA``
    :returns: the legs; the heads sorted by key, with the sum of their legs ``amount_minor`` (zero when balanced)
    """
    rows = rows.filter(pl.col("amount_minor") != 0)
    assert rows.filter(pl.col("amount_minor").abs() > _LIMIT).is_empty(), "an amount is beyond every bound"
    assert not heads.select(_KEY).is_duplicated().any(), "an entry has one head"
    sums = rows.group_by("entry").agg(pl.col("amount_minor").sum())
    found = heads.join(sums, on="entry", how="inner")
    assert found.height == sums.height, "a leg has a head"
    return rows, found.sort(_KEY).with_columns(
        document=pl.when(pl.col("document") == pl.col("source")).then(None).otherwise("document").fill_null(""),
        text=pl.col("text").fill_null("").str.slice(0, 200),
    )


def number(rows: pl.DataFrame, *, heads: pl.DataFrame, account_ids: Mapping[str, int]) -> pl.DataFrame:
    """
    The legs of these heads as rows of the table, numbered from one within each entry and sorted by entry.

    :param heads: with ``entry`` and ``id``; legs of other entries are left out
    """
    accounts = pl.DataFrame(
        {"account": list(account_ids), "account_id": list(account_ids.values())},
        schema={"account": pl.String, "account_id": pl.Int64},
    )
    found = (
        rows.join(
            heads.select("entry", "accounting_month", entry_id="id"), on="entry", how="inner", maintain_order="left"
        )
        .join(accounts, on="account", how="left", maintain_order="left")
        .sort("entry_id", maintain_order=True)
    )
    ids, place = found["entry_id"].to_numpy(), np.arange(found.height)
    first = np.append(True, ids[1:] != ids[:-1])[: found.height]
    begun = np.maximum.accumulate(np.where(first, place, 0))
    return found.select(
        "entry_id",
        pl.Series("leg_no", place - begun + 1, dtype=pl.Int64),
        "account_id",
        "accounting_month",
        "amount_minor",
        "customer_id",
    )


def names(heads: pl.DataFrame, *, amounts: bool = False) -> str:
    """Entries by name for a sentence."""
    return ", ".join(
        f"{row['source']} {row['purpose']}" + (f" ({row['amount_minor']:+,})" if amounts else "")
        for row in heads.iter_rows(named=True)
    )
