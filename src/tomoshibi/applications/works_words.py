"""What people read for kinds, states and ways of applications by form."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications.values.works import (
    DesignState,
    Route,
    SendAction,
    SendState,
    VoltageClass,
    WorkKind,
    WorkState,
)
from tomoshibi.ui.states import State, Tone

Words = str | Promise
KINDS: dict[str, Words] = {
    WorkKind.SWITCH_IN: _("switch to us"),
    WorkKind.SWITCH_OUT: _("switch away from us"),
    WorkKind.RECONNECT: _("reconnection (move-in)"),
    WorkKind.TERMINATE: _("termination (move-out)"),
    WorkKind.CAPACITY: _("change of contract power"),
    WorkKind.CUSTOMER: _("customer data change"),
    WorkKind.NEW_SUPPLY: _("new connection"),
    WorkKind.AMPERE_LIMIT: _("lift the ampere limit"),
    WorkKind.SIZE: _("change of contract size with works"),
    WorkKind.WIRING: _("change of wiring"),
    WorkKind.SERVICE_LINE: _("move the service line"),
    WorkKind.METER_PLACE: _("move the meter"),
    WorkKind.SOURCE: _("connect solar panels or a battery"),
}
VOLTAGES: dict[str, Words] = {
    VoltageClass.LOW: _("low voltage"),
    VoltageClass.HIGH: _("high voltage under 500 kW"),
    VoltageClass.HIGH_LARGE: _("high voltage from 500 kW"),
    VoltageClass.SPECIAL: _("special high voltage"),
}
ROUTES: dict[str, Words] = {
    Route.WEB: _("wheeling Web system"),
    Route.MAIL: pgettext_lazy("way of sending", "mail"),
    Route.PORTAL: _("Web page, by hand"),
    Route.POST: pgettext_lazy("way of sending", "post"),
}
STATES: dict[str, State] = {
    WorkState.DRAFT: State(_("draft"), Tone.ATTENTION, "pencil", _("Not sent yet.")),
    WorkState.SENT: State(_("sent to the grid"), Tone.RUNNING, "send", _("Waits for a reception number.")),
    WorkState.ACCEPTED: State(_("received by the grid"), Tone.RUNNING, "inbox"),
    WorkState.DESIGN: State(_("being designed"), Tone.RUNNING, "ruler-2"),
    WorkState.QUOTED: State(
        _("contribution to decide"), Tone.ATTENTION, "coin-yen", _("A second person agrees to the amount.")
    ),
    WorkState.AGREED: State(_("contribution agreed"), Tone.RUNNING, "coin-yen", _("Waits for the day of the work.")),
    WorkState.SCHEDULED: State(_("day fixed"), Tone.RUNNING, "calendar-event", _("Nothing can be changed any more.")),
    WorkState.DONE: State(pgettext_lazy("work", "done"), Tone.GOOD, "circle-check"),
    WorkState.RETURNED: State(_("returned for correction"), Tone.ATTENTION, "arrow-back-up"),
    WorkState.REJECTED: State(pgettext_lazy("by the grid", "rejected"), Tone.BAD, "circle-x"),
    WorkState.CANCELED: State(pgettext_lazy("application", "canceled"), Tone.QUIET, "ban"),
}
DESIGNS: dict[str, Words] = {
    DesignState.NONE: _("not begun"),
    DesignState.CONSULTING: _("consultation beforehand"),
    DesignState.SURVEY: _("survey on site"),
    DesignState.DESIGNING: pgettext_lazy("work", "design"),
    DesignState.LAND: _("talks about land"),
    DesignState.FINISHED: _("design finished"),
}
ACTIONS: dict[str, Words] = {
    SendAction.NEW: pgettext_lazy("message", "new"),
    SendAction.CORRECT: pgettext_lazy("message", "correction"),
    SendAction.CANCEL: pgettext_lazy("message", "cancellation"),
}
SENDINGS: dict[str, State] = {
    SendState.WAITING: State(pgettext_lazy("message", "waits to be sent"), Tone.RUNNING, "hourglass"),
    SendState.BY_HAND: State(_("to be sent by hand"), Tone.ATTENTION, "hand-stop"),
    SendState.SENT: State(pgettext_lazy("message", "sent"), Tone.GOOD, "circle-check"),
    SendState.FAILED: State(_("did not leave"), Tone.BAD, "alert-triangle"),
}
