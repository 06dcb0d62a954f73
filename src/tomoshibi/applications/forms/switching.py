"""What people type about switching: an application by hand, a correction, an answer, a search, the link."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import switching_words as words
from tomoshibi.applications.queries import purchases
from tomoshibi.applications.values import PointClass, SearchSource, SourceKind, SwitchingKind, Work
from tomoshibi.contracts import queries as contracts
from tomoshibi.masters.values import AREAS
from tomoshibi.supply import queries as supply
from tomoshibi.ui import fields

AREA_CHOICES = [(code, f"{code} {area.name}") for code, area in AREAS.items()]
CORRECTABLE = (
    "wished_on", "holder_name", "holder_kana", "phone", "old_retailer", "old_customer_number", "capacity_milli",
    "attendance", "note",
)  # fmt: skip


class KindForm(forms.Form):
    """First: about which contract or point, and what."""

    kind = forms.ChoiceField(label=pgettext_lazy("grid", "What"), choices=list(words.KINDS.items()))
    contract = forms.CharField(
        label=_("Contract"), max_length=12, required=False, help_text=_("Where we supply already.")
    )
    spin = forms.CharField(
        label=pgettext_lazy("grid", "Point"),
        max_length=40,
        required=False,
        help_text=_("22 digits, where we do not supply yet, or where we buy."),
    )


class CaseForm(forms.Form):
    """
    An application by hand. Fields that the kind does not need are left out.

    :param kind: what is applied for
    :param known: what is known of the point and its contract
    """

    klass = forms.ChoiceField(label=_("Class"), choices=list(words.CLASSES.items()))
    source_kind = forms.ChoiceField(
        label=pgettext_lazy("grid", "Source"), choices=[("", "–"), *words.SOURCES.items()], required=False,
        help_text=_("For generation: FIT or post-FIT."),
    )  # fmt: skip
    wished_on = fields.DayField(label=_("Wished day"))
    holder_name = forms.CharField(
        label=pgettext_lazy("grid", "Name"),
        max_length=100,
        help_text=_("For a switch exactly as the old retailer has it."),
    )
    holder_kana = forms.CharField(label=_("Kana"), max_length=100, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    building = forms.CharField(label=_("Building"), max_length=100, required=False)
    old_retailer = forms.RegexField(
        r"^([0-9]{5})?$", label=_("Old retailer"), required=False, help_text=_("Code of five digits.")
    )
    old_customer_number = forms.CharField(label=_("Customer number there"), max_length=40, required=False)
    told_directly = forms.BooleanField(
        label=_("The customer told the old retailer"), required=False,
        help_text=_("Then nobody is asked, both apply to the grid by themselves."),
    )  # fmt: skip
    capacity_kind = forms.ChoiceField(
        label=_("Unit of size"), choices=[("A", "A"), ("kVA", "kVA"), ("kW", "kW")], required=False
    )
    capacity_milli = fields.CapacityField(unit="", label=_("Size"), required=False)
    with_removal = forms.BooleanField(label=_("Take the service line down"), required=False)
    attendance = forms.BooleanField(label=_("Somebody will be there"), required=False)
    work = forms.ChoiceField(label=_("Work needed"), choices=list(words.WORKS.items()), required=False)
    account_number = forms.CharField(
        label=_("Payer"), max_length=12, required=False, help_text=_("Of the contract that begins with this.")
    )
    plan_code = forms.CharField(label=_("Plan"), max_length=60, required=False)
    consent_how = forms.CharField(
        label=_("How the customer agreed"), max_length=100, required=False,
        help_text=_("For example: signed form of 2 November, recorded call."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note to the grid"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, kind: SwitchingKind, **more: Any) -> None:
        super().__init__(data, **more)
        self.kind = kind
        for name in list(self.fields):
            if name not in _FIELDS_OF[kind]:
                del self.fields[name]
        if kind is SwitchingKind.AMPERE:
            self.fields["capacity_milli"].required = True
        if kind is SwitchingKind.USAGE:
            self.fields["consent_how"].required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        begins = self.kind in {SwitchingKind.START, SwitchingKind.RECONNECT}
        plan, payer = bool(data.get("plan_code")), bool(data.get("account_number"))
        if begins and data.get("klass") == PointClass.GENERATION:
            if plan:
                self.add_error("plan_code", _("What we buy has no contract of supply: leave the plan empty."))
        elif begins and plan != payer:
            self.add_error("plan_code", _("A contract needs a payer and a plan; leave both empty for none."))
        return data

    def columns(self) -> dict[str, Any]:
        """As ``values.NewCase`` takes them, without terms."""
        data = dict(self.cleaned_data)
        data.pop("plan_code", None)
        data["klass"] = PointClass(data["klass"])
        data["source_kind"] = SourceKind(data["source_kind"]) if data.get("source_kind") else None
        data["work"] = Work(data.get("work") or Work.NONE)
        return data


_COMMON = {"klass", "wished_on", "holder_name", "note"}
_BEGIN = {"holder_kana", "phone", "address", "building", "capacity_kind", "capacity_milli", "source_kind", "attendance",
          "account_number", "plan_code"}  # fmt: skip
_FIELDS_OF = {
    SwitchingKind.START: _COMMON | _BEGIN | {"old_retailer", "old_customer_number", "told_directly", "work"},
    SwitchingKind.RECONNECT: _COMMON | _BEGIN,
    SwitchingKind.TERMINATE: _COMMON | {"with_removal", "attendance"},
    SwitchingKind.END: _COMMON,
    SwitchingKind.AMPERE: _COMMON | {"capacity_kind", "capacity_milli", "attendance"},
    SwitchingKind.CUSTOMER_CHANGE: _COMMON | {"holder_kana", "phone"},
    SwitchingKind.USAGE: (_COMMON - {"wished_on"}) | {"holder_kana", "old_customer_number", "consent_how"},
}


class CorrectionForm(forms.Form):
    """What may change until the match."""

    wished_on = fields.DayField(label=_("Wished day"), required=False)
    holder_name = forms.CharField(label=pgettext_lazy("grid", "Name"), max_length=100, required=False)
    holder_kana = forms.CharField(label=_("Kana"), max_length=100, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    old_retailer = forms.RegexField(r"^([0-9]{5})?$", label=_("Old retailer"), required=False)
    old_customer_number = forms.CharField(label=_("Customer number there"), max_length=40, required=False)
    capacity_milli = fields.CapacityField(unit="", label=_("Size"), required=False)
    attendance = forms.BooleanField(label=_("Somebody will be there"), required=False)
    note = forms.CharField(label=_("Note to the grid"), max_length=300, required=False)


class AnswerForm(forms.Form):
    """Why we say no; the codes come from the message set."""

    reasons = forms.MultipleChoiceField(label=_("Reasons"), widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, reasons: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["reasons"].choices = reasons  # type: ignore[attr-defined]


class SearchForm(forms.Form):
    """Which point is looked for."""

    generation = forms.BooleanField(label=_("A generation point"), required=False)
    area = forms.ChoiceField(label=_("Area"), choices=AREA_CHOICES, initial="03")
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    building = forms.CharField(label=_("Building"), max_length=100, required=False)
    meter_number = forms.CharField(label=_("Meter number"), max_length=20, required=False)
    why = forms.CharField(label=_("What for"), max_length=200, required=False)


class FoundForm(forms.Form):
    """The identifier that was found, and where."""

    spin = forms.CharField(label=pgettext_lazy("grid", "Point"), max_length=40)
    source = forms.ChoiceField(
        label=_("Found"), choices=list(words.SEARCH_SOURCES.items()), initial=SearchSource.WEB.value
    )


class LinkForm(forms.Form):
    """How the switching support system is reached."""

    address = forms.URLField(label=_("Address"), max_length=300, assume_scheme="https")
    certificate_file = forms.CharField(
        label=_("Client certificate"), max_length=300, help_text=_("Path of a PEM or PKCS#12 file on the server.")
    )
    key_file = forms.CharField(label=_("Private key"), max_length=300, required=False)
    trust_file = forms.CharField(label=_("Certificates to trust"), max_length=300, required=False)
    source_address = forms.GenericIPAddressField(
        label=_("Our address"), required=False, help_text=_("Where the system knows only one address of ours.")
    )
    retailer_codes = forms.CharField(
        label=_("Our retailer codes"), max_length=300,
        help_text=_("Area and five digits, like 03 12345, separated by commas; without an area for all others."),
    )  # fmt: skip
    pace_ms = forms.IntegerField(label=_("Time between calls [ms]"), min_value=0, max_value=60_000)
    timeout_seconds = forms.IntegerField(label=_("Wait for an answer [s]"), min_value=1, max_value=600)
    core_from = forms.IntegerField(label=_("Core time from [hour]"), min_value=0, max_value=23)
    core_to = forms.IntegerField(label=_("Core time to [hour]"), min_value=0, max_value=23)
    search_areas = forms.MultipleChoiceField(
        label=_("Areas that search points by message"), choices=AREA_CHOICES, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def clean_retailer_codes(self) -> dict[str, str]:
        found = {}
        for part in self.cleaned_data["retailer_codes"].split(","):
            match = re.fullmatch(r"\s*(?:(0[1-9]|10)\s+)?([0-9]{5})\s*", part)
            if match is None:
                raise forms.ValidationError(
                    _("“%(part)s” is not an area with a code of five digits.") % {"part": part.strip()}
                )
            found[match[1] or ""] = match[2]
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (
            data.get("core_from") is not None
            and data.get("core_to") is not None
            and data["core_from"] > data["core_to"]
        ):
            self.add_error("core_to", _("The core time ends after it begins."))
        return data


def codes_as_text(codes: dict[str, str]) -> str:
    return ", ".join(f"{area} {code}".strip() for area, code in sorted(codes.items()))


def known_of(*, contract_number: str, spin: str, today: date) -> tuple[dict[str, Any], str]:
    """
    What our own books say about a contract or point, to begin a form with.

    :returns: initial values, and a sentence where nothing is found
    """
    contract = contracts.contract(number=contract_number) if contract_number.strip() else None
    if contract_number.strip() and contract is None:
        return {}, str(_("There is no such contract."))
    point = (
        supply.point(supply_point_id=contract.supply_point_id)
        if contract
        else supply.point(spin=spin)
        if spin
        else None
    )
    found: dict[str, Any] = {"spin": point.spin if point else supply.plain_spin(spin), "wished_on": today}
    if point is not None:
        found |= {"address": point.address, "building": point.building}
    purchase = purchases.purchase_at(spin=found["spin"], on=today) if contract is None and found["spin"] else None
    if purchase is not None:
        found |= {"customer_id": purchase.customer_id, "klass": PointClass.GENERATION.value} | {
            name: getattr(purchase, name) for name in ("holder_name", "holder_kana", "phone")
        }
    if contract is not None:
        terms = contract.terms_on(today) or (contract.terms[-1] if contract.terms else None)
        found |= {"contract_id": contract.id, "customer_id": contract.customer_id}
        if terms is not None and terms.capacity_milli:
            found |= {"capacity_kind": terms.capacity_kind.value, "capacity_milli": terms.capacity_milli}
    return found, ""
