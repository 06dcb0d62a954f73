"""What the worker runs for group cases: tickets that were closed, final bills that were posted, files that are due."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.values import groupwork as values
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock
from tomoshibi.worker.operations import Progress


@worker.define_job(values.TAKE_OVER_JOB, procedure=values.INSTALL, label=gettext_noop("Take over a closed ticket"))
def take_over_ticket(progress: Progress, ticket_id: int, ordered_by: str = "") -> str:
    """A ticket was closed: the case that ordered it goes on; another room's ticket changes nothing here."""
    with db.transaction():
        case_id = operations.take_over(ticket_id=ticket_id, now=clock.now(), today=clock.today())
        if case_id is not None:
            identity.record_deed(
                procedure=values.INSTALL,
                what="took over a closed ticket",
                at=clock.now(),
                subject=values.subject_of(case_id),
            )
    return _("taken over") if case_id is not None else _("not ordered by a group application")


@worker.define_job(values.SETTLE_JOB, procedure=values.SETTLE, label=gettext_noop("Settle cancelled groups"))
def settle_cancellations(progress: Progress, group_id: int | None = None) -> str:
    """The final bill of a cancelled group is posted: its case goes on."""
    with db.transaction():
        count = operations.settle_cancellations(now=clock.now(), today=clock.today())
        if count:
            identity.record_deed(
                procedure=values.SETTLE,
                what=f"settled {count} cancelled groups",
                at=clock.now(),
                subject=f"groups.group:{group_id}" if group_id else "",
            )
    return _("%(n)d groups settled") % {"n": count}


@worker.define_job(values.REMIND_JOB, procedure=values.ARCHIVE, label=gettext_noop("Remind of files to be completed"))
def remind_of_archives(progress: Progress) -> str:
    """Each working day: files that are due soon, and cancellations whose bill came meanwhile."""
    with db.transaction():
        count = operations.remind_of_archives(now=clock.now(), today=clock.today())
        operations.settle_cancellations(now=clock.now(), today=clock.today())
    return _("%(n)d files to be completed") % {"n": count}
