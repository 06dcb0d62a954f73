"""``tomoshibi tariffs lint``, ``tomoshibi cases check`` and ``tomoshibi quote``."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

app = typer.Typer(no_args_is_help=True, help="Plan documents.")
top = typer.Typer()
cases_app = typer.Typer(no_args_is_help=True, help="Published cases, priced through the real path.")
top.add_typer(cases_app, name="cases")


def _stop(sentence: str) -> None:
    typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(1)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as wrong:
        _stop(f"{file}: {wrong.strerror or wrong}")
    except UnicodeDecodeError:
        _stop(f"{file}: not a UTF-8 text")
    raise AssertionError("unreachable")


@app.command()
def lint(files: list[Path]) -> None:
    """Say what is wrong with plan documents, and where; exit 1 when something blocks publication."""
    from tomoshibi.tariffs import queries

    blocking = 0
    for file in files:
        documents, findings = queries.read_document(_text(file))
        for finding in findings:
            blocking += finding.blocking
            mark = typer.style("error  ", fg="red") if finding.blocking else typer.style("warning", fg="yellow")
            typer.echo(f"{mark} {file}: {finding}")
        if documents:
            typer.echo(f"ok      {file}: {documents[0]['plan']}, {len(documents)} version(s)")
    raise typer.Exit(1 if blocking else 0)


@app.command()
def schema() -> None:
    """Print the JSON Schema of plan documents, for editors."""
    from tomoshibi.tariffs import queries

    typer.echo(json.dumps(queries.document_schema(), ensure_ascii=False, indent=2))


@cases_app.command()
def check(
    file: Path, explain: Annotated[str, typer.Option(help="print the plan document and the trace of one case")] = ""
) -> None:
    """Price the cases of a file and compare with what was published; exit 1 on a miss."""
    from tomoshibi.tariffs import queries

    try:
        found = json.loads(_text(file))
    except json.JSONDecodeError as wrong:
        _stop(f"{file}: line {wrong.lineno}: not JSON ({wrong.msg})")
    if not isinstance(found, list) or not all(isinstance(case, dict) for case in found):
        _stop(f"{file}: a list of cases is wanted")
    if explain:
        found = [case for case in found if case.get("id") == explain]
        if not found:
            _stop(f"{file}: there is no case {explain!r}")
    results = [queries.check_case(case) for case in found]
    for case, result in zip(found, results, strict=True):
        if explain:
            _explain(case, result)
        for miss in result.misses:
            typer.echo(f"{result.id} ({result.kind}): {miss}")
    passed = sum(result.passed for result in results)
    typer.echo(f"{passed} passed, {len(results) - passed} failed")
    raise typer.Exit(0 if passed == len(results) else 1)


def _explain(case: dict[str, Any], result: Any) -> None:
    typer.echo(f"# {case.get('title', '')}\n# source: {case.get('source', '')}")
    if result.outcome is None:
        return
    if result.outcome.document is not None:
        typer.echo(yaml.safe_dump(result.outcome.document, allow_unicode=True, sort_keys=False, width=120))
    for line in result.outcome.trace:
        typer.echo(line)
