"""
The HTTPS server: gives the days of a folder, and misbehaves as told.

Where it is told the day, it publishes by itself: each day from the afternoon before, at invented prices.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import cast

from tomoshibi.gateways.listening import HttpsSimulator, QuietHandler, Server
from tomoshibi.gateways.manners import Kept
from tomoshibi.gateways.spot_market.simulator.files import write_day

_LONGEST_BACK = timedelta(days=60)


@dataclass(frozen=True)
class Behaviour(Kept):
    """
    What the market does wrong, kept in ``folder/behaviour.json``.

    :param unavailable: so many requests are answered with 503 first
    :param cut: names that break off in the middle
    :param nonsense: names that are answered with a page in HTML
    """

    file = "behaviour.json"

    unavailable: int = 0
    cut: tuple[str, ...] = ()
    nonsense: tuple[str, ...] = ()


class MarketSimulator(HttpsSimulator):
    """
    A running market.

    :param folder: days as files
    :param today: where given, days up to the next one are published by themselves
    :param port: 0 takes any free one; see ``address``
    :param publish: writes a day into the folder
    """

    def __init__(
        self,
        folder: Path,
        *,
        certificate: Path,
        key: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        today: Callable[[], date] | None = None,
        publish: Callable[[Path, date], Path] = write_day,
    ) -> None:
        self.folder, self.today, self.publish = folder, today, publish
        self.asked: list[str] = []
        super().__init__(_Handler, certificate=certificate, key=key, host=host, port=port)

    def file(self, name: str) -> Path | None:
        """The file of a name, published first where its time has come."""
        place = self.folder / name
        if not place.is_file() and self.today is not None:
            day, today = _day(name), self.today()
            if day is not None and today - _LONGEST_BACK <= day <= today + timedelta(days=1):
                self.publish(self.folder, day)
        return place if _day(name) is not None and place.is_file() else None


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name.removeprefix("spot_").removesuffix(".csv"))
    except ValueError:
        return None


class _Handler(QuietHandler, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        market: MarketSimulator = cast("Server", self.server).simulator
        name = self.path.rpartition("/")[2]
        with market.lock:
            market.asked.append(name)
            behaviour = Behaviour.read(market.folder)
            late = behaviour.unavailable > 0
            if late:
                replace(behaviour, unavailable=behaviour.unavailable - 1).write(market.folder)
        found = market.file(name)
        if late:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, b"later")
        elif name in behaviour.nonsense:
            self._answer(HTTPStatus.OK, b"<html>maintenance</html>")
        elif found is None:
            self._answer(HTTPStatus.NOT_FOUND, b"")
        else:
            self._answer(HTTPStatus.OK, found.read_bytes(), cut=name in behaviour.cut)

    def _answer(self, status: HTTPStatus, body: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        # Only a cut ends the line: who closes after a whole answer without saying so races the next question.
        self.close_connection = cut
