"""Calendars of a year: reading days, holidays, direct debits."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import operations, queries, values
from tomoshibi.masters.calendars import Days
from tomoshibi.masters.register import DEBIT_PROCEDURES, MASTERS
from tomoshibi.masters.views.edge import may
from tomoshibi.storage import db
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

FIRST_YEAR, LAST_YEAR = 2012, 2100
WEEK = 7


def _year(request: HttpRequest, otherwise: int) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and len(text) == 4 else otherwise  # noqa: PLR2004
    return year if FIRST_YEAR <= year <= LAST_YEAR else otherwise


def _area(request: HttpRequest) -> str:
    areas, area = queries.areas(), request.GET.get("area", "03")
    return area if area in areas else queries.usual_area()


@require_GET
@page("MS3")
def calendar(request: HttpRequest) -> HttpResponse:
    """Reading and metering days of an area for a fiscal year: base days down, months across."""
    area = _area(request)
    year = _year(request, queries.fiscal_year_of(Month.of(clock.today())))
    days = queries.reading_days_of_year(area=area, fiscal_year=year)
    months = [Month(year, 4).plus(n) for n in range(12)]
    table: dict[str, dict[Month, values.ReadingDay]] = {}
    for day in days:
        table.setdefault(day.base_day, {})[day.month] = day
    context = {
        "areas": queries.areas().values(),
        "area": queries.areas()[area],
        "year": year,
        "years": range(year - 1, year + 2),
        "months": months,
        "rows": [(base_day, [cells.get(month) for month in months]) for base_day, cells in sorted(table.items())],
        "today": clock.today(),
        "approximate": sum(day.approximate for day in days),
        "published": sum(not day.approximate for day in days),
        "may_change": may(request, MASTERS["reading_days"], DO),
    }
    return render(request, "masters/calendar.html", context)


@require_POST
@page("MS3", right=DO)
def generate(request: HttpRequest) -> HttpResponse:
    """Approximate what an area has not published for a year."""
    area, text = request.POST.get("area", ""), request.POST.get("year", "")
    if area not in queries.areas() or not text.isdecimal() or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise Http404
    try:
        with db.transaction():
            count = operations.generate_reading_days(area=area, fiscal_year=int(text))
            what = f"approximated {count} reading days of area {area} for {text}"
            identity.record_deed(
                procedure="MS3", what=what, at=clock.now(), subject=f"masters.calendar:{area}", actor_id=actor(request)
            )
    except operations.NoReadingRule as missing:
        messages.error(request, str(missing))
    else:
        messages.success(request, _("%(count)s days were approximated.") % {"count": count})
    return redirect(f"{reverse('masters:calendar')}?area={area}&year={text}")


@require_GET
@page("MS8")
def holidays(request: HttpRequest) -> HttpResponse:
    """A year with its holidays: national, an area's own, bank closures."""
    area = _area(request)
    year = _year(request, clock.today().year)
    found: dict[date, list[values.Holiday]] = {}
    for one in queries.holidays(year=year):
        if one.scope in {queries.NATIONAL, queries.BANK, queries.WORKDAY, area}:
            found.setdefault(one.day, []).append(one)
    working = queries.days_of(start=date(year, 1, 1), end=date(year + 1, 1, 1), scopes=(queries.NATIONAL, area))
    banking = queries.days_of(start=date(year, 1, 1), end=date(year + 1, 1, 1), scopes=(queries.NATIONAL, queries.BANK))
    context = {
        "areas": queries.areas().values(),
        "area": queries.areas()[area],
        "year": year,
        "years": range(year - 1, year + 2),
        "months": [_sheet(Month(year, n), found, working, banking) for n in range(1, 13)],
        "holidays": [one for day in sorted(found) for one in found[day]],
        "may_change": may(request, MASTERS["holidays"], DO),
    }
    return render(request, "masters/holidays.html", context)


def _sheet(month: Month, found: dict[date, list[values.Holiday]], working: Days, banking: Days) -> dict[str, Any]:
    """A month as weeks from Sunday, each day with its names and whether it is worked."""
    blank = (month.first.weekday() + 1) % WEEK
    cells: list[dict[str, Any] | None] = [None] * blank
    for day in month.period:
        names = ", ".join(one.name for one in found.get(day, ()))
        kind = "open" if working.is_business_day(day) else "closed"
        if kind == "open" and not banking.is_business_day(day):
            kind = "bank"
        cells.append({"day": day, "names": names, "kind": "holiday" if names and kind == "closed" else kind})
    cells += [None] * (-len(cells) % WEEK)
    return {
        "month": month,
        "weeks": [cells[n : n + WEEK] for n in range(0, len(cells), WEEK)],
        "working": working.between(month.first, month.plus(1).first),
        "banking": banking.between(month.first, month.plus(1).first),
    }


def _debit_calendar(request: HttpRequest, agent: str) -> HttpResponse:
    today = clock.today()
    year = _year(request, today.year)
    try:
        profile = queries.debit_agent(agent, on=today)
    except queries.MasterMissing as missing:
        raise Http404(str(missing)) from missing
    context = {
        "agent": profile,
        "agents": [(one, f"masters:debits_{one.code}") for one in queries.debit_agents(on=today)
                   if one.code in DEBIT_PROCEDURES],
        "year": year,
        "years": range(year - 1, year + 2),
        "dates": queries.debit_calendar(agent=agent, year=year),
        "today": today,
        "may_change": may(request, MASTERS["debit_cycles"], DO),
    }  # fmt: skip
    return render(request, "masters/debits.html", context)


@require_GET
@page("MS4")
def debits_agent_a(request: HttpRequest) -> HttpResponse:
    return _debit_calendar(request, "agent_a")


@require_GET
@page("MS5")
def debits_agent_b(request: HttpRequest) -> HttpResponse:
    return _debit_calendar(request, "agent_b")


@require_GET
@page("MS6")
def debits_agent_secondary(request: HttpRequest) -> HttpResponse:
    return _debit_calendar(request, "agent_secondary")
