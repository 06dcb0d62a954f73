"""Sending what waits, over one connection."""

from django.conf import settings
from django.utils.translation import gettext_noop

from tomoshibi.gateways import mail
from tomoshibi.messaging import operations, queries, values
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker_operations
from tomoshibi.worker import queries as worker_queries


class PutOff(RuntimeError):
    """The mail server takes some messages later; they wait, and the job may be run again."""


@worker_operations.define_job(values.SEND_JOB, procedure="CM4", label=gettext_noop("Send messages"))
def send(progress: worker_operations.Progress) -> str:
    """Send queued mails; a refused recipient is that mail's failure, a server that cannot now is the job's."""
    total, sent, refused, later, last = queries.count_queued(), 0, 0, 0, 0
    outbox = mail.SmtpOutbox()
    while waiting := queries.queued(after_id=last):
        last = waiting[-1].id
        answers = outbox.send_each(_mail(delivery) for delivery in waiting)
        for delivery, problem in zip(waiting, answers, strict=True):
            if isinstance(problem, mail.Unreachable | mail.NotAdmitted):
                later += 1
            elif problem is not None:
                refused += 1
                with db.transaction():
                    operations.mark_failed(delivery_id=delivery.id, error=str(problem))
            else:
                sent += 1
                with db.transaction():
                    operations.mark_sent(delivery_id=delivery.id, now=worker_queries.now())
            progress(sent + refused + later, total)
    if later:
        raise PutOff(f"{sent} sent, {refused} refused, {later} put off by the mail server")
    return f"{sent} sent, {refused} refused" if total else "nothing to send"


def _mail(delivery: values.Delivery) -> mail.Mail:
    """The number of the delivery names the message, so that a mail that arrives twice can be told."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    return mail.Mail(
        to=delivery.recipient,
        subject=delivery.subject,
        text=delivery.body,
        message_id=f"<delivery-{delivery.id}@{domain}>",
    )
