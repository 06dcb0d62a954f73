"""Applications to the grid, mediation requests and point searches as lists."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import switching_words as words
from tomoshibi.applications.queries import switching as queries
from tomoshibi.ui import lists


def cases_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="applications.switching",
        rows=queries.case_rows(),
        columns=(
            lists.Code("number", _("Application"), link=_case_page),
            lists.StateOf("state", _("State"), states=words.STATES),
            lists.Text(
                "kind", pgettext_lazy("grid", "What"), show=lambda row: words.KINDS[row["kind"]], also=("kind",)
            ),
            lists.Text("holder_name", pgettext_lazy("grid", "Name")),
            lists.Code("spin", pgettext_lazy("grid", "Point")),
            lists.Code("area", _("Area")),
            lists.Day("wished_on", _("Wished")),
            lists.Day("fixed_on", _("Fixed day")),
            lists.Text("stage_name", _("The grid says")),
            lists.Text("reason", _("Reason")),
            lists.Text("klass", _("Class"), show=lambda row: words.CLASSES[row["klass"]], also=("klass",), shown=False),
            lists.Moment("opened_at", _("Opened"), shown=False),
        ),
        filters=(
            lists.Search("q", _("Number, point, name"), among=("number", "spin", "holder_name", "holder_kana")),
            lists.Choice("state", _("State"), choices=[(s, w.word) for s, w in words.STATES.items()], facet=True),
            lists.Choice("kind", pgettext_lazy("grid", "What"), choices=list(words.KINDS.items()), facet=True),
            lists.Choice("klass", _("Class"), choices=list(words.CLASSES.items())),
            lists.Search("area", _("Area")),
            lists.DayRange("wished_on", _("Wished")),
            lists.DayRange("fixed_on", _("Fixed day")),
        ),
        order=("-id",),
        also=("id",),
    )


def _case_page(row: Any) -> str:
    return reverse("applications:switching_case", args=[row["id"]])


def requests_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="applications.mediations",
        rows=queries.request_rows(),
        columns=(
            lists.Code("number", _("Mediation"), link=lambda row: reverse("applications:mediation", args=[row["id"]])),
            lists.StateOf("state", _("State"), states=words.REQUESTS),
            lists.Day("deadline_on", _("Answer until"), weekday=True),
            lists.Text("holder_name", pgettext_lazy("grid", "Name")),
            lists.Code("new_retailer", _("New retailer")),
            lists.Code("spin", pgettext_lazy("grid", "Point")),
            lists.Day("wished_on", _("Wished")),
            lists.Flag("suggested", _("Fits")),
            lists.Text("explanation", _("What the rules found")),
            lists.Moment("received_at", _("Received"), shown=False),
        ),
        filters=(
            lists.Search("q", _("Number, point, name"), among=("number", "spin", "holder_name")),
            lists.Choice("state", _("State"), choices=[(s, w.word) for s, w in words.REQUESTS.items()], facet=True),  # type: ignore[attr-defined]
            lists.YesNo("suggested", _("Fits")),
            lists.DayRange("deadline_on", _("Answer until")),
        ),
        order=("deadline_on", "id"),
        also=("id",),
    )


def searches_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="applications.searches",
        rows=queries.search_rows(),
        columns=(
            lists.Code("number", _("Search"), link=lambda row: reverse("applications:point_search", args=[row["id"]])),
            lists.StateOf("state", _("State"), states=words.SEARCHES),
            lists.Flag("generation", words.CLASSES["generation"]),
            lists.Code("area", _("Area")),
            lists.Text("address", _("Address")),
            lists.Text("building", _("Building")),
            lists.Code("meter_number", _("Meter")),
            lists.Code("spin", pgettext_lazy("grid", "Point")),
            lists.Text("why", _("What for")),
            lists.Moment("asked_at", _("Asked")),
        ),
        filters=(
            lists.Search("q", _("Address, meter, point"), among=("address", "building", "meter_number", "spin")),
            lists.Choice("state", _("State"), choices=[(s, w.word) for s, w in words.SEARCHES.items()], facet=True),  # type: ignore[attr-defined]
            lists.YesNo("generation", words.CLASSES["generation"]),
        ),
        order=("-id",),
        also=("id",),
    )
