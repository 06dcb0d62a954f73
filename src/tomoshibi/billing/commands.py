"""``tomoshibi bill run|check|confirm|issue|replay`` and ``tomoshibi statements make``."""

import json
from enum import StrEnum
from typing import Annotated, Any

import typer
from django.utils.translation import get_language
from django.utils.translation import gettext as _

app = typer.Typer(no_args_is_help=True, help="Bills: rate, check, confirm, issue.")
top = typer.Typer()
statements_app = typer.Typer(no_args_is_help=True, help="Statements for the printer.")
top.add_typer(statements_app, name="statements")

As = Annotated[str, typer.Option("--as", help="who does it: a sign-in name")]
Json = Annotated[bool, typer.Option("--json", help="print JSON instead of words")]


def _stop(sentence: str) -> Any:
    typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(1)


def _actor(username: str) -> int:
    from tomoshibi.identity import queries as identity

    found = next((person for person in identity.people() if person.username == username), None)
    return found.id if found else _stop(_("nobody signs in as %(name)s") % {"name": username})


def _month(text: str) -> Any:
    from tomoshibi.kernel.periods import Month

    try:
        return Month.parse(text)
    except ValueError as wrong:
        return _stop(str(wrong))


def _found(run_id: int) -> Any:
    from tomoshibi.billing import queries

    try:
        return queries.run(run_id=run_id)
    except queries.NoSuchRun as wrong:
        return _stop(str(wrong))


def _language() -> str:
    """The house's language as checks and reasons name it: ja, zh or en."""
    return (get_language() or "ja")[:2]


class Language(StrEnum):
    """Of a bill's words, where its reader is not the house."""

    ja = "ja"
    zh = "zh"
    en = "en"


class _Bar:
    """Progress on the terminal, with the shape that jobs expect."""

    def __init__(self) -> None:
        from rich.progress import Progress

        self._bar = Progress(transient=True)
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> "_Bar":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, done: int, total: int, message: str = "") -> None:
        self._bar.update(self._task, completed=done, total=total or None, description=message)


def _tell(run_id: int, *, as_json: bool) -> None:
    from tomoshibi.billing import billlist, checks, queries

    run = _found(run_id)
    counts = queries.finding_counts(run_id=run_id)
    if as_json:
        facts = {
            "run": run.id, "month": run.month, "kind": run.kind, "state": run.state, "bills": run.bill_count,
            "set_aside": run.aside_count, "held": run.held_count, "energy_dwh": run.energy_dwh,
            "total_minor": run.total_minor, "tax_minor": run.tax_minor, "levy_minor": run.levy_minor,
            "findings": [
                {"code": code, "severity": severity, "count": n, "undecided": waiting}
                for code, severity, n, waiting in counts
            ],
        }  # fmt: skip
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    state, kind = billlist.RUN_STATES[run.state].word, billlist.RUN_KINDS[run.kind].word
    typer.echo(
        _("run %(run)s: %(state)s, %(month)s, %(kind)s")
        % {"run": run.id, "state": state, "month": run.month, "kind": kind}
    )
    typer.echo(
        "  "
        + _("%(bills)s bills, %(aside)s set aside, %(held)s held")
        % {"bills": f"{run.bill_count:,}", "aside": f"{run.aside_count:,}", "held": f"{run.held_count:,}"}
    )
    typer.echo(
        "  "
        + _("%(total)s in all, tax %(tax)s, levy %(levy)s")
        % {"total": f"{run.total_minor:,}", "tax": f"{run.tax_minor:,}", "levy": f"{run.levy_minor:,}"}
    )
    for code, severity, count, waiting in counts:
        undecided = _("%(count)s undecided") % {"count": f"{waiting:,}"}
        typer.echo(f"  {code} {severity:<8} {count:>7,} ({undecided})  {checks.check_of(code).name[_language()]}")


@app.command()
def run(
    month: Annotated[str, typer.Argument(help="reading month, 2026-10")],
    by: As,
    area: Annotated[str, typer.Option(help="01 .. 10; all without it")] = "",
    reading_day: Annotated[list[str] | None, typer.Option(help="reading days; all without it")] = None,
    *,
    correction: Annotated[bool, typer.Option(help="differences to what was issued, instead of bills")] = False,
    as_json: Json = False,
) -> None:
    """Make a run (or take up the open one of the same selection), rate it and check it."""
    from tomoshibi.billing import jobs, operations, values
    from tomoshibi.storage import db
    from tomoshibi.worker import queries as clock

    wanted, actor_id = _month(month), _actor(by)
    kind = values.RunKind.CORRECTION if correction else values.RunKind.REGULAR
    try:
        with db.transaction():
            made = operations.open_run(
                month=wanted,
                selection=values.Selection(area=area, base_days=tuple(reading_day or ())),
                kind=kind,
                actor_id=actor_id,
                now=clock.now(),
            )
    except operations.NothingToBill as nothing:
        typer.echo(str(nothing))
        return
    with _Bar() as bar:
        jobs.rate_run(bar, run_id=made.id, actor_id=actor_id)
    _tell(made.id, as_json=as_json)


