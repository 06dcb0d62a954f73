"""How the outside world of the demo behaves, as a person types it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.gateways.switching import Manners
from tomoshibi.supply import queries as supply
from tomoshibi.ui import fields

EVERY_POINT = "*"


class PointsField(forms.CharField):
    """
    Points, one a line, each with words behind it where words are needed; ``*`` stands for all.

    :param words: what follows a point: nothing, one text, or several codes
    """

    widget = forms.Textarea(attrs={"rows": 2, "class": "form-control code", "spellcheck": "false"})

    def __init__(self, *, words: str = "", **more: Any) -> None:
        super().__init__(required=False, **more)
        self.words = words

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{spin} {' '.join(t) if isinstance(t, list | tuple) else t}" for spin, t in value.items())
        return "\n".join(value) if isinstance(value, tuple | list) else value

    def clean(self, value: Any) -> Any:
        rows = [line.split(maxsplit=1) for line in str(value or "").splitlines() if line.strip()]
        found: dict[str, str] = {}
        for spin, *rest in rows:
            plain = spin if spin == EVERY_POINT else supply.plain_spin(spin)
            if plain != EVERY_POINT and not (len(plain) == 22 and plain.isdigit()):  # noqa: PLR2004
                raise forms.ValidationError(_("“%(point)s” is neither 22 digits nor *.") % {"point": spin})
            if self.words and not rest:
                raise forms.ValidationError(_("Behind %(point)s a reason is missing.") % {"point": spin})
            found[plain] = rest[0].strip() if rest else ""
        if not self.words:
            return tuple(found)
        if self.words == "codes":
            return {spin: text.replace(",", " ").split() for spin, text in found.items()}
        return found


def _days(label: Any, most: int = 60) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=most)


class MannersForm(forms.Form):
    """What the grid companies and the other retailers do."""

    answer_days = _days(_("Days until an old retailer answers"))
    grid_days = _days(_("Days until the grid company has worked on an application"))
    deadline_days = _days(_("Days until what nobody answered expires"))
    backdate_days = _days(_("So many days back a reconnection may begin"), 365)
    meter_days = _days(_("Days until open meter work is done"))
    mediation_no = PointsField(
        words="codes", label=_("Old retailers say no"),
        help_text=_("Point and codes of the reasons: 02 customer number, 03 already ending, 04 name, 05 address."),
    )  # fmt: skip
    silent = PointsField(label=_("Old retailers do not answer"), help_text=_("Points, one a line; * for all."))
    refuse = PointsField(
        words="text", label=_("The grid company refuses at once"), help_text=_("Point and the words of the refusal.")
    )
    reject = PointsField(
        words="text", label=_("The grid company rejects later"), help_text=_("Point and the words of the rejection.")
    )
    occupied = PointsField(label=_("Somebody still lives there"), help_text=_("A reconnection there is refused."))
    meter_open = PointsField(label=_("Meter work stays open"), help_text=_("After supply began; until it is done."))
    repeat_events = _days(_("So many events come again with each page"), 100)
    shuffle_events = forms.BooleanField(label=_("Events come in the wrong order"), required=False)
    unavailable = _days(_("So many calls meet a system that is down"), 1000)
    faults = _days(_("So many calls are not understood"), 1000)
    nonsense = forms.BooleanField(label=_("Answers are a page that says “maintenance”"), required=False)
    refuses = forms.BooleanField(label=_("Our certificate is refused"), required=False)

    def manners(self, before: Manners) -> Manners:
        """Those of before, with what was typed."""
        return Manners(**{**before.__dict__, **self.cleaned_data})


class TakeOverForm(forms.Form):
    """Another retailer asks, through the system, for a customer of ours."""

    contract = forms.CharField(label=_("Contract of ours"), max_length=12)
    wished_on = fields.DayField(label=_("Wished day"))
    wrong_number = forms.BooleanField(label=_("With a wrong customer number"), required=False)


class LeaveForm(forms.Form):
    """The former customer of a point moves out, whoever waits for it."""

    spin = forms.CharField(label=pgettext_lazy("grid", "Point"), max_length=40)

    def clean_spin(self) -> str:
        plain = supply.plain_spin(self.cleaned_data["spin"])
        if len(plain) != 22:  # noqa: PLR2004
            raise forms.ValidationError(_("a supply point number has 22 digits"))
        return plain
