"""Result files come in: kept, matched row by row, and turned into paid debts, failed debits and work."""

from datetime import date, datetime, timedelta

import polars as pl
from django.utils import timezone
from django.utils.translation import gettext as _

from tomoshibi.collection import matching, profiles, queries, values
from tomoshibi.collection.models import DebitBatch, ResultFile, ResultProblem
from tomoshibi.collection.operations import _rows
from tomoshibi.collection.operations.failures import open_failures
from tomoshibi.documents import operations as documents
from tomoshibi.gateways import zengin
from tomoshibi.identity import operations as identity
from tomoshibi.masters import queries as masters
from tomoshibi.parties import operations as parties
from tomoshibi.storage import bulk, db
from tomoshibi.worklist import operations as worklist

_ANSWERABLE = (values.BatchState.SENT, values.BatchState.ANSWERED, values.BatchState.SETTLED)
_LISTED = 2000
"""So many missing rows are listed one by one; a file that misses more is a matter of the whole file."""


@db.transaction_required
def import_result(
    *, agent: str, name: str, content: bytes, now: datetime, today: date, actor_id: int | None = None
) -> values.ImportOutcome:
    """
    Import a result file; the same bytes a second time change nothing.

    Each row is looked up by consignor, debit day and customer number, and believed only if amount and account agree
    with what was asked. What is not believed, and what is missing, waits for a person.

    :raises zengin.BrokenFile: naming the records; nothing is written
    """
    stored = documents.store(name=name, content=content, kind="collection.debit_result", now=now, actor_id=actor_id)
    known = ResultFile.objects.filter(agent=agent, sha256=stored.sha256).first()
    if known:
        return _outcome(known, already_known=True, missing=0)
    contract = masters.debit_agent(agent, on=today)
    decoded = zengin.decode_debits(content, near=today, profile=profiles.file_of(contract).profile, results=True)
    answered = _answered(decoded)
    asked = queries.asked_frame(batch_ids=_lock_batches(decoded))
    judged = matching.judge(asked=asked, answered=answered)
    file = ResultFile.objects.create(
        agent=agent, name=name, file_id=stored.id, sha256=stored.sha256, received_at=now, received_by_id=actor_id
    )
    applied = matching.apply(judged.filter(pl.col("verdict").is_null()))
    write_results(applied, file=file, agent=agent, posting=str(file.id), now=now, today=today, actor_id=actor_id)
    missing = matching.missing(asked=asked, answered=answered)
    _write_problems(file, judged, missing, now=now)
    _count(file, answered, applied)
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"imported result file {name}: {file.paid_count} paid, {file.failed_count} failed, "
        f"{file.problem_count} to look at",
        at=now,
        subject=f"collection.result_file:{file.id}",
        actor_id=actor_id,
    )
    return _outcome(file, already_known=False, missing=missing.height)


def _answered(decoded: zengin.DebitFile) -> pl.DataFrame:
    headers = pl.DataFrame(
        {
            "header": range(len(decoded.headers)),
            "consignor_code": [header.consignor_code for header in decoded.headers],
            "debit_on": [header.debit_on for header in decoded.headers],
        },
        schema={"header": pl.Int64, "consignor_code": pl.String, "debit_on": pl.Date},
    )
    account = pl.concat_str(
        pl.col("bank_code").fill_null(""),
        pl.col("branch_code").fill_null("").str.zfill(3),
        pl.col("account_kind").fill_null(""),
        pl.col("account_number").fill_null(""),
        separator="-",
    )
    return (
        decoded.rows.join(headers, on="header", how="left", maintain_order="left")
        .with_columns(account=account, code=pl.col("result_code"))
        .select(list(matching.ANSWERED))
    )


def _lock_batches(decoded: zengin.DebitFile) -> list[int]:
    """The batches that the file may speak of; nobody else answers them meanwhile."""
    found: set[int] = set()
    for header in {(one.consignor_code, one.debit_on) for one in decoded.headers}:
        rows = DebitBatch.objects.select_for_update().filter(
            consignor_code=header[0], debit_on=header[1], state__in=[state.value for state in _ANSWERABLE]
        )
        found.update(row.id for row in rows)
    return sorted(found)


