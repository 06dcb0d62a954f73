"""What routes, channels and states of messages are called on screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.messaging.values import Channel, DeliveryState, Route
from tomoshibi.ui.states import State, Tone

ROUTES: dict[str, str | Promise] = {
    Route.APPLICATIONS.value: pgettext_lazy("route", "applications"),
    Route.ENQUIRIES.value: pgettext_lazy("route", "enquiries"),
}
CHANNELS = {
    Channel.MAIL: State(pgettext_lazy("message", "mail"), Tone.QUIET, "mail"),
    Channel.TEXT: State(_("text message"), Tone.QUIET, "message"),
}
STATES = {
    DeliveryState.QUEUED: State(pgettext_lazy("delivery", "waits"), Tone.RUNNING, "hourglass"),
    DeliveryState.SENT: State(pgettext_lazy("delivery", "sent"), Tone.GOOD, "send"),
    DeliveryState.DELIVERED: State(pgettext_lazy("delivery", "arrived"), Tone.GOOD, "circle-check"),
    DeliveryState.FAILED: State(_("did not arrive"), Tone.BAD, "alert-circle"),
}
