"""Groups, lists that came in, and stock rows, as lists."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.groups import queries, values, words
from tomoshibi.parties import queries as parties
from tomoshibi.ui import lists


def groups_list(*, on: date) -> lists.ListQuery:
    return lists.ListQuery(
        name="groups.groups",
        rows=queries.group_rows(on=on),
        columns=(
            lists.Code("number", _("Group number"), link=lambda row: reverse("groups:group", args=[row["id"]])),
            lists.Code("benchmark_number", _("Benchmark number")),
            lists.Text("name", _("Account name")),
            lists.Text("unit", _("Managing unit")),
            lists.Text("address", _("Address of the benchmark")),
            lists.Day("opened_on", _("Opened on")),
            lists.Text("device", _("Device type")),
            # No total below the list: it would count the points of every group at each turn of a page (see the portfolio).
            lists.Number("points", _("Points")),
            lists.Number("used", _("Counted for the cap"), shown=False),
            lists.Number("free", _("Free")),
            lists.StateOf("state", _("State"), states=words.GROUPS),
        ),
        filters=(
            parties.KeySearch("q", _("Number, name or address")),
            lists.Choice("unit", _("Managing unit"), choices=lambda: [(unit, unit) for unit in queries.units()]),
            lists.Search("name", _("Account name")),
            lists.Search("address", _("Address of the benchmark")),
            lists.DayRange("opened_on", _("Opened on")),
            lists.Search("benchmark_number", _("Benchmark number")),
            lists.NumberRange("points", _("Points")),
            lists.NumberRange("free", _("Free")),
            lists.Choice(
                "state",
                _("State"),
                choices=[(key.value, state.word) for key, state in words.GROUPS.items()],
                facet=True,
            ),
        ),
        order=("unit", "name", "number"),
        also=("id",),
    )


def rows_of_list(rows: Sequence[Mapping[str, Any]]) -> lists.ListQuery:
    """:param rows: of :func:`tomoshibi.groups.previewing.rows`"""
    return lists.ListQuery(
        name="groups.list_rows",
        rows=rows,
        columns=(
            lists.Number("row", _("Row")),
            lists.StateOf("outcome", pgettext_lazy("list row", "Outcome"), states=words.ROWS),
            lists.Text("reason", _("Reason")),
            lists.Code("account_number", pgettext_lazy("group", "Account number")),
            lists.Text("name", _("Name of the point")),
            lists.Code("nearest_number", _("Nearest account")),
            lists.Code("access_point_number", _("Access point")),
            lists.Text("change", _("As it is written"), shown=False),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("account_number", "name", "nearest_number")),
            lists.Choice(
                "outcome",
                pgettext_lazy("list row", "Outcome"),
                choices=[(key, state.word) for key, state in words.ROWS.items()],
                facet=True,
            ),
        ),
        order=("rank", "row"),
    )


def point_lists_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="groups.lists",
        rows=queries.point_list_rows(),
        columns=(
            lists.Text("name", _("File"), link=lambda row: reverse("groups:list", args=[row["id"]])),
            lists.StateOf("state", _("State"), states=words.LISTS),
            lists.Code("group_number", _("Group number")),
            lists.Code("application_number", _("Application")),
            lists.Day("effective_on", _("Holds from")),
            lists.Moment("received_at", _("Received at")),
            lists.Moment("applied_at", _("Written at")),
            lists.Code("sha256", "SHA-256", shown=False),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("name", "application_number", "sha256")),
            lists.Choice(
                "state", _("State"), choices=[(key.value, state.word) for key, state in words.LISTS.items()], facet=True
            ),
        ),
        order=("-received_at",),
        also=("id",),
    )


def districts_list(*, on: date) -> lists.ListQuery:
    return lists.ListQuery(
        name="groups.districts",
        rows=queries.district_rows(on=on),
        columns=(
            lists.Code(
                "number", _("Transformer district"), link=lambda row: reverse("groups:district", args=[row["id"]])
            ),
            lists.Text("name", _("Name")),
            lists.Text("unit", _("Managing unit")),
            lists.Number("access_points", _("Access points")),
            lists.Number("points", _("Points")),
        ),
        filters=(
            lists.Search("q", _("Number or name"), among=("number", "name")),
            lists.Search("unit", _("Managing unit")),
            lists.NumberRange("points", _("Points")),
        ),
        order=("number",),
        also=("id",),
    )


def stock_rows_list(*, batch_id: int) -> lists.ListQuery:
    return lists.ListQuery(
        name="groups.stock_rows",
        rows=queries.stock_row_rows(batch_id=batch_id),
        columns=(
            lists.Number("row_no", _("Row")),
            lists.StateOf("role", pgettext_lazy("group", "Part"), states=words.ROLES),
            lists.Code("account_number", pgettext_lazy("group", "Account number")),
            lists.Code("benchmark_number", _("Benchmark number")),
            lists.Text("name", _("Name of the point"), shown=False),
            lists.Text("address", _("Address of the point")),
            lists.Code("access_point_number", _("Access point"), shown=False),
            lists.Code("district_number", _("Transformer district")),
            lists.Number("declared_points", _("Declared points"), total=True),
            lists.StateOf("verification", _("Verification"), states=words.VERIFICATIONS),
            lists.Text("inspector", _("Inspector")),
            lists.Day("verified_on", _("Verified on")),
            lists.Text("note", _("Note"), shown=False),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("account_number", "benchmark_number", "address", "name")),
            lists.Choice(
                "role",
                pgettext_lazy("group", "Part"),
                choices=[(key.value, state.word) for key, state in words.ROLES.items()],
            ),
            lists.Choice(
                "verification",
                _("Verification"),
                choices=[(key.value, state.word) for key, state in words.VERIFICATIONS.items()],
                facet=True,
            ),
        ),
        order=("role", "row_no"),
    )


def device_types_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="groups.device_types",
        rows=queries.device_type_rows(),
        columns=(
            lists.Code(
                "code",
                _("Code"),
                path="device_type__code",
                link=lambda row: reverse("groups:device_type", args=[row["device_type_id"]]),
                also=("device_type_id",),
            ),
            lists.Text("name", _("Name"), path="device_type__name"),
            lists.Text("kind", _("Kind of device"), path="device_type__kind"),
            lists.Text(
                "spread",
                _("Spread"),
                show=lambda row: words.SPREADS[values.Spread(row["device_type__spread"])],
                also=("device_type__spread",),
            ),
            lists.Number("rated_min_w", _("Rated from"), of="W"),
            lists.Number("rated_max_w", _("Rated to"), of="W"),
            lists.Energy("day_min_dwh", _("Expected a day, from")),
            lists.Energy("day_max_dwh", _("Expected a day, to")),
            lists.Day("start", _("From")),
            lists.Day("end", _("Until")),
        ),
        filters=(lists.Search("q", _("Search"), among=("device_type__code", "device_type__name")),),
        order=("device_type__code", "-start"),
    )
