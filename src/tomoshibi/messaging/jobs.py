"""Sending what waits, over one connection."""

import smtplib

from django.core.mail import EmailMessage, get_connection

from tomoshibi.messaging import operations, queries, values
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker_operations
from tomoshibi.worker import queries as worker_queries


@worker_operations.define_job(values.SEND_JOB, procedure="CM4", label="Send messages")
def send(progress: worker_operations.Progress) -> str:
    """Send queued mails; a refused recipient is that mail's failure, an unreachable server is the job's."""
    total, sent, refused, last = queries.count_queued(), 0, 0, 0
    if not total:
        return "nothing to send"
    with get_connection() as connection:
        while waiting := queries.queued(after_id=last):
            for delivery in waiting:
                last = delivery.id
                message = EmailMessage(delivery.subject, delivery.body, to=[delivery.recipient], connection=connection)
                message.extra_headers["X-Tomoshibi-Delivery"] = str(delivery.id)
                try:
                    message.send()
                except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refusal:
                    refused += 1
                    with db.transaction():
                        operations.mark_failed(delivery_id=delivery.id, error=str(refusal))
                else:
                    sent += 1
                    with db.transaction():
                        operations.mark_sent(delivery_id=delivery.id, now=worker_queries.now())
                progress(sent + refused, total)
    return f"{sent} sent, {refused} refused"
