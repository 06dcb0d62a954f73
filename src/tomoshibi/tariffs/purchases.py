"""
What a generation point is paid for a period, source by source, with the data of a purchase statement (仕入明細書).

Several sources behind one meter share the delivered energy by the point's rule; each is priced on its own purchase plan
through the same pricing as a bill.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import polars as pl
import yaml

from tomoshibi.kernel.frames import Schema
from tomoshibi.kernel.periods import Period
from tomoshibi.kernel.rounding import Rounding, divide
from tomoshibi.kernel.units import DWH_PER_KWH, energy_dwh
from tomoshibi.rating import apportioning
from tomoshibi.tariffs import compile as compiler
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import meaning, pricing, quotes, values
from tomoshibi.tariffs.derivation import Derivation
from tomoshibi.tariffs.shapes.purchase import day_number

CREDIT_FILE = documents.FOLDER / "input_credit.yaml"


class Rule(StrEnum):
    """How several sources share what the point delivered."""

    RATIO = "ratio"
    """By fixed weights, the rated outputs for example."""
    METER = "meter"
    """By what the sources' own meters measured."""
    PRIORITY = "priority"
    """By rank: each gives what it generated until nothing is left."""


class Unpriceable(ValueError):
    """The point cannot be paid as it was described; the sentence says why."""


@dataclass(frozen=True)
class Source:
    """
    A plant behind the point's meter.

    :param weight: rated output [1e-4 of any unit], or what its own meter measured [0.1 Wh]
    :param codes: contract codes that its plan asks for (``unregistered``)
    """

    name: str
    plan_code: str
    certified_on: date | None = None
    delivering_since: date | None = None
    weight: int = 1
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Described:
    """A point and a period, as ``read`` takes them from a file."""

    period: Period
    delivered_dwh: int
    rule: Rule
    sources: tuple[Source, ...]
    registration_number: str


@dataclass(frozen=True)
class Paid:
    """What one source is paid; ``refusal`` is code and detail where it cannot be priced."""

    source: Source
    energy_dwh: int
    lines: tuple[Derivation, ...]
    amount_minor: int | None
    refusal: tuple[str, str] | None = None


@dataclass(frozen=True)
class Credit:
    """
    The share of the tax in purchases from unregistered suppliers that may be deducted (経過措置) in a period.

    :param sure: high, medium or low
    """

    valid: Period
    percent: int
    source: str
    sure: str


@dataclass(frozen=True)
class Statement:
    """
    The data of a purchase statement: one tax rate, one rounding of the tax in its total.

    :param registration_number: of the generator; empty for one who is not registered
    :param deductible_minor: the part of ``tax_minor`` that the buyer may deduct as input tax
    """

    period: Period
    energy_dwh: int
    paid: tuple[Paid, ...]
    total_minor: int | None
    tax_rate_ppm: int
    tax_minor: int | None
    registration_number: str
    credit: Credit | None
    deductible_minor: int | None


def statement(
    *,
    period: Period,
    delivered_dwh: int,
    sources: Sequence[Source],
    rule: Rule,
    plans: Mapping[str, Sequence[Mapping[str, Any]]],
    tax_rate_ppm: int,
    registration_number: str = "",
) -> Statement:
    """
    Pay a point for a period.

    The delivered energy is rounded half up to whole kWh once, then shared in whole kWh: the parts add up.

    :param plans: versions of the sources' plans as one-version documents, oldest first
    :raises Unpriceable: if the energy cannot be shared, or a plan is unknown, has no version then or buys nothing
    """
    whole = divide(delivered_dwh, DWH_PER_KWH, rounding=Rounding.HALF_UP) * DWH_PER_KWH
    shares = _shares(whole, sources, rule)
    chosen = [_document(source, plans, period) for source in sources]
    programs = {number: compiler.program(document) for number, document in enumerate(chosen)}
    frame = _frame(sources, shares, period, tax_rate_ppm)
    priced = pricing.price(usage=frame, programs=programs)
    components = {number: meaning.components(document) for number, document in enumerate(chosen)}
    paid = tuple(_paid(number, source, shares[number], priced, components) for number, source in enumerate(sources))
    amounts = [one.amount_minor for one in paid]
    total = sum(amount for amount in amounts if amount is not None) if None not in amounts else None
    tax = None if total is None else pricing.invoice_tax([total], rate_ppm=tax_rate_ppm, program=programs[0])
    credit = None if registration_number else credit_on(period.start)
    return Statement(
        period=period,
        energy_dwh=whole,
        paid=paid,
        total_minor=total,
        tax_rate_ppm=tax_rate_ppm,
        tax_minor=tax,
        registration_number=registration_number,
        credit=credit,
        deductible_minor=_deductible(tax, credit, registered=bool(registration_number)),
    )


