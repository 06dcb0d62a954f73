"""Work tickets and qualified people, as lists."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.fieldwork import queries, words
from tomoshibi.ui import lists


def tickets_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="fieldwork.tickets",
        rows=queries.ticket_rows(),
        columns=(
            lists.Code(
                "number",
                pgettext_lazy("ticket", "Ticket"),
                link=lambda row: reverse("fieldwork:ticket", args=[row["id"]]),
            ),
            lists.StateOf("state", _("State"), states=words.TICKETS),
            lists.Text("title", _("Work")),
            lists.Text("district", _("Transformer district")),
            lists.Text("place", _("Place"), shown=False),
            lists.Text("leader_name", _("Leader")),
            lists.Day("planned_on", _("Planned on"), weekday=True),
            lists.Day("due_on", _("Due"), shown=False),
            lists.Number("done", _("Rows with an outcome"), total=True),
            lists.Number("tasks", _("Rows"), total=True),
            lists.Number("waiting", _("Entries to decide"), total=True),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("number", "title", "district", "place", "leader_name")),
            lists.Choice(
                "state",
                _("State"),
                choices=[(key.value, state.word) for key, state in words.TICKETS.items()],
                facet=True,
            ),
            lists.DayRange("planned_on", _("Planned on")),
            lists.NumberRange("waiting", _("Entries to decide")),
        ),
        order=("-planned_on", "-id"),
        also=("id",),
    )


def qualifications_list(*, today: date) -> lists.ListQuery:
    return lists.ListQuery(
        name="fieldwork.qualifications",
        rows=queries.qualification_rows(),
        columns=(
            lists.Text(
                "person_name",
                _("Name"),
                link=lambda row: reverse("fieldwork:qualification", args=[row["id"]]),
            ),
            lists.Text("name", _("Qualification")),
            lists.Code("certificate", _("Certificate number")),
            lists.Day("start", _("From")),
            lists.Day("end", _("Until")),
            lists.Flag(
                "holds",
                _("Holds today"),
                path="start",
                show=lambda row: row["start"] <= today and (row["end"] is None or today < row["end"]),
                also=("end",),
            ),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("person_name", "username", "name", "certificate")),
            lists.DayRange("end", _("Until")),
        ),
        order=("person_name", "-start"),
        also=("id", "username"),
    )
