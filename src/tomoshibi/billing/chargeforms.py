"""What a clerk types to enter a charge: whose, which kind, the numbers of its formula, why, and what shows it."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import Contract
from tomoshibi.kernel.periods import Month
from tomoshibi.masters.values import AmountBy, ChargeKind
from tomoshibi.parties import queries as parties
from tomoshibi.rating import formulas
from tomoshibi.ui import fields

LARGEST_FILE = 10_000_000
_INPUT = "input_"
INPUT_LABELS = {
    "copies": _("Copies"),
    "days": _("Days"),
    "excess_kw": _("Demand above the contract [kW]"),
    "hours": _("Hours"),
    "months_left": _("Months left"),
    "price_per_kw": _("Price per kW [yen]"),
    "principal": _("Amount it is taken on [yen]"),
}
"""Names that formulas of the shipped kinds use; others are shown as they are written."""


class WhoseForm(forms.Form):
    """Whose charge, and of which kind."""

    payer = forms.CharField(
        label=_("Contract or account"),
        max_length=20,
        help_text=_("The number of a contract, or of who pays for several."),
    )
    kind = forms.ChoiceField(label=_("Charge"))

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self._today = today

    def clean_payer(self) -> Contract:
        text = str(self.cleaned_data["payer"])
        if (found := contracts.contract(number=text)) is not None:
            return found
        account = parties.account_by_number(number=text)
        if account is None:
            unknown = _("There is no contract and no account of this number.")
            raise forms.ValidationError(parties.refusal_of(number=text) or unknown)
        own = contracts.contracts_of(account_id=account.id)
        if not own:
            raise forms.ValidationError(_("The account has no contract that could carry it."))
        return bearer(own, today=self._today)


def bearer(own: list[Contract], *, today: date) -> Contract:
    """The contract whose bill carries an account's charge: the first that is supplied, else the one that ended last."""
    supplied = [one for one in own if one.end is None or one.end > today]
    if supplied:
        return min(supplied, key=lambda one: one.number)
    return max(own, key=lambda one: one.end or today)


class ChargeForm(forms.Form):
    """The rest of a charge; a kind by formula has a field for each number of it."""

    month = fields.MonthField(label=_("From the bill of"))
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=200,
        required=False,
        help_text=_("A letter, a call, an invoice: where it can be seen."),
    )
    evidence_file = forms.FileField(label=_("File"), required=False)

    def __init__(self, *args: Any, kind: ChargeKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = formulas.read(kind.formula).inputs if kind.amount_by is AmountBy.FORMULA else ()
        for name in self.names:
            self.fields[_INPUT + name] = forms.IntegerField(
                label=INPUT_LABELS.get(name, name), min_value=0, max_value=10**9
            )
        if kind.amount_by is AmountBy.ENTERED:
            self.fields["amount"] = fields.MoneyField(label=_("Amount"), minimum=None, maximum=10**9)
        self.order_fields([*(_INPUT + name for name in self.names), "amount", "month", "reason"])

    def clean_evidence_file(self) -> tuple[str, bytes] | None:
        found = self.cleaned_data["evidence_file"]
        if not found:
            return None
        if found.size > LARGEST_FILE:
            raise forms.ValidationError(_("A file has at most 10 MB."))
        return found.name, found.read()

    def charge(self) -> dict[str, Any]:
        """As ``operations.enter_charge`` takes it."""
        data = self.cleaned_data
        month: Month = data["month"]
        return {
            "inputs": {name: data[_INPUT + name] for name in self.names},
            "amount_minor": data.get("amount"),
            "month": month,
            "reason": data["reason"],
            "evidence": data["evidence"],
            "evidence_file": data["evidence_file"],
        }
