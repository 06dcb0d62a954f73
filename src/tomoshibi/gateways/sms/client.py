"""A gateway for text messages over HTTPS."""

from http import HTTPStatus
from typing import Any

from tomoshibi.gateways.calling import Failures, HttpsLine
from tomoshibi.gateways.problems import gettext_noop
from tomoshibi.gateways.sms import codec
from tomoshibi.gateways.sms.port import (
    BadAnswer,
    Connection,
    NotAdmitted,
    Receipt,
    Refused,
    Unreachable,
)
from tomoshibi.gateways.sms.port import Text as TextMessage
from tomoshibi.storage import db

TRIES = 2
"""A line that breaks is tried once more at once: the message id lets the other side tell."""
TAKEN = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}


class HttpsTextOutbox(HttpsLine):
    """
    One gateway (``port.TextOutbox``); use as a context manager.

    :raises BadAnswer: if the authority's file cannot be used
    """

    failures = Failures(Unreachable, Unreachable, BadAnswer)

    def __init__(self, connection: Connection) -> None:
        headers = {"Authorization": f"Bearer {connection.token}"} if connection.token else {}
        super().__init__(self.anonymous(connection.authority), timeout=connection.timeout_seconds, headers=headers)
        self._connection = connection

    @db.durable
    def send(self, text: TextMessage) -> None:
        """
        Hand one message over; one that was handed over before is not sent again.

        :raises Refused: if the gateway does not take this message or its number
        :raises Unreachable: if it cannot now, or the line broke twice
        :raises NotAdmitted: if it does not accept our token
        :raises BadAnswer: if it answers something else
        """
        for left in reversed(range(TRIES)):
            try:
                self._ask("POST", "messages", content=codec.encode(text), headers={"Content-Type": "application/json"})
            except Unreachable:
                if not left:
                    raise
            else:
                return

    @db.durable
    def receipts(self, *, after: str = "") -> tuple[tuple[Receipt, ...], str]:
        """
        What became of messages since a mark; the mark moves on, and a page may be asked for again.

        :raises Unreachable:
        :raises NotAdmitted:
        :raises BadAnswer:
        """
        return codec.receipts(self._ask("GET", "receipts", params={"after": after}))

    def _ask(self, method: str, name: str, **more: Any) -> bytes:
        url = f"{self._connection.address.rstrip('/')}/{name}"
        with self.stream(method, url, **more) as answer:
            body = self.body(answer, limit=codec.LIMIT_BYTES)
        _check(answer.status_code, body)
        return body


def _check(status: int, body: bytes) -> None:
    if status in TAKEN:
        return
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise NotAdmitted(gettext_noop("the gateway refuses us (%(status)s): check the token"), status=status)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Unreachable(gettext_noop("the gateway cannot answer now (%(status)s)"), status=status)
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
        raise Refused(gettext_noop("the gateway refuses it: %(reason)s"), reason=codec.reason_of(body))
    raise BadAnswer(gettext_noop("the gateway answered %(status)s"), status=status)
