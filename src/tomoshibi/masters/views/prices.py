"""Levy and fuel adjustment: what holds, how it came about, how it went over the months."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import MICRO
from tomoshibi.masters import fuelwords, listing, notewords, queries, values
from tomoshibi.masters.register import MASTERS
from tomoshibi.masters.views.edge import may
from tomoshibi.ui import charts, figures
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

MONTHS_BACK, MONTHS_AHEAD = 18, 3


@require_GET
@page("MS1")
def levy(request: HttpRequest) -> HttpResponse:
    """The levy of every year, and the one that bills have now."""
    today = clock.today()
    units = queries.levy_units()
    chart = charts.over_categories(
        chart_id="levy",
        title=_("Renewable levy by fiscal year"),
        axis=_("Fiscal year"),
        categories=[str(unit.fiscal_year) for unit in units],
        series=[
            charts.Series(
                name=_("Levy"),
                points=[unit.price_micro_per_kwh / MICRO for unit in units],
                figures=[figures.decimal(unit.price_micro_per_kwh, scale=MICRO, decimals=2) for unit in units],
            )
        ],
        unit=_("yen/kWh"),
    )
    context = {
        "now": next((unit for unit in units if today in unit.valid), None),
        "units": [_levy_line(unit, today) for unit in reversed(units)],
        "standings": listing.STANDINGS,
        "chart": chart,
        "may_change": may(request, MASTERS["levy"], DO),
    }
    return render(request, "masters/levy.html", context)


def _levy_line(unit: values.LevyUnit, today: date) -> dict[str, Any]:
    return {
        "unit": unit,
        "standing": values.standing(unit.valid.start, unit.valid.end, today).value,
        "price": figures.decimal(unit.price_micro_per_kwh, scale=MICRO, decimals=2),
        "first": Month.of(unit.valid.start),
        "last": Month.of(unit.valid.end).plus(-1),
    }


@require_GET
@page("MS2")
def fuel(request: HttpRequest) -> HttpResponse:
    """The fuel adjustment of an area and month, step by step, beside its course over the months."""
    this_month = Month.of(clock.today())
    area = request.GET.get("area", "03")
    area = area if area in values.AREAS else "03"
    month = _month(request.GET.get("month", ""), this_month)
    products = queries.fuel_products(area=area) or [values.REGULATED_LOW]
    product = request.GET.get("product", "")
    product = product if product in products else _usual(products)
    course = queries.fuel_units(
        areas=list(values.AREAS), first=month.plus(-MONTHS_BACK), last=month.plus(MONTHS_AHEAD), product=product
    )
    context = {
        "areas": values.AREAS.values(),
        "area": values.AREAS[area],
        "products": [(code, fuelwords.PRODUCTS.get(code, code)) for code in products],
        "product": product,
        "product_word": fuelwords.PRODUCTS.get(product, product),
        "month": month,
        "earlier": month.plus(-1),
        "later": month.plus(1),
        "confidences": listing.CONFIDENCES,
        "chart": _course(course, area),
        "sources": _kinds(course, month),
        "may_change": may(request, MASTERS["fuel_units"], DO),
        **_derivation(area, month, product),
    }
    return render(request, "masters/fuel.html", context)


def _month(text: str, otherwise: Month) -> Month:
    try:
        return Month.parse(text)
    except ValueError:
        return otherwise


def _usual(products: list[str]) -> str:
    return values.REGULATED_LOW if values.REGULATED_LOW in products else products[0]


def _derivation(area: str, month: Month, product: str) -> dict[str, Any]:
    """The unit with its steps, or the sentence why there is none; and what the formula gives where one was published."""
    found: dict[str, Any] = {"priced": queries.priced_months(area=area, month=month, product=product)}
    try:
        unit = queries.fuel_unit(area=area, month=month, product=product)
    except queries.MasterMissing as missing:
        return {**found, "missing": str(missing)}
    found |= {
        "unit": unit,
        "source": notewords.in_words(unit.source),
        "steps": _worded(unit),
        "price": figures.decimal(unit.price_micro_per_kwh, scale=MICRO, decimals=2),
    }
    if unit.steps[0].kind in {"published", "invented"}:
        try:
            computed = queries.computed_fuel_unit(area=area, month=month, product=product, allow_low_confidence=True)
        except queries.MasterMissing:
            return found
        found |= {
            "computed": computed,
            "computed_source": notewords.in_words(computed.source),
            "computed_steps": _worded(computed),
            "computed_price": figures.decimal(computed.price_micro_per_kwh, scale=MICRO, decimals=2),
        }
    return found


def _worded(unit: values.FuelUnit) -> list[dict[str, Any]]:
    """The steps with their names; the one that was taken from somewhere says where in the reader's words."""
    return [
        {"word": word, "value": step.value, "text": notewords.in_words(step.text)}
        for word, step in zip(fuelwords.of_steps(unit), unit.steps, strict=True)
    ]


def _course(course: dict[str, list[tuple[Month, values.FuelUnit | None]]], chosen: str) -> charts.Chart:
    """Lines of all areas, the chosen one in front."""
    months = [str(month) for month, _unit in next(iter(course.values()))]
    ordered = sorted(course, key=lambda area: (area != chosen, area))
    series = [
        charts.Series(
            name=values.AREAS[area].name,
            points=[None if unit is None else unit.price_micro_per_kwh / MICRO for _month, unit in course[area]],
            figures=[_shown(unit) for _month, unit in course[area]],
            kind="line",
            quiet=area != chosen,
        )
        for area in ordered
    ]
    return charts.over_categories(
        chart_id="fuel",
        title=_("Fuel adjustment unit by month and area"),
        axis=_("Month"),
        categories=months,
        series=series,
        unit=_("yen/kWh"),
    )


def _shown(unit: values.FuelUnit | None) -> str:
    if unit is None:
        return "–"
    text = figures.decimal(unit.price_micro_per_kwh, scale=MICRO, decimals=2)
    return f"{text} *" if unit.invented else text


def _kinds(course: dict[str, list[tuple[Month, values.FuelUnit | None]]], month: Month) -> list[dict[str, Any]]:
    """Where each area's unit of the month comes from."""
    shown = []
    for area, units in course.items():
        unit = dict(units)[month]
        kind = (
            "missing"
            if unit is None
            else "invented"
            if unit.invented
            else "published"
            if unit.published
            else "computed"
        )
        source = notewords.in_words(unit.source) if unit else ""
        price = _shown(unit).rstrip(" *")
        shown.append({"area": values.AREAS[area], "unit": unit, "kind": kind, "price": price, "source": source})
    return shown
