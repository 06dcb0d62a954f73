"""What clerks type: a selection, a reason, an individual correction, a threshold."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tomoshibi.billing import operations, values
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import NotANumber, TooFine, TooLarge, energy_dwh, milli
from tomoshibi.masters import queries as masters
from tomoshibi.ui import fields


class MonthField(forms.CharField):
    """A month like ``2026-10``."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return Month.parse(text)
        except ValueError:
            raise forms.ValidationError(_("Enter a month like 2026-10.")) from None


class MonthForm(forms.Form):
    """Which month and area the page for a new run shows."""

    month = MonthField(label=_("Reading month"), widget=forms.TextInput(attrs={"type": "month"}))
    area = forms.ChoiceField(
        label=_("Area"),
        required=False,
        choices=lambda: [("", _("all"))] + [(code, f"{code} {area.name}") for code, area in masters.areas().items()],
    )


class RunForm(MonthForm):
    """What a new run takes."""

    base_days = forms.MultipleChoiceField(label=_("Reading days"), required=False)
    kind = forms.ChoiceField(choices=[(kind.value, kind.value) for kind in values.RunKind], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["base_days"]
        assert isinstance(field, forms.MultipleChoiceField), "declared above"
        field.choices = [(f"{number:02d}", f"{number:02d}") for number in range(100)]

    def selection(self) -> values.Selection:
        return values.Selection(area=self.cleaned_data["area"], base_days=tuple(self.cleaned_data["base_days"]))

    @property
    def run_kind(self) -> values.RunKind:
        return values.RunKind(self.cleaned_data["kind"] or values.RunKind.REGULAR)


class KnownOnForm(forms.Form):
    """A bill is priced again with what was known on a day."""

    known_on = fields.DayField(label=_("With what was known on"), required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class CorrectionForm(ReasonForm):
    """An individual correction: exactly one of amount, quantity and capacity."""

    amount = forms.IntegerField(label=_("Amount to add [yen, tax included]"), required=False)
    text = forms.CharField(label=_("Text on the bill"), max_length=100, required=False)
    energy = forms.CharField(label=_("Quantity to bill instead [kWh]"), max_length=20, required=False)
    capacity = forms.CharField(label=_("Capacity to bill instead [A, kVA or kW]"), max_length=20, required=False)
    field_order = ("amount", "text", "energy", "capacity", "reason")

    def __init__(self, *args: Any, bands: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        """
        :param bands: bands of a plan by time of use with their labels: each has its own quantity
        """
        self.bands = dict(bands or {})
        super().__init__(*args, **kwargs)
        if not self.bands:
            return
        del self.fields["energy"]
        for name, label in self.bands.items():
            self.fields[f"band_{name}"] = fields.EnergyField(
                label=_("Quantity to bill instead: %(band)s [kWh]") % {"band": label}, required=False
            )
        self.order_fields(["amount", "text", *(f"band_{name}" for name in self.bands), "capacity", "reason"])

    def _band_energies(self) -> dict[str, int]:
        given = {name: self.cleaned_data.get(f"band_{name}") for name in self.bands}
        return {name: energy for name, energy in given.items() if energy is not None}

    def clean_energy(self) -> int | None:
        return self._scaled("energy", energy_dwh)

    def clean_capacity(self) -> int | None:
        return self._scaled("capacity", milli)

    def _scaled(self, name: str, read: Any) -> int | None:
        text = self.cleaned_data[name].replace(",", "").strip()
        if not text:
            return None
        try:
            number = int(read(text))
        except (NotANumber, TooFine, TooLarge) as wrong:
            raise forms.ValidationError(str(wrong)) from None
        if number < 0:
            raise forms.ValidationError(_("It cannot be less than zero."))
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.correction().kind  # noqa: B018 - says whether exactly one thing is corrected
            except operations.NothingChanges as wrong:
                raise forms.ValidationError(str(wrong)) from None
        return cleaned

    def correction(self) -> operations.Correction:
        return operations.Correction(
            amount_minor=self.cleaned_data.get("amount"),
            energy_dwh=self.cleaned_data.get("energy"),
            bands=self._band_energies(),
            capacity_milli=self.cleaned_data.get("capacity"),
            text=self.cleaned_data.get("text", ""),
        )


class CheckForm(ReasonForm):
    """Another threshold or severity for a check, for all plans or one."""

    plan_code = forms.CharField(label=_("Plan (empty: all)"), max_length=64, required=False)
    threshold = forms.DecimalField(label=_("Threshold"), max_digits=18, decimal_places=4, required=False)
    severity = forms.ChoiceField(
        label=_("Severity"),
        required=False,
        choices=[("", _("as in the table")), ("blocking", _("blocking")), ("warning", _("warning"))],
    )
    enabled = forms.BooleanField(label=_("Runs"), required=False, initial=True)
    field_order = ("plan_code", "threshold", "severity", "enabled", "reason")

    def threshold_value(self) -> Decimal | None:
        found = self.cleaned_data["threshold"]
        return found if isinstance(found, Decimal) else None
