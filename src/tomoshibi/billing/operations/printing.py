"""Statements: one for the bill page, many for the printer, mails for those who read them in the portal."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.billing import numbering, postal_code, queries, statements, values
from tomoshibi.billing.models import Notice, PrintBatch, PrintPart, Reissue
from tomoshibi.billing.operations.examination import NoReason
from tomoshibi.billing.operations.runs import locked, require_state, subject
from tomoshibi.billing.statements import china, words
from tomoshibi.documents import operations as documents
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging.values import Mail
from tomoshibi.storage import bulk, db

PART_SIZE = 500
"""Statements in one PDF: what a printer opens without waiting, and what is set in about 0.4 GB of memory."""
MAILS_AT_ONCE = 2_000
MAIL_TEMPLATE = "billing.statement_ready"
_INDEX = [
    "sequence", "file", "page_from", "page_to", "postal_code", "address1", "address2", "addressee",
    "customer_barcode", "invoice_number",
]  # fmt: skip


class NothingToPrint(ValueError):
    """Nobody of the run wants paper."""


def statement_pdf(*, bill_id: int, reissued: bool = False) -> bytes:
    """
    The statement of a bill, issued or not (a draft says that it is one).

    Company and payer stand as on the day of issue, so that it is the same document whenever it is asked for.

    :raises queries.NoSuchBill: for an unknown bill
    """
    bills = queries.statement_bills(bill_ids=[bill_id])
    if bills.is_empty():
        raise queries.NoSuchBill(f"there is no bill {bill_id}")
    day = bills["issued_on"][0] or bills["period_end"][0]
    template, data = _form([bill_id], today=day, reissued=reissued)
    return documents.typeset(template=template, data=data)


def _form(bill_ids: list[int], *, today: date, reissued: bool = False) -> tuple[Path, dict[str, Any]]:
    """The form of the company's country, and the data of some bills for it."""
    company = queries.company_block(on=today)
    if masters.country() == "CN":
        bills = queries.chinese_bills(bill_ids=bill_ids, today=today, reissued=reissued)
        return china.TEMPLATE, china.document(bills, company=company)
    data = queries.statement_data(bill_ids=bill_ids, today=today, reissued=reissued)
    return statements.TEMPLATE, statements.document(data, company=company)


def annex_pdf(*, bill_id: int) -> bytes | None:
    """The list of a group's points with their days and shares, as the annex of its bill; nothing for other bills."""
    data = queries.annex_data(bill_id=bill_id)
    return documents.typeset(template=china.TEMPLATE, data=data) if data else None


def combined_pdf(*, customer_id: int, month: Month) -> bytes | None:
    """One statement over all groups of a customer; nothing where no bill was issued."""
    data = queries.combined_data(customer_id=customer_id, month=month)
    return documents.typeset(template=china.TEMPLATE, data=data) if data else None


@db.transaction_required
def reissue(*, bill_id: int, reason: str, actor_id: int | None, now: datetime) -> int:
    """
    Record that a statement is made again on request.

    :returns: the request's id, for ``reissued_pdf``
    :raises NoReason: without a reason
    :raises queries.NoSuchBill: for an unknown bill, or one that was not issued
    """
    if not reason.strip():
        raise NoReason(_("Give a reason."))
    if not queries.bill(bill_id=bill_id).invoice_number:
        raise queries.NoSuchBill(_("This bill was not issued."))
    request = Reissue.objects.create(bill_id=bill_id, reason=reason.strip(), actor_id=actor_id, at=now)
    what = f"made the statement of bill {bill_id} again: {reason}"
    identity.record_deed(procedure="RB9", what=what, at=now, subject=f"billing.bill:{bill_id}", actor_id=actor_id)
    return request.id


def reissued_pdf(*, bill_id: int, reissue_id: int) -> bytes:
    """
    The statement as it was made again on a request; it says so.

    :raises queries.NoSuchBill: where nobody asked for it
    """
    if not Reissue.objects.filter(id=reissue_id, bill_id=bill_id).exists():
        raise queries.NoSuchBill(f"the statement of bill {bill_id} was not made again by request {reissue_id}")
    return statement_pdf(bill_id=bill_id, reissued=True)


@db.transaction_required
def begin_batch(*, run_id: int, actor_id: int | None, now: datetime) -> int:
    """
    Freeze who of an issued run is printed, in postal order; the batch that is there already where it was begun before.

    :returns: the batch's id
    :raises NothingToPrint: if nobody wants paper
    :raises WrongState: if the run is not issued
    """
    run = locked(run_id)
    require_state(run, values.RunState.ISSUED)
    known = PrintBatch.objects.filter(run=run).first()
    if known:
        return known.id
    recipients = queries.to_print(run_id=run_id)
    if recipients.is_empty():
        raise NothingToPrint(_("Nobody of this run gets a statement on paper."))
    batch = PrintBatch.objects.create(
        run=run,
        statement_count=recipients.height,
        page_count=int(recipients["page_count"].sum()),
        made_at=now,
        made_by_id=actor_id,
    )
    parts = (recipients.slice(start, PART_SIZE) for start in range(0, recipients.height, PART_SIZE))
    for no, part in enumerate(parts, start=1):  # one at a time: a million recipients are some hundred megabytes
        PrintPart.objects.create(
            batch=batch,
            no=no,
            recipients=_packed(part),
            statement_count=part.height,
            page_count=int(part["page_count"].sum()),
        )
    return batch.id


