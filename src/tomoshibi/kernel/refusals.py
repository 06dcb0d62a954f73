"""Many things can be wrong with many rows: each is named, and nothing is written while one is left."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

SHOWN = 1_000


class Refusal(NamedTuple):
    """What is wrong with one row of a frame or file (the first row is 1)."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.reason}"


class RowsRefused(ValueError):
    """Rows of an input cannot be taken; none of the input was."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(sorted(refusals))
        more = f" (and {len(self.refusals) - 1} more)" if len(self.refusals) > 1 else ""
        super().__init__(f"{self.refusals[0]}{more}")


class Examination:
    """Collects the refusals of a frame: the first reason for each row and column, at most ``SHOWN`` of a kind."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame.with_row_index("_row", offset=1)
        self._found: dict[tuple[int, str], Refusal] = {}

    def refuse(self, where: pl.Expr, *, column: str, reason: str) -> None:
        """
        Refuse the rows for which an expression is true (null counts as false).

        :param reason: a sentence; ``{value}`` stands for the row's value in the column
        """
        shown = [c for c in ("_row", column) if c in self._frame.columns]
        for row in self._frame.filter(where.fill_null(value=False)).select(shown).head(SHOWN).iter_rows(named=True):
            refusal = Refusal(row["_row"], column, reason.replace("{value}", str(row.get(column, ""))))
            self._found.setdefault((refusal.row, refusal.column), refusal)

    def refuse_rows(self, rows: Sequence[int], *, column: str, reason: str) -> None:
        """Refuse rows by their number (the first is 1)."""
        self.refuse(pl.col("_row").is_in(list(rows)), column=column, reason=reason)

    def refuse_unless_match(self, column: str, pattern: str, *, reason: str) -> None:
        """Refuse texts that a regular expression does not match."""
        self.refuse(~pl.col(column).str.contains(pattern), column=column, reason=reason)

    def refuse_longer(self, limits: Mapping[str, int], *, reason: str) -> None:
        """
        Refuse texts with more characters than their column may hold.

        :param reason: a sentence; ``{limit}`` stands for the number of characters
        """
        for column, limit in limits.items():
            if self._frame.schema.get(column) == pl.String:
                self.refuse(
                    pl.col(column).str.len_chars() > limit, column=column, reason=reason.replace("{limit}", str(limit))
                )

    def finish(self) -> None:
        """:raises RowsRefused: if anything was refused"""
        if self._found:
            raise RowsRefused(list(self._found.values()))
