"""What people type: a file, an agreed quantity, a portal."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tomoshibi.kernel import units
from tomoshibi.kernel.periods import Period
from tomoshibi.masters import queries as masters
from tomoshibi.metering import values
from tomoshibi.metering.values import AgreedBasis
from tomoshibi.ui import fields

BASES = {
    AgreedBasis.PREVIOUS_MONTH: _("use of the previous month"),
    AgreedBasis.SAME_MONTH_LAST_YEAR: _("use of the same month last year"),
    AgreedBasis.AVERAGE: _("average of the last months"),
    AgreedBasis.AFTER_REPAIR: _("daily average after the repair"),
    AgreedBasis.CHECK_METER: _("check meter"),
    AgreedBasis.ERROR_RATE: _("error rate of the meter"),
    AgreedBasis.LOAD_HOURS: _("load equipment and hours"),
    AgreedBasis.OTHER: _("another basis (say which)"),
}


class EnergyField(forms.CharField):
    """A quantity in kWh, kept in 0.1 Wh."""

    unit = "kWh"

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            energy_dwh = units.energy_dwh(text.replace(",", ""))
        except ValueError:
            raise forms.ValidationError(_("This is not a quantity in kWh with up to four decimals.")) from None
        if energy_dwh < 0:
            raise forms.ValidationError(_("A quantity is not negative."))
        return energy_dwh


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"), help_text=_("A ZIP or XML as the grid company's portal gives it, or the CSV described below.")
    )


class _AgreementForm(forms.Form):
    """:param today: agreements of tomorrow cannot be entered"""

    agreed_by = forms.CharField(label=_("Agreed with"), max_length=100, help_text=_("Grid company, office, person"))
    agreed_on = fields.DayField(label=_("Agreed on"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_agreed_on(self) -> date:
        day: date = self.cleaned_data["agreed_on"]
        if day > self._today:
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class AgreedForm(_AgreementForm):
    """A quantity that was agreed where the meter has none."""

    energy = EnergyField(label=_("Agreed quantity of the period"))
    basis = forms.ChoiceField(label=_("Basis"), choices=[(basis.value, word) for basis, word in BASES.items()])
    reason = forms.CharField(
        label=_("Explanation"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    evidence = forms.FileField(
        label=_("Evidence"), required=False, help_text=_("The letter, mail or calculation that shows the agreement.")
    )

    field_order = ("energy", "basis", "reason", "agreed_by", "agreed_on", "evidence")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("basis") == AgreedBasis.OTHER and not cleaned.get("reason"):
            self.add_error("reason", _("Say on what the quantity rests."))
        if not cleaned.get("evidence") and not cleaned.get("reason"):
            self.add_error("evidence", _("Attach what shows the agreement, or explain where it can be looked up."))
        return cleaned


class PortalForm(forms.Form):
    """Where the portal of an area is; certificates are named by the paths of their files on the server."""

    base_url = forms.URLField(label=_("Address of the portal"), assume_scheme="https", max_length=300)
    certificate_file = forms.CharField(label=_("Client certificate (file)"), required=False, max_length=300)
    key_file = forms.CharField(label=_("Private key (file)"), required=False, max_length=300)
    trust_file = forms.CharField(label=_("Trusted authority (file)"), required=False, max_length=300)
    timeout_seconds = forms.IntegerField(label=_("Time to wait (seconds)"), min_value=1, max_value=3600, initial=60)
    wait_business_days = forms.IntegerField(
        label=_("Data is due on this business day"),
        min_value=1,
        max_value=30,
        initial=4,
        help_text=_("Counted from the reading day, the reading day being the first."),
    )
    revision_digits = forms.IntegerField(
        label=_("Digits of the revision in file names"),
        min_value=0,
        max_value=7,
        initial=0,
        help_text=_("The digits before those of the section, at the end of the name; 0 where it is not known."),
    )
    section_digits = forms.IntegerField(
        label=_("Digits of the section in file names"), min_value=0, max_value=7, initial=0
    )
    active = forms.BooleanField(label=_("Fetch from this portal"), required=False, initial=True)


class NewPortalForm(PortalForm):
    area = forms.ChoiceField(label=_("Area"))

    field_order = ("area",)

    def __init__(self, *args: Any, taken: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [  # type: ignore[attr-defined]
            (code, f"{code} {area.name}") for code, area in masters.areas().items() if code not in taken
        ]


def initial_of(endpoint: values.PortalEndpoint) -> dict[str, Any]:
    return {name: getattr(endpoint, name) for name in PortalForm.base_fields}


class CollectForm(forms.Form):
    month = fields.MonthField(label=_("Reading month"))


class DemandFileForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("The CSV described below."))


class AgreedDemandForm(_AgreementForm):
    max_demand_milli = fields.CapacityField(unit="kW", label=_("Maximum demand of the month"))
    power_factor_percent = forms.IntegerField(
        label=_("Power factor (%)"), min_value=0, max_value=100, required=False, help_text=_("Whole per cent.")
    )
    note = forms.CharField(label=_("Explanation"), required=False, max_length=1000)

    field_order = ("max_demand_milli", "power_factor_percent", "agreed_by", "agreed_on", "note")


class ContractDemandForm(_AgreementForm):
    contract_milli = fields.CapacityField(unit="kW", label=_("Contract demand by agreement"))

    field_order = ("contract_milli", "agreed_by", "agreed_on")


class EquipmentForm(forms.Form):
    """
    Equipment that was added inside a month, and the demand before and after it.

    :param period: the days of the month; the change lies inside them
    """

    day = fields.DayField(label=_("First day with the new equipment"))
    before_milli = fields.CapacityField(unit="kW", label=_("Maximum demand before it"))
    after_milli = fields.CapacityField(unit="kW", label=_("Maximum demand from that day on"))

    def __init__(self, *args: Any, period: Period, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._period = period

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not self._period.start < day < self._period.end:
            raise forms.ValidationError(_("The change lies inside the days of this month."))
        return day
