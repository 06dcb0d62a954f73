"""The ``tomoshibi`` command."""

import os

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")
    app()


@app.command()
def manage(arguments: list[str]) -> None:
    """Run one of Django's own management commands."""
    from django.core.management import execute_from_command_line

    from tomoshibi.storage import server

    if server.is_embedded():
        server.start()
    execute_from_command_line(["tomoshibi manage", *arguments])


if __name__ == "__main__":
    main()
