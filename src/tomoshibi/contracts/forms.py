"""Forms of contracts."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tomoshibi.contracts import particulars, values, words
from tomoshibi.kernel import units
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import fields

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


_PARTICULAR = "particular_"


def _particular(name: str, label: str) -> forms.Field:
    """The field of a number that a plan prices by."""
    if name == particulars.RESERVE:
        return fields.CapacityField(unit="kW", label=label, required=False)
    if name == particulars.POWER_FACTOR:
        return forms.IntegerField(
            label=f"{label} [%]",
            min_value=0,
            max_value=100,
            required=False,
            help_text=_("Only where none is measured."),
        )
    return forms.IntegerField(label=label, min_value=0, max_value=1_000_000, required=False)


def particular_initial(terms: values.Terms) -> dict[str, Any]:
    """What terms say, as the fields of their plan show it."""
    return {
        _PARTICULAR + name: units.plain(value, scale=units.MILLI) if name == particulars.RESERVE else value
        for name, value in terms.particulars.items()
    }


class TermsForm(forms.Form):
    """Plan, size, and the other numbers that the chosen plan prices by."""

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
        help_text=_(
            "Codes of discounts, with commas between them; those for direct debit and paper follow the payer by themselves."
        ),
    )
    agency_code = forms.CharField(label=_("Agency"), required=False, max_length=20)

    def __init__(self, *args: Any, plans: Iterable[tuple[str, str]] = (), today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self.fields["plan_code"].choices = list(plans)  # type: ignore[attr-defined]
        chosen = self.data.get("plan_code") if self.is_bound else self.initial.get("plan_code")
        for name, label in tariffs.numbers_of_plan(plan_code=str(chosen or ""), on=today).items():
            if particulars.is_known(name):
                self.fields[_PARTICULAR + name] = _particular(name, label)
        self.order_fields(self.field_order)

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
        counted = [name for name in self.fields if name.startswith(_PARTICULAR + particulars.DEVICE)]
        if counted and not any(data.get(name) for name in counted):
            self.add_error(counted[0], _("This plan is priced by devices: say how many there are."))
        return data

    def asked(self) -> set[str]:
        """The particulars that the plan asks for."""
        return {name.removeprefix(_PARTICULAR) for name in self.fields if name.startswith(_PARTICULAR)}

    def terms(self) -> dict[str, Any]:
        """As ``operations.change_terms`` takes them."""
        codes = [code.strip() for code in self.cleaned_data["discounts"].split(",") if code.strip()]
        return {
            "plan_code": self.cleaned_data["plan_code"],
            "capacity_kind": self.cleaned_data["capacity_kind"],
            "capacity_milli": self.cleaned_data["capacity_milli"],
            "discounts": [{"code": code} for code in codes],
            "particulars": {
                name.removeprefix(_PARTICULAR): value
                for name, value in self.cleaned_data.items()
                if name.startswith(_PARTICULAR) and value
            },
            "agency_code": self.cleaned_data["agency_code"],
        }


class ChangeForm(TermsForm):
    """Another plan, size, discount or agency from a day on; first as a preview, then for good."""

    start = Day(label=_("From"))
    kwh = forms.DecimalField(
        label=_("Use in a month [kWh]"),
        required=False,
        min_value=0,
        max_value=1_000_000,
        decimal_places=4,
        help_text=_("Only where no value has come yet; otherwise the newest month is priced as it was measured."),
    )
    grid_knows = forms.BooleanField(
        label=_("The grid company knows this size"),
        required=False,
        help_text=_(
            "Only for another size: one that it does not know yet is written down as a change that goes there."
        ),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=REASON_HELP)
    field_order = ("start", "plan_code", "capacity", "grid_knows", "discounts", "agency_code", "kwh", "reason")

    def __init__(self, *args: Any, terms_on: Callable[[date], values.Terms | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._terms_on = terms_on

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        before = self._terms_on(data["start"]) if "start" in data else None
        size = data.get("capacity_kind"), data.get("capacity_milli")
        sized = before is not None and {None, values.CapacityKind.CONTRACT}.isdisjoint({size[0], before.capacity_kind})
        other = before is not None and size != (before.capacity_kind, before.capacity_milli)
        # What it would do may be asked about any size; what is billed is what the grid company supplies.
        if sized and other and "preview" not in self.data and not data.get("grid_knows"):
            self.add_error(
                "grid_knows",
                _(
                    "The grid company has to know of another size: write down a change of size, or tick this when it knows it."
                ),
            )
        return data


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
            raise forms.ValidationError(
                parties.refusal_of(number=number) or _("No such billing account is registered.")
            )
        return number


class OutageForm(forms.Form):
    """Days that count for the outage discount."""

    start = Day(label=_("First day of outage"))
    end = Day(label=_("First day with full supply"))
    cause = forms.CharField(label=_("Cause"), max_length=100)


class ExemptionForm(forms.Form):
    """A certificate that takes a share of the renewable levy off."""

    start = Day(label=_("From"))
    end = Day(label=_("Until before"))
    percent = forms.IntegerField(label=_("Share of the levy that is not owed [%]"), min_value=1, max_value=100)
    certificate = forms.CharField(label=_("Number of the certificate"), max_length=40)
