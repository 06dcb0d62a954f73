"""Messages as a list."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.messaging import queries, words
from tomoshibi.ui import lists


def deliveries_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="messaging.deliveries",
        rows=queries.delivery_rows(),
        columns=(
            lists.Moment("queued_at", pgettext_lazy("message", "Queued")),
            lists.StateOf("channel", pgettext_lazy("message", "By"), states=words.CHANNELS),
            lists.Text("recipient", _("Recipient"), masked=True),
            lists.Text("subject", _("Subject")),
            lists.StateOf("state", _("State"), states=words.STATES),
            lists.Text("error", _("Why not")),
            lists.Moment("sent_at", pgettext_lazy("message", "Sent"), shown=False),
            lists.Moment("delivered_at", _("Arrived")),
            lists.Number("attempts", _("Failed attempts"), shown=False),
            lists.Code("about", pgettext_lazy("message", "About"), shown=False),
            lists.Code("template", pgettext_lazy("message", "Text"), shown=False),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("recipient", "subject", "about")),
            lists.Choice(
                "state", _("State"), choices=[(key.value, one.word) for key, one in words.STATES.items()], facet=True
            ),
            lists.Choice(
                "channel",
                pgettext_lazy("message", "By"),
                choices=[(key.value, one.word) for key, one in words.CHANNELS.items()],
            ),
        ),
        order=("-id",),
        also=("id",),
    )
