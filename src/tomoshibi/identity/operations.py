"""Who may do what, and the record of what was done."""

from datetime import datetime

from tomoshibi.identity.models import Deed
from tomoshibi.storage import db


class SamePerson(ValueError):
    """Money and masters need a second pair of eyes: the one who made it may not confirm it."""


def require_second_person(*, first_id: int | None, second_id: int | None) -> None:
    """
    Four eyes: refuse when the person who decides is the one who proposed.

    :raises SamePerson: also when either of them is unknown
    """
    if first_id is None or second_id is None or first_id == second_id:
        raise SamePerson("a second person has to confirm this; the one who prepared it cannot")


@db.transaction_required
def record_deed(
    *, procedure: str, what: str, at: datetime, subject: str = "", actor_id: int | None = None, run: str = ""
) -> None:
    """
    Record that something was done under a procedure.

    :param what: a short sentence in English, for the record
    :param subject: ``room.thing:id``, the thing it was done to
    :param run: ``room.run:id`` where the act was part of a run
    """
    Deed.objects.create(procedure=procedure, what=what[:300], at=at, subject=subject, actor_id=actor_id, run=run)
