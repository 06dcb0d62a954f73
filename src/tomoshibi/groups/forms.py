"""Forms of groups."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tomoshibi.fieldwork import queries as fieldwork
from tomoshibi.groups import queries, values, words
from tomoshibi.groups.parameters import RULES
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply
from tomoshibi.ui.fields import DayField, EnergyField, ReasonField, SheetField


class CustomerField(forms.CharField):
    """A customer by number; gives the id."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=12, **({"label": _("Customer number")} | more))

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        found = parties.customer_by_number(number=number) if number else None
        if number and found is None:
            unknown = _("No customer has the number %(number)s.") % {"number": number}
            raise ValidationError(parties.refusal_of(number=number) or unknown)
        return found.id if found else None


class GroupForm(forms.Form):
    """A new group: whose it is, what it is made of, and its benchmark. The count of points is no field: it is counted."""

    customer_id = CustomerField()
    unit = forms.CharField(label=_("Managing unit"), max_length=60)
    application_number = forms.CharField(label=_("Application"), max_length=20)
    device_code = forms.ChoiceField(label=_("Device type"))
    rated_w = forms.IntegerField(label=_("Rated power of one device [W]"), min_value=1, max_value=100_000)
    start = DayField(label=_("Opened on"))
    name = forms.CharField(label=_("Name of the benchmark point"), max_length=150)
    address = forms.CharField(label=_("Address of the benchmark"), max_length=200)
    access_point_number = forms.CharField(label=_("Access point"), max_length=20, required=False)
    meter_number = forms.CharField(label=_("Meter bar code"), max_length=24)
    box_number = forms.CharField(label=_("Meter box"), max_length=24, required=False)
    physical_ratio = forms.IntegerField(
        label=_("Physical ratio (CT x PT)"),
        min_value=1,
        initial=1,
        help_text=_("What the transformers of the meter multiply by, usually 1; it is never the number of points."),
    )

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today
        self.fields["device_code"].choices = [  # type: ignore[attr-defined]
            (kind.code, f"{kind.code} {kind.name}") for kind in queries.device_types(on=today)
        ]

    def clean_start(self) -> date:
        return not_after(self.cleaned_data["start"], self.today)

    def clean_access_point_number(self) -> str:
        number: str = self.cleaned_data["access_point_number"]
        if number and supply.access_point(number=number) is None:
            raise ValidationError(_("There is no access point %(number)s."), params={"number": number})
        return number


def not_after(day: date, today: date) -> date:
    """:raises ValidationError: for a day in the future"""
    if day > today:
        raise ValidationError(_("This day lies in the future."))
    return day


class CheckForm(forms.Form):
    is_steady = forms.BooleanField(label=_("Its use is steady"), required=False)
    is_reliable = forms.BooleanField(label=_("Its connection is reliable"), required=False)
    is_safe = forms.BooleanField(label=_("It is safe"), required=False)


