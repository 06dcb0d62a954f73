"""``tomoshibi labels``: the layouts of a company's own label printers, as files."""

from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
import yaml

from tomoshibi.fieldwork import operations, queries, values
from tomoshibi.storage import db

app = typer.Typer(no_args_is_help=True, help="Label layouts: how labels come out of a printer.")


@app.command()
def layouts(
    code: Annotated[str, typer.Argument(help="a layout, to change and take back; all when left out")] = "",
) -> None:
    """Write a layout as YAML, or list them all."""
    if not code:
        for one in queries.templates().values():
            typer.echo(f"{one.code:12} {one.name}  {one.per_page} a page, {one.dpi} dpi")
        return
    try:
        found = queries.template(code=code)
    except queries.NoSuchTemplate:
        _stop(f"there is no layout {code}")
    typer.echo(yaml.safe_dump(asdict(found), allow_unicode=True, sort_keys=False), nl=False)


@app.command()
def layout(file: Annotated[Path, typer.Argument(help="YAML: code, name, and sizes in tenths of a millimetre")]) -> None:
    """Take a layout of the company's own; one with the code of a shipped layout is used instead of it."""
    try:
        found = _read(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as refusal:
        _stop(f"{file}: {refusal}")
    with db.transaction():
        operations.define_template(template=found)
    typer.echo(f"{found.code}: {found.per_page} labels a page")


def _read(given: Any) -> values.Template:
    """:raises ValueError: naming each entry that is missing, unknown, or no number"""
    if not isinstance(given, dict):
        raise ValueError("a layout is a list of names and values")  # noqa: TRY004 - one kind of refusal
    known = {field.name: field for field in fields(values.Template)}
    wrong = [f"{name} is not known" for name in given if name not in known]
    for name, field in known.items():
        if name not in given:
            wrong += [f"{name} is missing"] if field.default is MISSING else []
        elif name in {"code", "name"}:
            wrong += [] if given[name] and isinstance(given[name], str) else [f"{name} is no text"]
        elif name == "cut_marks":
            wrong += [] if isinstance(given[name], bool) else [f"{name} is neither true nor false"]
        elif type(given[name]) is not int or given[name] < (0 if name in _FROM_ZERO else 1):
            wrong.append(f"{name}: {given[name]!r} is no such size")
    if wrong:
        raise ValueError("; ".join(wrong))
    return values.Template(**given)


_FROM_ZERO = {"left", "top", "gap_x", "gap_y", "caption_lines"}


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)
