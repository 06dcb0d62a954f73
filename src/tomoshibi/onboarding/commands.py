"""``tomoshibi demo load``: an invented retailer to look at."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import typer

from tomoshibi.gateways import simulators
from tomoshibi.onboarding.demo import load as demo
from tomoshibi.onboarding.demo import outside, staff

app = typer.Typer(no_args_is_help=True, help="The demonstration: an invented retailer.")


@app.callback()
def demonstration() -> None:
    """The demonstration: an invented retailer."""


@app.command("load")
def load() -> None:
    """Load the demo into an empty database; what was loaded before stays as it is."""
    if not _load():
        raise typer.Exit(1)


@app.command("outside")
def run_outside() -> None:
    """Run the demo's outside world (one of the processes of ``up --demo``); its days are the demo's."""
    outside.run()


def load_once() -> None:
    """For ``tomoshibi up --demo``: load what is missing, and say whom to sign in as."""
    if demo.is_loaded():
        say_sign_ins()
    else:
        _load()


def _load() -> bool:
    started = time.monotonic()
    # The jobs of three months are the demo's past, not news for whoever watches.
    logging.getLogger("tomoshibi").setLevel(logging.WARNING)
    try:
        with _post_office():
            count = demo.load(say=lambda code, outcome: typer.echo(f"  {code:<20} {outcome}"))
    except (demo.NotEmpty, demo.NoPlan) as reason:
        typer.secho(str(reason), fg="red", err=True)
        return False
    finally:
        logging.getLogger("tomoshibi").setLevel(logging.INFO)
    if count:
        typer.echo(f"  loaded in {time.monotonic() - started:.0f} s")
    say_sign_ins()
    return True


@contextmanager
def _post_office() -> Iterator[None]:
    """Somebody takes the mails of the past months while the demo is loaded, unless a mail server listens already."""
    usual = outside.places()
    with ExitStack() as stack:
        # Where something listens already, it is the demo's own post office or the one that the settings name.
        with suppress(simulators.PortTaken):
            simulators.start(usual, stack, only="mail")
        yield


def say_sign_ins() -> None:
    typer.echo("\n  demo sign-ins (an invented company; the password is the same for all):")
    for member in staff.MEMBERS:
        typer.echo(f"    {member.username:<10} {staff.ROLE_NAMES[member.role]}  {member.name}")
    typer.echo(f"    {staff.PORTAL_USER:<10} お客さまポータル")
    typer.echo(f"    password: {staff.PASSWORD}")
