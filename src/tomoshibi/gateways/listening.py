"""What the simulators behind TLS share: a server in a thread of its own, for as long as a ``with`` block lasts."""

import json
import socket
import socketserver
import ssl
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

HANDSHAKE_SECONDS = 30


def server_context(certificate: Path, key: Path, authority: Path | None = None) -> ssl.SSLContext:
    """:param authority: who signed the certificates of clients; without one, anybody may come"""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    if authority is not None:
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class Listener:
    """Somebody who listens in a thread of its own, and counts what went wrong as it was told to."""

    def __init__(self, server: socketserver.TCPServer) -> None:
        self.lock = threading.Lock()
        self._done: dict[str, int] = {}
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, name=type(self).__name__, daemon=True)

    @property
    def place(self) -> tuple[str, int]:
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def is_due(self, misbehaviour: str, times: int) -> bool:
        """Whether something that is to go wrong so many times has still to; if so, it counts as done."""
        with self.lock:
            done = self._done.get(misbehaviour, 0)
            self._done[misbehaviour] = done + (done < times)
            return done < times

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class HttpsSimulator(Listener):
    """
    Somebody who answers requests.

    :param handler: answers the requests; it finds this object as ``self.server.simulator``
    :param authority: who signed the certificates of clients; without one, anybody may come
    :param port: 0 takes any free one; see ``address``
    """

    path = ""
    """What the address ends with."""

    def __init__(
        self,
        handler: type[BaseHTTPRequestHandler],
        *,
        certificate: Path,
        key: Path,
        authority: Path | None = None,
        host: str,
        port: int,
    ) -> None:
        super().__init__(Server((host, port), handler, server_context(certificate, key, authority), self))

    @property
    def address(self) -> str:
        host, port = self.place
        return f"https://{host}:{port}{self.path}"


class TlsServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """
    The handshake happens in the thread of the request: a client without certificate cannot hold up the others.

    :ivar simulator: whom the handler asks; each handler knows its own kind
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self,
        place: tuple[str, int],
        handler: type[socketserver.BaseRequestHandler],
        context: ssl.SSLContext,
        simulator: Any,
    ) -> None:
        super().__init__(place, handler)
        self.context = context
        self.simulator = simulator

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(HANDSHAKE_SECONDS)
        # An answer is written in several pieces: none waits until the client has acknowledged the one before.
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        try:
            wrapped = self.context.wrap_socket(request, server_side=True)
        except (ssl.SSLError, OSError):
            return
        with wrapped:
            super().finish_request(wrapped, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are not worth a traceback."""


class Server(TlsServer, ThreadingHTTPServer):
    """The same for HTTP."""


class QuietHandler(BaseHTTPRequestHandler):
    """Answers without writing a log."""

    def tell(self, status: HTTPStatus, told: Any) -> None:
        """Answer with JSON."""
        self.give(status, json.dumps(told, ensure_ascii=False).encode(), "application/json; charset=utf-8")

    def give(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's own
        """Say nothing."""
