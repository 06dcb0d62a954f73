"""Forms of plan documents: upload, drafts, examples."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.kernel.filekinds import is_workbook
from tomoshibi.masters.queries import every_area
from tomoshibi.rating.conditions import CONTRACT_MONTH, CUSTOMER_CONTRACTS
from tomoshibi.rating.per_kwh import EXEMPTION, WHOLE
from tomoshibi.tariffs import queries, values
from tomoshibi.tariffs.loads import Load
from tomoshibi.ui import fields

LARGEST_DOCUMENT = 1_000_000
VOLTAGES = {"low": _("low voltage"), "high": _("high voltage")}
RESERVE, OUTAGE_DAYS, DEVICES, POWER_FACTOR = "reserve_milli", "outage_days", "devices_", "power_factor_percent"
BY_DEMAND = frozenset({"demand_milli", "max_demand_milli", POWER_FACTOR})
"""Numbers that have fields of their own: one value or one for each month."""
WITHOUT_FILE = "without-file"
"""The button that takes a kept load file out."""
MOST, MOST_MILLI = 1_000_000, 1_000_000_000
_NUMBER, _CODE, _REGISTER, _TARGET = "number_", "code_", "register_", "power_factor_target"
_SHEET = {"rows": 3, "class": "code", "spellcheck": "false"}
PROFILES = (
    ("household", _("home (BDEW H25)")),
    ("solar", _("home with solar panels (BDEW P25)")),
    ("shop", _("shop or office (BDEW G25)")),
)


def _decoded(content: bytes) -> str:
    """
    A file as text.

    :raises forms.ValidationError: saying what it is instead
    """
    if is_workbook(content):
        raise forms.ValidationError(
            _("This is a workbook (xlsx) or a packed file: save the sheet as CSV and choose that file.")
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise forms.ValidationError(_("The file is not a UTF-8 text.")) from None


class DocumentForm(forms.Form):
    """A plan document as a file, or typed; and why."""

    file = forms.FileField(label=_("File"), required=False, help_text=_("YAML or JSON, UTF-8"))
    text = forms.CharField(
        label=pgettext_lazy("tariff", "Document"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "class": "code", "spellcheck": "false"}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        file = cleaned.get("file")
        if file is not None:
            if file.size > LARGEST_DOCUMENT:
                raise forms.ValidationError(_("The file is larger than a plan document can be."))
            cleaned["text"] = _decoded(file.read())
        if not cleaned.get("text"):
            raise forms.ValidationError(_("Choose a file or paste the document."))
        return cleaned


class NewDraftForm(forms.Form):
    """From which plan a draft begins, or from nothing; and whether it is the plan's next version or a new plan."""

    purpose = forms.ChoiceField(
        label=_("What is it to be?"),
        choices=[
            ("next", _("the next version of a plan")),
            ("new", _("a new plan like another one")),
            ("blank", _("a new plan from nothing")),
        ],
        initial="next",
        widget=forms.RadioSelect,
    )
    version = forms.TypedChoiceField(
        label=_("Begin from"), coerce=int, empty_value=None, required=False, help_text=_("not for a plan from nothing")
    )
    plan_code = forms.RegexField(
        r"^[a-z][a-z0-9-]{1,59}$",
        label=_("Code of the new plan"),
        required=False,
        help_text=_("small letters, digits and hyphens; it stays for good"),
        error_messages={"invalid": _("Small letters, digits and hyphens, beginning with a letter.")},
    )
    name = forms.CharField(label=_("Name of the new plan"), max_length=80, required=False)
    valid_from = fields.DayField(label=_("First day"))

    def __init__(
        self, *args: Any, versions: Sequence[tuple[int, str]], taken: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = [("", "–"), *versions]  # type: ignore[attr-defined]
        self._taken = taken

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        purpose = cleaned.get("purpose")
        if purpose in {"next", "new"} and not cleaned.get("version") and "version" not in self.errors:
            self.add_error("version", _("Choose the plan that it begins from."))
        if purpose in {"new", "blank"}:
            for name in ("plan_code", "name"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("A new plan needs it."))
            if cleaned.get("plan_code") in self._taken:
                self.add_error("plan_code", _("A plan has this code already."))
        else:
            cleaned["plan_code"] = cleaned["name"] = ""
        return cleaned


class ExampleForm(forms.Form):
    """For which use the worked example beside a draft is made."""

    kwh = fields.EnergyField(label=_("Use"), initial=3_000_000)
    size = fields.CapacityField(label=_("Contract size"), unit="", required=False)
    month = fields.MonthField(label=_("Month"))
    profile = forms.ChoiceField(label=_("Load profile"), choices=PROFILES)
    demand = fields.CapacityField(label=_("Maximum demand [kW]"), unit="", required=False)
    power_factor = forms.IntegerField(label=_("Power factor [%]"), required=False, min_value=0, max_value=100)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class TextForm(forms.Form):
    """The document itself."""

    text = forms.CharField(strip=False, required=False)
    revision = forms.IntegerField()


class QuoteForm(forms.Form):
    """
    A prospect's place, size and use - monthly values, a year, or a file - and what only some plans on offer price by.

    What the plans of the company do not have, is not asked for: areas and sizes, standard profiles, devices, registers.
    """

    area = forms.ChoiceField(label=_("Area"), initial="03")
    voltage = forms.ChoiceField(label=_("Voltage"), initial="low")
    size = fields.CapacityField(label=_("Contract size"), unit="", initial=30_000, required=False)
    unit = forms.ChoiceField(label=pgettext_lazy("tariff", "Unit"))
    last_month = fields.MonthField(label=_("Newest month"))
    monthly = forms.CharField(
        label=_("Use by month [kWh]"),
        required=False,
        widget=forms.Textarea(attrs=_SHEET),
        help_text=_("twelve values, oldest first, as copied from a sheet; or one for the year"),
    )
    profile = forms.ChoiceField(label=_("Load profile"), choices=PROFILES)
    file = forms.FileField(
        label=_("or a load file"), required=False, help_text=_("CSV with start,kwh (half-hours) or month,kwh")
    )
    demand = forms.CharField(
        label=_("Maximum demand [kW]"),
        required=False,
        help_text=_(
            "one value for all months, or one for each, oldest first; empty: from the half-hours of the load file"
        ),
    )
    power_factor = forms.IntegerField(
        label=_("Power factor [%]"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("of the daytime, for plans whose basic charge follows it; 85 changes nothing"),
    )
    load_text = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    load_name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    load_beside = forms.CharField(required=False, widget=forms.HiddenInput)
    """What was typed by month when the load file was chosen: values that are others since then count before it."""

    def __init__(self, *args: Any, asked: values.Prospects, **kwargs: Any) -> None:
        """:param asked: what the plans on offer ask of a prospect"""
        super().__init__(*args, **kwargs)
        self._asked = asked
        self.load_file, self.laid_aside = "", ""
        self._places: dict[str, tuple[str, ...]] = {}
        known = every_area()
        self._offer("area", [(code, f"{code} {known[code].name}") for code in asked.areas])
        self._offer("voltage", [(one, VOLTAGES[one]) for one in asked.voltages])
        self._offer("unit", [(one, one) for one in asked.units])
        if not asked.units:
            del self.fields["size"], self.fields["unit"]
        if not asked.profiled:
            del self.fields["profile"]
            self.fields["monthly"].help_text = _("twelve values, oldest first, as copied from a sheet")
        by_demand = {one.name: one for one in asked.numbers if one.name in BY_DEMAND}
        self._places["demand"] = _places(one for name, one in by_demand.items() if name != POWER_FACTOR)
        self._places["power_factor"] = _places(one for name, one in by_demand.items() if name == POWER_FACTOR)
        for name in ("demand", "power_factor"):
            if not self._places[name]:
                del self.fields[name]
        for one in (one for one in asked.numbers if one.name not in BY_DEMAND):
            self._add(_NUMBER + one.name, one, _number(one))
        if targets := [one for one in asked.codes if one.answer]:
            self._add_target(targets)
        for one in (one for one in asked.codes if not one.answer):
            self._add(_CODE + one.name, one, forms.BooleanField(label=one.label, required=False))
        for one in asked.registers:
            self._add(_REGISTER + one.name, one, _register(one))

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]
        if choices and self.fields[name].initial not in dict(choices):
            self.fields[name].initial = choices[0][0]

    def _add(self, name: str, wanted: values.Wanted, field: forms.Field) -> None:
        self.fields[name] = field
        self._places[name] = wanted.places

    def _add_target(self, wanted: Sequence[values.Wanted]) -> None:
        """Whether the power factor keeps its target: one answer, whatever codes the plans have for it."""
        words = {one.answer: one.label for one in reversed(wanted)}
        choices = [("", _("not told")), *((one, words[one]) for one in ("kept", "missed"))]
        label, without = _("Power factor target"), _("not told: neither less nor more")
        self.fields[_TARGET] = forms.ChoiceField(label=label, choices=choices, required=False, help_text=without)
        self._places[_TARGET] = _places(wanted)

    def by_load(self) -> list[forms.BoundField]:
        """The fields that any plan needs."""
        return [field for field in self.visible_fields() if field.name not in self._places]

    def by_plan(self) -> list[tuple[forms.BoundField, str]]:
        """The fields that only some plans need, with the places where those are offered: ``03 high,* low``."""
        return [(self[name], ",".join(places)) for name, places in self._places.items() if name in self.fields]

    def told(self) -> list[tuple[str, str]]:
        """What a quote is made from besides its use, by the names of the fields: for paper and files."""
        file = [(str(_("Load file")), self.load_file)] if self.load_file else []
        # A load file says months and hours itself.
        unused = {"monthly", "file", *(("profile", "last_month") if file else ())}
        return file + [
            (str(bound.label), _as_told(bound, self.cleaned_data[bound.name]))
            for bound in self.visible_fields()
            if bound.name not in unused and self._counts(bound.name) and self._typed(bound.name)
        ]

    def _typed(self, name: str) -> bool:
        return self.cleaned_data.get(name) not in {None, "", False}

    def _counts(self, name: str) -> bool:
        """Whether a plan of the place takes a field; what was typed for another place counts for nothing."""
        if name not in self._places:
            return name in self.fields
        voltage = self.cleaned_data.get("voltage")
        here = {f"{area} {voltage}" for area in (self.cleaned_data.get("area"), "*")}
        return name in self.fields and not here.isdisjoint(self._places[name])

    def _of_place(self, prefix: str) -> dict[str, Any]:
        """The cleaned values of the fields with a prefix that a plan of the place takes, by what follows the prefix."""
        return {
            name.removeprefix(prefix): self.cleaned_data.get(name)
            for name in self._places
            if name.startswith(prefix) and self._counts(name)
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        text = self._text()
        try:
            cleaned["loads"] = self._with_what_was_told(self._loads(text))
        except queries.UnreadableLoad as wrong:
            self.add_error("file", str(wrong))
        except queries.UnreadableYear as wrong:
            self.add_error("monthly", str(wrong))
        except queries.UnreadableRegisters as wrong:
            self.add_error(next(name for name in self.fields if name.startswith(_REGISTER)), str(wrong))
        except queries.UnreadableDemand as wrong:
            self.add_error("demand", str(wrong))
        except queries.UnreadableNumbers as wrong:
            self.add_error(_NUMBER + OUTAGE_DAYS, str(wrong))
        cleaned["codes"] = self._codes()
        return cleaned

    def _codes(self) -> tuple[str, ...]:
        """What the contract would carry at the place; of the codes for the power factor those that say what was chosen."""
        chosen = self.cleaned_data.get(_TARGET) if self._counts(_TARGET) else ""
        told = [one.name for one in self._asked.codes if one.answer and one.answer == chosen]
        return (*told, *(code for code, carried in self._of_place(_CODE).items() if carried))

    def _text(self) -> str:
        """The load file, as it was chosen now or is kept on the page; what was typed by month after it counts before it."""
        file, given = self.cleaned_data.get("file"), self.cleaned_data
        if not file:
            kept, name = given.get("load_text") or "", given.get("load_name") or "CSV"
            typed = self._by_month()
            if kept and (self.data.get("do") == WITHOUT_FILE or (typed and typed != given.get("load_beside"))):
                kept, self.laid_aside = "", name
                self._keep("", name="")
            return kept
        if file.size > LARGEST_DOCUMENT:
            raise forms.ValidationError(_("The file is too large for a year of half-hours."))
        return _decoded(file.read())

    def _loads(self, text: str) -> list[Load]:
        given, last = self.cleaned_data, self.cleaned_data["last_month"]
        registers = self._of_place(_REGISTER)
        counted = any(registers.values())
        given["use_told"] = bool(text or given.get("monthly") or counted)
        if text:
            if counted:
                raise queries.UnreadableRegisters(_("Either a load file or the registers of the meter, not both."))
            found = queries.year_of_file(text)
            chosen = given.get("file")
            if chosen:
                # Kept on the page, so that an export needs no second upload.
                self._keep(text, name=chosen.name)
            self.load_file = chosen.name if chosen else given.get("load_name") or "CSV"
            return found
        if not given["use_told"]:
            if any(number for name, number in self._of_place(_NUMBER).items() if name.startswith(DEVICES)):
                return queries.without_use(last)
            raise forms.ValidationError(_("Enter the use by month, or choose a file."))
        monthly = given.get("monthly")
        year = queries.year_of(monthly, last=last, profile=given.get("profile") or "") if monthly else None
        if counted:
            labels = {one.name: one.label for one in self._asked.registers}
            typed = {name: str(value or "") for name, value in registers.items()}
            return queries.by_register(typed, labels=labels, months=queries.months_until(last), loads=year)
        return year or []

    def _by_month(self) -> str:
        """What was typed of the use by month: values, and registers of the meter."""
        typed = [self.cleaned_data.get("monthly"), *self._of_place(_REGISTER).values()]
        return " ".join(" ".join(str(one).split()) for one in typed if one)

    def _keep(self, text: str, *, name: str) -> None:
        """A load file on the page; none with an empty text."""
        beside = self._by_month() if text else ""
        self.data = dict(self.data.items()) | {"load_text": text, "load_name": name, "load_beside": beside}

    def _with_what_was_told(self, loads: list[Load]) -> list[Load]:
        given = self.cleaned_data
        demand = given.get("demand") if self._counts("demand") else ""
        factor = given.get("power_factor") if self._counts("power_factor") else None
        loads = queries.with_demand(loads, demand=demand or "", power_factor=factor)
        numbers = self._of_place(_NUMBER)
        outages, month = numbers.pop(OUTAGE_DAYS, ""), numbers.pop(CONTRACT_MONTH, None)
        return queries.with_numbers(loads, numbers=numbers, outage_days=outages or "", contract_month=month)


def _places(wanted: Iterable[values.Wanted]) -> tuple[str, ...]:
    return tuple(sorted({place for one in wanted for place in one.places}))


def _number(wanted: values.Wanted) -> forms.Field:
    """The field of a number that plans price by besides energy and size."""
    if wanted.name == RESERVE:
        return fields.CapacityField(label=wanted.label, unit="kW", minimum=0, maximum=MOST_MILLI, required=False)
    if wanted.name == OUTAGE_DAYS:
        each = _("one number for all months, or one for each, oldest first; empty: none")
        return forms.CharField(label=wanted.label, required=False, max_length=200, help_text=each)
    if wanted.name == CONTRACT_MONTH:
        first = _("of the oldest month; a new contract begins with 1")
        return _count(wanted, initial=1, help_text=first)
    if wanted.name == CUSTOMER_CONTRACTS:
        own = _("with the one that is offered")
        return _count(wanted, initial=1, help_text=own)
    if wanted.name == EXEMPTION:
        certified = _("of a site with a certificate; empty: none")
        return _count(wanted, most=WHOLE, help_text=certified)
    return _count(wanted)


def _count(wanted: values.Wanted, *, initial: int | None = None, most: int = MOST, help_text: Any = "") -> forms.Field:
    """:param initial: the least, too, where there is one"""
    return forms.IntegerField(
        label=wanted.label,
        required=False,
        initial=initial,
        min_value=initial or 0,
        max_value=most,
        help_text=help_text,
    )


def _register(wanted: values.Wanted) -> forms.Field:
    return forms.CharField(
        label=format_lazy("{} [kWh]", wanted.label),
        required=False,
        widget=forms.Textarea(attrs=_SHEET),
        help_text=_("of the meter's register: twelve values, oldest first"),
    )


def _as_told(bound: forms.BoundField, value: Any) -> str:
    field = bound.field
    if isinstance(field, forms.BooleanField):
        return str(_("yes"))
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices)[value])  # type: ignore[arg-type]
    if isinstance(field, fields.CapacityField):
        return f"{field.prepare_value(value)} {field.unit}".strip()
    return " ".join(str(value).split())
