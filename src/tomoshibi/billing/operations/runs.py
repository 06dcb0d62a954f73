"""The life of a run: made, finished rating, cancelled."""

from collections.abc import Mapping
from datetime import datetime

import polars as pl
from django.db import connection
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from tomoshibi.billing import membership, queries, values
from tomoshibi.billing.models import Chunk, Finding, Run
from tomoshibi.billing.operations.drafting import delete_drafts
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

EXAMINE = "billing.examine"
ASIDE = "billing.set_aside"


class NothingToBill(ValueError):
    """The selection holds no contract that still needs a bill."""


class IssueUnderWay(ValueError):
    """Numbers were taken for the run: it can only go on."""


class WrongState(ValueError):
    """The run is at another point of its life."""


def subject(run_id: int) -> str:
    return f"billing.run:{run_id}"


def locked(run_id: int) -> Run:
    """
    The run's row, locked until the transaction ends.

    :raises queries.NoSuchRun: for an unknown number
    """
    row = Run.objects.select_for_update().filter(id=run_id).first()
    if row is None:
        raise queries.NoSuchRun(_("there is no billing run %(run)s") % {"run": run_id})
    return row


def require_state(row: Run, *states: values.RunState) -> None:
    """
    :raises WrongState: if the run is in none of the states
    """
    if row.state not in {state.value for state in states}:
        raise WrongState(_("Run %(run)s is %(state)s.") % {"run": row.id, "state": values.state_name(row.state)})


@db.transaction_required
def open_run(
    *,
    month: Month,
    selection: values.Selection,
    actor_id: int | None,
    now: datetime,
    kind: values.RunKind = values.RunKind.REGULAR,
    chunk_size: int = membership.CHUNK_SIZE,
) -> values.Run:
    """
    Make a run over the contracts of a selection that have no bill for the month yet; while one is open, it is that one.

    The members are frozen here: what is contracted later comes with the next run. Only a correction that nobody has
    examined yet, asked for by the same person or by the house, takes in what changed since it was opened: the files of a
    morning make one list of differences, not one each.

    :param kind: ``CORRECTION`` takes the contracts whose facts changed since they were billed
    :raises NothingToBill: if nobody is left to bill
    """
    stored = selection.as_json()
    key = membership.selection_hash(stored)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('billing.run'), hashtext(%s))", [f"{month}{key}"])
    known = Run.objects.filter(kind=kind.value, month=month.number, selection_hash=key)
    known = known.filter(state__in=[state.value for state in values.OPEN_STATES])
    if row := known.first():
        if kind is values.RunKind.CORRECTION:
            _take_in_more(row.id, month=month, selection=selection, actor_id=actor_id, now=now)
        return queries.run(run_id=row.id)
    found = queries.members(month=month, selection=selection, kind=kind, today=timezone.localdate(now))
    if found.is_empty():
        raise NothingToBill(
            {
                values.RunKind.CORRECTION: _("Nothing changed since the bills of %(month)s were issued."),
                values.RunKind.CHARGES: _(
                    "Every charge that waits comes with a bill: none needs an invoice of its own."
                ),
            }.get(kind, _("Every contract of this selection has its bill for %(month)s."))
            % {"month": month}
        )
    row = Run.objects.create(
        kind=kind.value,
        month=month.number,
        selection=stored,
        selection_hash=key,
        created_at=now,
        created_by_id=actor_id,
        selected_count=found.height,
    )
    parts = enumerate(membership.chunks(found, size=chunk_size), start=1)
    Chunk.objects.bulk_create(
        Chunk(run=row, no=no, members=membership.pack(part), size=part.height) for no, part in parts
    )
    what = f"made {kind.value} run over {found.height} contracts for {month}"
    identity.record_deed(procedure="RB6", what=what, at=now, subject=subject(row.id), actor_id=actor_id)
    return queries.run(run_id=row.id)


def _take_in_more(
    run_id: int, *, month: Month, selection: values.Selection, actor_id: int | None, now: datetime
) -> None:
    """
    Contracts that changed since a correction was opened, as further parts of it; the others keep what they have, unless
    something of theirs changed once more: then all of it is rated anew.
    """
    row = locked(run_id)
    if row.state != values.RunState.CHECKED.value or actor_id != row.created_by_id:
        return
    parts = Chunk.objects.filter(run=row)
    stored = [bytes(part) for part in parts.values_list("members", flat=True)]
    known = pl.concat([membership.unpack(part)[["contract_id"]] for part in stored])
    found = queries.members(
        month=month, selection=selection, kind=values.RunKind.CORRECTION, today=timezone.localdate(now)
    )
    more = found.join(known, on="contract_id", how="anti")
    changed_again = queries.changed_drafts(run_id=run_id, month=month)
    if more.is_empty() and not changed_again:
        return
    if changed_again:
        parts.update(rated=False)
    last = parts.aggregate(last=Max("no"))["last"] or 0
    Chunk.objects.bulk_create(
        Chunk(run=row, no=no, members=membership.pack(part), size=part.height)
        for no, part in enumerate(membership.chunks(more), start=last + 1)
    )
    row.rate_again()
    row.selected_count += more.height
    row.save()
    what = f"took {more.height} more contracts into the correction of {month}"
    identity.record_deed(procedure="RB6", what=what, at=now, subject=subject(run_id), actor_id=actor_id)


