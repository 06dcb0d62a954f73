"""Forms of the clerks who examine applications."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tomoshibi.applications import values, words
from tomoshibi.applications.operations import SCOPES
from tomoshibi.ui import fields


class AskForm(forms.Form):
    """What the applicant should repair: findings, and a question of one's own."""

    findings = forms.MultipleChoiceField(
        label=_("Findings"), required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
    )
    question = forms.CharField(
        label=_("A question of your own"),
        required=False,
        max_length=400,
        help_text=_("The applicant reads it as it stands here, in the mail and on the page."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    about = forms.MultipleChoiceField(
        label=_("Answers that the question is about"),
        required=False,
        choices=list(words.ANSWERS.items()),
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )

    by_text = forms.BooleanField(
        label=_("Send the link as a text message, too"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, findings: Sequence[tuple[str, str]], texts: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not texts:
            del self.fields["by_text"]
        self.fields["findings"].choices = findings  # type: ignore[attr-defined]
        self.initial.setdefault("findings", [code for code, _sentence in findings])
        if not findings:
            del self.fields["findings"]


class AnswersForm(forms.Form):
    """All answers as they were typed; a clerk writes what the applicant said."""

    def __init__(self, *args: Any, typed: dict[str, str], **kwargs: Any) -> None:
        kwargs["initial"] = typed
        super().__init__(*args, **kwargs)
        for name in values.ANSWERS:
            wide = forms.Textarea(attrs={"rows": 2}) if name == "note" else forms.TextInput()
            self.fields[name] = forms.CharField(
                label=words.ANSWERS[name],  # type: ignore[arg-type]
                required=False,
                max_length=1000 if name == "note" else 200,
                widget=wide,
            )
        self.fields["reason"] = fields.ReasonField()

    def changed(self) -> dict[str, str]:
        """Only what differs from what stood there."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in values.ANSWERS}


class AcceptForm(forms.Form):
    customer_number = forms.CharField(
        label=_("Tie to customer"),
        required=False,
        max_length=12,
        help_text=_("Number of a customer of ours; empty for a new one."),
    )


class StartForm(forms.Form):
    """The grid's answer: the first day, and what it says about the point."""

    starts_on = fields.DayField(label=_("First day of supply"))
    base_day = forms.RegexField(
        r"^[0-9A-Z]{1,2}$", label=_("Basic reading day"), help_text=_("The grid company's code, two digits.")
    )
    spin = forms.CharField(
        label=_("Supply point number"), required=False, max_length=40, help_text=_("Only where the applicant had none.")
    )
    meter_number = forms.CharField(label=_("Meter number"), required=False, max_length=16)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("The applicant reads it in the mail."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SendBackForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=150)


class AgencyForm(forms.Form):
    code = forms.RegexField(
        r"^[0-9A-Z\-]{2,20}$",
        label=_("Code"),
        help_text=_("Capital letters, digits and hyphens; it stands in the link."),
    )
    name = forms.CharField(label=_("Name"), max_length=100)
    mail = forms.EmailField(label=_("Mail"), required=False)
    is_active = forms.BooleanField(label=_("May bring applications"), required=False, initial=True)


SCOPE_WORDS = {"intake:write": _("bring applications"), "intake:read": _("ask for the state of its own applications")}


class KeyForm(forms.Form):
    """What a new key may open."""

    scopes = forms.MultipleChoiceField(
        label=_("The key may"),
        choices=[(scope, SCOPE_WORDS[scope]) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
