"""Result files, what fits nothing in them, and how agents are reached."""

from django.db.models import OuterRef, QuerySet, Subquery

from tomoshibi.collection.models import (
    AgentLink,
    DebitResult,
    DebitRow,
    FetchedFile,
    Receivable,
    ResultFile,
    ResultProblem,
)
from tomoshibi.gateways import debit_agent
from tomoshibi.storage import places


def problem_rows(*, file_id: int | None = None) -> QuerySet[ResultProblem]:
    rows = ResultProblem.objects.all()
    return rows.filter(file_id=file_id) if file_id is not None else rows


def result_rows(*, file_id: int) -> QuerySet[DebitRow]:
    """Lazy debits to which a result file gave an answer: ``result`` and ``paid``."""
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


def waiting_problems(*, file_id: int) -> int:
    return ResultProblem.objects.filter(file_id=file_id, resolved_at__isnull=True).count()


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