@db.transaction_required
def rate_again(*, run_id: int, actor_id: int | None, now: datetime) -> values.Run:
    """
    Rate a run anew that is not confirmed: prices, values or terms came in. Its members stay.

    :raises WrongState: if it is confirmed, issued or cancelled
    """
    row = locked(run_id)
    if row.state == values.RunState.DRAFTED.value:
        return queries.run(run_id=run_id)
    require_state(row, values.RunState.RATED, values.RunState.CHECKED, values.RunState.EXAMINED)
    row.rate_again()
    row.save()
    Chunk.objects.filter(run=row).update(rated=False)
    what = "rates the run anew"
    identity.record_deed(procedure="RB6", what=what, at=now, subject=subject(run_id), actor_id=actor_id)
    return queries.run(run_id=run_id)


@db.transaction_required
def note_job(*, run_id: int, job_id: int) -> None:
    """Remember which job works on the run, for its page."""
    Run.objects.filter(id=run_id).update(job_id=job_id)


@db.transaction_required
def note_draft_look(*, run_id: int, counts: Mapping[values.Changed, int], now: datetime) -> None:
    """Keep how many drafts of a run would come out differently; of one that was rated anew or issued meanwhile, nothing."""
    row = locked(run_id)
    if row.state in {values.RunState.EXAMINED.value, values.RunState.CONFIRMED.value}:
        row.looked_at, row.changed_counts = now, {why.value: count for why, count in counts.items()}
        row.save(update_fields=["looked_at", "changed_counts"])


def add_up(row: Run) -> None:
    """Set the counts and totals of a run from its chunks."""
    fields = ("bill_count", "aside_count", "energy_dwh", "total_minor", "tax_minor", "levy_minor")
    sums = Chunk.objects.filter(run=row).aggregate(**{name: Sum(name) for name in fields})
    for name in fields:
        setattr(row, name, sums[name] or 0)


@db.transaction_required
def finish_rating(*, run_id: int, now: datetime, actor_id: int | None = None) -> values.Run:
    """
    Close the rating of a run whose chunks are all done: totals, and work for people.

    A correction run in which nothing came out is cancelled: re-running with nothing changed produces nothing.
    Does nothing while chunks are left, or when it was done before.
    """
    row = locked(run_id)
    left = Chunk.objects.filter(run=row, rated=False).exists()
    if left or row.state != values.RunState.DRAFTED.value:
        return queries.run(run_id=run_id)
    add_up(row)
    row.rate()
    row.check_bills()
    if row.kind == values.RunKind.CORRECTION.value and not (row.bill_count or row.aside_count):
        row.cancel()
    row.save()
    what = f"rated {row.bill_count} bills, set {row.aside_count} aside"
    identity.record_deed(
        procedure="RB6", what=what, at=now, subject=subject(run_id), actor_id=actor_id, run=subject(run_id)
    )
    if row.state == values.RunState.CHECKED.value:
        tell_people(row, now=now)
    return queries.run(run_id=run_id)


def tell_people(row: Run, *, now: datetime) -> None:
    """Put the examination before the billing clerks, and what could not be billed."""
    waiting = sum(n for _code, severity, _all, n in queries.finding_counts(run_id=row.id) if severity == "blocking")
    worklist.open_item(
        procedure="RB7",
        kind=EXAMINE,
        subject=subject(row.id),
        title=f"{Month.from_number(row.month)} #{row.id}: {row.bill_count} / {waiting}",
        detail=f"{row.bill_count} bills to examine, {waiting} of them blocked",
        due_at=now.replace(hour=17, minute=0, second=0, microsecond=0),
        now=now,
        role="billing",
        url=f"/billing/runs/{row.id}/exceptions/",
        parameters={"run": row.id, "bills": row.bill_count, "blocked": waiting},
    )
    if row.aside_count:
        worklist.open_item(
            procedure="RB6",
            kind=ASIDE,
            subject=subject(row.id),
            title=f"{Month.from_number(row.month)} #{row.id}: {row.aside_count}",
            detail=f"{row.aside_count} contracts could not be billed",
            due_at=now.replace(hour=17, minute=0, second=0, microsecond=0),
            now=now,
            role="billing",
            url=f"/billing/runs/{row.id}/exceptions/?severity=aside",
            parameters={"run": row.id, "aside": row.aside_count},
        )


@db.transaction_required
def cancel(*, run_id: int, reason: str, actor_id: int | None, now: datetime) -> values.Run:
    """
    Throw away a run that was not issued, with its drafts; its contracts can be billed by another run.

    Individual corrections stay: they belong to the contract and the month.

    :raises WrongState: if it is issued or cancelled already
    :raises IssueUnderWay: if its issue has begun
    """
    row = locked(run_id)
    require_state(row, *values.OPEN_STATES)
    if row.issue_started_at is not None:
        raise IssueUnderWay(_("The issue of run %(run)s has begun; let it finish.") % {"run": run_id})
    delete_drafts(queries.draft_bills(run_id=run_id)["id"].to_list())
    Finding.objects.filter(run_id=run_id).delete()
    row.cancel()
    row.save()
    Chunk.objects.filter(run=row).delete()
    what = f"cancelled the run: {reason}"
    identity.record_deed(procedure="RB6", what=what, at=now, subject=subject(run_id), actor_id=actor_id)
    for kind in (EXAMINE, ASIDE):
        worklist.close_about(kind=kind, subjects=[subject(run_id)], outcome="cancelled", now=now, actor_id=actor_id)
    return queries.run(run_id=run_id)
