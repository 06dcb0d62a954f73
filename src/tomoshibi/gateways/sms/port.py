"""What crosses the door of text messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from tomoshibi.gateways.problems import OutsideError


class ReceiptState(StrEnum):
    """What a phone network says of a message that it took."""

    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Text:
    """
    One message to one phone.

    :param message_id: ours, unique; whoever is told it twice sends one message
    :param to: the number as the gateway wants it: digits, with or without ``+`` and country code
    """

    to: str
    text: str
    message_id: str
    sender: str = ""


@dataclass(frozen=True)
class Receipt:
    """
    What became of a message.

    :param reason: in the network's words, where it failed
    """

    message_id: str
    state: ReceiptState
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Connection:
    """
    How the gateway is reached.

    :param address: ``https://...``; messages and receipts lie under it
    :param token: the secret that says who we are
    :param authority: certificates to trust instead of the machine's own
    """

    address: str
    token: str = ""
    authority: Path | None = None
    timeout_seconds: float = 30.0


class SmsError(OutsideError):
    """A message did not leave, or receipts did not come; the sentence is fit for the user."""


class Refused(SmsError):
    """The gateway refuses this message or its number for good."""


class Unreachable(SmsError):
    """The gateway cannot take it now, or broke off: the same message may be sent again."""


class NotAdmitted(SmsError):
    """The gateway does not accept who we are: a person must look."""


class BadAnswer(SmsError):
    """It answers something that is not agreed: a person must look."""


class TextOutbox(Protocol):
    """What a room needs to send text messages."""

    def send(self, text: Text) -> None:
        """
        :raises Refused:
        :raises Unreachable:
        :raises NotAdmitted:
        :raises BadAnswer:
        """

    def receipts(self, *, after: str = "") -> tuple[Sequence[Receipt], str]:
        """Receipts that came after a mark, and the next mark."""
