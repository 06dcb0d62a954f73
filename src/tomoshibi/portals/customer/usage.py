"""What the customer used (CM5): thirteen months, the days of a month, the half-hours of a day, from the meter's own data."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import Contract
from tomoshibi.kernel.halfhours import MISSING
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.masters import queries as masters
from tomoshibi.metering import queries as metering
from tomoshibi.metering.values import LoadCurve
from tomoshibi.portals.access import customer_page
from tomoshibi.supply import queries as supply
from tomoshibi.ui import charts, figures
from tomoshibi.worker import queries as clock

MONTHS_SHOWN = 13
LOOK_BACK_DAYS = 62
"""So far back the newest day with half-hours is looked for; older ones are found by choosing a day."""


@dataclass(frozen=True)
class Shown:
    """A chart of use with what is said below it, and where the arrows lead."""

    chart: charts.Chart | None = None
    total_dwh: int = 0
    missing: str = ""
    peak: str = ""
    before: str = ""
    after: str = ""


@require_GET
@customer_page("CM5")
def usage(request: HttpRequest, *, customer_id: int) -> HttpResponse:
    """``?day=`` shows its half-hours, ``?month=`` its days; without them the months."""
    held = contracts.contracts_of(customer_id=customer_id)
    contract = _chosen(held, request.GET.get("contract", ""))
    context: dict[str, Any] = {
        "company": masters.company(),
        "contract": contract,
        "contracts": [{"it": one, "point": supply.point(supply_point_id=one.supply_point_id)} for one in held],
    }
    if contract is not None:
        context |= _of_contract(request, contract)
    return render(request, "portals/customer/usage.html", context)


def _chosen(held: list[Contract], wanted: str) -> Contract | None:
    """One of the customer's own contracts; a number that is none of them does not exist for them."""
    if not wanted:
        return held[0] if held else None
    for one in held:
        if str(one.id) == wanted:
            return one
    raise Http404


def _of_contract(request: HttpRequest, contract: Contract) -> dict[str, Any]:
    own = own_days(contract, today=clock.today())
    if own is None:
        return {"span": "month", "shown": None}
    latest = _newest_day(contract, own)
    day, month = _day(request.GET.get("day", ""), own), _month(request.GET.get("month", ""), own)
    context: dict[str, Any] = {
        "first": own.start, "last": own.end - timedelta(days=1), "day": day or latest, "month": month or Month.of(latest),
        "months": _months(own),
    }  # fmt: skip
    if "day" in request.GET:
        return context | {"span": "halfhour", "shown": _half_hours(contract, own, day or latest)}
    if "month" in request.GET:
        return context | {"span": "day", "shown": _days(contract, own, month or Month.of(latest))}
    return context | {"span": "month", "shown": _thirteen_months(contract, own)}


def own_days(contract: Contract, *, today: date) -> Period | None:
    """The days that are the customer's: who was supplied at the place before or after is not their matter."""
    end = min(contract.end or today + timedelta(days=1), today + timedelta(days=1))
    return Period(contract.start, end) if contract.start < end else None


def _newest_day(contract: Contract, own: Period) -> date:
    """The newest of the customer's days with half-hours; their last day where there is none."""
    first = max(own.start, own.end - timedelta(days=LOOK_BACK_DAYS))
    curve = metering.load_curve(supply_point_id=contract.supply_point_id, period=Period(first, own.end))
    known = np.flatnonzero(curve.known.any(axis=1)) if curve is not None else np.empty(0)
    return first + timedelta(days=int(known[-1])) if len(known) else own.end - timedelta(days=1)


def _day(text: str, own: Period) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return min(max(found, own.start), own.end - timedelta(days=1))


def _month(text: str, own: Period) -> Month | None:
    try:
        found = Month.parse(text)
    except ValueError:
        return None
    return min(max(found, Month.of(own.start)), Month.of(own.end - timedelta(days=1)))


def _months(own: Period) -> list[Month]:
    """Months with a day of the customer's, newest first."""
    newest, oldest = Month.of(own.end - timedelta(days=1)), Month.of(own.start)
    months = [newest]
    while months[-1] > oldest:
        months.append(months[-1].plus(-1))
    return months


def _series(name: str, energies: list[int | None], *, quiet: bool = False) -> charts.Series:
    return charts.Series(
        name,
        [None if energy is None else energy / DWH_PER_KWH for energy in energies],
        figures=["–" if energy is None else figures.decimal(energy, scale=DWH_PER_KWH) for energy in energies],
        quiet=quiet,
    )


