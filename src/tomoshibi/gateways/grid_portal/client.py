"""The portal over HTTPS with our client certificate."""

import hashlib
import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from tomoshibi.gateways import tls
from tomoshibi.gateways.grid_portal.answers import parse_list
from tomoshibi.gateways.grid_portal.port import (
    BadAnswer,
    Connection,
    Fetched,
    FileGone,
    Listed,
    NotAdmitted,
    PortalError,
    Unreachable,
)
from tomoshibi.gateways.problems import REASON, gettext_noop
from tomoshibi.storage import db

LIST_LIMIT_BYTES = 16 * 2**20
BLOCK = 1 << 20


class HttpsPortal:
    """
    One network company's portal (``port.Portal``); use as a context manager.

    Nothing is tried twice here: the job that calls decides when to try again.

    :raises NotAdmitted: if the certificate cannot be used at all
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._http = httpx.Client(
            verify=_tls(connection),
            timeout=connection.timeout_seconds,
            follow_redirects=False,
            trust_env=False,
            headers={"Accept-Encoding": "identity"},
        )

    def __enter__(self) -> "HttpsPortal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    @db.durable
    def list_files(self) -> tuple[Listed, ...]:
        """
        What lies there for us, in the portal's order.

        :raises Unreachable:
        :raises NotAdmitted:
        :raises BadAnswer:
        """
        with self._answer("FileListReceiver") as answer:
            body = bytearray()
            for block in answer.iter_bytes():
                body += block
                if len(body) > LIST_LIMIT_BYTES:
                    raise BadAnswer(
                        gettext_noop("the portal's list is longer than %(limit)s bytes"), limit=LIST_LIMIT_BYTES
                    )
        try:
            return parse_list(bytes(body).decode("utf-8"))
        except UnicodeDecodeError:
            return parse_list(bytes(body).decode("cp932", "replace"))

    @db.durable
    def fetch(self, listed: Listed, *, folder: Path) -> Fetched:
        """
        Bring a file into a folder: streamed to a temporary name, checked, then put in its place at once.

        :raises FileGone: if the portal does not give what it lists
        :raises BadAnswer: if what comes is no ZIP or larger than allowed
        :raises Unreachable: if it breaks off, or is shorter than announced
        :raises NotAdmitted:
        """
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{listed.name}.", suffix=".part", dir=folder)
        try:
            with os.fdopen(handle, "wb") as out:
                size, digest = self._receive(listed, out)
                out.flush()
                os.fsync(out.fileno())
            place = folder / listed.name
            os.replace(temporary, place)  # noqa: PTH105 - Path.replace is the same call
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return Fetched(listed.name, place, size, digest)

    def _receive(self, listed: Listed, out: BinaryIO) -> tuple[int, str]:
        digest, size, first = hashlib.sha256(), 0, b""
        with self._answer("FileReceiver", file=listed.name) as answer:
            for block in answer.iter_bytes(BLOCK):
                first = first or block[:2]
                size += len(block)
                if size > self._connection.file_limit_bytes:
                    raise BadAnswer(
                        gettext_noop("%(name)s is larger than %(limit)s bytes"),
                        name=listed.name,
                        limit=self._connection.file_limit_bytes,
                    )
                digest.update(block)
                out.write(block)
        if listed.size is not None and size < listed.size:
            raise Unreachable(
                gettext_noop("%(name)s broke off after %(size)s of %(wanted)s bytes"),
                name=listed.name,
                size=size,
                wanted=listed.size,
            )
        if first != b"PK":
            raise BadAnswer(gettext_noop("%(name)s is no ZIP: it begins with %(found)r"), name=listed.name, found=first)
        return size, digest.hexdigest()

    @contextmanager
    def _answer(self, action: str, **parameters: str) -> Iterator[httpx.Response]:
        url = f"{self._connection.prefix.rstrip('/')}/{action}"
        try:
            with self._http.stream("GET", url, params=parameters or None) as answer:
                _check(answer, parameters.get("file", action))
                yield answer
        except httpx.HTTPError as error:
            raise _named(error, url) from error
        except ssl.SSLError as error:
            raise NotAdmitted(REASON, where=url, reason=error) from error


def _check(answer: httpx.Response, what: str) -> None:
    status = answer.status_code
    if status == HTTPStatus.OK:
        return
    if status == HTTPStatus.NOT_FOUND:
        raise FileGone(gettext_noop("the portal does not give %(name)s (404)"), name=what)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise NotAdmitted(
            gettext_noop("the portal refuses us (%(status)s): check the client certificate"), status=status
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Unreachable(gettext_noop("the portal cannot answer now (%(status)s)"), status=status)
    raise BadAnswer(gettext_noop("the portal answered %(status)s to %(name)s"), status=status, name=what)


def _named(error: httpx.HTTPError, url: str) -> PortalError:
    """TLS alerts arrive as connect or read errors; only their words tell them from a broken line."""
    words = str(error)
    if "CERTIFICATE" in words.upper() or "ALERT" in words.upper():
        return NotAdmitted(REASON, where=url, reason=words)
    return Unreachable(REASON, where=url, reason=words or type(error).__name__)


def certificate_ends(path: Path, *, password: str = "") -> datetime:
    """
    When a client certificate expires (UTC), for the alarm before it does.

    :raises NotAdmitted: if the file holds no certificate
    """
    try:
        if path.suffix.lower() in {".p12", ".pfx"}:
            found = pkcs12.load_key_and_certificates(path.read_bytes(), password.encode() or None)[1]
        else:
            found = x509.load_pem_x509_certificate(path.read_bytes())
    except (ValueError, OSError) as error:
        raise NotAdmitted(
            gettext_noop("%(name)s holds no certificate: %(reason)s"), name=path.name, reason=error
        ) from error
    if found is None:
        raise NotAdmitted(gettext_noop("%(name)s holds no certificate"), name=path.name)
    return found.not_valid_after_utc


def _tls(connection: Connection) -> ssl.SSLContext:
    try:
        return tls.client_context(
            certificate=connection.certificate,
            key=connection.key,
            password=connection.password,
            authority=connection.authority,
        )
    except tls.Unusable as error:
        raise NotAdmitted(gettext_noop("the client certificate cannot be used: %(reason)s"), reason=error) from error
