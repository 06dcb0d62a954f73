"""What states of threads and of changes are called to the customer."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications.values.changes import ChangeState
from tomoshibi.care.values import EnquiryState
from tomoshibi.ui.states import State, Tone

THREADS = {
    EnquiryState.NEW: State(_("we look at it"), Tone.RUNNING, "clock"),
    EnquiryState.IN_WORK: State(_("we look at it"), Tone.RUNNING, "clock"),
    EnquiryState.ANSWERED: State(_("there is an answer"), Tone.GOOD, "message-check"),
    EnquiryState.CLOSED: State(_("finished"), Tone.QUIET, "circle-check"),
}

CHANGES = {
    ChangeState.ASKED: State(_("we look at it"), Tone.RUNNING, "clock"),
    ChangeState.BACK: State(_("we look at it"), Tone.RUNNING, "clock"),
    ChangeState.SCHEDULED: State(_("agreed"), Tone.RUNNING, "calendar-event"),
    ChangeState.AT_GRID: State(_("the grid company decides"), Tone.RUNNING, "send"),
    ChangeState.DONE: State(pgettext_lazy("change", "in effect"), Tone.GOOD, "circle-check"),
    ChangeState.DECLINED: State(_("not possible"), Tone.QUIET, "circle-x"),
    ChangeState.CANCELED: State(_("taken back"), Tone.QUIET, "ban"),
}
"""What states of a change are called to the customer."""
