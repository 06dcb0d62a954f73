"""Reads of collection: debts, what is open of them, debits, credits, and what happened to a customer's money."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db.models import Count, QuerySet, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tomoshibi.collection import codes, matching, values
from tomoshibi.collection.models import (
    AgentLink,
    Allocation,
    AsideDebit,
    Credit,
    CreditLeft,
    DebitBatch,
    DebitClaim,
    DebitResult,
    DebitRow,
    FailedDebit,
    FetchedFile,
    Hold,
    OpenItem,
    Receipt,
    Receivable,
    Refund,
    RefundBatch,
    ResultCode,
    ResultFile,
    ResultProblem,
    Settlement,
    WriteOff,
)
from tomoshibi.gateways import debit_agent
from tomoshibi.kernel.frames import Schema
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import bulk, places

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


def result_codes(*, agent: str) -> dict[str, values.ResultCode]:
    """Every code that we know for an agent: the standard's, overlaid by rows for all agents and by the agent's own."""
    known = {code.code: code for code in codes.STANDARD}
    for row in ResultCode.objects.filter(agent__in=["", agent]).order_by("agent"):
        known[row.code] = _result_code(row)
    return known


def _result_code(row: ResultCode) -> values.ResultCode:
    return values.ResultCode(
        agent=row.agent,
        code=row.code,
        meaning=values.CodeClass(row.meaning),
        text_ja=row.text_ja,
        text_zh=row.text_zh,
        text_en=row.text_en,
        treatment=values.Treatment(row.treatment),
    )


def code_texts(*, agent: str) -> dict[str, str]:
    """Code -> meaning in the reader's language."""
    language = get_language() or "ja"
    known = {code: item.text(language) for code, item in result_codes(agent=agent).items()}
    return {**known, codes.NO_RESULT.code: codes.NO_RESULT.text(language)}


class CodeTexts:
    """What the codes of every agent mean, in the reader's language: an agent's own word goes before the standard's."""

    def __init__(self) -> None:
        agents = set(ResultCode.objects.values_list("agent", flat=True))
        self._by_agent = {agent: code_texts(agent=agent) for agent in {"", *agents}}

    def of(self, agent: str, code: str) -> str:
        """The meaning of a code at an agent; the code itself where nobody knows one."""
        return self._by_agent.get(agent, self._by_agent[""]).get(code, code)

    def everywhere(self) -> dict[str, str]:
        """Code -> meaning over all agents, for choosing among them."""
        own = [texts for agent, texts in sorted(self._by_agent.items()) if agent]
        return {code: text for texts in (*own, self._by_agent[""]) for code, text in texts.items()}


# Batches -----------------------------------------------------------------------------------------------------------


def to_batch(row: DebitBatch) -> values.DebitBatch:
    return values.DebitBatch(
        id=row.id,
        agent=row.agent,
        month=row.month,
        cycle_day=row.cycle_day,
        debit_on=row.debit_on,
        file_due_on=row.file_due_on,
        result_on=row.result_on,
        settle_on=row.settle_on,
        state=values.BatchState(row.state),
        row_count=row.row_count,
        total_minor=row.total_minor,
        aside_count=row.aside_count,
        file_id=row.file_id,
        sha256=row.sha256,
        remote_name=row.remote_name,
        prepared_by_id=row.prepared_by_id,
        prepared_at=row.prepared_at,
        released_by_id=row.released_by_id,
        released_at=row.released_at,
        sent_at=row.sent_at,
        accepted_at=row.accepted_at,
        answered_at=row.answered_at,
    )


def batch(*, batch_id: int) -> values.DebitBatch | None:
    row = DebitBatch.objects.filter(id=batch_id).first()
    return to_batch(row) if row else None


def batches(*, states: Sequence[str] = (), agent: str = "", limit: int = 200) -> list[values.DebitBatch]:
    """Newest debit day first."""
    rows = DebitBatch.objects.order_by("-debit_on", "-id")
    rows = rows.filter(state__in=list(states)) if states else rows
    rows = rows.filter(agent=agent) if agent else rows
    return [to_batch(row) for row in rows[:limit]]


def awaited_on(*, today: date) -> date | None:
    """The next day, today left out, on which an agent should give out the result of a debit."""
    rows = DebitBatch.objects.filter(state=values.BatchState.SENT.value, result_on__gt=today)
    return rows.order_by("result_on").values_list("result_on", flat=True).first()


