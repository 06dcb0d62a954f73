"""Published plans, their programs, and the published values that bills of a frame need."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.kernel.periods import Month, Period
from tomoshibi.masters import queries as masters
from tomoshibi.rating import devices
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import (
    beginnings,
    cases,
    comparison,
    coverage,
    fees,
    lint,
    loads,
    meaning,
    preview,
    published,
    purchases,
    quotes,
    repricing,
    sentences,
    spot,
    typical_day,
    values,
    wording,
)
from tomoshibi.tariffs import compile as compiler
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs.models import PlanDraft, PlanProposal, PlanVersion
from tomoshibi.tariffs.shapes.shape import in_language


def to_value(row: PlanVersion) -> values.PlanVersion:
    return values.PlanVersion(
        id=row.id,
        plan_code=row.plan_code,
        name=row.name,
        area=row.area,
        voltage=row.voltage,
        kind=row.kind,
        capacity_unit=row.capacity_unit,
        valid_from=row.valid_from,
        sha256=row.sha256,
        document=row.document,
        published_at=row.published_at,
        valid_until=row.valid_until,
    )


def plan_version(*, plan_code: str, on: date) -> values.PlanVersion | None:
    """The version of a plan that holds on a day: the newest that began on it or before, unless it ended."""
    row = PlanVersion.objects.filter(plan_code=plan_code, valid_from__lte=on).order_by("-valid_from").first()
    return to_value(row) if row and _holds(row, on) else None


def plan_names(*, language: str, with_area: bool = False) -> dict[str, str]:
    """
    What every plan is called in a language, by its code: the name of its newest version.

    :param with_area: the area goes before it: plans of several areas are called alike
    """
    names, areas = {}, masters.every_area()
    for row in PlanVersion.objects.order_by("valid_from"):
        area = f"{areas[row.area].name} " if with_area and row.area in areas else ""
        names[row.plan_code] = f"{area}{to_value(row).name_in(language)}"
    return names


def _holds(row: PlanVersion, on: date) -> bool:
    return row.valid_from <= on and (row.valid_until is None or on < row.valid_until)


def version(*, version_id: int) -> values.PlanVersion | None:
    row = PlanVersion.objects.filter(id=version_id).first()
    return to_value(row) if row else None


def versions_of(*, plan_code: str) -> list[values.PlanVersion]:
    """All published versions of a plan, newest first."""
    return [to_value(row) for row in PlanVersion.objects.filter(plan_code=plan_code).order_by("-valid_from")]


def plans(*, on: date, area: str = "") -> list[values.Plan]:
    """
    The plans with the version that holds on a day, in the order of area and code.

    :param area: only plans of one area (and those of every area)
    """
    rows = PlanVersion.objects.order_by("plan_code", "valid_from")
    rows = rows.filter(area__in={area, "*"}) if area else rows
    by_code: dict[str, list[PlanVersion]] = {}
    for row in rows:
        by_code.setdefault(row.plan_code, []).append(row)
    found = []
    for code, versions in by_code.items():
        holding = [row for row in versions if row.valid_from <= on][-1:]
        newest = versions[-1]
        found.append(
            values.Plan(
                code=code,
                name=newest.name,
                area=newest.area,
                voltage=newest.voltage,
                kind=newest.kind,
                capacity_unit=newest.capacity_unit,
                version_count=len(versions),
                current=next((to_value(row) for row in holding if _holds(row, on)), None),
            )
        )
    return sorted(found, key=lambda plan: (plan.area, plan.code))


def versions_frame() -> pl.DataFrame:
    """``plan_version``, ``plan_code``, ``valid_from``, ``valid_until`` of every published version."""
    rows = PlanVersion.objects.order_by("valid_from").values_list("id", "plan_code", "valid_from", "valid_until")
    schema = {"plan_version": pl.Int64, "plan_code": pl.String, "valid_from": pl.Date, "valid_until": pl.Date}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def with_versions(frame: pl.DataFrame, *, on: str = "period_start") -> pl.DataFrame:
    """
    Add ``plan_version``: the version of each row's ``plan_code`` that holds on a day of the row; null if there is none.

    :param on: name of the date column; a period belongs to the version of its first day
    """
    placed = frame.with_row_index("_row").sort(on)
    joined = placed.join_asof(
        versions_frame().sort("valid_from"),
        left_on=on,
        right_on="valid_from",
        by="plan_code",
        strategy="backward",
        check_sortedness=False,
    )
    ended = pl.col("valid_until") <= pl.col(on)
    held = joined.with_columns(pl.when(ended).then(None).otherwise("plan_version").alias("plan_version"))
    return held.sort("_row").drop("_row", "valid_from", "valid_until", strict=False)


def programs(version_ids: Iterable[int]) -> dict[int, Program]:
    """The programs of versions; unknown ids are left out (pricing refuses their rows)."""
    return {row.id: _program(row.sha256, _Document(row.document)) for row in _rows(version_ids)}


def rules(version_ids: Iterable[int]) -> dict[int, tuple[Program, str]]:
    """What versions price by: their program and the product of their fuel adjustment. Equal rules price everything alike."""
    return {
        row.id: (_program(row.sha256, _Document(row.document)), fuel_product(row.document))
        for row in _rows(version_ids)
    }


def rules_of(document: Mapping[str, Any]) -> tuple[Program, str]:
    """The same of a sound one-version document that need not be published."""
    return program_of(document), fuel_product(document)


def plans_taking(*, inputs: Iterable[str]) -> dict[str, set[str]]:
    """
    Which plans price by which of some inputs, in any of their versions; plans that take none are left out.

    :param inputs: names as in ``Program.inputs``: ``demand_milli`` ...
    """
    wanted = set(inputs)
    found: dict[str, set[str]] = {}
    for row in PlanVersion.objects.only("plan_code", "sha256", "document"):
        taken = wanted & set(_program(row.sha256, _Document(row.document)).inputs)
        if taken:
            found[row.plan_code] = found.get(row.plan_code, set()) | taken
    return found


def numbers_of_plan(*, plan_code: str, on: date) -> dict[str, str]:
    """
    What the version of a plan that holds on a day prices by besides energy and size: names as in ``Program.inputs``, with
    what people call them.
    """
    found = plan_version(plan_code=plan_code, on=on)
    if found is None:
        return {}
    labels = {
        "reserve_milli": _("Reserve power"),
        "power_factor_percent": _("Power factor"),
        "outage_days": _("Days of outage"),
    }
    parts = found.document["versions"][0]["components"]
    for one in (one for part in parts if part["kind"] == "devices" for one in part["classes"]):
        labels[devices.input_name(one["name"])] = in_language({"ja": one["name"], **one.get("label", {})})
    return {name: labels.get(name, name) for name in program_of(found.document).inputs}


def unmetered_plans() -> set[str]:
    """Plans that price devices and no energy, in all of their versions: their contracts have no meter to read."""
    found: dict[str, bool] = {}
    for row in PlanVersion.objects.only("plan_code", "sha256", "document"):
        program = _program(row.sha256, _Document(row.document))
        found[row.plan_code] = found.get(row.plan_code, True) and program.unmetered
    return {code for code, unmetered in found.items() if unmetered}


def components(version_ids: Iterable[int]) -> dict[int, tuple[values.Component, ...]]:
    """What the line numbers of versions stand for."""
    return {row.id: _components(row.sha256, _Document(row.document)) for row in _rows(version_ids)}


def with_market(
    frame: pl.DataFrame,
    *,
    documents_of: Mapping[int, Mapping[str, Any]] | None = None,
    spot_year: int | None = None,
) -> pl.DataFrame:
    """
    Add the published values and the tax rate that the plans of a frame need (see ``published.add_columns``).

    :param frame: ``plan_version``, ``area``, ``voltage``, ``month`` (202610), ``period_start``, ``period_end``; optional
        ``usage_month``, ``reading_on``, ``continuing``
    :param documents_of: one-version documents that are not published, by the numbers they have in ``plan_version``
    :param spot_year: averages of spot prices as if those of a year had come
    """
    ids = frame["plan_version"].unique().drop_nulls().to_list()
    known = {row.id: (row.sha256, row.document) for row in _rows(ids)}
    known |= {number: (documents.sha256(one), one) for number, one in (documents_of or {}).items()}
    return published.add_columns(
        frame,
        programs={number: _program(sha256, _Document(one)) for number, (sha256, one) in known.items()},
        fuel_products={number: fuel_product(one) for number, (_sha256, one) in known.items()},
        spot_year=spot_year,
    )


def fuel_product(document: Mapping[str, Any]) -> str:
    """The product whose fuel unit a one-version document takes; empty where it has no fuel adjustment."""
    return published.fuel_product(document)


def typical_days(*, document: Mapping[str, Any], area: str, today: date) -> list[values.TypicalDay]:
    """What a kWh costs through a day on the market-linked components of a one-version document."""
    return typical_day.of(document, area=area, today=today)


def spot_changed_since(*, plan_version: int, area: str, period: Period, known_at: datetime) -> bool:
    """Whether a version would look up other spot prices for a period today than at a moment."""
    program = programs([plan_version])[plan_version]
    return spot.changed_since(program, period=period, area=area, known_at=known_at)


half_hours = spot.half_hours
"""Half-hours of bills of one area and period as pricing takes them, with day types and spot prices."""


def plan_uses(*, start: date, end: date | None = None) -> list[values.PlanUse]:
    """What of the masters each plan takes that holds on a day of ``[start, end)``, in the order of area and code."""
    by_code: dict[str, list[PlanVersion]] = {}
    for row in PlanVersion.objects.order_by("plan_code", "valid_from"):
        by_code.setdefault(row.plan_code, []).append(row)
    found = [_use(_holding(rows, start, end)) for rows in by_code.values() if _holding(rows, start, end)]
    return sorted(found, key=lambda use: (use.area, use.code))


def _holding(rows: Sequence[PlanVersion], start: date, end: date | None) -> list[PlanVersion]:
    """Those of a plan's versions, oldest first, that hold on a day of ``[start, end)``."""
    ends = [min(filter(None, (row.valid_until, after))) for row, after in _with_next(rows)]
    return [
        row for row, until in zip(rows, ends, strict=True) if until > start and (end is None or row.valid_from < end)
    ]


