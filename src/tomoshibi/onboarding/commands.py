"""``tomoshibi demo load``: an invented retailer to look at."""

import inspect
import json
import logging
import textwrap
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Annotated

import typer

from tomoshibi.gateways import simulators
from tomoshibi.identity import queries as identity
from tomoshibi.onboarding.demo import china, coming, outside, staff
from tomoshibi.onboarding.demo import load as demo

app = typer.Typer(no_args_is_help=True, help="The demonstration: an invented retailer.")


@app.callback()
def demonstration() -> None:
    """The demonstration: an invented retailer."""


@app.command("load")
def load(country: Annotated[str, typer.Option(envvar="TOMOSHIBI_DEMO_COUNTRY", help="jp or cn")] = "jp") -> None:
    """Load the demo into an empty database; what was loaded before stays as it is."""
    if not _load(country):
        raise typer.Exit(1)


@app.command("outside")
def run_outside(country: Annotated[str, typer.Option(envvar="TOMOSHIBI_DEMO_COUNTRY", help="jp or cn")] = "jp") -> None:
    """Run the demo's outside world (one of the processes of ``up --demo``); its days are the demo's."""
    if country == "cn":
        outside.run_phones()
    else:
        outside.run(stock=coming.grid_files)


@app.command("steer")
def steer(
    system: Annotated[str, typer.Argument(help="grid_portal, debit_agent, mail, ...; nothing: all of them")] = "",
    habits: Annotated[list[str] | None, typer.Argument(help="HABIT=VALUE, the value as JSON or a plain word")] = None,
    area: Annotated[str, typer.Option(help="of the grid company, for grid_portal")] = "",
) -> None:
    """
    Say how the demo's outside world behaves, while it runs: late, twice, broken, refusing ...

    Without habits it shows what can be said and how it stands, for example ``tomoshibi demo steer debit_agent twice=true``.
    """
    at = outside.places()
    try:
        if not system:
            for name in simulators.SYSTEMS:
                folder, _kind = simulators.MANNERS[name]
                typer.echo(f"  {name:<14} {at.folder / folder}")
            return
        said = dict(habit.partition("=")[::2] for habit in habits or ())
        now = simulators.steer(at, system, said, area=area) if said else simulators.manners(at, system, area=area)[1]
    except simulators.NoSuchManners as reason:
        typer.secho(str(reason), fg="red", err=True)
        raise typer.Exit(1) from None
    typer.echo(inspect.cleandoc(type(now).__doc__ or "").replace(":param ", "").replace("``", ""))
    for name, value in now.__dict__.items():
        typer.echo(f"  {name:<16} {textwrap.shorten(json.dumps(value, ensure_ascii=False), 160, placeholder=' ...')}")


def load_once(country: str = "jp") -> None:
    """For ``tomoshibi up --demo``: load what is missing, and say whom to sign in as."""
    if demo.is_loaded():
        say_sign_ins(country)
    else:
        _load(country)


def _load(country: str) -> bool:
    started = time.monotonic()
    # The jobs of three months are the demo's past, not news for whoever watches.
    logging.getLogger("tomoshibi").setLevel(logging.WARNING)
    try:
        if country == "cn":
            count = demo.load(say=_say_step, of=china.steps, at=china.NOW)
        else:
            with _post_office():
                count = demo.load(say=_say_step)
    except (demo.NotEmpty, demo.NoPlan) as reason:
        typer.secho(str(reason), fg="red", err=True)
        return False
    finally:
        logging.getLogger("tomoshibi").setLevel(logging.INFO)
    if count:
        typer.echo(f"  loaded in {time.monotonic() - started:.0f} s")
    say_sign_ins(country)
    return True


def _say_step(code: str, outcome: str) -> None:
    typer.echo(f"  {code:<20} {outcome}")


@contextmanager
def _post_office() -> Iterator[None]:
    """Somebody takes the mails of the past months while the demo is loaded, unless a mail server listens already."""
    usual = outside.places()
    with ExitStack() as stack:
        # Where something listens already, it is the demo's own post office or the one that the settings name.
        with suppress(simulators.PortTaken):
            simulators.start(usual, stack, only=("mail",))
        yield


def say_sign_ins(country: str = "jp") -> None:
    if country == "cn":
        typer.echo("\n  演示账号（虚构公司，密码相同）:")
        roles = {role.code: role.name for role in identity.roles()}
        for username, name, role, _administrator in china.PEOPLE:
            typer.echo(f"    {username:<10} {roles[role]}  {name}")
        typer.echo(f"    密码: {staff.PASSWORD}")
        return
    typer.echo("\n  demo sign-ins (an invented company; the password is the same for all):")
    for member in staff.MEMBERS:
        typer.echo(f"    {member.username:<10} {staff.ROLE_NAMES[member.role]}  {member.name}")
    typer.echo(f"    {staff.PORTAL_USER:<10} お客さまポータル")
    typer.echo(f"    password: {staff.PASSWORD}")