def batch_figures(*, batch_id: int) -> values.BatchFigures:
    rows = DebitRow.objects.filter(batch_id=batch_id).aggregate(n=Count("id"), m=Sum("amount_minor", default=0))
    paid = DebitResult.objects.filter(batch_id=batch_id, paid_minor__gt=0).aggregate(
        n=Count("debit_row_id"), m=Sum("paid_minor", default=0)
    )
    failed = FailedDebit.objects.filter(batch_id=batch_id).aggregate(
        n=Count("debit_row_id"), m=Sum("amount_minor", default=0)
    )
    waiting = rows["n"] - paid["n"] - failed["n"]
    return values.BatchFigures(
        rows=rows["n"],
        total_minor=rows["m"],
        paid=paid["n"],
        paid_minor=paid["m"],
        failed=failed["n"],
        failed_minor=failed["m"],
        waiting=waiting,
        waiting_minor=rows["m"] - paid["m"] - failed["m"],
    )


def settlement_of(*, batch_id: int) -> Settlement | None:
    return Settlement.objects.filter(batch_id=batch_id).first()


def collected_minor(*, batch_id: int) -> int:
    """What the agent collected for a batch and owes us before its fee: believed results, and late ones that were applied."""
    believed = DebitResult.objects.filter(batch_id=batch_id).aggregate(n=Sum("paid_minor", default=0))["n"]
    late = ResultProblem.objects.filter(
        batch_id=batch_id,
        kind=values.ProblemKind.ANSWERED.value,
        code=matching.PAID_CODE,
        resolution="applied",
    ).aggregate(n=Sum("amount_minor", default=0))["n"]
    return believed + late


def collected_count(*, batch_id: int) -> int:
    return DebitResult.objects.filter(batch_id=batch_id, paid_minor__gt=0).count()


# Rows for lists ------------------------------------------------------------------------------------------------------


def debit_row_rows(*, batch_id: int) -> QuerySet[DebitRow]:
    """Lazy rows of a batch with what is known of each: ``result`` (code) and ``paid``."""
    from django.db.models import OuterRef, Subquery

    found = DebitResult.objects.filter(debit_row_id=OuterRef("id"))
    return DebitRow.objects.filter(batch_id=batch_id).annotate(
        result=Subquery(found.values("code")[:1]),
        paid=Subquery(found.values("paid_minor")[:1]),
        invoice_number=Subquery(Receivable.objects.filter(id=OuterRef("receivable_id")).values("invoice_number")[:1]),
    )


def aside_rows(*, batch_id: int) -> QuerySet[AsideDebit]:
    from django.db.models import OuterRef, Subquery

    number = Receivable.objects.filter(id=OuterRef("receivable_id")).values("invoice_number")
    return AsideDebit.objects.filter(batch_id=batch_id).annotate(invoice_number=Subquery(number[:1]))


def receivable_rows() -> QuerySet[Receivable]:
    """
    Lazy rows of all debts: ``open_minor`` (0 when nothing is due), ``state``, ``waits_in`` (batch whose result is
    awaited), ``held``.
    """
    from django.db.models import Case, CharField, Exists, F, OuterRef, Subquery, Value, When
    from django.db.models.functions import Coalesce

    item = OpenItem.objects.filter(receivable_id=OuterRef("id")).values("open_minor")
    claim = DebitClaim.objects.filter(receivable_id=OuterRef("id")).values("batch_id")
    written = Allocation.objects.filter(receivable_id=OuterRef("id"), kind=values.AllocationKind.WRITE_OFF.value)
    return Receivable.objects.annotate(
        open_minor=Coalesce(Subquery(item[:1]), 0),
        waits_in=Subquery(claim[:1]),
        held=Exists(Hold.objects.filter(receivable_id=OuterRef("id"), lifted_at__isnull=True)),
        state=Case(
            When(open_minor=F("amount_minor"), then=Value(values.ReceivableState.OPEN.value)),
            When(open_minor__gt=0, then=Value(values.ReceivableState.PARTLY.value)),
            When(Exists(written), then=Value(values.ReceivableState.WRITTEN_OFF.value)),
            default=Value(values.ReceivableState.PAID.value),
            output_field=CharField(),
        ),
    )


