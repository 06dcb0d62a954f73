"""What states and channels of enquiries and announcements are called on screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.care.values import AnnouncementState, Channel, EnquiryState, EntryKind, Recognized
from tomoshibi.ui.states import State, Tone

ENQUIRIES = {
    EnquiryState.NEW: State(pgettext_lazy("enquiry", "new"), Tone.ATTENTION, "message-question"),
    EnquiryState.IN_WORK: State(pgettext_lazy("enquiry", "in work"), Tone.RUNNING, "progress"),
    EnquiryState.ANSWERED: State(pgettext_lazy("enquiry", "answered"), Tone.GOOD, "message-check"),
    EnquiryState.CLOSED: State(pgettext_lazy("enquiry", "closed"), Tone.QUIET, "circle-check"),
    EnquiryState.REROUTED: State(pgettext_lazy("enquiry", "re-routed"), Tone.QUIET, "arrows-exchange"),
}
CHANNELS: dict[str, str | Promise] = {
    Channel.MAIL.value: _("mail"),
    Channel.WEB.value: _("home page"),
    Channel.PORTAL.value: _("portal"),
    Channel.PHONE.value: _("telephone"),
}
CHANNEL_ICONS = {"mail": "mail", "web": "world", "portal": "user-circle", "phone": "phone"}
ENTRIES: dict[str, str | Promise] = {
    EntryKind.RECEIVED.value: _("They wrote"),
    EntryKind.ANSWER.value: _("We answered"),
    EntryKind.NOTE.value: _("Note for us"),
    EntryKind.HAND_OVER.value: _("Went on in"),
}
ENTRY_ICONS = {"received": "message", "answer": "send", "note": "note", "hand_over": "arrow-right"}
RECOGNIZED: dict[str, str | Promise] = {
    Recognized.PORTAL.value: _("signed in at the portal"),
    Recognized.MAIL.value: _("by the sender's address, which anybody can write"),
    Recognized.NUMBER.value: _("by the number in the text; ask before you tell anything"),
    Recognized.CLERK.value: _("made sure by one of us"),
}
ANNOUNCEMENTS = {
    AnnouncementState.DRAFT: State(pgettext_lazy("announcement", "draft"), Tone.QUIET, "pencil"),
    AnnouncementState.WAITING: State(pgettext_lazy("announcement", "second person"), Tone.ATTENTION, "user-check"),
    AnnouncementState.SCHEDULED: State(pgettext_lazy("announcement", "scheduled"), Tone.RUNNING, "calendar"),
    AnnouncementState.SENDING: State(pgettext_lazy("announcement", "going out"), Tone.RUNNING, "send"),
    AnnouncementState.SENT: State(pgettext_lazy("announcement", "sent"), Tone.GOOD, "circle-check"),
    AnnouncementState.WITHDRAWN: State(pgettext_lazy("announcement", "withdrawn"), Tone.QUIET, "circle-x"),
}
LANGUAGES: dict[str, str | Promise] = {"ja": _("Japanese"), "zh-hans": _("Chinese"), "en": _("English")}
