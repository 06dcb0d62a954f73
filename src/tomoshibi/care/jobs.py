"""What the worker runs for care: mails become enquiries, quiet ones close, announcements go out."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.care import operations, queries, values
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging import queries as letters
from tomoshibi.messaging.values import Route
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock


@worker.define_job("care.sort_mail", procedure="CM7", label=gettext_noop("Make enquiries of mails"))
def sort_mail(progress: worker.Progress, mailbox_id: int = 0) -> str:
    """What arrived since; running it again makes no enquiry twice."""
    del mailbox_id  # whatever arrived, from wherever
    done = 0
    while found := letters.arrived(route=Route.ENQUIRIES):
        for message in found:
            try:
                with db.transaction():
                    operations.take_message(message=message, now=clock.now())
            except messaging.WrongStep:
                continue  # the same job, for another mailbox, was a moment before us
            done += 1
            progress(done, 0)
    return _("%(n)d mails read") % {"n": done}


@worker.define_job(
    "care.close_quiet", procedure="CM7", label=gettext_noop("Close enquiries that were answered long ago")
)
def close_quiet(progress: worker.Progress) -> str:
    """Close what nobody wrote about since our answer."""
    now = clock.now()
    quiet = queries.quiet_since(before=now - operations.CLOSES_AFTER)
    for done, enquiry_id in enumerate(quiet, start=1):
        with db.transaction():
            operations.close_quiet(enquiry_ids=[enquiry_id], now=now)
        progress(done, len(quiet))
    return _("%(n)d enquiries closed") % {"n": len(quiet)}


@worker.define_job(values.PUBLISH_JOB, procedure="CM10", label=gettext_noop("Send announcements that are due"))
def publish(progress: worker.Progress) -> str:
    """Each in steps of its own; one that was interrupted goes on where it stopped."""
    reached = 0
    due = queries.due_announcements(now=clock.now())
    for done, announcement_id in enumerate(due, start=1):
        with db.transaction():
            reached += operations.publish(announcement_id=announcement_id, now=clock.now(), today=clock.today())
        while True:
            with db.transaction():
                if not operations.mail_some(announcement_id=announcement_id, now=clock.now()):
                    break
        progress(done, len(due))
    return _("%(n)d announcements, %(reached)d people reached") % {"n": len(due), "reached": reached}
