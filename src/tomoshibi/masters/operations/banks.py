"""Bringing the list of banks up to date: what differs is proposed, and a second person agrees."""

from datetime import date, datetime

from tomoshibi.masters import queries
from tomoshibi.masters.operations.changes import propose_change
from tomoshibi.storage import db


@db.transaction_required
def propose_bank_renewal(*, on: date, reason: str, actor_id: int, now: datetime) -> dict[str, int]:
    """
    Propose what brings banks and branches up to the installed list: vanished ones end on a day, new and renamed ones
    begin there. Accounts of customers keep their codes.

    :returns: the proposals made, by master; none where the list is up to date
    :raises ChangeRefused: without a reason
    """
    return {
        difference.master: propose_change(
            master=difference.master, rows=list(difference.rows), reason=reason, actor_id=actor_id, now=now
        )
        for difference in queries.bank_differences(on=on)
        if difference.rows
    }
