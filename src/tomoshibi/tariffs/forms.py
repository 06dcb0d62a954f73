"""Forms of plan documents: upload, drafts, examples."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.masters.values import AREAS
from tomoshibi.tariffs import queries
from tomoshibi.ui import fields

LARGEST_DOCUMENT = 1_000_000
PROFILES = (
    ("household", _("home (BDEW H25)")),
    ("solar", _("home with solar panels (BDEW P25)")),
    ("shop", _("shop or office (BDEW G25)")),
)


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
            try:
                cleaned["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(_("The file is not a UTF-8 text.")) from None
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
    """A prospect's place, size and use: monthly values, a year, or a file."""

    area = forms.ChoiceField(
        label=_("Area"), choices=lambda: [(code, f"{code} {area.name}") for code, area in AREAS.items()], initial="03"
    )
    voltage = forms.ChoiceField(
        label=_("Voltage"), choices=[("low", _("low voltage")), ("high", _("high voltage"))], initial="low"
    )
    size = fields.CapacityField(label=_("Contract size"), unit="", initial=30_000, required=False)
    unit = forms.ChoiceField(label=pgettext_lazy("tariff", "Unit"), choices=[(u, u) for u in ("A", "kVA", "kW")])
    last_month = fields.MonthField(label=_("Newest month"))
    monthly = forms.CharField(
        label=_("Use by month [kWh]"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false"}),
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
    by_demand = ("demand", "power_factor")
    """Fields that only plans on actual demand need."""

    def by_load(self) -> list[forms.BoundField]:
        """The fields that any plan needs."""
        return [field for field in self.visible_fields() if field.name not in self.by_demand]

    def by_plan(self) -> list[forms.BoundField]:
        return [self[name] for name in self.by_demand]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        text = cleaned.get("load_text") or ""
        if cleaned.get("file"):
            if cleaned["file"].size > LARGEST_DOCUMENT:
                raise forms.ValidationError(_("The file is too large for a year of half-hours."))
            try:
                text = cleaned["file"].read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(_("The file is not a UTF-8 text.")) from None
        try:
            if text:
                cleaned["loads"] = queries.year_of_file(text)
                # Kept on the page, so that an export needs no second upload.
                self.data = dict(self.data.items()) | {"load_text": text}
            elif cleaned.get("monthly"):
                cleaned["loads"] = queries.year_of(
                    cleaned["monthly"], last=cleaned["last_month"], profile=cleaned["profile"]
                )
            else:
                raise forms.ValidationError(_("Enter the use by month, or choose a file."))
            cleaned["loads"] = queries.with_demand(
                cleaned["loads"], demand=cleaned.get("demand") or "", power_factor=cleaned.get("power_factor")
            )
        except queries.UnreadableLoad as wrong:
            self.add_error("file", str(wrong))
        except queries.UnreadableYear as wrong:
            self.add_error("monthly", str(wrong))
        except queries.UnreadableDemand as wrong:
            self.add_error("demand", str(wrong))
        return cleaned
