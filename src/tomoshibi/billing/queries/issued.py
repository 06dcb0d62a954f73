"""Issued documents as a frame, for the rooms that follow."""

import polars as pl

from tomoshibi.billing import numbering
from tomoshibi.storage import bulk

ISSUED = {
    "bill_id": pl.Int64,
    "number": pl.Int64,
    "kind": pl.String,
    "contract_id": pl.Int64,
    "account_id": pl.Int64,
    "customer_id": pl.Int64,
    "month": pl.Int64,
    "amount_minor": pl.Int64,
    "tax_minor": pl.Int64,
    "issued_on": pl.Date,
    "due_on": pl.Date,
    "lead_bill_id": pl.Int64,
}


def issued_frame(*, run_id: int) -> pl.DataFrame:
    """
    The documents that a run issued: ``bill_id, invoice_number, kind, contract_id, account_id, customer_id, month,
    amount_minor, tax_minor, issued_on, due_on``.

    ``amount_minor`` is negative for a return invoice, and may be zero. A collective invoice is one row, its lead bill's,
    with the amounts of all members.
    """
    frame = bulk.read_frame(
        """
        SELECT b.id, i.number, b.kind, b.contract_id, b.account_id, b.customer_id, b.month,
               b.total_minor, b.tax_minor + i.tax_shift_minor, i.issued_on, i.due_on, i.lead_bill_id
        FROM billing_invoice i JOIN billing_bill b ON b.id = i.bill_id
        WHERE i.run_id = %s ORDER BY i.number
        """,
        ISSUED,
        [run_id],
    )
    frame = _together(frame).drop("lead_bill_id")
    text = pl.col("number").cast(pl.String).str.zfill(numbering.DIGITS + 1)
    return frame.with_columns(text.alias("number")).rename({"number": "invoice_number"})


def _together(documents: pl.DataFrame) -> pl.DataFrame:
    """One row per collective invoice instead of one per member."""
    if documents["lead_bill_id"].null_count() == documents.height:
        return documents
    members = documents.filter(pl.col("lead_bill_id").is_not_null())
    sums = members.group_by("lead_bill_id").agg(pl.col("amount_minor", "tax_minor").sum())
    lead = members.filter(pl.col("bill_id") == pl.col("lead_bill_id")).drop("amount_minor", "tax_minor")
    whole = lead.join(sums, on="lead_bill_id", how="inner").select(documents.columns)
    return pl.concat([documents.filter(pl.col("lead_bill_id").is_null()), whole]).sort("number")
