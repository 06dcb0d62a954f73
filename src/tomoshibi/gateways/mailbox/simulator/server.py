"""
The IMAP server: what RFC 3501 asks of a server whose clients read one folder and mark messages as seen.

A box is ``folder/<user>/``; its messages are ``NNNNNN.eml`` and the number is the UID. ``validity`` holds the UIDVALIDITY,
``seen`` the numbers that are marked.
"""

import json
import re
import socketserver
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tomoshibi.gateways.listening import Listener, TlsServer, server_context
from tomoshibi.gateways.manners import Kept

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\([^)]*\))|(\S+)')
_SECTION = re.compile(r"BODY(?:\.PEEK)?\[(HEADER)?\]", re.IGNORECASE)
LONGEST_LINE = 8_000


@dataclass(frozen=True)
class Temper(Kept):
    """
    What the server does wrong, kept in ``folder/temper.json``.

    :param hang_up_after: the line breaks after so many messages were given out on it (0: never)
    :param admits_nobody: every sign-in is refused
    """

    file = "temper.json"

    hang_up_after: int = 0
    admits_nobody: bool = False


def put(folder: Path, user: str, content: bytes) -> int:
    """Drop a message into a box; returns its number."""
    box = folder / user
    box.mkdir(parents=True, exist_ok=True)
    numbers = [int(path.stem) for path in box.glob("*.eml")]
    number = max(numbers, default=0) + 1
    temporary = box / f".{number:06d}.part"
    temporary.write_bytes(content)
    temporary.replace(box / f"{number:06d}.eml")
    return number