def write_results(
    applied: pl.DataFrame,
    *,
    file: ResultFile,
    agent: str,
    posting: str,
    now: datetime,
    today: date,
    actor_id: int | None,
    results: bool = True,
) -> None:
    """
    Everything that believed rows change.

    :param applied: of ``matching.apply``
    :param posting: what the ledger shall know it by
    :param results: write the results themselves too (not where a debit had one before)
    """
    if applied.is_empty():
        return
    stamp = pl.lit(now.isoformat())
    if results:
        rows = applied.select("debit_row_id", "batch_id", "code", "paid_minor", file_id=pl.lit(file.id), at=stamp)
        bulk.copy_in("collection_debitresult", rows)
    paid = applied.filter(pl.col("paid_minor") > 0)
    money = paid.filter(pl.col("allocated_minor") > 0)
    _rows.allocate(
        money.select("receivable_id", source_id="debit_row_id", amount_minor="allocated_minor"),
        kind=values.AllocationKind.DEBIT, on=today, at=now,
    )  # fmt: skip
    surplus = paid.filter(pl.col("surplus_minor") > 0)
    _rows.keep_credits(
        surplus.select("account_id", "customer_id", source_id="debit_row_id", amount_minor="surplus_minor"),
        origin=values.CreditOrigin.DOUBLE, text=_("Paid twice: direct debit of a debt that was paid"), on=today, at=now,
    )  # fmt: skip
    _post(paid, source=f"debit_result:{posting}", agent=agent, now=now, actor_id=actor_id)
    _report_double(surplus, now=now)
    if paid.height:
        parties.mark_debited(mandate_ids=paid["mandate_id"])
    open_failures(applied.filter(pl.col("paid_minor") == 0), agent=agent, now=now, today=today, actor_id=actor_id)
    _resolve_missing(applied, now=now, actor_id=actor_id)
    answered = DebitBatch.objects.filter(id__in=applied["batch_id"].unique().to_list())
    answered.filter(state=values.BatchState.SENT.value).update(state=values.BatchState.ANSWERED.value, answered_at=now)
    worklist.close_about(
        kind="collection.result_late",
        subjects=[f"collection.batch:{batch}" for batch in applied["batch_id"].unique().to_list()],
        outcome="the result came",
        now=now,
    )


def _post(paid: pl.DataFrame, *, source: str, agent: str, now: datetime, actor_id: int | None) -> None:
    """One entry per batch and file: the debts' own ledger is this room; the general ledger keeps the sums."""
    sums = paid.group_by("batch_id", "debit_on").agg(
        pl.col("paid_minor").sum(), pl.col("allocated_minor").sum(), pl.col("surplus_minor").sum()
    )
    for row in sums.sort("batch_id").iter_rows(named=True):
        _rows.post(
            source=f"{source}:{row['batch_id']}",
            purpose="paid",
            on=row["debit_on"],
            text=_("Direct debit %(agent)s %(day)s") % {"agent": agent, "day": row["debit_on"]},
            legs=[
                ("agent_clearing", row["paid_minor"], None),
                ("receivable", -row["allocated_minor"], None),
                ("credit_balance", -row["surplus_minor"], None),
            ],
            document=f"debit_batch:{row['batch_id']}",
            now=now,
            actor_id=actor_id,
        )


def _report_double(surplus: pl.DataFrame, *, now: datetime) -> None:
    items = [
        {
            "procedure": values.PROCEDURE,
            "kind": "collection.double_payment",
            "subject": f"collection.receivable:{row['receivable_id']}",
            "title": _("Paid twice: %(amount)s yen too much") % {"amount": f"{row['surplus_minor']:,}"},
            "detail": _("The debit came through although the debt was paid. The amount is a credit of the customer."),
            "due_at": now + timedelta(days=3),
            "role": "collection",
            "url": f"/collection/receivables/{row['receivable_id']}/",
        }
        for row in surplus.iter_rows(named=True)
    ]
    if items:
        worklist.open_items(items=items, now=now)


def _resolve_missing(applied: pl.DataFrame, *, now: datetime, actor_id: int | None) -> None:
    waiting = ResultProblem.objects.filter(
        kind=values.ProblemKind.MISSING.value,
        resolved_at__isnull=True,
        batch_id__in=applied["batch_id"].unique().to_list(),
    )
    known = set(applied["debit_row_id"].to_list()) if waiting.exists() else set()
    came = [row.id for row in waiting if row.debit_row_id in known]
    ResultProblem.objects.filter(id__in=came).update(resolved_at=now, resolved_by_id=actor_id, resolution="came")


