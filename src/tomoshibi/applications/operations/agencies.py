"""Who may bring applications: agencies' codes, their links, and keys to the interface."""

import hashlib
import secrets
from collections.abc import Sequence

from tomoshibi.applications.models import Agency
from tomoshibi.storage import db

SCOPES = ("intake:write", "intake:read")
"""What a key may open: bringing applications, and asking for the state of the agency's own."""


@db.transaction_required
def save_agency(*, code: str, name: str, mail: str = "", is_active: bool = True) -> int:
    """Enter or change an agency; returns its id. Stopping one stops its code, its link and its key."""
    row, _new = Agency.objects.update_or_create(
        code=code.strip().upper(), defaults={"name": name.strip(), "mail": mail.strip(), "is_active": is_active}
    )
    return row.id


@db.transaction_required
def issue_key(*, code: str, scopes: Sequence[str]) -> str:
    """
    A fresh key to the interface for an agency; one that it had is void. Only its hash is kept.

    :param scopes: of ``SCOPES``; a key opens nothing else
    """
    assert set(scopes) <= set(SCOPES), scopes
    key = f"tomo_{secrets.token_urlsafe(32)}"
    row = Agency.objects.select_for_update().get(code=code)
    row.key_sha256, row.scopes = hashlib.sha256(key.encode()).hexdigest(), sorted(scopes)
    row.save()
    return key


@db.transaction_required
def withdraw_key(*, code: str) -> None:
    """From now on the agency's key opens nothing."""
    row = Agency.objects.select_for_update().get(code=code)
    row.key_sha256, row.scopes = "", []
    row.save()