@app.command()
def check(run_id: int, by: As, *, as_json: Json = False) -> None:
    """Rate and check a run again that is not confirmed; decisions that still fit stay."""
    from tomoshibi.billing import jobs, operations
    from tomoshibi.storage import db
    from tomoshibi.worker import queries as clock

    _found(run_id)
    try:
        with db.transaction():
            operations.rate_again(run_id=run_id, actor_id=_actor(by), now=clock.now())
    except operations.WrongState as wrong:
        _stop(str(wrong))
    with _Bar() as bar:
        jobs.rate_run(bar, run_id=run_id, actor_id=_actor(by))
    _tell(run_id, as_json=as_json)


@app.command()
def show(run_id: int, *, as_json: Json = False) -> None:
    """Counts, totals and findings of a run."""
    _tell(run_id, as_json=as_json)


@app.command()
def exceptions(run_id: int, *, as_json: Json = False) -> None:
    """What the checks found, each with its reason in words."""
    from tomoshibi.billing import queries

    _found(run_id)
    for row in queries.exceptions(run_id=run_id, language=_language()):
        if as_json:
            typer.echo(json.dumps(row, ensure_ascii=False))
        else:
            mark = row["decision"] or "open"
            typer.echo(f"{row['code']} {row['severity']:<8} {row['contract_id']:<8} {mark:<8} {row['reason']}")


@app.command()
def examine(
    run_id: int,
    by: As,
    *,
    release: Annotated[str, typer.Option(help="release what is blocked, with this reason")] = "",
) -> None:
    """Say that the bills were examined; with --release what is blocked goes on with that reason."""
    from tomoshibi.billing import operations, queries
    from tomoshibi.storage import db
    from tomoshibi.worker import queries as clock

    _found(run_id)
    actor_id = _actor(by)
    try:
        with db.transaction():
            if release:
                ids = queries.undecided_contracts(run_id=run_id)
                operations.release(run_id=run_id, contract_ids=ids, reason=release, actor_id=actor_id, now=clock.now())
            operations.finish_examination(run_id=run_id, actor_id=actor_id, now=clock.now())
    except (operations.BillsBlocked, operations.WrongState) as wrong:
        _stop(str(wrong))
    _tell(run_id, as_json=False)


@app.command()
def confirm(run_id: int, by: As) -> None:
    """Stand for the counts and totals of an examined run, as the second person."""
    from tomoshibi.billing import operations, queries
    from tomoshibi.identity import operations as identity
    from tomoshibi.storage import db
    from tomoshibi.worker import queries as clock

    _found(run_id)
    going = queries.going(run_id=run_id)
    try:
        with db.transaction():
            operations.confirm(
                run_id=run_id,
                actor_id=_actor(by),
                now=clock.now(),
                seen_count=going.bill_count,
                seen_total=going.total_minor,
            )
    except (
        identity.SamePerson,
        operations.OwnCorrection,
        operations.WrongState,
        operations.ChangedSinceLook,
    ) as wrong:
        _stop(str(wrong))
    _tell(run_id, as_json=False)


@app.command()
def issue(run_id: int, by: As) -> None:
    """Issue a confirmed run; a run that was killed goes on."""
    from tomoshibi.billing import jobs, operations

    _found(run_id)
    try:
        with _Bar() as bar:
            said = jobs.issue_run(bar, run_id=run_id, actor_id=_actor(by))
    except (operations.RunNotConfirmed, operations.AccountingMonthClosed) as wrong:
        _stop(str(wrong))
    typer.echo(said)


@app.command()
def cancel(run_id: int, by: As, reason: Annotated[str, typer.Option()]) -> None:
    """Throw away a run that was not issued."""
    from tomoshibi.billing import operations
    from tomoshibi.storage import db
    from tomoshibi.worker import queries as clock

    _found(run_id)
    try:
        with db.transaction():
            operations.cancel(run_id=run_id, reason=reason, actor_id=_actor(by), now=clock.now())
    except (operations.WrongState, operations.IssueUnderWay) as wrong:
        _stop(str(wrong))
    _tell(run_id, as_json=False)


