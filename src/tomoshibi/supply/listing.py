"""Supply points as a list."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries, words
from tomoshibi.ui import lists


def points_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="supply.points",
        rows=queries.point_rows(),
        columns=(
            lists.Code("spin", _("Supply point"), link=lambda row: reverse("supply:point", args=[row["id"]])),
            lists.Code("area", _("Area"), explain=words.AREA_NAMES),
            lists.Text(
                "voltage", _("Voltage"), show=lambda row: words.VOLTAGES[row["voltage"]], also=("voltage",), shown=False
            ),
            lists.Code("base_day", _("Reading day")),
            lists.Text("city", _("City")),
            lists.Text("town", _("Town")),
            lists.Text("block", _("House number")),
            lists.Text("building", _("Building and room")),
            lists.StateOf("connection", _("State"), states=words.CONNECTIONS),
        ),
        filters=(
            parties.KeySearch("q", _("Number or address")),
            lists.Choice("area", _("Area"), choices=list(words.AREA_NAMES.items()), facet=True),
            lists.Search("base_day", _("Reading day")),
            lists.Choice(
                "connection", _("State"), choices=[(key.value, state.word) for key, state in words.CONNECTIONS.items()]
            ),
        ),
        order=("spin",),
        also=("id",),
    )
