"""
Rows of a notice of incoming transfers: which of them count, and whom they name. Pure.

The order in which a payer is looked for is the practice of banks' customers: the code that the bank adds (a virtual
account), the EDI text, a number typed before the name; a name alone never decides, it only suggests.
"""

import re
import unicodedata
from datetime import date

import polars as pl

from tomoshibi.collection.values import DepositVerdict

SHORTEST_NUMBER = 6
"""Shorter digits in a name are a house or a shop, not a payer's number."""

KEY = ["bank_account", "booked_on", "inquiry_number", "amount_minor"]
_PAIR = ["bank_account", "inquiry_number", "amount_minor"]
_DIGITS = re.compile(rf"[0-9]{{{SHORTEST_NUMBER},}}")
_LEGAL_FORMS = re.compile(
    r"^(?:カ|ユ|メ|シ|ド|イ|シヤ|ザイ|ガク|フク|シユウ)\)|\((?:カ|ユ|メ|シ|ド|イ|シヤ|ザイ|ガク|フク|シユウ)\)?$"
    r"|カブシキガイシ[ヤャ]|ユウゲンガイシ[ヤャ]|ゴウドウガイシ[ヤャ]"
)


def judge(rows: pl.DataFrame, *, known: pl.DataFrame, ours: str, today: date) -> pl.DataFrame:
    """
    Put a verdict on every row, the first that holds.

    :param rows: ``KEY`` and ``canceled``, in the file's order
    :param known: ``KEY`` and ``canceled`` of what earlier files brought or took back
    :param ours: our bank account, like ``bank_account``
    :returns: ``rows`` with ``verdict``, a ``DepositVerdict``
    """
    seen = known.select(*KEY, "canceled").unique().with_columns(known=pl.lit(value=True))
    came = seen.filter(~pl.col("canceled")).select(*KEY, came=pl.lit(value=True))
    joined = rows.join(seen, on=[*KEY, "canceled"], how="left", maintain_order="left")
    joined = joined.join(came, on=KEY, how="left", maintain_order="left").with_columns(
        known=pl.col("known").fill_null(value=False) | (pl.int_range(pl.len()).over([*KEY, "canceled"]) > 0),
        came=pl.col("came").fill_null(value=False),
        undone=pl.col("canceled").any().over(_PAIR) & (~pl.col("canceled")).any().over(_PAIR),
    )
    verdict = (
        pl.when(pl.col("bank_account") != ours)
        .then(pl.lit(DepositVerdict.OTHER_ACCOUNT.value))
        .when(pl.col("amount_minor") <= 0)
        .then(pl.lit(DepositVerdict.NOTHING.value))
        .when(pl.col("known"))
        .then(pl.lit(DepositVerdict.KNOWN.value))
        .when(pl.col("undone") & ~pl.col("came"))
        .then(pl.lit(DepositVerdict.CANCELED.value))
        .when(pl.col("canceled"))
        .then(pl.lit(DepositVerdict.CANCELS.value))
        .when(pl.col("booked_on") > today)
        .then(pl.lit(DepositVerdict.FUTURE.value))
        .otherwise(pl.lit(DepositVerdict.TAKEN.value))
    )
    return joined.with_columns(verdict=verdict).drop("known", "came", "undone")


def numbers_in(*, payer_code: str, edi: str, payer_kana: str) -> list[str]:
    """The numbers that a row may name its payer by, the surest first; zeros before a code are the bank's filling."""
    found = [payer_code, payer_code.lstrip("0"), edi.strip(), *_DIGITS.findall(edi), *_DIGITS.findall(payer_kana)]
    return list(dict.fromkeys(one for one in found if len(one) >= SHORTEST_NUMBER))


def plain_name(kana: str) -> str:
    """A name as it is compared: without digits, legal form, spaces and marks; small kana as large ones."""
    wide = unicodedata.normalize("NFKC", kana).upper()
    bare = _LEGAL_FORMS.sub("", re.sub(r"[0-9]+", "", wide).strip())
    large = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")
    return re.sub(r"[^ア-ンA-Z\u3041-\u3096\u4e00-\u9fff]", "", bare.translate(large))
