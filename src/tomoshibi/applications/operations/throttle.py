"""So many times from one address in one stretch of time, and no more; nobody else is asked, nothing else is kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tomoshibi.applications.models import Attempt
from tomoshibi.storage import db


class Limit(NamedTuple):
    times: int
    within: timedelta


HOUR = timedelta(hours=1)
LIMITS: Mapping[str, Limit] = {
    "start": Limit(60, HOUR),
    "prices": Limit(300, HOUR),
    "send": Limit(30, HOUR),
    "mail": Limit(10, HOUR),
    "upload": Limit(60, HOUR),
    "status": Limit(20, timedelta(minutes=15)),
    "contact": Limit(10, HOUR),
    "api": Limit(3_000, HOUR),
}
"""What an address may do how often. An office or a mobile network shares one address, so these are not one person's."""
KEPT = timedelta(days=2)


class TooOften(RuntimeError):
    """The address did this too often; the sentence says when to come again."""


@db.transaction_required
def count_attempt(*, what: str, address: str, now: datetime) -> int:
    """
    Count one more; the address is kept as a keyed hash only.

    :returns: how many there were in this stretch
    """
    limit = LIMITS[what]
    seconds = int(limit.within.total_seconds())
    begins = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)
    who = salted_hmac("applications.attempt", address).hexdigest()[:40]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Attempt._meta.db_table} (what, who, begins_at, count) VALUES (%s, %s, %s, 1)"
            f" ON CONFLICT (what, who, begins_at) DO UPDATE SET count = {Attempt._meta.db_table}.count + 1"
            " RETURNING count",
            [what, who, begins],
        )
        return int(cursor.fetchone()[0])


def require_within(*, what: str, count: int) -> None:
    """
    Called after the count is committed, so that refused attempts count too.

    :raises TooOften: above the limit
    """
    if count > LIMITS[what].times:
        minutes = int(LIMITS[what].within.total_seconds() // 60)
        raise TooOften(
            _("This was done too often from your network. Please try again in %(minutes)s minutes, or call us.")
            % {"minutes": minutes}
        )


@db.transaction_required
def forget_attempts(*, now: datetime) -> int:
    """Throw away what is older than any limit looks back; returns how many."""
    return int(Attempt.objects.filter(begins_at__lt=now - KEPT).delete()[0])
