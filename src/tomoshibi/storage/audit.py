"""
The audit trail of rows that people change: written by the database, whoever writes.

Each change leaves two snapshots, ``from`` and ``to``, so that one event pair shows the whole change even where the
row itself came in by COPY (bulk registration leaves no event per row; the deed or run that did it is recorded). Who
and why stand in the context that the edge opened (``pghistory.context``).
"""

from collections.abc import Callable
from typing import TypeVar

import pghistory
from django.db import models

M = TypeVar("M", bound=type[models.Model])


def audited(*, exclude: list[str] | None = None) -> Callable[[M], M]:
    """
    Keep every update and deletion of a model's rows.

    :param exclude: derived columns that are not worth a snapshot
    """
    # Triggers of one statement fire in the order of their names: "from" before "to".
    return pghistory.track(
        pghistory.UpdateEvent("from", row=pghistory.Old),
        pghistory.UpdateEvent("to", row=pghistory.New),
        pghistory.DeleteEvent("gone", row=pghistory.Old),
        obj_field=pghistory.ObjForeignKey(related_name="+", db_index=True),
        exclude=exclude,
    )
