"""The switching support system over HTTPS with our client certificate, no faster than it allows."""

from http import HTTPStatus

import httpx

from tomoshibi.gateways.calling import Failures, HttpsLine, Pace, shared_pace
from tomoshibi.gateways.problems import gettext_noop
from tomoshibi.gateways.switching.codec import LIMIT_BYTES
from tomoshibi.gateways.switching.port import BadAnswer, Connection, NotAdmitted, Unreachable
from tomoshibi.storage import db


class HttpsSwitching(HttpsLine):
    """
    The system (``port.Switching``); use as a context manager.

    Nothing is tried twice here: the job that calls decides, and sends the same message (with the same message id) again.

    :raises NotAdmitted: if the certificate cannot be used at all
    """

    failures = Failures(Unreachable, NotAdmitted, BadAnswer)

    def __init__(self, connection: Connection, *, pace: Pace | None = None) -> None:
        super().__init__(
            self.certified(connection), timeout=connection.timeout_seconds, source_address=connection.source_address
        )
        self._connection = connection
        self._pace = pace or shared_pace(connection.address)

    @db.durable
    def send(self, request: bytes) -> bytes:
        """
        One message out, its answer in.

        :raises Unreachable:
        :raises NotAdmitted:
        :raises BadAnswer:
        """
        self._pace.take(self._connection.pace_seconds)
        headers = {"Content-Type": "application/xml; charset=utf-8"}
        with self.stream("POST", self._connection.address, content=request, headers=headers) as answer:
            _check(answer)
            return self.body(answer, limit=LIMIT_BYTES)


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
