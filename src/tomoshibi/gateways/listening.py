"""What the simulators behind HTTPS share: a server in a thread of its own, for as long as a ``with`` block lasts."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

HANDSHAKE_SECONDS = 30


class HttpsSimulator:
    """
    Somebody who listens.

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
        self.lock = threading.Lock()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate, key)
        if authority is not None:
            context.load_verify_locations(authority)
            context.verify_mode = ssl.CERT_REQUIRED
        self._server = Server((host, port), handler, context, self)
        self._thread = threading.Thread(target=self._server.serve_forever, name=type(self).__name__, daemon=True)

    @property
    def address(self) -> str:
        host, port = self._server.server_address[:2]
        return f"https://{host!s}:{port}{self.path}"

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


class Server(ThreadingHTTPServer):
    """
    The handshake happens in the thread of the request: a client without certificate cannot hold up the others.

    :ivar simulator: whom the handler asks; each handler knows its own kind
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self, place: tuple[str, int], handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext, simulator: Any
    ) -> None:
        super().__init__(place, handler)
        self.context = context
        self.simulator = simulator

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(HANDSHAKE_SECONDS)
        try:
            wrapped = self.context.wrap_socket(request, server_side=True)
        except (ssl.SSLError, OSError):
            return
        with wrapped:
            super().finish_request(wrapped, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are not worth a traceback."""
