"""Enquiries, texts and announcements as lists."""

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tomoshibi.care import queries, words
from tomoshibi.parties import queries as parties
from tomoshibi.ui import lists


def enquiries_list(*, people: dict[int, str]) -> lists.ListQuery:
    language = get_language() or "ja"
    kinds = {kind.code: kind.name_in(language) for kind in queries.kinds(only_active=False)}
    return lists.ListQuery(
        name="care.enquiries",
        rows=queries.enquiry_rows(),
        columns=(
            lists.Code("id", _("Number"), show=lambda row: f"Q{row['id']:07d}", link=_page),
            lists.StateOf("state", _("State"), states=words.ENQUIRIES),
            lists.Moment("due_at", _("To be answered by")),
            lists.Text("subject", _("Subject"), link=_page),
            lists.Text("kind", _("Kind"), show=lambda row: kinds.get(row["kind__code"], ""), also=("kind__code",)),
            lists.Text("channel", _("Channel"), show=lambda row: words.CHANNELS[row["channel"]]),
            lists.Text("name", pgettext_lazy("person", "Name")),
            lists.Text("assigned_to_id", _("Assigned to"), show=lambda row: people.get(row["assigned_to_id"], "")),
            lists.Moment("received_at", _("Received")),
            lists.Moment("first_answered_at", _("First answered"), shown=False),
        ),
        filters=(
            parties.KeySearch("q", _("Subject, name, mail, phone")),
            lists.Choice(
                "state", _("State"), choices=[(s.value, w.word) for s, w in words.ENQUIRIES.items()], facet=True
            ),
            lists.Choice("channel", _("Channel"), choices=list(words.CHANNELS.items()), facet=True),
            lists.Choice("kind", _("Kind"), path="kind__code", choices=list(kinds.items())),
            lists.Choice(
                "to", _("Assigned to"), path="assigned_to_id", choices=[(str(i), n) for i, n in people.items()]
            ),
            lists.DayRange("due_at", _("To be answered by"), path="due_at__date"),
            lists.DayRange("received_at", _("Received"), path="received_at__date"),
        ),
        order=("due_at",),
        also=("id", "channel", "assigned_to_id"),
    )


def _page(row: Any) -> str:
    return reverse("care:enquiry", args=[row["id"]])


def texts_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="care.texts",
        rows=queries.answer_text_rows(),
        columns=(
            lists.Code("code", _("Code"), link=lambda row: reverse("care:text", args=[row["id"]])),
            lists.Text(
                "language", _("Language"), show=lambda row: words.LANGUAGES.get(row["language"], row["language"])
            ),
            lists.Text("title", _("Title"), link=lambda row: reverse("care:text", args=[row["id"]])),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("code", "title", "body")),
            lists.Choice("language", _("Language"), choices=list(words.LANGUAGES.items()), facet=True),
        ),
        order=("code", "language"),
        also=("id", "language"),
    )


def announcements_list() -> lists.ListQuery:
    language = get_language() or "ja"

    def title(row: Any) -> str:
        texts = row["texts"]
        return str((texts.get(language) or {}).get("title") or texts.get("ja", {}).get("title", ""))

    return lists.ListQuery(
        name="care.announcements",
        rows=queries.announcement_rows(),
        columns=(
            lists.StateOf("state", _("State"), states=words.ANNOUNCEMENTS),
            lists.Text(
                "texts", _("Title"), show=title, link=lambda row: reverse("care:announcement", args=[row["id"]])
            ),
            lists.Moment("scheduled_at", _("Goes out at")),
            lists.Number("reached", _("Reached")),
            lists.Number("read", _("Read by")),
            lists.Flag("by_mail", _("By mail too")),
        ),
        filters=(
            lists.Choice(
                "state", _("State"), choices=[(s.value, w.word) for s, w in words.ANNOUNCEMENTS.items()], facet=True
            ),
            lists.DayRange("scheduled_at", _("Goes out at"), path="scheduled_at__date"),
        ),
        order=("-id",),
        also=("id", "texts"),
    )
