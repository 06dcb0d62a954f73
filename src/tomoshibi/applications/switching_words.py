"""What people read for kinds, states and classes of switching."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications.values import (
    MessageState,
    PointClass,
    RequestState,
    SearchSource,
    SearchState,
    SourceKind,
    SwitchingKind,
    SwitchingState,
    Work,
)
from tomoshibi.ui.states import State, Tone

Words = str | Promise
KINDS: dict[str, Words] = {
    SwitchingKind.START: _("switch to us"),
    SwitchingKind.RECONNECT: _("reconnection (move-in)"),
    SwitchingKind.TERMINATE: _("termination (move-out)"),
    SwitchingKind.END: _("switch away from us"),
    SwitchingKind.AMPERE: _("ampere change"),
    SwitchingKind.CUSTOMER_CHANGE: _("customer data change"),
    SwitchingKind.USAGE: _("usage of 13 months"),
}
FUNCTIONS: dict[str, Words] = {
    **KINDS,
    SwitchingKind.END: _("our end of supply"),
    "point_information": _("facts of the point"),
    "usage": _("usage with the password"),
    "states": _("state of an application"),
    "events": _("what happened to applications"),
    "mediation_register": _("request to the old retailer"),
    "mediation_results": _("answers of old retailers"),
    "mediation_inbox": _("requests of other retailers"),
    "mediation_answer": _("our answer to a request"),
    "retailers": _("list of retailers"),
    "point_search": _("search of a point"),
}
"""Messages of the switching support system by the function that carries them."""
ACTIONS: dict[str, Words] = {
    "new": pgettext_lazy("message", "new"),
    "correct": pgettext_lazy("message", "correction"),
    "cancel": pgettext_lazy("message", "cancellation"),
}
COLUMNS: dict[str, Words] = {
    "wished_on": _("Wished day"),
    "holder_name": pgettext_lazy("grid", "Name"),
    "holder_kana": _("Kana"),
    "phone": _("Phone"),
    "old_retailer": _("Old retailer"),
    "old_customer_number": _("Customer number there"),
    "capacity_milli": _("Size"),
    "attendance": _("Somebody will be there"),
    "note": _("Note to the grid"),
}
"""What may be corrected, as the form calls it."""
CLASSES: dict[str, Words] = {
    PointClass.LOW: _("low voltage"),
    PointClass.HIGH: _("high voltage under 500 kW"),
    PointClass.GENERATION: pgettext_lazy("class of a point", "generation"),
}
SOURCES: dict[str, Words] = {SourceKind.FIT: _("FIT source"), SourceKind.POST_FIT: _("post-FIT source")}
WORKS: dict[str, Words] = {
    Work.NONE: _("no meter work"),
    Work.METER: _("meter work"),
    Work.TRANSFORMER: _("meter and transformer"),
    Work.TERMINAL: _("communication terminal"),
}
STATES: dict[str, State] = {
    SwitchingState.DRAFT: State(_("draft"), Tone.ATTENTION, "pencil", _("Not sent yet.")),
    SwitchingState.MEDIATING: State(
        _("old retailer asked"), Tone.RUNNING, "hourglass", _("Waits for the old retailer.")
    ),
    SwitchingState.DECLINED: State(
        _("old retailer declined"), Tone.ATTENTION, "arrow-back-up", _("Back to the customer.")
    ),
    SwitchingState.AGREED: State(
        _("old retailer agreed"), Tone.ATTENTION, "thumb-up", _("The start can be applied for.")
    ),
    SwitchingState.SUBMITTED: State(
        _("with the grid"), Tone.RUNNING, "send", _("Can be changed or canceled until the match.")
    ),
    SwitchingState.MATCHED: State(_("matched"), Tone.RUNNING, "lock", _("The day is fixed; nothing can be changed.")),
    SwitchingState.METER_OPEN: State(
        _("done, meter open"), Tone.RUNNING, "tool", _("Supplied; meter work is still open.")
    ),
    SwitchingState.COMPLETED: State(_("completed"), Tone.GOOD, "circle-check"),
    SwitchingState.REJECTED: State(pgettext_lazy("by the grid", "rejected"), Tone.BAD, "circle-x"),
    SwitchingState.EXPIRED: State(pgettext_lazy("application", "expired"), Tone.BAD, "clock-x"),
    SwitchingState.CANCELED: State(pgettext_lazy("application", "canceled"), Tone.QUIET, "ban"),
}
MESSAGES: dict[str, State] = {
    MessageState.WAITING: State(pgettext_lazy("message", "waits to be sent"), Tone.RUNNING, "hourglass"),
    MessageState.DONE: State(pgettext_lazy("message", "taken"), Tone.GOOD, "circle-check"),
    MessageState.REFUSED: State(pgettext_lazy("message", "refused"), Tone.BAD, "circle-x"),
    MessageState.FAILED: State(_("answer unusable"), Tone.BAD, "alert-triangle"),
}
REQUESTS: dict[str, State] = {
    RequestState.WAITING: State(_("waits for our answer"), Tone.ATTENTION, "hourglass"),
    RequestState.AGREED: State(_("we agreed"), Tone.RUNNING, "thumb-up"),
    RequestState.REFUSED: State(_("we declined"), Tone.QUIET, "thumb-down"),
    RequestState.MATCHED: State(_("matched"), Tone.GOOD, "lock"),
    RequestState.NOT_MATCHED: State(_("not matched"), Tone.BAD, "unlink"),
    RequestState.EXPIRED: State(_("not answered in time"), Tone.BAD, "clock-x"),
    RequestState.WITHDRAWN: State(pgettext_lazy("mediation", "taken back"), Tone.QUIET, "arrow-back-up"),
}
SEARCHES: dict[str, State] = {
    SearchState.OPEN: State(_("being searched"), Tone.ATTENTION, "search"),
    SearchState.FOUND: State(pgettext_lazy("point", "found"), Tone.GOOD, "circle-check"),
    SearchState.NOT_FOUND: State(pgettext_lazy("point", "not found"), Tone.QUIET, "circle-x"),
}
SEARCH_SOURCES: dict[str, Words] = {
    SearchSource.WEB: _("the grid's Web page"),
    SearchSource.INTERFACE: _("the grid's message interface"),
    SearchSource.OWN: _("our own register"),
}
