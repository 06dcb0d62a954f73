"""What clerks write: answers, notes, texts, announcements."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.care import shipped, values, words
from tomoshibi.kernel import languages
from tomoshibi.masters.values import AREAS
from tomoshibi.parties import queries as parties
from tomoshibi.ui import fields

LONGEST = 20_000
CHECKS = {"class": "form-check-input"}


class AnswerForm(forms.Form):
    body = forms.CharField(label=_("Answer"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 8}))
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)


class NoteForm(forms.Form):
    body = forms.CharField(label=_("Note for us"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}))


class AssignForm(forms.Form):
    to = forms.ChoiceField(label=_("Assigned to"), required=False)
    kind = forms.ChoiceField(label=_("Kind"))

    def __init__(self, *args: Any, people: dict[int, str], kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", "–"), *((str(i), name) for i, name in people.items())]  # type: ignore[attr-defined]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class CustomerNumberField(forms.CharField):
    """The number of who asks; a sub-account's is refused, with the number to ask under (G-066)."""

    def __init__(self, **more: Any) -> None:
        super().__init__(label=_("Customer number"), max_length=12, required=False, **more)

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        if number and (why := parties.refusal_of(number=number)):
            raise forms.ValidationError(why)
        return number


class TieForm(forms.Form):
    customer_number = CustomerNumberField(
        help_text=_("After you made sure who writes. Then the customer sees the thread in the portal."),
    )  # fmt: skip


class PhoneForm(forms.Form):
    """An enquiry on the telephone."""

    kind = forms.ChoiceField(label=_("Kind"))
    customer_number = CustomerNumberField()
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=100)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    mail = forms.EmailField(label=_("Mail"), required=False)
    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(label=_("What they ask"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}))
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class KindForm(forms.Form):
    code = forms.SlugField(label=_("Code"), max_length=30)
    name_ja = forms.CharField(label=_("Name in Japanese"), max_length=60)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=60, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    business_days = forms.IntegerField(
        label=_("Working days until an answer is due"), min_value=0, max_value=60, help_text=_("0: the same day")
    )
    is_active = forms.BooleanField(label=_("Can be chosen"), required=False, initial=True)


class TextForm(forms.Form):
    code = forms.SlugField(label=_("Code"), max_length=40)
    language = forms.ChoiceField(label=_("Language"), choices=list(words.LANGUAGES.items()))
    title = forms.CharField(label=_("Title"), max_length=100)
    body = forms.CharField(label=_("Text"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 10}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        marks = ", ".join("{%s}" % mark for mark in shipped.PLACEHOLDERS)  # noqa: UP031 - braces
        self.fields["body"].help_text = _("Filled in: %(marks)s") % {"marks": marks}

    def clean_body(self) -> str:
        body = str(self.cleaned_data["body"])
        try:
            shipped.filled(body, dict.fromkeys(shipped.PLACEHOLDERS, ""))
        except shipped.UnknownMark as wrong:
            raise forms.ValidationError(str(wrong)) from None
        return body


class AnnouncementForm(forms.Form):
    """Texts in three languages, and whom it reaches."""

    title_ja = forms.CharField(label=_("Title in Japanese"), max_length=100)
    body_ja = forms.CharField(label=_("Text in Japanese"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}))
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=100, required=False)
    body_zh = forms.CharField(
        label=_("Text in Chinese"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    title_en = forms.CharField(label=_("Title in English"), max_length=100, required=False)
    body_en = forms.CharField(
        label=_("Text in English"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    areas = forms.MultipleChoiceField(
        label=_("Areas"), required=False, choices=[(code, area.name) for code, area in AREAS.items()],
        widget=forms.CheckboxSelectMultiple(attrs=CHECKS), help_text=_("Nothing chosen: everybody who uses the portal."),
    )  # fmt: skip
    plans = forms.MultipleChoiceField(label=_("Plans"), required=False, widget=forms.SelectMultiple(attrs={"size": 6}))
    agencies = forms.CharField(label=_("Agency codes"), required=False, max_length=500)
    places = forms.CharField(
        label=_("Postal codes (an outage)"),
        required=False,
        max_length=2000,
        help_text=_("Whole ones or how they begin, with spaces between."),
    )
    numbers = forms.CharField(
        label=_("Customer numbers"), required=False, max_length=200_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    by_mail = forms.BooleanField(label=_("By mail too, for those who want it"), required=False)

    def __init__(self, *args: Any, plans: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plans"].choices = plans  # type: ignore[attr-defined]

    def clean_places(self) -> list[str]:
        found = [word.replace("-", "") for word in _split(self.cleaned_data["places"])]
        if any(not re.fullmatch(r"[0-9]{3,7}", place) for place in found):
            raise forms.ValidationError(_("A postal code has three to seven digits here."))
        return found

    def texts(self) -> dict[str, dict[str, str]]:
        given = self.cleaned_data
        return {
            language: {"title": given[f"title_{short}"], "body": given[f"body_{short}"]}
            for short, language in languages.INTERFACE.items()
            if given[f"title_{short}"] and given[f"body_{short}"]
        }

    def audience(self) -> values.Audience:
        given = self.cleaned_data
        return values.Audience(
            areas=tuple(given["areas"]),
            plans=tuple(given["plans"]),
            agencies=tuple(code.upper() for code in _split(given["agencies"])),
            places=tuple(given["places"]),
            numbers=tuple(dict.fromkeys(_split(given["numbers"]))),
        )


def _split(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,、;]+", text) if word]


class SendForm(forms.Form):
    """When it goes out."""

    day = fields.DayField(label=_("Day"), required=False, help_text=_("Empty: now."))
    hour = forms.IntegerField(label=_("Hour"), required=False, min_value=0, max_value=23)
    counted = forms.IntegerField(widget=forms.HiddenInput)

    def moment(self, now: datetime) -> datetime:
        day = self.cleaned_data["day"]
        if not day:
            return now
        hour = self.cleaned_data["hour"]
        return now.replace(
            year=day.year,
            month=day.month,
            day=day.day,
            hour=9 if hour is None else hour,
            minute=0,
            second=0,
            microsecond=0,
        )


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class LimitForm(forms.Form):
    alone_up_to = forms.IntegerField(
        label=_("People that one may reach alone"), min_value=0, max_value=10_000_000,
        help_text=_("An announcement to more people waits for a second person."),
    )  # fmt: skip
