"""The wheeling Web system over HTTPS with our client certificate."""

from http import HTTPStatus

import httpx

from tomoshibi.gateways.calling import Failures, HttpsLine, Pace, shared_pace
from tomoshibi.gateways.problems import gettext_noop
from tomoshibi.gateways.wheeling_web.codec import decode_events, decode_receipt, encode
from tomoshibi.gateways.wheeling_web.port import (
    Application,
    BadAnswer,
    Connection,
    NotAdmitted,
    Page,
    Receipt,
    Unreachable,
)
from tomoshibi.storage import db


class HttpsWheelingWeb(HttpsLine):
    """
    The system (``port.WheelingWeb``); use as a context manager. Nothing is tried twice here.

    :raises NotAdmitted: if the certificate cannot be used at all
    """

    failures = Failures(Unreachable, NotAdmitted, BadAnswer)

    def __init__(self, connection: Connection, *, pace: Pace | None = None) -> None:
        super().__init__(self.certified(connection), timeout=connection.timeout_seconds)
        self._connection = connection
        self._pace = pace or shared_pace(connection.address)

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
        self._pace.take(self._connection.pace_seconds)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        with self.stream(method, self._connection.address + path, content=content, headers=headers) as answer:
            _check(answer)
            return self.body(answer)


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
