"""What prices a bill: the versions that hold on its days, their programs, and the published values that they need."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tomoshibi.kernel import frames
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import compile as compiler
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import meaning, published, spot, values
from tomoshibi.tariffs.models import PlanVersion

_VERSIONS = {"plan_version": pl.Int64, "plan_code": pl.String, "valid_from": pl.Date, "valid_until": pl.Date}


class PlanBook:
    """
    Published plans and values, each read once: for whoever prices many frames of one moment.

    What is published later is not in it: a book lives as long as a transaction, not longer.

    :param months: that will be asked about, where they are known: what is published for them is read at once
    """

    def __init__(self, *, months: Sequence[Month] = ()) -> None:
        self._rows: dict[int, PlanVersion | None] = {}
        self._values = published.Masters(months=months)

    @cached_property
    def versions_frame(self) -> pl.DataFrame:
        """``plan_version``, ``plan_code``, ``valid_from``, ``valid_until`` of every published version."""
        rows = PlanVersion.objects.order_by("valid_from").values_list("id", "plan_code", "valid_from", "valid_until")
        return pl.DataFrame(list(rows), schema=_VERSIONS, orient="row")

    def with_versions(self, frame: pl.DataFrame, *, on: str = "period_start") -> pl.DataFrame:
        """
        Add ``plan_version``: the version of each row's ``plan_code`` that holds on a day of the row; null if there is none.

        :param on: name of the date column; a period belongs to the version of its first day
        """
        # A book has thousands of bills and some hundred pairs of plan and day.
        telling = frames.telling(frame, ["plan_code", on])
        asked = frame.select("plan_code", on).unique(subset=telling).sort(on)
        joined = asked.join_asof(
            self.versions_frame.sort("valid_from"),
            left_on=on,
            right_on="valid_from",
            by="plan_code",
            strategy="backward",
            check_sortedness=False,
        )
        ended = pl.col("valid_until") <= pl.col(on)
        held = joined.select(*telling, pl.when(ended).then(None).otherwise("plan_version").alias("plan_version"))
        return frame.join(held, on=telling, how="left", nulls_equal=True, maintain_order="left")

    def programs(self, version_ids: Iterable[int]) -> dict[int, Program]:
        """The programs of versions; unknown ids are left out (pricing refuses their rows)."""
        return {row.id: compiled(row) for row in self._known(version_ids)}

    def rules(self, version_ids: Iterable[int]) -> dict[int, tuple[Program, str]]:
        """
        What versions price by: their program and the product of their fuel adjustment. Equal rules price everything alike.
        """
        return {row.id: (compiled(row), fuel_product(row.document)) for row in self._known(version_ids)}

    def with_market(
        self,
        frame: pl.DataFrame,
        *,
        documents_of: Mapping[int, Mapping[str, Any]] | None = None,
        spot_year: int | None = None,
    ) -> pl.DataFrame:
        """
        Add the published values and the tax rate that the plans of a frame need (see ``published.add_columns``).

        :param frame: ``plan_version``, ``area``, ``voltage``, ``month`` (202610), ``period_start``, ``period_end``; optional
            ``usage_month``, ``reading_on``, ``continuing``
        :param documents_of: one-version documents that are not published, by the numbers they have in ``plan_version``
        :param spot_year: averages of spot prices as if those of a year had come
        """
        ids = frame["plan_version"].unique().drop_nulls().to_list()
        known = {row.id: (row.sha256, row.document) for row in self._known(ids)}
        known |= {number: (documents.sha256(one), one) for number, one in (documents_of or {}).items()}
        return published.add_columns(
            frame,
            programs={number: _program(sha256, _Document(one)) for number, (sha256, one) in known.items()},
            fuel_products={number: fuel_product(one) for number, (_sha256, one) in known.items()},
            spot_year=spot_year,
            known=self._values,
        )

    def half_hours(self, **asked: Any) -> values.HalfHours:
        """Half-hours of bills of one area and period (``published.Masters.half_hours``)."""
        return self._values.half_hours(**asked)

    def day_types(self, period: Period, *, area: str) -> npt.NDArray[np.int8]:
        """What kind of day each day of a period is at an area (``published.Masters.day_types``)."""
        return self._values.day_types(period, area=area)

    def _known(self, version_ids: Iterable[int]) -> Sequence[PlanVersion]:
        wanted = {int(i) for i in version_ids if i is not None}
        unread = wanted - self._rows.keys()
        if unread:
            self._rows |= dict.fromkeys(unread) | PlanVersion.objects.in_bulk(unread)
        return [row for number in sorted(wanted) if (row := self._rows[number]) is not None]


def versions_frame() -> pl.DataFrame:
    """``plan_version``, ``plan_code``, ``valid_from``, ``valid_until`` of every published version."""
    return PlanBook().versions_frame


def with_versions(frame: pl.DataFrame, *, on: str = "period_start") -> pl.DataFrame:
    """Add ``plan_version`` (``PlanBook.with_versions``)."""
    return PlanBook().with_versions(frame, on=on)


def programs(version_ids: Iterable[int]) -> dict[int, Program]:
    """The programs of versions; unknown ids are left out (pricing refuses their rows)."""
    return PlanBook().programs(version_ids)


def rules(version_ids: Iterable[int]) -> dict[int, tuple[Program, str]]:
    """What versions price by (``PlanBook.rules``)."""
    return PlanBook().rules(version_ids)


def rules_of(document: Mapping[str, Any]) -> tuple[Program, str]:
    """The same of a sound one-version document that need not be published."""
    return program_of(document), fuel_product(document)


def with_market(
    frame: pl.DataFrame,
    *,
    documents_of: Mapping[int, Mapping[str, Any]] | None = None,
    spot_year: int | None = None,
) -> pl.DataFrame:
    """Add the published values and the tax rate that the plans of a frame need (``PlanBook.with_market``)."""
    return PlanBook().with_market(frame, documents_of=documents_of, spot_year=spot_year)


def components(version_ids: Iterable[int]) -> dict[int, tuple[values.Component, ...]]:
    """What the line numbers of versions stand for."""
    rows = PlanVersion.objects.filter(id__in={int(i) for i in version_ids if i is not None})
    return {row.id: _components(row.sha256, _Document(row.document)) for row in rows}


def components_of(document: Mapping[str, Any]) -> tuple[values.Component, ...]:
    return meaning.components(document)


def program_of(document: Mapping[str, Any]) -> Program:
    """The program of a sound one-version document that need not be published (quotes, previews, case checks)."""
    return compiler.program(document)


def fuel_product(document: Mapping[str, Any]) -> str:
    """The product whose fuel unit a one-version document takes; empty where it has no fuel adjustment."""
    return published.fuel_product(document)


def spot_changed_since(*, plan_version: int, area: str, period: Period, known_at: datetime) -> bool:
    """Whether a version would look up other spot prices for a period today than at a moment."""
    program = programs([plan_version])[plan_version]
    return spot.changed_since(program, period=period, area=area, known_at=known_at)


half_hours = spot.half_hours
"""Half-hours of bills of one area and period as pricing takes them, with day types and spot prices."""


def compiled(row: PlanVersion) -> Program:
    """The program of a published version, worked out once for each document."""
    return _program(row.sha256, _Document(row.document))


class _Document:
    """A document that a cache passes through; its hash beside it is the key."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Document)


@lru_cache(maxsize=1_000)
def _program(sha256: str, document: _Document) -> Program:
    return compiler.program(document.content)


@lru_cache(maxsize=1_000)
def _components(sha256: str, document: _Document) -> tuple[values.Component, ...]:
    return meaning.components(document.content)
