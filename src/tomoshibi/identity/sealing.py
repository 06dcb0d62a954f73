"""Second factors are sealed: whoever reads the database, or a copy of it, cannot sign in with what stands there."""

import base64
from collections.abc import Iterator
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MARK = "sealed:"
_PURPOSE = b"tomoshibi second factors"


class CannotUnseal(ValidationError):
    """Sealed with a key that is not here. A form that reads a code shows the sentence beside its field."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This second factor was set up under another secret key of the installation. "
                "Ask an administrator to take it away, then set up a new one."
            )
        )


def seal(text: str) -> str:
    return MARK + _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """
    :raises CannotUnseal: if no key of this installation fits, or nothing was sealed
    """
    if not sealed.startswith(MARK):
        raise CannotUnseal
    try:
        return _keys().decrypt(sealed.removeprefix(MARK).encode()).decode()
    except InvalidToken:
        raise CannotUnseal from None


def _keys() -> MultiFernet:
    """Made from the secret key, which seals, and from earlier ones, which only open."""
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    made = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(made))


def secrets_of(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and texts of what must not stand in the clear in one row of the library's table."""
    for name in ("secret", "seed"):
        if isinstance(data.get(name), str):
            yield name, data[name]


def is_sealed(text: str) -> bool:
    return text.startswith(MARK)
