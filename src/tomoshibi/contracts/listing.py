"""Contracts as a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from tomoshibi.contracts import queries, words
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import lists


@dataclass(frozen=True)
class Reached(lists.Search):
    """The contracts that a version of a plan reaches: its code and its first day, as ``tokyo-b 2027-04-01``."""

    def conditions(self, given: Mapping[str, Sequence[str]]) -> list[lists.AnyOf]:
        asked = self.one(given)
        if not asked:
            return []
        code, _space, day = asked.partition(" ")
        try:
            found = queries.reached(plan_code=code, day=date.fromisoformat(day.strip()))
        except ValueError:
            raise lists.NotReadable(
                gettext("%(asked)s is not the code of a plan and a day, such as tokyo-b 2027-04-01.") % {"asked": asked}
            ) from None
        return [(lists.Condition("id", "in", found.values("id")),)]


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
            Reached("reached", _("Reached by a version: plan and first day"), path="id"),
            lists.DayRange("start", _("From")),
        ),
        order=("-start",),
        also=("id",),
    )  # fmt: skip


def _size(row: Mapping[str, Any]) -> int | None:
    """Sizes are whole numbers in nearly every contract; the page of a contract shows the others exactly."""
    return row["capacity_milli"] // 1000 if row["capacity_milli"] else None
