"""Pictures of groups: the count over time, what a point uses beside what was expected. Each has its table."""

from collections.abc import Sequence
from datetime import date

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.groups import values
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.ui import figures
from tomoshibi.ui.charts import Chart, Series, over_categories

STEPS_SHOWN = 60


def count_history(history: Sequence[values.Step], *, today: date) -> Chart:
    """The point count as a staircase: one category for each day on which it changed, and today."""
    shown = list(history[-STEPS_SHOWN:])
    if shown and shown[-1].start < today:
        shown.append(values.Step(today, shown[-1].points, shown[-1].subs))
    return over_categories(
        chart_id="count",
        title=_("Points over time"),
        axis=_("From"),
        categories=[figures.day(step.start) for step in shown],
        series=[Series(_("Points"), [step.points for step in shown], kind="line")],
        unit=_("points"),
        low=True,
    )


def energy_per_point(energy: pl.DataFrame, *, band: tuple[int, int] | None) -> Chart:
    """
    What the reference meter measured each day - that is, what one point is taken to use - within the expected band.

    :param energy: ``day``, ``energy_dwh``
    :param band: expected energy of one device a day [0.1 Wh]
    """
    days = energy["day"].to_list()
    used = [value / DWH_PER_KWH for value in energy["energy_dwh"].to_list()]
    series = [Series(_("energy per point"), used, [f"{value:.3f}" for value in used], kind="line")]
    if band:
        for name, limit in ((_("expected at least"), band[0]), (_("expected at most"), band[1])):
            level = limit / DWH_PER_KWH
            series.append(Series(name, [level] * len(days), [f"{level:g}"] * len(days), kind="line", quiet=True))
    return over_categories(
        chart_id="energy",
        title=_("Energy per point and day"),
        axis=_("Day"),
        categories=[figures.day(day) for day in days],
        series=series,
        unit="kWh",
        low=True,
    )


def portfolio_history(rows: Sequence[tuple[date, int, int]]) -> Chart:
    """Points and groups of the whole company by month."""
    return over_categories(
        chart_id="portfolio",
        title=_("Points of the company"),
        axis=_("As of"),
        categories=[figures.day(day) for day, _points, _groups in rows],
        series=[Series(_("Points"), [points for _day, points, _groups in rows])],
        unit=_("points"),
        low=True,
    )
