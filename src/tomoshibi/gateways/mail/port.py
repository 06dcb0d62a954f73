"""What crosses the door of outgoing mail."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from tomoshibi.gateways.problems import OutsideError


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    kind: str = "application/octet-stream"


@dataclass(frozen=True)
class Mail:
    """
    One message to one person.

    :param message_id: ours, unique; a message that is sent again after a broken line keeps it, so that the receiving
        side can tell
    :param in_reply_to: id of the message that this one answers; ``references`` name the thread, oldest first
    :param html: the same words for programs that show them; empty sends plain text only
    """

    to: str
    subject: str
    text: str
    message_id: str
    html: str = ""
    sender: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    references: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Connection:
    """The mail server; ``security`` is ``none``, ``starttls`` or ``tls``."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    security: str = "none"
    timeout_seconds: float = 30.0


class MailError(OutsideError):
    """A message did not leave; the sentence is fit for the user."""


class Refused(MailError):
    """The server refuses this message or its receiver for good: the address must be put right."""


class Unreachable(MailError):
    """The server cannot take it now: try again later."""


class NotAdmitted(MailError):
    """The server does not accept who we are: a person must look."""


class BadAddress(MailError):
    """The address or a heading cannot stand in a mail."""


class Outbox(Protocol):
    """What a room needs to send mail."""

    def send(self, *mails: Mail) -> tuple[MailError | None, ...]: ...

    def send_each(self, mails: Iterable[Mail]) -> Iterator[MailError | None]: ...
