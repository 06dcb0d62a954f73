"""The pages of the public form. What a rule says stands beside its field; what was typed stays as it was typed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import queries, values
from tomoshibi.applications.values import Answers, IntakeKind, Plant, SourceKind
from tomoshibi.masters.values import AREAS
from tomoshibi.parties.values import CustomerKind, PaymentMethod, StatementChannel

KINDS = [
    (IntakeKind.SWITCH.value, _("Switch from another retailer")),
    (IntakeKind.MOVE_IN.value, _("Move in: power is connected, a new contract begins")),
    (IntakeKind.NEW.value, _("New connection: there is no power line yet")),
    (IntakeKind.SELL.value, _("Sell what your solar panels or another plant deliver")),
]
PEOPLE = [(CustomerKind.PERSON.value, _("person")), (CustomerKind.COMPANY.value, _("company"))]
PLANTS = [
    (Plant.SOLAR.value, _("solar panels")),
    (Plant.WIND.value, _("wind")),
    (Plant.HYDRO.value, _("water")),
    (Plant.BIOMASS.value, _("biomass")),
    (Plant.OTHER.value, pgettext_lazy("plant", "other")),
]
SOURCES = [
    (SourceKind.POST_FIT.value, _("It has ended or ends before the first day (post-FIT)")),
    (SourceKind.FIT.value, _("It still runs (FIT)")),
]
PAYMENT = [
    ("", ""),
    (PaymentMethod.DIRECT_DEBIT.value, _("direct debit")),
    (PaymentMethod.TRANSFER.value, _("bank transfer")),
    (PaymentMethod.CARD.value, _("credit card")),
    (PaymentMethod.STORE.value, _("convenience store")),
]
CHANNELS = [(StatementChannel.PORTAL.value, _("on the Web")), (StatementChannel.PAPER.value, _("on paper"))]
AMPERES = ("10", "15", "20", "30", "40", "50", "60")
AMPERE_AREAS = frozenset({"01", "02", "03", "04", "05", "09"})
"""Areas whose homes are sized in amperes; elsewhere homes have no size."""
NO_SIZE = "contract"
LONGEST_KEPT = 1_000
"""Characters of an answer that is kept before it was looked at."""


def _text(label: Any, *, required: bool = True, hint: Any = "", **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, help_text=hint, max_length=200, strip=True,
        widget=forms.TextInput(attrs={name.replace("_", "-"): value for name, value in attrs.items()}),
    )  # fmt: skip


def _number(label: Any, *, required: bool = True, hint: Any = "", **attrs: str) -> forms.CharField:
    return _text(label, required=required, hint=hint, inputmode="numeric", autocomplete="off", **attrs)


FIELDS: Mapping[str, Callable[[], forms.Field]] = {
    "kind": lambda: forms.ChoiceField(
        label=_("What do you want?"), choices=KINDS, widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    ),
    "postal_code": lambda: _text(
        _("Postal code"),
        hint=_("Seven digits of the place where you want power."),
        inputmode="numeric",
        autocomplete="postal-code",
        data_postal_code="",
    ),
    "prefecture": lambda: _text(_("Prefecture"), autocomplete="address-level1"),
    "city": lambda: _text(_("City"), autocomplete="address-level2"),
    "town": lambda: _text(_("Town"), required=False, autocomplete="address-line1"),
    "block": lambda: _text(_("House number"), autocomplete="address-line2"),
    "building": lambda: _text(_("Building and room"), required=False, autocomplete="address-line3"),
    "area": lambda: forms.ChoiceField(label=_("Area"), choices=[(code, area.name) for code, area in AREAS.items()]),
    "spin": lambda: _number(
        _("Supply point number"), required=False, hint=_("22 digits. You may leave it out now and tell us later.")
    ),
    "current_retailer": lambda: _text(_("Present retailer"), required=False, autocomplete="off"),
    "current_customer_number": lambda: _number(_("Customer number there"), required=False),
    "current_name": lambda: _text(
        _("Name on the present contract"),
        required=False,
        autocomplete="off",
        hint=_("Only if it is not your own: the names must be alike, or the present retailer refuses."),
    ),
    "wished_on": lambda: forms.CharField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"})),
    "applicant": lambda: forms.ChoiceField(
        label=_("Who applies"), choices=PEOPLE, widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    ),
    "name": lambda: _text(pgettext_lazy("applicant", "Your name"), autocomplete="name"),
    "kana": lambda: _text(
        _("Reading in katakana"), autocomplete="off", hint=_("For example トモシビ タロウ. Hiragana is taken as well.")
    ),
    "phone": lambda: _text(_("Phone"), inputmode="tel", autocomplete="tel"),
    "mail": lambda: _text(_("Mail"), inputmode="email", autocomplete="email"),
    "payment_method": lambda: forms.ChoiceField(label=_("How you pay"), choices=PAYMENT),
    "statement_channel": lambda: forms.ChoiceField(
        label=_("Your bills"), choices=CHANNELS, widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    ),
    "use_kwh": lambda: _number(_("Use of your last bill")),
    "agency_code": lambda: _text(
        _("Agency code"), required=False, autocomplete="off", hint=_("If somebody recommended us to you.")
    ),
    "note": lambda: forms.CharField(
        label=_("Anything else"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    ),
    "plant": lambda: forms.ChoiceField(label=_("What generates"), choices=PLANTS),
    "source_kind": lambda: forms.ChoiceField(
        label=_("The purchase by law (FIT, usually ten years)"),
        choices=SOURCES,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    ),
    "term_ends_on": lambda: forms.CharField(
        label=_("Last day of the purchase by law"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("It stands in the letter about the end of your term. You may leave it out if the term is over."),
    ),
    "capacity": lambda: _text(_("Size of your contract"), inputmode="decimal", autocomplete="off"),
    "meter_number": lambda: _text(
        _("Number of the meter"),
        required=False,
        autocomplete="off",
        hint=_("It stands on the meter; it helps to find the number above."),
    ),
}
SELLERS: Mapping[str, tuple[Any, Any]] = {
    "postal_code": (_("Postal code"), _("Seven digits of the place where the plant is.")),
    "spin": (
        _("Generation point number"),
        _("22 digits, not those of the place where you use power. If you leave it out, we look it up by the address."),
    ),
    "current_retailer": (
        _("Who buys from you now"),
        _("Leave it out if nobody does: you have moved in, or the contract has ended."),
    ),
    "current_customer_number": (_("Your customer number there"), ""),
    "current_name": (
        _("Name on the present contract"),
        _("Only if it is not your own: the names must be alike, or the present buyer refuses."),
    ),
    "wished_on": (_("First day of the purchase"), ""),
    "statement_channel": (_("Your payment notices"), ""),
    "capacity": (_("Size of the plant"), _("Output in kW, for example 4.5.")),
    "use_kwh": (_("Delivered in a month"), _("kWh of your last payment notice; an estimate will do.")),
}
"""What fields are called, and what is said about them, where somebody sells."""  # fmt: skip


def field_of(name: str, *, sells: bool) -> forms.Field:
    """The field of an answer, in the words for who is supplied or who sells."""
    field = FIELDS[name]()
    if sells and name in SELLERS:
        field.label, field.help_text = SELLERS[name]
    return field


class Page(forms.Form):
    """
    One page: some of the fields, filled with what was typed before.

    :param draft: the application that is being written
    """

    names: Sequence[str] = ()

    def __init__(
        self, *args: Any, draft: values.Intake | None = None, names: Iterable[str] = (), **kwargs: Any
    ) -> None:
        typed = dict(draft.typed) if draft else {}
        kwargs["initial"] = {**kwargs.get("initial", {}), **typed}
        super().__init__(*args, **kwargs)
        self.draft = draft
        sells = bool(draft and draft.answers.sells)
        for name in names or self.names:
            self.fields[name] = field_of(name, sells=sells)

    def typed(self) -> dict[str, str]:
        """What stands in the fields of this page, as it was typed."""
        return {name: str(self.data.get(name, "")).strip() for name in self.fields if name in values.ANSWERS}

    def kept(self) -> dict[str, str]:
        """What was typed so far, right or wrong, as far as it can be stored."""
        return {name: text.replace("\0", "")[:LONGEST_KEPT] for name, text in self.typed().items()}

    def merged(self) -> Answers:
        return queries.plain_answers({**(self.draft.typed if self.draft else {}), **self.typed()})

    def examine(self, *, today: date, only: Iterable[str] = ()) -> bool:
        """Let the rules speak about the fields of this page; whether nothing stands in the way."""
        if not self.is_valid():
            return False
        names = frozenset(only) or frozenset(self.fields)
        for finding in queries.findings(answers=self.merged(), today=today, among=names):
            if queries.is_refused_at_once(finding):
                self.show(finding)
        return not self.errors

    def show(self, finding: values.Finding) -> None:
        """Put what a rule says beside its field, or on top where the page has none of it."""
        place = next((name for name in finding.fields if name in self.fields), None)
        self.add_error(place, queries.sentence_of(finding))


class StartPage(Page):
    names = ("kind", "postal_code")

    def examine(self, *, today: date, only: Iterable[str] = ()) -> bool:
        """The postal code has to be there, before there is an address to compare."""
        return super().examine(today=today, only=only or ("kind", "postal_code"))


class PlanPage(Page):
    """Size and use, and the plan among the offers."""

    names = ("area",)

    def __init__(self, *args: Any, draft: values.Intake, areas: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, draft=draft, **kwargs)
        if len(areas) > 1:
            self.fields["area"].choices = [(code, AREAS[code].name) for code in areas]  # type: ignore[attr-defined]
        else:
            del self.fields["area"]
        self.area = str(self.data.get("area") or draft.answers.area or (areas[0] if areas else ""))
        sizes: list[tuple[str, Any]] = [(f"A:{size}", f"{size} A") for size in AMPERES]
        if self.area not in AMPERE_AREAS:
            sizes = [(NO_SIZE, _("No size (usual for homes here)"))]
        sizes.append(("kVA", _("6 kVA and more")))
        self.fields["size"] = forms.ChoiceField(
            label=_("Size of your contract"), choices=sizes, help_text=_("It stands on your bill and on the breaker.")
        )
        self.fields["kva"] = _number(_("Size in kVA"), required=False, hint=_("Only for 6 kVA and more."))
        self.fields["use_kwh"] = _number(
            _("Use of your last bill"),
            hint=_("kWh of one month, or twelve months with spaces between."),
        )
        self.fields["use_kwh"].unit = "kWh"  # type: ignore[attr-defined]
        self.fields["plan_code"] = forms.CharField(required=False, widget=forms.HiddenInput)
        a = draft.answers
        known = f"A:{a.capacity}" if a.capacity_unit == "A" else a.capacity_unit
        self.initial.setdefault("size", known or ("A:30" if self.area in AMPERE_AREAS else NO_SIZE))
        self.initial.setdefault("kva", a.capacity if a.capacity_unit == "kVA" else "")
        self.initial.setdefault("use_kwh", "260")

    def size(self) -> tuple[str, str]:
        """Unit and size, as they stand in the form now."""
        chosen = str(self.data.get("size") or self.initial["size"])
        if chosen.startswith("A:"):
            return "A", chosen[2:]
        return (chosen, str(self.data.get("kva") or self.initial["kva"] or "6")) if chosen == "kVA" else (NO_SIZE, "")

    def use(self) -> str:
        return str(self.data.get("use_kwh") or self.initial["use_kwh"])

    def typed(self) -> dict[str, str]:
        unit, size = self.size()
        return {
            "area": self.area, "use_kwh": self.use(), "capacity_unit": unit, "capacity": size,
            "plan_code": str(self.data.get("plan_code", "")),
        }  # fmt: skip


class PlantPage(Page):
    """What generates, how long the purchase by law runs, and the purchase plan among the offers."""

    names = ("plant", "capacity", "source_kind", "term_ends_on", "use_kwh")

    def __init__(self, *args: Any, draft: values.Intake, areas: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, draft=draft, **kwargs)
        if len(areas) > 1:
            chosen: forms.ChoiceField = FIELDS["area"]()  # type: ignore[assignment]
            chosen.choices = [(code, AREAS[code].name) for code in areas]
            self.fields["area"] = chosen
        self.area = str(self.data.get("area") or draft.answers.area or (areas[0] if areas else ""))
        self.fields["plan_code"] = forms.CharField(required=False, widget=forms.HiddenInput)
        for name, value in (("plant", Plant.SOLAR), ("source_kind", SourceKind.POST_FIT), ("use_kwh", "200")):
            self.initial.setdefault(name, str(value))
        self.fields["use_kwh"].unit = "kWh"  # type: ignore[attr-defined]
        self.fields["capacity"].unit = "kW"  # type: ignore[attr-defined]

    def said(self, name: str) -> str:
        """What stands in a field now."""
        return str(self.data.get(name, "") if self.is_bound else self.initial.get(name, "")).strip()

    def typed(self) -> dict[str, str]:
        known = {name: self.said(name) for name in (*self.names, "plan_code")}
        return {**known, "area": self.area, "capacity_unit": "kW"}


class PlacePage(Page):
    names = (
        "postal_code", "prefecture", "city", "town", "block", "building", "spin", "meter_number", "current_retailer",
        "current_customer_number", "current_name", "wished_on",
    )  # fmt: skip

    def __init__(self, *args: Any, draft: values.Intake, earliest: date, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, draft=draft, **kwargs)
        if not draft.answers.sells:
            del self.fields["meter_number"]
        if draft.answers.kind not in {IntakeKind.SWITCH, IntakeKind.SELL}:
            for name in ("current_retailer", "current_customer_number", "current_name"):
                del self.fields[name]
        day = self.fields["wished_on"]
        day.widget.attrs.update({"min": earliest.isoformat(), "max": latest.isoformat()})
        self.initial.setdefault("wished_on", earliest.isoformat())


class YouPage(Page):
    names = (
        "applicant", "name", "kana", "phone", "mail", "payment_method", "statement_channel", "agency_code", "note",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.draft and self.draft.answers.sells:
            del self.fields["payment_method"]
        self.initial.setdefault("applicant", CustomerKind.PERSON.value)
        self.initial.setdefault("statement_channel", StatementChannel.PORTAL.value)


class CheckPage(forms.Form):
    """The texts to agree to."""

    def __init__(self, *args: Any, texts: Sequence[values.ConsentText], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for text in texts:
            self.fields[f"agree_{text.code}"] = forms.BooleanField(
                label=_("I have read this and agree: %(title)s") % {"title": text.title},
                error_messages={"required": _("Please read this and agree.")},
            )


class SaveForm(forms.Form):
    mail = forms.EmailField(label=_("Mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class StatusForm(forms.Form):
    number = _number(_("Application number"), hint=_("Ten digits; it stands in our mail."))
    contact = _text(
        _("Mail address or phone number"), hint=_("The one you gave in the application."), autocomplete="email"
    )
