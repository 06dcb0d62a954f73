"""The ``tomoshibi`` command: the house from the command line. Rooms bring their own commands; this mounts them."""

import gc
import logging
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Tomoshibi, from meter to money."
)

ROOM_COMMANDS = {
    "tariffs": "tomoshibi.tariffs.commands",
    "demo": "tomoshibi.onboarding.commands",
    "meter": "tomoshibi.metering.commands",
    "bill": "tomoshibi.billing.commands",
    "debit": "tomoshibi.collection.commands",
    "people": "tomoshibi.identity.commands",
    "labels": "tomoshibi.fieldwork.commands",
}
"""Command group -> the room's module; it offers ``app`` (the group) and may offer ``top`` (commands without a group)."""


def main() -> None:
    import django

    django.setup()
    mount_rooms(sys.argv[1] if len(sys.argv) > 1 else "")
    gc.freeze()  # the code stays: who makes many rows need not have it looked through for garbage every time
    try:
        app()
    except RuntimeError as reason:
        if not type(reason).__module__.startswith("tomoshibi"):
            raise
        stop(str(reason))


def mount_rooms(first: str = "") -> None:
    """
    Take the rooms' commands in.

    :param first: the first word of the command line; where it names a command of this module or one room's group, the other
        rooms are not imported for it
    """
    ours = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    ours |= {str(group.name) for group in app.registered_groups}
    for group, name in ROOM_COMMANDS.items():
        asked = first == group or first not in ours | ROOM_COMMANDS.keys()
        if asked and find_spec(name):
            module = import_module(name)
            app.add_typer(module.app, name=group)
            if hasattr(module, "top"):
                app.add_typer(module.top)


def stop(sentence: str) -> None:
    """End with a sentence for people, and a failure for scripts."""
    typer.secho(sentence, fg="red", err=True)
    raise SystemExit(1)


@app.callback()
def with_database(context: typer.Context) -> None:
    """Every command but the doctor needs the database to run, and none may work on one that is newer than itself."""
    from tomoshibi.config import readiness

    if set(context.help_option_names) & set(sys.argv):
        return  # who asks what a command does needs nothing yet
    if context.invoked_subcommand in {None, "doctor", "procedures", "processes", "tariffs", "quote", "cases"}:
        return
    try:
        readiness.start_database()
        if context.invoked_subcommand != "backup":  # which only copies what is there
            readiness.require_known_database()
    except readiness.CannotStart as reason:
        stop(str(reason))
    if context.invoked_subcommand == "demo" and readiness.is_new_database():
        upgrade()  # nobody's data can suffer, and a demo is what a new house begins with
    if context.invoked_subcommand in {"demo", "month"} and readiness.pending_migrations():
        stop("the database is not set up for this version yet: run tomoshibi upgrade first")


@app.command()
def up(
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT")] = 8000,
    country: Annotated[str, typer.Option(envvar="TOMOSHIBI_DEMO_COUNTRY", help="of the demo: jp or cn")] = "jp",
    *,
    demo: bool = False,
) -> None:
    """Start everything: database, schema, worker and web; with --demo also the demo and its outside world."""
    from tomoshibi.config import readiness, supervisor

    try:
        readiness.require_free_port(host, port)
        held = readiness.hold_data_folder()
    except readiness.CannotStart as reason:
        stop(str(reason))
    supervisor.set_environment(host=host, port=port, demo=demo)
    upgrade()
    if demo and find_spec("tomoshibi.onboarding.commands"):
        import_module("tomoshibi.onboarding.commands").load_once(country)
    typer.echo(f"\n  灯火 Tomoshibi  {os.environ['TOMOSHIBI_BASE_URL']}/   (Ctrl-C stops everything)\n")
    children = supervisor.children(host=host, port=port, demo=country if demo else "")
    with held:
        raise SystemExit(supervisor.Supervisor(children).run())


@app.command()
def worker(concurrency: int = 2) -> None:
    """Run jobs until interrupted (one of the processes of ``up``)."""
    from tomoshibi.worker import process

    process.run(concurrency=concurrency)


@app.command()
def upgrade() -> None:
    """Bring the database to this version's schema, and add the texts and kinds that are new in it."""
    from django.core.management import call_command

    from tomoshibi.applications.operations import notices
    from tomoshibi.care import operations as care
    from tomoshibi.config import readiness
    from tomoshibi.messaging import operations as messaging
    from tomoshibi.storage import db
    from tomoshibi.worker import queries as clock

    waiting = readiness.pending_migrations()
    if waiting:
        typer.echo(f"  bringing the database up to date ({waiting} steps)")
        call_command("migrate", verbosity=0, interactive=False)
    # A version may bring a text without a step of the schema; what people edited stays as it is.
    with db.transaction():
        messaging.load_shipped_texts()
        care.load_shipped()
        notices.install_notice_texts(now=clock.now())


@app.command()
def doctor() -> None:
    """Look at database, versions, clock, disk and outside systems; exit 1 when something is wrong."""
    from tomoshibi.config.doctor import examine

    wrong = 0
    for finding in examine():
        wrong += not finding.fine
        mark, color = ("ok  ", "green") if finding.fine else ("bad ", "red")
        typer.echo(typer.style(mark, fg=color) + f"{finding.subject:<14} {finding.detail}")
        if finding.do:
            typer.echo(f"{'':<4}{'':<14} do: {finding.do}")
    raise SystemExit(1 if wrong else 0)


