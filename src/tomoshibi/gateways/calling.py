"""What our clients of systems behind HTTPS share: certificates, limits, the pace, and names for what fails."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import httpx

from tomoshibi.gateways import tls
from tomoshibi.gateways.problems import REASON, OutsideError, gettext_noop

ANSWER_LIMIT_BYTES = 8 * 2**20


@dataclass(frozen=True)
class Failures:
    """The errors of a gateway: not now, a certificate that one side does not accept, and nothing that we can read."""

    unreachable: type[OutsideError]
    certificate: type[OutsideError]
    bad_answer: type[OutsideError]

    def named(self, error: Exception, where: object) -> OutsideError:
        """TLS alerts arrive as connect or read errors; only their words tell them from a broken line."""
        words = str(error)
        if isinstance(error, ssl.SSLError) or "CERTIFICATE" in words.upper() or "ALERT" in words.upper():
            return self.certificate(REASON, where=where, reason=words)
        return self.unreachable(REASON, where=where, reason=words or type(error).__name__)


class Certified(Protocol):
    """What a connection says where the other side wants a certificate of ours."""

    @property
    def certificate(self) -> Path: ...
    @property
    def key(self) -> Path | None: ...
    @property
    def password(self) -> str: ...
    @property
    def authority(self) -> Path | None: ...


class HttpsLine:
    """
    A line to one system; use as a context manager. Redirects are not followed, and no proxy of the machine is asked.

    :raises OutsideError: ``failures.certificate`` or ``failures.bad_answer`` if a certificate cannot be used at all
    """

    failures: ClassVar[Failures]

    def __init__(self, context: ssl.SSLContext, *, timeout: float, source_address: str = "", **more: Any) -> None:
        self._http = httpx.Client(
            transport=httpx.HTTPTransport(verify=context, local_address=source_address or None, trust_env=False),
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            **more,
        )

    @classmethod
    def certified(cls, connection: Certified) -> ssl.SSLContext:
        """We show a certificate."""
        try:
            return tls.client_context(
                certificate=connection.certificate,
                key=connection.key,
                password=connection.password,
                authority=connection.authority,
            )
        except tls.Unusable as error:
            words = gettext_noop("the client certificate cannot be used: %(reason)s")
            raise cls.failures.certificate(words, reason=error) from error

    @classmethod
    def anonymous(cls, authority: Path | None) -> ssl.SSLContext:
        """Only the other side shows one."""
        try:
            return ssl.create_default_context(cafile=str(authority) if authority else None)
        except OSError as error:
            raise cls.failures.bad_answer(REASON, where=authority, reason=error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    @contextmanager
    def stream(self, method: str, url: str, **more: Any) -> Iterator[httpx.Response]:
        """An answer whose body has not been read yet; what breaks meanwhile has a name."""
        try:
            with self._http.stream(method, url, **more) as answer:
                yield answer
        except (httpx.HTTPError, ssl.SSLError) as error:
            raise self.failures.named(error, url) from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise self.failures.bad_answer(REASON, where=url, reason=error) from error

    def body(self, answer: httpx.Response, *, limit: int = ANSWER_LIMIT_BYTES) -> bytes:
        """All of an answer, read no further than the limit."""
        body = bytearray()
        for block in answer.iter_bytes():
            body += block
            if len(body) > limit:
                raise self.failures.bad_answer(gettext_noop("the answer is longer than %(limit)s bytes"), limit=limit)
        return bytes(body)


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
