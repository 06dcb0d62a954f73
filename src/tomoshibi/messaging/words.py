"""What routes of messages are called on screen."""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from tomoshibi.messaging.values import Route

ROUTES: dict[str, str | Promise] = {
    Route.APPLICATIONS.value: pgettext_lazy("route", "applications"),
    Route.ENQUIRIES.value: pgettext_lazy("route", "enquiries"),
}
