"""Forms of group cases: the printed forms, field by field."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import casewords as words
from tomoshibi.applications.values.groupwork import CaseKind, Slot, Tap
from tomoshibi.fieldwork import queries as fieldwork
from tomoshibi.groups import queries as groups
from tomoshibi.parties import queries as parties
from tomoshibi.ui.fields import DayField, EnergyField, ReasonField

MOST_BYTES = 20 << 20
BOTH = (CaseKind.NEW, CaseKind.CHANGE)


def _not_after(day: date | None, today: date) -> date | None:
    if day and day > today:
        raise ValidationError(_("This day lies in the future."))
    return day


class UploadField(forms.FileField):
    """A scan or a list, not too large."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and file.size > MOST_BYTES:
            raise ValidationError(_("This file is too large: at most 20 MB."))
        return file


class CaseForm(forms.Form):
    """The application form (附件3), with what is handed in together with it."""

    kinds = forms.MultipleChoiceField(
        label=_("Kind of request"),
        choices=[(kind.value, words.REQUEST[kind]) for kind in BOTH],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As it is ticked on the paper; exactly one."),
    )
    customer_id = forms.CharField(label=_("Customer number or name"), max_length=60)
    benchmark_number = forms.CharField(
        label=_("Benchmark number"), max_length=12, required=False, help_text=_("Empty for a new reference meter.")
    )
    unit = forms.CharField(label=_("Managing unit"), max_length=60)
    device_code = forms.ChoiceField(label=_("Device type"))
    rated_w = forms.IntegerField(label=_("Rated power of one device [W]"), min_value=1, max_value=100_000)
    declared_points = forms.IntegerField(label=_("Points on the form"), min_value=1, max_value=100_000)
    new_benchmark = forms.CharField(label=_("Account number of the new benchmark"), max_length=12)
    meter_number = forms.CharField(label=_("Meter bar code"), max_length=24)
    seen = forms.ChoiceField(
        label=_("Seen at the counter"),
        choices=[("stamp", _("stamp of the unit")), ("id", _("identity document of the person"))],
        widget=forms.RadioSelect,
    )
    boundary_changes = forms.BooleanField(
        label=_("Voltage or boundary of property changes"),
        required=False,
        help_text=_("Then the supply contract is signed anew before anything is connected."),
    )
    signed_on = DayField(label=_("Signed on"))
    agent_name = forms.CharField(label=_("Name of the agent"), max_length=60, required=False)
    agent_document = forms.CharField(label=_("Identity number of the agent"), max_length=30, required=False)
    agent_phone = forms.CharField(label=_("Telephone of the agent"), max_length=20, required=False)
    outage_contact = forms.CharField(label=_("Outage contact"), max_length=60)
    outage_mobile = forms.CharField(label=_("Mobile number for messages"), max_length=20)
    form = UploadField(label=words.SLOTS[Slot.FORM], required=False)
    stamped_list = UploadField(label=words.SLOTS[Slot.STAMPED_LIST], required=False)
    electronic_list = UploadField(label=_("Connection list (xlsx or csv)"), required=False)
    good_rows = forms.BooleanField(
        label=_("Accept the good rows"),
        required=False,
        help_text=_("Rows that cannot be taken are named and left out; without this nothing is written."),
    )

    LISTED = (
        "unit",
        "device_code",
        "rated_w",
        "declared_points",
        "boundary_changes",
        "stamped_list",
        "electronic_list",
        "good_rows",
    )

    def __init__(self, *args: Any, kind: CaseKind | None, today: date, has_list: bool = False, **more: Any) -> None:
        """:param has_list: the list is written from what is kept here already"""
        super().__init__(*args, **more)
        self.today = today
        self.kind = kind
        chosen = self.fields["device_code"]
        assert isinstance(chosen, forms.ChoiceField)
        # Nobody takes the first type because it stood there.
        chosen.choices = [("", "–"), *((one.code, f"{one.code} {one.name}") for one in groups.device_types(on=today))]
        away: tuple[str, ...] = ("new_benchmark", "meter_number")
        if kind is CaseKind.CANCEL:
            away = (*self.LISTED, "kinds", *away)
        elif kind is CaseKind.BENCHMARK:
            away = (*self.LISTED, "kinds")
        if has_list:
            away = (*away, "electronic_list")
        for name in away:
            del self.fields[name]
        if kind is not None:
            self.fields["benchmark_number"].required = True
            self.fields["benchmark_number"].help_text = ""

    def clean_customer_id(self) -> int:
        number = self.cleaned_data["customer_id"].strip()
        found = parties.customer_by_number(number=number)
        if found is None and not number.isdecimal():
            return self._by_name(number)
        if found is None:
            unknown = _("No customer has the number %(number)s.") % {"number": number}
            raise ValidationError(parties.refusal_of(number=number) or unknown)
        return found.id

    @staticmethod
    def _by_name(name: str) -> int:
        """Whom a name at the counter means, where it is only one."""
        hits = parties.search(name, limit=6)
        exact = [hit for hit in hits if hit.name == name] or hits
        customers = {hit.customer_id: f"{hit.number} {hit.name}" for hit in exact}
        if len(customers) == 1:
            return next(iter(customers))
        if not customers:
            raise ValidationError(_("No customer is called %(name)s.") % {"name": name})
        raise ValidationError(
            _("Several customers are called so; give the number: %(found)s") % {"found": "; ".join(customers.values())}
        )

    def clean_outage_mobile(self) -> str:
        return "".join(self.cleaned_data["outage_mobile"].split()).replace("-", "")

    def chosen(self) -> list[CaseKind]:
        return [self.kind] if self.kind else [CaseKind(code) for code in self.cleaned_data["kinds"]]


