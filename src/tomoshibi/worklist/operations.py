"""Open, take and close human work."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from tomoshibi.storage import db
from tomoshibi.worklist import values
from tomoshibi.worklist.models import Item
from tomoshibi.worklist.queries import to_value


class AlreadyClosed(ValueError):
    """The item was done in the meantime."""


@db.transaction_required
def open_item(
    *,
    procedure: str,
    kind: str,
    subject: str,
    title: str,
    due_at: datetime,
    now: datetime,
    detail: str = "",
    role: str = "",
    url: str = "",
    parameters: dict[str, Any] | None = None,
) -> int:
    """
    Put work before people; while an item of the kind about the subject is open, it is that one.

    :param kind: ``room.what``, for example ``metering.no_data``
    :param subject: ``room.thing:id``, what the work is about
    :returns: the item's id
    """
    row, _ = Item.objects.get_or_create(
        kind=kind,
        subject=subject,
        closed_at=None,
        defaults={
            "procedure": procedure,
            "title": title[:300],
            "detail": detail,
            "due_at": due_at,
            "opened_at": now,
            "role": role,
            "url": url,
            "parameters": parameters or {},
        },
    )
    return row.id


@db.transaction_required
def open_items(*, items: Sequence[dict[str, Any]], now: datetime) -> int:
    """
    Open many at once, skipping those that are open already; keys as ``open_item``.

    :returns: how many are new
    """
    rows = [{**_UNSAID, **entry, "title": entry["title"][:300]} for entry in items]
    assert all(len(row) == len(_TYPES) for row in rows), "an item says something that no item can say"
    names = ", ".join(_TYPES)
    with connection.cursor() as cursor:
        # One text for all: they may be tens of thousands, as many as a million debits leave failed.
        cursor.execute(
            f"INSERT INTO worklist_item (opened_at, outcome, {names}) SELECT %s, '', {names}"
            f" FROM jsonb_to_recordset(%s) AS item ({', '.join(f'{name} {kind}' for name, kind in _TYPES.items())})"
            " ON CONFLICT DO NOTHING",
            [now, json.dumps(rows, default=str)],
        )
        return int(cursor.rowcount)


_TYPES = {
    "procedure": "text", "kind": "text", "subject": "text", "title": "text", "detail": "text", "due_at": "timestamptz",
    "role": "text", "url": "text", "parameters": "jsonb",
}  # fmt: skip
_UNSAID = {"detail": "", "role": "", "url": "", "parameters": {}}


@db.transaction_required
def take(*, item_id: int, actor_id: int) -> None:
    """Make an open item one's own."""
    Item.objects.filter(id=item_id, closed_at__isnull=True).update(owner_id=actor_id)


@db.transaction_required
def close_item(*, item_id: int, outcome: str, now: datetime, actor_id: int | None = None) -> values.Item:
    """
    :raises AlreadyClosed: if somebody was faster
    """
    row = Item.objects.select_for_update().get(id=item_id)
    if row.closed_at is not None:
        raise AlreadyClosed(_("this item was closed in the meantime"))
    row.closed_at, row.outcome, row.closed_by_id = now, outcome[:300], actor_id
    row.save()
    return to_value(row)


@db.transaction_required
def close_about(*, kind: str, subjects: Sequence[str], outcome: str, now: datetime, actor_id: int | None = None) -> int:
    """Close what is open of a kind about these subjects, because its reason went away; returns how many."""
    rows = Item.objects.filter(kind=kind, subject__in=list(subjects), closed_at__isnull=True)
    return rows.update(closed_at=now, outcome=outcome[:300], closed_by_id=actor_id)
