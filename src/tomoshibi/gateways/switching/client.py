"""The switching support system over HTTPS with our client certificate, no faster than it allows."""

import ssl
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType

import httpx

from tomoshibi.gateways import tls
from tomoshibi.gateways.problems import REASON, gettext_noop
from tomoshibi.gateways.switching.codec import LIMIT_BYTES
from tomoshibi.gateways.switching.port import BadAnswer, Connection, NotAdmitted, SwitchingError, Unreachable
from tomoshibi.storage import db


class Pace:
    """
    At most one beginning of a call in so many seconds, for all threads that share the object.

    :param now: a clock that never goes back [s]
    :param wait: waits so many seconds
    """

    def __init__(
        self, *, now: Callable[[], float] = time.monotonic, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._now, self._wait = now, wait
        self._lock = threading.Lock()
        self._free_at = 0.0

    def take(self, seconds: float) -> None:
        """Return when the next call may begin."""
        with self._lock:
            moment = self._now()
            start = max(moment, self._free_at)
            self._free_at = start + seconds
        if start > moment:
            self._wait(start - moment)


_PACES: dict[str, Pace] = {}
_PACES_LOCK = threading.Lock()


def shared_pace(address: str) -> Pace:
    """The one pace of this process towards an address: several jobs together are no faster than one."""
    with _PACES_LOCK:
        return _PACES.setdefault(address, Pace())


class HttpsSwitching:
    """
    The system (``port.Switching``); use as a context manager.

    Nothing is tried twice here: the job that calls decides, and sends the same message (with the same message id) again.

    :raises NotAdmitted: if the certificate cannot be used at all
    """

    def __init__(self, connection: Connection, *, pace: Pace | None = None) -> None:
        self._connection = connection
        self._pace = pace or shared_pace(connection.address)
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
            transport=httpx.HTTPTransport(
                verify=context, local_address=connection.source_address or None, trust_env=False
            ),
            timeout=connection.timeout_seconds,
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> "HttpsSwitching":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    @db.durable
    def send(self, request: bytes) -> bytes:
        """
        One message out, its answer in.

        :raises Unreachable:
        :raises NotAdmitted:
        :raises BadAnswer:
        """
        self._pace.take(self._connection.pace_seconds)
        url = self._connection.address
        try:
            with self._http.stream(
                "POST", url, content=request, headers={"Content-Type": "application/xml; charset=utf-8"}
            ) as answer:
                _check(answer)
                return _body(answer)
        except httpx.HTTPError as error:
            raise _named(error, url) from error
        except ssl.SSLError as error:
            raise NotAdmitted(REASON, where=url, reason=error) from error


def _body(answer: httpx.Response) -> bytes:
    body = bytearray()
    for block in answer.iter_bytes():
        body += block
        if len(body) > LIMIT_BYTES:
            raise BadAnswer(gettext_noop("the answer is longer than %(limit)s bytes"), limit=LIMIT_BYTES)
    return bytes(body)


def _check(answer: httpx.Response) -> None:
    status = answer.status_code
    if status == HTTPStatus.OK:
        return
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise NotAdmitted(
            gettext_noop("the switching support system refuses us (%(status)s): check the client certificate"),
            status=status,
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Unreachable(gettext_noop("the switching support system cannot answer now (%(status)s)"), status=status)
    raise BadAnswer(gettext_noop("the switching support system answered %(status)s"), status=status)


def _named(error: httpx.HTTPError, url: str) -> SwitchingError:
    """TLS alerts arrive as connect or read errors; only their words tell them from a broken line."""
    words = str(error)
    if "CERTIFICATE" in words.upper() or "ALERT" in words.upper():
        return NotAdmitted(REASON, where=url, reason=words)
    return Unreachable(REASON, where=url, reason=words or type(error).__name__)
