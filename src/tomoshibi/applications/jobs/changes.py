"""Changes whose day has come, every morning."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.applications.operations import changes as operations
from tomoshibi.applications.queries import changes as queries
from tomoshibi.applications.values.changes import APPLY_JOB
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock


@worker.define_job(APPLY_JOB, procedure="CM3", label=gettext_noop("Changes whose day has come"))
def apply_changes(progress: worker.Progress) -> str:
    """Each in a transaction of its own: one that cannot be comes back to its clerk, the others hold. Again does nothing."""
    now = clock.now()
    due, done = queries.due_changes(today=timezone.localtime(now).date()), 0
    for n, change_id in enumerate(due, start=1):
        with db.transaction():
            done += operations.apply_change(change_id=change_id, now=now)
        progress(n, len(due))
    if not due:
        return _("nothing was due")
    return _("%(done)d took effect, %(rest)d wait or came back") % {"done": done, "rest": len(due) - done}
