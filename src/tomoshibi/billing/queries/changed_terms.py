"""Bills whose contract says something else about their days than it said when they were priced."""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from tomoshibi.billing.queries.candidates import parts
from tomoshibi.contracts import queries as contracts
from tomoshibi.rating.conditions import FOLLOW_CHANNEL
from tomoshibi.storage import bulk
from tomoshibi.tariffs import queries as tariffs

EXEMPTION, OUTAGE_DAYS = "levy_exemption_percent", "outage_days"
_PRICED = {
    "bill_id": pl.Int64,
    "contract_id": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "plan_version": pl.Int64,
    "capacity_kind": pl.String,
    "capacity_milli": pl.Int64,
    "discounts": pl.String,
    "inputs": pl.String,
}
_SAME = ("plan_code", "capacity_kind", "capacity_milli", "discounts")


def bills_under_other_terms(issued: pl.DataFrame) -> list[int]:
    """
    Which bills rest on terms, exemptions or days of outage that are others today.

    :param issued: ``contract_id, bill_id`` of the bills that stand
    """
    changed = contracts.ever_changed(contract_ids=issued["contract_id"].unique())
    priced = _priced(issued.filter(pl.col("contract_id").is_in(changed))["bill_id"])
    if priced.is_empty():
        return []
    now = parts(rows=_periods(priced)).rename({"row_id": "bill_id"})
    now = now.with_columns(discounts=_agreed("discounts")).rename({name: f"{name}_now" for name in _SAME})
    pairs = priced.join(now, on="bill_id").filter(
        (pl.col("part_start") < pl.col("period_end")) & (pl.col("part_end") > pl.col("period_start"))
    )
    differing = pairs.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in _SAME))
    found = set(differing["bill_id"]) | _uncovered(priced, pairs) | _other_numbers(priced, pairs)
    return sorted(found)


def _priced(bill_ids: pl.Series) -> pl.DataFrame:
    """What bills were priced from: their parts, or the whole bill where it was plain."""
    found = bulk.read_frame(
        """
        SELECT b.id, b.contract_id, coalesce(p.period_start, b.period_start), coalesce(p.period_end, b.period_end),
               coalesce(p.plan_version_id, b.plan_version_id), coalesce(p.capacity_kind, b.capacity_kind),
               coalesce(p.capacity_milli, b.capacity_milli), coalesce(p.discounts::text, '[]'),
               coalesce(p.inputs::text, '{}')
          FROM billing_bill b LEFT JOIN billing_part p ON p.bill_id = b.id WHERE b.id = ANY(%s::bigint[])
        """,
        _PRICED,
        [bill_ids],
    )
    versions = tariffs.versions_frame().select("plan_version", "plan_code")
    read = {text: json.loads(text) for text in found["discounts"].unique()}
    lists = pl.DataFrame(
        {"discounts": list(read), "codes": list(read.values())},
        schema={"discounts": pl.String, "codes": pl.List(pl.String)},
    )
    named = found.join(versions, on="plan_version", how="left").join(lists, on="discounts", how="left")
    return named.with_columns(discounts=_agreed("codes")).drop("codes")


def _agreed(column: str) -> pl.Expr:
    """Codes that were agreed on, as one text; those that follow the payer are compared apart (``channels``)."""
    own = pl.element().filter(~pl.element().is_in(list(FOLLOW_CHANNEL)))
    return pl.col(column).list.eval(own).list.sort().list.join(",")


def _periods(priced: pl.DataFrame) -> pl.DataFrame:
    return priced.group_by("bill_id", "contract_id").agg(
        pl.col("period_start").min(), pl.col("period_end").max()
    ).rename({"bill_id": "row_id"})  # fmt: skip


def _uncovered(priced: pl.DataFrame, pairs: pl.DataFrame) -> set[int]:
    """Bills over days that no terms cover any longer."""
    inside = pl.min_horizontal("period_end", "part_end") - pl.max_horizontal("period_start", "part_start")
    covered = pairs.group_by("bill_id").agg(days_now=inside.dt.total_days().sum())
    days = priced.group_by("bill_id").agg(days=(pl.col("period_end") - pl.col("period_start")).dt.total_days().sum())
    both = days.join(covered, on="bill_id", how="left").with_columns(pl.col("days_now").fill_null(0))
    return set(both.filter(pl.col("days_now") < pl.col("days"))["bill_id"])


def _other_numbers(priced: pl.DataFrame, pairs: pl.DataFrame) -> set[int]:
    """Bills whose particulars, exemption or days of outage are others, as far as their plans price by them."""
    taken = tariffs.plans_taking(inputs=_named(priced, pairs) | {OUTAGE_DAYS})
    found = set()
    dated = contracts.with_outage_days(contracts.with_levy_exemption(priced), bill="bill_id")
    for row in dated.iter_rows(named=True):
        kept, mine = json.loads(row["inputs"]), taken.get(row["plan_code"], set())
        if kept.get(EXEMPTION) != row[EXEMPTION]:
            found.add(row["bill_id"])
        if OUTAGE_DAYS in mine and kept.get(OUTAGE_DAYS) != row[OUTAGE_DAYS]:
            found.add(row["bill_id"])
    for row in pairs.filter((pl.col("particulars") != "{}") | (pl.col("inputs") != "{}")).iter_rows(named=True):
        mine = taken.get(row["plan_code"], set()) - {OUTAGE_DAYS}
        if _differ(json.loads(row["inputs"]), json.loads(row["particulars"]), among=mine):
            found.add(row["bill_id"])
    return found


def _named(priced: pl.DataFrame, pairs: pl.DataFrame) -> set[str]:
    """Names of the numbers that terms hold: those agreed now, and those that bills kept."""
    texts = {*priced["inputs"], *pairs["particulars"]}
    names = {name for text in texts for name in json.loads(text)}
    return {name for name in names if contracts.is_particular(name)}


def _differ(kept: Mapping[str, Any], now: Mapping[str, Any], *, among: set[str]) -> bool:
    # A power factor that was measured stands before the agreed one.
    return any(kept.get(name) != now.get(name) for name in among if name != contracts.POWER_FACTOR or name not in kept)
