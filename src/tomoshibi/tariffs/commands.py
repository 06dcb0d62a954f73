"""``tomoshibi tariffs lint``, ``tomoshibi cases check`` and ``tomoshibi quote``."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from django.utils import translation
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

app = typer.Typer(no_args_is_help=True, help="Plan documents.")
top = typer.Typer()
cases_app = typer.Typer(no_args_is_help=True, help="Published cases, priced through the real path.")
top.add_typer(cases_app, name="cases")


def _stop(sentence: str) -> None:
    typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(1)


def _text(file: Path) -> str:
    from tomoshibi.kernel.filekinds import is_workbook

    try:
        content = file.read_bytes()
        if is_workbook(content):
            workbook = _("This is a workbook (xlsx) or a packed file: save the sheet as CSV and choose that file.")
            _stop(f"{file}: {workbook}")
        return content.decode("utf-8")
    except OSError as wrong:
        _stop(f"{file}: {wrong.strerror or wrong}")
    except UnicodeDecodeError:
        _stop(_("%(file)s: not a UTF-8 text") % {"file": file})
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


@app.command()
def shapes(*, markdown: Annotated[bool, typer.Option("--markdown", help="the page docs/shapes.md")] = False) -> None:
    """Every price shape with its rule, tests, golden bills, plan documents, word and place; exit 1 on a hole."""
    from tomoshibi.tariffs import queries

    with translation.override("en"):
        if markdown:
            typer.echo(queries.shapes_page(), nl=False)
            return
        holes = queries.shape_holes()
    for hole in holes:
        typer.echo(hole)
    typer.echo(f"{len(holes)} hole(s)")
    raise typer.Exit(1 if holes else 0)


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
    failed = sum(not result.passed for result in results)
    typer.echo(f"{sum(result.passed for result in results)} passed, {failed} failed")
    raise typer.Exit(1 if failed else 0)


def _explain(case: dict[str, Any], result: Any) -> None:
    typer.echo(f"# {case.get('title', '')}\n# source: {case.get('source', '')}")
    if result.outcome is None:
        return
    if result.outcome.document is not None:
        typer.echo(yaml.safe_dump(result.outcome.document, allow_unicode=True, sort_keys=False, width=120))
    for line in result.outcome.trace:
        typer.echo(line)


@top.command()
def quote(
    plan: Annotated[str, typer.Argument(help="plan code, for example tokyo-b")],
    *,
    month: Annotated[str, typer.Option(help="month of the bill, 2026-10")] = "",
    kwh: Annotated[str, typer.Option(help="energy of the month")] = "",
    load: Annotated[Path | None, typer.Option(help="CSV: month,kwh or start,kwh (half-hours)")] = None,
    size: Annotated[str, typer.Option(help="contract size in the plan's unit (30 for 30 A)")] = "",
    demand: Annotated[
        str, typer.Option(help="maximum demand in kW, one or '60 65 ...' by month; half-hours bring their own")
    ] = "",
    power_factor: Annotated[int | None, typer.Option(help="of every month in per cent, 0..100")] = None,
    number: Annotated[
        list[str], typer.Option(help="what else the plan prices by: reserve_milli=50000, devices_led=3, outage_days=2")
    ] = [],  # noqa: B006
    area: Annotated[str, typer.Option(help="area 01..10, where the plan is offered in every area")] = "",
    start: Annotated[str, typer.Option(help="first day of the period")] = "",
    end: Annotated[str, typer.Option(help="day after its last")] = "",
    value: Annotated[list[str], typer.Option(help="fuel=-5.80, levy=4.18, tax_rate=0.10: before the masters")] = [],  # noqa: B006
    discount: Annotated[list[str], typer.Option(help="discount code of the plan, for example direct_debit")] = [],  # noqa: B006
    spot: Annotated[
        Path | None, typer.Option(help="CSV of the day-ahead market, before the prices of the masters")
    ] = None,
    offline: Annotated[bool, typer.Option(help="shipped plans and given values only, no database")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What a load would cost on a plan: lines, total and how each line came about."""
    from tomoshibi.kernel.units import MICRO, energy_dwh, micro, milli, scaled
    from tomoshibi.storage import server
    from tomoshibi.tariffs import queries

    if not offline and server.is_embedded():
        server.start()
    try:
        documents = queries.shipped_plan(plan_code=plan) if offline else queries.plan_documents(plan_code=plan)
        if not documents:
            _stop(_("there is no plan %(plan)s") % {"plan": plan})
        own_area = documents[-1]["area"]
        place = area or ("" if own_area == "*" else own_area)
        if not place:
            _stop(_("%(plan)s is offered in every area: name one with --area") % {"plan": plan})
        given = {
            "tax_rate_ppm" if name == "tax_rate" else name: scaled(text, scale=MICRO)
            if name == "tax_rate"
            else micro(text)
            for name, _sep, text in (item.partition("=") for item in value)
        }
        loads = queries.with_demand(
            _loads(month, kwh, load, start, end, energy_dwh), demand=demand, power_factor=power_factor
        )
        quotes = queries.quote(
            documents=documents,
            loads=_with_numbers(loads, number, taken=queries.program_of(documents[-1]).inputs),
            area=place,
            capacity_milli=milli(size) if size else None,
            discounts=discount,
            given=given,
            use_masters=not offline,
            spot_days=queries.read_spot_file(spot.read_bytes()) if spot else None,
        )
    except (ValueError, LookupError, OSError) as wrong:
        _stop(str(wrong))
    if as_json:
        typer.echo(json.dumps([_as_json(plan, q) for q in quotes], ensure_ascii=False, indent=2))
    else:
        for q in quotes:
            _show(plan, q, document=documents[-1])
    raise typer.Exit(1 if any(q.refusal for q in quotes) else 0)


