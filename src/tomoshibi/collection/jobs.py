"""What the worker runs for collection."""

from django.utils.translation import gettext as _

from tomoshibi.billing import queries as billing
from tomoshibi.collection import links, operations, queries, values
from tomoshibi.documents import queries as documents
from tomoshibi.gateways import zengin
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock
from tomoshibi.worker.operations import Progress


@worker.define_job(values.OPEN_JOB, procedure=values.PROCEDURE, label="Open the debts of a billing run")
def open_receivables(progress: Progress, run_id: int) -> str:
    """Open one debt per issued bill of a run; may run again."""
    issued = billing.issued_frame(run_id=run_id).select(list(values.ISSUED_SCHEMA))
    progress(0, issued.height)
    with db.transaction():
        outcome = operations.open_receivables(
            issued=issued, now=clock.now(), today=clock.today(), run=f"billing.run:{run_id}"
        )
    progress(issued.height, issued.height)
    return _("%(count)s debts of %(amount)s opened, %(credits)s credits") % {
        "count": outcome.opened,
        "amount": f"{outcome.amount_minor:,}",
        "credits": outcome.credits,
    }


@worker.define_job(values.SEND_JOB, procedure=values.PROCEDURE, label="Send a direct-debit file")
def send_batch(progress: Progress, batch_id: int) -> str:
    """Bring a released batch to the agent; a file that is there already is not sent again."""
    batch = queries.batch(batch_id=batch_id)
    assert batch is not None, batch_id
    assert batch.file_id is not None, batch_id
    if batch.state != values.BatchState.RELEASED:
        return _("This batch is %(state)s.") % {"state": batch.state}
    stored = documents.stored_file(file_id=batch.file_id)
    content = documents.content(file_id=batch.file_id)
    progress(0, batch.row_count)
    links.send(agent=batch.agent, name=stored.name, content=content)
    with db.transaction():
        operations.mark_sent(batch_id=batch_id, remote_name=stored.name, now=clock.now())
    progress(batch.row_count, batch.row_count)
    return _("%(name)s sent: %(count)s debits") % {"name": stored.name, "count": batch.row_count}


@worker.define_job(values.FETCH_JOB, procedure=values.PROCEDURE, label="Fetch direct-debit results")
def fetch_results(progress: Progress, agent: str = "") -> str:
    """Fetch what the agents have for us and import each file in a transaction of its own."""
    agents = [agent] if agent else links.agents()
    imported = broken = 0
    for one in agents:
        known = queries.known_result_names(agent=one)
        for name, content in links.fetch_new(agent=one, known=known):
            imported, broken = (imported + 1, broken) if _import(one, name, content) else (imported, broken + 1)
            progress(imported + broken, 0, name)
    with db.transaction():
        operations.report_late_results(now=clock.now(), today=clock.today())
    return _("%(imported)s files imported, %(broken)s refused") % {"imported": imported, "broken": broken}


def _import(agent: str, name: str, content: bytes) -> bool:
    now = clock.now()
    try:
        with db.transaction():
            operations.import_result(agent=agent, name=name, content=content, now=now, today=clock.today())
    except zengin.BrokenFile as refused:
        with db.transaction():
            operations.report_broken_file(agent=agent, name=name, content=content, reason=refused.in_words(_), now=now)
        return False
    return True
