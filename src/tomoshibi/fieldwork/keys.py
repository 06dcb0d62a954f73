"""The private key that labels are signed with: from the environment, or beside an embedded database."""

import base64
import os

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from tomoshibi.storage import server

VARIABLE = "TOMOSHIBI_LABEL_KEY"


class NoLabelKey(RuntimeError):
    """With a database of its own choice the installation has to bring its key too."""


def private_key() -> Ed25519PrivateKey:
    """
    The key of this installation: 32 bytes in base64 in ``TOMOSHIBI_LABEL_KEY``; an embedded server makes and keeps one.

    :raises NoLabelKey: if an outside database is used and the variable is not set
    """
    given = os.environ.get(VARIABLE)
    if given:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(given))
    if not server.is_embedded():
        raise NoLabelKey(f"{VARIABLE} must be set when an outside database is used")
    file = settings.DATA / "label_key"
    if not file.exists():
        file.touch(mode=0o600)
        seed = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        )
        file.write_bytes(base64.b64encode(seed))
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(file.read_bytes()))
