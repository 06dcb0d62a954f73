"""Spot prices (MS2): what the market's half-hours cost, what is missing, files in, changed prices decided."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.rounding import Int64Array, Rounding, divide
from tomoshibi.kernel.units import MICRO
from tomoshibi.masters import forms, listing, operations, queries, values
from tomoshibi.masters.sheets import BadSheet
from tomoshibi.storage import db
from tomoshibi.ui import charts, figures
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock

SHOWN_ERRORS, SHOWN_CHANGES = 50, 200
_SEN = MICRO // 100
ONE_DAY = values.SPOT_SLOTS


def area_name(area: str) -> Any:
    return _("System price") if area == values.SYSTEM_PRICE else values.AREAS[area].name


@require_GET
@page("MS2")
def prices(request: HttpRequest) -> HttpResponse:
    """A month of an area: its typical day, its days, what is missing anywhere."""
    span, today = queries.spot_span(), clock.today()
    areas = queries.spot_areas()
    asked = request.GET.get("area", "03")
    area = asked if asked in areas else areas[0] if areas else values.SYSTEM_PRICE
    month = _month(request.GET.get("month", ""), today, span)
    found = queries.spot_prices(area=area, period=month.period)
    known = found.price_micro[found.price_micro != values.NO_PRICE]
    context = {
        "areas": [(code, area_name(code)) for code in areas],
        "area": area,
        "area_name": area_name(area),
        "month": month,
        "earlier": month.plus(-1),
        "later": month.plus(1),
        "invented": found.invented,
        "figures": _figures(known),
        "charts": [_typical_day(found), _days(found, month)] if known.size else [],
        "gaps": _gaps(areas, span, today),
        "imports": queries.spot_imports(),
        "states": listing.SPOT_STATES,
        "may_fetch": queries.spot_market() is not None,
    }
    return render(request, "masters/spot.html", context)


@require_POST
@page("MS2", right=DO)
def fetch(request: HttpRequest) -> HttpResponse:
    """Ask the market for the days that are missing, now and not in the afternoon."""
    with db.transaction():
        job_id = worker.enqueue(values.FETCH_SPOT_JOB, {}, requested_by_id=request.user.pk, lock=values.FETCH_SPOT_JOB)
    return redirect(f"{reverse('worker:job', args=[job_id])}?{urlencode({'next': reverse('masters:spot')})}")


def _month(text: str, today: date, span: Period | None) -> Month:
    """The month asked for, or the newest that has prices."""
    try:
        return Month.parse(text)
    except ValueError:
        newest = min(span.end - timedelta(days=1), today) if span and span.start <= today else today
        return Month.of(newest)


def _shown(micro: int) -> str:
    """Yen with two decimals, as the market writes prices; averages are rounded for the eye."""
    return figures.decimal(divide(micro, _SEN, rounding=Rounding.HALF_UP), scale=MICRO // _SEN, decimals=2)


def _figures(known: Int64Array) -> list[tuple[str, str]]:
    if not known.size:
        return []
    return [
        (_("Average"), _shown(int(known.sum()) // known.size)),
        (_("Lowest"), _shown(int(known.min()))),
        (_("Highest"), _shown(int(known.max()))),
    ]


def _drawn(of: list[int | None]) -> list[float | None]:
    return [None if micro is None else micro / MICRO for micro in of]


def _series(name: str, of: list[int | None], *, quiet: bool = False) -> charts.Series:
    texts = ["–" if micro is None else _shown(micro) for micro in of]
    return charts.Series(name=name, points=_drawn(of), figures=texts, kind="line", quiet=quiet)


def _reduced(rows: Int64Array, how: str) -> list[int | None]:
    """Average, lowest or highest of the prices of each row that are there."""
    result: list[int | None] = []
    for row in rows:
        there = row[row != values.NO_PRICE]
        if not there.size:
            result.append(None)
        else:
            result.append(int(there.sum()) // there.size if how == "average" else int(getattr(there, how)()))
    return result


def _typical_day(found: values.SpotPrices) -> charts.Chart:
    slots = found.price_micro.reshape(-1, ONE_DAY).T
    return charts.over_categories(
        chart_id="typical",
        title=_("A day of the month: average, lowest and highest price of each half-hour"),
        axis=_("Half-hour"),
        categories=[f"{slot // 2:02d}:{slot % 2 * 30:02d}" for slot in range(ONE_DAY)],
        series=[
            _series(_("Average"), _reduced(slots, "average")),
            _series(_("Lowest"), _reduced(slots, "min"), quiet=True),
            _series(_("Highest"), _reduced(slots, "max"), quiet=True),
        ],
        unit=_("yen/kWh"),
    )


def _days(found: values.SpotPrices, month: Month) -> charts.Chart:
    return charts.over_categories(
        chart_id="days",
        title=_("Average price of each day"),
        axis=_("Day"),
        categories=[str(day.day) for day in month.period],
        series=[_series(_("Average"), _reduced(found.price_micro.reshape(-1, ONE_DAY), "average"))],
        unit=_("yen/kWh"),
    )


def _gaps(areas: list[str], span: Period | None, today: date) -> list[dict[str, Any]]:
    """What is missing between the first day with prices and today."""
    if span is None or span.start > today:
        return []
    period = Period(span.start, today + timedelta(days=1))
    return [
        {"area": area_name(area), "gap": gap} for area in areas for gap in queries.spot_gaps(area=area, period=period)
    ]


@require_http_methods(["GET", "POST"])
@page("MS2", right=DO)
def import_file(request: HttpRequest) -> HttpResponse:
    """A file of the market comes in; what is wrong with it is said row by row."""
    form = forms.SpotForm(request.POST or None, request.FILES or None)
    refused: tuple[values.RowError, ...] = ()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            with db.transaction():
                made = operations.import_spot(
                    content=file.read(), file_name=file.name, now=clock.now(), actor_id=actor(request)
                )
        except BadSheet as bad:
            refused = bad.errors
            form.add_error("file", _("Nothing of the file was taken."))
        except operations.NothingNew as nothing:
            messages.info(request, str(nothing))
            return redirect("masters:spot")
        else:
            messages.success(request, _("%(count)d days of prices hold now.") % {"count": made.new_days})
            return redirect("masters:spot_import", made.id)
    context = {"form": form, "refused": refused[:SHOWN_ERRORS], "refused_count": len(refused)}
    return render(request, "masters/spot_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page("MS2")
def imported(request: HttpRequest, import_id: int) -> HttpResponse:
    """A file that came in; a second person decides here what it changes."""
    found = queries.spot_import(import_id=import_id)
    if found is None:
        raise Http404
    form = forms.DecisionForm(request.POST or None)
    own = found.imported_by_id == request.user.pk
    open_ = found.state is values.SpotImportState.WAITING
    may_decide = open_ and not own and request.user.has_perm(f"MS2.{CONFIRM}")  # type: ignore[union-attr]
    if request.method == "POST" and form.is_valid() and _decide(request, found, form, allowed=may_decide):
        return redirect("masters:spot_import", import_id)
    changes = queries.spot_changes(import_id=import_id)
    context = {
        "it": found,
        "changes": [
            {
                "it": change,
                "area": area_name(change.area),
                "before": _shown(change.before_micro),
                "after": _shown(change.after_micro),
            }
            for change in changes[:SHOWN_CHANGES]
        ],
        "change_count": len(changes),
        "states": listing.SPOT_STATES,
        "form": form,
        "may_decide": may_decide,
        "waits_for_other": open_ and own,
    }
    return render(request, "masters/spot_import.html", context, status=422 if form.errors else 200)


def _decide(request: HttpRequest, found: values.SpotImport, form: forms.DecisionForm, *, allowed: bool) -> bool:
    decision, note = request.POST.get("decision", ""), form.cleaned_data["note"]
    if not allowed or decision not in {"approve", "reject"}:
        form.add_error(None, _("A second person has to decide this; the one who proposed it cannot."))
        return False
    try:
        with db.transaction():
            if decision == "approve":
                count = operations.approve_spot(import_id=found.id, actor_id=actor(request), now=clock.now(), note=note)
                said = _("%(count)d days of prices hold now.") % {"count": count}
            else:
                operations.reject_spot(import_id=found.id, actor_id=actor(request), now=clock.now(), note=note)
                said = _("Rejected.")
    except (identity.SamePerson, operations.AlreadyDecided, operations.ChangeRefused) as no:
        form.add_error("note" if decision == "reject" and not note else None, str(no))
        return False
    messages.success(request, said)
    return True
