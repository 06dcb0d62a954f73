"""Contracts as a list."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tomoshibi.contracts import queries, words
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import lists


def contracts_list(*, today: date) -> lists.ListQuery:
    plans = tariffs.plan_names(language=get_language() or "ja")
    return lists.ListQuery(
        name="contracts.contracts",
        rows=queries.contract_rows(today=today),
        columns=(
            lists.Code("number", _("Contract"), link=lambda row: reverse("contracts:contract", args=[row["id"]])),
            lists.Text("customer", _("Customer"), path="customer__name"),
            lists.Code("spin", _("Supply point"), path="supply_point__spin"),
            lists.Code("area", _("Area"), path="supply_point__area", explain=supply.area_names()),
            lists.Text("city", _("City"), path="supply_point__city", shown=False),
            lists.Code("base_day", _("Reading day"), path="supply_point__base_day", shown=False),
            lists.Text(
                "plan_code", _("Plan"), show=lambda row: plans.get(row["plan_code"], row["plan_code"]), also=("plan_code",)
            ),
            lists.Number("capacity", _("Size"), show=_size, also=("capacity_milli", "capacity_kind"), sortable=False),
            lists.Day("start", _("From")),
            lists.Day("end", _("Until")),
            lists.StateOf("state", _("State"), states=words.STATES),
        ),
        filters=(
            parties.KeySearch(
                "q", _("Customer, address or number"),
                among=("customer__search_key", "supply_point__search_key", "number"),
            ),
            lists.Choice("state", _("State"), choices=[(k, s.word) for k, s in words.STATES.items()], facet=True),
            lists.Choice("area", _("Area"), path="supply_point__area", choices=list(supply.area_names().items())),
            lists.Search("plan", _("Plan"), among=("plan_code",)),
            lists.DayRange("start", _("From")),
        ),
        order=("-start",),
        also=("id",),
    )  # fmt: skip


def _size(row: Mapping[str, Any]) -> int | None:
    """Sizes are whole numbers in nearly every contract; the page of a contract shows the others exactly."""
    return row["capacity_milli"] // 1000 if row["capacity_milli"] else None
