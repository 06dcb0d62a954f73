"""A gateway for text messages over HTTPS."""

import ssl
from http import HTTPStatus
from types import TracebackType
from typing import Any

import httpx

from tomoshibi.gateways.problems import REASON, gettext_noop
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


class HttpsTextOutbox:
    """
    One gateway (``port.TextOutbox``); use as a context manager.

    :raises BadAnswer: if the authority's file cannot be used
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        try:
            context = ssl.create_default_context(cafile=str(connection.authority) if connection.authority else None)
        except OSError as error:
            raise BadAnswer(REASON, where=connection.authority, reason=error) from error
        self._http = httpx.Client(
            verify=context,
            timeout=connection.timeout_seconds,
            follow_redirects=False,
            trust_env=False,
            headers={"Authorization": f"Bearer {connection.token}"} if connection.token else {},
        )

    def __enter__(self) -> "HttpsTextOutbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

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
        body = bytearray()
        try:
            with self._http.stream(method, url, **more) as answer:
                for block in answer.iter_bytes():
                    body += block
                    if len(body) > codec.LIMIT_BYTES:
                        limit = codec.LIMIT_BYTES
                        raise BadAnswer(gettext_noop("the answer is longer than %(limit)s bytes"), limit=limit)
        except httpx.HTTPError as error:
            raise Unreachable(REASON, where=url, reason=str(error) or type(error).__name__) from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise BadAnswer(REASON, where=url, reason=error) from error
        _check(answer.status_code, bytes(body))
        return bytes(body)


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
