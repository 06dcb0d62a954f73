"""What states, sources and kinds of applications are called on screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import switching_words
from tomoshibi.applications.values import (
    DeficiencyState,
    IntakeKind,
    IntakeState,
    Plant,
    RegistrationState,
    Severity,
    Source,
)
from tomoshibi.masters.values import AREAS
from tomoshibi.parties.values import CustomerKind, PaymentMethod, StatementChannel
from tomoshibi.ui.states import State, Tone

INTAKES = {
    IntakeState.DRAFT: State(pgettext_lazy("application", "draft"), Tone.QUIET, "pencil"),
    IntakeState.RECEIVED: State(
        pgettext_lazy("application", "to examine"), Tone.ATTENTION, "inbox", _("It waits for one of us.")
    ),
    IntakeState.DEFICIENT: State(
        _("asked back"), Tone.RUNNING, "message-question", _("The applicant was asked to repair something.")
    ),
    IntakeState.EXAMINED: State(
        _("to confirm"), Tone.ATTENTION, "user-check", _("In order; a second person confirms the registration.")
    ),
    IntakeState.HANDED_OVER: State(
        _("handed over"), Tone.GOOD, "circle-check", _("Customer and payer are registered; the grid is asked.")
    ),
    IntakeState.WITHDRAWN: State(_("withdrawn"), Tone.QUIET, "circle-x", _("It was ended with a reason.")),
    IntakeState.EXPIRED: State(_("expired"), Tone.QUIET, "clock-off", _("Nobody answered in time.")),
}
DEFICIENCIES: dict[str, str | Promise] = {
    DeficiencyState.OPEN: pgettext_lazy("deficiency", "open"),
    DeficiencyState.REPAIRED: pgettext_lazy("deficiency", "repaired"),
    DeficiencyState.DROPPED: pgettext_lazy("deficiency", "dropped"),
}
REGISTRATIONS = {
    RegistrationState.PREPARED: State(_("prepared"), Tone.ATTENTION, "user-check"),
    RegistrationState.CONFIRMED: State(_("with the grid"), Tone.RUNNING, "send"),
    RegistrationState.COMPLETED: State(_("contract stands"), Tone.GOOD, "circle-check"),
    RegistrationState.CANCELED: State(_("given up"), Tone.QUIET, "circle-x"),
}
SEVERITIES = {
    Severity.ASK: State(_("applicant repairs"), Tone.ATTENTION, "message-question"),
    Severity.CLERK: State(_("we decide"), Tone.ATTENTION, "user-question"),
    Severity.NOTE: State(_("to know"), Tone.QUIET, "info-circle"),
}
SOURCES: dict[str, str | Promise] = {
    Source.WEB: _("Web"),
    Source.MAIL: _("mail"),
    Source.PHONE: _("telephone"),
    Source.AGENCY: _("agency"),
}
KINDS: dict[str, str | Promise] = {
    IntakeKind.SWITCH: _("switch"),
    IntakeKind.MOVE_IN: _("move-in"),
    IntakeKind.NEW: _("new connection"),
    IntakeKind.SELL: _("sale of power"),
}
PLANTS: dict[str, str | Promise] = {
    Plant.SOLAR: _("solar"),
    Plant.WIND: _("wind"),
    Plant.HYDRO: _("water"),
    Plant.BIOMASS: _("biomass"),
    Plant.OTHER: pgettext_lazy("plant", "other"),
}
CHOSEN: dict[str, dict[str, str | Promise]] = {
    "kind": KINDS,
    "area": {code: area.name for code, area in AREAS.items()},
    "applicant": {CustomerKind.PERSON: _("person"), CustomerKind.COMPANY: _("company")},
    "payment_method": {
        PaymentMethod.DIRECT_DEBIT: _("direct debit"),
        PaymentMethod.TRANSFER: _("bank transfer"),
        PaymentMethod.CARD: _("credit card"),
        PaymentMethod.STORE: _("convenience store"),
    },
    "plant": PLANTS,
    "source_kind": switching_words.SOURCES,
    "statement_channel": {StatementChannel.PORTAL: _("portal"), StatementChannel.PAPER: _("paper")},
}
"""Answers that are chosen from a few."""
VIAS: dict[str, str | Promise] = {
    "form": _("the application site"),
    "repair": _("the link for repairs"),
    "clerk": _("written by us"),
    "api": _("the interface of agencies"),
    "sheet": _("a sheet of an agency"),
}
"""By which way something was sent in."""
CONTACTS = ("phone", "mail")
"""Answers that only those read in full who work with the application."""
SHEET: dict[str, str | Promise] = {
    "reference": _("Your own number"),
    "agreed": _("The applicant agreed to the texts"),
}
"""Columns of the agencies' sheet that are no answers."""
ANSWERS: dict[str, str | Promise] = {
    "kind": _("Kind"),
    "postal_code": _("Postal code"),
    "prefecture": _("Prefecture"),
    "city": _("City"),
    "town": _("Town"),
    "block": _("House number"),
    "building": _("Building and room"),
    "area": _("Area"),
    "use_kwh": _("Use of the last bill (kWh)"),
    "plan_code": _("Plan"),
    "capacity_unit": _("Unit of the size"),
    "capacity": _("Size"),
    "spin": _("Supply point number"),
    "current_retailer": _("Present retailer"),
    "current_customer_number": _("Customer number there"),
    "current_name": _("Name on the present contract"),
    "wished_on": _("Wished first day"),
    "applicant": _("Who applies"),
    "name": _("Name"),
    "kana": _("Kana"),
    "phone": _("Phone"),
    "mail": _("Mail"),
    "payment_method": _("Pays by"),
    "statement_channel": _("Statement by"),
    "agency_code": _("Agency code"),
    "note": _("Note"),
    "plant": _("Plant"),
    "source_kind": _("FIT or post-FIT"),
    "term_ends_on": _("End of the FIT term"),
    "meter_number": _("Meter number"),
}
