"""Looks at the book: the one under way, and what the last one found."""

from tomoshibi.billing import values
from tomoshibi.billing.models import Look
from tomoshibi.kernel.periods import Month


def newest_look() -> values.Look | None:
    """The look that began last, under way or done."""
    return _value(Look.objects.order_by("-began_at", "-id").first())


def last_look() -> values.Look | None:
    """The last look that came to its end."""
    return _value(Look.objects.filter(ended_at__isnull=False).order_by("-began_at", "-id").first())


def _value(row: Look | None) -> values.Look | None:
    if row is None:
        return None
    counts = {
        Month.from_number(int(number)): {values.Changed(why): count for why, count in own.items()}
        for number, own in sorted(row.counts.items(), reverse=True)
    }
    return values.Look(row.id, row.began_at, row.ended_at, row.asked_by_id, row.job_id, counts)
