"""Looks at the book for issued bills that would come out differently: begun, ended, the old ones dropped."""

from collections.abc import Mapping
from datetime import datetime

from tomoshibi.billing import values
from tomoshibi.billing.models import Look
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import db

KEPT = 10


@db.transaction_required
def begin_look(*, actor_id: int | None, now: datetime) -> int:
    """
    Note that somebody looks; the job ``billing.look_for_changes`` does it.

    :returns: id of the look
    """
    return Look.objects.create(began_at=now, asked_by_id=actor_id).id


@db.transaction_required
def note_look_job(*, look_id: int, job_id: int) -> None:
    """Remember which job looks, for the page."""
    Look.objects.filter(id=look_id).update(job_id=job_id)


@db.transaction_required
def end_look(*, look_id: int, counts: Mapping[Month, Mapping[values.Changed, int]], now: datetime) -> None:
    """Keep what a look found, and few of those before it."""
    stored = {str(month.number): {why.value: count for why, count in own.items()} for month, own in counts.items()}
    Look.objects.filter(id=look_id).update(counts=stored, ended_at=now)
    newest = Look.objects.order_by("-began_at", "-id").values_list("id", flat=True)[:KEPT]
    Look.objects.exclude(id__in=list(newest)).delete()