@db.transaction_required
def print_next_part(*, batch_id: int, today: date, now: datetime) -> bool:
    """
    Typeset the next PDF of a batch that nobody else works on.

    :returns: whether there was one
    """
    batch = PrintBatch.objects.defer("recipients").get(id=batch_id)
    waiting = PrintPart.objects.select_for_update(skip_locked=True).filter(batch=batch, pdf_file_id__isnull=True)
    part = waiting.order_by("no").first()
    if part is None:
        return False
    template, data = _form(_unpacked(part)["bill_id"].to_list(), today=today)
    pdf = documents.typeset_many(template=template, data=data)
    stored = documents.store(
        name=_file_name(batch, part.no), content=pdf, kind="billing.print", now=now, actor_id=batch.made_by_id
    )
    part.pdf_file_id, part.sha256 = stored.id, stored.sha256
    part.save(update_fields=["pdf_file_id", "sha256"])
    return True


def _packed(recipients: pl.DataFrame) -> bytes:
    stored = io.BytesIO()
    recipients.write_ipc(stored, compression="zstd")
    return stored.getvalue()


def _unpacked(part: PrintPart) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(bytes(part.recipients)))


def _file_name(batch: PrintBatch, no: int) -> str:
    return f"statements-{batch.run_id}-{no:03d}.pdf"


@db.transaction_required
def finish_batch(*, batch_id: int, now: datetime) -> None:
    """Write the index and the manifest of a batch whose parts are all there; doing it again does nothing."""
    batch = PrintBatch.objects.select_for_update().get(id=batch_id)
    if batch.manifest_file_id is not None:
        return
    parts = PrintPart.objects.filter(batch=batch).order_by("no")
    assert not parts.filter(pdf_file_id__isnull=True).exists(), "every part is there"
    index = _index(batch, parts.iterator(chunk_size=1)).encode("utf-8-sig")
    stored = documents.store(name=f"statements-{batch.run_id}-index.csv", content=index, kind="billing.print", now=now)
    manifest = {
        "run": batch.run_id,
        "statements": batch.statement_count,
        "pages": batch.page_count,
        "index": {"file": stored.name, "sha256": stored.sha256},
        "parts": [
            {
                "file": _file_name(batch, part.no),
                "statements": part.statement_count,
                "pages": part.page_count,
                "sha256": part.sha256,
            }
            for part in parts.defer("recipients")
        ],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2).encode()
    kept = documents.store(name=f"statements-{batch.run_id}-manifest.json", content=text, kind="billing.print", now=now)
    batch.index_file_id, batch.manifest_file_id = stored.id, kept.id
    batch.save()
    what = f"made {batch.statement_count} statements for the printer"
    identity.record_deed(
        procedure="RB9",
        what=what,
        at=now,
        subject=subject(batch.run_id),
        actor_id=batch.made_by_id,
        run=subject(batch.run_id),
    )


def _index(batch: PrintBatch, parts: Iterable[PrintPart]) -> str:
    """One row per statement in the order of the pages."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_INDEX)
    sequence = 0
    for part in parts:
        recipients = _unpacked(part)
        bills = queries.statement_bills(bill_ids=recipients["bill_id"].to_list())
        numbers = dict(bills.select("id", "number").iter_rows())
        page = 0
        for row in recipients.iter_rows(named=True):
            sequence += 1
            place = [sequence, _file_name(batch, part.no), page + 1, page + row["page_count"]]
            writer.writerow([*place, *_addressed(row), numbering.text(numbers[row["bill_id"]])])
            page += row["page_count"]
    return text.getvalue()


def _addressed(row: Mapping[str, Any]) -> list[str]:
    rest = f"{row['block']} {row['building']}"
    return [
        row["postal_code"],
        f"{row['prefecture']}{row['city']}{row['town']}{row['block']}",
        row["building"],
        row["addressee"],
        postal_code.barcode_text(postal_code=row["postal_code"], rest=rest) if row["postal_code"] else "",
    ]


@db.transaction_required
def notify_next(*, run_id: int, portal_url: str, company: str, now: datetime) -> int:
    """
    Queue the next mails that a statement is ready; nobody gets two, however often a run is resumed.

    :returns: how many; zero when everybody was told
    """
    waiting = queries.to_notify(run_id=run_id).head(MAILS_AT_ONCE)
    if waiting.is_empty():
        return 0
    mails = [
        Mail(
            template=MAIL_TEMPLATE,
            recipient=row["mail"],
            context={
                "name": row["addressee"],
                "month": f"{row['month'] // 100}年{row['month'] % 100}月分",
                "amount": f"{row['total_minor']:,}",
                "due_on": words.day(row["due_on"]),
                "number": numbering.text(row["number"]),
                "url": portal_url,
                "company": company,
            },
            about=f"billing.bill:{row['bill_id']}",
            customer_id=row["customer_id"],
            key=f"billing.statement:{row['bill_id']}",
        )
        for row in waiting.iter_rows(named=True)
    ]
    messaging.queue_mails(mails=mails, now=now)
    told = waiting.select("bill_id", run_id=pl.lit(run_id), sent_at=pl.lit(now.isoformat()))
    bulk.copy_in(Notice._meta.db_table, told)
    return waiting.height


@db.transaction_required
def finish_notices(*, run_id: int, now: datetime) -> None:
    """Record that everybody of a run who reads statements in the portal was told."""
    count = Notice.objects.filter(run_id=run_id).count()
    if not count:
        return
    month = Month.from_number(queries.run(run_id=run_id).month)
    what = f"told {count} customers that their statement of {month} is ready"
    identity.record_deed(procedure="RB8", what=what, at=now, subject=subject(run_id), run=subject(run_id))
