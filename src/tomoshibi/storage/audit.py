"""
The audit trail of rows that people change: written by the database, whoever writes.

Each change leaves two snapshots, ``from`` and ``to``, so that one event pair shows the whole change even where the
row itself came in by COPY (bulk registration leaves no event per row; the deed or run that did it is recorded). Who
and why stand in the context that the edge opened (``pghistory.context``).
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pghistory
from django.db import models

M = TypeVar("M", bound=type[models.Model])


def audited(
    *, exclude: list[str] | None = None, words: Mapping[str, str] | None = None, created: bool = False
) -> Callable[[M], M]:
    """
    Keep every update and deletion of a model's rows.

    :param exclude: derived columns that are not worth a snapshot
    :param words: column -> path of the room's mapping from stored value to what people read, for example
        ``{"state": "tomoshibi.parties.words.MANDATES"}``; looked up when a trail is shown, so that models import no words
    :param created: also keep that a row came to be: for settings, whose first row is already a change
    """

    def keep(model: M) -> M:
        model.trail_words = dict(words or {})  # type: ignore[attr-defined]
        return tracked(model)

    # Triggers of one statement fire in the order of their names: "from" before "to".
    tracked: Any = pghistory.track(
        *([pghistory.InsertEvent()] if created else []),
        pghistory.UpdateEvent("from", row=pghistory.Old),
        pghistory.UpdateEvent("to", row=pghistory.New),
        pghistory.DeleteEvent("gone", row=pghistory.Old),
        obj_field=pghistory.ObjForeignKey(related_name="+", db_index=True),
        exclude=exclude,
    )
    return keep
