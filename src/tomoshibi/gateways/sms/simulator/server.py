"""The HTTPS server of the gateway: takes messages, tells receipts, and shows what the phones show."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from tomoshibi.gateways.listening import HttpsSimulator, Server
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
        self._counted: dict[str, int] = {}
        super().__init__(_Handler, certificate=certificate, key=key, host=host, port=port)

    @property
    def manners(self) -> Unwilling:
        return Unwilling.read(self.phones.folder)

    def is_due(self, misbehaviour: str, times: int) -> bool:
        """Whether something that is to happen so many times has still to happen."""
        with self.lock:
            done = self._counted.get(misbehaviour, 0)
            self._counted[misbehaviour] = done + (done < times)
            return done < times


class _Handler(BaseHTTPRequestHandler):
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
            number, text, _known = str(given["to"]), str(given["text"]), str(given["id"])
        except (ValueError, LookupError, TypeError):
            self._answer(HTTPStatus.BAD_REQUEST, {"code": "form", "reason": "no message"})
            return
        with gateway.lock:
            gateway.asked.append(number)
        if gateway.is_due("later", manners.later):
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {"code": "later", "reason": "try again"})
        elif not number.removeprefix("+").isdigit() or len(number) < SHORTEST_NUMBER:
            self._answer(HTTPStatus.UNPROCESSABLE_ENTITY, {"code": "number", "reason": f"{number} is no number"})
        elif among(manners.unknown, number):
            self._answer(HTTPStatus.UNPROCESSABLE_ENTITY, {"code": "unknown", "reason": "nobody has this number"})
        elif not text.strip():
            self._answer(HTTPStatus.UNPROCESSABLE_ENTITY, {"code": "text", "reason": "nothing to say"})
        else:
            fresh = gateway.phones.take(given, manners)
            if gateway.is_due("cut", manners.cut):
                self.close_connection = True  # the message is taken; its answer never arrives
                return
            self._answer(HTTPStatus.ACCEPTED if fresh else HTTPStatus.OK, {"id": given["id"], "state": "accepted"})

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
            self._answer(HTTPStatus.OK, {"receipts": told, "next": str(following)})
        elif asked.path.endswith("/phones"):
            shown = [one.__dict__ for one in reversed(gateway.phones.signals) if one.state != "failed"]
            self._answer(HTTPStatus.OK, {"phones": shown})
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"code": "address", "reason": asked.path})

    def _is_admitted(self, manners: Unwilling) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}" and not manners.refuses:
            return True
        self._answer(HTTPStatus.FORBIDDEN, {"code": "token", "reason": "who are you?"})
        return False

    def _answer(self, status: HTTPStatus, told: dict[str, Any]) -> None:
        body = json.dumps(told, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's own
        """Say nothing."""
