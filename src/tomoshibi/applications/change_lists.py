"""Changes of customers and contracts as a list."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import change_words as words
from tomoshibi.applications.queries import changes as queries
from tomoshibi.ui import lists


def changes_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="applications.changes",
        rows=queries.change_rows(),
        columns=(
            lists.Code("number", _("Change"), link=lambda row: reverse("applications:change", args=[row["id"]])),
            lists.StateOf("state", _("State"), states=words.STATES),
            lists.Text("kind", _("What changes"), show=lambda row: words.KINDS[row["kind"]], also=("kind",)),
            lists.Text("customer_name", _("Customer")),
            lists.Code("contract_number", _("Contract")),
            lists.Day("effective_on", _("Wished from"), weekday=True),
            lists.Day("took_effect_on", _("In effect from")),
            lists.Code(
                "source", _("How we were asked"), show=lambda row: words.SOURCES[row["source"]], also=("source",)
            ),
            lists.Text("reason", _("Reason")),
            lists.Text("why_back", pgettext_lazy("change", "Why not")),
            lists.Moment("asked_at", pgettext_lazy("change", "Asked"), shown=False),
        ),
        filters=(
            lists.Search(
                "q",
                _("Number, customer, contract"),
                among=("number", "customer_name", "customer_number", "contract_number"),
            ),
            lists.Choice("state", _("State"), choices=[(s, w.word) for s, w in words.STATES.items()], facet=True),
            lists.Choice("kind", _("What changes"), choices=list(words.KINDS.items()), facet=True),
            lists.Choice("source", _("How we were asked"), choices=list(words.SOURCES.items())),
            lists.DayRange("effective_on", _("Wished from")),
        ),
        order=("-id",),
        also=("id", "customer_number"),
    )
