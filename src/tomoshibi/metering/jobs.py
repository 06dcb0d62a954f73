"""What the worker runs: fetch files, read a file, watch for gaps."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.documents import queries as documents
from tomoshibi.gateways import grid_portal
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import operations, portals, queries, tables, values, wire
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock
from tomoshibi.worker.operations import Progress


@worker.define_job(values.IMPORT_JOB, procedure=values.PROCEDURE, label=gettext_noop("Read a file of a grid company"))
def import_file(progress: Progress, file_id: int) -> str:
    """Read a file that waits; one that somebody read in the meantime is left as it is."""
    file = queries.file(file_id=file_id)
    assert file is not None, f"file {file_id} was received before its job was made"
    if file.state is not values.FileState.WAITING:
        return _("%(file)s was read in the meantime") % {"file": file.name}
    return read_file(progress, file)


def read_file(progress: Progress, file: values.ImportedFile) -> str:
    """Read one file: all of it, or nothing and a refusal with its reason."""
    assert file.document_id is not None, f"file {file.id} was kept"
    now = clock.now()
    with documents.path(file_id=file.document_id).open("rb") as raw:
        try:
            outcome = _read(progress, file, raw, now=now)
        except (grid_portal.BrokenFile, wire.NotKept) as broken:
            sentence = broken.in_words(_) if isinstance(broken, grid_portal.BrokenFile) else str(broken)
            with db.transaction():
                operations.refuse_file(file_id=file.id, sentence=sentence, now=now)
            return _("refused: %(reason)s") % {"reason": sentence}
    told = ", ".join(
        f"{tables.ROW_CODES[values.RowCode(code)].word} {count}" for code, count in sorted(outcome.counts.items())
    )
    return _("%(file)s: %(counts)s") % {"file": file.name, "counts": told or _("no rows")}


def _read(progress: Progress, file: values.ImportedFile, raw: BinaryIO, *, now: datetime) -> values.ImportOutcome:
    named = portals.name_of(file.name, portals.of_file(file, queries.endpoints()))
    head, batches = wire.opened(raw, named=named, received_on=clock.today())
    with db.transaction():
        return operations.import_file(
            file_id=file.id,
            head=head,
            batches=_told(batches, progress),
            now=now,
            actor_id=file.received_by_id,
        )


def _told(batches: Iterator[values.Batch], progress: Progress) -> Iterator[values.Batch]:
    """The batches, telling how many rows were read; how many there are is known at the end only."""
    done = 0
    for batch in batches:
        yield batch
        done += batch.rows.height + batch.broken.height
        progress(done, 0, _("%(n)d rows read") % {"n": done})


@worker.define_job(
    values.WATCH_JOB, procedure=values.PROCEDURE, label=gettext_noop("Look for missing confirmed values")
)
def watch(progress: Progress) -> str:
    """Open and close gaps as of today."""
    with db.transaction():
        counts = operations.watch(today=clock.today(), now=clock.now())
    return _("%(opened)d new, %(closed)d closed, %(open)d open") % counts


@worker.define_job(values.COLLECT_JOB, procedure=values.DEMAND_PROCEDURE, label=gettext_noop("Collect maximum demand"))
def collect_demand(progress: Progress, month: int, actor_id: int | None = None) -> str:
    """Take the maximum demand of a reading month from its readings, and see what is missing."""
    with db.transaction():
        counts = operations.collect_demand(month=Month.from_number(month), now=clock.now(), actor_id=actor_id)
    return _("%(expected)d contracts on actual demand, %(taken)d taken, %(lacking)d missing") % counts


class PortalsFailed(RuntimeError):
    """Some portals gave nothing; what others gave was kept."""


@worker.define_job(
    values.FETCH_JOB, procedure=values.PROCEDURE, label=gettext_noop("Fetch files from the grid companies' portals")
)
def fetch(progress: Progress, area: str = "", again_since: str = "") -> str:
    """
    Bring what is new from the portals and have it read; a crash or a broken line loses nothing.

    :param area: one area only
    :param again_since: also bring files again that were fetched before, those of this day (ISO) or later
    :raises PortalsFailed: naming each portal and reason, after all others were visited
    """
    since = date.fromisoformat(again_since) if again_since else None
    failures, received = [], 0
    for endpoint in queries.endpoints(area=area, active_only=True):
        try:
            received += _fetch_from(progress, endpoint, since=since)
            failure = ""
        except grid_portal.PortalError as error:
            failure = str(error)
            failures.append(f"{endpoint.area}: {failure}")
        with db.transaction():
            operations.record_portal_state(area=endpoint.area, failure=failure, now=clock.now())
    if received:
        # What is due and in none of the files shows today, not tomorrow morning.
        with db.transaction():
            operations.enqueue_watch()
    if failures:
        raise PortalsFailed("; ".join(failures))
    return _("%(n)d new files") % {"n": received}


def _fetch_from(progress: Progress, endpoint: values.PortalEndpoint, *, since: date | None) -> int:
    """Fetch from one portal; returns how many files brought something new."""
    with grid_portal.HttpsPortal(portals.connection(endpoint)) as portal:
        listed = portal.list_files()
        with db.transaction():
            operations.record_listed(
                endpoint_id=endpoint.id, listed=[(one.name, one.size or 0) for one in listed], now=clock.now()
            )
        known = queries.portal_files(endpoint_id=endpoint.id)
        wanted = portals.in_order(
            (one for one in listed if not known[one.name, one.size or 0] or portals.is_since(one.name, since)),
            endpoint=endpoint,
        )
        with TemporaryDirectory(prefix="tomoshibi-portal-") as folder:
            new = 0
            for index, one in enumerate(wanted):
                progress(index, len(wanted), one.name)
                new += _fetch_one(portal, endpoint, one, folder=Path(folder))
        return new


def _fetch_one(
    portal: grid_portal.Portal, endpoint: values.PortalEndpoint, listed: grid_portal.Listed, *, folder: Path
) -> bool:
    """One file: kept and queued to be read in one transaction; returns whether its content is new."""
    size = listed.size or 0
    try:
        fetched = portal.fetch(listed, folder=folder)
    except grid_portal.FileGone as gone:
        with db.transaction():
            operations.record_not_fetched(endpoint_id=endpoint.id, name=listed.name, size=size, failure=str(gone))
        return False
    with fetched.path.open("rb") as content, db.transaction():
        now = clock.now()
        file, new = operations.receive_file(
            name=listed.name, content=content, source=values.Source.PORTAL, area=endpoint.area, now=now
        )
        operations.record_fetched(endpoint_id=endpoint.id, name=listed.name, size=size, file_id=file.id, now=now)
        if new:
            operations.enqueue_import(file_id=file.id)
    fetched.path.unlink()
    return new
