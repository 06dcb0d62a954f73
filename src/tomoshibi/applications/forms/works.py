"""What people type about applications by form: the form itself, what the grid company said, its desk."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tomoshibi.applications import works_words as words
from tomoshibi.applications import worksforms
from tomoshibi.applications.values.works import DesignState, Route, VoltageClass, WorkKind
from tomoshibi.masters.values import AREAS
from tomoshibi.parties import queries as parties
from tomoshibi.ui import fields

AREA_CHOICES = [(code, f"{code} {area.name}") for code, area in AREAS.items()]
DETAIL = "detail_"
COLUMNS = (
    "voltage", "wished_on", "holder_name", "holder_kana", "phone", "address", "contractor", "contractor_phone",
    "capacity_kind", "capacity_milli", "note",
)  # fmt: skip


class WhatForm(forms.Form):
    """First: about which contract or point, and what."""

    kind = forms.ChoiceField(label=pgettext_lazy("grid", "What"), choices=list(words.KINDS.items()))
    contract = forms.CharField(
        label=_("Contract"), max_length=12, required=False, help_text=_("Where we supply already.")
    )
    spin = forms.CharField(
        label=pgettext_lazy("grid", "Point"),
        max_length=40,
        required=False,
        help_text=_("22 digits, where we do not supply yet."),
    )
    area = forms.ChoiceField(
        label=_("Area"), choices=[("", "–"), *AREA_CHOICES], required=False,
        help_text=_("Of a new connection, which has no number yet."),
    )  # fmt: skip


class WorkForm(forms.Form):
    """
    The common part, and what the form of the kind asks.

    :param kind: what is applied for
    """

    voltage = forms.ChoiceField(label=_("Voltage class"), choices=list(words.VOLTAGES.items()))
    wished_on = fields.DayField(label=_("Wished day"))
    holder_name = forms.CharField(label=pgettext_lazy("grid", "Name"), max_length=100)
    holder_kana = forms.CharField(label=_("Kana"), max_length=100, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    capacity_milli = fields.CapacityField(unit="", label=_("Wished size"), required=False)
    capacity_kind = forms.ChoiceField(
        label=_("Unit of size"), choices=[("", "–"), ("A", "A"), ("kVA", "kVA"), ("kW", "kW")], required=False
    )
    contractor = forms.CharField(label=_("Contractor"), max_length=100, required=False)
    contractor_phone = forms.CharField(label=_("Telephone of the contractor"), max_length=20, required=False)
    account_number = forms.CharField(
        label=_("Payer"), max_length=12, required=False, help_text=_("Of the contract that begins with this.")
    )
    plan_code = forms.CharField(label=_("Plan"), max_length=60, required=False)
    note = forms.CharField(label=_("Note to the grid"), max_length=300, required=False)

    def __init__(
        self, data: Any = None, *, kind: WorkKind, details: Mapping[str, Any] | None = None, **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.kind = kind
        for field in worksforms.form_of(kind).fields:
            made = _field(field)
            made.initial = _initial(field, (details or {}).get(field.name))
            self.fields[DETAIL + field.name] = made

    def columns(self) -> dict[str, Any]:
        """As ``values.NewWork`` and ``change_work`` take them."""
        data = self.cleaned_data
        details = {name.removeprefix(DETAIL): _plain(value) for name, value in data.items() if name.startswith(DETAIL)}
        found = {name: data[name] for name in COLUMNS}
        return {**found, "voltage": VoltageClass(data["voltage"]), "details": details}


def _field(field: worksforms.Field) -> forms.Field:
    label = field.label(get_language() or "ja")
    if field.type == "yesno":
        return forms.BooleanField(label=label, required=False)
    if field.type == "date":
        return fields.DayField(label=label, required=False)
    if field.type == "choice":
        return forms.ChoiceField(
            label=label, choices=[("", "–"), *((one, one) for one in field.choices)], required=False
        )
    return forms.CharField(label=label, max_length=100, required=False)


def _initial(field: worksforms.Field, value: Any) -> Any:
    return date.fromisoformat(value) if field.type == "date" and value else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


class ReceivedForm(forms.Form):
    number = forms.CharField(label=_("Reception number"), max_length=40)


class DesignForm(forms.Form):
    design = forms.ChoiceField(
        label=_("Design"), choices=[(code, word) for code, word in words.DESIGNS.items() if code != DesignState.NONE]
    )


class ContributionForm(forms.Form):
    """What the grid company's invoice says."""

    amount_minor = fields.MoneyField(
        label=_("Contribution"), help_text=_("Tax included, as the grid company's invoice says.")
    )
    due_on = fields.DayField(label=_("To be paid until"), required=False)


class DayFixedForm(forms.Form):
    on = fields.DayField(label=_("Day of the work"))
    inspection_on = fields.DayField(label=_("Inspection"), required=False)


class OnForm(forms.Form):
    on = fields.DayField(label=_("Day"))


class TermsForm(forms.Form):
    """Of the contract that begins with the work."""

    account_number = forms.CharField(label=_("Payer"), max_length=12)
    plan_code = forms.CharField(label=_("Plan"), max_length=60)

    def clean_account_number(self) -> str:
        number = str(self.cleaned_data["account_number"])
        if parties.account_by_number(number=number) is None:
            raise forms.ValidationError(
                parties.refusal_of(number=number) or _("there is no billing account %(number)s") % {"number": number}
            )
        return number


class WhyForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class TakenForm(forms.Form):
    words = forms.CharField(label=_("Tracking number, or what the page answered"), max_length=300, required=False)


class DeskForm(forms.Form):
    """Where a grid company takes applications."""

    area = forms.ChoiceField(label=_("Area"), choices=[("", _("all others")), *AREA_CHOICES], required=False)
    name = forms.CharField(label=_("Name of the desk"), max_length=100, required=False)
    wheeling_route = forms.ChoiceField(label=_("Applications from 500 kW go by"), choices=list(words.ROUTES.items()))
    works_route = forms.ChoiceField(label=_("Works go by"), choices=list(words.ROUTES.items()))
    mail = forms.EmailField(label=_("Mail"), required=False)
    post = forms.CharField(label=_("Postal address"), max_length=300, required=False)
    page = forms.CharField(label=_("Web page"), max_length=300, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    answer_days = forms.IntegerField(label=_("Working days until a reception number"), min_value=1, max_value=60)
    design_days = forms.IntegerField(label=_("Working days until design and contribution"), min_value=1, max_value=250)
    cutoff_days = forms.IntegerField(label=_("Cut-off [working days before the wished day]"), min_value=0, max_value=60)
    address = forms.URLField(
        label=_("Address of the wheeling Web system"), max_length=300, assume_scheme="https", required=False
    )
    certificate_file = forms.CharField(label=_("Client certificate"), max_length=300, required=False)
    trust_file = forms.CharField(label=_("Certificates to trust"), max_length=300, required=False)
    pace_ms = forms.IntegerField(label=_("Time between calls [ms]"), min_value=0, max_value=60_000)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        ways = {data.get("wheeling_route"), data.get("works_route")}
        if Route.MAIL in ways and not data.get("mail"):
            self.add_error("mail", _("Where applications go by mail, its address is needed."))
        if Route.WEB in ways and not (data.get("address") and data.get("certificate_file")):
            self.add_error("address", _("The Web system needs its address and our client certificate."))
        return data
