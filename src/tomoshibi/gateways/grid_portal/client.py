"""The portal over HTTPS with our client certificate."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from tomoshibi.gateways.calling import Failures, HttpsLine
from tomoshibi.gateways.grid_portal.answers import parse_list
from tomoshibi.gateways.grid_portal.port import (
    BadAnswer,
    Connection,
    Fetched,
    FileGone,
    Listed,
    NotAdmitted,
    Unreachable,
)
from tomoshibi.gateways.problems import gettext_noop
from tomoshibi.storage import db

LIST_LIMIT_BYTES = 16 * 2**20
BLOCK = 1 << 20


class HttpsPortal(HttpsLine):
    """
    One network company's portal (``port.Portal``); use as a context manager.

    Nothing is tried twice here: the job that calls decides when to try again.

    :raises NotAdmitted: if the certificate cannot be used at all
    """

    failures = Failures(Unreachable, NotAdmitted, BadAnswer)

    def __init__(self, connection: Connection) -> None:
        headers = {"Accept-Encoding": "identity"}
        super().__init__(self.certified(connection), timeout=connection.timeout_seconds, headers=headers)
        self._connection = connection

    @db.durable
    def list_files(self) -> tuple[Listed, ...]:
        """
        What lies there for us, in the portal's order.

        :raises Unreachable:
        :raises NotAdmitted:
        :raises BadAnswer:
        """
        with self._answer("FileListReceiver") as answer:
            body = self.body(answer, limit=LIST_LIMIT_BYTES)
        try:
            return parse_list(body.decode("utf-8"))
        except UnicodeDecodeError:
            return parse_list(body.decode("cp932", "replace"))

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
        with self.stream("GET", url, params=parameters or None) as answer:
            _check(answer, parameters.get("file", action))
            yield answer


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
