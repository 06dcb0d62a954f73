"""Debts as column frames: what a debit may ask for, what batches asked, what came too late."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from tomoshibi.collection import matching
from tomoshibi.collection.models import DebitBatch
from tomoshibi.kernel.frames import Schema
from tomoshibi.storage import bulk

DUE_SCHEMA = {
    "receivable_id": pl.Int64,
    "account_id": pl.Int64,
    "customer_id": pl.Int64,
    "due_on": pl.Date,
    "open_minor": pl.Int64,
}


_NOT_NOW = {
    "issued later": "SELECT id FROM collection_receivable WHERE issued_on > %(until)s",
    "waits for a result": "SELECT receivable_id FROM collection_debitclaim",
    "is on hold": "SELECT receivable_id FROM collection_hold WHERE lifted_at IS NULL",
    "failed, not to be asked again": """
        SELECT receivable_id FROM (
            SELECT DISTINCT ON (f.receivable_id) f.receivable_id, f.treatment
              FROM collection_faileddebit f JOIN collection_openitem o USING (receivable_id)
             ORDER BY f.receivable_id, f.debit_row_id DESC) AS latest
         WHERE treatment <> 'again'
    """,
}
"""Debts that a debit leaves alone. Read one by one and taken off here: the tables grow and empty by a million rows
between two looks of the planner, which then joins them row by row."""


def due_frame(*, issued_until: date) -> pl.DataFrame:
    """
    Debts that a direct debit may ask for: something is open, no request waits for its result, nobody holds it, and a
    failed debit of it was decided to be asked again.

    :returns: columns of ``DUE_SCHEMA``, by account and due day
    """
    due = bulk.read_frame(f"SELECT {', '.join(DUE_SCHEMA)} FROM collection_openitem", DUE_SCHEMA)
    for query in _NOT_NOW.values():
        left_out = bulk.read_frame(query, {"receivable_id": pl.Int64}, {"until": issued_until})
        if left_out.height:
            due = due.join(left_out, on="receivable_id", how="anti")
    return due.sort("account_id", "due_on", "receivable_id")


LATE_SCHEMA = {
    "allocation_id": pl.Int64,
    "receivable_id": pl.Int64,
    "bill_id": pl.Int64,
    "contract_id": pl.Int64,
    "invoice_number": pl.String,
    "due_on": pl.Date,
    "paid_on": pl.Date,
    "amount_minor": pl.Int64,
}


def late_payments_frame(*, since: date) -> pl.DataFrame:
    """
    Money that came after its debt was due, of what was counted from a day on.

    A transfer came on the day on which the bank had it, a debit on the day of the debit; a credit was there already when
    it was used, and nothing that was reversed later was paid.

    :returns: columns of ``LATE_SCHEMA``, by allocation
    """
    return bulk.read_frame(
        """
        SELECT a.id, r.id, r.bill_id, r.contract_id, r.invoice_number, r.due_on,
               coalesce(t.received_on, b.debit_on), a.amount_minor
          FROM collection_allocation a
          JOIN collection_receivable r ON r.id = a.receivable_id
          LEFT JOIN collection_receipt t ON a.kind = 'receipt' AND t.id = a.source_id
          LEFT JOIN collection_debitrow d ON a.kind = 'debit' AND d.id = a.source_id
          LEFT JOIN collection_debitbatch b ON b.id = d.batch_id
         WHERE a.allocated_on >= %(since)s AND a.kind IN ('receipt', 'debit')
           AND coalesce(t.received_on, b.debit_on) > r.due_on
           AND NOT EXISTS (SELECT FROM collection_allocation n WHERE n.receivable_id = r.id AND n.kind = 'reversal')
         ORDER BY a.id
        """,
        LATE_SCHEMA,
        {"since": since},
    )


def open_frame(*, account_ids: Sequence[int], claimed: bool = False) -> pl.DataFrame:
    """
    What accounts owe, oldest due first.

    :param claimed: also debts that a debit under way will probably pay
    :returns: ``receivable_id``, ``account_id``, ``customer_id``, ``open_minor``
    """
    return bulk.read_frame(
        """
        SELECT o.receivable_id, o.account_id, o.customer_id, o.open_minor FROM collection_openitem o
         WHERE o.account_id = ANY(%(ids)s::bigint[])
           AND (%(claimed)s OR NOT EXISTS (SELECT FROM collection_debitclaim c WHERE c.receivable_id = o.receivable_id))
         ORDER BY o.account_id, o.due_on, o.receivable_id
        """,
        {"receivable_id": pl.Int64, "account_id": pl.Int64, "customer_id": pl.Int64, "open_minor": pl.Int64},
        {"ids": list(account_ids), "claimed": claimed},
    )


def asked_frame(*, batch_ids: Sequence[int], debit_row_id: int | None = None) -> pl.DataFrame:
    """
    What batches asked for and what is known of it.

    :param debit_row_id: only this debit of theirs
    :returns: columns of ``matching.ASKED``, by debit
    """
    batches = DebitBatch.objects.filter(id__in=batch_ids).order_by("id")
    return pl.concat([pl.DataFrame(schema=dict(matching.ASKED)), *(_asked(batch, debit_row_id) for batch in batches)])


def _asked(batch: DebitBatch, debit_row_id: int | None) -> pl.DataFrame:
    # Read apart and joined here, as above; what belongs to a batch stands close together.
    own = [name for name in matching.ASKED if name not in {"consignor_code", "debit_on", "open_minor", "known_code"}]
    which = {"debit_row_id": "id", "account": "concat_ws('-', bank_code, branch_code, account_kind, account_number)"}
    rows = bulk.read_frame(
        f"SELECT {', '.join(which.get(name, name) for name in own)} FROM collection_debitrow"
        " WHERE batch_id = %(batch)s AND (%(row)s IS NULL OR id = %(row)s) ORDER BY id",
        {name: matching.ASKED[name] for name in own},
        {"batch": batch.id, "row": debit_row_id},
    )
    still_open = _between("collection_openitem", rows["receivable_id"], {"open_minor": pl.Int64})
    known = _between("collection_debitresult", rows["debit_row_id"], {"code": pl.String})
    return (
        rows.join(still_open, on="receivable_id", how="left", maintain_order="left")
        .join(known.rename({"code": "known_code"}), on="debit_row_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("open_minor").fill_null(0),
            consignor_code=pl.lit(batch.consignor_code),
            debit_on=pl.lit(batch.debit_on),
        )
        .select(list(matching.ASKED))
    )


def _between(table: str, ids: pl.Series, columns: Schema) -> pl.DataFrame:
    """Rows of a table whose key, named like the ids, lies between the smallest and the greatest of them."""
    return bulk.read_frame(
        f"SELECT {ids.name}, {', '.join(columns)} FROM {table} WHERE {ids.name} BETWEEN %s AND %s",
        {ids.name: pl.Int64, **columns},
        [ids.min(), ids.max()],
    )


def failed_frame(*, debit_row_ids: Sequence[int]) -> pl.DataFrame:
    """:returns: ``receivable_id``, ``amount_minor``, ``invoice_number`` of failed debits"""
    return bulk.read_frame(
        "SELECT f.receivable_id, f.amount_minor, r.invoice_number"
        "  FROM collection_faileddebit f JOIN collection_receivable r ON r.id = f.receivable_id"
        " WHERE f.debit_row_id = ANY(%s::bigint[]) ORDER BY f.debit_row_id",
        {"receivable_id": pl.Int64, "amount_minor": pl.Int64, "invoice_number": pl.String},
        [list(debit_row_ids)],
    )
