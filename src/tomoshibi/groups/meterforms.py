"""Forms about reference meters: what they show, one for another, whether they are trusted, and the group's supply."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tomoshibi.groups.forms import not_after
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui.fields import DayField, EnergyField, ReasonField, SheetField


class RegisterFileForm(forms.Form):
    file = SheetField(label=_("Registers (xlsx or csv)"))


class _OfGroup(forms.Form):
    """A form about one of the meters of a group; days lie in the past."""

    meter_number = forms.ChoiceField(label=_("Meter bar code"))

    def __init__(self, *args: Any, meters: Sequence[str], today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today
        field = self.fields["meter_number"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(number, number) for number in meters]


class ReadForm(_OfGroup):
    """A register at the end of a day, as somebody read it."""

    day = DayField(
        label=_("At the end of"), help_text=_("A read at 00:00 on the 1st is that of the last day before it.")
    )
    forward_dwh = EnergyField(label=_("Register reading"), minimum=0)
    peak_dwh = EnergyField(label=_("Peak register"), required=False, minimum=0)
    flat_dwh = EnergyField(label=_("Flat register"), required=False, minimum=0)
    valley_dwh = EnergyField(label=_("Valley register"), required=False, minimum=0)
    reason = ReasonField()

    def clean_day(self) -> date:
        return not_after(self.cleaned_data["day"], self.today)

    def registers(self) -> dict[str, int | None]:
        names = ("forward_dwh", "peak_dwh", "flat_dwh", "valley_dwh")
        return {name: self.cleaned_data.get(name) for name in names}


class ExchangeForm(_OfGroup):
    """One reference meter for another, with both registers at 00:00 of the day."""

    on = DayField(label=_("On"))
    old_register = EnergyField(label=_("Last register of the old meter"), minimum=0)
    new_number = forms.RegexField(r"^[0-9A-Za-z\-]{1,24}$", label=_("Bar code of the new meter"))
    new_register = EnergyField(label=_("First register of the new meter"), minimum=0, initial=0)
    physical_ratio = forms.IntegerField(label=_("Physical ratio (CT x PT)"), min_value=1, initial=1)
    register_digits = forms.IntegerField(label=_("Digits before the point"), min_value=3, max_value=10, initial=5)
    reason = ReasonField()

    def clean_on(self) -> date:
        return not_after(self.cleaned_data["on"], self.today)


class SuspectForm(_OfGroup):
    start = DayField(label=_("From"))
    reason = ReasonField()

    def clean_start(self) -> date:
        return not_after(self.cleaned_data["start"], self.today)


class ClearForm(_OfGroup):
    on = DayField(label=_("Trusted again from"))
    because = ReasonField()


class SupplyForm(forms.Form):
    """Where a group is supplied, who pays, and on which plan."""

    area = forms.ChoiceField(label=_("Area"))
    account_number = forms.ChoiceField(label=_("Who pays"))
    plan_code = forms.ChoiceField(label=_("Plan"))
    start = DayField(label=_("From"))

    def __init__(self, *args: Any, customer_id: int, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today
        language = get_language() or "ja"
        choices = {
            "area": [(code, f"{code} {area.name}") for code, area in masters.areas(on=today).items()],
            "account_number": [
                (account.number, f"{account.number} {account.addressee}")
                for account in parties.accounts_of(customer_id=customer_id)
            ],
            "plan_code": list(tariffs.plan_names(language=language).items()),
        }
        for name, chosen in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = chosen
        if not choices["account_number"]:
            self.fields["account_number"].help_text = _("The customer has no billing account yet: open one first.")

    def clean_area(self) -> str:
        code: str = self.cleaned_data["area"]
        if not masters.reading_days(month=Month.of(self.today), area=code):
            raise ValidationError(_("No meter is read there: the reading calendar has no day of this area."))
        return code

    def clean_plan_code(self) -> str:
        code: str = self.cleaned_data["plan_code"]
        if not code:
            raise ValidationError(_("A group is billed on a plan."))
        return code