def _with_next(rows: Sequence[PlanVersion]) -> Iterator[tuple[PlanVersion, date]]:
    yield from zip(rows, [*(row.valid_from for row in rows[1:]), date.max], strict=True)


def _use(rows: Sequence[PlanVersion]) -> values.PlanUse:
    compiled = [_program(row.sha256, _Document(row.document)) for row in rows]
    newest = rows[-1]
    return values.PlanUse(
        code=newest.plan_code,
        name=newest.name,
        area=newest.area,
        voltage=newest.voltage,
        takes=frozenset(name for program in compiled for name in program.values),
        fuel_products=frozenset(filter(None, (fuel_product(row.document) for row in rows))),
        by_kind_of_day=any(program.bands for program in compiled),
    )


def _rows(version_ids: Iterable[int]) -> Sequence[PlanVersion]:
    return list(PlanVersion.objects.filter(id__in={int(i) for i in version_ids if i is not None}))


class _Document:
    """A document that a cache passes through; its hash beside it is the key."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Document)


@lru_cache(maxsize=1_000)
def _program(sha256: str, document: _Document) -> Program:
    return compiler.program(document.content)


@lru_cache(maxsize=1_000)
def _components(sha256: str, document: _Document) -> tuple[values.Component, ...]:
    return meaning.components(document.content)


def refusal_sentence(code: str, detail: str = "") -> str:
    """Why a row could not be priced, in the user's language."""
    sentence = sentences.REFUSALS[code]
    return f"{sentence}: {detail}" if detail else str(sentence)


