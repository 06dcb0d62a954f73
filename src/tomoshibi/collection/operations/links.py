"""The connection to an agent, and what the agent says about files before the money moves."""

from datetime import datetime

from django.utils.translation import gettext as _

from tomoshibi.collection import values
from tomoshibi.collection.models import AgentLink, DebitBatch, DebitClaim, FetchedFile
from tomoshibi.documents import operations as documents
from tomoshibi.gateways import debit_agent
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db, places
from tomoshibi.worklist import operations as worklist


@db.transaction_required
def set_link(*, agent: str, connection: debit_agent.Connection, now: datetime, actor_id: int | None) -> None:
    """Say how an agent is reached; the private key stays a file, only its path is kept."""
    AgentLink.objects.update_or_create(
        agent=agent,
        defaults={
            "host": connection.host,
            "port": connection.port,
            "user": connection.user,
            "key_path": places.kept(connection.key),
            "host_key": connection.host_key.strip(),
            "to_agent": connection.to_agent,
            "from_agent": connection.from_agent,
            "taken": connection.taken,
        },
    )
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"set the connection to {agent}: {connection.user}@{connection.host}:{connection.port}",
        at=now,
        subject=f"collection.link:{agent}",
        actor_id=actor_id,
    )


@db.transaction_required
def note_fetched(*, agent: str, name: str, size_bytes: int, now: datetime) -> None:
    """Remember that a file was fetched and dealt with."""
    FetchedFile.objects.get_or_create(agent=agent, name=name, size_bytes=size_bytes, defaults={"fetched_at": now})


@db.transaction_required
def record_report(
    *, agent: str, request: str, report: debit_agent.Report, name: str, content: bytes, now: datetime
) -> None:
    """
    Record whether the agent accepted a request file. After a rejection its debts can be asked for again.

    :param request: name of the request without its ending
    """
    documents.store(name=name, content=content, kind="collection.agent_report", now=now)
    batch = (
        DebitBatch.objects.select_for_update()
        .filter(agent=agent, remote_name__startswith=f"{request}.", state=values.BatchState.SENT.value)
        .first()
    )
    if batch is None:
        return
    if report.accepted:
        batch.accepted_at = now
        batch.save()
        return
    batch.state = values.BatchState.REJECTED.value
    batch.save()
    DebitClaim.objects.filter(batch_id=batch.id).delete()
    worklist.open_item(
        procedure=values.PROCEDURE,
        kind="collection.batch_rejected",
        subject=f"collection.batch:{batch.id}",
        title=_("The agent rejected the file for the debit of %(day)s") % {"day": batch.debit_on},
        detail="\n".join(report.reasons),
        due_at=now,
        role="collection",
        now=now,
        url=f"/collection/batches/{batch.id}/",
    )