def _thirteen_months(contract: Contract, own: Period) -> Shown:
    """By reading month (月分), as they are billed, beside the year before."""
    last = Month.of(own.end - timedelta(days=1))
    history = metering.history_frame(
        last_month=last, months=2 * MONTHS_SHOWN - 1, supply_point_ids=[contract.supply_point_id]
    )
    by_month: dict[int, int] = {}
    for row in history.iter_rows(named=True):
        if own.overlap(Period(row["period_start"], row["period_end"])) and row["period_start"] >= own.start:
            by_month[row["month"]] = by_month.get(row["month"], 0) + row["energy_dwh"]
    if not by_month:
        return Shown()
    newest = Month.from_number(max(by_month))
    months = [newest.plus(back) for back in range(1 - MONTHS_SHOWN, 1)]
    used = [by_month.get(month.number) for month in months]
    year_ago = [by_month.get(month.plus(-12).number) for month in months]
    series = [_series(_("used"), used)]
    if any(energy is not None for energy in year_ago):
        series.insert(0, _series(_("a year before"), year_ago, quiet=True))
    chart = charts.over_categories(
        chart_id="usage", title=_("Use of thirteen months"), axis=_("Month"),
        categories=[figures.month(month) for month in months], series=series, unit="kWh",
    )  # fmt: skip
    return Shown(chart, sum(energy for energy in used if energy is not None))


def _days(contract: Contract, own: Period, month: Month) -> Shown:
    period = own.overlap(month.period)
    assert period is not None, "a month is chosen among those of the customer"
    curve = metering.load_curve(supply_point_id=contract.supply_point_id, period=period)
    arrows: dict[str, Any] = {
        "before": str(month.plus(-1)) if month > Month.of(own.start) else "",
        "after": str(month.plus(1)) if month < Month.of(own.end - timedelta(days=1)) else "",
    }
    if curve is None:
        return Shown(**arrows)
    used = [None if (row == MISSING).any() else int(row.sum(dtype=np.int64)) for row in curve.values_dwh]
    days = list(period)
    chart = charts.over_categories(
        chart_id="usage", title=_("Use by day"), axis=_("Day"),
        categories=[f"{day:%m-%d}" for day in days], series=[_series(_("used"), used)], unit="kWh",
    )  # fmt: skip
    known = [(energy, day) for energy, day in zip(used, days, strict=True) if energy is not None]
    top, on = max(known, default=(0, period.start))
    peak = f"{figures.day_with_weekday(on)} · {figures.kwh(top)} kWh" if known else ""
    holes = len(used) - len(known)
    missing = ngettext(
        "%(n)d day is not whole and not counted.", "%(n)d days are not whole and not counted.", holes
    ) % {"n": holes}
    return Shown(chart, sum(energy for energy, _on in known), missing if holes else "", peak, **arrows)


def _half_hours(contract: Contract, own: Period, day: date) -> Shown:
    curve = metering.load_curve(supply_point_id=contract.supply_point_id, period=Period(day, day + timedelta(days=1)))
    arrows: dict[str, Any] = {
        "before": (day - timedelta(days=1)).isoformat() if day > own.start else "",
        "after": (day + timedelta(days=1)).isoformat() if day + timedelta(days=1) in own else "",
    }
    if curve is None:
        return Shown(**arrows)
    return _of_day(curve, day, arrows)


def _of_day(curve: LoadCurve, day: date, arrows: dict[str, Any]) -> Shown:
    used = [None if value == MISSING else int(value) for value in curve.values_dwh[0].tolist()]
    minutes = curve.interval_minutes
    starts = [f"{at // 60:02d}:{at % 60:02d}" for at in range(0, 24 * 60, minutes)]
    chart = charts.over_categories(
        chart_id="usage", title=_("Use by half-hour on %(day)s") % {"day": figures.day_with_weekday(day)}, axis=_("From"),
        categories=starts, series=[_series(_("used"), used)], unit="kWh",
    )  # fmt: skip
    known = [(energy, start) for energy, start in zip(used, starts, strict=True) if energy is not None]
    top, at = max(known, default=(0, ""))
    peak = f"{at} · {figures.kwh(top)} kWh" if known else ""
    holes = len(used) - len(known)
    missing = ngettext(
        "%(n)d interval has not come from the meter.", "%(n)d intervals have not come from the meter.", holes
    ) % {"n": holes}
    return Shown(chart, sum(energy for energy, _at in known), missing if holes else "", peak, **arrows)