def read_document(text: str) -> tuple[list[dict[str, Any]], list[values.Finding]]:
    """
    A document as one-version documents, and what lint says about it.

    :returns: no documents where a finding blocks
    """
    findings = lint.findings(text)
    if any(finding.blocking for finding in findings):
        return [], findings
    return documents.versions(documents.read(text)), findings


def with_prices(document: Mapping[str, Any], change: Callable[[Fraction], Fraction]) -> dict[str, Any]:
    """A one-version document with other prices: every amount but percentages, to the decimals it is written with."""
    return repricing.with_prices(document, change)


def findings_in(text: str) -> list[values.Finding]:
    """What lint says about a text, sound or not, blocking things first."""
    return lint.findings(text)


def program_of(document: Mapping[str, Any]) -> Program:
    """The program of a sound one-version document that need not be published (quotes, previews, case checks)."""
    return compiler.program(document)


def components_of(document: Mapping[str, Any]) -> tuple[values.Component, ...]:
    return meaning.components(document)


def shipped_documents(*, currency: str = "") -> list[dict[str, Any]]:
    """
    One-version documents of the plans that come with the product.

    :param currency: only those that are priced in it
    """
    return [
        one
        for path in documents.shipped()
        for one in documents.versions(documents.read(path.read_text(encoding="utf-8")))
        if not currency or one.get("currency", "JPY") == currency
    ]


def shapes_page() -> str:
    """The page ``docs/shapes.md``: every price shape and what shows it."""
    return coverage.markdown()


def shape_holes() -> list[str]:
    """What price shapes lack, one sentence each."""
    return coverage.holes()


