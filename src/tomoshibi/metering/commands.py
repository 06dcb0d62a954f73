"""``tomoshibi meter``: fetch and import from the command line, with the same jobs as the pages."""

from pathlib import Path
from typing import Annotated

import typer
from django.utils.translation import gettext as _

from tomoshibi.metering import jobs, operations, queries, tables, values
from tomoshibi.storage import db
from tomoshibi.worker import queries as clock
from tomoshibi.worker.operations import Progress

app = typer.Typer(no_args_is_help=True, help="Meter data in.")


@app.command()
def fetch(area: Annotated[str, typer.Argument(help="two digits; all areas when left out")] = "") -> None:
    """Fetch new files from the grid companies' portals and read them."""
    if not queries.endpoints(area=area, active_only=True):
        _stop(_("no portal is set for area %(area)s") % {"area": area} if area else _("no portal is set"))
    try:
        typer.echo(jobs.fetch(_Shown(), area=area))
    except jobs.PortalsFailed as failure:
        _read_waiting()
        _stop(str(failure))
    _read_waiting()


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="ZIP, XML or CSV", exists=True, dir_okay=False)],
) -> None:
    """Read files of the grid companies; the same file twice changes nothing."""
    refused = False
    for path in files:
        with path.open("rb") as content, db.transaction():
            file, new = operations.receive_file(
                name=path.name, content=content, source=values.Source.MANUAL, now=clock.now()
            )
        if not new and file.state == values.FileState.DONE:
            typer.echo(_("%(file)s: received before, nothing changed") % {"file": path.name})
            continue
        refused = not _read(file) or refused
    if refused:
        raise typer.Exit(1)
    waiting = len(queries.files_waiting())
    if waiting:
        typer.echo(_("%(count)s files wait to be read") % {"count": waiting})


@app.command()
def watch() -> None:
    """Look for confirmed values that are due and not there."""
    typer.echo(jobs.watch(_Shown()))


def _read_waiting() -> None:
    """Read what was fetched, here and now, in the order in which it came."""
    for file_id in queries.files_waiting():
        file = queries.file(file_id=file_id)
        assert file is not None
        _read(file)


def _read(received: values.ImportedFile) -> bool:
    """Read one file and say what became of it; returns whether every row of it was taken."""
    progress = _Shown(received.name)
    jobs.read_file(progress, received)
    progress.close()
    file = queries.file(file_id=received.id)
    assert file is not None
    if file.state == values.FileState.REFUSED:
        typer.secho(_("%(file)s: refused: %(why)s") % {"file": file.name, "why": file.refusal}, fg="red", err=True)
        return False
    typer.echo(f"{file.name}: " + ", ".join(f"{code} {count}" for code, count in sorted(file.counts.items())))
    for row in queries.file_rows(file_id=file.id).filter(code__in=[code.value for code in values.REFUSED_ROWS])[:100]:
        reason = tables.sentence(row.template, row.parameters)
        said = _("row %(row)s") % {"row": row.row_number}
        typer.secho(f"  {said} {row.spin}: {row.code} {reason}".rstrip(), fg="yellow", err=True)
    return file.refused_count == 0


class _Shown(Progress):
    """Progress on the terminal, one line that is written over."""

    def __init__(self, label: str = "") -> None:
        super().__init__()
        self._label = label

    def __call__(self, done: int, total: int, message: str = "") -> None:
        of = f"{done}/{total} " if total else ""
        typer.echo(f"\r{self._label} {of}{message}\033[K", nl=False, err=True)

    def close(self) -> None:
        typer.echo("\r\033[K", nl=False, err=True)
        super().close()


def _stop(sentence: str) -> None:
    typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(1)
