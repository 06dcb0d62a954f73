"""What the house does when a service room announces something that people have to know."""

from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.console import days
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as identity_queries
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker_operations
from tomoshibi.worker import queries as clock
from tomoshibi.worklist import operations as worklist


@worker_operations.define_job("console.mail_invitation", procedure="MS7", label=gettext_noop("Mail an invitation"))
def mail_invitation(progress: worker_operations.Progress, invitation_id: int) -> str:
    """Send the address with which an invited person opens their account."""
    now = clock.now()
    invitation = identity_queries.invitation(invitation_id=invitation_id)
    if invitation is None or invitation.accepted or invitation.blocked:
        return _("The invitation is not open any more.")
    with db.transaction(), translation.override(invitation.language):
        token = identity.issue_token(invitation_id=invitation_id, now=now)
        messaging.send_mail(
            template="identity.invitation",
            recipient=invitation.mail,
            context={
                "name": invitation.name,
                "company": _company_name(),
                "address": settings.BASE_URL + reverse("identity:accept", args=[token]),
                "expires": formats.date_format(now + timedelta(days=identity.INVITATION_DAYS), "Y-m-d"),
            },
            about=f"identity.invitation:{invitation_id}",
            language=invitation.language,
            now=now,
        )
    return _("The mail to %(name)s waits to be sent.") % {"name": invitation.username}


def _company_name() -> str:
    """Who invites; before the company is entered only the product has a name."""
    try:
        return masters.company().name
    except masters.MasterMissing:
        return "灯火"


@worker_operations.define_job(
    days.GO_ON_JOB, procedure="RC4", label=gettext_noop("On to a day on which something is awaited (demo)")
)
def go_on(progress: worker_operations.Progress, until: str) -> str:
    """Day by day, as the worker would have lived through them; done again after a crash, it goes on from the day it is."""
    day, start = date.fromisoformat(until), clock.today()
    if not clock.is_stepped() or day <= start:
        return ""
    started = days.go_on_to(
        day,
        between=lambda: worker_operations.run_until_quiet(apart_from=days.GO_ON_JOB),
        tell=lambda reached: progress((reached - start).days, (day - start).days, reached.isoformat()),
    )
    return _("It is %(day)s; %(count)s scheduled jobs were started on the way.") % {"day": day, "count": started}


@worker_operations.define_job(
    "console.job_failed", procedure="MS7", label=gettext_noop("Tell people that a job failed")
)
def job_failed(progress: worker_operations.Progress, job_id: int, name: str, procedure: str, error: str) -> str:
    """A failed job becomes work for a person; nothing waits in a log file."""
    now = clock.now()
    with db.transaction():
        worklist.open_item(
            procedure=procedure or "MS7",
            kind="worker.job_failed",
            subject=f"worker.job:{job_id}",
            title=f"{name}: {error}",
            due_at=now,
            now=now,
            url=reverse("worker:job", args=[job_id]),
        )
    return ""


@worker_operations.define_job(
    "console.job_recovered", procedure="MS7", label=gettext_noop("A failed job came to its end")
)
def job_recovered(progress: worker_operations.Progress, job_id: int) -> str:
    with db.transaction():
        closed = worklist.close_about(
            kind="worker.job_failed", subjects=[f"worker.job:{job_id}"], outcome="done on another try", now=clock.now()
        )
    return _("%(n)d work items closed") % {"n": closed}


@worker_operations.define_job(
    "console.text_failed", procedure="CM4", label=gettext_noop("Tell people that a text message did not arrive")
)
def text_failed(progress: worker_operations.Progress, delivery_id: int, ending: str, about: str, reason: str) -> str:
    """Whoever was to be told has to be told another way: that is work for a person."""
    now = clock.now()
    with db.transaction():
        worklist.open_item(
            procedure="CM4",
            kind="messaging.text_failed",
            subject=f"messaging.delivery:{delivery_id}",
            title=_("A text message to %(number)s did not arrive: %(reason)s")
            % {"number": f"…{ending}", "reason": reason},
            detail=about,
            due_at=now,
            now=now,
            url=f"{reverse('messaging:deliveries')}?state=failed",
        )
    return ""
