"""What changed since bills were issued or drafted: their values, the published values, the prices of their plans."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from tomoshibi.billing import values
from tomoshibi.billing.queries.changed_numbers import bills_of_other_company, bills_of_other_demand
from tomoshibi.billing.queries.changed_terms import bills_under_other_terms
from tomoshibi.billing.queries.channels import bills_of_other_channels
from tomoshibi.billing.queries.published_now import published_of, published_today
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.masters import queries as masters
from tomoshibi.metering import queries as metering
from tomoshibi.rating.proration import PriceChange
from tomoshibi.storage import bulk
from tomoshibi.tariffs import queries as tariffs

CONTRACTS_A_BLOCK = 25_000
Told = Callable[[int, int], None]
CHANGED = {"month": pl.Int64, "contract_id": pl.Int64, "why": pl.String}
_ISSUED = {
    "month": pl.Int64,
    "contract_id": pl.Int64,
    "supply_point_id": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "reading_id": pl.Int64,
    "plan_code": pl.String,
    "plan_version_id": pl.Int64,
    "published_id": pl.Int64,
    "bill_id": pl.Int64,
    "tax_rate_ppm": pl.Int64,
}
_LINKED = {
    "bill_id": pl.Int64,
    "plan_version_id": pl.Int64,
    "area": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "known_us": pl.Int64,
}
_PART = {
    "bill_id": pl.Int64,
    "month": pl.Int64,
    "published_id": pl.Int64,
    "plan_version_id": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
}

_SPAN = {"first": pl.Int64, "last": pl.Int64}
_REPLACED = {"plan_version_id": pl.Int64, "replaced_from": pl.Date, "divides": pl.Boolean}


def changed_contracts(*, months: Sequence[Month]) -> pl.DataFrame:
    """
    Contracts whose last issued document of a month rests on something else than what holds now.

    However many months: each kind of fact is read once for all of them.

    :returns: ``month, contract_id, why`` (``values.Changed``), a row for each reason
    """
    return pl.concat([pl.DataFrame(schema=CHANGED), *changed_blocks(months=months)])


def changed_blocks(
    *, months: Sequence[Month], contracts_a_block: int = CONTRACTS_A_BLOCK, told: Told | None = None
) -> Iterator[pl.DataFrame]:
    """
    The same, so many contracts at a time: what is in memory does not grow with the book.

    :param told: called before each block and at the end with how many are done, and of how many
    :returns: frames as of ``changed_contracts``
    """
    ends = "SELECT min(contract_id), max(contract_id) FROM billing_bill WHERE month = ANY(%s) HAVING count(*) > 0"
    span = bulk.read_frame(ends, _SPAN, [_numbers(months)])
    yield from _blocks(span, _known(months), contracts_a_block, told)


def changed_drafts(
    *, run_id: int, month: Month, contracts_a_block: int = CONTRACTS_A_BLOCK, told: Told | None = None
) -> dict[values.Changed, int]:
    """
    How many contracts of a run have a bill that would be drafted differently now, by reason; one may count under several.

    :param month: of the run
    :param told: called before each block and at the end with how many are done, and of how many
    """
    ends = "SELECT min(contract_id), max(contract_id) FROM billing_bill WHERE run_id = %s HAVING count(*) > 0"
    span = bulk.read_frame(ends, _SPAN, [run_id])
    found = _blocks(span, _known([month], run_id=run_id), contracts_a_block, told)
    counts = pl.concat([pl.DataFrame(schema=CHANGED), *found]).group_by("why").len()
    return {values.Changed(why): count for why, count in sorted(counts.iter_rows())}


def _blocks(span: pl.DataFrame, known: "_Known", contracts_a_block: int, told: Told | None) -> Iterator[pl.DataFrame]:
    if span.is_empty():
        return
    starts = range(span["first"][0], span["last"][0] + 1, contracts_a_block)
    for done, first in enumerate(starts):
        if told is not None:
            told(done, len(starts))
        yield _changed_within(known, _Within(first, first + contracts_a_block))
    if told is not None:
        told(len(starts), len(starts))


@dataclass(frozen=True)
class _Known:
    """What is asked once, however many blocks there are."""

    stale: list[int]
    replaced: pl.DataFrame
    rates: masters.RateBook
    months: tuple[Month, ...]
    run_id: int | None = None
    """Whose drafts are looked at; without it, what was issued of the months."""


def _known(months: Sequence[Month], *, run_id: int | None = None) -> _Known:
    return _Known(_stale_published(months), _replaced_versions(), masters.RateBook(), tuple(months), run_id)


class _Within(NamedTuple):
    """A block of contracts by their ids, half-open."""

    first: int
    until: int


def _changed_within(known: _Known, within: _Within) -> pl.DataFrame:
    months = known.months
    issued = _issued(months, within) if known.run_id is None else _drafted(known.run_id, within)
    if issued.is_empty():
        return pl.DataFrame(schema=CHANGED)
    by_demand = issued.filter(pl.col("bill_id").is_in(bills_of_other_demand(issued)))
    found = [(_otherwise_read(issued, months), values.Changed.READING), (by_demand, values.Changed.READING)]
    replaced = known.replaced
    if known.stale or replaced.height:
        own = pl.concat([issued.select(list(_PART)), _parts(months, within)])
        others = own.filter(pl.col("published_id").is_in(known.stale))
        # A plan that divides periods at its price changes takes the new price from its day on, any other with the next.
        begun = (
            pl.when("divides")
            .then(pl.col("period_end") > pl.col("replaced_from"))
            .otherwise(pl.col("period_start") >= pl.col("replaced_from"))
        )
        ends = pl.col("month").replace_strict({month.number: month.plus(1).first for month in months})
        prices = own.join(replaced, on="plan_version_id", how="inner").filter(begun, pl.col("replaced_from") < ends)
        for bills, why in ((others, values.Changed.MASTER), (prices, values.Changed.PRICE)):
            found.append((issued.filter(pl.col("bill_id").is_in(bills["bill_id"].implode())), why))
    otherwise_taxed = _otherwise_taxed(issued, rates=known.rates)
    found.append((issued.filter(pl.col("bill_id").is_in(otherwise_taxed)), values.Changed.MASTER))
    under_other_terms = bills_under_other_terms(issued.select("contract_id", "bill_id"))
    under_other_terms += bills_of_other_channels(issued["bill_id"]) + bills_of_other_company(issued)
    found.append((issued.filter(pl.col("bill_id").is_in(under_other_terms)), values.Changed.TERMS))
    follows_market = issued.filter(pl.col("bill_id").is_in(_revised_spot(months, within)))
    found.append((follows_market, values.Changed.SPOT))
    rows = [
        frame.select("month", "contract_id", why=pl.lit(why.value)).unique(maintain_order=True) for frame, why in found
    ]
    return pl.concat(rows).unique(maintain_order=True)


def _otherwise_read(issued: pl.DataFrame, months: Sequence[Month]) -> pl.DataFrame:
    """Bills whose reading does not stand any more."""
    standing = metering.standing_frame(months=months, supply_point_ids=issued["supply_point_id"].unique())
    return issued.join(standing, on=["supply_point_id", "reading_id"], how="anti")


def _issued(months: Sequence[Month], within: _Within) -> pl.DataFrame:
    """The last issued document of each contract and period of each month."""
    return bulk.read_frame(
        """
        SELECT DISTINCT ON (b.month, b.contract_id, b.period_start)
               b.month, b.contract_id, b.supply_point_id, b.period_start, b.period_end, b.reading_id, b.plan_code,
               b.plan_version_id, b.published_id, b.id, b.tax_rate_ppm
          FROM billing_bill b JOIN billing_invoice i ON i.bill_id = b.id
         WHERE b.month = ANY(%s) AND b.contract_id >= %s AND b.contract_id < %s AND b.kind <> 'charges'
         ORDER BY b.month, b.contract_id, b.period_start, b.revision DESC
        """,
        _ISSUED,
        [_numbers(months), *within],
    )


def _drafted(run_id: int, within: _Within) -> pl.DataFrame:
    """The bills of a run."""
    return bulk.read_frame(
        """
        SELECT b.month, b.contract_id, b.supply_point_id, b.period_start, b.period_end, b.reading_id, b.plan_code,
               b.plan_version_id, b.published_id, b.id, b.tax_rate_ppm
          FROM billing_bill b WHERE b.run_id = %s AND b.contract_id >= %s AND b.contract_id < %s AND b.kind <> 'charges'
        """,
        _ISSUED,
        [run_id, *within],
    )


def _numbers(months: Sequence[Month]) -> list[int]:
    return [month.number for month in months]


def _parts(months: Sequence[Month], within: _Within) -> pl.DataFrame:
    return bulk.read_frame(
        """
        SELECT p.bill_id, b.month, p.published_id, p.plan_version_id, p.period_start, p.period_end
          FROM billing_part p JOIN billing_bill b ON b.id = p.bill_id
         WHERE b.month = ANY(%s) AND b.contract_id >= %s AND b.contract_id < %s
        """,
        _PART,
        [_numbers(months), *within],
    )


def _stale_published(months: Sequence[Month]) -> list[int]:
    """Published values of months that are others today."""
    kept = published_of(months=months)
    now = published_today(kept)["values"]
    return [
        int(number)
        for number, known, today in zip(kept["id"], kept["values"], now, strict=True)
        if {name: value for name, value in json.loads(known).items() if value is not None} != json.loads(today)
    ]


def _otherwise_taxed(issued: pl.DataFrame, *, rates: masters.RateBook) -> list[int]:
    """
    Bills of a rate of tax that is not the one of their days today.

    A bill is taxed by its last part, as pricing does it; whether its contract goes on from before the part decides only
    where a former rate is kept for some time.
    """
    lasts = bulk.read_frame(
        "SELECT DISTINCT ON (bill_id) bill_id, period_start FROM billing_part WHERE bill_id = ANY(%s::bigint[])"
        " ORDER BY bill_id, segment DESC",
        {"bill_id": pl.Int64, "last_start": pl.Date},
        [issued["bill_id"]],
    )
    bills = issued.join(lasts, on="bill_id", how="left").with_columns(start=pl.coalesce("last_start", "period_start"))
    keys = ["start", "period_end", "tax_rate_ppm"]
    other, unsure = [], []
    for start, end, rate in bills.select(keys).unique(maintain_order=True).iter_rows():
        today = [_rate(rates, Period(start, end), continuing=continuing) for continuing in (True, False)]
        if rate not in today:
            other.append((start, end, rate))
        elif today[0] != today[1]:
            unsure.append((start, end, rate))
    schema = {name: bills.schema[name] for name in keys}
    found = bills.join(pl.DataFrame(other, schema=schema, orient="row"), on=keys, how="semi")["bill_id"].to_list()
    for row in bills.join(pl.DataFrame(unsure, schema=schema, orient="row"), on=keys, how="semi").iter_rows(named=True):
        contract = contracts.contract(contract_id=row["contract_id"])
        assert contract is not None, "a bill has a contract"
        period = Period(row["start"], row["period_end"])
        if _rate(rates, period, continuing=contract.start < row["start"]) != row["tax_rate_ppm"]:
            found.append(row["bill_id"])
    return found


def _rate(rates: masters.RateBook, period: Period, *, continuing: bool) -> int | None:
    try:
        return rates.tax_rate_of_bill(period=period, fixed_on=period.end, continuing=continuing).rate_ppm
    except masters.MasterMissing:
        return None


def _revised_spot(months: Sequence[Month], within: _Within) -> list[int]:
    """Bills of months that follow the market and saw other spot prices than those that hold now."""
    linked = bulk.read_frame(
        """
        SELECT p.bill_id, p.plan_version_id, u.area, p.period_start, p.period_end, (p.inputs->>%s)::bigint
          FROM billing_part p JOIN billing_bill b ON b.id = p.bill_id
          JOIN billing_published u ON u.id = coalesce(p.published_id, b.published_id)
         WHERE b.month = ANY(%s) AND b.contract_id >= %s AND b.contract_id < %s AND p.inputs ? %s
        """,
        _LINKED,
        [values.SPOT_KNOWN, _numbers(months), *within, values.SPOT_KNOWN],
    )
    if linked.is_empty():
        return []
    oldest = values.moment_of(int(linked["known_us"].min()))  # type: ignore[arg-type]
    revised = [day for _area, day, _since in masters.spot_revised(since=oldest)]
    days = pl.Series(sorted(set(revised)), dtype=pl.Date)
    touched = linked.filter(days.search_sorted(linked["period_start"]) < days.search_sorted(linked["period_end"]))
    found = []
    for (version, area, start, end, known), bills in touched.group_by(list(_LINKED)[1:]):
        asked = {
            "plan_version": version,
            "area": area,
            "period": Period(start, end),
            "known_at": values.moment_of(known),
        }
        if tariffs.spot_changed_since(**asked):
            found += bills["bill_id"].to_list()
    return found


def _replaced_versions() -> pl.DataFrame:
    """
    Plan versions that a later one with other prices replaced.

    :returns: ``plan_version_id, replaced_from, divides`` (whether a new price divides a period)
    """
    versions = tariffs.versions_frame().sort("plan_code", "valid_from")
    rules = tariffs.rules(versions["plan_version"])
    found: list[tuple[int, date, bool]] = []
    for (_plan_code,), own in versions.group_by("plan_code", maintain_order=True):
        rows = list(own.select("plan_version", "valid_from").iter_rows())
        for place, (version, _day) in enumerate(rows):
            # A version that prices as this one does replaces nothing of it.
            other = next((day for later, day in rows[place + 1 :] if rules[later] != rules[version]), None)
            if other is not None:
                divides = rules[version][0].proration.price_change is PriceChange.SPLIT
                found.append((version, other, divides))
    return pl.DataFrame(found, schema=_REPLACED, orient="row")