def failed_rows() -> QuerySet[FailedDebit]:
    """Lazy rows of failed debits with ``open_minor`` (0 when paid meanwhile), ``invoice_number`` and ``agent``."""
    from django.db.models import OuterRef, Subquery
    from django.db.models.functions import Coalesce

    item = OpenItem.objects.filter(receivable_id=OuterRef("receivable_id")).values("open_minor")
    receivable = Receivable.objects.filter(id=OuterRef("receivable_id"))
    return FailedDebit.objects.annotate(
        open_minor=Coalesce(Subquery(item[:1]), 0),
        invoice_number=Subquery(receivable.values("invoice_number")[:1]),
        month=Subquery(receivable.values("month")[:1]),
        agent=Subquery(DebitBatch.objects.filter(id=OuterRef("batch_id")).values("agent")[:1]),
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


def problem_rows(*, file_id: int | None = None) -> QuerySet[ResultProblem]:
    rows = ResultProblem.objects.all()
    return rows.filter(file_id=file_id) if file_id is not None else rows


def result_rows(*, file_id: int) -> QuerySet[DebitRow]:
    """Lazy debits to which a result file gave an answer: ``result`` and ``paid``."""
    from django.db.models import OuterRef, Subquery

    found = DebitResult.objects.filter(debit_row_id=OuterRef("id"))
    return DebitRow.objects.filter(id__in=DebitResult.objects.filter(file_id=file_id).values("debit_row_id")).annotate(
        result=Subquery(found.values("code")[:1]),
        paid=Subquery(found.values("paid_minor")[:1]),
        invoice_number=Subquery(Receivable.objects.filter(id=OuterRef("receivable_id")).values("invoice_number")[:1]),
    )


def result_file_rows() -> QuerySet[ResultFile]:
    return ResultFile.objects.order_by("-id")


def result_file(*, file_id: int) -> ResultFile | None:
    return ResultFile.objects.filter(id=file_id).first()


def fetched_files(*, agent: str) -> set[tuple[str, int]]:
    """Names and sizes of what was fetched from an agent before."""
    return set(FetchedFile.objects.filter(agent=agent).values_list("name", "size_bytes"))


def linked_agents() -> list[str]:
    return list(AgentLink.objects.order_by("agent").values_list("agent", flat=True))


def link(*, agent: str) -> debit_agent.Connection | None:
    """How an agent is reached; nothing where no connection was set up."""
    row = AgentLink.objects.filter(agent=agent).first()
    if row is None:
        return None
    return debit_agent.Connection(
        host=row.host,
        port=row.port,
        user=row.user,
        key=places.found(row.key_path),
        host_key=row.host_key,
        to_agent=row.to_agent,
        from_agent=row.from_agent,
        taken=row.taken,
    )


def credit_rows() -> QuerySet[Credit]:
    """Lazy credits with ``left_minor`` (0 when used up)."""
    from django.db.models import OuterRef, Subquery
    from django.db.models.functions import Coalesce

    left = CreditLeft.objects.filter(credit_id=OuterRef("id")).values("left_minor")
    return Credit.objects.annotate(left_minor=Coalesce(Subquery(left[:1]), 0))


def credit_left(*, account_id: int) -> int:
    return CreditLeft.objects.filter(account_id=account_id).aggregate(n=Sum("left_minor", default=0))["n"]


def refund_rows() -> QuerySet[Refund]:
    return Refund.objects.all()


def refund_batches(*, limit: int = 50) -> list[RefundBatch]:
    return list(RefundBatch.objects.order_by("-id")[:limit])


def refund_batch(*, batch_id: int) -> RefundBatch | None:
    return RefundBatch.objects.filter(id=batch_id).first()


def receipt_rows() -> QuerySet[Receipt]:
    """Lazy receipts with ``owner_id`` (billing account, null while unapplied)."""
    from django.db.models import F

    return Receipt.objects.annotate(owner_id=F("assignment__account_id"))


def receipt(*, receipt_id: int) -> Receipt | None:
    return receipt_rows().filter(id=receipt_id).first()


def day_counts() -> dict[str, int]:
    """What waits for people: undecided failures, rows to look at, unapplied receipts, refunds, write-offs."""
    return {
        "failed": FailedDebit.objects.filter(treatment=values.Treatment.ASK.value).count(),
        "problems": ResultProblem.objects.filter(resolved_at__isnull=True).count(),
        "unapplied": Receipt.objects.filter(assignment__isnull=True).count(),
        "credits": CreditLeft.objects.count(),
        "refunds": Refund.objects.filter(state=values.RefundState.WAITING.value).count(),
        "refund_files": RefundBatch.objects.filter(state=values.RefundBatchState.PREPARED.value).count(),
        "write_offs": write_off_rows().count(),
    }


def waiting_problems(*, file_id: int) -> int:
    return ResultProblem.objects.filter(file_id=file_id, resolved_at__isnull=True).count()


def hold_of(*, receivable_id: int) -> Hold | None:
    return Hold.objects.filter(receivable_id=receivable_id, lifted_at__isnull=True).first()


def write_off_of(*, receivable_id: int) -> WriteOff | None:
    return write_off_rows().filter(receivable_id=receivable_id).first()


def open_of(*, receivable_ids: Sequence[int]) -> int:
    """What is open of some debts together [minor]."""
    chosen = OpenItem.objects.filter(receivable_id__in=list(receivable_ids))
    return chosen.aggregate(n=Sum("open_minor", default=0))["n"]


def paid_by_receipt(*, receipt_id: int) -> list[dict[str, Any]]:
    """Which debts a receipt paid: ``id``, ``invoice_number``, ``amount_minor``."""
    rows = Allocation.objects.filter(kind=values.AllocationKind.RECEIPT.value, source_id=receipt_id).order_by("id")
    numbers = dict(
        Receivable.objects.filter(id__in=[row.receivable_id for row in rows]).values_list("id", "invoice_number")
    )
    return [
        {"id": row.receivable_id, "invoice_number": numbers[row.receivable_id], "amount_minor": row.amount_minor}
        for row in rows
    ]


def suggestions(*, amount_minor: int, limit: int = 10) -> list[values.Receivable]:
    """Debts of exactly an amount: whose money an unapplied receipt may be."""
    ids = OpenItem.objects.filter(open_minor=amount_minor).order_by("due_on").values_list("receivable_id", flat=True)
    return [_receivable(row) for row in receivable_rows().filter(id__in=list(ids[:limit])).order_by("due_on")]


def write_off_rows() -> QuerySet[WriteOff]:
    return WriteOff.objects.filter(confirmed_at__isnull=True, withdrawn_at__isnull=True).order_by("id")


# One debt, one customer ----------------------------------------------------------------------------------------------


def receivable(*, receivable_id: int) -> values.Receivable | None:
    row = receivable_rows().filter(id=receivable_id).first()
    return _receivable(row) if row else None


def receivables_of(
    *, customer_id: int | None = None, account_id: int | None = None, bill_ids: Sequence[int] = ()
) -> list[values.Receivable]:
    """Debts of a customer, an account or bills, newest first."""
    rows = receivable_rows()
    if customer_id is not None:
        rows = rows.filter(customer_id=customer_id)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if bill_ids:
        rows = rows.filter(bill_id__in=list(bill_ids))
    return [_receivable(row) for row in rows.order_by("-issued_on", "-id")]


def _receivable(row: Any) -> values.Receivable:
    return values.Receivable(
        id=row.id,
        bill_id=row.bill_id,
        invoice_number=row.invoice_number,
        customer_id=row.customer_id,
        account_id=row.account_id,
        month=row.month,
        amount_minor=row.amount_minor,
        open_minor=row.open_minor,
        issued_on=row.issued_on,
        due_on=row.due_on,
        state=values.ReceivableState(row.state),
        batch_id=row.waits_in,
    )


def payments_of(*, customer_id: int, limit: int = 20) -> list[values.Payment]:
    """What paid a customer's debts, newest first."""
    from django.db.models import OuterRef, Subquery

    debts = Receivable.objects.filter(customer_id=customer_id)
    number = Receivable.objects.filter(id=OuterRef("receivable_id")).values("invoice_number")[:1]
    rows = Allocation.objects.filter(receivable_id__in=debts.values("id")).annotate(invoice_number=Subquery(number))
    return [
        values.Payment(
            row.allocated_on,
            values.AllocationKind(row.kind),
            row.amount_minor,
            row.receivable_id,
            row.invoice_number,  # type: ignore[attr-defined]
        )
        for row in rows.order_by("-allocated_on", "-id")[:limit]
    ]


def allocations_of(*, receivable_id: int) -> list[Allocation]:
    return list(Allocation.objects.filter(receivable_id=receivable_id).order_by("id"))


def failures_of(*, receivable_id: int) -> list[FailedDebit]:
    """Failed debits of a debt, oldest first, with what ``failed_rows`` adds."""
    return list(failed_rows().filter(receivable_id=receivable_id).order_by("debit_row_id"))


def credits_of(*, customer_id: int) -> list[values.Credit]:
    return [
        values.Credit(
            id=row.id,
            account_id=row.account_id,
            customer_id=row.customer_id,
            origin=values.CreditOrigin(row.origin),
            amount_minor=row.amount_minor,
            left_minor=row.left_minor,  # type: ignore[attr-defined]
            arose_on=row.arose_on,
            text=row.text,
        )
        for row in credit_rows().filter(customer_id=customer_id).order_by("-id")
    ]


def events_of(*, customer_id: int, limit: int = 100) -> list[values.Event]:
    """What happened to a customer's money, newest first: debts, payments, failed debits, credits, refunds."""
    events: list[values.Event] = []
    numbers: dict[int, str] = {}
    for row in Receivable.objects.filter(customer_id=customer_id).order_by("-id")[:limit]:
        numbers[row.id] = row.invoice_number
        text = _("Due %(day)s: bill %(number)s") % {"day": row.due_on, "number": row.invoice_number}
        events.append(_event(row.opened_at, "receivable", text, row.amount_minor, "collection:receivable", row.id))
    words = {
        values.AllocationKind.DEBIT.value: _("Paid by direct debit: bill %(number)s"),
        values.AllocationKind.RECEIPT.value: _("Paid by transfer: bill %(number)s"),
        values.AllocationKind.CREDIT.value: _("Paid from credit: bill %(number)s"),
        values.AllocationKind.WRITE_OFF.value: _("Written off: bill %(number)s"),
        values.AllocationKind.REVERSAL.value: _("Payment taken back: bill %(number)s"),
    }
    for paid in Allocation.objects.filter(receivable_id__in=numbers).order_by("-id")[:limit]:
        text = words[paid.kind] % {"number": numbers[paid.receivable_id]}
        amount = -paid.amount_minor
        events.append(_event(paid.allocated_at, "payment", text, amount, "collection:receivable", paid.receivable_id))
    events += _failure_events(customer_id, limit)
    for credit in Credit.objects.filter(customer_id=customer_id).order_by("-id")[:limit]:
        text = _("Credit: %(reason)s") % {"reason": credit.text}
        events.append(_event(credit.created_at, "credit", text, -credit.amount_minor, "collection:credits", None))
    for refund in Refund.objects.filter(customer_id=customer_id).order_by("-id")[:limit]:
        events.append(
            _event(refund.requested_at, "refund", _("Refund"), refund.amount_minor, "collection:refunds", None)
        )
    return sorted(events, key=lambda event: event.at, reverse=True)[:limit]


def _failure_events(customer_id: int, limit: int) -> list[values.Event]:
    texts: dict[str, dict[str, str]] = {}
    events = []
    for row in failed_rows().filter(customer_id=customer_id).order_by("-debit_row_id")[:limit]:
        agent = row.agent  # type: ignore[attr-defined]
        known = texts.setdefault(agent, code_texts(agent=agent))
        result = DebitResult.objects.get(debit_row_id=row.debit_row_id)
        text = _("Direct debit failed: %(reason)s") % {"reason": known.get(row.code, row.code)}
        events.append(
            _event(result.at, "failed_debit", text, row.amount_minor, "collection:receivable", row.receivable_id)
        )
    return events


def _event(at: datetime, kind: str, text: str, amount_minor: int, url_name: str, url_id: int | None) -> values.Event:
    return values.Event(at=at, kind=kind, text=text, amount_minor=amount_minor, url_name=url_name, url_id=url_id)


def balance_of(*, customer_id: int) -> tuple[int, int]:
    """What a customer owes, and what we owe them: open debts and unused credits [minor]."""
    owed = OpenItem.objects.filter(customer_id=customer_id).aggregate(n=Sum("open_minor", default=0))["n"]
    credit = CreditLeft.objects.filter(
        credit_id__in=Credit.objects.filter(customer_id=customer_id).values("id")
    ).aggregate(n=Sum("left_minor", default=0))["n"]
    return owed, credit


def open_total() -> int:
    """Everything that is open; equals the receivable account of the ledger."""
    return OpenItem.objects.aggregate(n=Sum("open_minor", default=0))["n"]


def credit_total() -> int:
    """All credits left; equals the credit balance account of the ledger (negative there)."""
    return CreditLeft.objects.aggregate(n=Sum("left_minor", default=0))["n"]


def month_figures(*, month: Month) -> values.MonthFigures:
    """The debts of the bills of a month."""
    # the day of issue carries the index; a bill is never issued before its month
    row = bulk.read_frame(
        """
        SELECT count(*), coalesce(sum(r.amount_minor), 0), count(*) FILTER (WHERE o.receivable_id IS NULL),
               coalesce(sum(o.open_minor), 0), count(c.receivable_id)
          FROM collection_receivable r
          LEFT JOIN collection_openitem o ON o.receivable_id = r.id
          LEFT JOIN (SELECT DISTINCT receivable_id FROM collection_debitclaim) c ON c.receivable_id = r.id
         WHERE r.month = %(month)s AND r.issued_on >= %(first)s
        """,
        {"owed": pl.Int64, "owed_minor": pl.Int64, "paid": pl.Int64, "open_minor": pl.Int64, "asked": pl.Int64},
        {"month": month.number, "first": month.first},
    )
    return values.MonthFigures(**row.row(0, named=True))
