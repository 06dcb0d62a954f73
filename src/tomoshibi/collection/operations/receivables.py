"""Debts are opened from issued bills; credits that wait for them are used."""

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.collection import matching, queries, values
from tomoshibi.collection.operations import _rows
from tomoshibi.identity import operations as identity
from tomoshibi.kernel import frames
from tomoshibi.storage import bulk, db


@db.transaction_required
def open_receivables(
    *, issued: pl.DataFrame, now: datetime, today: date, actor_id: int | None = None, run: str = ""
) -> values.OpenOutcome:
    """
    Open one debt per issued bill and one credit per return invoice; then let credits pay what they can.

    A bill whose debt was opened before is left alone, so a run may be repeated.

    :param issued: columns of ``values.ISSUED_SCHEMA``; documents of zero open nothing
    """
    issued = frames.require(issued, values.ISSUED_SCHEMA)
    bills = _new(issued.filter(pl.col("amount_minor") > 0), "SELECT bill_id FROM collection_receivable WHERE bill_id")
    returns = _new(
        issued.filter(pl.col("amount_minor") < 0),
        "SELECT source_id FROM collection_credit WHERE origin = 'return' AND source_id",
    )
    bulk.copy_in("collection_receivable", bills.with_columns(opened_at=pl.lit(now.isoformat())))
    _open_credits(returns, now=now, today=today, actor_id=actor_id)
    touched = pl.concat([bills["account_id"], returns["account_id"]]).unique().to_list()
    used = apply_credits(account_ids=touched, now=now, today=today, actor_id=actor_id) if touched else 0
    if bills.height or returns.height:  # a run that is repeated after a crash did nothing
        identity.record_deed(
            procedure=values.PROCEDURE,
            what=f"opened {bills.height} receivables and {returns.height} credits",
            at=now,
            subject=run or "collection.receivables:new",
            run=run,
            actor_id=actor_id,
        )
    return values.OpenOutcome(
        opened=bills.height,
        amount_minor=int(bills["amount_minor"].sum()),
        credits=returns.height,
        credit_used_minor=used,
    )


def _new(rows: pl.DataFrame, known_where: str) -> pl.DataFrame:
    """Rows whose bill is not known yet; the documents of a run stand close together, so a range finds them."""
    if rows.is_empty():
        return rows
    known = bulk.read_frame(
        f"{known_where} BETWEEN %(first)s AND %(last)s",
        {"bill_id": pl.Int64},
        {"first": rows["bill_id"].min(), "last": rows["bill_id"].max()},
    )
    return rows.join(known, on="bill_id", how="anti", maintain_order="left")


def _open_credits(returns: pl.DataFrame, *, now: datetime, today: date, actor_id: int | None) -> None:
    if returns.is_empty():
        return
    rows = returns.with_columns(-pl.col("amount_minor"), source_id=pl.col("bill_id"))
    _rows.keep_credits(rows, origin=values.CreditOrigin.RETURN, text=_("Return invoice"), on=today, at=now)
    # Billing took the amount off the receivables; here it becomes a credit until a debt uses it.
    named = rows.with_columns(source=pl.format("bill:{}", "bill_id"), document=pl.format("bill:{}", "bill_id"))
    _rows.post_transfers(
        named, purpose="credit", on=today, text=_("Return invoice to credit"), debit="receivable",
        credit="credit_balance", now=now, actor_id=actor_id,
    )  # fmt: skip


@db.transaction_required
def apply_credits(*, account_ids: Sequence[int], now: datetime, today: date, actor_id: int | None = None) -> int:
    """
    Let the credits of accounts pay their debts, oldest first on both sides; debts in a debit under way are left out.

    :returns: how much was used [minor]
    """
    money = _credits(account_ids)
    if money.is_empty():
        return 0
    debts = queries.open_frame(account_ids=money["account_id"].unique().to_list())
    pairs = matching.spread(money.drop("customer_id"), debts.drop("customer_id"))
    if pairs.is_empty():
        return 0
    pairs = pairs.with_columns(bulk.allocate_ids("collection_credituse", pairs.height))
    bulk.copy_in(
        "collection_credituse",
        pairs.select(
            "id",
            "receivable_id",
            "amount_minor",
            credit_id="money_id",
            used_on=pl.lit(today),
            used_at=pl.lit(now.isoformat()),
        ),
    )
    _rows.allocate(pairs.with_columns(source_id="id"), kind=values.AllocationKind.CREDIT, on=today, at=now)
    named = pairs.join(money.select("money_id", "customer_id"), on="money_id", how="left").with_columns(
        source=pl.format("credit_use:{}", "id"), document=pl.format("receivable:{}", "receivable_id")
    )
    _rows.post_transfers(
        named, purpose="apply", on=today, text=_("Credit used"), debit="credit_balance", credit="receivable",
        now=now, actor_id=actor_id,
    )  # fmt: skip
    return int(pairs["amount_minor"].sum())


def _credits(account_ids: Sequence[int]) -> pl.DataFrame:
    """Credits left, oldest first. A second run that uses the same ones is refused by the database, not waited for."""
    return bulk.read_frame(
        "SELECT l.credit_id, l.account_id, l.left_minor, c.customer_id FROM collection_creditleft l"
        " JOIN collection_credit c ON c.id = l.credit_id WHERE l.account_id = ANY(%(ids)s::bigint[])"
        " ORDER BY l.account_id, l.credit_id",
        {"money_id": pl.Int64, "account_id": pl.Int64, "left_minor": pl.Int64, "customer_id": pl.Int64},
        {"ids": list(account_ids)},
    )
