"""The HTTPS server: demands a client certificate, reads JSON by its own reading, asks the desk, answers."""

import json
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

from tomoshibi.gateways.listening import HttpsSimulator, QuietHandler, Server
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


class _Handler(QuietHandler, BaseHTTPRequestHandler):
    server_version = "WheelingWebSimulator"
    protocol_version = "HTTP/1.1"

    @property
    def simulator(self) -> WheelingWebSimulator:
        return cast("WheelingWebSimulator", cast("Server", self.server).simulator)

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(min(size, LIMIT_BYTES))
        if self._is_out_of_sorts():
            return
        try:
            given = json.loads(content)
        except ValueError:
            self.tell(HTTPStatus.BAD_REQUEST, {})
            return
        with self.simulator.world.at(self.simulator.today()) as moment:
            answer = moment.take(given)
        if self.simulator.is_due("cut", self.simulator.world.manners.cut):
            self.close_connection = True  # the application is taken; its answer never arrives
            return
        self.tell(HTTPStatus.OK, answer)

    def do_GET(self) -> None:
        if self._is_out_of_sorts():
            return
        asked = {name: value[-1] for name, value in parse_qs(urlsplit(self.path).query).items()}
        with self.simulator.world.at(self.simulator.today()) as moment:
            answer = moment.events(after=int(asked.get("after", 0)), limit=min(int(asked.get("limit", PAGE)), PAGE))
        self.tell(HTTPStatus.OK, answer)

    def _is_out_of_sorts(self) -> bool:
        """Answer as the manners say where they say so."""
        self.simulator.calls += 1
        manners = self.simulator.world.manners
        if manners.refuses:
            self.tell(HTTPStatus.FORBIDDEN, {})
        elif manners.unavailable:
            self.tell(HTTPStatus.SERVICE_UNAVAILABLE, {})
        elif manners.nonsense:
            self.give(HTTPStatus.OK, b"<html><body>maintenance</body></html>", "text/html")
        else:
            return False
        return True