def document_schema() -> dict[str, Any]:
    """The JSON Schema of plan documents."""
    return documents.schema()


def check_case(case: Mapping[str, Any]) -> cases.Result:
    """Price a published case through the real path and compare it with what was published."""
    return cases.check(case)


def findings_of(document: Mapping[str, Any]) -> list[values.Finding]:
    """What lint says about a document that is stored (warnings: uncertain prices and days)."""
    return [
        values.Finding(path=documents.path_text(path), sentence=sentence, blocking=blocking)
        for path, sentence, blocking in lint.complaints(document)
    ]


def curve_today(
    *, document: Mapping[str, Any], kwh: Sequence[int], capacity_milli: int | None, today: date
) -> list[int | None]:
    """Totals of a version over energies with today's tax and without published units; see ``quotes.curve``."""
    rate = masters.tax_rate(on=today).rate_ppm
    return quotes.curve(
        document=document,
        kwh=kwh,
        capacity_milli=capacity_milli,
        month=Month.of(today),
        given={"tax_rate_ppm": rate},
    )


def charges_in_words(*, plan_code: str, on: date) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """
    What the version of a plan that holds on a day costs, for papers that people sign.

    :returns: prices (component, for what, price with unit; none where they are published month by month), and each
        component with a sentence that says how it is worked out; in the active language. Empty for an unknown plan.
    """
    found = plan_version(plan_code=plan_code, on=on)
    if found is None:
        return [], []
    prices = [(row.component, row.what, _price_in_words(row)) for row in wording.price_table(found.document)]
    return prices, wording.in_words(found.document)


def _price_in_words(row: wording.PriceRow) -> str:
    amount = row.amount if row.unit == "%" else _("%(amount)s yen") % {"amount": row.amount}
    return f"{amount} {row.unit}"


def clauses_in_words(*, plan_code: str, on: date) -> tuple[str, str, str] | None:
    """
    What leaving costs, what paying late costs and what is paid later, by the version of a plan that holds on a day.

    :returns: a sentence for each, in the active language, the last empty where nothing is; nothing for an unknown plan
    """
    found = plan_version(plan_code=plan_code, on=on)
    if found is None:
        return None
    document = found.document
    later = fees.deferral_in_words(document) if "deferral" in document["versions"][0] else ""
    return fees.cancellation_in_words(document), fees.late_interest_in_words(document), later


def plan_documents(*, plan_code: str) -> list[dict[str, Any]]:
    """The published versions of a plan as one-version documents, oldest first; the shipped ones where none is."""
    rows = PlanVersion.objects.filter(plan_code=plan_code).order_by("valid_from")
    return [row.document for row in rows] or shipped_plan(plan_code=plan_code)


def shipped_plan(*, plan_code: str) -> list[dict[str, Any]]:
    return [document for document in shipped_documents() if document["plan"] == plan_code]


quote = quotes.quote
"""What loads would cost on a plan, through the same pricing as a bill."""
curve = quotes.curve
"""Totals of a version over energies."""
read_load = loads.read
"""A load file (``month,kwh`` or ``start,kwh``) as loads for ``quote``."""
read_spot_file = masters.read_spot_file
"""A market file as spot prices for ``quote``."""
load_of_month = loads.of_month
read_purchase, Unpriceable = purchases.read, purchases.Unpriceable
DescribedPurchase, PurchaseSource, PurchaseRule = purchases.Described, purchases.Source, purchases.Rule
"""A generation point described in a file, and what cannot be paid."""


def purchase_statement(
    described: purchases.Described, *, offline: bool = False, tax_rate_ppm: int | None = None
) -> purchases.Statement:
    """
    What a generation point is paid for a period, on the published purchase plans.

    :param offline: the shipped plans instead of the published ones, and no masters
    :param tax_rate_ppm: instead of the rate of the period's last day
    :raises Unpriceable: if the point cannot be paid as it is described
    """
    codes = {source.plan_code for source in described.sources}
    found = {code: shipped_plan(plan_code=code) if offline else plan_documents(plan_code=code) for code in codes}
    if tax_rate_ppm is None:
        if offline:
            raise Unpriceable("without the masters the tax rate must be named")
        tax_rate_ppm = masters.tax_rate(on=described.period.end - timedelta(days=1)).rate_ppm
    return purchases.statement(
        period=described.period,
        delivered_dwh=described.delivered_dwh,
        sources=described.sources,
        rule=described.rule,
        plans=found,
        tax_rate_ppm=tax_rate_ppm,
        registration_number=described.registration_number,
    )


