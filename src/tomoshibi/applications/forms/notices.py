"""Writing the text of a document: a title, an opening, and every item of the checklist."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import notice_texts
from tomoshibi.applications import notice_words as words
from tomoshibi.applications.values.notices import ITEMS, TemplateItem
from tomoshibi.ui import fields


class TemplateForm(forms.Form):
    """The text of a document. An item may stay empty in a draft, not in what a second person reads."""

    title = forms.CharField(label=_("Title"), max_length=200)
    opening = forms.CharField(label=_("Opening"), widget=forms.Textarea(attrs={"rows": 3}))
    counsel = forms.CharField(
        label=_("Confirmed by counsel"), max_length=200, required=False,
        help_text=_("Who confirmed the text, and when. While it is empty the documents of this text are held."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, items: Sequence[TemplateItem] = (), **more: Any) -> None:
        super().__init__(data, **more)
        given = {item.code: item for item in items}
        for code in ITEMS:
            item = given.get(code)
            self.fields[f"heading_{code}"] = forms.CharField(
                label=str(words.ITEMS[code]), max_length=60, required=False, initial=item.heading if item else ""
            )
            self.fields[f"text_{code}"] = forms.CharField(
                label=pgettext_lazy("document", "Text"), required=False, initial=item.text if item else "",
                widget=forms.Textarea(attrs={"rows": 3}),
            )  # fmt: skip

    def items_written(self) -> list[TemplateItem]:
        data = self.cleaned_data
        return [TemplateItem(code, data[f"heading_{code}"], data[f"text_{code}"]) for code in ITEMS]


def facts() -> str:
    """What can be filled in, for the help beside the form."""
    return " ".join(f"{{{name}}}" for name in sorted(notice_texts.FACTS))


class PostForm(forms.Form):
    """When letters went to the post."""

    on = fields.DayField(label=_("Posted on"))
