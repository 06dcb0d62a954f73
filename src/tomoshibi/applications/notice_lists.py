"""Documents as a list."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import notice_words as words
from tomoshibi.applications.queries import notices as queries
from tomoshibi.ui import lists


def notices_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="applications.notices",
        rows=queries.notice_rows(),
        columns=(
            lists.Code("number", _("Document"), link=lambda row: reverse("applications:notice", args=[row["id"]])),
            lists.StateOf("state", _("State"), states=words.STATES),
            lists.Text("kind", _("Kind"), show=lambda row: words.KINDS[row["kind"]], also=("kind",)),
            lists.Text("customer_name", _("Customer")),
            lists.Code("contract_number", _("Contract")),
            lists.Text(
                "occasion", _("Occasion"), show=lambda row: words.OCCASIONS[row["occasion"]], also=("occasion",)
            ),
            lists.Code(
                "channel",
                pgettext_lazy("document", "Way"),
                show=lambda row: words.CHANNELS[row["channel"]],
                also=("channel",),
            ),
            lists.Moment("sent_at", _("Sent")),
            lists.Moment("opened_at", _("Opened by the customer")),
            lists.Moment("made_at", _("Made"), shown=False),
        ),
        filters=(
            lists.Search(
                "q",
                _("Number, customer, contract"),
                among=("number", "customer_name", "customer_number", "contract_number"),
            ),
            lists.Choice("state", _("State"), choices=[(s, w.word) for s, w in words.STATES.items()], facet=True),
            lists.Choice("kind", _("Kind"), choices=list(words.KINDS.items()), facet=True),
            lists.Choice("channel", pgettext_lazy("document", "Way"), choices=list(words.CHANNELS.items()), facet=True),
            lists.Choice("occasion", _("Occasion"), choices=list(words.OCCASIONS.items())),
        ),
        order=("-id",),
        also=("id", "customer_number"),
    )
