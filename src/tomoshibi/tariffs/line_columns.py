"""Lines as the engine leaves them: columns per line number. A frame where lines are wanted, sums where sums are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from tomoshibi.kernel.exact import BoolArray
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.kernel.units import E10
from tomoshibi.rating.sheet import Line

_HALF_WORD = 32
"""Amounts stay below 2**62: sums of their halves fit 64 bits over two thousand million bills, whole sums do not."""


@dataclass(frozen=True)
class LineColumns:
    """
    The lines of bills of one plan version, bill by bill; a refused bill has none.

    :param keys: ``row_id``, ``segment``, ``plan_version`` of n rows
    :param lines: one per line number, from 1
    :param kept: (n,) rows whose lines count; ``None``: all
    """

    keys: pl.DataFrame
    lines: tuple[Line, ...]
    kept: BoolArray | None = None

    def only(self, row_ids: pl.Series) -> "LineColumns":
        """The lines of some bills."""
        mine = self.keys["row_id"].is_in(row_ids.implode()).to_numpy()
        return replace(self, kept=mine if self.kept is None else self.kept & mine)

    def frame(self) -> pl.DataFrame:
        """``values.LINES``"""
        shape = (self.keys.height, len(self.lines))
        present = np.empty(shape, dtype=np.bool_)
        for place, line in enumerate(self.lines):
            present[:, place] = line.present if self.kept is None else line.present & self.kept
        rows, places = np.nonzero(present)

        def flat(field: str, dtype: type[np.generic]) -> pl.Series:
            matrix = np.empty(shape, dtype=dtype)
            for place, line in enumerate(self.lines):
                matrix[:, place] = getattr(line, field)
            return pl.Series(field, matrix[present])

        repeated = self.keys[rows]
        return pl.DataFrame(
            {
                "row_id": repeated["row_id"],
                "segment": repeated["segment"],
                "plan_version": repeated["plan_version"],
                "component_no": pl.Series((places + 1).astype(np.int16)),
                "quantity": flat("quantity", np.int64),
                "price_micro": flat("price_micro", np.int64),
                "ratio_num": flat("ratio_num", np.int32),
                "ratio_den": flat("ratio_den", np.int32),
                "amount_e10": flat("amount_e10", np.int64),
            }
        )

    def sums(self) -> Iterator[tuple[int, int, int, int]]:
        """``(plan version, line number, whole units, rest [1e-10])``: what the lines of each number come to."""
        version = self.keys["plan_version"][0]
        for number, line in enumerate(self.lines, start=1):
            # A line that a bill does not have is zero in its column.
            amount = line.amount_e10 if self.kept is None else line.amount_e10[self.kept]
            yield version, number, *divmod(_sum(amount), E10)


def _sum(amount_e10: Int64Array) -> int:
    """The exact sum of a column, however large."""
    low = np.int64((1 << _HALF_WORD) - 1)
    return (int((amount_e10 >> _HALF_WORD).sum()) << _HALF_WORD) + int((amount_e10 & low).sum())
