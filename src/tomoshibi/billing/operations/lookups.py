"""What is read about the contracts of bills, whatever prices hold for them; and the same read once for many months and worlds."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cached_property

import numpy as np
import polars as pl

from tomoshibi.billing import queries
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel import frames
from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.metering import queries as metering
from tomoshibi.parties import queries as parties
from tomoshibi.rating.halfhours import Numbers
from tomoshibi.storage import kept
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.tariffs.values import Blocks

_MEASURED = ["row_id", "reading_id", "area", "period_start", "period_end"]


class Lookups:
    """Everything is read when it is asked for."""

    @property
    def plans(self) -> tariffs.PlanBook:
        """Published plans and values."""
        return tariffs.PlanBook()

    def reading_days(self, month: Month) -> pl.DataFrame:
        """The reading calendar of a month (``queries.reading_day_frame``)."""
        return queries.reading_day_frame(month)

    def parts(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The terms that hold in each candidate's period (``queries.parts``)."""
        return queries.parts(rows=rows)

    def exemptions(self, contract_ids: pl.Series) -> pl.DataFrame:
        """The levy exemptions of contracts."""
        return contracts.levy_exemptions_frame(contract_ids=contract_ids)

    def payers(self, account_ids: pl.Series) -> pl.DataFrame:
        """How accounts paid and were told, on all their days."""
        return parties.terms_frame(account_ids=account_ids)

    def registers(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Band energies of groups among the readings of candidates (``queries.band_energies``)."""
        return queries.band_energies(reading_ids=rows["reading_id"].drop_nulls())

    def half_hours(self, readings: pl.DataFrame) -> Int32Array:
        """The half-hours of readings, row by row (``metering.half_hour_matrix``)."""
        return metering.half_hour_matrix(readings=readings).values_dwh

    def half_hour_packs(self, readings: pl.DataFrame) -> Iterator[tuple[Int64Array, Numbers, int]]:
        """The same as they come, some readings at a time (``metering.half_hour_packs``)."""
        return metering.half_hour_packs(readings=readings)

    def blocks(self, key: Hashable, make: Callable[[], Blocks]) -> Blocks:
        """Half-hours of bills, cut into blocks with what the market says of their days."""
        return make()

    def added_up(self, readings: pl.DataFrame, question: str, work_out: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """What half-hours of readings come to (``tariffs.values.Blocks``)."""
        return work_out()


class OnceFor(Lookups):
    """
    The same for some contracts, each thing read once.

    It lives as long as the transaction that it reads in: what is written meanwhile is not in it. ``close`` at the end gives
    its half-hours back at once.

    :param members: ``membership.MEMBERS``
    :param months: that will be asked about; what is published for them is read at once
    """

    def __init__(self, members: pl.DataFrame, *, months: Sequence[Month] = ()) -> None:
        self._members = members
        self._months = tuple(months)
        self._of_rows: tuple[pl.DataFrame, dict[str, pl.DataFrame]] = (members, {})
        self._matrices: dict[bytes, Int32Array] = {}
        self._blocks: dict[Hashable, Blocks] = {}
        self._spaces: list[Int32Array] = []
        self._since = kept.moment()

    @cached_property
    def plans(self) -> tariffs.PlanBook:
        return tariffs.PlanBook(months=self._months)

    @cached_property
    def _reading_days(self) -> dict[Month, pl.DataFrame]:
        return queries.reading_day_frames(self._months)

    def reading_days(self, month: Month) -> pl.DataFrame:
        return self._reading_days[month] if month in self._months else super().reading_days(month)

    @cached_property
    def _terms(self) -> pl.DataFrame:
        return contracts.terms_frame(contract_ids=self._members["contract_id"])

    @cached_property
    def _exemptions(self) -> pl.DataFrame:
        return super().exemptions(self._members["contract_id"])

    @cached_property
    def _payers(self) -> pl.DataFrame:
        return super().payers(self._members["account_id"].unique())

    def parts(self, rows: pl.DataFrame) -> pl.DataFrame:
        found = self._kept(rows)
        if "parts" not in found:
            found["parts"] = queries.parts(rows=rows, terms=self._terms)
        return found["parts"]

    def exemptions(self, contract_ids: pl.Series) -> pl.DataFrame:
        return self._exemptions

    def payers(self, account_ids: pl.Series) -> pl.DataFrame:
        return self._payers

    def registers(self, rows: pl.DataFrame) -> pl.DataFrame:
        found = self._kept(rows)
        if "registers" not in found:
            found["registers"] = super().registers(rows)
        return found["registers"]

    def half_hours(self, readings: pl.DataFrame) -> Int32Array:
        key = readings["reading_id"].to_numpy().tobytes()
        if key not in self._matrices:
            space = self._spaces.pop() if self._spaces else None
            self._matrices[key] = metering.half_hour_matrix(readings=readings, space=space).values_dwh
        return self._matrices[key]

    def blocks(self, key: Hashable, make: Callable[[], Blocks]) -> Blocks:
        if key not in self._blocks:
            self._blocks[key] = make()
        return self._blocks[key]

    def added_up(self, readings: pl.DataFrame, question: str, work_out: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """The same, and kept for the next who asks about other prices (``storage.kept``)."""
        days = [
            self.plans.day_types(Period(first, until), area=area).tobytes()
            for area, first, until in readings.group_by("area", maintain_order=True)
            .agg(pl.col("period_start").min(), pl.col("period_end").max())
            .iter_rows()
        ]
        return kept.worked_out(
            [frames.digest(readings[_MEASURED]), *days, question.encode()],
            tables=["metering_halfhours"],
            since=self._since,
            work_out=work_out,
        )

    def close(self) -> None:
        """Blocks know who made them, in a circle: without this their hundred megabytes would wait for the next search."""
        self._matrices, self._blocks, self._spaces = {}, {}, []

    def _kept(self, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
        """What was found for the candidates that were asked about last; the worlds of a month ask about the same."""
        if self._of_rows[0] is not rows:
            self._of_rows = (rows, {})
            self._spaces += [_whole(matrix) for matrix in self._matrices.values()]
            self._matrices, self._blocks = {}, {}
        return self._of_rows[1]


def _whole(matrix: Int32Array) -> Int32Array:
    """The memory that a matrix was made in."""
    while isinstance(matrix.base, np.ndarray):
        matrix = matrix.base
    return matrix.reshape(-1)