@app.command()
def backup(target: Path) -> None:
    """Write database, files and their fingerprints into one archive."""
    from tomoshibi.config.backup import make

    make(target.resolve(), say=lambda text: typer.echo(f"  {text}"))
    typer.echo(f"  {target}: {target.stat().st_size // 1024:,} kB")


@app.command()
def restore(source: Path) -> None:
    """Restore an archive into an empty database and compare every table and file with what was saved."""
    from tomoshibi.config import readiness
    from tomoshibi.config.backup import restore as restore_archive

    tables = restore_archive(source.resolve(), say=lambda text: typer.echo(f"  {text}"))
    typer.echo(f"  {tables} tables compared: all equal")
    if readiness.pending_migrations():
        typer.echo("  the backup is of an older version: tomoshibi upgrade brings it up to date")


month = typer.Typer(no_args_is_help=True, help="A whole month.")
app.add_typer(month, name="month")


@month.callback()
def whole_months() -> None:
    """A whole month, from files waiting to debit results allocated."""


@month.command("run")
def run_month(
    billing_month: Annotated[str, typer.Argument(metavar="MONTH", help="like 2026-10")],
    first: Annotated[str, typer.Option("--as", help="sign-in name of who prepares")],
    second: Annotated[str, typer.Option("--confirm-as", help="sign-in name of who confirms")] = "",
    hold: Annotated[str, typer.Option(help="hold bills that a check blocks, for this reason")] = "",
    until: Annotated[
        str, typer.Option(help="step the demo's clock no further than this day; else to the day of the debit result")
    ] = "",
) -> None:
    """Fetch, rate, examine, confirm, issue, print, debit; running it again goes on where it stopped."""
    from datetime import date

    from django.utils.translation import gettext as _

    from tomoshibi.config import month as months
    from tomoshibi.config.progress import Bars
    from tomoshibi.identity import operations as identity
    from tomoshibi.identity import queries as people
    from tomoshibi.kernel.periods import Month

    # The steps say what came out; the worker's own lines would only repeat it.
    logging.getLogger("tomoshibi").setLevel(logging.WARNING)
    ids = {name: people.user_id_of(username=name) for name in (first, second) if name}
    for name, user_id in ids.items():
        if user_id is None:
            stop(_("nobody signs in as %(name)s") % {"name": name})
    try:
        wanted = Month.parse(billing_month)
        if second:
            identity.require_second_person(first_id=ids[first], second_id=ids[second])
        with Bars() as bars:
            for step in months.run(
                month=wanted,
                first_id=ids[first] or 0,
                second_id=ids.get(second),
                hold_reason=hold,
                watch=bars.watch,
                until=date.fromisoformat(until) if until else None,
            ):
                bars.say(f"  {step.name:<12} {step.outcome}")
    except (months.NeedsPeople, ValueError, LookupError) as reason:
        stop(str(reason))


@app.command()
def procedures(
    *, as_json: Annotated[bool, typer.Option("--json")] = False, markdown: bool = False, groups: bool = False
) -> None:
    """Every business procedure: its room, screens, journeys and state; --groups: the requirements of groups instead."""
    import json

    from rich.console import Console
    from rich.table import Table

    from tomoshibi.config import procedures as known
    from tomoshibi.config import requirements

    if as_json:
        found = requirements.as_dicts() if groups else known.as_dicts()
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    if groups:
        _show_requirements()
        return
    if markdown:
        typer.echo(known.markdown(), nl=False)
        return
    rows = known.table()
    shown = Table("id", "procedure", "room", "screens", "journeys", "state", box=None)
    for row in rows:
        shown.add_row(row.id, row.en, row.room, str(len(row.screens)), str(len(row.journeys)), row.state)
    Console().print(shown)
    typer.echo(f"{sum(row.state == 'proved' for row in rows)} of {len(rows)} proved by a journey")


@app.command()
def processes(*, markdown: bool = False) -> None:
    """Every guarded process with its states and steps, read from the code; --markdown: the page of diagrams."""
    from tomoshibi.config import processes as known

    if markdown:
        typer.echo(known.markdown(), nl=False)
        return
    for process in known.processes():
        typer.echo(f"{process.room}.{process.model}: {len(process.states)} states, {len(process.moves)} steps")


def _show_requirements() -> None:
    from rich.console import Console
    from rich.table import Table

    from tomoshibi.config import requirements

    rows = requirements.table()
    shown = Table("id", "requirement", "room", "tests", "state", "not there yet", box=None)
    for row in rows:
        tests = "\n".join(row.tests)
        shown.add_row(row.id, row.text, row.room, tests, row.state, row.missing if row.tests else "")
    Console().print(shown)
    states = [row.state for row in rows]
    typer.echo(f"{states.count('tested')} of {len(rows)} tested, {states.count('in part')} in part")


@app.command()
def clock(step: Annotated[str, typer.Argument(help="'next-day', 'real', or a moment like 2026-11-04T09:00")]) -> None:
    """The demo's clock: step to the next day and run what is due, or go back to real time."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from django.conf import settings

    from tomoshibi.console.days import next_day
    from tomoshibi.storage import db
    from tomoshibi.worker import operations, queries, queue

    if step == "next-day":
        started = next_day(after_each_hour=queue.run_until_quiet)
        typer.echo(f"{queries.now():%Y-%m-%d %H:%M}: {started} scheduled jobs ran")
        return
    with db.transaction():
        if step == "real":
            operations.use_real_clock()
        else:
            operations.set_clock(now=datetime.fromisoformat(step).replace(tzinfo=ZoneInfo(settings.TIME_ZONE)))


if __name__ == "__main__":
    main()
