"""
What a label says to a scanner: a serial number, signed, and nothing about the customer.

The text behind the address is base32 of version (1 byte), number of the key (1), serial (5) and an Ed25519 signature
over these seven bytes (64; RFC 8032). Anybody with our public keys can tell without a network that we made it; whether
the label still holds is known here only. In upper case a QR code takes the whole in its compact alphanumeric mode.
"""

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

VERSION = 1
_BODY, _SIGNATURE = 7, 64
TOKEN_LENGTH = 114
LARGEST_SERIAL = 2**40 - 1


class Forged(ValueError):
    """Not a label of ours: the text is damaged, or the signature is not made with one of our keys."""


def token(serial: int, *, key_no: int, key: Ed25519PrivateKey) -> str:
    """
    The signed text of a label, 114 characters of ``A-Z2-7``.

    :param key_no: 0-255, which of our keys signs
    """
    assert 0 < serial <= LARGEST_SERIAL, serial
    body = bytes([VERSION, key_no]) + serial.to_bytes(5, "big")
    return base64.b32encode(body + key.sign(body)).decode("ascii").rstrip("=")


def read(text: str, *, keys: Mapping[int, bytes]) -> int:
    """
    The serial number of a genuine label.

    :param keys: our public keys (32 bytes each) by number
    :raises Forged: for anything else
    """
    body, signature = _parts(text)
    public = keys.get(body[1])
    if body[0] != VERSION or public is None:
        raise Forged(text)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, body)
    except InvalidSignature:
        raise Forged(text) from None
    return int.from_bytes(body[2:], "big")


def _parts(text: str) -> tuple[bytes, bytes]:
    clean = text.strip().upper()
    try:
        given = base64.b32decode(clean + "=" * (-len(clean) % 8))
    except (binascii.Error, ValueError):
        raise Forged(text) from None
    # The last character carries spare bits: only the one spelling that we write counts.
    if len(given) != _BODY + _SIGNATURE or base64.b32encode(given).decode("ascii").rstrip("=") != clean:
        raise Forged(text)
    return given[:_BODY], given[_BODY:]
