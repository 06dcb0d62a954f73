"""What the public site calls its pages, the answers and the stages of an application."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as now_translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import values
from tomoshibi.applications.values import IntakeState, RegistrationState
from tomoshibi.masters.values import AREAS
from tomoshibi.portals.apply import forms

STEPS = (
    ("start", pgettext_lazy("step", "Beginning")),
    ("plan", _("Plan")),
    ("place", pgettext_lazy("step", "Place")),
    ("you", pgettext_lazy("step", "You")),
    ("check", pgettext_lazy("step", "Check")),
)
PAGES: Mapping[str, tuple[str, ...]] = {
    "plan": ("area", "plant", "source_kind", "term_ends_on", "capacity", "use_kwh", "plan_code"),
    "place": (
        "postal_code", "prefecture", "city", "town", "block", "building", "spin", "meter_number", "current_retailer",
        "current_customer_number", "current_name", "wished_on",
    ),
    "you": ("applicant", "name", "kana", "phone", "mail", "payment_method", "statement_channel", "agency_code", "note"),
}  # fmt: skip


def label_of(name: str, *, sells: bool = False) -> str:
    """What an answer is called."""
    return now_translated("Plan") if name == "plan_code" else str(forms.field_of(name, sells=sells).label)


def shown(name: str, answers: values.Answers, *, plans: Mapping[str, str]) -> str:
    """An answer as people read it."""
    text = getattr(answers, name)
    if name == "capacity":
        return f"{text} {answers.capacity_unit}" if text else str(now_translated("No size"))
    if name == "area":
        return str(AREAS[text].name) if text in AREAS else text
    if name == "plan_code":
        return plans.get(text, text)
    if name == "use_kwh":
        return f"{text} kWh"
    field = forms.FIELDS[name]()
    return str(dict(getattr(field, "choices", ())).get(text, text))


def summary(answers: values.Answers, *, plans: Mapping[str, str]) -> list[dict[str, Any]]:
    """The answers page by page; what was left empty is left out."""
    groups = []
    for page, label in STEPS:
        names = [name for name in PAGES.get(page, ()) if getattr(answers, name) or name == "capacity"]
        if names:
            rows = [(label_of(name, sells=answers.sells), shown(name, answers, plans=plans)) for name in names]
            groups.append({"page": f"apply:{page}", "label": label, "rows": rows})
    return groups


STAGES = (
    pgettext_lazy("stage", "Received"),
    pgettext_lazy("stage", "Examined"),
    _("With the grid company"),
    _("Contract stands"),
)
BOUGHT = _("The purchase is fixed")
"""The last stage of who sells."""
ENDED = {
    IntakeState.WITHDRAWN: _("This application has ended."),
    IntakeState.EXPIRED: _("This application has ended: our question was not answered in time."),
}


def stages(one: values.Intake, *, registration: values.Registration | None) -> dict[str, Any]:
    """The stages with those that are behind, and the one that is on."""
    reached = 1
    if one.state is IntakeState.EXAMINED:
        reached = 2
    if one.state is IntakeState.HANDED_OVER:
        done = registration is not None and registration.state is RegistrationState.COMPLETED
        reached = 4 if done else 3
    ended = ENDED.get(one.state)
    if registration is not None and registration.state is RegistrationState.CANCELED:
        ended = ENDED[IntakeState.WITHDRAWN]
    labels = [*STAGES[:-1], BOUGHT] if one.answers.sells else STAGES
    rows = [{"label": label, "done": n < reached, "now": n == reached - 1} for n, label in enumerate(labels)]
    return {"ended": ended, "rows": rows, "starts_on": registration.starts_on if registration else None}


def taken_back(one: values.Intake, *, registration: values.Registration | None) -> bool:
    """The applicant withdrew, and the grid company has not answered yet."""
    waits = registration is not None and registration.state is RegistrationState.CONFIRMED
    return one.state is IntakeState.HANDED_OVER and waits and bool(one.reason)


def may_withdraw(one: values.Intake, *, registration: values.Registration | None) -> bool:
    """Until the contract stands; whether the grid company's cut-off has passed is found when it is asked for."""
    if one.state is IntakeState.HANDED_OVER:
        waits = registration is not None and registration.state is RegistrationState.CONFIRMED
        return waits and not one.reason
    return one.state in {IntakeState.RECEIVED, IntakeState.DEFICIENT, IntakeState.EXAMINED}
