"""What a customer may ask for by themselves (CM5), and the form of each."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tomoshibi.applications import queries as offers
from tomoshibi.applications.values.changes import ChangeKind, ChangeSource, NewChange
from tomoshibi.contracts.values import CapacityKind, Contract
from tomoshibi.kernel import units
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import BankAccountKind, PaymentMethod, StatementChannel
from tomoshibi.supply import queries as supply
from tomoshibi.supply.values import Voltage
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import fields

Words = str | Promise
AMPERES = (10, 15, 20, 30, 40, 50, 60)
ADDRESS = ("postal_code", "prefecture", "city", "town", "block", "building")
LABELS: dict[str, Any] = {
    "mail": _("Mail"),
    "mobile": _("Mobile phone"),
    "account_mail": _("Mail for bills"),
    "addressee": _("Bills are addressed to"),
    "name": _("Name"),
    "kana": _("Kana"),
    "phone": _("Phone"),
    "postal_code": _("Postal code"),
    "prefecture": _("Prefecture"),
    "city": _("City or ward"),
    "town": _("Town"),
    "block": _("Block and number"),
    "building": _("Building and room"),
    "plan_code": _("Plan"),
    "capacity_milli": _("Size"),
    "statement_channel": _("Bills and statements"),
    "attendance": _("Somebody will be there"),
    "start_on": _("First day there"),
    "spin": _("Supply point number there"),
    "payment_method": _("Way of paying"),
    "bank_code": _("Bank"),
    "branch_code": _("Branch"),
    "account_kind": _("Kind of account"),
    "account_number": _("Account number"),
    "holder": _("Account holder"),
    "stop_mandate": _("Direct debit ends"),
}
BANK = {"bank_code": 4, "branch_code": 3, "account_number": 7}
"""Digits of what names a bank account."""
LONGEST = {"postal_code": 8, "prefecture": 10, "city": 50, "town": 100, "block": 50, "building": 100}
CHANNELS: dict[str, Any] = {
    StatementChannel.PORTAL.value: _("here in the portal"),
    StatementChannel.PAPER.value: _("on paper"),
}
METHODS: dict[str, Any] = {
    PaymentMethod.DIRECT_DEBIT.value: _("by direct debit from a bank account"),
    PaymentMethod.TRANSFER.value: _("by bank transfer"),
}
OTHER_METHODS: dict[str, Any] = {
    PaymentMethod.CARD.value: _("by credit card"),
    PaymentMethod.STORE.value: _("at a convenience store"),
}
"""Ways of paying that begin elsewhere; here they are only shown."""
ACCOUNTS: dict[str, Any] = {
    BankAccountKind.ORDINARY.value: _("ordinary account"),
    BankAccountKind.CURRENT.value: _("current account"),
}
SPIN_DIGITS = 22


@dataclass(frozen=True)
class Wish:
    """
    Something that a customer may ask for.

    :param at_once: ours to say yes to without anybody looking: it holds when it is sent
    :param note: what happens after it was sent
    :param reason: what the clerk reads as the reason
    """

    slug: str
    kind: ChangeKind
    title: Words
    note: Words
    icon: str
    at_once: bool = False
    reason: str = ""


WISHES = {
    one.slug: one
    for one in (
        Wish(
            "contact", ChangeKind.CONTACT, _("Mail, mobile phone, where bills go"),
            _("This holds as soon as you send it."), "address-book", at_once=True,
        ),
        Wish(
            "statement", ChangeKind.CHANNEL, _("Bills here or on paper"), _("This holds as soon as you send it."),
            "file-invoice", at_once=True,
        ),
        Wish(
            "payment", ChangeKind.PAYMENT, _("Way of paying"),
            _("We look at it. An account is debited when your bank has agreed, after some weeks; until then you pay as before."),
            "building-bank",
        ),
        Wish(
            "name", ChangeKind.HOLDER, _("Name, address, telephone"),
            _("We look at it and tell the grid company; you see here when it holds."), "id",
        ),
        Wish(
            "plan", ChangeKind.PLAN, _("Another plan"),
            _("We look at it and send you the terms of the new plan; you see here from when it holds."), "receipt-2",
        ),
        Wish(
            "size", ChangeKind.CAPACITY, _("More or less power"),
            _("The grid company decides, and fixes the day; usually a size is kept for a year."), "bolt",
        ),
        Wish(
            "moving", ChangeKind.MOVE, _("Moving"),
            _("We end the supply here and begin it there with the grid companies; your plan and your way of paying move with you."),
            "truck",
        ),
        Wish(
            "moving-out", ChangeKind.MOVE_OUT, _("Moving out"),
            _("We end the supply with the grid company and send you a final bill."), "door-exit", reason="moving out",
        ),
        Wish(
            "ending", ChangeKind.MOVE_OUT, _("Ending the contract"),
            _("If another company takes over, it does this for you. If nobody does, the supply is cut off on that day."),
            "plug-connected", reason="ends the contract without moving",
        ),
    )
}  # fmt: skip


_OF_PAYERS = frozenset({ChangeKind.PAYMENT, ChangeKind.CHANNEL})
"""What only who pays may ask for."""


def wishes_for(contract: Contract, *, today: date) -> list[Wish]:
    """What may be asked for a contract: of one that has ended, only where its final bill goes and how it is paid."""
    ended = contract.end is not None and contract.end <= today
    point = supply.point(supply_point_id=contract.supply_point_id)
    terms = contract.terms_on(max(today, contract.start)) or contract.terms[-1]
    payer = parties.account(account_id=contract.account_id)
    pays = payer is not None and payer.customer_id == contract.customer_id
    found = []
    for one in WISHES.values():
        if ended and one.kind not in _OF_PAYERS | {ChangeKind.CONTACT}:
            continue
        if one.kind in _OF_PAYERS and not pays:
            continue
        if one.kind is ChangeKind.MOVE and (point is None or point.voltage is not Voltage.LOW):
            continue
        if one.kind is ChangeKind.PLAN and (point is None or point.voltage is not Voltage.LOW):
            continue
        if one.kind is ChangeKind.CAPACITY and terms.capacity_kind is CapacityKind.CONTRACT:
            continue
        found.append(one)
    return found


def key_of(customer_id: int, key: str) -> str:
    """What makes a wish that is sent twice one wish."""
    return f"portal:{customer_id}:{key}" if key else ""


class WishForm(forms.Form):
    """The fields of a wish, filled with what holds."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, wish: Wish, contract: Contract, before: dict[str, Any], today: date, key: str
    ) -> None:
        super().__init__(data, initial={"key": key})
        self.wish, self.contract, self.today = wish, contract, today
        self.before = {name: before.get(name, "") for name in before}
        self._terms = contract.terms_on(max(today, contract.start)) or contract.terms[-1]
        _ADD[wish.kind](self)
        self.own = [name for name in self.fields if name not in {"key", "effective_on"}]
        for name in self.own:
            self.fields[name].initial = self.before.get(name)

    def text(self, name: str, length: int, **more: Any) -> None:
        self.fields[name] = forms.CharField(label=LABELS[name], max_length=length, required=False, **more)

    def address(self, note: Any = "") -> None:
        for name in ADDRESS:
            self.text(name, LONGEST[name], help_text=note if name == "postal_code" else "")

    def contact(self) -> None:
        self.fields["mail"] = forms.EmailField(label=LABELS["mail"], required=False)
        self.text("mobile", 20)
        self.fields["account_mail"] = forms.EmailField(label=LABELS["account_mail"], required=False)
        self.text("addressee", 100)
        self.address(_("Where bills on paper go, if not to your own address."))

    def statement(self) -> None:
        self.fields["statement_channel"] = forms.ChoiceField(
            label=LABELS["statement_channel"], choices=list(CHANNELS.items()), widget=forms.RadioSelect
        )

    def payment(self) -> None:
        self.fields["payment_method"] = forms.ChoiceField(
            label=LABELS["payment_method"], choices=list(METHODS.items()), widget=forms.RadioSelect
        )
        note = _("The next fields are for direct debit only; the numbers stand in the bank book or on the card.")
        for name, digits in BANK.items():
            self.text(
                name, digits, help_text=note if name == "bank_code" else "",
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )  # fmt: skip
        self.fields["account_kind"] = forms.ChoiceField(
            label=LABELS["account_kind"], choices=list(ACCOUNTS.items()), required=False
        )
        self.order_fields([*list(self.fields)[:4], "account_kind", "account_number"])
        self.text("holder", 48, help_text=_("In kana, as the bank writes it."))

    def clean_account_number(self) -> str:
        return self._digits("account_number")

    def clean_bank_code(self) -> str:
        return self._digits("bank_code")

    def clean_branch_code(self) -> str:
        return self._digits("branch_code")

    def _digits(self, name: str) -> str:
        typed: str = unicodedata.normalize("NFKC", self.cleaned_data[name]).strip()
        if typed and not (typed.isascii() and typed.isdigit()):
            raise forms.ValidationError(_("Only digits, please."))
        return typed

    def holder(self) -> None:
        self.text("name", 100)
        self.text("kana", 100)
        self.text("phone", 20)
        self.address()

    def plan(self) -> None:
        self.fields["plan_code"] = forms.ChoiceField(label=LABELS["plan_code"], choices=self._plans())
        self.from_day(_("Holds from"))

    def _plans(self) -> list[tuple[str, str]]:
        """Plans that are offered there and sized as the contract is."""
        point = supply.point(supply_point_id=self.contract.supply_point_id)
        assert point is not None, "a contract has a point"
        fitting = {CapacityKind.CONTRACT.value, self._terms.capacity_kind.value}
        return [
            (plan.code, plan.current.name_in(get_language() or "ja"))
            for plan in offers.plans_for_sale(area=point.area, today=self.today)
            if plan.current is not None and plan.capacity_unit in fitting
        ]

    def capacity(self) -> None:
        unit = self._terms.capacity_kind
        if unit is CapacityKind.AMPERE:
            self.fields["capacity_milli"] = forms.TypedChoiceField(
                label=LABELS["capacity_milli"], coerce=int,
                choices=[(size * units.MILLI, f"{size} A") for size in AMPERES],
            )  # fmt: skip
        else:
            self.fields["capacity_milli"] = fields.CapacityField(
                unit=unit.value, label=LABELS["capacity_milli"], minimum=1
            )
        self.from_day(_("Wished from"))

    def ending(self) -> None:
        self.from_day(_("Last day on which you need electricity"))
        self.fields["attendance"] = forms.BooleanField(
            label=LABELS["attendance"], required=False,
            help_text=_("Only needed where the meter stands behind a locked door."),
        )  # fmt: skip
        self.address(_("Where the final bill goes."))

    def moving(self) -> None:
        self.from_day(_("Last day on which you need electricity here"))
        self.fields["start_on"] = fields.DayField(
            label=LABELS["start_on"], initial=self.today + timedelta(days=1), help_text=_("From when you need electricity there.")
        )  # fmt: skip
        self.address(_("Of the new place."))
        self.text("spin", 40, help_text=_("22 digits. Where you do not know it, leave it empty: we look for it."))

    def clean_spin(self) -> str:
        typed: str = self.cleaned_data["spin"]
        spin = supply.plain_spin(typed)
        if typed and len(spin) != SPIN_DIGITS:
            raise forms.ValidationError(_("A supply point number has 22 digits."))
        return spin

    def clean_start_on(self) -> date:
        day: date = self.cleaned_data["start_on"]
        if day < self.today:
            raise forms.ValidationError(_("This day has passed."))
        return day

    def from_day(self, label: Any) -> None:
        tomorrow = self.today + timedelta(days=1)
        self.fields["effective_on"] = fields.DayField(label=label, initial=tomorrow)

    def clean_effective_on(self) -> date:
        day: date = self.cleaned_data["effective_on"]
        if day < self.today:
            raise forms.ValidationError(_("This day has passed."))
        return day

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
        if self.wish.kind is ChangeKind.MOVE and not data.get("block") and "block" not in self.errors:
            self.add_error("postal_code", _("Where do you move to?"))
        if data.get("payment_method") == PaymentMethod.DIRECT_DEBIT.value:
            for name in (*BANK, "holder"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("This is needed for direct debit."))
        if not self.errors and self.wish.kind is not ChangeKind.MOVE_OUT and not self.wanted():
            raise forms.ValidationError(_("Nothing would change: this is what we have already."))
        return data

    def wanted(self) -> dict[str, Any]:
        """What differs from what holds; an address whole, where a part of it differs."""
        data = self.cleaned_data
        if self.wish.kind is ChangeKind.PAYMENT:
            return self._payment()
        found = {
            name: data[name]
            for name in self.own
            if data.get(name) not in {None, "", False} and str(data[name]) != str(self.before.get(name, ""))
        }
        if any(name in found for name in ADDRESS):
            found |= {name: data[name] for name in ADDRESS if data.get(name)}
        return found | self._carried_over() if self.wish.kind is ChangeKind.MOVE else found

    def _payment(self) -> dict[str, Any]:
        method = self.cleaned_data["payment_method"]
        if method != PaymentMethod.DIRECT_DEBIT.value:
            return {"payment_method": method, "stop_mandate": True}
        return {"payment_method": method} | {
            name: self.cleaned_data[name] for name in (*BANK, "account_kind", "holder")
        }

    def _carried_over(self) -> dict[str, Any]:
        """The plan moves too; whether it is offered there is looked at with the new place."""
        version = tariffs.plan_version(plan_code=self._terms.plan_code, on=self.today)
        unit = version.capacity_unit if version else CapacityKind.CONTRACT.value
        day: date = self.cleaned_data["start_on"]
        return {"start_on": day.isoformat(), "plan_code": self._terms.plan_code, "capacity_kind": unit}

    def change(self, *, customer_id: int) -> NewChange:
        day = self.cleaned_data.get("effective_on") or self.today
        if self.wish.kind in {ChangeKind.MOVE, ChangeKind.MOVE_OUT}:
            day += timedelta(days=1)
        return NewChange(
            kind=self.wish.kind,
            contract_id=self.contract.id,
            effective_on=day,
            source=ChangeSource.PORTAL,
            wanted=self.wanted(),
            reason=self.wish.reason,
            key=key_of(customer_id, self.cleaned_data["key"]),
        )


_ADD: dict[ChangeKind, Callable[[WishForm], None]] = {
    ChangeKind.CONTACT: WishForm.contact,
    ChangeKind.CHANNEL: WishForm.statement,
    ChangeKind.PAYMENT: WishForm.payment,
    ChangeKind.HOLDER: WishForm.holder,
    ChangeKind.PLAN: WishForm.plan,
    ChangeKind.CAPACITY: WishForm.capacity,
    ChangeKind.MOVE: WishForm.moving,
    ChangeKind.MOVE_OUT: WishForm.ending,
}
