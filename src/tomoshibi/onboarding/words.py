"""What people read about the outside world of the demo."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FUNCTIONS: dict[str, str | Promise] = {
    "start": _("start of supply"),
    "end": _("end of supply"),
    "reconnect": _("reconnection"),
    "terminate": _("termination"),
    "ampere": _("ampere change"),
    "customer_change": _("customer data change"),
    "usage_application": _("usage inquiry"),
}
"""Functions of the switching support system, as the simulator names them."""
MEANINGS: dict[str, str | Promise] = {
    "in_progress": _("in progress"),
    "matched": _("matched"),
    "meter": _("done, meter open"),
    "completed": _("completed"),
    "rejected": pgettext_lazy("by the grid", "rejected"),
    "expired": pgettext_lazy("application", "expired"),
    "canceled": pgettext_lazy("application", "canceled"),
    "waiting": _("waits for an answer"),
    "agreed": pgettext_lazy("mediation", "agreed"),
    "refused": pgettext_lazy("message", "refused"),
}
