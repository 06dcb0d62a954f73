"""How this room writes many rows: ids in blocks, money as allocations and credits, postings with the masters' accounts."""

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl

from tomoshibi.collection import postings, values
from tomoshibi.ledger import operations as ledger
from tomoshibi.ledger import queries as ledger_queries
from tomoshibi.masters import queries as masters
from tomoshibi.storage import bulk

MONEY = {"receivable_id": pl.Int64, "source_id": pl.Int64, "amount_minor": pl.Int64}
SURPLUS = {"account_id": pl.Int64, "customer_id": pl.Int64, "source_id": pl.Int64, "amount_minor": pl.Int64}


def allocate(money: pl.DataFrame, *, kind: values.AllocationKind, on: date, at: datetime) -> None:
    """Write allocations; columns of ``MONEY``. The database refuses more than is open."""
    rows = money.select("receivable_id", "source_id", "amount_minor").with_columns(
        kind=pl.lit(kind.value), allocated_on=pl.lit(on), allocated_at=pl.lit(at.isoformat())
    )
    bulk.copy_in("collection_allocation", rows)


def keep_credits(surplus: pl.DataFrame, *, origin: values.CreditOrigin, text: str, on: date, at: datetime) -> None:
    """Write credits; columns of ``SURPLUS``."""
    rows = surplus.select(list(SURPLUS)).with_columns(
        origin=pl.lit(origin.value), text=pl.lit(text), arose_on=pl.lit(on), created_at=pl.lit(at.isoformat())
    )
    bulk.copy_in("collection_credit", rows)


def account(key: str, on: date) -> str:
    return masters.posting_account(key=key, on=on)


def post(
    *,
    source: str,
    purpose: str,
    on: date,
    text: str,
    legs: Sequence[tuple[str, int, int | None]],
    now: datetime,
    actor_id: int | None,
    document: str = "",
) -> None:
    """
    Post one entry into the open month of a day.

    :param legs: posting key of the masters, amount (debit positive), customer
    """
    month = ledger_queries.open_month(on=on)
    rows = [postings.Leg(account(key, on), amount, customer) for key, amount, customer in legs if amount]
    if rows:
        frame = postings.entry(
            source=source, purpose=purpose, on=on, month=month, text=text, legs=rows, document=document
        )
        ledger.post(entries=frame, posted_at=now, actor_id=actor_id)


def post_transfers(
    rows: pl.DataFrame,
    *,
    purpose: str,
    on: date,
    text: str,
    debit: str,
    credit: str,
    now: datetime,
    actor_id: int | None,
) -> None:
    """Post an entry per row from one posting key to another; columns as ``postings.transfers``."""
    if rows.is_empty():
        return
    frame = postings.transfers(
        rows,
        purpose=purpose,
        on=on,
        month=ledger_queries.open_month(on=on),
        text=text,
        debit=account(debit, on),
        credit=account(credit, on),
    )
    ledger.post(entries=frame, posted_at=now, actor_id=actor_id)
