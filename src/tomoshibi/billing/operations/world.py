"""Which plan versions and published values bills are priced with: those that hold. Studies look at other worlds."""

from datetime import datetime
from typing import Any

import polars as pl

from tomoshibi.billing import queries
from tomoshibi.billing.operations.lookups import Lookups
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.tariffs import values as tariff_values


class World:
    """
    What holds.

    :param lookups: how contracts, plans and published values are read
    """

    spot_year: int | None = None
    """A year whose spot prices come again; nothing where each day has its own."""

    def __init__(self, lookups: Lookups | None = None) -> None:
        self.lookups = lookups or Lookups()

    def parts(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The terms that hold in each candidate's period (``queries.parts``)."""
        return self.lookups.parts(rows)

    def channels(self, parts: pl.DataFrame, *, rows: pl.DataFrame, programs: dict[int, Program]) -> pl.DataFrame:
        """Add the discount codes that follow how the payer of each bill pays and is told (``queries.with_channel_codes``)."""
        return queries.with_channel_codes(parts, rows=rows, programs=programs, payers=self.lookups.payers)

    def starts(self) -> pl.DataFrame:
        """``plan_code`` and ``valid_from`` of every version: the days on which a period may be divided."""
        return self.lookups.plans.versions_frame.select("plan_code", "valid_from")

    def versions(self, parts: pl.DataFrame) -> pl.DataFrame:
        """Add ``plan_version`` to parts with ``plan_code`` and ``period_start``."""
        return self.lookups.plans.with_versions(parts)

    def programs(self, versions: pl.Series) -> dict[int, Program]:
        """The programs behind numbers of ``plan_version``."""
        return self.lookups.plans.programs(versions)

    def rules(self, versions: pl.Series) -> dict[int, tuple[Program, str]]:
        """What those numbers price by; where it is equal, nothing changes from one to the other."""
        return self.lookups.plans.rules(versions)

    def values(self, usage: pl.DataFrame) -> pl.DataFrame:
        """Add published values and the tax rate."""
        return self.lookups.plans.with_market(usage)

    def half_hours(self, **asked: Any) -> tariff_values.HalfHours:
        """Half-hours as pricing takes them, with spot prices (``tariffs.half_hours``)."""
        return self.lookups.plans.half_hours(**asked)


class AsKnown(World):
    """What held at a moment, of what bills look up themselves: the spot prices."""

    def __init__(self, known_at: datetime | None) -> None:
        super().__init__()
        self._known_at = known_at

    def half_hours(self, **asked: Any) -> tariff_values.HalfHours:
        return tariffs.half_hours(**asked, known_at=self._known_at)


AS_IT_IS = World()
