"""The ledger entries of issued bills: one balanced entry per document, its legs by what the total is made of."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from tomoshibi.billing.composition import NET
from tomoshibi.kernel.periods import Month

RECEIVABLE, TAX, ENERGY, OTHER, LEVY = "receivable", "tax_payable", "revenue_energy", "revenue_other", "levy"
KEY_OF_KIND = dict(
    zip(NET, ("revenue_basic", "fuel_adjustment", OTHER, "discount", "government_discount", LEVY), strict=True)
)
"""Posting key of the masters per kind; energy takes what the others leave, with the yen of the rounding."""
BESIDE_THE_PLAN = ("late_interest", "discount", OTHER)
"""Posting keys that the code of a sundry charge may name."""
NO_REVENUE = frozenset({"deferred_receivable"})
"""Never counted as revenue for want of an account: the issue stops instead."""
PURPOSE = "issue"
TEXTS = {"JP": "電気料金", "CN": "电费"}
"""What an entry says that it is."""
_KEYS = ["id", "customer_id", "number"]


def entries(
    bills: pl.DataFrame,
    *,
    extras: pl.DataFrame,
    on: date,
    accounts: Mapping[str, str],
    kinds: Mapping[str, str] | None = None,
    country: str = "JP",
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    Debit the receivable; credit the tax, every kind of charge with its own account, and the rest as energy.

    A kind for which the company has set no account goes to energy too. A return invoice has negative amounts: the same
    legs the other way round.

    :param bills: ``id, number, customer_id, total_minor, tax_minor, levy_minor, tax_rate_ppm`` and ``composition.NET``
        (null for bills that never knew their kinds: then only the levy is told apart); totals contain the tax
    :param extras: ``bill_id, code, amount_minor, taxed`` of what stands on the bills besides their plan; a code that no
        kind knows is its own posting key if it is one of ``BESIDE_THE_PLAN``, every other counts as other revenue
    :param kinds: posting key per kind of sundry charge; one without an account counts as other revenue, but for what the
        customer still owes (``NO_REVENUE``)
    :param on: the day of issue; its month is the accounting month
    :param accounts: account per posting key
    :param country: of the company, whose books are kept in its own language
    :returns: rows of ``ledger.values.HEAD_SCHEMA``, one per bill, and of ``LEG_SCHEMA``
    :raises KeyError: if one of the keys that every bill needs has no account
    """
    beside = _beside(extras, bills=bills, accounts=accounts, kinds=kinds or {})
    told = bills.with_columns(_levy_net()).join(
        beside.group_by("id").agg(pl.col("amount_minor").sum().alias("beside_minor")), on="id", how="left"
    )
    known = [name for name, key in KEY_OF_KIND.items() if key in accounts]
    rest = pl.col("total_minor") - pl.col("tax_minor") - pl.col("beside_minor").fill_null(0)
    rest = rest - pl.sum_horizontal(pl.lit(0), *(pl.col(name).fill_null(0) for name in known))
    amounts = {RECEIVABLE: pl.col("total_minor"), TAX: -pl.col("tax_minor"), ENERGY: -rest}
    amounts |= {KEY_OF_KIND[name]: -pl.col(name).fill_null(0) for name in known}
    legs = told.select(*_KEYS, *(amount.cast(pl.Int64).alias(key) for key, amount in amounts.items()))
    legs = legs.unpivot(on=list(amounts), index=_KEYS, variable_name="key", value_name="amount_minor")
    besides = beside.with_columns(-pl.col("amount_minor")).select(legs.columns)
    legs = pl.concat([legs, besides]).filter(pl.col("amount_minor") != 0)
    used = legs["key"].unique().to_list()
    rows = legs.select(
        entry="id",
        account=pl.col("key").replace_strict({key: accounts[key] for key in used}, return_dtype=pl.String),
        amount_minor="amount_minor",
        customer_id="customer_id",
    )
    heads = bills.select(
        entry="id",
        source=pl.format("bill:{}", "id"),
        purpose=pl.lit(PURPOSE),
        entry_on=pl.lit(on),
        accounting_month=pl.lit(Month.of(on).number, dtype=pl.Int64),
        document=pl.col("number").cast(pl.String).str.zfill(11),
        text=pl.lit(TEXTS[country]),
    )
    return heads, rows


def _without_tax(amount: pl.Expr) -> pl.Expr:
    """An amount without the tax in it; the tax is cut off towards zero, so that a return is the mirror of its bill."""
    tax = amount.abs() * pl.col("tax_rate_ppm") // (1_000_000 + pl.col("tax_rate_ppm"))
    return amount - tax * amount.sign()


def _levy_net() -> pl.Expr:
    return pl.col("levy_net_minor").fill_null(_without_tax(pl.col("levy_minor")))


def _beside(
    extras: pl.DataFrame, *, bills: pl.DataFrame, accounts: Mapping[str, str], kinds: Mapping[str, str]
) -> pl.DataFrame:
    """Amounts without tax of what stands beside the plan: ``_KEYS``, ``key``, ``amount_minor``."""
    own = extras.join(bills.select(*_KEYS, "tax_rate_ppm"), left_on="bill_id", right_on="id", how="inner")
    amount = pl.col("amount_minor")
    keys = {key: key for key in BESIDE_THE_PLAN} | dict(kinds)
    usable = {code: key for code, key in keys.items() if key in accounts or key in NO_REVENUE}
    keyed = own.select(
        pl.col("bill_id").alias("id"),
        "customer_id",
        "number",
        key=pl.col("code").replace_strict(usable, default=OTHER, return_dtype=pl.String),
        amount_minor=pl.when("taxed").then(_without_tax(amount)).otherwise(amount).cast(pl.Int64),
    )
    return keyed.group_by(*_KEYS, "key", maintain_order=True).agg(pl.col("amount_minor").sum())
