"""Published values that bills rest on, beside what they are today."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from tomoshibi.billing import inputs
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import bulk
from tomoshibi.tariffs import queries as tariffs

_COLUMNS = ", ".join(f'"{name}"' for name in inputs.PUBLISHED)


def published_of(*, months: Sequence[Month]) -> pl.DataFrame:
    """Everything that was ever kept for bills of months. There is little of it, however many bills."""
    return bulk.read_frame(
        f"SELECT {_COLUMNS} FROM billing_published WHERE month = ANY(%s) ORDER BY id",
        inputs.PUBLISHED,
        [[month.number for month in months]],
    )


def published_today(kept: pl.DataFrame) -> pl.DataFrame:
    """
    What holds today in the place of published values that were kept.

    :param kept: ``inputs.PUBLISHED``
    :returns: the same plans, areas and months in the same order, with the values of today and the id that these have
    """
    if kept.is_empty():
        return kept
    months = {number: Month.from_number(number) for number in kept["month"].unique()}
    starts = {number: month.plus(-1).first for number, month in months.items()}
    ends = {number: month.first for number, month in months.items()}
    asked = kept.select(
        plan_version=pl.col("plan_version_id"),
        area=pl.col("area"),
        voltage=pl.col("voltage"),
        month=pl.col("month"),
        usage_month=pl.col("usage_month"),
        period_start=pl.col("month").replace_strict(starts, return_dtype=pl.Date),
        period_end=pl.col("month").replace_strict(ends, return_dtype=pl.Date),
        reading_on=pl.col("month").replace_strict(ends, return_dtype=pl.Date),
        continuing=pl.lit(value=True),
        # The rate stands on the bill, and is compared apart.
        tax_rate_ppm=pl.lit(0, dtype=pl.Int64),
    )
    found, keyed = inputs.published(tariffs.with_market(asked))
    return keyed.select(id="published_id").join(found, on="id", how="left", maintain_order="left")


def values_of_today(*, published_id: int | None) -> dict[str, Any] | None:
    """
    What holds today for the plan, area and month of published values that were kept.

    :returns: columns of ``inputs.PUBLISHED``, ``values`` as JSON text; nothing where they were never kept
    """
    query = f"SELECT {_COLUMNS} FROM billing_published WHERE id = %s"
    today = published_today(bulk.read_frame(query, inputs.PUBLISHED, [published_id]))
    return today.row(0, named=True) if today.height else None
