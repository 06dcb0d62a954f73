"""How a mailbox is reached, and how text messages leave."""

from pathlib import Path

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tomoshibi.messaging import words


class MailboxForm(forms.Form):
    code = forms.SlugField(label=_("Code"), max_length=30)
    name = forms.CharField(label=_("Name"), max_length=100)
    route = forms.ChoiceField(label=_("Messages are"), choices=list(words.ROUTES.items()))
    address = forms.EmailField(
        label=_("Mail address"), help_text=_("People write to it, and our answers come from it.")
    )
    host = forms.CharField(label=_("Mail server"), max_length=200)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65_535, initial=993)
    user = forms.CharField(label=_("Sign-in name"), max_length=254)
    password_file = forms.CharField(
        label=_("File with the password"),
        max_length=300,
        help_text=_("Path on the server; the password is not kept here."),
    )
    trust_file = forms.CharField(
        label=_("Certificates to trust"), max_length=300, required=False, help_text=_("Empty: those of the machine.")
    )
    folder = forms.CharField(label=_("Folder"), max_length=100, initial="INBOX")
    is_active = forms.BooleanField(label=_("Look into it"), required=False, initial=True)

    def clean_password_file(self) -> str:
        return self._readable("password_file")

    def clean_trust_file(self) -> str:
        return self._readable("trust_file") if self.cleaned_data["trust_file"] else ""

    def _readable(self, name: str) -> str:
        path = str(self.cleaned_data[name])
        if not Path(path).is_file():
            raise forms.ValidationError(_("The server cannot read this file."))
        return path


class LinkForm(forms.Form):
    address = forms.CharField(label=_("Address of the gateway"), max_length=300, help_text=_("Begins with https://"))
    trust_file = forms.CharField(
        label=_("Certificates to trust"),
        max_length=300,
        required=False,
        help_text=_("A file on the server; empty: those of the machine."),
    )
    sender = forms.CharField(
        label=_("Sender on the phone"), max_length=20, required=False, help_text=_("As agreed with the operator.")
    )
    timeout_seconds = forms.IntegerField(label=_("Patience [s]"), min_value=1, max_value=300, initial=30)

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        if not address.startswith("https://"):
            raise forms.ValidationError(_now("Text messages leave over https:// only."))
        return address
