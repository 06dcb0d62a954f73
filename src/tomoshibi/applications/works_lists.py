"""Applications by form as a list."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import works_words as words
from tomoshibi.applications.queries import works as queries
from tomoshibi.applications.values.works import PROCEDURES
from tomoshibi.ui import lists


def works_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="applications.works",
        rows=queries.case_rows(),
        columns=(
            lists.Code("number", _("Application"), link=_page),
            lists.StateOf("state", _("State"), states=words.STATES),
            lists.Text(
                "kind", pgettext_lazy("grid", "What"), show=lambda row: words.KINDS[row["kind"]], also=("kind",)
            ),
            lists.Text("holder_name", pgettext_lazy("grid", "Name")),
            lists.Code("spin", pgettext_lazy("grid", "Point")),
            lists.Code("area", _("Area")),
            lists.Day("due_on", _("Next step until"), weekday=True),
            lists.Code("reception_number", _("Reception number")),
            lists.Text("design", _("Design"), show=lambda row: words.DESIGNS[row["design"]], also=("design",)),
            lists.Money("contribution_minor", _("Contribution"), total=True),
            lists.Day("wished_on", _("Wished")),
            lists.Day("fixed_on", _("Fixed day")),
            lists.Text("route", _("Way"), show=lambda row: words.ROUTES[row["route"]], also=("route",)),
            lists.Text("reason", _("Reason")),
            lists.Code("procedure", _("Procedure"), shown=False),
        ),
        filters=(
            lists.Search(
                "q",
                _("Number, point, name"),
                among=("number", "spin", "holder_name", "holder_kana", "reception_number"),
            ),
            lists.Choice("state", _("State"), choices=[(s, w.word) for s, w in words.STATES.items()], facet=True),
            lists.Choice("procedure", _("Procedure"), choices=[(one, one) for one in PROCEDURES], facet=True),
            lists.Choice("kind", pgettext_lazy("grid", "What"), choices=list(words.KINDS.items())),
            lists.Search("area", _("Area")),
            lists.DayRange("due_on", _("Next step until")),
            lists.DayRange("fixed_on", _("Fixed day")),
        ),
        order=("due_on", "-id"),
        also=("id",),
    )


def _page(row: Any) -> str:
    return reverse("applications:work", args=[row["id"]])
