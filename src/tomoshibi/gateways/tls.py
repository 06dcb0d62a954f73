"""Our side of mutual TLS: a context with a client certificate, from PEM or PKCS#12."""

import os
import ssl
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12


class Unusable(ValueError):
    """The certificate or its key cannot be used; the words are the library's own."""


def client_context(*, certificate: Path, key: Path | None, password: str, authority: Path | None) -> ssl.SSLContext:
    """
    :param certificate: PEM or PKCS#12 (``.p12``, ``.pfx``)
    :param key: private key if it does not stand in ``certificate``
    :param authority: certificates to trust instead of the machine's own
    :raises Unusable:
    """
    try:
        context = ssl.create_default_context(cafile=str(authority) if authority else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if certificate.suffix.lower() in {".p12", ".pfx"}:
            _load_pkcs12(context, certificate, password)
        else:
            context.load_cert_chain(str(certificate), str(key) if key else None, password or None)
    except (OSError, ValueError) as error:
        raise Unusable(str(error)) from error
    return context


def _load_pkcs12(context: ssl.SSLContext, path: Path, password: str) -> None:
    """The ssl module reads files only: a PEM under a one-time password exists for the length of this call."""
    key, certificate, others = pkcs12.load_key_and_certificates(path.read_bytes(), password.encode() or None)
    if key is None or certificate is None:
        raise ValueError("the PKCS#12 file lacks the key or the certificate")
    secret = os.urandom(32).hex()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(secret.encode()),
    )
    for one in (certificate, *others):
        pem += one.public_bytes(serialization.Encoding.PEM)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name, password=secret)