def _loads(month: str, kwh: str, file: Path | None, start: str, end: str, energy_dwh: Any) -> Any:
    from datetime import date

    from tomoshibi.kernel.periods import Month, Period
    from tomoshibi.tariffs import queries

    if file is not None:
        return queries.read_load(_text(file))
    if not (month and kwh):
        _stop(_("name a --load file, or --month and --kwh"))
    period = Period(date.fromisoformat(start), date.fromisoformat(end)) if start and end else None
    return [queries.load_of_month(Month.parse(month), energy_dwh=energy_dwh(kwh), period=period)]


def _with_numbers(loads: Any, typed: list[str], *, taken: tuple[str, ...]) -> Any:
    """Loads with the numbers that were told; a name that the plan does not know is a slip of the pen."""
    from tomoshibi.tariffs import queries

    numbers = {}
    for item in typed:
        name, _sep, text = item.partition("=")
        if name not in taken or not (text.isascii() and text.isdecimal()):
            names = ", ".join(taken) or "-"
            raise ValueError(
                _("%(text)s is no number that the plan prices by; it takes: %(names)s") % {"text": item, "names": names}
            )
        numbers[name] = int(text)
    days, month = numbers.pop("outage_days", ""), numbers.pop("contract_month", None)
    return queries.with_numbers(loads, numbers=numbers, outage_days=str(days), contract_month=month)


def _as_json(plan: str, quote: Any) -> dict[str, Any]:
    from tomoshibi.kernel.units import DWH_PER_KWH, plain

    return {
        "plan": plan,
        "month": str(quote.month),
        "kwh": plain(quote.energy_dwh, scale=DWH_PER_KWH),
        "total": quote.total_minor,
        "tax": quote.tax_minor,
        "deferred": quote.deferred_minor,
        "refusal": quote.refusal,
        "lines": [
            {
                "code": line.code,
                "label": line.label,
                "quantity": line.quantity,
                "unit": line.unit,
                "price": line.price,
                "share": line.share,
                "amount": line.amount,
                "derivation": line.text,
                "sources": line.sources,
            }
            for line in quote.lines
        ],
    }


def _show(plan: str, quote: Any, *, document: Any) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tomoshibi.kernel.units import DWH_PER_KWH, plain
    from tomoshibi.tariffs import queries

    if quote.refusal:
        typer.secho(f"{quote.month}: {queries.refusal_sentence(*quote.refusal, document=document)}", fg="red", err=True)
        return
    table = Table(
        title=f"{plan}  {quote.month}  {plain(quote.energy_dwh, scale=DWH_PER_KWH)} kWh", title_justify="left"
    )
    table.add_column(pgettext("quote table", "line"))
    table.add_column(pgettext("quote table", "derivation"))
    table.add_column(pgettext("quote table", "amount"), justify="right")
    table.add_column(pgettext("quote table", "source"))
    sources = list(dict.fromkeys(source for line in quote.lines for source in line.sources))
    for line in quote.lines:
        numbers = " ".join(f"[{sources.index(source) + 1}]" for source in line.sources)
        table.add_row(
            line.label.get((get_language() or "ja")[:2]) or line.label["ja"], line.text, line.amount, Text(numbers)
        )
    console = Console()
    console.print(table)
    for number, source in enumerate(sources, start=1):
        console.print(Text(f"[{number}] {source}"))
    console.print(
        _("total %(total)s (tax %(tax)s)") % {"total": f"{quote.total_minor:,}", "tax": f"{quote.tax_minor:,}"}
    )
    if quote.deferred_minor:
        console.print(_("of it %(amount)s is paid with later bills") % {"amount": f"{quote.deferred_minor:,}"})


