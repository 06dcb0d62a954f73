"""The market over HTTPS."""

import ssl
from datetime import date
from http import HTTPStatus
from types import TracebackType

import httpx

from tomoshibi.gateways.problems import REASON, gettext_noop
from tomoshibi.gateways.spot_market.port import BadAnswer, Connection, Unreachable, name_of
from tomoshibi.storage import db


class HttpsMarket:
    """
    The day-ahead market (``port.Market``); use as a context manager. Nothing is tried twice here: the job decides.

    :raises BadAnswer: if the authority's file cannot be used
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        try:
            context = ssl.create_default_context(cafile=str(connection.authority) if connection.authority else None)
        except OSError as error:
            raise BadAnswer(REASON, where=connection.authority, reason=error) from error
        self._http = httpx.Client(
            verify=context, timeout=connection.timeout_seconds, follow_redirects=False, trust_env=False
        )

    def __enter__(self) -> "HttpsMarket":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    @db.durable
    def fetch(self, day: date) -> bytes | None:
        """
        The file of a day; nothing while it is not published.

        :raises Unreachable: if the market cannot answer now, or breaks off
        :raises BadAnswer: if it answers something else, or more than allowed
        """
        name = name_of(day)
        url = f"{self._connection.address.rstrip('/')}/{name}"
        body = bytearray()
        try:
            with self._http.stream("GET", url) as answer:
                if answer.status_code == HTTPStatus.NOT_FOUND:
                    return None
                _check(answer, name)
                for block in answer.iter_bytes():
                    body += block
                    if len(body) > self._connection.file_limit_bytes:
                        limit = self._connection.file_limit_bytes
                        raise BadAnswer(gettext_noop("%(name)s is larger than %(limit)s bytes"), name=name, limit=limit)
        except httpx.HTTPError as error:
            raise Unreachable(REASON, where=url, reason=str(error) or type(error).__name__) from error
        return bytes(body)


def _check(answer: httpx.Response, name: str) -> None:
    status = answer.status_code
    if status == HTTPStatus.OK:
        return
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Unreachable(gettext_noop("the market cannot answer now (%(status)s)"), status=status)
    raise BadAnswer(gettext_noop("the market answered %(status)s to %(name)s"), status=status, name=name)
