"""Forms of customers, payers and mandates. What the register refuses comes back beside its field."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.masters import queries as masters
from tomoshibi.parties import postal, words

REASON_HELP = _("Kept in the audit trail.")
ADDRESS = ("postal_code", "prefecture", "city", "town", "block", "building")


class Day(forms.DateField):
    """A civil day with the browser's own calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def show_refusals(form: forms.Form, refused: RowsRefused, *, other: str | None = None) -> None:
    """Put what the register said beside the fields of a form; what has no field stands on top (or at ``other``)."""
    for refusal in refused.refusals:
        form.add_error(refusal.column if refusal.column in form.fields else other, refusal.reason)


class AddressForm(forms.Form):
    """An address; the postal code fills in the rest (``parties/address.js``)."""

    postal_code = forms.CharField(
        label=_("Postal code"),
        max_length=9,
        required=False,
        help_text=_("Seven digits fill in prefecture, city and town."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-postal-code": ""}),
    )
    prefecture = forms.CharField(label=_("Prefecture"), max_length=10, required=False)
    city = forms.CharField(label=_("City"), max_length=50, required=False)
    town = forms.CharField(label=_("Town"), max_length=100, required=False)
    block = forms.CharField(label=_("House number"), max_length=50, required=False)
    building = forms.CharField(label=_("Building and room"), max_length=100, required=False)

    def clean_postal_code(self) -> str:
        typed = self.cleaned_data["postal_code"]
        if typed and not postal.digits(typed):
            raise forms.ValidationError(_("A postal code has seven digits, like 105-0011."))
        return postal.digits(typed)

    def address(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ADDRESS}


class CustomerForm(AddressForm):
    """What a customer is called, and how to reach them."""

    kind = forms.ChoiceField(label=_("Kind"), choices=list(words.KINDS.items()))
    name = forms.CharField(label=_("Name"), max_length=100)
    kana = forms.CharField(label=_("Kana"), max_length=100, help_text=_("Katakana, full width, as it is read."))
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    mobile = forms.CharField(label=_("Mobile phone"), max_length=20, required=False)
    mail = forms.EmailField(label=_("Mail"), required=False)
    notes = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    field_order = ("kind", "name", "kana", *ADDRESS, "phone", "mobile", "mail", "notes")

    def clean_kana(self) -> str:
        """Hiragana and half-width katakana are taken, and written as the register keeps them."""
        import jaconv

        return str(jaconv.hira2kata(jaconv.h2z(self.cleaned_data["kana"])))


class RegistrationForm(CustomerForm):
    """A new customer with the account that pays."""

    payment_method = forms.ChoiceField(label=_("Pays by"), choices=list(words.PAYMENT.items()))
    statement_channel = forms.ChoiceField(label=_("Statement by"), choices=list(words.STATEMENT.items()))
    start = Day(label=_("From"), help_text=_("First day on which these ways of paying and telling hold."))

    def customer(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in CustomerForm.field_order}

    def account(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("payment_method", "statement_channel", "start")}


class ChangeCustomerForm(CustomerForm):
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=REASON_HELP)

    def changes(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in CustomerForm.field_order}


class TermsForm(forms.Form):
    """One invoice for many contracts, or one for each, from a day on."""

    start = Day(label=_("From"))
    collective = forms.ChoiceField(
        label=_("Invoices"),
        choices=list(words.COLLECTIVE.items()),
        help_text=_(
            "One invoice has one number, one amount to pay, one debit and one statement with a page per point; "
            "its tax is rounded once. It counts from the first reading month that begins on the day above or later, "
            "and a run takes all contracts of the account with the last of their reading days."
        ),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=REASON_HELP)


class BillingAddressForm(AddressForm):
    """Where bills go, if not to the customer."""

    addressee = forms.CharField(
        label=_("Addressee"), max_length=100, required=False, help_text=_("Empty: the customer's name.")
    )
    mail = forms.EmailField(label=_("Mail"), required=False, help_text=_("Empty: the customer's mail."))
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=REASON_HELP)
    field_order = ("addressee", *ADDRESS, "mail", "reason")

    def changes(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("addressee", *ADDRESS, "mail")}


class MandateForm(forms.Form):
    """A mandate as the payer wrote it."""

    agent = forms.ChoiceField(label=_("Collection agent"))
    bank_code = forms.RegexField(r"^[0-9]{4}$", label=_("Bank"), help_text=_("Four digits."))
    branch_code = forms.RegexField(r"^[0-9]{3}$", label=_("Branch"), help_text=_("Three digits."))
    account_kind = forms.ChoiceField(label=_("Kind of account"), choices=list(words.BANK_ACCOUNTS.items()))
    account_number = forms.RegexField(
        r"^[0-9]{1,7}$", label=_("Account number"), widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    holder = forms.CharField(
        label=_("Holder"),
        max_length=48,
        help_text=_("In kana, as on the bank book; width and small kana do not matter."),
    )

    def __init__(self, *args: Any, agents: Iterable[tuple[str, str]], today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self.fields["agent"].choices = list(agents)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        bank, branch = data.get("bank_code"), data.get("branch_code")
        if bank and masters.bank(bank, self._today) is None:
            self.add_error("bank_code", _("The bank master has no such bank."))
        elif bank and branch and masters.branch(bank, branch, self._today) is None:
            self.add_error("branch_code", _("This bank has no such branch."))
        return data


class MoveForm(forms.Form):
    """What happened to a mandate, when, and why."""

    on = Day(label=_("On"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
