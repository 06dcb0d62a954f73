"""How sundry charges are shown as a list."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tomoshibi.contracts import queries as contracts
from tomoshibi.masters import queries as masters
from tomoshibi.masters.values import AmountBy, ChargeKind
from tomoshibi.ui import lists

STATES = contracts.CHARGE_STATES
TAXES = contracts.TAX_WORDS


def kind_choices(*, on: date, entered: bool = False) -> list[tuple[str, str]]:
    """Kinds of charges with their names; ``entered``: only those that a person may enter."""
    language = get_language() or "ja"
    return [
        (kind.code, kind.name(language))
        for kind in masters.charge_kinds(on=on).values()
        if not entered or kind.amount_by is not AmountBy.PLAN
    ]


def charges_list(*, today: date) -> lists.ListQuery:
    """Every charge: told by the house or entered by a person, whatever became of it."""
    language = get_language() or "ja"
    kinds = masters.charge_kinds(on=today)
    return lists.ListQuery(
        name="billing.charges",
        rows=contracts.charge_rows(),
        columns=(
            lists.Text("code", _("Charge"), show=lambda row: _name(row, kinds, language), also=("code", "text")),
            lists.Text(
                "customer",
                _("Customer"),
                path="contract__customer__name",
                also=("contract__customer_id",),
                link=lambda row: reverse("console:customer", args=[row["contract__customer_id"]]),
            ),
            lists.Code(
                "contract",
                _("Contract"),
                path="contract__number",
                also=("contract_id",),
                link=lambda row: reverse("contracts:contract", args=[row["contract_id"]]),
            ),
            lists.MonthOf("month", _("From the bill of")),
            lists.Money("amount_minor", _("Amount"), total=True),
            lists.Text(
                "tax",
                _("Consumption tax"),
                show=lambda row: TAXES.get(row["tax"], row["tax"]),
                also=("tax",),
                shown=False,
            ),
            lists.Text("worked", _("How it comes about"), shown=False),
            lists.StateOf("state", _("State"), states=STATES),
            lists.Text("reason", _("Reason"), shown=False),
            lists.Moment("entered_at", _("Entered")),
            lists.Text("gone_reason", _("Why not billed"), shown=False),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("contract__customer__name", "contract__number", "text")),
            lists.Choice("state", _("State"), choices=[(k, s.word) for k, s in STATES.items()], facet=True),
            lists.Choice("code", _("Charge"), choices=kind_choices(on=today)),
            lists.MoneyRange("amount", _("Amount"), path="amount_minor"),
        ),
        order=("-id",),
    )


def _name(row: Any, kinds: dict[str, ChargeKind], language: str) -> str:
    kind = kinds.get(row["code"])
    return kind.name(language) if kind else row["text"]
