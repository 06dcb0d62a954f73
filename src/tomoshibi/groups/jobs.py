"""What the worker runs: lists read and written, stock sheets read, batches imported, points tallied."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.groups import operations, values, words
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock
from tomoshibi.worker.operations import Progress


@worker.define_job(values.READ_LIST_JOB, procedure=values.LISTS, label=gettext_noop("Read a point list"))
def read_list(progress: Progress, list_id: int) -> str:
    """Try a list and keep what came out; nothing of it is written."""
    with db.transaction():
        state = operations.read_list(list_id=list_id, today=clock.today())
    return str(words.LISTS[state].word)


@worker.define_job(values.APPLY_LIST_JOB, procedure=values.LISTS, label=gettext_noop("Write a point list"))
def apply_list(progress: Progress, list_id: int, actor_id: int | None = None) -> str:
    """Write a list whole; run again after a crash it begins anew, for nothing of it stayed."""
    with db.transaction():
        counts = operations.apply_list(list_id=list_id, now=clock.now(), today=clock.today())
        identity.record_deed(
            procedure=values.LISTS,
            what=f"wrote a point list: {counts['add']} added, {counts['remove']} removed, {counts['move']} moved",
            at=clock.now(),
            subject=f"groups.pointlist:{list_id}",
            actor_id=actor_id,
        )
    tally(progress)
    return _("%(add)d added, %(remove)d removed, %(move)d moved, %(unchanged)d unchanged") % counts


@worker.define_job(values.READ_SHEET_JOB, procedure=values.STOCK, label=gettext_noop("Read a stock sheet"))
def read_stock_sheet(progress: Progress, batch_id: int, document_id: int, name: str) -> str:
    """Read a sheet into the rows of a batch."""
    with db.transaction():
        rows = operations.load_sheet(batch_id=batch_id, document_id=document_id, name=name)
    return _("%(n)d rows read") % {"n": rows}


@worker.define_job(values.IMPORT_BATCH_JOB, procedure=values.STOCK, label=gettext_noop("Import a stock batch"))
def import_batch(progress: Progress, batch_id: int, actor_id: int | None = None) -> str:
    """Make groups and points of the verified rows of a batch."""
    with db.transaction():
        made = operations.import_batch(batch_id=batch_id, now=clock.now(), today=clock.today())
        identity.record_deed(
            procedure=values.STOCK,
            what=f"imported {made['points']} points in {made['groups']} groups",
            at=clock.now(),
            subject=f"groups.stockbatch:{batch_id}",
            actor_id=actor_id,
        )
    tally(progress)
    return _("%(points)d points in %(groups)d groups") % made


@worker.define_job(
    values.TALLY_JOB, procedure=values.REGISTER, label=gettext_noop("Tally the points of changed groups")
)
def tally(progress: Progress) -> str:
    """Count again what changed, so that pages over all groups have little to count themselves."""
    done, more = 0, 1
    while more:
        with db.transaction():
            more = operations.settle_tallies(today=clock.today())
        done += more
    return _("%(n)d groups tallied") % {"n": done}


@worker.define_job(
    values.RECOUNT_JOB, procedure=values.REGISTER, label=gettext_noop("Compare all tallies with the points")
)
def recount(progress: Progress) -> str:
    """Every night: what is kept is what is there; a tally that is not would be a fault, and is put right."""
    tally(progress)
    with db.transaction():
        wrong = operations.recount_tallies(today=clock.today())
    return _("%(n)d tallies were wrong and are put right") % {"n": wrong} if wrong else _("every tally is right")
