"""All groups at once: the portfolio, its districts as a picture, one customer's groups (GR1)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from tomoshibi.groups import drawings, listing, queries, values, words
from tomoshibi.groups.views.edge import chosen_day, named_completeness
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply
from tomoshibi.ui import fragments, lists
from tomoshibi.ui.pages import page
from tomoshibi.worker import queries as clock

GR1 = values.REGISTER
DRAWN = 60
"""Districts in the picture of the portfolio: more of them would be too small to point at."""
POINTS_SHOWN = 2_000
"""Points in the picture of a district."""


@require_GET
@page(GR1)
def portfolio(request: HttpRequest) -> HttpResponse:
    rows = queries.portfolio(on=clock.today())
    context = {
        "rows": rows,
        "total": {key: sum(row[key] for row in rows) for key in ("groups", "points", "over", "tight")},
    }
    return render(request, "groups/portfolio.html", context)


@require_GET
@page(GR1)
def portfolio_growth(request: HttpRequest) -> HttpResponse:
    """How the points became what they are; asked for by the page once it stands."""
    return render(
        request,
        "groups/portfolio_growth.html",
        {"chart": drawings.portfolio_history(queries.total_history(until=clock.today()))},
    )


@require_GET
@page(GR1)
def portfolio_districts(request: HttpRequest) -> HttpResponse:
    rows = queries.by_district(on=clock.today(), limit=DRAWN)
    return render(
        request,
        "groups/portfolio_districts.html",
        {"chart": drawings.districts(rows) if rows else None, "shown": len(rows), "is_all": len(rows) < DRAWN},
    )


@require_GET
@page(GR1)
def portfolio_completeness(request: HttpRequest) -> HttpResponse:
    context = {
        "complete": named_completeness(queries.completeness(on=clock.today())),
        "without_application": queries.points_without_application(),
        "overrides": list(
            queries.overrides().values("account_number", "group_number", "device", "group_device", "reason")[:200]
        ),
    }
    return render(request, "groups/portfolio_completeness.html", context)


@require_GET
@page(GR1, values.STOCK)
def legacy(request: HttpRequest) -> HttpResponse:
    """What points of the stock still lack."""
    context = {"legacy": queries.legacy_counts(), "legacy_names": words.MISSING}
    return render(request, "groups/legacy.html", context)


@require_GET
@page(GR1)
def districts(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.districts_list(on=clock.today()),
        title=pgettext("page", "Transformer districts"),
        subtitle=_("Where the points are, without a map."),
        page="groups:district",
        buttons=[lists.Button(_("Portfolio"), reverse("groups:portfolio"), "chart-bar")],
        empty=lists.Empty(
            _("No point stands anywhere yet."),
            _("Districts appear here as soon as a group has points in them."),
            icon="topology-star-3",
        ),
    )


@require_GET
@page(GR1)
def district(request: HttpRequest, district_id: int) -> HttpResponse:
    """Access points and points of a district; number nought stands for points whose district is not known."""
    found = supply.district(district_id=district_id) if district_id != queries.NO_DISTRICT else None
    if found is None and district_id != queries.NO_DISTRICT:
        raise Http404
    on = chosen_day(request)
    frame = queries.points_in_district(district_id=district_id, on=on, limit=POINTS_SHOWN)
    suspected = queries.suspected_groups(on=on)
    context = {
        "district": found,
        "on": on,
        "points": [
            (
                point,
                words.SITE[drawings.point_state(row, suspected=suspected)],
                row["group_id"],
                row["benchmark_number"],
                row["customer_name"],
            )
            for point, row in zip(queries.as_points(frame), frame.iter_rows(named=True), strict=True)
        ],
        "chart": drawings.access_points(frame, suspected=suspected) if frame.height else None,
        "site_states": words.SITE.values(),
        "access_points": frame["access_point_number"].drop_nulls().n_unique(),
        "groups": frame["group_id"].n_unique(),
        "is_cut": frame.height == POINTS_SHOWN,
    }
    return render(request, "groups/district.html", context)


@require_GET
@page(GR1)
def customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """All groups of one corporate customer."""
    found = parties.customer(customer_id=customer_id)
    if found is None:
        raise Http404
    today = clock.today()
    rows = queries.groups_of_customer(customer_id=customer_id, on=today)
    places = queries.by_district(on=today, customer_id=customer_id, limit=DRAWN)
    context = {
        "customer": found,
        "rows": rows,
        "states": words.GROUPS,
        "total": sum(row["points"] for row in rows),
        "complete": named_completeness(queries.completeness(on=today, customer_id=customer_id)),
        "districts_chart": drawings.districts(places) if places else None,
        "fragments": fragments.addresses("groups.customer", of=request, customer=str(customer_id)),
    }
    return render(request, "groups/customer.html", context)
