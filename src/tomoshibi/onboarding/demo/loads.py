"""
What the demo's customers use: the BDEW standard load profiles of 2025 (households, households with solar panels,
shops), bent to the seasons of Japan's areas, scaled to each home, with seeded noise.
"""

import warnings
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tomoshibi.kernel import halfhours
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.onboarding.demo import power, story

SLOTS = 48
FINEST_DWH = 100
"""Half-hours of the demo come in hundredths of a kWh, as smart meters tell them."""
CORRECTED, CORRECTED_BY_DWH = 3, 600_000
"""How many values came once more before they were billed, and by how much the first were too large."""
PROFILES = {"household": "H25", "solar": "P25", "shop": "G25"}
# How a month's use stands to the German profile's: cooling in August, heating in January (invented, plausible).
SEASON = {
    "01": (1.55, 1.50, 1.35, 1.10, 0.90, 0.80, 0.85, 0.90, 0.80, 0.95, 1.20, 1.50),
    "*": (1.25, 1.20, 1.05, 0.90, 0.80, 0.90, 1.20, 1.35, 1.10, 0.85, 0.90, 1.15),
}

Float = npt.NDArray[np.float64]
Vector = npt.NDArray[np.int32]


def curves(*, start: date, end: date) -> dict[str, Float]:
    """
    Use per half-hour of a home that uses 1 kWh a year, by kind.

    :returns: arrays of shape (days, 48) [kWh]
    """
    import pandas as pd

    days = (end - start).days
    index = pd.date_range(start, periods=days * SLOTS, freq="30min")
    holidays = [h.day for year in range(start.year, end.year + 1) for h in masters.holidays(year=year)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from demandlib import bdew

        # A profile's year holds a million kWh; power [kW] over half an hour is half as many kWh.
        return {
            kind: np.asarray(getattr(bdew, name)(index, holidays=holidays), dtype=np.float64).reshape(days, SLOTS) / 2e6
            for kind, name in PROFILES.items()
        }


class Loads:
    """Half-hours of any home on any days of the demo, the same each time it is asked."""

    def __init__(self, homes: pl.DataFrame, *, until: Month = story.OPEN) -> None:
        """
        :param homes: as ``portfolio.Portfolio.homes``; a point that is not there is a household of some size
        :param until: the last month that is asked for
        """
        self._start = story.FIRST_MONTH.plus(-1).first
        self._end = until.plus(1).first
        self._curves = curves(start=self._start, end=self._end)
        self._homes = {row["spin"]: (n, row) for n, row in enumerate(homes.iter_rows(named=True))}

    def half_hours(self, spin: str, *, start: date, end: date) -> Vector:
        """:returns: shape (days * 48,) [0.1 Wh], whole hundredths of a kWh"""
        number, home = self._homes.get(spin) or _some_household(spin)
        first, last = (start - self._start).days, (end - self._start).days
        shape = self._curves[home["kind"]][first:last]
        season = SEASON.get(home["area"], SEASON["*"])
        months = np.array([(start + timedelta(days=n)).month - 1 for n in range(last - first)])
        rng = np.random.default_rng([story.SEED, number, first])
        noise = rng.gamma(6.0, 1 / 6.0, shape.shape) * rng.normal(1.0, 0.12, (len(shape), 1)).clip(0.5, 1.5)
        kwh = shape * home["yearly_kwh"] * np.asarray(season)[months][:, None] * noise
        return (np.rint(kwh * 100).astype(np.int32) * FINEST_DWH).ravel()

    def demand(self, spin: str, *, month: Month) -> tuple[int | None, int | None]:
        """:returns: largest demand and power factor of a point on actual demand [1e-3 kW, 1e-3 %]; of others nothing"""
        number = self.demand_no(spin)
        return (None, None) if number is None else power.measured(number, month)

    def demand_no(self, spin: str) -> int | None:
        """Which of those on actual demand a point is; nothing of others."""
        _number, home = self._homes.get(spin, (0, {}))
        return home.get("demand_no")

    def total_dwh(self, spin: str, *, start: date, end: date) -> int:
        return int(self.half_hours(spin, start=start, end=end).sum())


def _some_household(spin: str) -> tuple[int, dict[str, Any]]:
    """Somebody who came after the demo was loaded."""
    number = int(spin[2:])
    yearly_kwh = float(np.random.default_rng([story.SEED, number]).uniform(2_400, 5_200))
    return number, {"kind": "household", "area": spin[:2], "yearly_kwh": yearly_kwh}


def periods(supplied: pl.DataFrame, *, month: Month) -> pl.DataFrame:
    """
    The days of use that a reading month holds for each contract.

    :param supplied: columns of ``contracts.queries.SUPPLIED``
    :returns: with ``period_start``, ``period_end``, cut to the contract; contracts without a day in it are left out
    """
    days = _metering_days(month.plus(-1), "from").join(_metering_days(month, "until"), on=["area", "base_day"])
    cut = supplied.join(days, on=["area", "base_day"], how="inner", maintain_order="left").with_columns(
        period_start=pl.max_horizontal("from", "start"), period_end=pl.min_horizontal("until", "end")
    )
    return cut.filter(pl.col("period_start") < pl.col("period_end")).drop("from", "until")


def _metering_days(month: Month, name: str) -> pl.DataFrame:
    return pl.DataFrame(
        [(day.area, day.base_day, day.metering_on) for day in masters.reading_days(month=month)],
        schema={"area": pl.String, "base_day": pl.String, name: pl.Date},
        orient="row",
    )


def readings(supplied: pl.DataFrame, *, month: Month, loads: Loads, with_half_hours: bool) -> pl.DataFrame:
    """
    Confirmed values of a month, as ``metering.operations.take_over`` reads them.

    :param supplied: columns of ``contracts.queries.SUPPLIED``
    """
    rows = periods(supplied, month=month)
    vectors = [
        loads.half_hours(spin, start=start, end=end)
        for spin, start, end in rows.select("spin", "period_start", "period_end").iter_rows()
    ]
    demands = [loads.demand(spin, month=month) for spin in rows["spin"]]
    return rows.select(
        "supply_point_id",
        "spin",
        pl.lit(month.number, dtype=pl.Int64).alias("month"),
        "period_start",
        "period_end",
        pl.Series("energy_dwh", [int(vector.sum()) for vector in vectors], dtype=pl.Int64),
        pl.Series(
            "half_hours",
            [halfhours.to_bytes(vector) if with_half_hours else None for vector in vectors],
            dtype=pl.Binary,
        ),
        pl.Series("max_demand_milli", [demand for demand, _factor in demands], dtype=pl.Int64),
        pl.Series("power_factor_milli", [factor for _demand, factor in demands], dtype=pl.Int64),
    )


def before_correction(readings: pl.DataFrame, supplied: pl.DataFrame) -> pl.DataFrame:
    """
    Some values of a month as they came first, too large and without half-hours.

    :param readings: columns of ``metering.operations.READINGS``
    :param supplied: columns of ``contracts.queries.SUPPLIED``
    """
    steady = supplied.filter(pl.col("end").is_null()).sort("contract_id")["supply_point_id"].head(CORRECTED)
    return readings.filter(pl.col("supply_point_id").is_in(steady.implode())).with_columns(
        pl.col("energy_dwh") + CORRECTED_BY_DWH, half_hours=pl.lit(None, dtype=pl.Binary)
    )
