"""What crosses the door of incoming mail."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tomoshibi.gateways.problems import OutsideError

LARGEST_BYTES = 30 * 2**20


@dataclass(frozen=True)
class Connection:
    """
    A folder of a mail server.

    :param authority: certificates to trust instead of the machine's own
    """

    host: str
    port: int
    user: str
    password: str
    folder: str = "INBOX"
    authority: Path | None = None
    timeout_seconds: float = 60.0
    largest_bytes: int = LARGEST_BYTES


@dataclass(frozen=True)
class Folder:
    """
    Where the numbers of a folder stand.

    :param uid_validity: when it changes, all numbers mean something else
    """

    uid_validity: int
    count: int


@dataclass(frozen=True)
class Raw:
    """
    A message as it lies there.

    :param whole: false where it was too large, and ``content`` is its head only
    """

    uid: int
    content: bytes
    size_bytes: int
    whole: bool = True


class MailboxError(OutsideError):
    """A mailbox could not be read; the sentence is fit for the user."""


class Unreachable(MailboxError):
    """The line or the server failed: try again later."""


class NotAdmitted(MailboxError):
    """The server does not accept our name, our password, or the folder; or we not its certificate."""


class Mailbox(Protocol):
    """What a room needs to read mail."""

    def folder(self) -> Folder: ...

    def uids_after(self, uid: int) -> list[int]: ...

    def fetch_each(self, uids: Sequence[int]) -> Iterator[Raw]: ...

    def mark_seen(self, uids: Iterable[int]) -> None: ...
