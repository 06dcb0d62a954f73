"""Making and sending documents, after the transaction that asked for them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.applications import notice_words as words
from tomoshibi.applications.operations import notices as operations
from tomoshibi.applications.queries import notices as queries
from tomoshibi.applications.values.notices import (
    HELD_JOB,
    PROCEDURE,
    SEND_JOB,
    About,
    NoticeKind,
    NoticeState,
    Occasion,
)
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock


@worker.define_job(SEND_JOB, procedure=PROCEDURE, label=gettext_noop("Send contract documents"))
def send_notice(
    progress: worker.Progress,
    kind: str,
    occasion: str,
    contract_id: int | None = None,
    registration_id: int | None = None,
    change_id: int | None = None,
) -> str:
    """One document; done again, it is the same one."""
    about = About(contract_id, registration_id, change_id)
    try:
        with db.transaction():
            notice_id = operations.make_notice(
                kind=NoticeKind(kind), about=about, occasion=Occasion(occasion), now=clock.now(), actor_id=None
            )
    except LookupError:
        return _("what it was about is gone")
    made = queries.notice(notice_id=notice_id)
    return f"{made.number}: {words.STATES[made.state].word}" if made else ""


@worker.define_job(HELD_JOB, procedure=PROCEDURE, label=gettext_noop("Send contract documents that were held"))
def send_held(progress: worker.Progress, kind: str) -> str:
    """A text was published: what waited for it is filled again, one at a time; what still lacks something stays held."""
    waiting, sent = queries.held_notices(kind=NoticeKind(kind)), 0
    for done, notice_id in enumerate(waiting, start=1):
        try:
            with db.transaction():
                made = operations.fill_again(notice_id=notice_id, now=clock.now(), actor_id=None)
        except (operations.NoticeRefused, LookupError):
            continue  # somebody was quicker, or what it was about is gone
        sent += made.state is not NoticeState.HELD
        progress(done, len(waiting), made.number)
    return _("%(sent)d sent, %(held)d still held") % {"sent": sent, "held": len(waiting) - sent}
