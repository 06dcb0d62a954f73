"""What one person proposes and another decides: found while it waits."""

from typing import TypeVar

from django.utils.translation import gettext as _

from tomoshibi.collection.models import ByTwo

Proposal = TypeVar("Proposal", bound=ByTwo)


def waiting(kind: type[Proposal], *, proposal_id: int, refused: type[ValueError]) -> Proposal:
    """
    A proposal that waits for the second person, locked until the transaction ends.

    :raises refused: if it was decided before, as by a second click
    """
    rows = kind._default_manager.select_for_update()
    row = rows.filter(id=proposal_id, confirmed_at__isnull=True, withdrawn_at__isnull=True).first()
    if row is None:
        raise refused(_("This proposal was decided already."))
    return row
