"""A network that can be pulled out: connections to the real server go through here, or nowhere."""

import contextlib
import socket
import threading


class Cable:
    """Listens on a port of its own and passes on to the server, while ``plugged``."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.plugged = True
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self._listener.getsockname()[1]}"

    def pull(self) -> None:
        """Cuts what is open too."""
        with self._lock:
            self.plugged, cut = False, list(self._open)
        for one in cut:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def plug(self) -> None:
        self.plugged = True

    def close(self) -> None:
        self.pull()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._listener.accept()
                self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        """One that finds the cable pulled or the server busy is hung up on; the next one may have more luck."""
        far = None
        with contextlib.suppress(OSError), self._lock:
            far = socket.create_connection(self._server) if self.plugged else None
            self._open |= {near, far} if far else set()
        if far is None:
            near.close()
            return
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            with self._lock:
                self._open.discard(one)
