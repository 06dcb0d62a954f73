"""What people write about a change: of which contract, what, from when, and why."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tomoshibi.applications import change_words, words
from tomoshibi.applications.values.changes import ChangeKind, ChangeSource, NewChange
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import Contract
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import BankAccountKind
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import fields

LOW = "low"
PARTS = {"prefecture": 10, "city": 50, "town": 100, "block": 50, "building": 100}


def _text(label: Any, length: int, *, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, **more)


def plan_choices(*, area: str, high: bool, on: date) -> list[tuple[str, str]]:
    """The plans that an area offers on a day, for low voltage or for what is above it."""
    language = get_language() or "ja"
    return [
        (plan.code, plan.name.get(language) or plan.name.get("ja") or plan.code)
        for plan in tariffs.plans(on=on, area=area)
        if plan.current is not None and plan.kind != "purchase" and (plan.voltage != LOW) is high
    ]


class KindForm(forms.Form):
    """First: which contract, and what."""

    contract = forms.CharField(label=_("Contract"), max_length=12, help_text=_("Number of the contract."))
    kind = forms.ChoiceField(label=_("What changes"), choices=list(change_words.KINDS.items()))

    def clean_contract(self) -> Contract:
        found = contracts.contract(number=self.cleaned_data["contract"].strip())
        if found is None:
            raise forms.ValidationError(_("There is no such contract."))
        return found


class AddressPart:
    """Fields of a postal address, added to a form that asks for one."""

    @staticmethod
    def add(form: forms.Form) -> None:
        form.fields["postal_code"] = _text(words.ANSWERS["postal_code"], 8)
        for name, length in PARTS.items():
            form.fields[name] = _text(words.ANSWERS[name], length)


class ChangeForm(forms.Form):
    """A wish of a kind about a contract. Fields that the kind does not need are not there."""

    def __init__(self, data: Any = None, *, kind: ChangeKind, contract: Contract, today: date, **more: Any) -> None:
        super().__init__(data, **more)
        self.kind, self.contract, self.today = kind, contract, today
        point = supply.point(supply_point_id=contract.supply_point_id)
        assert point is not None, "a contract has a point"
        self._point = point
        label = {
            ChangeKind.MOVE: _("First day without supply here"),
            ChangeKind.MOVE_OUT: _("First day without supply"),
            ChangeKind.SUCCESSION: _("First day of who takes over"),
        }.get(kind, _("Holds from"))
        self.fields["effective_on"] = fields.DayField(label=label, initial=today)
        getattr(self, f"_add_{kind.value}")()
        self.fields["source"] = forms.ChoiceField(
            label=_("How we were asked"), choices=[(s, w) for s, w in change_words.SOURCES.items() if s != "portal"],
            initial=ChangeSource.PHONE.value,
        )  # fmt: skip
        self.fields["reason"] = fields.ReasonField()
        self.own = [name for name in self.fields if name not in {"effective_on", "source", "reason"}]

    def _add_plan(self) -> None:
        choices = plan_choices(area=self._point.area, high=self._point.voltage.value != LOW, on=self.today)
        self.fields["plan_code"] = forms.ChoiceField(label=_("Plan"), choices=choices)

    def _add_discounts(self) -> None:
        help_text = _("Codes of discounts, with commas between them; empty for none.")
        self.fields["discounts"] = _text(_("Discounts"), 200, help_text=help_text)

    def _add_payment(self) -> None:
        choices = list(words.CHOSEN["payment_method"].items())
        self.fields["payment_method"] = forms.ChoiceField(label=_("Pays by"), choices=choices)
        self.fields["stop_mandate"] = forms.BooleanField(label=_("End the mandate in force"), required=False)
        note = _("Only where a new bank account comes with it: a mandate is drafted from these.")
        self.fields["bank_code"] = _text(_("Bank"), 4, help_text=note)
        self.fields["branch_code"] = _text(_("Branch"), 3)
        self.fields["account_kind"] = forms.ChoiceField(
            label=_("Kind of account"), required=False,
            choices=[(BankAccountKind.ORDINARY.value, _("ordinary account")), (BankAccountKind.CURRENT.value, _("current account"))],
        )  # fmt: skip
        self.fields["account_number"] = _text(_("Account number"), 7)
        self.fields["holder"] = _text(_("Account holder"), 48)

    def _add_channel(self) -> None:
        choices = list(words.CHOSEN["statement_channel"].items())
        self.fields["statement_channel"] = forms.ChoiceField(label=_("Statement by"), choices=choices)

    def _add_agency(self) -> None:
        self.fields["agency_code"] = _text(words.ANSWERS["agency_code"], 20, help_text=_("Empty for none."))

    def _add_reseller(self) -> None:
        self.fields["reseller_code"] = _text(_("Reseller code"), 20, help_text=_("Empty for none."))

    def _add_contact(self) -> None:
        self.fields["mail"] = forms.EmailField(label=_("Mail"), required=False)
        self.fields["mobile"] = _text(_("Mobile phone"), 20)
        self.fields["account_mail"] = forms.EmailField(label=_("Mail for bills"), required=False)
        self.fields["addressee"] = _text(_("Bills are addressed to"), 100)
        AddressPart.add(self)

    def _add_holder(self) -> None:
        self.fields["name"] = _text(_("Name"), 100)
        self.fields["kana"] = _text(_("Kana"), 100)
        self.fields["phone"] = _text(_("Phone"), 20)
        AddressPart.add(self)

    def _add_capacity(self) -> None:
        terms = self.contract.terms_on(self.today) or self.contract.terms[-1]
        self.fields["capacity_milli"] = fields.CapacityField(unit=terms.capacity_kind.value, label=_("Size"), minimum=1)

    def _add_move_out(self) -> None:
        self.fields["with_removal"] = forms.BooleanField(label=_("Take the service line down"), required=False)
        self.fields["attendance"] = forms.BooleanField(label=_("Somebody will be there"), required=False)
        self.fields["end_reason"] = forms.ChoiceField(
            label=_("Why it ends"), choices=list(change_words.END_REASONS.items()), required=False
        )
        self.fields["waive_fee"] = _text(
            _("Why no cancellation fee is asked for"), 300,
            help_text=_("Only to give it up, by who may settle bills; leave it empty otherwise."),
        )  # fmt: skip
        AddressPart.add(self)
        self.fields["postal_code"].help_text = _("Where the final bill goes, if not to the present address.")

    def _add_move(self) -> None:
        terms = self.contract.terms_on(self.today) or self.contract.terms[-1]
        self.fields["start_on"] = fields.DayField(label=_("First day there"))
        self.fields["spin"] = _text(_("Supply point number there"), 40, required=True, help_text=_("22 digits."))
        spin = supply.plain_spin(self.data.get(self.add_prefix("spin"), "")) if self.is_bound else ""
        choices = plan_choices(area=(spin or self._point.spin)[:2], high=False, on=self.today)
        self.fields["plan_code"] = forms.ChoiceField(
            label=_("Plan there"), choices=choices, initial=terms.plan_code,
            help_text=_("Carried over, or another one; another area has plans of its own."),
            error_messages={"invalid_choice": _("The new place is in another area: choose one of its plans.")},
        )  # fmt: skip
        self.fields["capacity_milli"] = fields.CapacityField(
            unit="", label=_("Size there"), required=False, minimum=1,
            help_text=_("In the plan's unit; empty: as here."),
        )  # fmt: skip
        AddressPart.add(self)

    def _add_succession(self) -> None:
        self.fields["ground"] = _text(_("Ground of the succession"), 100, help_text=_("Inheritance, merger, sale …"))
        self.fields["customer_number"] = _text(
            _("Customer number"), 12, help_text=_("Of who takes over, where they are our customer already.")
        )
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"), required=False, choices=list(words.CHOSEN["applicant"].items())
        )
        self.fields["name"] = _text(_("Name"), 100)
        self.fields["kana"] = _text(_("Kana"), 100)
        self.fields["phone"] = _text(_("Phone"), 20)
        self.fields["mail"] = forms.EmailField(label=_("Mail"), required=False)
        AddressPart.add(self)
        choices = [one for one in words.CHOSEN["payment_method"].items() if one[0] != "direct_debit"]
        self.fields["payment_method"] = forms.ChoiceField(label=_("Pays by"), choices=choices, initial="transfer")
        self.fields["statement_channel"] = forms.ChoiceField(
            label=_("Statement by"), choices=list(words.CHOSEN["statement_channel"].items()), initial="paper"
        )

    def clean_postal_code(self) -> str:
        typed: str = self.cleaned_data["postal_code"]
        digits = parties.postal_digits(typed)
        if typed and not digits:
            raise forms.ValidationError(_("A postal code has seven digits, like 105-0011."))
        return digits

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("postal_code") and not data.get("city"):
            self.add_error("city", _("An address is given whole."))
        if data.get("bank_code") and not (
            data.get("branch_code") and data.get("account_number") and data.get("holder")
        ):
            self.add_error("bank_code", _("A bank account has a branch, a number and a holder."))
        return data

    def wanted(self) -> dict[str, Any]:
        """What is wanted, ready to be kept; what was left empty is not in it, where empty means nothing."""
        data = self.cleaned_data
        if self.kind is ChangeKind.DISCOUNTS:
            return {"discounts": [code.strip() for code in data["discounts"].split(",") if code.strip()]}
        if self.kind in {ChangeKind.AGENCY, ChangeKind.RESELLER}:
            return {name: data[name].strip() for name in self.own}
        found = {name: data[name] for name in self.own if data.get(name) not in {None, ""} and data[name] is not False}
        if not found.get("bank_code"):
            found.pop("account_kind", None)
        if "start_on" in found:
            found["start_on"] = found["start_on"].isoformat()
        if "spin" in found:
            found["spin"] = supply.plain_spin(found["spin"])
            version = tariffs.plan_version(plan_code=found["plan_code"], on=self.today)
            found["capacity_kind"] = version.capacity_unit if version else "contract"
        return found

    def change(self) -> NewChange:
        return NewChange(
            kind=self.kind,
            contract_id=self.contract.id,
            effective_on=self.cleaned_data["effective_on"],
            source=ChangeSource(self.cleaned_data["source"]),
            wanted=self.wanted(),
            reason=self.cleaned_data["reason"],
        )


def initial_of(wanted: dict[str, Any]) -> dict[str, Any]:
    """What was wanted, as the fields of its form show it."""
    found = dict(wanted)
    if isinstance(found.get("discounts"), list):
        found["discounts"] = ", ".join(found["discounts"])
    return found


def fresh(kind: ChangeKind, before: dict[str, Any]) -> dict[str, Any]:
    """What a new wish begins with: what holds, but for the place that a move is to."""
    found = initial_of(before)
    if kind is ChangeKind.MOVE:
        found.pop("spin", None)
    return found


class AnswerForm(forms.Form):
    """What the grid said outside the support system."""

    agreed = forms.ChoiceField(label=_("The grid company"), choices=[("yes", _("agrees")), ("no", _("refuses"))])
    on = fields.DayField(label=_("Day that it fixed"), required=False)
    reason = forms.CharField(label=pgettext_lazy("change", "Why not"), max_length=300, required=False)
