"""What a clerk keys beside a message or on the telephone."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tomoshibi.applications import queries, values, words
from tomoshibi.messaging.values import Attachment

DAYS = frozenset({"wished_on", "term_ends_on"})


class KeyedForm(forms.Form):
    """
    All answers; whatever is typed is kept, and what a rule says stands beside its field.

    :param plans: code and name of the plans that can be chosen
    :param files: attachments of the message that may belong to the application
    """

    def __init__(
        self,
        *args: Any,
        typed: dict[str, str],
        plans: Sequence[tuple[str, str]],
        files: Sequence[Attachment] = (),
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {**kwargs.get("initial", {}), **typed}
        super().__init__(*args, **kwargs)
        choices: dict[str, Sequence[tuple[str, Any]]] = {n: list(c.items()) for n, c in words.CHOSEN.items()}
        choices["plan_code"] = plans
        choices["capacity_unit"] = [("A", "A"), ("kVA", "kVA"), ("kW", "kW"), ("contract", _("no size"))]
        for name in values.ANSWERS:
            label = words.ANSWERS[name]
            if name in choices:
                self.fields[name] = forms.ChoiceField(label=label, choices=[("", ""), *choices[name]], required=False)  # type: ignore[arg-type]
            elif name in DAYS:
                widget = forms.DateInput(attrs={"type": "date"})
                self.fields[name] = forms.CharField(label=label, required=False, widget=widget)  # type: ignore[arg-type]
            else:
                wide = (
                    forms.Textarea(attrs={"rows": 2})
                    if name == "note"
                    else forms.TextInput(attrs={"autocomplete": "off"})
                )
                limit = 1000 if name == "note" else 200
                self.fields[name] = forms.CharField(label=label, required=False, max_length=limit, widget=wide)  # type: ignore[arg-type]
        if files:
            self.fields["with_files"] = forms.MultipleChoiceField(
                label=_("Files that belong to it"),
                choices=[(str(one.id), one.name) for one in files],
                required=False,
                widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
            )
            self.initial.setdefault("with_files", [str(one.id) for one in files])
        self.fields["agreed"] = forms.BooleanField(
            label=_("The applicant was told the texts and agreed to them"), required=False
        )

    def typed(self) -> dict[str, str]:
        """What stands in the fields, as it was typed."""
        return {name: str(self.data.get(name, "")).strip() for name in values.ANSWERS}

    def wanted_files(self) -> list[int]:
        return [int(one) for one in self.data.getlist("with_files") if one.isdigit()]  # type: ignore[attr-defined]

    def show(self, finding: values.Finding) -> None:
        """Put what a rule says beside its field."""
        place = next((name for name in finding.fields if name in self.fields), None)
        self.add_error(place, queries.sentence_of(finding))


class ReplyForm(forms.Form):
    """An answer in the thread; ``key`` makes sending it twice one answer."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(label=_("Answer"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)


class DismissForm(forms.Form):
    reason = forms.CharField(
        label=_("Why nothing comes of it"),
        max_length=200,
        help_text=_("Advertising, sent to us by mistake, answered by telephone ..."),
    )
