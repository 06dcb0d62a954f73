"""What a visitor asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.care import queries

LONGEST = 5_000


class ContactForm(forms.Form):
    kind = forms.ChoiceField(label=_("What is it about?"))
    subject = forms.CharField(label=_("Subject"), max_length=100)
    body = forms.CharField(label=_("Your question"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}))
    name = forms.CharField(
        label=pgettext_lazy("applicant", "Your name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    mail = forms.EmailField(label=_("Mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    phone = forms.CharField(
        label=_("Phone"), max_length=30, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    customer_number = forms.CharField(
        label=_("Customer number"), max_length=12, required=False, help_text=_("If you are a customer of ours.")
    )
    form_key = forms.CharField(max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.code, kind.name_in(language)) for kind in queries.kinds()]  # type: ignore[attr-defined]


class AskForm(forms.Form):
    """What a customer who is signed in asks."""

    kind = forms.ChoiceField(label=_("What is it about?"))
    subject = forms.CharField(label=_("Subject"), max_length=100)
    body = forms.CharField(label=_("Your question"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}))
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.code, kind.name_in(language)) for kind in queries.kinds()]  # type: ignore[attr-defined]


class AgainForm(forms.Form):
    body = forms.CharField(label=_("Write again"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}))
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
