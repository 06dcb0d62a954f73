"""Reminders, expiry and clearing away, once a day."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.applications import operations, queries
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock


@worker.define_job("applications.chase", procedure="IN1", label=gettext_noop("Remind applicants and end what is late"))
def chase(progress: worker.Progress) -> str:
    """Remind who was asked some days ago; end drafts and requests whose time is over. Doing it again does nothing."""
    now = clock.now()
    to_end, to_remind = queries.late(now=now), queries.to_remind(asked_before=now - operations.REMIND_AFTER)
    ended = reminded = 0
    for n, intake_id in enumerate(to_end, start=1):
        with db.transaction():
            ended += operations.expire(intake_id=intake_id, now=now)
        progress(n, len(to_end) + len(to_remind))
    for n, intake_id in enumerate(to_remind, start=1):
        with db.transaction():
            reminded += operations.remind(intake_id=intake_id, now=now)
        progress(len(to_end) + n, len(to_end) + len(to_remind))
    with db.transaction():
        operations.forget_attempts(now=now)
    return _("%(reminded)d reminded, %(ended)d ended") % {"reminded": reminded, "ended": ended}
