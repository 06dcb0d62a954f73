"""
The HTTPS server: demands a client certificate, lists a folder, gives its files, and misbehaves as told.

``https://host:port/<area>/FileListReceiver`` lists ``folder/<area>/*.zip``. What an area does wrong stands in
``folder/<area>/behaviour.json`` and is read anew for each request, so a person or a test can change it at any time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

from tomoshibi.gateways.listening import HttpsSimulator, QuietHandler, Server
from tomoshibi.gateways.manners import Kept


@dataclass(frozen=True)
class Behaviour(Kept):
    """
    What an area's portal does wrong; names may hold ``*``.

    :param hidden: files that are there and not listed (omits)
    :param listed_after: name -> number of lists that must have been asked for before it appears (delays)
    :param also_as: new name -> name of an existing file: the same bytes again (repeats), or other bytes (revises)
    :param gone: listed, but answered with 404
    :param cut: broken off in the middle of the transfer
    :param shortened: only the first half arrives, as if that were all
    :param unavailable: so many requests are answered with 503 first
    :param nonsense: the list is a page in HTML
    :param refuses: every request is answered with 403
    """

    file = "behaviour.json"

    hidden: tuple[str, ...] = ()
    listed_after: dict[str, int] = field(default_factory=dict)
    also_as: dict[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    shortened: tuple[str, ...] = ()
    unavailable: int = 0
    nonsense: bool = False
    refuses: bool = False


def _any(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


class PortalSimulator(HttpsSimulator):
    """
    A running portal.

    :param folder: one subfolder per area, holding ZIPs
    :param port: 0 takes any free one; see ``address``
    :param stock: called with the area before a list is given: whoever plays the grid company puts new files there
    """

    def __init__(
        self,
        folder: Path,
        *,
        certificate: Path,
        key: Path,
        authority: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        stock: Callable[[str], None] | None = None,
    ) -> None:
        self.folder = folder
        self.stock = stock or (lambda _area: None)
        self.lists: dict[str, int] = {}
        self.requests: dict[str, int] = {}
        super().__init__(_Handler, certificate=certificate, key=key, authority=authority, host=host, port=port)

    def listing(self, area: str, behaviour: Behaviour) -> list[tuple[str, int]]:
        """Names and sizes in the order of the list."""
        with self.lock:
            asked = self.lists[area] = self.lists.get(area, 0) + 1
        found = {path.name: path.stat().st_size for path in sorted((self.folder / area).glob("*.zip"))}
        for name, source in behaviour.also_as.items():
            if (self.folder / area / source).is_file():
                found[name] = (self.folder / area / source).stat().st_size
        return [
            (name, size)
            for name, size in found.items()
            if not _any(name, behaviour.hidden)
            and all(asked > after for pattern, after in behaviour.listed_after.items() if fnmatchcase(name, pattern))
        ]

    def file(self, area: str, name: str, behaviour: Behaviour) -> Path | None:
        path = self.folder / area / behaviour.also_as.get(name, name)
        return path if path.suffix == ".zip" and path.is_file() and not _any(name, behaviour.gone) else None

    def count_request(self, area: str) -> int:
        with self.lock:
            self.requests[area] = self.requests.get(area, 0) + 1
            return self.requests[area]


class _Handler(QuietHandler, BaseHTTPRequestHandler):
    server_version = "GridPortalSimulator"

    def do_GET(self) -> None:
        simulator: PortalSimulator = cast("Server", self.server).simulator
        url = urlsplit(self.path)
        area, _, action = url.path.strip("/").rpartition("/")
        if not area or "/" in area or area.startswith("."):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        behaviour = Behaviour.read(simulator.folder / area)
        if behaviour.refuses:
            self.send_error(HTTPStatus.FORBIDDEN)
        elif simulator.count_request(area) <= behaviour.unavailable:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
        elif action == "FileListReceiver":
            self._list(simulator, area, behaviour)
        elif action == "FileReceiver":
            self._file(simulator, area, parse_qs(url.query).get("file", [""])[0], behaviour)
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _list(self, simulator: PortalSimulator, area: str, behaviour: Behaviour) -> None:
        if behaviour.nonsense:
            self._send(b"<html><body>maintenance</body></html>", "text/html")
            return
        simulator.stock(area)
        lines = ",".join(
            f'rfilename{number}:"{name}",rfilesize{number}:"{size}"'
            for number, (name, size) in enumerate(simulator.listing(area, behaviour), 1)
        )
        self._send(f"<result><comment>{lines}</comment></result>".encode(), "text/xml")

    def _file(self, simulator: PortalSimulator, area: str, name: str, behaviour: Behaviour) -> None:
        path = simulator.file(area, name, behaviour) if "/" not in name and not name.startswith(".") else None
        if path is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        content = path.read_bytes()
        if _any(name, behaviour.shortened):
            content = content[: len(content) // 2]
        half = len(content) // 2 if _any(name, behaviour.cut) else None
        self._send(content, "application/zip", only=half)

    def _send(self, content: bytes, kind: str, *, only: int | None = None) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:only])
        self.close_connection = True