Load, Quote, NoVersion, UnreadableLoad = loads.Load, quotes.Quote, quotes.NoVersion, loads.UnreadableLoad


def proposal(*, proposal_id: int) -> values.Proposal | None:
    row = PlanProposal.objects.filter(id=proposal_id).first()
    return _proposal(row) if row else None


def proposals(*, plan_code: str = "", state: str = values.ProposalState.OPEN) -> list[values.Proposal]:
    """Proposals of a state, newest first; all states with an empty one."""
    rows = PlanProposal.objects.order_by("-id")
    rows = rows.filter(plan_code=plan_code) if plan_code else rows
    rows = rows.filter(state=state) if state else rows
    return [_proposal(row) for row in rows]


def _proposal(row: PlanProposal) -> values.Proposal:
    return values.Proposal(
        id=row.id,
        plan_code=row.plan_code,
        valid_from=row.valid_from,
        sha256=row.sha256,
        document=row.document,
        state=row.state,
        proposed_by_id=row.proposed_by_id,
        proposed_at=row.proposed_at,
        reason=row.reason,
    )


class NoSuchVersion(LookupError):
    """There is no published version of that number."""


class NoSuchDraft(LookupError):
    """There is no draft of that number."""


def known_version(*, version_id: int) -> values.PlanVersion:
    """
    :raises NoSuchVersion: for an unknown id
    """
    found = version(version_id=version_id)
    if found is None:
        raise NoSuchVersion(f"there is no plan version {version_id}")
    return found


def text_of(one: values.PlanVersion) -> str:
    """
    The text that a version was written as, with its comments; empty where nobody kept it.

    Plans that come with the product are found among its files.
    """
    kept: str = PlanVersion.objects.values_list("text", flat=True).get(id=one.id)
    if kept:
        return beginnings.only_version(kept, start=one.valid_from.isoformat())
    for path in documents.shipped():
        text = path.read_text(encoding="utf-8")
        # The right file by its first lines, before it is read as a whole.
        if f"plan: {one.plan_code}\n" in text and any(
            documents.sha256(document) == one.sha256 for document in documents.versions(documents.read(text))
        ):
            return beginnings.only_version(text, start=one.valid_from.isoformat())
    return ""


def plan_code_in(text: str) -> str:
    """The code that a document's text gives its plan; empty where the text cannot be read."""
    try:
        return str(documents.read(text).get("plan") or "")[:60]
    except documents.Unreadable:
        return ""


def draft(*, draft_id: int) -> values.Draft:
    """
    :raises NoSuchDraft: for an unknown id
    """
    row = PlanDraft.objects.select_related("proposal").filter(id=draft_id).first()
    if row is None:
        raise NoSuchDraft(f"there is no draft {draft_id}")
    return _draft(row)


def drafts(*, plan_code: str = "", state: str = "") -> list[values.Draft]:
    """Drafts, newest change first."""
    rows = PlanDraft.objects.select_related("proposal").order_by("-changed_at", "-id")
    rows = rows.filter(plan_code=plan_code) if plan_code else rows
    rows = rows.filter(state=state) if state else rows
    return [_draft(row) for row in rows]


def _draft(row: PlanDraft) -> values.Draft:
    return values.Draft(
        id=row.id,
        plan_code=row.plan_code,
        text=row.text,
        revision=row.revision,
        state=row.state,
        started_by_id=row.started_by_id,
        started_at=row.started_at,
        changed_by_id=row.changed_by_id,
        changed_at=row.changed_at,
        based_on_id=row.based_on_id,
        proposal_id=row.proposal_id,
        proposal_state=row.proposal.state if row.proposal else "",
    )


def curve_on_profile(
    *, document: Mapping[str, Any], kwh: Sequence[int], capacity_milli: int | None, profile: str, today: date
) -> list[int | None]:
    """Totals of any sound document over energies with today's tax and without published units (``preview.curve``)."""
    rate = masters.tax_rate(on=today).rate_ppm
    month = Month.of(today)
    return preview.curve(
        document, month=month, kwh=kwh, capacity_milli=capacity_milli, profile=profile, tax_rate_ppm=rate
    )


worked_example = preview.example
"""One bill of a document that need not be published, line by line."""

offers = comparison.offers
"""What a year of use would cost on every plan that fits, cheapest first."""
year_of = comparison.year_of
"""Twelve monthly values or a yearly one as loads."""
year_of_file = comparison.of_file
"""A load file as the loads of its newest twelve months."""
UnreadableYear = comparison.UnreadableYear
