"""How human work is shown as a list."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from tomoshibi.identity import queries as identity
from tomoshibi.ui import lists
from tomoshibi.ui.states import State, Tone
from tomoshibi.worklist import queries

STATES = {
    "late": State(_("late"), Tone.BAD, "clock-exclamation"),
    "today": State(_("due today"), Tone.ATTENTION, "clock"),
    "open": State(_("open"), Tone.QUIET, "circle-dashed"),
}


def items_list(*, now: datetime, url: object = None) -> lists.ListQuery:
    """Open items, due first; ``now`` decides what is late."""
    names = {p.id: p.name for p in identity.steps()}
    items = queries.open_items(limit=20_000)
    who = identity.names_of(user_ids={item.owner_id for item in items if item.owner_id})
    end = now.replace(hour=23, minute=59, second=59)
    rows = [
        {
            "id": item.id,
            "title": item.title,
            "procedure": item.procedure,
            "subject": item.subject,
            "due_at": item.due_at,
            "opened_at": item.opened_at,
            "owner": who.get(item.owner_id or 0, ""),
            "role": item.role,
            "state": "late" if item.due_at < now else "today" if item.due_at <= end else "open",
            "url": item.url,
        }
        for item in items
    ]
    return lists.ListQuery(
        name="worklist.items",
        rows=rows,
        columns=(
            lists.StateOf("state", _("State"), states=STATES),
            lists.Code("procedure", _("Procedure"), explain=names),
            lists.Text("title", _("What to do"), link=lambda row: row["url"] or None, also=("url",)),
            lists.Moment("due_at", _("Due")),
            lists.Text("owner", _("Owner")),
            lists.Text("role", _("Role"), shown=False),
            lists.Text("subject", _("About"), shown=False),
            lists.Moment("opened_at", _("Opened"), shown=False),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("title", "subject", "owner")),
            lists.Choice("procedure", _("Procedure"), choices=[(k, f"{k} {v}") for k, v in names.items()]),
            lists.Choice("state", _("State"), choices=[(k, s.word) for k, s in STATES.items()], facet=True),
        ),
        order=("due_at", "id"),
        also=("url",),
    )