class RowForm(forms.Form):
    """The place of a row, by hand."""

    access_point_number = forms.CharField(label=_("Access point"), max_length=20)
    access_point_name = forms.CharField(
        label=_("Name of the access point"), max_length=100, required=False, help_text=_("Needed where it is new.")
    )
    district_number = forms.CharField(
        label=_("Transformer district"), max_length=20, required=False, help_text=_("Empty: the access point's own.")
    )
    district_name = forms.CharField(label=_("Name of the district"), max_length=100, required=False)
    tap = forms.ChoiceField(label=_("Where it is connected"), choices=[(tap.value, words.TAPS[tap]) for tap in Tap])
    distance_m = forms.IntegerField(
        label=_("Distance to the access point [m]"), min_value=0, max_value=10_000, required=False
    )
    not_nearest = forms.CharField(
        label=_("Why it is not the nearest one"), max_length=200, required=False, help_text=_("Only where it is not.")
    )


class OutForm(forms.Form):
    reason = ReasonField()
    other_benchmark = forms.CharField(
        label=_("Belongs to another benchmark"),
        max_length=12,
        required=False,
        help_text=_("Its number, where it is known."),
    )


class BenchmarkForm(forms.Form):
    """Which point gets the meter, and whether it is fit."""

    no = forms.TypedChoiceField(label=_("Benchmark point"), coerce=int)
    meter_number = forms.CharField(label=_("Meter bar code"), max_length=24)
    box_number = forms.CharField(label=_("Meter box"), max_length=24, required=False)
    is_steady = forms.BooleanField(label=_("Its use is steady"), required=False)
    is_reliable = forms.BooleanField(label=_("Its connection is reliable"), required=False)
    is_safe = forms.BooleanField(label=_("It is safe"), required=False)

    def __init__(self, *args: Any, rows: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["no"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(row.no, f"{row.no} {row.account_number} {row.name}") for row in rows]


class ContractForm(forms.Form):
    """
    The special clauses: the company's wording, changed where this customer needs it.

    :param clauses: the wording to begin with, by code
    """

    def __init__(self, *args: Any, clauses: dict[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        for code, label in words.CLAUSES.items():
            self.fields[code] = forms.CharField(
                label=label,
                max_length=2_000,
                initial=clauses.get(code, ""),
                widget=forms.Textarea(attrs={"rows": 3, "lang": "zh-Hans"}),
            )


class SignForm(forms.Form):
    signed_on = DayField(label=_("Signed on"))
    file = UploadField(label=words.SLOTS[Slot.CONTRACT])


class LabelForm(forms.Form):
    template = forms.ChoiceField(label=_("Label layout"))
    reason = forms.CharField(
        label=_("Why again"), max_length=200, required=False, help_text=_("Needed when one of them was printed before.")
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["template"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, f"{one.name} ({one.dpi} dpi)") for one in fieldwork.templates().values()]


class OrderForm(forms.Form):
    planned_on = DayField(label=_("Planned for"))
    place = forms.CharField(label=_("Where the crew meets"), max_length=200, required=False)


class InstallForm(forms.Form):
    on = DayField(label=_("Connected on"), help_text=_("The real day, for all rows that were done."))

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today

    def clean_on(self) -> date | None:
        return _not_after(self.cleaned_data["on"], self.today)


class EndForm(InstallForm):
    """The removal of a whole group."""

    register_dwh = EnergyField(label=_("Register of the reference meter at its removal"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["on"].label = _("Removed on")
        self.fields["on"].help_text = _("From this day on no point is counted.")


class NewBenchmarkForm(InstallForm):
    """Another benchmark: both meters are read at the end of the day before."""

    meter_number = forms.CharField(label=_("Meter bar code"), max_length=24)
    box_number = forms.CharField(label=_("Meter box"), max_length=24, required=False)
    old_register_dwh = EnergyField(label=_("Register of the old meter"))
    new_register_dwh = EnergyField(label=_("Register of the new meter"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["on"].label = _("Holds from")
        self.fields["on"].help_text = _("Both registers are those of the end of the day before.")


class DocumentForm(forms.Form):
    slot = forms.ChoiceField(
        label=_("Document"), choices=[(slot.value, words.SLOTS[slot]) for slot in Slot if slot is not Slot.LIST]
    )
    version = forms.IntegerField(
        label=_("Version on the paper"),
        min_value=0,
        required=False,
        help_text=_("For the stamped list and the slip: the number after the V."),
    )
    file = UploadField(label=_("File"))


class FileForm(forms.Form):
    file = UploadField(label=_("File (xlsx or csv)"))


class RefuseForm(forms.Form):
    reason = ReasonField()


class RightForm(forms.Form):
    code = forms.CharField(max_length=20)
    step = forms.CharField(max_length=6)
    level = forms.ChoiceField(choices=[("", "–"), ("view", "view"), ("do", "do")], required=False)


class ProgressForm(forms.Form):
    q = forms.CharField(label=_("Query number"), max_length=14)


class DeviceForm(forms.Form):
    """Something that hangs at an access point without one of its seals."""

    what = forms.CharField(label=_("What hangs there"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    count = forms.IntegerField(label=pgettext_lazy("device", "How many"), min_value=1, max_value=100)


class CountForm(forms.Form):
    """The count of a group was wrong."""

    true_count = forms.IntegerField(label=_("How many points there really were"), min_value=0, max_value=100_000)
    since = DayField(label=pgettext_lazy("count", "Since"))
    evidence = forms.CharField(label=_("How it is known"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
