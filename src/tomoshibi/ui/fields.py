"""
Form fields that give integers with the unit in the name.

What people type is read generously (full-width digits, thousands separators, a real minus sign) and refused exactly:
never rounded, always with a sentence that says what would fit.
"""

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tomoshibi.kernel import units
from tomoshibi.kernel.periods import YEARS, Month
from tomoshibi.ui.currency import current

Words = str | Promise


def plain_digits(text: str) -> str:
    """``１，２００`` and ``1,200 円`` as ``1200``: what was typed, without what only people need."""
    folded = unicodedata.normalize("NFKC", text).replace("−", "-").replace("¥", "").replace("￥", "")
    return folded.replace(",", "").replace("円", "").replace("元", "").strip()


class ScaledField(forms.Field):
    """
    A decimal number that becomes an integer of ``1/scale``.

    :param scale: how many parts the unit has, or a function that knows when the form is shown
    :param unit: stands behind the input
    :param minimum: smallest integer allowed [1/scale]
    :param maximum: largest integer allowed [1/scale]
    """

    widget = forms.TextInput
    default_error_messages = {
        "number": _("%(value)s is not a number."),
        "fine": _("At most %(places)d decimals fit here."),
        "large": _("This number is too large."),
        "minimum": _("At least %(limit)s."),
        "maximum": _("At most %(limit)s."),
    }

    def __init__(
        self,
        *,
        scale: int | Callable[[], int],
        unit: Words | Callable[[], Words] = "",
        minimum: int | None = 0,
        maximum: int | None = None,
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self._scale = scale
        self._unit = unit
        self.minimum = minimum
        self.maximum = maximum
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "class": "amount"})

    @property
    def scale(self) -> int:
        return self._scale() if callable(self._scale) else self._scale

    @property
    def unit(self) -> Words:
        return self._unit() if callable(self._unit) else self._unit

    def prepare_value(self, value: Any) -> Any:
        return units.plain(value, scale=self.scale) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != plain_digits(str(data or ""))

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return units.scaled(plain_digits(str(value)), scale=self.scale)
        except units.NotANumber:
            raise ValidationError(self.error_messages["number"], code="number", params={"value": value}) from None
        except units.TooFine:
            places = len(str(self.scale)) - 1
            raise ValidationError(self.error_messages["fine"], code="fine", params={"places": places}) from None
        except units.TooLarge:
            raise ValidationError(self.error_messages["large"], code="large") from None

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value is None:
            return
        for code, limit, broken in (
            ("minimum", self.minimum, self.minimum is not None and value < self.minimum),
            ("maximum", self.maximum, self.maximum is not None and value > self.maximum),
        ):
            if broken:
                shown = units.plain(limit or 0, scale=self.scale)
                raise ValidationError(self.error_messages[code], code=code, params={"limit": shown})


class MoneyField(ScaledField):
    """``amount_minor``: typed in the company's currency."""

    def __init__(self, **more: Any) -> None:
        super().__init__(scale=lambda: current().scale, unit=lambda: current().unit, **more)


class PriceField(ScaledField):
    """``price_micro_per_kwh`` or another price in millionths of the currency unit; name its unit with ``unit``."""

    def __init__(self, *, unit: Words | None = None, **more: Any) -> None:
        super().__init__(scale=units.MICRO, unit=unit or (lambda: f"{current().unit}/kWh"), **more)


class EnergyField(ScaledField):
    """``energy_dwh`` [0.1 Wh]: typed in kWh."""

    def __init__(self, **more: Any) -> None:
        super().__init__(scale=units.DWH_PER_KWH, unit="kWh", maximum=units.ENERGY_LIMIT_DWH, **more)


class CapacityField(ScaledField):
    """``size_milli``: thousandths of A, kVA or kW."""

    def __init__(self, *, unit: Words, **more: Any) -> None:
        super().__init__(scale=units.MILLI, unit=unit, **more)


class PercentField(ScaledField):
    """``ratio_ppm`` [1e-6]: typed in percent."""

    def __init__(self, **more: Any) -> None:
        super().__init__(scale=10_000, unit="%", **more)


class DayField(forms.DateField):
    """A civil day, chosen from a calendar or typed."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"], **more)

    def to_python(self, value: Any) -> date | None:
        return super().to_python(unicodedata.normalize("NFKC", value) if isinstance(value, str) else value)


class MonthField(forms.Field):
    """A billing month, as the kernel's ``Month``."""

    default_error_messages = {"month": _("%(value)s is not a month like 2026-10.")}

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-10"}), **more)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "")

    def prepare_value(self, value: Any) -> Any:
        return str(Month.from_number(value)) if isinstance(value, int) else str(value) if value else value

    def to_python(self, value: Any) -> Month | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Month):
            return value
        try:
            found = Month.parse(unicodedata.normalize("NFKC", str(value)).replace("/", "-"))
        except ValueError:
            found = None
        if found is None or found.year not in YEARS:
            raise ValidationError(self.error_messages["month"], code="month", params={"value": value})
        return found


class ReasonField(forms.CharField):
    """Why somebody does it, for the record: a few words at least."""

    def __init__(self, **more: Any) -> None:
        given: dict[str, Any] = {
            "label": _("Reason"),
            "help_text": _("It stays on record with your name."),
            "min_length": 4,
        }
        super().__init__(widget=forms.Textarea(attrs={"rows": 2}), max_length=300, **(given | more))


class SheetField(forms.FileField):
    """A list that somebody made with a spreadsheet: xlsx or csv, of a size that a list has."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "too_large": _("The file has %(megabytes)s MB; a list has at most %(most)s MB. Cut it into several."),
        "no_sheet": _("A list is a file that ends in .xlsx or .csv."),
    }

    def __init__(self, *, most_megabytes: int = 40, **more: Any) -> None:
        self.most_megabytes = most_megabytes
        super().__init__(**more)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": ".xlsx,.csv"}

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and not file.name.lower().endswith((".xlsx", ".csv")):
            raise ValidationError(self.error_messages["no_sheet"], code="no_sheet")
        if file and file.size > self.most_megabytes << 20:
            raise ValidationError(
                self.error_messages["too_large"],
                code="too_large",
                params={"megabytes": -(-file.size >> 20), "most": self.most_megabytes},
            )
        return file
