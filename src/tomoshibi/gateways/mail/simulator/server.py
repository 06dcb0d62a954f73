"""The SMTP server: every accepted message becomes ``folder/NNNNNN.eml`` with the envelope in its first lines."""

import asyncio
import socket
import threading
from collections.abc import Awaitable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tomoshibi.gateways.manners import Kept

START_SECONDS = 60


@dataclass(frozen=True)
class Temper(Kept):
    """
    What the server does wrong, kept in ``folder/temper.json``; addresses may hold ``*``.

    :param unknown: receivers that do not exist (550)
    :param full: receivers whose box is full (452)
    :param later: every message is put off (451)
    """

    file = "temper.json"

    unknown: tuple[str, ...] = ()
    full: tuple[str, ...] = ()
    later: bool = False


class MailSimulator:
    """
    A running mail server.

    :param folder: where messages are kept
    :param port: 0 takes any free one; see ``port``
    """

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = threading.Lock()
        kept = self.messages()
        self._last = int(kept[-1].stem) if kept else 0
        self._controller = _Controller(_Handler(self), hostname=host, port=port)

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def messages(self) -> list[Path]:
        """What came in, oldest first."""
        return sorted(self.folder.glob("*.eml"))

    def keep(self, envelope: Envelope) -> str:
        with self._lock:
            number = self._last + 1
            content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
            head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
            temporary = self.folder / f".{number:06d}.part"
            temporary.write_bytes(head.encode() + content)
            temporary.replace(self.folder / f"{number:06d}.eml")
            self._last = number
            return f"250 kept as {number:06d}"

    def start(self) -> "MailSimulator":
        self._controller.start()
        return self

    def stop(self) -> None:
        self._controller.stop()

    def __enter__(self) -> "MailSimulator":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Controller(Controller):
    """
    Takes its port before its thread begins: one that is taken is said at once, and a machine that is busy may take its
    time to start the rest.
    """

    def __init__(self, handler: "_Handler", *, hostname: str, port: int) -> None:
        super().__init__(handler, hostname=hostname, port=port, ready_timeout=START_SECONDS)
        self._listening: socket.socket | None = None

    def start(self) -> None:
        self._listening = socket.create_server((self.hostname, self.port))
        self.port = self._listening.getsockname()[1]
        super().start()

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        assert self._listening is not None, "started"
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


class _Handler:
    def __init__(self, simulator: MailSimulator) -> None:
        self._simulator = simulator

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        del server, session
        temper = Temper.read(self._simulator.folder)
        if any(fnmatchcase(address, pattern) for pattern in temper.unknown):
            return "550 5.1.1 no such person here"
        if any(fnmatchcase(address, pattern) for pattern in temper.full):
            return "452 4.2.2 the box is full"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        if Temper.read(self._simulator.folder).later:
            return "451 4.3.0 later, please"
        return self._simulator.keep(envelope)
