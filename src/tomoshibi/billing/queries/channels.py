"""Discounts and fees that follow how a customer pays and is told: nobody types their codes on a contract."""

import json
from collections.abc import Callable, Mapping

import polars as pl

from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import PaymentMethod, StatementChannel
from tomoshibi.rating.conditions import DIRECT_DEBIT, FOLLOW_CHANNEL, PAPER_BILL
from tomoshibi.rating.program import Program
from tomoshibi.storage import bulk
from tomoshibi.tariffs import queries as tariffs

_HOLDS = {
    DIRECT_DEBIT: pl.col("payment_method") == PaymentMethod.DIRECT_DEBIT.value,
    PAPER_BILL: pl.col("statement_channel") == StatementChannel.PAPER.value,
}
_PRICED = {
    "row_id": pl.Int64,
    "account_id": pl.Int64,
    "period_end": pl.Date,
    "plan_version": pl.Int64,
    "kept": pl.String,
}


def _payers(account_ids: pl.Series) -> pl.DataFrame:
    return parties.terms_frame(account_ids=account_ids)


def with_channel_codes(
    parts: pl.DataFrame,
    *,
    rows: pl.DataFrame,
    programs: Mapping[int, Program],
    payers: Callable[[pl.Series], pl.DataFrame] = _payers,
) -> pl.DataFrame:
    """
    Give parts the codes that follow from how their payer pays and is told on the last day of the bill's period.

    Only codes that a part's plan asks for are added; what was typed on the contract under these codes counts nothing.

    :param parts: ``row_id, plan_version, discounts``
    :param rows: one per bill: ``row_id, account_id, period_end``
    :param payers: how accounts paid and were told, on all their days (``parties.terms_frame``)
    """
    if parts["discounts"].list.len().max():  # few contracts agreed on any
        own = ~pl.element().is_in(list(FOLLOW_CHANNEL))
        parts = parts.with_columns(pl.col("discounts").list.eval(pl.element().filter(own)))
    asking = {
        code: [version for version, program in programs.items() if code in program.codes] for code in FOLLOW_CHANNEL
    }
    if not any(asking.values()) or parts.is_empty():
        return parts
    mine = parts.filter(pl.col("plan_version").is_in(sorted({v for found in asking.values() for v in found})))
    bills = rows.select("row_id", "account_id", "period_end").join(mine, on="row_id", how="semi")
    held = bills.join(_terms(bills, payers), on=["account_id", "period_end"], how="left")
    codes = held.select("row_id", *(holds.fill_null(value=False).alias(code) for code, holds in _HOLDS.items()))
    found = parts.join(codes, on="row_id", how="left", maintain_order="left")
    for code, versions in asking.items():
        given = pl.when(pl.col(code).fill_null(value=False) & pl.col("plan_version").is_in(versions))
        added = given.then(pl.lit([code])).otherwise(pl.lit([], dtype=pl.List(pl.String)))
        found = found.with_columns(pl.concat_list("discounts", added).alias("discounts"))
    return found.drop(*FOLLOW_CHANNEL)


def _terms(bills: pl.DataFrame, payers: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """How each payer pays and is told on the last day of each period."""
    terms = payers(bills["account_id"].unique())
    held = bills.select("account_id", "period_end").unique().join(terms, on="account_id", how="inner")
    last_day = pl.col("period_end").dt.offset_by("-1d")
    return held.filter(pl.col("start") <= last_day, pl.col("end").is_null() | (pl.col("end") > last_day)).select(
        "account_id", "period_end", "payment_method", "statement_channel"
    )


def bills_of_other_channels(bill_ids: pl.Series) -> list[int]:
    """Bills whose discounts and fees would follow another way of paying or telling today than when they were priced."""
    asking = [
        version
        for version, program in tariffs.programs(tariffs.versions_frame()["plan_version"]).items()
        if set(program.codes) & set(FOLLOW_CHANNEL)
    ]
    if not asking:
        return []
    priced = bulk.read_frame(
        """
        SELECT b.id, b.account_id, b.period_end, coalesce(p.plan_version_id, b.plan_version_id),
               coalesce(p.discounts::text, '[]')
          FROM billing_bill b LEFT JOIN billing_part p ON p.bill_id = b.id
         WHERE b.id = ANY(%s::bigint[]) AND coalesce(p.plan_version_id, b.plan_version_id) = ANY(%s)
        """,
        _PRICED,
        [bill_ids, asking],
    )
    if priced.is_empty():
        return []
    kept = [sorted(set(json.loads(text)) & set(FOLLOW_CHANNEL)) for text in priced["kept"]]
    nothing = priced.with_columns(discounts=pl.lit([], dtype=pl.List(pl.String)))
    now = with_channel_codes(
        nothing.drop("account_id", "period_end"),
        rows=priced.select("row_id", "account_id", "period_end").unique(maintain_order=True),
        programs=tariffs.programs(asking),
    )
    return sorted(
        {
            bill
            for bill, codes, before in zip(now["row_id"], now["discounts"], kept, strict=True)
            if sorted(codes) != before
        }
    )
