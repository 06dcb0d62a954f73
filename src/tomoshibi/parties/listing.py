"""Customers and mandates as lists."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tomoshibi.parties import queries, words
from tomoshibi.ui import lists


def customers_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="parties.customers",
        rows=queries.customer_rows(),
        columns=(
            lists.Code("number", _("Number"), link=_customer_page),
            lists.Text("name", _("Name"), link=_customer_page),
            lists.Text("kana", _("Kana")),
            lists.Code(
                "kind", _("Kind"), explain=words.KINDS, show=lambda row: words.KINDS[row["kind"]], also=("kind",)
            ),
            lists.Code("postal_code", _("Postal code"), shown=False),
            lists.Text("city", _("City")),
            lists.Text("town", _("Town")),
            lists.Text("phone", _("Phone"), masked=True),
            lists.Text("mail", _("Mail"), masked=True, shown=False),
            lists.Day("registered_on", _("Registered")),
        ),
        filters=(
            queries.KeySearch("q", _("Name, kana, number, phone")),
            lists.Choice("kind", _("Kind"), choices=list(words.KINDS.items())),
            lists.Search("place", _("City or town"), among=("prefecture", "city", "town")),
            lists.DayRange("registered_on", _("Registered")),
        ),
        order=("kana",),
        also=("id",),
    )


def _customer_page(row: Any) -> str:
    return reverse("parties:customer", args=[row["id"]])


def mandates_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="parties.mandates",
        rows=queries.mandate_rows(),
        columns=(
            lists.Code(
                "account", _("Payer"), path="account__number", link=lambda r: reverse("parties:account", args=[r["account_id"]]),
                also=("account_id",),
            ),
            lists.Text("customer", _("Customer"), path="account__customer__name"),
            lists.StateOf("state", _("State"), states=words.MANDATES),
            lists.Code("agent", _("Agent")),
            lists.Code("bank_code", _("Bank")),
            lists.Code("branch_code", _("Branch")),
            lists.Text("account_number", _("Account number"), masked=True),
            lists.Text("holder_kana", _("Holder")),
            lists.Day("start", _("Valid from")),
            lists.Day("end", _("Until"), shown=False),
            lists.Text("reason", _("Reason")),
        ),
        filters=(
            queries.KeySearch("q", _("Customer or number"), among=("account__customer__search_key", "account__number")),
            lists.Choice("state", _("State"), choices=[(s.value, w.word) for s, w in words.MANDATES.items()], facet=True),
            lists.Search("agent", _("Agent")),
        ),
        order=("-id",),
        also=("id",),
    )  # fmt: skip