@top.command()
def purchase(
    file: Annotated[Path, typer.Argument(help="YAML: period, delivered_kwh, rule, sources, registration_number")],
    *,
    tax_rate: Annotated[str, typer.Option(help="0.10: instead of the master")] = "",
    offline: Annotated[bool, typer.Option(help="shipped plans and a given tax rate only, no database")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What a generation point is paid: its sources, and the data of the purchase statement (仕入明細書)."""
    from tomoshibi.kernel.units import MICRO, scaled
    from tomoshibi.storage import server
    from tomoshibi.tariffs import queries

    if not offline and server.is_embedded():
        server.start()
    try:
        rate = scaled(tax_rate, scale=MICRO) if tax_rate else None
        found = queries.purchase_statement(queries.read_purchase(_text(file)), offline=offline, tax_rate_ppm=rate)
    except (ValueError, LookupError) as wrong:
        _stop(str(wrong))
    if as_json:
        typer.echo(json.dumps(_purchase_as_json(found), ensure_ascii=False, indent=2))
    else:
        _show_purchase(found)
    raise typer.Exit(1 if found.total_minor is None else 0)


def _purchase_as_json(found: Any) -> dict[str, Any]:
    from tomoshibi.kernel.units import DWH_PER_KWH, plain

    return {
        "period": [str(found.period.start), str(found.period.end)],
        "kwh": plain(found.energy_dwh, scale=DWH_PER_KWH),
        "total": found.total_minor,
        "tax_rate_ppm": found.tax_rate_ppm,
        "tax": found.tax_minor,
        "registration_number": found.registration_number,
        "deductible_tax": found.deductible_minor,
        "credit": found.credit and {"percent": found.credit.percent, "source": found.credit.source},
        "sources": [
            {
                "name": one.source.name,
                "plan": one.source.plan_code,
                "kwh": plain(one.energy_dwh, scale=DWH_PER_KWH),
                "amount": one.amount_minor,
                "refusal": one.refusal,
                "lines": [{"code": line.code, "derivation": line.text, "sources": line.sources} for line in one.lines],
            }
            for one in found.paid
        ],
    }


def _show_purchase(found: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    from tomoshibi.kernel.units import DWH_PER_KWH, plain
    from tomoshibi.tariffs import queries

    table = Table(title=f"{found.period.start} - {found.period.end}", title_justify="left")
    for name in (
        pgettext("quote table", "source"),
        pgettext("quote table", "plan"),
        pgettext("quote table", "derivation"),
    ):
        table.add_column(name)
    table.add_column("kWh", justify="right")
    table.add_column(pgettext("quote table", "amount"), justify="right")
    for one in found.paid:
        kwh = plain(one.energy_dwh, scale=DWH_PER_KWH)
        said = "\n".join(line.text for line in one.lines)
        if one.refusal:
            said = str(queries.refusal_sentence(*one.refusal, document={"versions": [{"components": []}]}))
        amount = "" if one.amount_minor is None else f"{one.amount_minor:,}"
        table.add_row(one.source.name, one.source.plan_code, said, kwh, amount)
    console = Console()
    console.print(table)
    if found.total_minor is None:
        return
    console.print(
        _("total %(total)s for %(kwh)s kWh")
        % {"total": f"{found.total_minor:,}", "kwh": plain(found.energy_dwh, scale=DWH_PER_KWH)}
    )
    console.print(
        _("tax in it %(tax)s, deductible %(deductible)s")
        % {"tax": f"{found.tax_minor:,}", "deductible": f"{found.deductible_minor:,}"}
    )
    if found.registration_number:
        console.print(_("generator %(number)s") % {"number": found.registration_number})
    elif found.credit:
        sure = "" if found.credit.sure == "high" else f" ({found.credit.sure})"
        console.print(
            _("generator without a registration number: %(percent)s %% of the tax") % {"percent": found.credit.percent}
            + sure
        )
