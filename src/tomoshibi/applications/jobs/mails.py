"""Messages that are about applications come before a clerk."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.applications import operations
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging import queries as letters
from tomoshibi.messaging.values import Route
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock


@worker.define_job("applications.sort_mail", procedure="IN2", label=gettext_noop("Put mails before the clerks"))
def sort_mail(progress: worker.Progress, mailbox_id: int = 0) -> str:
    """What arrived since; running it again opens no work twice."""
    del mailbox_id  # whatever arrived, from wherever
    done = 0
    while found := letters.arrived(route=Route.APPLICATIONS):
        for message in found:
            try:
                with db.transaction():
                    operations.put_mail_before_clerk(message=message, now=clock.now())
            except messaging.WrongStep:
                continue  # the same job, for another mailbox, was a moment before us
            done += 1
            progress(done, 0)
    return _("%(n)d mails wait") % {"n": done}