def read(text: str) -> Described:
    """
    A point described in YAML or JSON: ``period``, ``delivered_kwh``, ``rule``, ``sources`` and the generator's number.

    :raises Unpriceable: naming what is missing or not understood
    """
    try:
        found = documents.read(text)
        start, end = (date.fromisoformat(str(day)) for day in found["period"])
        return Described(
            period=Period(start, end),
            delivered_dwh=energy_dwh(str(found["delivered_kwh"])),
            rule=Rule(found.get("rule", Rule.RATIO.value)),
            sources=tuple(_source(one) for one in found["sources"]),
            registration_number=str(found.get("registration_number") or ""),
        )
    except documents.Unreadable as wrong:
        raise Unpriceable(str(wrong)) from None
    except KeyError as missing:
        raise Unpriceable(f"{missing} is missing") from None
    except (ValueError, TypeError, AttributeError, AssertionError) as wrong:
        raise Unpriceable(f"not understood: {wrong}") from None


def _source(found: Mapping[str, Any]) -> Source:
    days = {
        name: date.fromisoformat(str(found[key])) if key in found else None
        for name, key in (("certified_on", "certified"), ("delivering_since", "delivering_since"))
    }
    weight = energy_dwh(str(found.get("weight", 1)))
    return Source(str(found["name"]), str(found["plan"]), weight=weight, codes=tuple(found.get("codes", ())), **days)


def transitional_credits() -> list[Credit]:
    """The transitional credits as shipped, oldest first; days that none covers have none."""
    found = yaml.safe_load(CREDIT_FILE.read_text(encoding="utf-8"))
    return [
        Credit(Period(row["from"], row["until"]), row["percent"], found["sources"][row["source"]], row["confidence"])
        for row in found["credits"]
    ]


def credit_on(day: date) -> Credit | None:
    """What may be deducted of purchases from unregistered suppliers on a day; nothing where no rule covers it."""
    return next((credit for credit in transitional_credits() if day in credit.valid), None)


def _deductible(tax_minor: int | None, credit: Credit | None, *, registered: bool) -> int | None:
    if tax_minor is None or registered:
        return tax_minor
    return tax_minor * credit.percent // 100 if credit else 0


def _shares(whole_dwh: int, sources: Sequence[Source], rule: Rule) -> tuple[int, ...]:
    if not sources:
        raise Unpriceable("a point has at least one source")
    weights = [source.weight for source in sources]
    try:
        if rule is Rule.PRIORITY:
            return apportioning.by_priority(whole_dwh, generated_dwh=weights, unit_dwh=DWH_PER_KWH)
        return apportioning.by_weights(whole_dwh, weights=weights, unit_dwh=DWH_PER_KWH)
    except apportioning.NothingToGoBy:
        raise Unpriceable("energy was delivered, but every source has a weight of zero") from None
    except apportioning.MoreThanGenerated:
        raise Unpriceable("more was delivered than the sources generated") from None


def _document(source: Source, plans: Mapping[str, Sequence[Mapping[str, Any]]], period: Period) -> Mapping[str, Any]:
    versions = plans.get(source.plan_code)
    if not versions:
        raise Unpriceable(f"{source.name}: there is no plan {source.plan_code!r}")
    if versions[-1]["kind"] != "purchase":
        raise Unpriceable(f"{source.name}: {source.plan_code} sells, it does not buy")
    try:
        return versions[quotes.version_on(versions, period.start)]
    except quotes.NoVersion as wrong:
        raise Unpriceable(f"{source.name}: {wrong}") from None


def _frame(sources: Sequence[Source], shares: Sequence[int], period: Period, tax_rate_ppm: int) -> pl.DataFrame:
    rows = [
        {
            "row_id": number,
            "plan_version": number,
            "capacity_milli": None,
            "energy_dwh": share,
            "period_start": period.start,
            "period_end": period.end,
            "tax_rate_ppm": tax_rate_ppm,
            "certified_day": None if source.certified_on is None else day_number(source.certified_on),
            "delivering_since_day": None if source.delivering_since is None else day_number(source.delivering_since),
            "discounts": list(source.codes),
        }
        for number, (source, share) in enumerate(zip(sources, shares, strict=True))
    ]
    days: Schema = {"certified_day": pl.Int64, "delivering_since_day": pl.Int64, "discounts": pl.List(pl.String)}
    return pl.DataFrame(rows, schema={**values.USAGE, **days}, orient="row")


def _paid(
    number: int,
    source: Source,
    energy_dwh: int,
    priced: values.PricedFrame,
    components: Mapping[int, Sequence[values.Component]],
) -> Paid:
    refused = priced.refusals.filter(pl.col("row_id") == number)
    if refused.height:
        return Paid(source, energy_dwh, (), None, refused.select("code", "detail").row(0))
    lines = pricing.derivations(priced.lines.filter(pl.col("row_id") == number), components=components)
    amount = priced.totals.filter(pl.col("row_id") == number)["total_minor"][0]
    return Paid(source, energy_dwh, tuple(lines), amount)
