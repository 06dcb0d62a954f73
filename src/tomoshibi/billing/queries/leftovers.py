"""Charges that no later bill will carry: their contracts ended and had their last bill."""

from datetime import date, timedelta

import polars as pl

from tomoshibi.billing import membership
from tomoshibi.contracts import queries as contracts
from tomoshibi.parties.values import Collective
from tomoshibi.storage import bulk

LONG_AGO = timedelta(days=90)
"""A last bill that has not come by then does not come any more."""
_LAST = {"contract_id": pl.Int64, "last_end": pl.Date}
_FIRST_DAY = date(1900, 1, 1)
DOCUMENT = {
    "contract_id": pl.Int64, "reading_id": pl.Int64, "plan_code": pl.String, "plan_version_id": pl.Int64,
    "capacity_kind": pl.String, "capacity_milli": pl.Int64,
}  # fmt: skip


def left_over(*, today: date) -> pl.DataFrame:
    """
    The contracts whose waiting charges need an invoice of their own.

    :returns: ``membership.MEMBERS``
    """
    waiting = contracts.waiting_charges_frame()
    waiting = waiting.filter(pl.col("contract_end").is_not_null() & (pl.col("contract_end") <= today))
    ends = waiting.select("contract_id", "contract_end").unique()
    billed = bulk.read_frame(
        """
        SELECT b.contract_id, max(b.period_end) FROM billing_bill b JOIN billing_invoice i ON i.bill_id = b.id
         WHERE b.contract_id = ANY(%s) AND b.kind <> 'charges' GROUP BY 1
        """,
        _LAST,
        [ends["contract_id"].to_list()],
    )
    ended = ends.join(billed, on="contract_id", how="inner").filter(
        (pl.col("last_end") >= pl.col("contract_end")) | (pl.col("contract_end") <= today - LONG_AGO)
    )
    if ended.is_empty():
        return pl.DataFrame(schema=dict(membership.MEMBERS))
    accounts = contracts.accounts_of_contracts(contract_ids=ended["contract_id"])
    found = contracts.supplied_frame(period_start=_FIRST_DAY, period_end=today, account_ids=accounts)
    found = found.join(ended, on="contract_id", how="semi").with_columns(collective=pl.lit(Collective.NO.value))
    return found.select(list(membership.MEMBERS))


def last_documents(*, contract_ids: list[int]) -> pl.DataFrame:
    """
    What the last issued bill of contracts was made from, one row per contract.

    :returns: columns of ``DOCUMENT``
    """
    return bulk.read_frame(
        """
        SELECT DISTINCT ON (b.contract_id)
               b.contract_id, b.reading_id, b.plan_code, b.plan_version_id, b.capacity_kind, b.capacity_milli
          FROM billing_bill b JOIN billing_invoice i ON i.bill_id = b.id
         WHERE b.contract_id = ANY(%s) AND b.kind <> 'charges' ORDER BY b.contract_id, b.period_end DESC, b.id DESC
        """,
        DOCUMENT,
        [contract_ids],
    )
