"""Group cases as a list."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import casewords as words
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.supply import queries as supply
from tomoshibi.ui import lists
from tomoshibi.ui.states import State, Tone

LATE = {
    True: State(pgettext_lazy("deadline", "late"), Tone.BAD, "alarm"),
    False: State(pgettext_lazy("deadline", "in time"), Tone.QUIET, "clock"),
}


def cases_list(*, today: date) -> lists.ListQuery:
    return lists.ListQuery(
        name="applications.group_cases",
        rows=queries.case_rows(today=today),
        columns=(
            lists.Code(
                "number", _("Application"), link=lambda row: reverse("applications:group_case", args=[row["id"]])
            ),
            lists.StateOf("kind", pgettext_lazy("group case", "Kind"), states=words.KINDS),
            lists.Text("customer_name", _("Customer")),
            lists.Code("group_number", _("Group number")),
            lists.Code("benchmark_number", _("Benchmark number"), shown=False),
            lists.Text("unit", _("Managing unit")),
            lists.Number("points", _("Rows"), total=True),
            lists.StateOf("state", _("Step"), states=words.STATES),
            lists.StateOf("owner", pgettext_lazy("group case", "Now with"), states=words.OWNERS),
            lists.Day("due_on", _("Due"), weekday=True),
            lists.StateOf("is_late", _("Deadline"), states=LATE),
            lists.Day("received_on", pgettext_lazy("group case", "Received on")),
            lists.Moment("step_since", _("At this step since"), shown=False),
            lists.Code("query_number", _("Query number"), shown=False),
        ),
        filters=(
            lists.Search(
                "q",
                _("Search"),
                among=("number", "query_number", "customer__name", "group__number", "group__benchmark_number"),
            ),
            lists.Choice(
                "state", _("Step"), choices=[(key.value, state.word) for key, state in words.STATES.items()], facet=True
            ),
            lists.Choice(
                "kind",
                pgettext_lazy("group case", "Kind"),
                choices=[(key.value, state.word) for key, state in words.KINDS.items()],
            ),
            lists.YesNo("late", _("Late"), path="is_late"),
            lists.DayRange("due_on", _("Due")),
        ),
        order=("due_on", "number"),
        also=("id",),
    )


def neighbours_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="applications.neighbours",
        rows=supply.served_rows(),
        columns=(
            lists.Code("account_number", pgettext_lazy("group", "Account number")),
            lists.Code("meter_number", _("Meter bar code")),
            lists.Text("address", _("Address")),
            lists.Code("access_point_number", _("Access point")),
            lists.Text("access_point_name", _("Name of the access point")),
            lists.Code("district_number", _("Transformer district")),
            lists.Text("district_name", _("Name of the district")),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("account_number", "meter_number", "address", "access_point__number")),
        ),
        order=("account_number",),
    )
