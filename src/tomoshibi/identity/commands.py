"""``tomoshibi people``: the first administrator, and the way back in when nobody can sign in any more."""

from typing import Annotated, NoReturn

import typer
from django.conf import settings
from django.urls import reverse

from tomoshibi.identity import operations, queries
from tomoshibi.storage import db
from tomoshibi.worker import queries as clock

app = typer.Typer(no_args_is_help=True, help="People who sign in.")


@app.callback()
def people() -> None:
    """People who sign in; everything else about them is done on the page People."""


@app.command("invite-administrator")
def invite_administrator(
    username: Annotated[str, typer.Argument(help="sign-in name")],
    name: Annotated[str, typer.Option(help="the person's name")],
    mail: Annotated[str, typer.Option(help="where mails go")],
) -> None:
    """Invite somebody who may do everything; prints the address at which they choose their password."""
    now = clock.now()
    try:
        with db.transaction():
            made = operations.invite(username=username, name=name, mail=mail, now=now, administrator=True)
            token = operations.issue_token(invitation_id=made.id, now=now)
            _deed(f"invited the administrator {username}")
    except operations.NameTaken as refusal:
        _stop(str(refusal))
    typer.echo(f"{settings.BASE_URL}{reverse('identity:accept', args=[token])}")
    typer.echo(f"  good for {operations.INVITATION_DAYS} days, once; the server must be running (tomoshibi up)")


@app.command("reset-second-factor")
def reset_second_factor(username: Annotated[str, typer.Argument(help="sign-in name")]) -> None:
    """Take away a lost second factor: app, keys and recovery codes."""
    user_id = queries.user_id_of(username=username)
    if user_id is None:
        _stop(f"nobody signs in as {username}")
    with db.transaction():
        count = operations.reset_second_factor(user_id=user_id, actor_id=None)
        _deed(f"reset the second factor of {username} from the command line")
    typer.echo(f"{username}: {count} taken away; the password alone is asked for now")


@app.command("seal-second-factors")
def seal_second_factors() -> None:
    """After a change of the secret key: seal every second factor with the new one."""
    with db.transaction():
        count = operations.seal_second_factors()
        _deed(f"sealed {count} second factors with the secret key of today")
    lost, _all = queries.second_factors()
    typer.echo(f"{count} sealed with the secret key of today; TOMOSHIBI_OLD_SECRET_KEYS is no longer needed for them")
    if lost:
        _stop(f"{lost} cannot be read with any key that is here: take them away on the page People")


def _deed(what: str) -> None:
    operations.record_deed(procedure="MS7", what=what, at=clock.now())


def _stop(sentence: str) -> NoReturn:
    typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(1)