class MailboxSimulator(Listener):
    """
    A running server.

    :param folder: holds the boxes
    :param password: the same for all boxes
    :param port: 0 takes any free one; see ``port``
    """

    def __init__(
        self, folder: Path, *, certificate: Path, key: Path, password: str, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.password = folder, password
        super().__init__(TlsServer((host, port), _Line, server_context(certificate, key), self))

    @property
    def port(self) -> int:
        return self.place[1]

    def put(self, user: str, content: bytes) -> int:
        return put(self.folder, user, content)

    def renumber(self, user: str) -> None:
        """The box was rebuilt: its numbers begin anew under another validity."""
        box = self.folder / user
        (box / "validity").write_text(str(_validity(box) + 1), "utf-8")
        for number, path in enumerate(sorted(box.glob("*.eml")), start=1):
            path.rename(box / f"{number:06d}.eml")


class _Refused(Exception):
    """``NO``: understood, and not done."""


class _Line(socketserver.StreamRequestHandler):
    """One client."""

    server: TlsServer

    def setup(self) -> None:
        super().setup()
        self.user = ""
        self.box: Path | None = None
        self.given_out = 0
        self.known: list[int] = []

    def handle(self) -> None:
        self._say("* OK [CAPABILITY IMAP4rev1] ready")
        while line := self.rfile.readline(LONGEST_LINE):
            tag, _space, rest = line.decode("utf-8", "replace").strip().partition(" ")
            name, _space, rest = rest.partition(" ")
            if name.upper() == "UID":
                name, _space, rest = rest.partition(" ")
                name = f"UID {name}"
            act = self._commands.get(name.upper())
            if act is None:
                self._say(f"{tag} BAD unknown command {name}")
                continue
            try:
                act(self, [a or b or c for a, b, c in _WORD.findall(rest)])
            except _Refused as no:
                self._say(f"{tag} NO {no}")
                continue
            if self.wfile.closed:
                return
            self._say(f"{tag} OK {name.upper()} completed")
            if name.upper() == "LOGOUT":
                return

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _capability(self, _words: list[str]) -> None:
        self._say("* CAPABILITY IMAP4rev1")

    def _nothing(self, _words: list[str]) -> None:
        """NOOP and CHECK: there may be news."""
        if self.box is not None:
            self._say(f"* {len(self._look())} EXISTS")

    def _logout(self, _words: list[str]) -> None:
        self._say("* BYE")

    def _login(self, words: list[str]) -> None:
        simulator = self.server.simulator
        user, password = [*words, "", ""][:2]
        box = simulator.folder / user
        unfit = not user or "/" in user or user.startswith(".")
        if unfit or password != simulator.password or Temper.read(simulator.folder).admits_nobody or not box.is_dir():
            raise _Refused("[AUTHENTICATIONFAILED] name or password")
        self.user = user

    def _select(self, words: list[str]) -> None:
        if not self.user:
            raise _Refused("sign in first")
        if not words or words[0].upper() != "INBOX":
            raise _Refused("[NONEXISTENT] no such folder")
        self.box = self.server.simulator.folder / self.user
        uids = self._look()
        self._say(r"* FLAGS (\Seen)")
        self._say(f"* {len(uids)} EXISTS")
        self._say("* 0 RECENT")
        self._say(f"* OK [UIDVALIDITY {_validity(self.box)}]")
        self._say(f"* OK [UIDNEXT {max(uids, default=0) + 1}]")

    def _look(self) -> list[int]:
        """What lies in the box now; until the next look, that is what the client knows of."""
        if self.box is None:
            raise _Refused("select a folder first")
        self.known = sorted(int(path.stem) for path in self.box.glob("*.eml"))
        return self.known

    def _search(self, words: list[str]) -> None:
        uids = self._look()
        seen = _seen(self._box)
        wanted = [word.upper() for word in words]
        if "UNSEEN" in wanted:
            uids = [uid for uid in uids if uid not in seen]
        if "UID" in wanted:
            uids = sorted(set(uids) & set(_set(words[wanted.index("UID") + 1], self.known)))
        self._say(" ".join(["* SEARCH", *map(str, uids)]))

    @property
    def _box(self) -> Path:
        assert self.box is not None, "selected"
        return self.box

    def _fetch(self, words: list[str]) -> None:
        items, seen = words[1].upper(), _seen(self._box)
        for uid in _set(words[0], self.known):
            number = bisect_left(self.known, uid) + 1
            content = (self._box / f"{uid:06d}.eml").read_bytes()
            said = [f"UID {uid}"]
            if "FLAGS" in items:
                said.append(r"FLAGS (\Seen)" if uid in seen else "FLAGS ()")
            if "RFC822.SIZE" in items:
                said.append(f"RFC822.SIZE {len(content)}")
            section = _SECTION.search(items)
            if section is None:
                self._say(f"* {number} FETCH ({' '.join(said)})")
                continue
            if section[1]:
                content = content.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n"
            self._give_out(number, said, f"BODY[{section[1] or ''}]", content)

    def _give_out(self, number: int, said: list[str], what: str, content: bytes) -> None:
        limit = Temper.read(self.server.simulator.folder).hang_up_after
        head = f"* {number} FETCH ({' '.join(said)} {what} {{{len(content)}}}\r\n".encode()
        if limit and self.given_out >= limit:
            # The line breaks in the middle of a message.
            self.wfile.write(head + content[: len(content) // 2])
            self.wfile.close()
            self.connection.close()
            return
        self.given_out += 1
        self.wfile.write(head + content + b")\r\n")

    def _store(self, words: list[str]) -> None:
        marked = set(_set(words[0], self.known))
        seen = _seen(self._box)
        seen = seen - marked if words[1].startswith("-") else seen | marked
        (self._box / "seen").write_text(json.dumps(sorted(seen)), "utf-8")
        if not words[1].upper().endswith(".SILENT"):
            flags = "" if words[1].startswith("-") else r"\Seen"
            for number, uid in enumerate(self.known, start=1):
                if uid in marked:
                    self._say(f"* {number} FETCH (UID {uid} FLAGS ({flags}))")

    def _list(self, _words: list[str]) -> None:
        self._say(r'* LIST () "/" INBOX')

    _commands: ClassVar[Mapping[str, Callable[["_Line", list[str]], None]]] = {
        "CAPABILITY": _capability,
        "NOOP": _nothing,
        "CHECK": _nothing,
        "LOGOUT": _logout,
        "LOGIN": _login,
        "LIST": _list,
        "SELECT": _select,
        "EXAMINE": _select,
        "UID SEARCH": _search,
        "UID FETCH": _fetch,
        "UID STORE": _store,
    }


def _validity(box: Path) -> int:
    path = box / "validity"
    return int(path.read_text("utf-8")) if path.exists() else 1


def _seen(box: Path) -> set[int]:
    path = box / "seen"
    return set(json.loads(path.read_text("utf-8"))) if path.exists() else set()


def _set(text: str, known: list[int]) -> Iterator[int]:
    """Numbers that a sequence set names (RFC 3501, 9); ``n:*`` names the last message even where n is above it."""
    last = max(known, default=0)
    for part in text.split(","):
        first, colon, end = part.partition(":")
        low = last if first == "*" else int(first)
        high = (last if end == "*" else int(end)) if colon else low
        low, high = min(low, high), max(low, high)
        yield from known[bisect_left(known, low) : bisect_right(known, high)]
