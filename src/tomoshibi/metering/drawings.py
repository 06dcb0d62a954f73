"""Pictures of use: months beside last year, half-hours of a month as a map and by day. Each has its table."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tomoshibi.kernel.halfhours import MISSING
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.metering import values
from tomoshibi.ui import figures
from tomoshibi.ui.charts import Chart, Series, over_categories

MONTHS_SHOWN = 13

NOTES = {
    values.NOTE_DIFFERS: gettext_lazy("The half-hours do not add up to the monthly value."),
    values.NOTE_MISSING: gettext_lazy("Some half-hours are missing."),
    values.NOTE_OUTSIDE: gettext_lazy("The value reaches beyond the contract."),
}


@dataclass(frozen=True)
class MonthUse:
    """Use of a reading month and of the same month a year before [0.1 Wh]; nothing where it is not known."""

    month: Month
    energy_dwh: int | None
    year_ago_dwh: int | None


def month_uses(history: pl.DataFrame, *, last_month: Month) -> list[MonthUse]:
    """
    Thirteen months up to and including one.

    :param history: one point's rows of ``values.HISTORY``; several periods of a month are one use
    """
    summed = dict(history.group_by("month").agg(pl.col("energy_dwh").sum()).iter_rows())
    months = [last_month.plus(back) for back in range(1 - MONTHS_SHOWN, 1)]
    return [MonthUse(month, summed.get(month.number), summed.get(month.plus(-12).number)) for month in months]


def months(uses: list[MonthUse]) -> Chart:
    """Bars of thirteen months beside those of the year before."""

    def series(name: str, used: list[int | None], *, quiet: bool) -> Series:
        return Series(name, [_kwh(value) for value in used], [_figure(value) for value in used], quiet=quiet)

    return over_categories(
        chart_id="months",
        title=_("Use of thirteen months"),
        axis=_("Reading month"),
        categories=[figures.month(use.month) for use in uses],
        series=[
            series(_("a year before"), [use.year_ago_dwh for use in uses], quiet=True),
            series(_("use"), [use.energy_dwh for use in uses], quiet=False),
        ],
        unit="kWh",
    )


def days(curve: values.LoadCurve) -> Chart:
    """Use by day; a day with a missing interval has no bar."""
    used = [None if (row == MISSING).any() else int(row.sum(dtype=np.int64)) for row in curve.values_dwh]
    return over_categories(
        chart_id="days",
        title=_("Use by day"),
        axis=_("Day"),
        categories=_day_names(curve),
        series=[Series(_("use"), [_kwh(value) for value in used], [_figure(value) for value in used])],
        unit="kWh",
        low=True,
    )


def heat(curve: values.LoadCurve) -> Chart:
    """Every interval of the days as a colour: weekdays, nights and standing loads are seen at once."""
    names, slots = _day_names(curve), slot_names(curve.interval_minutes)
    cells = [
        [slot, day, None if value == MISSING else value / DWH_PER_KWH]
        for day, row in enumerate(curve.values_dwh.tolist())
        for slot, value in enumerate(row)
    ]
    known = curve.values_dwh[curve.known]
    top = float(known.max()) / DWH_PER_KWH if known.size else 1.0
    option = {
        "tooltip": {"trigger": "item", "renderMode": "richText"},
        "grid": {"left": 8, "right": 12, "top": 8, "bottom": 56, "containLabel": True},
        "xAxis": {"type": "category", "data": slots, "splitArea": {"show": False}},
        "yAxis": {"type": "category", "data": names, "inverse": True},
        "visualMap": {
            "min": 0,
            "max": top or 1.0,
            "calculable": True,
            "orient": "horizontal",
            "left": "center",
            "bottom": 0,
            "text": ["kWh", ""],
            "inRange": {"color": ["#e6f0f8", "#8fc1ea", "#1d5480", "#f2b134"]},
        },
        "series": [{"type": "heatmap", "name": "kWh", "data": cells}],
    }
    rows = [
        [name, *(_figure(value) for value in row)] for name, row in zip(names, curve.values_dwh.tolist(), strict=True)
    ]
    return Chart(id="heat", title=_("Half-hours of the month [kWh]"), option=option, head=[_("Day"), *slots], rows=rows)


def slot_names(interval_minutes: int) -> list[str]:
    """Beginnings of the intervals of a day: ``00:00``, ``00:30`` ..."""
    starts = range(0, 24 * 60, interval_minutes)
    return [f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in starts]


def _day_names(curve: values.LoadCurve) -> list[str]:
    return [figures.day_with_weekday(curve.first_day + timedelta(days=n)) for n in range(len(curve.values_dwh))]


def _kwh(energy_dwh: int | None) -> float | None:
    return None if energy_dwh is None else energy_dwh / DWH_PER_KWH


def _figure(energy_dwh: int | None) -> str:
    return "–" if energy_dwh is None or energy_dwh == MISSING else figures.decimal(energy_dwh, scale=DWH_PER_KWH)
