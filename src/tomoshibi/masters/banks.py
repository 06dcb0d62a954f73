"""Banks and branches as the package ``zengin-code`` has them, in the characters of bank files."""

from importlib.metadata import version

import polars as pl

from tomoshibi.masters.kana import half_width

SOURCE_COLUMNS = {"bank_code": pl.String, "code": pl.String, "name": pl.String, "kana": pl.String}


def source() -> str:
    """Which list ``published`` is."""
    return f"zengin-code {version('zengin-code')}"


def published() -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    All banks and all branches of the package.

    :returns: banks (code, name, kana) and branches (bank_code, code, name, kana)
    """
    from zengin_code import Bank

    banks, branches = [], []
    for bank in Bank.all.values():
        banks.append((bank.code, bank.name, half_width(bank.kana)))
        branches += [
            (bank.code, branch.code, branch.name, half_width(branch.kana)) for branch in bank.branches.values()
        ]
    return (
        pl.DataFrame(banks, schema=["code", "name", "kana"], orient="row"),
        pl.DataFrame(branches, schema=["bank_code", "code", "name", "kana"], orient="row"),
    )
