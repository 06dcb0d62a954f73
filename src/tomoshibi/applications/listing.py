"""Applications and agencies as lists."""

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tomoshibi.applications import queries, words
from tomoshibi.masters.values import AREAS
from tomoshibi.messaging import queries as letters
from tomoshibi.messaging.values import InboundState, Route
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import masked_address
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import lists
from tomoshibi.ui.states import State, Tone

INBOUND = {
    InboundState.ARRIVED: State(pgettext_lazy("message", "arrived"), Tone.RUNNING, "mail"),
    InboundState.WAITING: State(pgettext_lazy("message", "to be read"), Tone.ATTENTION, "mail-opened"),
    InboundState.SETTLED: State(pgettext_lazy("message", "settled"), Tone.GOOD, "circle-check"),
    InboundState.REPEATED: State(pgettext_lazy("message", "came again"), Tone.QUIET, "copy"),
}


def intakes_list() -> lists.ListQuery:
    plans = tariffs.plan_names(language=get_language() or "ja")
    return lists.ListQuery(
        name="applications.intakes",
        rows=queries.intake_rows(),
        columns=(
            lists.Code("number", _("Number"), link=_page),
            lists.StateOf("state", _("State"), states=words.INTAKES),
            lists.Number("open_findings", _("Open findings")),
            lists.Text("name", _("Name"), link=_page),
            lists.Code("kind", _("Kind"), show=lambda row: words.KINDS.get(row["kind"], row["kind"]), also=("kind",)),
            lists.Text("place", _("Place of use")),
            lists.Text(
                "plan_code",
                _("Plan"),
                show=lambda row: plans.get(row["plan_code"], row["plan_code"]),
                also=("plan_code",),
            ),
            lists.Day("wished_on", _("Wished first day"), weekday=True),
            lists.Moment("received_at", _("Received")),
            lists.Code("source", _("Source"), show=lambda row: words.SOURCES[row["source"]], also=("source",)),
            lists.Code("agency_code", _("Agency")),
            lists.Text("phone", _("Phone"), masked=True, shown=False),
            lists.Code("spin", _("Supply point number"), shown=False),
        ),
        filters=(
            parties.KeySearch("q", _("Name, kana, number, phone")),
            lists.Choice(
                "state",
                _("State"),
                choices=[(s.value, w.word) for s, w in words.INTAKES.items() if s != "draft"],
                facet=True,
            ),
            lists.Choice("kind", _("Kind"), choices=list(words.KINDS.items())),
            lists.Choice("source", _("Source"), choices=list(words.SOURCES.items())),
            lists.Choice("area", _("Area"), choices=[(code, area.name) for code, area in AREAS.items()]),
            lists.Search("agency", _("Agency"), among=("agency_code",)),
            lists.DayRange("wished_on", _("Wished first day")),
        ),
        order=("received_at",),
        also=("id",),
    )


def _page(row: Any) -> str:
    return reverse("applications:intake", args=[row["id"]])


def agencies_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="applications.agencies",
        rows=queries.agency_rows(),
        columns=(
            lists.Code("code", _("Code"), link=lambda row: reverse("applications:agency", args=[row["id"]])),
            lists.Text("name", _("Name")),
            lists.Text("mail", _("Mail")),
            lists.Flag("is_active", _("May bring applications")),
        ),
        filters=(lists.Search("q", _("Search"), among=("code", "name")),),
        order=("code",),
        also=("id",),
    )


def mails_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="applications.mails",
        rows=letters.inbound_rows(route=Route.APPLICATIONS),
        columns=(
            lists.Moment("received_at", _("Received")),
            lists.StateOf("state", _("State"), states=INBOUND),
            lists.Text("subject", _("Subject"), link=lambda row: reverse("applications:mail", args=[row["id"]])),
            lists.Text("sender_name", _("Name")),
            lists.Text("sender", _("Mail"), show=lambda row: masked_address(row["sender"]), also=("sender",)),
            lists.Text("outcome", _("What came of it")),
            lists.Flag("is_automatic", _("Written by a program"), shown=False),
        ),
        filters=(
            lists.Search("q", _("Subject, name, address, words"), among=("subject", "sender_name", "sender", "body")),
            lists.Choice(
                "state",
                _("State"),
                choices=[(s.value, w.word) for s, w in INBOUND.items() if s != "repeated"],
                facet=True,
            ),
            lists.DayRange("received_at", _("Received"), path="received_at__date"),
            lists.YesNo("is_automatic", _("Written by a program")),
        ),
        order=("received_at",),
        also=("id",),
    )
