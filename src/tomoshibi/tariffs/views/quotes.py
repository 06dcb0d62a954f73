"""Quotes (RB1): what a prospect would pay on each plan, side by side."""

import csv
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import plain
from tomoshibi.tariffs import forms, queries, wording
from tomoshibi.ui import charts, downloads, figures
from tomoshibi.ui.currency import current
from tomoshibi.ui.pages import page
from tomoshibi.worker import queries as clock

DRAWN = 4
"""So many plans in the picture; more lines cannot be told apart."""
READERS = ("RB1", "AP1")


@require_http_methods(["GET", "POST"])
@page(*READERS)
def quote(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    asked = queries.prospects(on=today)
    form = forms.QuoteForm(
        request.POST or None, request.FILES or None, initial={"last_month": Month.of(today)}, asked=asked
    )
    context: dict[str, Any] = {"form": form, "currency": current().unit}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        offers = queries.offers(
            plans=[plan for plan in queries.plans(on=today, area=given["area"]) if plan.voltage == given["voltage"]],
            year=given["loads"],
            area=given["area"],
            size_milli=given.get("size"),
            size_unit=given.get("unit", ""),
            codes=given["codes"],
            use_told=given["use_told"],
        )
        if request.POST.get("do") == "csv":
            return _csv(offers, given["loads"], form.told())
        context |= _shown(offers, given["loads"]) | {"told": form.told()}
    return render(request, "tariffs/quote.html", context, status=422 if form.errors else 200)


def _shown(offers: list[Any], loads: list[Any]) -> dict[str, Any]:
    best = next((offer.year_minor for offer in offers if offer.year_minor is not None), None)
    used = sum(load.energy_dwh for load in loads)
    months = [str(load.month) for load in loads]
    rows = [
        {
            "code": offer.plan_code,
            "name": wording.in_language(offer.name),
            "year": offer.year_minor,
            "more": offer.year_minor - best if offer.year_minor is not None and best is not None else None,
            # Per kWh with two decimals more than amounts have, half-up: for comparing, never for a bill.
            "per_kwh": _per_kwh(offer.year_minor, used),
            "totals": offer.totals_minor,
            "refusal": queries.refusal_sentence(*offer.refusal) if offer.refusal else "",
            "is_best": offer.year_minor is not None and offer.year_minor == best,
            "asked": offer.asked_minor if offer.deferred_minor else None,
            "asked_year": sum(one or 0 for one in offer.asked_minor),
            "later": offer.later_minor,
            "parts": offer.parts,
        }
        for offer in offers
    ]
    drawn = [row for row in rows if row["year"] is not None][:DRAWN]
    chart = charts.over_categories(
        chart_id="months",
        title=_("Bill by month on the cheapest plans"),
        axis=_("Month"),
        categories=months,
        series=[charts.of_money(row["name"], row["totals"]) for row in drawn],
        unit=current().unit,
    )
    return {"rows": rows, "months": months, "used": used, "loads": loads, "chart": chart if drawn else None}


def _per_kwh(year_minor: int | None, used_dwh: int) -> str:
    if year_minor is None or not used_dwh:
        return ""
    hundredths = (year_minor * 10_000 * 200 // used_dwh + 1) // 2
    return figures.decimal(hundredths, scale=100 * current().scale, decimals=2 + current().exponent)


def _csv(offers: list[Any], loads: list[Any], told: list[tuple[str, str]]) -> HttpResponse:
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="quote.csv"'
    writer = csv.writer(answer)
    total = _("Total")
    writer.writerow([_("Code"), _("Plan"), f"{total} [{current().unit}]", *(str(load.month) for load in loads),
                     _("Why there is no price")])  # fmt: skip
    writer.writerow(["", "kWh", plain(sum(load.energy_dwh for load in loads), scale=10_000),
                     *(plain(load.energy_dwh, scale=10_000) for load in loads), ""])  # fmt: skip
    for offer in offers:
        totals = ["" if total is None else _amount(total) for total in offer.totals_minor]
        year = "" if offer.year_minor is None else _amount(offer.year_minor)
        name = downloads.harmless(wording.in_language(offer.name))
        reason = queries.refusal_sentence(*offer.refusal) if offer.refusal else ""
        writer.writerow([offer.plan_code, name, year, *totals, downloads.harmless(reason)])
        if offer.deferred_minor:
            asked = ["" if one is None else _amount(one) for one in offer.asked_minor]
            after = _("after the last month: %(amount)s") % {"amount": _amount(offer.later_minor)}
            together = _amount(sum(one or 0 for one in offer.asked_minor))
            writer.writerow([offer.plan_code, _("asked for, with deferred payment"), together, *asked, after])
    writer.writerow([])
    writer.writerows([downloads.harmless(label), downloads.harmless(value)] for label, value in told)
    return answer


def _amount(minor: int) -> str:
    return plain(minor, scale=current().scale)
