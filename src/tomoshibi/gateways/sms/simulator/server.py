"""The HTTPS server of the gateway: takes messages, tells receipts, and shows what the phones show."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from tomoshibi.gateways.listening import HttpsSimulator, QuietHandler, Server
from tomoshibi.gateways.sms.simulator.phones import TOKEN, Phones, Unwilling, among

LIMIT_BYTES = 100_000
SHORTEST_NUMBER = 5


class SmsSimulator(HttpsSimulator):
    """
    A running gateway.

    :param folder: of messages and manners
    :param now: the time out there; the machine's own where none is given
    :param port: 0 takes any free one; see ``address``
    """

    path = "/sms"

    def __init__(
        self,
        folder: Path,
        *,
        certificate: Path,
        key: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.phones = Phones(folder, now=now or (lambda: datetime.now(UTC)))
        self.asked: list[str] = []
        super().__init__(_Handler, certificate=certificate, key=key, host=host, port=port)

    @property
    def manners(self) -> Unwilling:
        return Unwilling.read(self.phones.folder)


class _Handler(QuietHandler, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def gateway(self) -> SmsSimulator:
        return cast("SmsSimulator", cast("Server", self.server).simulator)

    def do_POST(self) -> None:
        gateway, manners = self.gateway, self.gateway.manners
        body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), LIMIT_BYTES))
        if not self._is_admitted(manners):
            return
        try:
            given: dict[str, Any] = json.loads(body)
            number, text, _id = str(given["to"]), str(given["text"]), str(given["id"])
        except (ValueError, LookupError, TypeError):
            self.tell(HTTPStatus.BAD_REQUEST, {"code": "form", "reason": "no message"})
            return
        with gateway.lock:
            gateway.asked.append(number)
        if gateway.is_due("later", manners.later):
            self.tell(HTTPStatus.SERVICE_UNAVAILABLE, {"code": "later", "reason": "try again"})
        elif not number.removeprefix("+").isdigit() or len(number) < SHORTEST_NUMBER:
            self.tell(HTTPStatus.UNPROCESSABLE_ENTITY, {"code": "number", "reason": f"{number} is no number"})
        elif among(manners.unknown, number):
            self.tell(HTTPStatus.UNPROCESSABLE_ENTITY, {"code": "unknown", "reason": "nobody has this number"})
        elif not text.strip():
            self.tell(HTTPStatus.UNPROCESSABLE_ENTITY, {"code": "text", "reason": "nothing to say"})
        else:
            fresh = gateway.phones.take(given, manners)
            if gateway.is_due("cut", manners.cut):
                self.close_connection = True  # the message is taken; its answer never arrives
                return
            self.tell(HTTPStatus.ACCEPTED if fresh else HTTPStatus.OK, {"id": given["id"], "state": "accepted"})

    def do_GET(self) -> None:
        gateway, manners = self.gateway, self.gateway.manners
        asked = urlsplit(self.path)
        if not self._is_admitted(manners):
            return
        if asked.path.endswith("/receipts"):
            mark = parse_qs(asked.query).get("after", [""])[0]
            after = int(mark) if mark.isdigit() else 0
            told, following = gateway.phones.receipts(after)
            if manners.repeats:
                told = gateway.phones.receipts(0)[0] + told
            self.tell(HTTPStatus.OK, {"receipts": told, "next": str(following)})
        elif asked.path.endswith("/phones"):
            shown = [one.__dict__ for one in reversed(gateway.phones.signals) if one.state != "failed"]
            self.tell(HTTPStatus.OK, {"phones": shown})
        else:
            self.tell(HTTPStatus.NOT_FOUND, {"code": "address", "reason": asked.path})

    def _is_admitted(self, manners: Unwilling) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}" and not manners.refuses:
            return True
        self.tell(HTTPStatus.FORBIDDEN, {"code": "token", "reason": "who are you?"})
        return False
