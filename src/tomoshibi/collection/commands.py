"""``tomoshibi debit``: direct debits from the command line, through the same operations as the pages."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils.translation import gettext as _

from tomoshibi.collection import operations, profiles, queries, values
from tomoshibi.documents import queries as documents
from tomoshibi.gateways import zengin
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.worker import queries as clock

app = typer.Typer(
    no_args_is_help=True, help="Direct debits: request files out, results in; and transfers that came in."
)
_REFUSALS = (
    operations.AlreadyRequested, operations.BatchOutdated, operations.NothingToCollect, operations.TooLate,
    operations.WrongBatchState, profiles.AgentNotReady, masters.MasterMissing, identity.SamePerson, zengin.BrokenFile,
    ValueError,
)  # fmt: skip


@app.command()
def export(
    target: Annotated[Path, typer.Argument(help="file to write")],
    month: Annotated[str, typer.Option(help="month of the debit, like 2026-11; this month when left out")] = "",
    agent: Annotated[str, typer.Option(help="collection agent")] = "agent_a",
    cycle_day: Annotated[int, typer.Option(help="debit day of the month; the usual one when left out")] = 0,
    by: Annotated[str, typer.Option("--as", help="who prepares it")] = "",
    confirmed_by: Annotated[str, typer.Option("--confirm-as", help="who releases it: another person")] = "",
) -> None:
    """Prepare a batch, or take up the one that waits for its release, and write its request file; without a second person it stops."""
    today = clock.today()
    wanted = Month.parse(month) if month else Month.of(today)
    try:
        batch_id = _waiting(agent=agent, month=wanted, cycle_day=cycle_day)
        if batch_id is None:
            with db.transaction():
                batch_id = operations.prepare_batch(
                    agent=agent,
                    month=wanted,
                    cycle_day=cycle_day or None,
                    now=clock.now(),
                    today=today,
                    actor_id=_person(by),
                ).batch_id
        made = queries.batch(batch_id=batch_id)
        assert made is not None
        typer.echo(
            _("batch %(batch)s: %(rows)s debits, %(total)s in all, %(aside)s set aside")
            % {
                "batch": made.id,
                "rows": f"{made.row_count:,}",
                "total": f"{made.total_minor:,}",
                "aside": f"{made.aside_count:,}",
            }
        )
        if not confirmed_by:
            _stop(
                _("not written: name who releases it with --confirm-as, or release batch %(batch)s in the browser")
                % {"batch": made.id}
            )
        with db.transaction():
            operations.release_batch(
                batch_id=made.id, now=clock.now(), today=today, actor_id=_person(confirmed_by) or 0
            )
    except _REFUSALS as refusal:
        _stop(str(refusal))
    assert made is not None
    assert made.file_id is not None
    target.write_bytes(documents.content(file_id=made.file_id))
    typer.echo(f"{target}: {made.sha256}")


def _waiting(*, agent: str, month: Month, cycle_day: int) -> int | None:
    """The batch of a debit that was prepared and waits for its release: nobody prepares it a second time."""
    found = [
        batch
        for batch in queries.batches(states=[values.BatchState.PREPARED])
        if batch.agent == agent and batch.month == month.number and cycle_day in {0, batch.cycle_day}
    ]
    if len(found) > 1:
        _stop(_("several batches of %(month)s wait for their release: name one with --cycle-day") % {"month": month})
    return found[0].id if found else None


@app.command("import")
def import_results(
    files: Annotated[list[Path], typer.Argument(help="result files", exists=True, dir_okay=False)],
    agent: Annotated[str, typer.Option(help="collection agent")] = "agent_a",
    by: Annotated[str, typer.Option("--as", help="who imports them")] = "",
) -> None:
    """Match result files row by row; the same file twice changes nothing."""
    _each(files, lambda given: _told(given["name"], operations.import_result(agent=agent, **given)), by=by)


def _each(files: list[Path], take: Callable[[dict[str, Any]], str], *, by: str) -> None:
    """
    Each file by itself: all of it or nothing; one that is refused does not keep the next one out.

    :param take: imports what it is given (name, content, now, today, actor_id) and says what became of it
    """
    refused = False
    for path in files:
        try:
            with db.transaction():
                told = take({
                    "name": path.name, "content": path.read_bytes(), "now": clock.now(), "today": clock.today(),
                    "actor_id": _person(by),
                })  # fmt: skip
        except _REFUSALS as refusal:
            refused = True
            typer.secho(f"{path.name}: {refusal}", fg="red", err=True)
        else:
            typer.echo(told)
    if refused:
        raise typer.Exit(1)


def _told(name: str, outcome: values.ImportOutcome) -> str:
    if outcome.already_known:
        return _("%(file)s: imported before, nothing changed") % {"file": name}
    return _(
        "%(file)s: %(rows)s rows, %(paid)s paid (%(sum)s), %(failed)s failed, %(problems)s to look at, %(missing)s missing"
    ) % {
        "file": name, "rows": f"{outcome.rows:,}", "paid": f"{outcome.paid:,}", "sum": f"{outcome.paid_minor:,}",
        "failed": f"{outcome.failed:,}", "problems": f"{outcome.problems:,}", "missing": f"{outcome.missing:,}",
    }  # fmt: skip


@app.command()
def deposits(
    files: Annotated[list[Path], typer.Argument(help="notices of incoming transfers", exists=True, dir_okay=False)],
    by: Annotated[str, typer.Option("--as", help="who imports them")] = "",
) -> None:
    """Import the bank's notices of incoming transfers; the same file twice changes nothing."""
    _each(files, lambda given: _entered(given["name"], operations.import_deposits(**given)), by=by)


def _entered(name: str, came: values.DepositOutcome) -> str:
    if came.already_known:
        return _("%(file)s: imported before, nothing changed") % {"file": name}
    told = _(
        "%(file)s: %(rows)s rows, %(taken)s transfers (%(sum)s), payer known of %(owned)s, %(known)s known before,"
        " %(refused)s refused"
    ) % {
        "file": name, "rows": f"{came.rows:,}", "taken": f"{came.taken:,}", "sum": f"{came.taken_minor:,}",
        "owned": f"{came.owned:,}", "known": f"{came.known:,}", "refused": f"{came.refused:,}",
    }  # fmt: skip
    refused = (
        "  " + _("record %(record)s: %(why)s") % {"record": record, "why": verdict}
        for record, verdict in queries.refused_deposits(file_id=came.file_id)
    )
    return "\n".join([told, *refused])


@app.command()
def batches() -> None:
    """List the newest batches and where they stand."""
    for batch in queries.batches(limit=20):
        typer.echo(
            f"{batch.id:>6}  {batch.debit_on}  {batch.agent:<14} {batch.row_count:>9,}  {batch.total_minor:>15,}  {batch.state}"
        )


def _person(username: str) -> int | None:
    if not username:
        return None
    found = people.user_id_of(username=username)
    if found is None:
        _stop(_("nobody signs in as %(name)s") % {"name": username})
    return found


def _stop(sentence: str) -> None:
    typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(1)
