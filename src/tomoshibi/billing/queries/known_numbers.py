"""What other rooms know about a part of a bill that its plan may price by: demand, contracts of the customer."""

from datetime import date, timedelta

import polars as pl

from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import queries as metering
from tomoshibi.rating.conditions import CUSTOMER_CONTRACTS

DEMAND = ("demand_milli", "max_demand_milli", "power_factor_percent")


def with_demand(parts: pl.DataFrame, *, month: Month) -> pl.DataFrame:
    """
    Each part takes the demand of its days: a change of equipment inside the month has one before and one behind it.

    :param parts: ``contract_id, period_start`` and more
    :returns: the parts in their order with the columns ``DEMAND``
    """
    demand = metering.demand_frame(month=month, contract_ids=parts["contract_id"].unique())
    found = (
        parts.with_row_index("_place")
        .sort("period_start")
        .join_asof(
            demand.select("contract_id", "period_start", *DEMAND).sort("period_start"),
            on="period_start",
            by="contract_id",
            strategy="nearest",
            check_sortedness=False,
        )
    )
    return found.sort("_place").drop("_place")


def with_contracts(parts: pl.DataFrame, *, rows: pl.DataFrame) -> pl.DataFrame:
    """
    How many contracts the customer of each part has on the first day of its bill.

    :param parts: ``row_id, segment, period_start`` and more
    :param rows: one per bill: ``row_id, customer_id``
    """
    if parts.is_empty():
        return parts.with_columns(pl.lit(None, dtype=pl.Int64).alias(CUSTOMER_CONTRACTS))
    days = [day for day in parts["period_start"].to_list() if isinstance(day, date)]
    held = contracts.supplied_frame(period_start=min(days), period_end=max(days) + timedelta(days=1))
    held = held.select("customer_id", begun="start", ended="end")
    key = ["row_id", "segment"]
    counted = (
        parts.select(*key, pl.col("period_start").min().over("row_id"))
        .join(rows.select("row_id", "customer_id"), on="row_id")
        .join(held, on="customer_id")
        .filter(pl.col("begun") <= pl.col("period_start"))
        .filter(pl.col("ended").is_null() | (pl.col("ended") > pl.col("period_start")))
        .group_by(key)
        .agg(pl.len().cast(pl.Int64).alias(CUSTOMER_CONTRACTS))
    )
    return parts.join(counted, on=key, how="left", maintain_order="left")
