"""Forms of contracts."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tomoshibi.contracts import values, words
from tomoshibi.kernel import units
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs

REASON_HELP = _("Kept in the audit trail.")


class Day(forms.DateField):
    """A civil day with the browser's own calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def plan_choices(*, area: str, on: date) -> list[tuple[str, str]]:
    """The plans that an area offers on a day, by code and name."""
    language = get_language() or "ja"
    return [
        (plan.code, f"{plan.name.get(language) or plan.name.get('ja') or plan.code} ({plan.code})")
        for plan in tariffs.plans(on=on, area=area)
        if plan.current is not None and plan.kind != "purchase"
    ]


class TermsForm(forms.Form):
    """Plan and size."""

    plan_code = forms.ChoiceField(label=_("Plan"))
    capacity = forms.CharField(
        label=_("Size"),
        required=False,
        help_text=_("In the plan's unit (A, kVA or kW); empty where the plan has none."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    discounts = forms.CharField(
        label=_("Discounts"),
        required=False,
        max_length=200,
        help_text=_("Codes of discounts, with commas between them."),
    )
    agency_code = forms.CharField(label=_("Agency"), required=False, max_length=20)

    def __init__(self, *args: Any, plans: Iterable[tuple[str, str]] = (), today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self.fields["plan_code"].choices = list(plans)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "plan_code" not in data:
            return data
        plan = tariffs.plan_version(plan_code=data["plan_code"], on=self._today)
        unit = values.CapacityKind(plan.capacity_unit) if plan else values.CapacityKind.CONTRACT
        typed = (data.get("capacity") or "").strip()
        try:
            size = units.milli(typed) if typed else 0
        except ValueError as wrong:
            self.add_error("capacity", str(wrong))
            return data
        if unit is values.CapacityKind.CONTRACT:
            size = 0
        elif size <= 0:
            self.add_error("capacity", _("This plan needs a size in %(unit)s.") % {"unit": words.SIZES[unit]})
        data["capacity_kind"], data["capacity_milli"] = unit, size
        return data

    def terms(self) -> dict[str, Any]:
        """As ``operations.change_terms`` takes them."""
        codes = [code.strip() for code in self.cleaned_data["discounts"].split(",") if code.strip()]
        return {
            "plan_code": self.cleaned_data["plan_code"],
            "capacity_kind": self.cleaned_data["capacity_kind"],
            "capacity_milli": self.cleaned_data["capacity_milli"],
            "discounts": [{"code": code} for code in codes],
            "agency_code": self.cleaned_data["agency_code"],
        }


class ChangeForm(TermsForm):
    """Another plan, size, discount or agency from a day on; first as a preview, then for good."""

    start = Day(label=_("From"))
    kwh = forms.DecimalField(
        label=_("Use in a month, for the comparison"), min_value=0, max_value=1_000_000, decimal_places=4, initial=300
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=REASON_HELP)
    field_order = ("start", "plan_code", "capacity", "discounts", "agency_code", "kwh", "reason")


class NewContractForm(TermsForm):
    """A contract between a payer's customer and a point."""

    account_number = forms.CharField(label=_("Payer"), max_length=12, help_text=_("Number of the billing account."))
    spin = forms.CharField(label=_("Supply point"), max_length=40, help_text=_("22 digits, registered before."))
    start = Day(label=_("First day of supply"))
    field_order = ("account_number", "spin", "start", "plan_code", "capacity", "discounts", "agency_code")

    def clean_spin(self) -> str:
        spin = supply.plain_spin(self.cleaned_data["spin"])
        if supply.point(spin=spin) is None:
            raise forms.ValidationError(_("No such supply point is registered."))
        return spin

    def clean_account_number(self) -> str:
        number = str(self.cleaned_data["account_number"]).strip()
        if parties.account_by_number(number=number) is None:
            raise forms.ValidationError(_("No such billing account is registered."))
        return number


class EndForm(forms.Form):
    """The end of a contract."""

    on = Day(label=_("First day without supply"))
    end_reason = forms.ChoiceField(label=_("Why it ends"), choices=list(words.END_REASONS.items()))
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=REASON_HELP)


class ExemptionForm(forms.Form):
    """A certificate that takes a share of the renewable levy off."""

    start = Day(label=_("From"))
    end = Day(label=_("Until before"))
    percent = forms.IntegerField(label=_("Share of the levy that is not owed [%]"), min_value=1, max_value=100)
    certificate = forms.CharField(label=_("Number of the certificate"), max_length=40)
