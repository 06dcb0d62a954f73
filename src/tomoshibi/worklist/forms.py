from django import forms
from django.utils.translation import gettext_lazy as _


class OutcomeForm(forms.Form):
    outcome = forms.CharField(label=_("Outcome"), max_length=300, help_text=_("What was done about it, in a sentence."))
