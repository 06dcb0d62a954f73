"""Forms of collection."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tomoshibi.collection import tables
from tomoshibi.parties import queries as parties
from tomoshibi.ui.fields import DayField, MoneyField, ReasonField


class PayerField(forms.CharField):
    """A billing account by its number; gives its id."""

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        if not number:
            return None
        found = parties.account_by_number(number=number)
        if found is None:
            unknown = _("No payer has the number %(number)s.") % {"number": number}
            raise ValidationError(parties.refusal_of(number=number) or unknown)
        return found.id


class ReasonForm(forms.Form):
    reason = ReasonField()


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=300, min_length=2, widget=forms.Textarea(attrs={"rows": 2}))


class ResultUploadForm(forms.Form):
    agent = forms.ChoiceField(label=_("Collection agent"))
    file = forms.FileField(label=_("Result file"))

    def __init__(self, *args: Any, agents: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["agent"].choices = agents  # type: ignore[attr-defined]


class DepositUploadForm(forms.Form):
    file = forms.FileField(label=_("File of the bank"))


class ReceiptForm(forms.Form):
    received_on = DayField(label=_("Received on"))
    amount_minor = MoneyField(label=_("Amount"), minimum=1)
    payer_name = forms.CharField(label=_("From (as on the bank statement)"), max_length=100)
    reference = forms.CharField(label=_("Reference"), max_length=100, required=False)
    account_id = PayerField(
        label=_("Payer number"), required=False, help_text=_("Leave empty while it is not known whose money it is.")
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class AssignForm(forms.Form):
    account_id = PayerField(label=_("Payer number"))


class SettlementForm(forms.Form):
    settled_on = DayField(label=_("Settled on"))
    fee_minor = MoneyField(label=_("Fee without tax"))
    fee_tax_minor = MoneyField(label=_("Tax on the fee"))


class RefundForm(forms.Form):
    amount_minor = MoneyField(label=_("Amount"), minimum=1)
    bank_code = forms.RegexField(r"^[0-9]{4}$", label=_("Bank"), help_text=_("Four digits"))
    branch_code = forms.RegexField(r"^[0-9]{3}$", label=_("Branch"), help_text=_("Three digits"))
    account_kind = forms.ChoiceField(label=_("Account kind"), choices=[("1", _("ordinary")), ("2", _("current"))])
    account_number = forms.RegexField(r"^[0-9]{1,7}$", label=_("Bank account number"))
    holder_kana = forms.CharField(label=_("Account holder (kana)"), max_length=60)
    reason = ReasonField()


class TransferDayForm(forms.Form):
    transfer_on = DayField(label=_("Transfer on"))


class PaidOnForm(forms.Form):
    paid_on = DayField(label=_("Paid on"))


class ReturnForm(forms.Form):
    """Of a transfer that came in."""

    returned_on = DayField(label=_("Taken back on (the bank's day)"))
    reason = ReasonField()


class RefundReturnForm(ReturnForm):
    """Of a refund: its money may have come as a transfer that stands unapplied here already."""

    receipt_id = forms.TypedChoiceField(
        label=_("How the money came back"), required=False, coerce=int, empty_value=None,
        help_text=_("A transfer of this amount that is nobody's yet is the money that came back, if the bank's file had it."),
    )  # fmt: skip

    def __init__(self, *args: Any, transfers: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["receipt_id"].choices = [("", _("only on the bank statement")), *transfers]  # type: ignore[attr-defined]


class CodeForm(forms.Form):
    code = forms.RegexField(r"^[0-9A-Z]$", label=_("Result code"), help_text=_("One digit or capital letter"))
    meaning = forms.ChoiceField(label=_("Class"), choices=[(k, s.word) for k, s in tables.MEANINGS.items()])
    text_ja = forms.CharField(label=_("Meaning in Japanese"), max_length=100)
    text_zh = forms.CharField(label=_("Meaning in Chinese"), max_length=100)
    text_en = forms.CharField(label=_("Meaning in English"), max_length=100)
    treatment = forms.ChoiceField(label=_("What follows"), choices=[(k, s.word) for k, s in tables.TREATMENTS.items()])


class LinkForm(forms.Form):
    host = forms.CharField(label=_("Server"), max_length=200)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=22)
    user = forms.CharField(label=_("User name"), max_length=100)
    key = forms.CharField(
        label=_("Private key file"),
        max_length=500,
        help_text=_("A path on the server; the key itself is never stored here."),
    )
    host_key = forms.CharField(
        label=_("Server key"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("As agreed with the agent (ssh-ed25519 …); any other server is refused."),
    )  # fmt: skip
    to_agent = forms.CharField(label=_("Folder for requests"), max_length=200, initial="/to-agent")
    from_agent = forms.CharField(label=_("Folder for results"), max_length=200, initial="/from-agent")
    taken = forms.CharField(label=_("Folder of taken files"), max_length=200, required=False, initial="/taken")


def sentences(form: forms.Form) -> str:
    """All errors of a form in one line, for a message."""
    return " ".join(
        f"{form.fields[name].label if name in form.fields else ''}: {error}"
        for name, errors in form.errors.items()
        for error in errors
    )