@app.command()
def replay(
    number: Annotated[str, typer.Argument(help="invoice number, or the id of a draft")],
    known_on: Annotated[str, typer.Option(help="2026-11-04: with what was known on that day")] = "",
    language: Annotated[Language, typer.Option(help="of the words")] = Language.en,
    *,
    as_json: Json = False,
) -> None:
    """Price a bill again from its stored inputs and versions; exit 1, with the difference shown, if it differs."""
    from django.utils import translation

    from tomoshibi.billing import operations, queries
    from tomoshibi.kernel import languages
    from tomoshibi.storage import db
    from tomoshibi.worker import queries as clock

    bill_id = _bill_id(number)
    with translation.override(languages.of_interface(language.value)):
        try:
            with db.transaction():
                asked = {"known_on": _day(known_on), "today": clock.today(), "language": language.value}
                found = operations.replay(bill_id=bill_id, **asked)
                whole = None if known_on else operations.replay_collective(bill_id=bill_id, language=language.value)
        except (queries.NoSuchBill, operations.NothingKept) as wrong:
            _stop(str(wrong))
        if as_json:
            typer.echo(json.dumps(_replay_facts(whole or found), ensure_ascii=False, default=str))
        elif whole is not None:
            _tell_collective(whole)
        else:
            _tell_replay(found)
    raise typer.Exit(0 if (whole or found).fits else 1)


def _bill_id(number: str) -> int:
    from tomoshibi.billing import queries

    bill = queries.bill_by_number(text=number)
    if bill is not None:
        return bill.id
    return int(number) if number.isdecimal() else _stop(_("there is no bill %(number)s") % {"number": number})


def _day(text: str) -> Any:
    from datetime import date

    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return _stop(_("%(text)s is not a day like 2026-11-04") % {"text": text})


def _tell_replay(found: Any) -> None:
    from tomoshibi.billing import billlist

    typer.echo(_("Priced again") + f": {found.invoice_number or found.bill_id}")
    if found.known_on:
        typer.echo(_("With what was known on %(day)s") % {"day": found.known_on})
    for line in found.lines:
        _tell_pair(line.text, line.stored or "-", line.again or "-", same=line.same)
    _tell_totals(found.totals)
    for sentence in found.refusals:
        typer.secho(f"! {sentence}", fg="red")
    for source in found.sources:
        facts = ", ".join(
            f"{billlist.fact_name(name)} {billlist.fact_value(name, value)}" for name, value in source.facts.items()
        )
        typer.echo("  " + f"{billlist.REPLAY_WORDS[source.kind]} {source.name}".strip() + f": {facts}")
    typer.echo(_("The same to the yen, line by line.") if found.fits else _("It differs from what stands."))


def _tell_pair(what: str, stored: str, again: str, *, same: bool) -> None:
    """What stands, and under it what came out this time where that is something else."""
    from rich.cells import set_cell_size

    typer.echo(f"{' ' if same else '!'} {set_cell_size(what, _WIDE)} {stored}")
    if not same:
        typer.secho("  " + set_cell_size(_("Priced again"), _WIDE) + f" {again}", fg="red")


_WIDE = 34
"""Columns of the terminal for a line's name; a Japanese or Chinese character takes two."""


def _tell_totals(totals: Any) -> None:
    from tomoshibi.billing import billlist

    for one in totals:
        stored, again = (billlist.replay_value(one.what, number) for number in (one.stored, one.again))
        _tell_pair(str(billlist.REPLAY_WORDS[one.what]), stored, again, same=one.same)


def _tell_collective(whole: Any) -> None:
    """Each bill of a collective invoice, then the invoice: its total, and its tax rounded once per rate."""
    for one in whole.members:
        _tell_replay(one)
        typer.echo("")
    typer.echo(_("Collective invoice %(number)s") % {"number": whole.invoice_number})
    _tell_totals(whole.totals)
    fits = _("All its bills and its tax are the same to the yen.")
    typer.echo(fits if whole.fits else _("It differs from what stands."))


def _replay_facts(found: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(found) | {"fits": found.fits}


@statements_app.command()
def make(run_id: int, by: As) -> None:
    """Typeset the statements of an issued run that go out on paper: PDFs in postal order, index, manifest."""
    from tomoshibi.billing import jobs, operations, queries
    from tomoshibi.documents import queries as documents

    _found(run_id)
    try:
        with _Bar() as bar:
            said = jobs.make_statements(bar, run_id=run_id, actor_id=_actor(by))
    except operations.WrongState as wrong:
        _stop(str(wrong))
    typer.echo(said)
    for batch in queries.print_batches(run_id=run_id):
        files = [part["pdf_file_id"] for part in batch["parts"]] + [batch["index_file_id"], batch["manifest_file_id"]]
        for file_id in files:
            typer.echo(f"  {documents.path(file_id=file_id)}  {documents.stored_file(file_id=file_id).name}")
