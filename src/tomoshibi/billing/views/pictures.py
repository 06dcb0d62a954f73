"""Charts beside a bill: thirteen months of use, and the load inside the period."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.billing import values
from tomoshibi.billing.queries.comparison import STEPS_PERCENT
from tomoshibi.kernel.halfhours import MISSING
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.metering import queries as metering
from tomoshibi.ui import charts, figures

MONTHS = 13


def months(*, contract: Any, month: int, bill: values.Bill | None) -> charts.Chart:
    """Use per reading month of the contract, with the month of the bill at the end."""
    newest = Month.from_number(month)
    history = metering.history_frame(last_month=newest, months=MONTHS, supply_point_ids=[contract.supply_point_id])
    used: dict[int, int] = {}
    for number, start, energy in history.select("month", "period_start", "energy_dwh").iter_rows():
        if start >= contract.start:
            used[number] = used.get(number, 0) + energy
    if bill is not None:
        used[month] = bill.energy_dwh
    shown = [newest.plus(n - MONTHS + 1) for n in range(MONTHS)]
    points = [used.get(one.number) for one in shown]
    series = charts.Series(
        name=_("Use"),
        points=[None if point is None else point / DWH_PER_KWH for point in points],
        figures=["–" if point is None else figures.kwh(point) for point in points],
    )
    return charts.over_categories(
        chart_id="months",
        title=_("Use of thirteen months"),
        axis=_("Reading month"),
        categories=[str(one) for one in shown],
        series=[series],
        unit="kWh",
        low=True,
    )


def load(bill: values.Bill) -> charts.Chart | None:
    """Energy per day of the bill's period from half-hours, where there are any."""
    curve = metering.load_curve(supply_point_id=bill.supply_point_id, period=Period(bill.period_start, bill.period_end))
    if curve is None:
        return None
    days = list(Period(bill.period_start, bill.period_end))
    sums = [None if (row == MISSING).any() else int(row.sum()) for row in curve.values_dwh]
    series = charts.Series(
        name=_("Per day"),
        points=[None if one is None else one / DWH_PER_KWH for one in sums],
        figures=["–" if one is None else figures.kwh(one) for one in sums],
    )
    return charts.over_categories(
        chart_id="load",
        title=_("Load inside the period"),
        axis=_("Day"),
        categories=[day.isoformat() for day in days],
        series=[series],
        unit="kWh",
        low=True,
    )


def changes(classes: Sequence[int]) -> charts.Chart:
    """How many bills changed by how much against the month before."""
    steps = [f"{step:+d}" for step in STEPS_PERCENT]
    names = [f"< {steps[0]}", *(f"{low} – {high}" for low, high in pairwise(steps)), f"{steps[-1]} ≤"]
    return charts.over_categories(
        chart_id="changes",
        title=_("Change against the month before"),
        axis=_("Change, %"),
        categories=names,
        series=[charts.Series(name=_("Bills"), points=list(classes))],
        unit=_("Bills"),
        low=True,
    )
