"""The wheeling Web system over HTTPS with our client certificate."""

import ssl
import time
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType

import httpx

from tomoshibi.gateways import tls
from tomoshibi.gateways.problems import REASON, gettext_noop
from tomoshibi.gateways.wheeling_web.codec import decode_events, decode_receipt, encode
from tomoshibi.gateways.wheeling_web.port import (
    Application,
    BadAnswer,
    Connection,
    NotAdmitted,
    Page,
    Receipt,
    Unreachable,
    WheelingError,
)
from tomoshibi.storage import db

LIMIT_BYTES = 8 * 2**20


class HttpsWheelingWeb:
    """
    The system (``port.WheelingWeb``); use as a context manager. Nothing is tried twice here.

    :param wait: waits so many seconds, to keep the pace
    :raises NotAdmitted: if the certificate cannot be used at all
    """

    def __init__(self, connection: Connection, *, wait: Callable[[float], None] = time.sleep) -> None:
        self._connection = connection
        self._wait = wait
        self._last_call = -connection.pace_seconds
        try:
            context = tls.client_context(
                certificate=connection.certificate,
                key=connection.key,
                password=connection.password,
                authority=connection.authority,
            )
        except tls.Unusable as error:
            raise NotAdmitted(
                gettext_noop("the client certificate cannot be used: %(reason)s"), reason=error
            ) from error
        self._http = httpx.Client(
            transport=httpx.HTTPTransport(verify=context, trust_env=False),
            timeout=connection.timeout_seconds,
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> "HttpsWheelingWeb":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    @db.durable
    def apply(self, application: Application) -> Receipt:
        """
        One application out, its receipt in. The same message id again is answered as before.

        :raises WheelingError:
        """
        return decode_receipt(self._ask("POST", "/applications", encode(application)))

    @db.durable
    def events(self, *, after: int, limit: int = 1000) -> Page:
        """
        What happened after a cursor.

        :raises WheelingError:
        """
        return decode_events(self._ask("GET", f"/events?after={after}&limit={limit}"))

    def _ask(self, method: str, path: str, content: bytes | None = None) -> bytes:
        self._keep_pace()
        url = self._connection.address + path
        try:
            with self._http.stream(
                method, url, content=content, headers={"Content-Type": "application/json; charset=utf-8"}
            ) as answer:
                _check(answer)
                body = bytearray()
                for block in answer.iter_bytes():
                    body += block
                    if len(body) > LIMIT_BYTES:
                        raise BadAnswer(gettext_noop("the answer is longer than %(limit)s bytes"), limit=LIMIT_BYTES)
                return bytes(body)
        except httpx.HTTPError as error:
            raise _named(error, url) from error
        except ssl.SSLError as error:
            raise NotAdmitted(REASON, where=url, reason=error) from error

    def _keep_pace(self) -> None:
        moment = time.monotonic()
        too_soon = self._last_call + self._connection.pace_seconds - moment
        if too_soon > 0:
            self._wait(too_soon)
        self._last_call = time.monotonic()


def _check(answer: httpx.Response) -> None:
    status = answer.status_code
    if status == HTTPStatus.OK:
        return
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise NotAdmitted(
            gettext_noop("the wheeling Web system refuses us (%(status)s): check the client certificate"), status=status
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Unreachable(gettext_noop("the wheeling Web system cannot answer now (%(status)s)"), status=status)
    raise BadAnswer(gettext_noop("the wheeling Web system answered %(status)s"), status=status)


def _named(error: httpx.HTTPError, url: str) -> WheelingError:
    """TLS alerts arrive as connect or read errors; only their words tell them from a broken line."""
    words = str(error)
    if "CERTIFICATE" in words.upper() or "ALERT" in words.upper():
        return NotAdmitted(REASON, where=url, reason=words)
    return Unreachable(REASON, where=url, reason=words or type(error).__name__)
