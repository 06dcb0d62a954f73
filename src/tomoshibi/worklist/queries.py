"""What waits for people."""

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from tomoshibi.worklist import values
from tomoshibi.worklist.models import Item


def to_value(row: Item) -> values.Item:
    return values.Item(
        id=row.id,
        procedure=row.procedure,
        kind=row.kind,
        subject=row.subject,
        title=row.title,
        detail=row.detail,
        url=row.url,
        role=row.role,
        due_at=row.due_at,
        opened_at=row.opened_at,
        owner_id=row.owner_id,
        closed_at=row.closed_at,
        outcome=row.outcome,
    )


def open_items_rows(*, procedure: str = "", kind: str = "", owner_id: int | None = None) -> QuerySet[Item]:
    """A lazy list for tables: open items, due first."""
    rows = Item.objects.filter(closed_at__isnull=True)
    if procedure:
        rows = rows.filter(procedure=procedure)
    if kind:
        rows = rows.filter(kind=kind)
    if owner_id is not None:
        rows = rows.filter(owner_id=owner_id)
    return rows.order_by("due_at", "id")


def open_items(*, procedure: str = "", kind: str = "", limit: int = 500) -> list[values.Item]:
    return [to_value(row) for row in open_items_rows(procedure=procedure, kind=kind)[:limit]]


def item(*, item_id: int) -> values.Item | None:
    row = Item.objects.filter(id=item_id).first()
    return to_value(row) if row else None


def items_of(*, subject: str) -> list[values.Item]:
    """Open and closed work about one thing, newest first."""
    return [to_value(row) for row in Item.objects.filter(subject=subject).order_by("-opened_at")]


def counts_by_kind(*, now: datetime) -> list[values.KindCount]:
    """
    Open work by procedure and kind; the sums of a procedure are those of ``counts_by_procedure``.

    :param now: an aware moment in the company's time zone; its civil day is "today"
    """
    end = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rows = Item.objects.filter(closed_at__isnull=True).values("procedure", "kind")
    rows = rows.annotate(
        open=Count("id"),
        due_today=Count("id", filter=Q(due_at__gte=now, due_at__lt=end)),
        late=Count("id", filter=Q(due_at__lt=now)),
    )
    return [values.KindCount(**row) for row in rows.order_by("procedure", "kind")]


def counts_by_procedure(*, now: datetime) -> dict[str, values.ProcedureCount]:
    """
    Open, due today, late and done today per procedure.

    :param now: an aware moment in the company's time zone; its civil day is "today"
    """
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + timedelta(days=1)
    still_open = Q(closed_at__isnull=True)
    rows = Item.objects.filter(still_open | Q(closed_at__gte=start)).values("procedure")
    rows = rows.annotate(
        open=Count("id", filter=still_open),
        due_today=Count("id", filter=still_open & Q(due_at__gte=now, due_at__lt=end)),
        late=Count("id", filter=still_open & Q(due_at__lt=now)),
        done_today=Count("id", filter=Q(closed_at__gte=start, closed_at__lt=end)),
    )
    return {row["procedure"]: values.ProcedureCount(**row) for row in rows}
