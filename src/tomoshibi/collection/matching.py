"""Matching as columns: money against debts, and answers of a bank against what was asked. Pure."""

import polars as pl

from tomoshibi.collection.values import ProblemKind

PAID_CODE = "0"

ASKED = {
    "debit_row_id": pl.Int64,
    "batch_id": pl.Int64,
    "consignor_code": pl.String,
    "debit_on": pl.Date,
    "customer_number": pl.String,
    "amount_minor": pl.Int64,
    "account": pl.String,
    "receivable_id": pl.Int64,
    "account_id": pl.Int64,
    "customer_id": pl.Int64,
    "mandate_id": pl.Int64,
    "open_minor": pl.Int64,
    "known_code": pl.String,
}
"""Debits asked for; ``account`` is bank-branch-kind-number, ``open_minor`` zero when nothing is due any more,
``known_code`` null until there is a result."""

ANSWERED = {
    "record": pl.Int64,
    "consignor_code": pl.String,
    "debit_on": pl.Date,
    "customer_number": pl.String,
    "amount_minor": pl.Int64,
    "account": pl.String,
    "code": pl.String,
}
"""Rows of a result file; ``code`` is null where the bank left it blank."""

_KEY = ["consignor_code", "debit_on", "customer_number"]


def spread(money: pl.DataFrame, debts: pl.DataFrame) -> pl.DataFrame:
    """
    Let money pay debts of the same account, first come first served on both sides.

    :param money: ``money_id``, ``account_id``, ``left_minor``, in the order in which it is used
    :param debts: ``receivable_id``, ``account_id``, ``open_minor``, in the order in which they are paid
    :returns: ``money_id``, ``account_id``, ``receivable_id``, ``amount_minor`` (positive)
    """

    def laid_end_to_end(frame: pl.DataFrame, amount: str, prefix: str) -> pl.DataFrame:
        end = pl.col(amount).cum_sum().over("account_id")
        return frame.with_columns((end - pl.col(amount)).alias(f"{prefix}_from"), end.alias(f"{prefix}_to"))

    pairs = laid_end_to_end(money, "left_minor", "money").join(
        laid_end_to_end(debts, "open_minor", "debt"), on="account_id", how="inner", maintain_order="left_right"
    )
    shared = pl.min_horizontal("money_to", "debt_to") - pl.max_horizontal("money_from", "debt_from")
    return (
        pairs.with_columns(amount_minor=shared)
        .filter(pl.col("amount_minor") > 0)
        .select("money_id", "account_id", "receivable_id", "amount_minor")
    )


def judge(*, asked: pl.DataFrame, answered: pl.DataFrame) -> pl.DataFrame:
    """
    Put a verdict on every row of a result file.

    A row belongs to the debit of the same consignor, day and customer number. A row that comes twice counts once when
    both say the same; when they contradict each other, neither is believed.

    :param asked: columns of ``ASKED``
    :param answered: columns of ``ANSWERED``
    :returns: ``answered`` with the columns of its debit and ``verdict``: null where the row is to be applied,
        ``repeated`` where the same result is known already, else a ``ProblemKind``
    """
    joined = _with_doubles(answered).join(asked, on=_KEY, how="left", suffix="_asked", maintain_order="left")
    verdict = (
        pl.when(pl.col("debit_row_id").is_null())
        .then(pl.lit(ProblemKind.UNKNOWN.value))
        .when(pl.col("double"))
        .then(pl.lit(ProblemKind.DUPLICATE.value))
        .when(pl.col("code").is_null())
        .then(pl.lit(ProblemKind.NO_RESULT.value))
        .when(pl.col("known_code") == pl.col("code"))
        .then(pl.lit("repeated"))
        .when(pl.col("known_code").is_not_null())
        .then(pl.lit(ProblemKind.ANSWERED.value))
        .when(pl.col("amount_minor") != pl.col("amount_minor_asked"))
        .then(pl.lit(ProblemKind.AMOUNT.value))
        .when(pl.col("account") != pl.col("account_asked"))
        .then(pl.lit(ProblemKind.ACCOUNT.value))
        .otherwise(pl.lit(None, dtype=pl.String))
    )
    return joined.with_columns(verdict=verdict)


def _with_doubles(answered: pl.DataFrame) -> pl.DataFrame:
    """Marks what must not count: every repetition, and all rows of a debit that contradict each other."""
    twice = pl.struct(_KEY).is_duplicated()
    doubles = answered.filter(twice).select(
        "record",
        double=(pl.int_range(pl.len()).over(_KEY) > 0)
        | (pl.struct("code", "amount_minor", "account").n_unique().over(_KEY) > 1),
    )
    if doubles.is_empty():
        return answered.with_columns(double=pl.lit(value=False))
    return answered.join(doubles, on="record", how="left", maintain_order="left").with_columns(
        pl.col("double").fill_null(value=False)
    )


def missing(*, asked: pl.DataFrame, answered: pl.DataFrame) -> pl.DataFrame:
    """Debits of the answered days that no row of the file speaks of, and whose result is not known."""
    return asked.filter(pl.col("known_code").is_null()).join(answered, on=_KEY, how="anti", maintain_order="left")


def apply(rows: pl.DataFrame) -> pl.DataFrame:
    """
    What believed rows do: how much of the debit closes its debt, and how much is too much.

    :param rows: of ``judge``, those to apply
    :returns: with ``paid_minor`` (0 when the debit failed), ``allocated_minor`` and ``surplus_minor``
    """
    paid = pl.when(pl.col("code") == PAID_CODE).then(pl.col("amount_minor")).otherwise(0)
    return rows.with_columns(paid_minor=paid).with_columns(
        allocated_minor=pl.min_horizontal("paid_minor", pl.col("open_minor")),
        surplus_minor=pl.max_horizontal(pl.col("paid_minor") - pl.col("open_minor"), 0),
    )
