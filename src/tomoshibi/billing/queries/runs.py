"""Runs as people see them."""

from collections.abc import Sequence

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from tomoshibi.billing import values
from tomoshibi.billing.models import Chunk, Finding, Run


class NoSuchRun(LookupError):
    """There is no run of that number."""


def _with_progress() -> QuerySet[Run]:
    return Run.objects.annotate(
        chunks_total=Count("chunks"),
        chunks_rated=Count("chunks", filter=Q(chunks__rated=True)),
        chunks_issued=Count("chunks", filter=Q(chunks__issued=True)),
    )


def to_value(row: Run) -> values.Run:
    issuing = row.issue_started_at is not None
    done = getattr(row, "chunks_issued" if issuing else "chunks_rated", 0)
    return values.Run(
        id=row.id,
        kind=values.RunKind(row.kind),
        month=row.month,
        selection=values.Selection.from_json(row.selection),
        state=values.RunState(row.state),
        created_by_id=row.created_by_id,
        examined_by_id=row.examined_by_id,
        created_at=row.created_at,
        confirmed_by_id=row.confirmed_by_id,
        confirmed_at=row.confirmed_at,
        issued_at=row.issued_at,
        selected_count=row.selected_count,
        bill_count=row.bill_count,
        aside_count=row.aside_count,
        held_count=row.held_count,
        energy_dwh=row.energy_dwh,
        total_minor=row.total_minor,
        tax_minor=row.tax_minor,
        levy_minor=row.levy_minor,
        chunks_done=done,
        chunks_total=getattr(row, "chunks_total", 0),
        job_id=row.job_id,
        looked_at=row.looked_at,
        changed={values.Changed(why): count for why, count in row.changed_counts.items()},
    )


def run(*, run_id: int) -> values.Run:
    """
    :raises NoSuchRun: for an unknown number
    """
    row = _with_progress().filter(id=run_id).first()
    if row is None:
        raise NoSuchRun(_("there is no billing run %(run)s") % {"run": run_id})
    return to_value(row)


def runs(*, month: int | None = None, open_only: bool = False, limit: int = 100) -> list[values.Run]:
    """Newest first."""
    rows = _with_progress()
    if month is not None:
        rows = rows.filter(month=month)
    if open_only:
        rows = rows.filter(state__in=[state.value for state in values.OPEN_STATES])
    return [to_value(row) for row in rows.order_by("-id")[:limit]]


def finding_counts(*, run_id: int) -> list[tuple[str, str, int, int]]:
    """``(code, severity, how many, how many of them undecided)`` of a run, by code."""
    rows = Finding.objects.filter(run_id=run_id).values("code", "severity").order_by("code", "severity")
    rows = rows.annotate(n=Count("id"), waiting=Count("id", filter=Q(examination=None)))
    return [(row["code"], row["severity"], row["n"], row["waiting"]) for row in rows]


def chunk_rows(*, run_id: int) -> Sequence[dict[str, object]]:
    """Chunks with their counts, for the engineer on duty."""
    fields = ("no", "size", "rated", "issued", "bill_count", "aside_count", "total_minor", "issued_count")
    return list(Chunk.objects.filter(run_id=run_id).order_by("no").values(*fields))
