"""Forms: one row of any master by its columns, sheets, decisions."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tomoshibi.masters import queries
from tomoshibi.masters.register import Column, Kind, Master, Unreadable
from tomoshibi.masters.sheets import ACTION, REMOVE, SET
from tomoshibi.masters.spot import LARGEST_FILE
from tomoshibi.masters.values import AREAS

_HINTS = {
    "valid_to": gettext_lazy("Empty: as long as what it replaces, else until the next change that is known."),
    "last_valid_month": gettext_lazy("Empty: as long as what it replaces, else until the next change that is known."),
    "source": gettext_lazy("Where it is published: the address of the notice."),
}


class ReasonForm(forms.Form):
    """Why: the second person has to know."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The second person reads it before deciding."),
    )


class RowForm(ReasonForm):
    """One row of a master; the cells are read by the register, as those of a CSV file are."""

    def __init__(self, master: Master, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.use_required_attribute = False  # ending what holds needs the key and the day only
        self.master = master
        reason = self.fields.pop("reason")
        self.fields[ACTION] = forms.ChoiceField(
            label=_("What to do"),
            choices=[(SET, _("Let this hold")), (REMOVE, _("End what holds"))],
            widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
            initial=SET,
        )
        for column in master.all_columns:
            self.fields[column.name] = _field(column, str((self.initial or {}).get(column.name, "")))
        self.fields["reason"] = reason

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needed = {*self.master.key, "valid_from", "first_valid_month"}
        for column in self.master.all_columns:
            if cleaned.get(ACTION) == REMOVE and column.target not in needed:
                self.errors.pop(column.name, None)
                continue
            if column.name in self.errors:
                continue
            try:
                column.read(cleaned.get(column.name))
            except Unreadable as refusal:
                self.add_error(column.name, str(refusal))
        return cleaned

    def cells(self) -> dict[str, str]:
        return {name: str(self.cleaned_data.get(name) or "") for name in (ACTION, *self.master.header)}


def _field(column: Column, present: str = "") -> forms.Field:
    """
    Every cell is text; the browser helps with days, months and choices.

    :param present: what the cell holds where the form starts from a row: offered even where nobody knows it any more
    """
    common: dict[str, Any] = {
        "label": column.label,
        "required": column.required,
        "help_text": _hint(column),
    }
    field: Any
    if column.among or column.kind in {Kind.CHOICE, Kind.AREA, Kind.YES_NO}:
        choices = _known(column, present) if column.among else _choices(column)
        field = forms.ChoiceField(choices=choices if column.required else [("", "–"), *choices], **common)
    elif column.kind is Kind.DATE:
        field = forms.CharField(widget=forms.TextInput(attrs={"type": "date"}), **common)
    elif column.kind is Kind.MONTH:
        field = forms.CharField(
            widget=forms.TextInput(attrs={"placeholder": "2026-04", "inputmode": "numeric"}), **common
        )
    elif column.kind in {Kind.INTEGER, Kind.DECIMAL}:
        field = forms.CharField(widget=forms.TextInput(attrs={"class": "amount", "inputmode": "decimal"}), **common)
    elif column.kind is Kind.JSON:
        field = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), **common)
    else:
        field = forms.CharField(max_length=column.length, **common)
    field.unit = column.unit
    return field


def _hint(column: Column) -> Any:
    if column.name == "product" and not column.among:
        known = ", ".join(f"{code} ({word})" for code, word in zip(column.choices, column.words, strict=True))
        return _("A formula of your own is a product under a code of your own. Known are: %(codes)s") % {"codes": known}
    # An end that must be given is not explained by what an empty one would mean.
    return "" if column.required else _HINTS.get(column.name, "")


def _known(column: Column, present: str) -> list[tuple[str, Any]]:
    codes = queries.known_codes(among=column.among)
    known = codes if present in {"", *codes} else {**codes, present: ""}
    return [("", "–"), *((code, f"{code} {name}" if name else column.word(code)) for code, name in known.items())]


def _choices(column: Column) -> list[tuple[str, Any]]:
    if column.kind is Kind.AREA:
        return [(area.code, f"{area.code} {area.name}") for area in AREAS.values()]
    if column.kind is Kind.YES_NO:
        return [("no", _("no")), ("yes", _("yes"))]
    return [(choice, column.word(choice)) for choice in column.choices]


class SheetForm(ReasonForm):
    """A CSV file of a master."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("The columns of the export, in UTF-8 or Shift_JIS. All rows are taken or none."),
    )
    field_order = ["file", "reason"]


class SpotForm(forms.Form):
    """A file of the day-ahead market."""

    file = forms.FileField(
        label=gettext_lazy("Market file"),
        help_text=gettext_lazy(
            "The yearly or daily CSV of the day-ahead market as it is published (Shift_JIS or UTF-8), or columns day, slot,"
            " system, 01 to 09. All rows are taken or none."
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than a year of prices can be."))
        return file


class DecisionForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False)
