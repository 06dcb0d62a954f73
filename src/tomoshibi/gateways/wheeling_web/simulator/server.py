"""The HTTPS server: demands a client certificate, reads JSON by its own reading, asks the desk, answers."""

import json
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from tomoshibi.gateways.listening import HttpsSimulator, Server
from tomoshibi.gateways.wheeling_web.simulator.desk import World

LIMIT_BYTES = 16 * 2**20
PAGE = 1000


class WheelingWebSimulator(HttpsSimulator):
    """
    A running Web system of one grid company.

    :param folder: of the ``World``
    :param today: the day out there
    """

    path = "/wheeling"

    def __init__(
        self,
        folder: Path,
        *,
        certificate: Path,
        key: Path,
        authority: Path,
        today: Callable[[], date],
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.world = World(folder)
        self.today = today
        self.calls = 0
        super().__init__(_Handler, certificate=certificate, key=key, authority=authority, host=host, port=port)


class _Handler(BaseHTTPRequestHandler):
    server_version = "WheelingWebSimulator"
    protocol_version = "HTTP/1.1"

    @property
    def simulator(self) -> WheelingWebSimulator:
        return cast("WheelingWebSimulator", cast("Server", self.server).simulator)

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(min(size, LIMIT_BYTES))
        if self._is_away():
            return
        try:
            given = json.loads(content)
        except ValueError:
            self._send(HTTPStatus.BAD_REQUEST, {})
            return
        with self.simulator.world.at(self.simulator.today()) as moment:
            answer = moment.take(given)
        self._send(HTTPStatus.OK, answer)

    def do_GET(self) -> None:
        if self._is_away():
            return
        asked = {name: value[-1] for name, value in parse_qs(urlsplit(self.path).query).items()}
        with self.simulator.world.at(self.simulator.today()) as moment:
            answer = moment.events(after=int(asked.get("after", 0)), limit=min(int(asked.get("limit", PAGE)), PAGE))
        self._send(HTTPStatus.OK, answer)

    def _is_away(self) -> bool:
        self.simulator.calls += 1
        if self.simulator.world.manners.unavailable:
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, {})
            return True
        return False

    def _send(self, status: HTTPStatus, content: dict[str, Any]) -> None:
        body = json.dumps(content, ensure_ascii=False).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's own name
        """Quiet: what was asked stands in ``calls``."""
