"""Mail in over IMAP4rev1 and TLS, through the standard library's client."""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Self, TypeVar

from tomoshibi.gateways.mailbox.port import Connection, Folder, NotAdmitted, Raw, Unreachable
from tomoshibi.gateways.problems import REASON
from tomoshibi.storage import db

AT_ONCE = 50
"""So many sizes are asked for in one command; messages come one by one, so that one of them is in memory."""
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
T = TypeVar("T")


class ImapMailbox:
    """One folder of one mail server, for as long as a ``with`` block lasts (``port.Mailbox``)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._line: imaplib.IMAP4_SSL | None = None
        self._folder = Folder(0, 0)

    @db.durable
    def __enter__(self) -> Self:
        """
        :raises Unreachable: if the server was not reached
        :raises NotAdmitted: if it does not accept us, or we not its certificate
        """
        here = self._connection
        try:
            context = ssl.create_default_context(cafile=str(here.authority) if here.authority else None)
            self._line = imaplib.IMAP4_SSL(here.host, here.port, ssl_context=context, timeout=here.timeout_seconds)
        except ssl.SSLError as error:
            raise NotAdmitted(REASON, where=self._where, reason=error) from error
        except (OSError, imaplib.IMAP4.error) as error:
            raise Unreachable(REASON, where=self._where, reason=error) from error
        try:
            self._sign_in()
        except BaseException:
            self._hang_up()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def folder(self) -> Folder:
        return self._folder

    def uids_after(self, uid: int) -> list[int]:
        """Numbers of the messages that came after one, oldest first."""
        (found,) = self._ask(lambda line: line.uid("SEARCH", "UID", f"{uid + 1}:*")) or [b""]
        return sorted(number for number in map(int, (found or b"").split()) if number > uid)

    def fetch_each(self, uids: Sequence[int]) -> Iterator[Raw]:
        """
        Messages one by one; one that was deleted meanwhile is left out.

        :raises Unreachable: when the line breaks; those before it were complete
        """
        for start in range(0, len(uids), AT_ONCE):
            sizes = self._sizes(uids[start : start + AT_ONCE])
            for uid, size in sorted(sizes.items()):
                whole = size <= self._connection.largest_bytes
                content = self._content(uid, "BODY.PEEK[]" if whole else "BODY.PEEK[HEADER]")
                if content is not None:
                    yield Raw(uid=uid, content=content, size_bytes=size, whole=whole)

    def mark_seen(self, uids: Iterable[int]) -> None:
        """Let who looks into the mailbox by other means see what was taken."""
        named = ",".join(str(uid) for uid in uids)
        if named:
            self._ask(lambda line: line.uid("STORE", named, "+FLAGS.SILENT", r"(\Seen)"))

    @property
    def _where(self) -> str:
        return f"{self._connection.host}:{self._connection.port}"

    def _sign_in(self) -> None:
        here = self._connection
        try:
            line = self._open_line()
            line.login(here.user, here.password)
            answer, data = line.select(f'"{here.folder}"')
        except imaplib.IMAP4.abort as error:
            raise Unreachable(REASON, where=self._where, reason=error) from error
        except imaplib.IMAP4.error as error:
            raise NotAdmitted(REASON, where=self._where, reason=error) from error
        except OSError as error:
            raise Unreachable(REASON, where=self._where, reason=error) from error
        if answer != "OK":
            raise NotAdmitted(REASON, where=self._where, reason=data)
        validity = line.response("UIDVALIDITY")[1]
        self._folder = Folder(int(validity[0] or 0) if validity else 0, int(data[0] or 0))

    def _open_line(self) -> imaplib.IMAP4_SSL:
        assert self._line is not None, "used as a with block"
        return self._line

    def _ask(self, command: Callable[[imaplib.IMAP4_SSL], Any]) -> list[Any]:
        try:
            answer, data = command(self._open_line())
        except (OSError, imaplib.IMAP4.error) as error:
            raise Unreachable(REASON, where=self._where, reason=error) from error
        if answer != "OK":
            raise Unreachable(REASON, where=self._where, reason=data)
        return list(data)

    def _sizes(self, uids: Sequence[int]) -> dict[int, int]:
        named = ",".join(str(uid) for uid in uids)
        found = {}
        for part in self._ask(lambda line: line.uid("FETCH", named, "(UID RFC822.SIZE)")):
            said = part if isinstance(part, bytes) else b""
            uid, size = _UID.search(said), _SIZE.search(said)
            if uid and size:
                found[int(uid[1])] = int(size[1])
        return found

    def _content(self, uid: int, what: str) -> bytes | None:
        for part in self._ask(lambda line: line.uid("FETCH", str(uid), f"(UID {what})")):
            if isinstance(part, tuple):
                return bytes(part[1])
        return None

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            try:
                line.logout()
            except (OSError, imaplib.IMAP4.error):
                line.shutdown()  # it was gone already
