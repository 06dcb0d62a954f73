"""What states of a thread are called to the customer."""

from django.utils.translation import gettext_lazy as _

from tomoshibi.care.values import EnquiryState
from tomoshibi.ui.states import State, Tone

THREADS = {
    EnquiryState.NEW: State(_("we look at it"), Tone.RUNNING, "clock"),
    EnquiryState.IN_WORK: State(_("we look at it"), Tone.RUNNING, "clock"),
    EnquiryState.ANSWERED: State(_("there is an answer"), Tone.GOOD, "message-check"),
    EnquiryState.CLOSED: State(_("finished"), Tone.QUIET, "circle-check"),
}