def _write_problems(file: ResultFile, judged: pl.DataFrame, missing: pl.DataFrame, *, now: datetime) -> None:
    told = judged.filter(pl.col("verdict").is_not_null() & (pl.col("verdict") != "repeated"))
    rows = [
        _problem(file, row["verdict"], row, record=row["record"], code=row["code"] or "")
        for row in told.iter_rows(named=True)
    ]
    # A debit that was reported missing by an earlier file is not reported again.
    reported = set(
        ResultProblem.objects.filter(
            kind=values.ProblemKind.MISSING.value, debit_row_id__in=missing["debit_row_id"].head(_LISTED).to_list()
        ).values_list("debit_row_id", flat=True)
    )
    rows += [
        _problem(file, values.ProblemKind.MISSING.value, row, record=None, code="")
        for row in missing.head(_LISTED).iter_rows(named=True)
        if row["debit_row_id"] not in reported
    ]
    ResultProblem.objects.bulk_create(rows, batch_size=2000)
    file.problem_count = len(rows)
    texts = {
        values.ProblemKind.UNKNOWN.value: _("%(count)s rows of %(name)s name no debit of ours"),
        values.ProblemKind.DUPLICATE.value: _("%(count)s rows of %(name)s come twice"),
        values.ProblemKind.AMOUNT.value: _("%(count)s rows of %(name)s have another amount"),
        values.ProblemKind.ACCOUNT.value: _("%(count)s rows of %(name)s have another bank account"),
        values.ProblemKind.ANSWERED.value: _("%(count)s rows of %(name)s contradict a result that was known"),
        values.ProblemKind.NO_RESULT.value: _("%(count)s rows of %(name)s carry no result"),
        values.ProblemKind.MISSING.value: _("%(count)s debits are missing in %(name)s"),
    }
    counts: dict[str, int] = {}
    for one in rows:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    if missing.height > _LISTED:
        counts[values.ProblemKind.MISSING.value] = missing.height
    items = [
        {
            "procedure": values.PROCEDURE,
            "kind": f"collection.result_{kind}",
            "subject": f"collection.result_file:{file.id}",
            "title": texts[kind] % {"count": count, "name": file.name},
            "due_at": now + timedelta(days=1),
            "role": "collection",
            "url": f"/collection/results/{file.id}/problems/?kind={kind}",
        }
        for kind, count in sorted(counts.items())
    ]
    if items:
        worklist.open_items(items=items, now=now)


def _problem(file: ResultFile, kind: str, row: dict, *, record: int | None, code: str) -> ResultProblem:  # type: ignore[type-arg]
    return ResultProblem(
        file=file,
        kind=kind,
        record=record,
        consignor_code=row["consignor_code"],
        debit_on=row["debit_on"],
        customer_number=row["customer_number"],
        amount_minor=row["amount_minor"],
        code=code,
        account=row["account"][:20],
        batch_id=row["batch_id"],
        debit_row_id=row["debit_row_id"],
    )


def _count(file: ResultFile, answered: pl.DataFrame, applied: pl.DataFrame) -> None:
    paid, failed = applied.filter(pl.col("paid_minor") > 0), applied.filter(pl.col("paid_minor") == 0)
    file.row_count = answered.height
    file.paid_count, file.paid_minor = paid.height, int(paid["paid_minor"].sum())
    file.failed_count, file.failed_minor = failed.height, int(failed["amount_minor"].sum())
    file.credit_minor = int(paid["surplus_minor"].sum())
    file.save()


def _outcome(file: ResultFile, *, already_known: bool, missing: int) -> values.ImportOutcome:
    return values.ImportOutcome(
        file_id=file.id,
        already_known=already_known,
        rows=file.row_count,
        paid=file.paid_count,
        paid_minor=file.paid_minor,
        failed=file.failed_count,
        failed_minor=file.failed_minor,
        problems=file.problem_count,
        missing=missing,
        credit_minor=file.credit_minor,
    )


@db.transaction_required
def report_broken_file(*, agent: str, name: str, content: bytes, reason: str, now: datetime) -> None:
    """Keep a result file that cannot be read, and put it before a person."""
    stored = documents.store(name=name, content=content, kind="collection.broken_result", now=now)
    worklist.open_item(
        procedure=values.PROCEDURE,
        kind="collection.broken_result",
        subject=f"collection.stored_file:{stored.id}",
        title=_("The result file %(name)s of %(agent)s cannot be read") % {"name": name, "agent": agent},
        detail=reason[:2000],
        due_at=now,
        role="collection",
        now=now,
        url="/collection/results/",
    )


@db.transaction_required
def report_late_results(*, now: datetime, today: date) -> int:
    """
    Put batches before a person whose result should have come by yesterday.

    :returns: how many are late
    """
    late = [
        batch
        for batch in DebitBatch.objects.filter(state=values.BatchState.SENT.value, result_on__lt=today)
        if today > masters.add_bank_business_days(batch.result_on, 1)
    ]
    for batch in late:
        worklist.open_item(
            procedure=values.PROCEDURE,
            kind="collection.result_late",
            subject=f"collection.batch:{batch.id}",
            title=_("No result for the debit of %(day)s (%(agent)s)") % {"day": batch.debit_on, "agent": batch.agent},
            detail=_("The result was due on %(day)s.") % {"day": batch.result_on},
            due_at=timezone.make_aware(datetime.combine(batch.result_on, datetime.min.time())),
            role="collection",
            now=now,
            url=f"/collection/batches/{batch.id}/",
        )
    return len(late)
