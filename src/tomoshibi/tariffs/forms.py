"""Upload of a plan document."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LARGEST_DOCUMENT = 1_000_000


class DocumentForm(forms.Form):
    """A plan document as a file, or typed; and why."""

    file = forms.FileField(label=_("File"), required=False, help_text=_("YAML or JSON, UTF-8"))
    text = forms.CharField(
        label=pgettext_lazy("tariff", "Document"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "class": "code", "spellcheck": "false"}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        file = cleaned.get("file")
        if file is not None:
            if file.size > LARGEST_DOCUMENT:
                raise forms.ValidationError(_("The file is larger than a plan document can be."))
            try:
                cleaned["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(_("The file is not a UTF-8 text.")) from None
        if not cleaned.get("text"):
            raise forms.ValidationError(_("Choose a file or paste the document."))
        return cleaned
