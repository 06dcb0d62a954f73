"""What the worker runs for collection."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.billing import queries as billing
from tomoshibi.collection import links, operations, queries, values
from tomoshibi.documents import queries as documents
from tomoshibi.gateways import debit_agent, zengin
from tomoshibi.storage import db
from tomoshibi.ui import figures
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock
from tomoshibi.worker.operations import Progress


@worker.define_job(values.OPEN_JOB, procedure=values.PROCEDURE, label=gettext_noop("Open the debts of a billing run"))
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
        "amount": figures.money(outcome.amount_minor),
        "credits": outcome.credits,
    }


@worker.define_job(values.SEND_JOB, procedure=values.PROCEDURE, label=gettext_noop("Send a direct-debit file"))
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
    links.send(agent=batch.agent, name=stored.name, content=content, connections=queries.link)
    with db.transaction():
        operations.mark_sent(batch_id=batch_id, remote_name=stored.name, now=clock.now())
    progress(batch.row_count, batch.row_count)
    return _("%(name)s sent: %(count)s debits") % {"name": stored.name, "count": batch.row_count}


@worker.define_job(values.FETCH_JOB, procedure=values.PROCEDURE, label=gettext_noop("Fetch direct-debit results"))
def fetch_results(progress: Progress, agent: str = "") -> str:
    """Fetch what the agents have for us; each file is dealt with in a transaction of its own."""
    counts = {"result": 0, "report": 0, "refused": 0}
    for one in [agent] if agent else queries.linked_agents():
        known = queries.fetched_files(agent=one)
        for file in links.fetch_new(agent=one, known=known, connections=queries.link):
            counts[_take(one, file)] += 1
            progress(sum(counts.values()), 0, file.name)
    with db.transaction():
        operations.report_late_results(now=clock.now(), today=clock.today())
    return _("%(result)s result files, %(report)s reports, %(refused)s refused") % counts


def _take(agent: str, file: debit_agent.Fetched) -> str:
    """What became of a file: a result, a report, or refused."""
    request, kind = debit_agent.request_of(file.name) or ("", "result")
    take = _take_report if kind == "report" else _take_result
    now = clock.now()
    try:
        with db.transaction():
            take(agent, request, file)
            operations.note_fetched(agent=agent, name=file.name, size_bytes=len(file.content), now=now)
    except (zengin.BrokenFile, debit_agent.BadReport) as refused:
        reason = refused.in_words(_) if isinstance(refused, zengin.BrokenFile) else str(refused)
        with db.transaction():
            operations.report_broken_file(agent=agent, name=file.name, content=file.content, reason=reason, now=now)
            operations.note_fetched(agent=agent, name=file.name, size_bytes=len(file.content), now=now)
        return "refused"
    return kind


def _take_result(agent: str, request: str, file: debit_agent.Fetched) -> None:
    operations.import_result(agent=agent, name=file.name, content=file.content, now=clock.now(), today=clock.today())


def _take_report(agent: str, request: str, file: debit_agent.Fetched) -> None:
    operations.record_report(
        agent=agent,
        request=request,
        report=debit_agent.decode_report(file.content),
        name=file.name,
        content=file.content,
        now=clock.now(),
    )


@worker.define_job(values.LATE_JOB, procedure=values.PROCEDURE, label=gettext_noop("Tell interest for late payments"))
def tell_late_interest(progress: Progress) -> str:
    """Money came late: a charge waits for the next bill of each debt's contract."""
    with db.transaction():
        outcome = operations.tell_late_interest(today=clock.today(), now=clock.now())
    return _("%(count)s charges of late interest") % {"count": outcome.told}
