"""
Numbers that plans price by besides energy and size: demand and power factor as measured, particulars that were agreed,
days of outage, months of the contract, contracts of the customer.
"""

import json
from collections.abc import Collection, Mapping

import polars as pl

from tomoshibi.billing import values
from tomoshibi.billing.queries.known_numbers import DEMAND, with_contracts, with_demand
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import MICRO
from tomoshibi.masters import queries as masters
from tomoshibi.rating.conditions import CONTRACT_MONTH, CUSTOMER_CONTRACTS
from tomoshibi.rating.program import Program

OUTAGE_DAYS = "outage_days"


def with_numbers(
    parts: pl.DataFrame, *, rows: pl.DataFrame, month: Month, programs: Mapping[int, Program]
) -> pl.DataFrame:
    """
    Add the columns that the plans of a run price by; a run whose plans want none is left as it is.

    :param parts: ``row_id, contract_id, segment, period_start, period_end, start, particulars`` and more
    :param rows: candidates with ``row_id, customer_id``
    :returns: the parts without ``particulars``
    """
    wanted = {name for program in programs.values() for name in program.inputs}
    if wanted & set(DEMAND):
        parts = with_demand(parts, month=month)
    parts = _with_particulars(parts, wanted=wanted)
    if OUTAGE_DAYS in wanted:
        parts = contracts.with_outage_days(parts, bill="row_id")
    parts = _with_knowledge(parts, programs=programs)
    if CONTRACT_MONTH in wanted:
        # A campaign counts bills: what divides one (another size, another price) makes no month of the contract.
        begun, priced = pl.col("start").dt, pl.col("period_start").min().over("row_id").dt
        months = (priced.year() - begun.year()) * 12 + priced.month() - begun.month() + 1
        parts = parts.with_columns(months.cast(pl.Int64).alias(CONTRACT_MONTH))
    if CUSTOMER_CONTRACTS in wanted:
        parts = with_contracts(parts, rows=rows)
    return parts


def _with_knowledge(parts: pl.DataFrame, *, programs: Mapping[int, Program]) -> pl.DataFrame:
    """Bills that look up spot prices keep which: those that were known when prices last came to hold."""
    linked = [version for version, program in programs.items() if program.market_linked]
    moment = masters.spot_known_at() if linked else None
    if moment is None:
        return parts
    stored = pl.lit(round(moment.timestamp() * MICRO), dtype=pl.Int64)
    return parts.with_columns(pl.when(pl.col("plan_version").is_in(linked)).then(stored).alias(values.SPOT_KNOWN))


def _with_particulars(parts: pl.DataFrame, *, wanted: Collection[str]) -> pl.DataFrame:
    """
    Add what the terms of each part say; what was measured goes before what was agreed.

    Few contracts differ in their particulars: each text is read once.
    """
    known = {text: json.loads(text) for text in parts["particulars"].unique() if text}
    names = sorted({name for own in known.values() for name in own} & set(wanted))
    if not names:
        return parts.drop("particulars")
    told = pl.DataFrame(
        [(text, *(own.get(name) for name in names)) for text, own in known.items()],
        schema={"particulars": pl.String, **{f"_{name}": pl.Int64 for name in names}},
        orient="row",
    )
    found = parts.join(told, on="particulars", how="left", maintain_order="left")
    measured = [name for name in names if name in parts.columns]
    return found.with_columns(
        pl.coalesce(name, f"_{name}").alias(name) if name in measured else pl.col(f"_{name}").alias(name)
        for name in names
    ).drop("particulars", *(f"_{name}" for name in names))
