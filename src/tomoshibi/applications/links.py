"""Signed links for mails: which application, what for, until when. Who holds the link needs no other proof."""

from datetime import datetime

from django.core import signing

RESUME, REPAIR = "resume", "repair"
_SALT = "applications.link"


class LinkNotValid(ValueError):
    """The link was cut off, changed, or is too old."""


def made(*, key: str, purpose: str, until: datetime) -> str:
    """A token for an address."""
    return signing.Signer(salt=_SALT).sign_object([key, purpose, until.isoformat()])


def read(token: str, *, purpose: str, now: datetime) -> str:
    """
    :returns: the application's key
    :raises LinkNotValid: for anything that we did not sign for this purpose, or that is too old
    """
    try:
        key, given, until = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkNotValid("bad signature") from None
    if given != purpose or datetime.fromisoformat(until) < now:
        raise LinkNotValid("for something else, or too old")
    return str(key)
