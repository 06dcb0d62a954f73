"""Forms of the ledger."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.ui.fields import MonthField, ReasonField


class RangeForm(forms.Form):
    """A range of accounting months, both included."""

    first = MonthField(label=pgettext_lazy("range", "From"))
    last = MonthField(label=pgettext_lazy("range", "To"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["last"] < cleaned["first"]:
            raise ValidationError(_("The range ends before it begins."))
        return cleaned


class StepForm(forms.Form):
    """A proposal to close or open a month."""

    month = MonthField(label=_("Accounting month"))
    reason = ReasonField()
