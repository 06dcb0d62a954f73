"""Forms of fieldwork."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tomoshibi.fieldwork import queries, values
from tomoshibi.identity import queries as people
from tomoshibi.ui.fields import DayField, ReasonField

MOST_SPARES = 500


class LeaderForm(forms.Form):
    """Who leads: only people whose qualification holds on the planned day are offered."""

    person_id = forms.TypedChoiceField(label=_("Leader"), coerce=int)
    reason = forms.CharField(
        label=_("Why another one takes over"), max_length=300, required=False, help_text=_("Once work has begun.")
    )

    def __init__(self, *args: Any, ticket: values.Ticket, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["person_id"].choices = queries.qualified_people(on=ticket.planned_on)  # type: ignore[attr-defined]
        if ticket.state is not values.TicketState.WORKING:
            del self.fields["reason"]


class MemberForm(forms.Form):
    """Staff by name, or somebody of the customer's crew."""

    person_id = forms.TypedChoiceField(
        label=_("Our staff"), coerce=lambda text: int(text) if text else None, required=False, empty_value=None
    )
    customer_crew = forms.CharField(
        label=_("Or somebody of the customer's crew"), max_length=60, required=False, help_text=_("They never lead.")
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._names = {person.id: person.name or person.username for person in people.people()}
        self.fields["person_id"].choices = [("", "–"), *self._names.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("person_id")) == bool(given.get("customer_crew")):
            raise forms.ValidationError(_("Choose one of our staff, or name somebody of the customer's crew."))
        return given

    def member(self) -> dict[str, Any]:
        """As ``operations.add_member`` takes it."""
        person_id = self.cleaned_data["person_id"]
        name = self._names[person_id] if person_id else self.cleaned_data["customer_crew"]
        return {"name": name, "person_id": person_id, "is_customer_crew": not person_id}


class WithdrawForm(forms.Form):
    reason = ReasonField()


class QualificationForm(forms.Form):
    """Who may lead, by which certificate, from when until when (last day included)."""

    person_id = forms.TypedChoiceField(label=_("Person"), coerce=int)
    name = forms.CharField(label=_("Qualification"), max_length=60)
    certificate = forms.CharField(label=_("Certificate number"), max_length=40)
    start = DayField(label=_("From"))
    last_day = DayField(label=_("Last day"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        names = [(person.id, person.name or person.username) for person in people.people()]
        self.fields["person_id"].choices = names  # type: ignore[attr-defined]

    def end(self) -> date | None:
        """The first day on which it does not hold any more."""
        last = self.cleaned_data["last_day"]
        return last + timedelta(days=1) if last else None


class EndForm(forms.Form):
    """A qualification runs out or is withdrawn."""

    last_day = DayField(label=_("Last day"))


class SparesForm(forms.Form):
    """Labels for nothing yet, for a crew to carry."""

    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_SPARES, initial=21)
    template = forms.ChoiceField(label=_("Printer"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(code, layout.name) for code, layout in queries.templates().items()]
        self.fields["template"].choices = choices  # type: ignore[attr-defined]
