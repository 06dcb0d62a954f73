"""What a bill was priced from, kept so that it can be priced again: published values once for all, parts where needed."""

import hashlib
import json
from typing import Any

import polars as pl

from tomoshibi.kernel import frames

PUBLISHED_KEY = ["plan_version", "area", "voltage", "month", "usage_month"]
PUBLISHED: frames.Schema = {
    "id": pl.Int64,
    "plan_version_id": pl.Int64,
    "area": pl.String,
    "voltage": pl.String,
    "month": pl.Int64,
    "usage_month": pl.Int64,
    "values": pl.String,
}
PARTS: frames.Schema = {
    "row_id": pl.Int64,
    "segment": pl.Int16,
    "plan_version_id": pl.Int64,
    "capacity_kind": pl.String,
    "capacity_milli": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "reading_start": pl.Date,
    "reading_end": pl.Date,
    "energy_dwh": pl.Int64,
    "split": pl.String,
    "by_hand": pl.Boolean,
    "discounts": pl.String,
    "inputs": pl.String,
    "published_id": pl.Int64,
}
_VALUE = "_micro"
_ORDINARY = {
    "row_id", "contract_id", "segment", "area", "voltage", "month", "usage_month", "reading_on", "continuing",
    "period_start", "period_end", "reading_start", "reading_end", "bill_energy_dwh", "energy_dwh", "plan_code",
    "plan_version", "capacity_kind", "capacity_milli", "tax_rate_ppm", "split", "by_hand", "discounts", "published_id",
}  # fmt: skip
"""Columns of a usage frame that the bill or its part has a place for; all others are kept as ``inputs``."""


def published(usage: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    The published values in a usage frame, each once, and the frame with ``published_id``.

    The id is made of the content, so that runs side by side give the same values the same one.
    """
    names = sorted(name for name in usage.columns if name.endswith(_VALUE))
    columns = [*PUBLISHED_KEY, *names]
    distinct = usage.select(columns).unique(maintain_order=True)
    rows = [_published_row(row, names) for row in distinct.iter_rows(named=True)]
    found = pl.DataFrame(rows, schema=dict(PUBLISHED), orient="row")
    keyed = distinct.with_columns(found["id"].alias("published_id"))
    return found, usage.join(keyed, on=columns, how="left", nulls_equal=True, maintain_order="left")


def _published_row(row: dict[str, Any], names: list[str]) -> tuple[Any, ...]:
    values = json.dumps({name: row[name] for name in names if row[name] is not None}, sort_keys=True)
    key = tuple(row[name] for name in PUBLISHED_KEY)
    digest = hashlib.sha256(json.dumps([*key, values]).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1, *key, values


def parts(usage: pl.DataFrame) -> pl.DataFrame:
    """
    The parts that have to be kept: all of the bills that are not simply one whole month at a measured value.

    :returns: columns of ``PARTS``
    """
    others = sorted(set(usage.columns) - _ORDINARY - {name for name in usage.columns if name.endswith(_VALUE)})
    unusual = (
        pl.col("row_id").is_duplicated()
        | (pl.col("reading_start") != pl.col("period_start"))
        | (pl.col("reading_end") != pl.col("period_end"))
        | (pl.col("discounts").list.len() > 0)
        | pl.col("by_hand")
    )
    for name in others:
        unusual = unusual | pl.col(name).is_not_null()
    kept = usage.filter(unusual.fill_null(value=True))
    discounts = [json.dumps(codes or []) for codes in kept["discounts"].to_list()]
    inputs = (
        [
            json.dumps({name: value for name, value in row.items() if value is not None}, default=str)
            for row in kept.select(others).iter_rows(named=True)
        ]
        if others
        else ["{}"] * kept.height
    )
    found = kept.with_columns(
        pl.Series("discounts", discounts, dtype=pl.String),
        pl.Series("inputs", inputs, dtype=pl.String),
        plan_version_id=pl.col("plan_version"),
    )
    return found.select(pl.col(name).cast(dtype) for name, dtype in PARTS.items())