class LabelForm(forms.Form):
    """How labels are printed, and why again."""

    template = forms.ChoiceField(label=_("Label layout"))
    reason = forms.CharField(
        label=_("Why again"),
        max_length=200,
        required=False,
        help_text=_("Needed when one of them was printed before, and to replace labels."),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        layouts = fieldwork.templates().values()
        field = self.fields["template"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(layout.code, f"{layout.name} ({layout.dpi} dpi)") for layout in layouts]


class SiteWorkForm(forms.Form):
    """Work on site at points of a group that exists: looking at them, or hanging new labels."""

    act = forms.ChoiceField(
        label=_("Work"), choices=[("check", _("Check the points")), ("replace_label", _("Hang new labels"))]
    )
    planned_on = DayField(label=_("Planned on"))
    note = forms.CharField(label=_("Note for the crew"), max_length=300, required=False)

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today

    def clean_planned_on(self) -> date:
        day: date = self.cleaned_data["planned_on"]
        if day < self.today:
            raise ValidationError(_("Work is planned for today or later."))
        return day


class DayForm(forms.Form):
    on = DayField(label=_("Points as of"), required=False)


class EditForm(forms.Form):
    """One of the four fields that need no process."""

    field = forms.ChoiceField(
        label=_("What to put right"), choices=[(f.value, words.FIELDS[f]) for f in values.EditedField]
    )
    new = forms.CharField(
        label=_("New value"), max_length=200, help_text=_("For a district or an access point: its number.")
    )
    effective_on = DayField(
        label=_("Holds from"), help_text=_("Districts and access points change from this day on; the past stays.")
    )
    reason = ReasonField()


class CompleteForm(forms.Form):
    """What a point from the stock may still lack."""

    installed_on = DayField(label=_("Installed on"), required=False)
    seal_number = forms.CharField(label=_("Seal number"), max_length=30, required=False)
    contract_list = forms.CharField(label=_("Contract list"), max_length=40, required=False)

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today

    def clean_installed_on(self) -> date | None:
        day: date | None = self.cleaned_data["installed_on"]
        return not_after(day, self.today) if day else None


class ListForm(forms.Form):
    file = SheetField(label=_("List (xlsx or csv)"))
    application_number = forms.CharField(
        label=_("Application"), max_length=20, required=False, help_text=_("New points come through an application.")
    )
    effective_on = DayField(label=_("Holds from"), help_text=_("For rows without a date of their own."))


class SplitForm(forms.Form):
    """A meter for every new benchmark; the parts themselves are proposed."""

    on = DayField(label=_("Split on"))

    def __init__(self, *args: Any, benchmarks: list[str], today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today
        for number in benchmarks:
            self.fields[f"meter_{number}"] = forms.CharField(
                label=_("Meter at %(number)s") % {"number": number}, max_length=24
            )

    def clean_on(self) -> date:
        return not_after(self.cleaned_data["on"], self.today)

    def meters(self) -> dict[str, str]:
        return {
            name.removeprefix("meter_"): value for name, value in self.cleaned_data.items() if name.startswith("meter_")
        }


class TotalsForm(forms.Form):
    file = SheetField(label=_("Table of totals (xlsx or csv)"))
    declared = forms.IntegerField(
        label=_("Declared total"),
        min_value=0,
        required=False,
        help_text=_("As somebody wrote it beside the table; leave empty where the table says it itself."),
    )


class DecisionForm(forms.Form):
    decision = forms.CharField(
        label=_("What holds, and why"), min_length=4, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class BatchForm(forms.Form):
    name = forms.CharField(label=_("Name of the batch"), max_length=100)
    customer_id = CustomerField()
    takeover_on = DayField(label=_("Counted from"), help_text=_("For points whose list says no date of their own."))


class SheetForm(forms.Form):
    file = SheetField(label=_("Verification list or point list (xlsx or csv)"))


class VerifyForm(forms.Form):
    found = forms.ChoiceField(
        label=_("Found on site"), choices=[(v.value, words.VERIFICATIONS[v].word) for v in values.Verification]
    )
    inspector = forms.CharField(label=_("Inspector"), max_length=60)
    on = DayField(label=_("Verified on"))


class ParameterForm(forms.Form):
    code = forms.ChoiceField(label=_("Rule"), choices=[(rule.code, rule.label) for rule in RULES.values()])
    value = forms.IntegerField(label=_("New value"))
    start = DayField(label=_("Holds from"))
    reason = ReasonField()


class DeviceTypeForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=20)
    name = forms.CharField(label=_("Name"), max_length=60)
    kind = forms.CharField(label=_("Kind of device"), max_length=60)
    spread = forms.ChoiceField(label=_("Spread"), choices=[(s.value, words.SPREADS[s]) for s in values.Spread])
    start = DayField(label=_("Holds from"))
    rated_min_w = forms.IntegerField(label=_("Rated power from [W]"), min_value=1, max_value=100_000)
    rated_max_w = forms.IntegerField(label=_("Rated power to [W]"), min_value=1, max_value=100_000)
    day_min_dwh = EnergyField(label=_("Expected a day, from"))
    day_max_dwh = EnergyField(label=_("Expected a day, to"))
