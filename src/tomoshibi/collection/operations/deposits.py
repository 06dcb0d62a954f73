"""Our bank's notices of incoming transfers come in: kept, judged row by row, each entered as the transfer it is."""

from datetime import date, datetime
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.collection import deposits, queries, values
from tomoshibi.collection.models import Deposit, DepositFile
from tomoshibi.collection.operations.receipts import enter_receipt
from tomoshibi.documents import operations as documents
from tomoshibi.gateways import zengin
from tomoshibi.identity import operations as identity
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

CANCEL_ITEM = "collection.deposit_cancelled"


@db.transaction_required
def import_deposits(
    *, name: str, content: bytes, now: datetime, today: date, actor_id: int | None
) -> values.DepositOutcome:
    """
    Import a notice of incoming transfers; the same bytes, or the same rows in another file, change nothing.

    Every row that counts becomes a transfer through ``enter_receipt``: the payer's own where a number of the row names
    one, otherwise unapplied money that waits for a person.

    :raises zengin.BrokenFile: naming the records; nothing is written
    """
    decoded = zengin.decode_deposits(content, near=today)
    stored = documents.store(name=name, content=content, kind="collection.deposits", now=now, actor_id=actor_id)
    before = DepositFile.objects.filter(sha256=stored.sha256).first()
    if before:
        return _outcome(before, already_known=True)
    file = DepositFile.objects.create(
        name=name[:255], file_id=stored.id, sha256=stored.sha256, received_at=now, received_by_id=actor_id
    )
    company = masters.company(on=today)
    ours = _account(company.bank_code, company.branch_code, company.account_kind_code, company.account_number)
    rows = _rows_of(decoded)
    judged = deposits.judge(rows, known=queries.known_deposits(days=rows["booked_on"]), ours=ours, today=today)
    for row in judged.iter_rows(named=True):
        _take(file, row, now=now, actor_id=actor_id)
    file.row_count = judged.height
    file.refused_count = judged.height - file.taken_count - file.known_count
    file.save()
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"imported bank file {name}: {file.taken_count} transfers of {file.taken_minor}, {file.refused_count} refused",
        at=now,
        subject=f"collection.deposit_file:{file.id}",
        actor_id=actor_id,
    )
    return _outcome(file, already_known=False)


def _account(bank: str, branch: str, kind: str, number: str) -> str:
    return f"{bank}-{branch}-{kind}-{number.zfill(7)}"


def _rows_of(decoded: zengin.DepositFile) -> pl.DataFrame:
    accounts = [
        _account(one.bank_code, one.branch_code, one.account_kind, one.account_number) for one in decoded.headers
    ]
    sender = pl.concat_str(
        pl.col("sending_bank_name").fill_null(""), pl.col("sending_branch_name").fill_null(""), separator=" "
    )
    texts = ("inquiry_number", "payer_code", "payer_kana", "edi")
    return decoded.rows.with_columns(
        *(pl.col(name).fill_null("").str.strip_chars() for name in texts),
        bank_account=pl.col("header").replace_strict(dict(enumerate(accounts)), return_dtype=pl.String),
        sending_bank=sender.str.strip_chars(),
    ).select(
        "record", "bank_account", "inquiry_number", "booked_on", "amount_minor", "canceled", "payer_code", "payer_kana",
        "sending_bank", "edi",
    )  # fmt: skip


def _take(file: DepositFile, row: dict[str, Any], *, now: datetime, actor_id: int | None) -> None:
    kept = Deposit(file=file, **row)
    if row["verdict"] == values.DepositVerdict.TAKEN:
        named = queries.payer_named(payer_code=row["payer_code"], edi=row["edi"], payer_kana=row["payer_kana"])
        kept.receipt_id = enter_receipt(
            received_on=row["booked_on"],
            amount_minor=row["amount_minor"],
            payer_name=row["payer_kana"] or "-",
            reference=row["edi"] or row["payer_code"].lstrip("0"),
            note=row["sending_bank"],
            account_id=named.account_id if named else None,
            receivable_ids=named.receivable_ids if named else (),
            now=now,
            actor_id=actor_id,
        )
        file.taken_count += 1
        file.taken_minor += row["amount_minor"]
        file.owned_count += named is not None
    elif row["verdict"] == values.DepositVerdict.KNOWN:
        file.known_count += 1
    kept.save()
    if row["verdict"] == values.DepositVerdict.CANCELS:
        _tell_cancellation(file, kept, now=now)


def _tell_cancellation(file: DepositFile, row: Deposit, *, now: datetime) -> None:
    """The bank takes back what an earlier file brought: a person records it, another agrees (``returned``)."""
    receipt_id = queries.cancelled_receipt(deposit=row)
    worklist.open_item(
        procedure=values.PROCEDURE,
        kind=CANCEL_ITEM,
        subject=f"collection.deposit:{row.id}",
        title=_("The bank took back a transfer of %(amount)s yen from %(payer)s")
        % {"amount": f"{row.amount_minor:,}", "payer": row.payer_kana},
        detail=_("Inquiry number %(number)s, record %(record)s of %(file)s.")
        % {"number": row.inquiry_number, "record": row.record, "file": file.name},
        due_at=now,
        role="collection",
        now=now,
        url=f"/collection/receipts/{receipt_id}/" if receipt_id else f"/collection/receipts/files/{file.id}/",
    )


def _outcome(file: DepositFile, *, already_known: bool) -> values.DepositOutcome:
    return values.DepositOutcome(
        file_id=file.id,
        already_known=already_known,
        rows=file.row_count,
        taken=file.taken_count,
        taken_minor=file.taken_minor,
        owned=file.owned_count,
        known=file.known_count,
        refused=file.refused_count,
    )
