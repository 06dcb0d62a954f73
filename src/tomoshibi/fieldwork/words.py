"""What states, acts, outcomes and checks of work on site are called on screen and on paper."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.fieldwork.values import Act, EntryState, Outcome, TicketState
from tomoshibi.ui.states import State, Tone

TICKETS = {
    TicketState.OPEN: State(pgettext_lazy("ticket", "no leader yet"), Tone.ATTENTION, "user-question"),
    TicketState.ASSIGNED: State(pgettext_lazy("ticket", "assigned"), Tone.RUNNING, "user-check"),
    TicketState.WORKING: State(pgettext_lazy("ticket", "at work"), Tone.RUNNING, "tool"),
    TicketState.CLOSED: State(pgettext_lazy("ticket", "closed"), Tone.GOOD, "circle-check"),
    TicketState.WITHDRAWN: State(pgettext_lazy("ticket", "withdrawn"), Tone.QUIET, "circle-off"),
}
OUTCOMES = {
    Outcome.NONE: State(pgettext_lazy("task", "open"), Tone.QUIET, "circle-dashed"),
    Outcome.DONE: State(pgettext_lazy("task", "done"), Tone.GOOD, "circle-check"),
    Outcome.BLOCKED: State(pgettext_lazy("task", "blocked"), Tone.ATTENTION, "hand-stop"),
    Outcome.REMOVED: State(pgettext_lazy("task", "taken away on site"), Tone.QUIET, "circle-minus"),
}
ENTRIES = {
    EntryState.APPLIED: State(pgettext_lazy("entry", "applied"), Tone.GOOD, "circle-check"),
    EntryState.OLDER: State(pgettext_lazy("entry", "overtaken by a newer one"), Tone.QUIET, "history"),
    EntryState.QUEUED: State(pgettext_lazy("entry", "waits for a decision"), Tone.ATTENTION, "hourglass"),
    EntryState.ACCEPTED: State(pgettext_lazy("entry", "applied by the office"), Tone.GOOD, "circle-check"),
    EntryState.DROPPED: State(pgettext_lazy("entry", "dropped"), Tone.QUIET, "circle-x"),
}
ACTS = {
    Act.CONNECT: pgettext_lazy("act", "connect"),
    Act.REMOVE: pgettext_lazy("act", "remove"),
    Act.MOVE: pgettext_lazy("act", "move"),
    Act.REPLACE_LABEL: pgettext_lazy("act", "replace the label"),
    Act.CHECK: pgettext_lazy("act", "check"),
}
CHECKS = {
    "fit": _("Fit as a sub-account"),
    "belongs": _("Belongs to this benchmark"),
    "ready": _("Supply conditions are there"),
    "listed": _("The customer's list is right"),
}
