"""Forms of supply points and meters."""

import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

from tomoshibi.supply import queries, words

REASON_HELP = _("Kept in the audit trail.")
ADDRESS = ("postal_code", "prefecture", "city", "town", "block", "building")


class Day(forms.DateField):
    """A civil day with the browser's own calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PlaceForm(forms.Form):
    """Where a point is, and how it is read."""

    voltage = forms.ChoiceField(label=_("Voltage"), choices=list(words.VOLTAGES.items()))
    base_day = forms.RegexField(
        r"^[0-9A-Z]{1,2}$", label=_("Reading day"), help_text=_("The code of the basic reading day, like 05.")
    )
    postal_code = forms.CharField(
        label=_("Postal code"),
        max_length=9,
        help_text=_("Seven digits fill in prefecture, city and town."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-postal-code": ""}),
    )
    prefecture = forms.CharField(label=_("Prefecture"), max_length=10)
    city = forms.CharField(label=_("City"), max_length=50)
    town = forms.CharField(label=_("Town"), max_length=100, required=False)
    block = forms.CharField(label=_("House number"), max_length=50, required=False)
    building = forms.CharField(label=_("Building and room"), max_length=100, required=False)
    place_name = forms.CharField(label=_("Name of the place"), max_length=70, required=False)

    def clean_postal_code(self) -> str:
        typed = unicodedata.normalize("NFKC", self.cleaned_data["postal_code"])
        return "".join(character for character in typed if character.isdigit())


class PointForm(PlaceForm):
    spin = forms.CharField(
        label=_("Supply point"),
        max_length=40,
        help_text=_("22 digits; the first two name the area. Spaces and hyphens do not matter."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=list(words.KINDS.items()))
    field_order = ("spin", "kind", "voltage", "base_day", *ADDRESS, "place_name")

    def clean_spin(self) -> str:
        return queries.plain_spin(unicodedata.normalize("NFKC", self.cleaned_data["spin"]))


class ChangePointForm(PlaceForm):
    connection = forms.ChoiceField(
        label=_("State"), choices=[(key.value, state.word) for key, state in words.CONNECTIONS.items()]
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=REASON_HELP)


class MeterForm(forms.Form):
    """A meter that goes up; with the number of one that comes down it is an exchange."""

    on = Day(label=_("On"))
    meter_number = forms.RegexField(r"^[0-9A-Za-z\-]{1,24}$", label=_("Meter number"))
    old_number = forms.CharField(
        label=_("Takes the place of"),
        max_length=24,
        required=False,
        help_text=_("Number of the meter that comes down."),
    )
    is_smart = forms.BooleanField(label=_("Smart meter"), required=False, initial=True)
    interval_minutes = forms.TypedChoiceField(
        label=_("Interval"), coerce=int, choices=[(n, str(n)) for n in (30, 15, 5, 60)], help_text=_("Minutes.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=REASON_HELP)
