"""
Collective invoices (合算請求): which bills share an invoice, and what the tax of the whole is.

The bills keep their own totals; only the tax in them is taken anew, because a qualified invoice rounds it once per rate
over everything that stands on it (消費税法施行令 70条の10), not once per bill.
"""

import polars as pl

from tomoshibi.parties.values import Collective

CONTRACT_AND_PERIOD = ["contract_number", "period_start", "id"]
"""The order of the members; the first is the lead bill, whose number the invoice has."""
_MILLION = 1_000_000


def shared(bills: pl.DataFrame) -> pl.DataFrame:
    """
    Say which bills share an invoice, and by how much the tax of each changes so that the invoice's tax is rounded once.

    The tax of a rate is ``total x rate / (1 + rate)`` of all members together, cut off towards zero; what it differs by
    from the sum of the members' own taxes is put on the first member of that rate. An account with a single bill has an
    ordinary invoice.

    :param bills: ``id, account_id, contract_number, period_start, total_minor, untaxed_minor, tax_minor,
        tax_rate_ppm`` and ``collective`` (values of ``parties.values.Collective``)
    :returns: the rows in their order, with ``lead_bill_id`` (null where the bill has its own invoice) and
        ``tax_shift_minor``
    """
    alone = bills.with_columns(lead_bill_id=pl.lit(None, dtype=pl.Int64), tax_shift_minor=pl.lit(0, dtype=pl.Int64))
    among = pl.col("collective") != Collective.NO.value
    if bills.filter(among).is_empty():
        return alone
    members = bills.filter(among & (pl.len().over("account_id", "collective") > 1)).sort(CONTRACT_AND_PERIOD)
    rate = pl.col("tax_rate_ppm")
    taxed = (pl.col("total_minor") - pl.col("untaxed_minor")).sum().over("account_id", "tax_rate_ppm")
    tax = taxed.abs() * rate // (_MILLION + rate) * taxed.sign()
    shift = tax - pl.col("tax_minor").sum().over("account_id", "tax_rate_ppm")
    first = pl.int_range(pl.len()).over("account_id", "tax_rate_ppm") == 0
    told = members.select(
        "id",
        lead_bill_id=pl.col("id").first().over("account_id"),
        tax_shift_minor=pl.when(first).then(shift).otherwise(0),
    )
    return bills.join(told, on="id", how="left", maintain_order="left").with_columns(
        pl.col("tax_shift_minor").fill_null(0)
    )


def numbered(bills: pl.DataFrame, *, first: int) -> pl.DataFrame:
    """
    Give every invoice its running number: one per bill, or one per lead bill for all its members.

    :param bills: with ``lead_bill_id``; the order of the rows is the order of the numbers
    :returns: the rows with ``running``
    """
    own = pl.col("lead_bill_id").is_null() | (pl.col("lead_bill_id") == pl.col("id"))
    if bills["lead_bill_id"].null_count() == bills.height:
        return bills.with_columns(running=pl.int_range(pl.len(), dtype=pl.Int64) + first)
    mine = bills.filter(own).select("id", running=pl.int_range(pl.len(), dtype=pl.Int64) + first)
    return (
        bills.with_columns(_invoice=pl.coalesce("lead_bill_id", "id"))
        .join(mine, left_on="_invoice", right_on="id", how="left", maintain_order="left")
        .drop("_invoice")
    )


def invoice_count(bills: pl.DataFrame) -> int:
    """How many invoices bills make (with ``id`` and ``lead_bill_id``)."""
    return bills.select(pl.coalesce("lead_bill_id", "id").n_unique()).item() if bills.height else 0
