"""What collection tells the ledger, as frames. Source of the patterns: facts on receivables; accounts are a master."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from tomoshibi.kernel.periods import Month
from tomoshibi.ledger.values import ENTRY_SCHEMA


@dataclass(frozen=True)
class Leg:
    """An account and an amount, debit positive [minor]."""

    account: str
    amount_minor: int
    customer_id: int | None = None


def entry(
    *, source: str, purpose: str, on: date, month: Month, text: str, legs: Iterable[Leg], document: str = ""
) -> pl.DataFrame:
    """One entry as rows of ``ledger.values.ENTRY_SCHEMA``."""
    rows = [
        {
            "source": source,
            "purpose": purpose,
            "entry_on": on,
            "accounting_month": month.number,
            "account": leg.account,
            "amount_minor": leg.amount_minor,
            "customer_id": leg.customer_id,
            "document": document or source,
            "text": text,
        }
        for leg in legs
    ]
    return pl.DataFrame(rows, schema=dict(ENTRY_SCHEMA))


def transfers(
    rows: pl.DataFrame, *, purpose: str, on: date, month: Month, text: str, debit: str, credit: str
) -> pl.DataFrame:
    """
    One entry per row, from an account to another.

    :param rows: columns ``source``, ``document``, ``customer_id``, ``amount_minor`` (positive)
    :param debit: account that is debited
    :param credit: account that is credited
    """
    head = rows.with_columns(
        purpose=pl.lit(purpose),
        entry_on=pl.lit(on),
        accounting_month=pl.lit(month.number, dtype=pl.Int64),
        text=pl.lit(text),
    )
    legs = [
        head.with_columns(account=pl.lit(debit)),
        head.with_columns(account=pl.lit(credit), amount_minor=-pl.col("amount_minor")),
    ]
    return pl.concat(legs).select(list(ENTRY_SCHEMA)).cast(dict(ENTRY_SCHEMA))  # type: ignore[arg-type]
