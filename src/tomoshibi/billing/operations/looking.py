"""Looks at the book for issued bills that would come out differently: begun, ended, the old ones dropped."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection

from tomoshibi.billing import queries, values
from tomoshibi.billing.models import Look
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import db

KEPT = 10
INSERT_PUBLISHED = """
    INSERT INTO billing_published (id, plan_version_id, area, voltage, month, usage_month, "values")
    SELECT id, plan_version_id, area, voltage, month, usage_month, "values"::jsonb
      FROM json_to_recordset(%s) AS new(
           id bigint, plan_version_id int, area text, voltage text, month int, usage_month int, "values" text)
        ON CONFLICT DO NOTHING
"""
_NOTE_OTHERS = """
    INSERT INTO billing_publisheduse (published_id, used_on)
    SELECT n.id, %(day)s FROM billing_published n
     WHERE n.id = ANY(%(ids)s::bigint[]) AND n.id IS DISTINCT FROM (
           SELECT u.published_id FROM billing_published p JOIN billing_publisheduse u ON u.published_id = p.id
            WHERE p.plan_version_id = n.plan_version_id AND p.area = n.area AND p.voltage = n.voltage
              AND p.month = n.month AND p.usage_month = n.usage_month
            ORDER BY u.used_on DESC, p.id = n.id DESC LIMIT 1)
        ON CONFLICT DO NOTHING
"""


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
def note_published(*, today: date, months: int = 24) -> None:
    """
    Keep what published values of billed months are today where that is not what was known last: a bill priced again with
    what was known on a day (``replay``) then finds it, though no run has used it.

    :param months: how far back
    """
    newest = Month.of(today).plus(1)
    kept = queries.published_of(months=[newest.plus(-n) for n in range(months)])
    now = queries.published_today(kept).unique("id").sort("id")
    with connection.cursor() as cursor:
        cursor.execute(INSERT_PUBLISHED, [now.write_json()])
        cursor.execute(_NOTE_OTHERS, {"ids": now["id"].to_list(), "day": today})


@db.transaction_required
def end_look(*, look_id: int, counts: Mapping[Month, Mapping[values.Changed, int]], now: datetime) -> None:
    """Keep what a look found, and few of those before it."""
    stored = {str(month.number): {why.value: count for why, count in own.items()} for month, own in counts.items()}
    Look.objects.filter(id=look_id).update(counts=stored, ended_at=now)
    newest = Look.objects.order_by("-began_at", "-id").values_list("id", flat=True)[:KEPT]
    Look.objects.exclude(id__in=list(newest)).delete()
