"""Which plan versions and published values bills are priced with: those that hold. Studies look at other worlds."""

import polars as pl

from tomoshibi.billing import queries
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import queries as tariffs


class World:
    """What holds."""

    def parts(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The terms that hold in each candidate's period (``queries.parts``)."""
        return queries.parts(rows=rows)

    def starts(self) -> pl.DataFrame:
        """``plan_code`` and ``valid_from`` of every version: the days on which a period may be divided."""
        return tariffs.versions_frame().select("plan_code", "valid_from")

    def versions(self, parts: pl.DataFrame) -> pl.DataFrame:
        """Add ``plan_version`` to parts with ``plan_code`` and ``period_start``."""
        return tariffs.with_versions(parts)

    def programs(self, versions: pl.Series) -> dict[int, Program]:
        """The programs behind numbers of ``plan_version``."""
        return tariffs.programs(versions)

    def values(self, usage: pl.DataFrame) -> pl.DataFrame:
        """Add published values and the tax rate."""
        return tariffs.with_market(usage)


AS_IT_IS = World()
