"""Jobs, and the clock. Nothing else in the house reads time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Case, Count, F, QuerySet, Value, When
from django.utils.translation import gettext

from tomoshibi.worker import registry, values
from tomoshibi.worker.models import Clock, Job, ScheduleRun


def now() -> datetime:
    """The time at the edge, in the company's time zone: real, or the stepped clock (which runs on for an hour)."""
    stepped = Clock.objects.filter(id=1).first()
    real = datetime.now(tz=UTC)
    moment = real if stepped is None else stepped.now + min(real - stepped.stepped_at, values.STEPPED_RUNS_ON)
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE))


def today() -> date:
    """The civil day at the company's place."""
    return now().date()


def is_stepped() -> bool:
    return Clock.objects.filter(id=1).exists()


def stepped_moment() -> dict[str, str]:
    """For the audit trail: when a change was made by the stepped clock; nothing where time is the database's own."""
    return {"at": now().isoformat()} if is_stepped() else {}


def schedules() -> Sequence[values.Schedule]:
    """What runs by itself, in the order of the table."""
    return registry.schedules()


def hours_of(*, job_id: int) -> list[tuple[date, int]]:
    """The civil days and hours of its schedule that a job stands for."""
    return list(ScheduleRun.objects.filter(job_id=job_id).order_by("day", "hour").values_list("day", "hour"))


def label_of(text: str) -> str:
    """What a job is called in the reader's language."""
    return gettext(text) if text else ""


def to_value(row: Job) -> values.Job:
    return values.Job(
        id=row.id,
        name=row.name,
        label=label_of(row.label) or row.name,
        procedure=row.procedure,
        state=values.JobState(row.state),
        done_count=row.done_count,
        total_count=row.total_count,
        message=row.message,
        error=row.error,
        requested_by_id=row.requested_by_id,
        enqueued_at=row.enqueued_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        attempts=row.attempts,
        arguments=row.arguments,
    )


def job(*, job_id: int) -> values.Job | None:
    row = Job.objects.filter(id=job_id).first()
    return to_value(row) if row else None


def last_job(*, lock: str) -> values.Job | None:
    """The newest job of a lock, however it stands."""
    row = Job.objects.filter(lock=lock).order_by("-id").first()
    return to_value(row) if row else None


def jobs(*, state: str = "", limit: int = 200) -> list[values.Job]:
    """Newest first; optionally of one state."""
    rows = Job.objects.filter(state=state) if state else Job.objects.all()
    return [to_value(row) for row in rows.order_by("-id")[:limit]]


def job_rows() -> QuerySet[Job]:
    """Rows for the list of jobs; ``what`` is the label, or the name where there is none."""
    return Job.objects.annotate(what=Case(When(label=Value(""), then=F("name")), default=F("label")))


def job_counts() -> dict[str, int]:
    return {row["state"]: row["n"] for row in Job.objects.values("state").annotate(n=Count("id"))}


def silent_for() -> timedelta | None:
    """How long ago a worker last gave a sign of life, by the database's clock; nothing where none is registered."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() - max(last_heartbeat) FROM procrastinate_workers")
        silence: timedelta | None = cursor.fetchone()[0]
        return silence
