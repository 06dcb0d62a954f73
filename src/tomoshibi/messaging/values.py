"""What crosses the door of messaging."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tomoshibi.worker.values import Announcement


class Channel(StrEnum):
    MAIL = "mail"
    TEXT = "text"


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    """The mail server, or the gateway for text messages, took it."""
    DELIVERED = "delivered"
    """The phone has it; of a mail nobody knows."""
    FAILED = "failed"


@dataclass(frozen=True)
class Delivery:
    """
    A message to somebody, and what became of it.

    :param sender: other than the deployment's own address
    :param in_reply_to: id of the message that it answers; ``references`` are those of the whole thread
    """

    id: int
    channel: str
    template: str
    recipient: str
    subject: str
    body: str
    about: str
    customer_id: int | None
    state: DeliveryState
    error: str
    queued_at: datetime
    sent_at: datetime | None
    sender: str = ""
    in_reply_to: str = ""
    references: str = ""
    delivered_at: datetime | None = None
    message_id: str = ""
    attempts: int = 0


@dataclass(frozen=True)
class Mail:
    """A mail to be queued: a template's code, its recipient, and what the template needs."""

    template: str
    recipient: str
    context: dict[str, str]
    about: str
    customer_id: int | None = None
    language: str = "ja"
    key: str = ""
    """Queuing the same key again does nothing: a run that resumes sends nobody two mails."""


class Route(StrEnum):
    """Whose matter the messages of a mailbox are."""

    APPLICATIONS = "applications"
    ENQUIRIES = "enquiries"


class InboundState(StrEnum):
    """The way of a message that came in."""

    ARRIVED = "arrived"
    """It is in; the room of its route has not seen it."""
    WAITING = "waiting"
    """It waits for a person there."""
    SETTLED = "settled"
    """Something came of it, or somebody said why nothing does."""
    REPEATED = "repeated"
    """The same message had come before."""


@dataclass(frozen=True)
class Mailbox:
    """
    A mailbox that is looked into.

    :param address: the address that people write to, and that answers come from
    :param uid_validity: of the numbers up to ``last_uid``, which were taken
    """

    id: int
    code: str
    name: str
    route: Route
    address: str
    host: str
    port: int
    user: str
    password_file: str
    trust_file: str
    folder: str
    is_active: bool
    uid_validity: int
    last_uid: int
    reached_at: datetime | None
    failure: str


@dataclass(frozen=True)
class TextMessage:
    """A text message to be queued: a template's code, a phone's number, and what the template needs."""

    template: str
    number: str
    context: dict[str, str]
    about: str
    customer_id: int | None = None
    language: str = "ja"
    key: str = ""
    """Queuing the same key again does nothing."""


@dataclass(frozen=True)
class TextLink:
    """How text messages leave, and how far their receipts were read."""

    address: str
    trust_file: str
    sender: str
    timeout_seconds: int
    mark: str
    reached_at: datetime | None
    failure: str


@dataclass(frozen=True)
class Attachment:
    """
    A file of a message.

    :param file_id: where it is kept; nothing where it was refused, and ``refused`` says why
    """

    id: int
    inbound_id: int
    name: str
    media_type: str
    size_bytes: int
    file_id: int | None
    refused: str


@dataclass(frozen=True)
class Inbound:
    """
    A message that came in.

    :param replies_about: what our message was about that this one answers (``applications.intake:12``)
    :param outcome_subject: what came of it
    :param original_id: the message that this one repeats
    """

    id: int
    mailbox_id: int
    route: Route
    state: InboundState
    message_id: str
    references: str
    sender: str
    sender_name: str
    recipient: str
    subject: str
    body: str
    sent_at: datetime | None
    received_at: datetime
    raw_file_id: int
    size_bytes: int
    is_whole: bool
    is_automatic: bool
    replies_about: str
    outcome: str
    outcome_subject: str
    original_id: int | None


@dataclass(frozen=True)
class MailArrived(Announcement):
    """New messages were taken from a mailbox."""

    mailbox_id: int


@dataclass(frozen=True)
class TextFailed(Announcement):
    """
    A text message will not arrive; somebody has to tell the person another way.

    :param ending: the number's last digits: what a job was given is shown on its page
    """

    delivery_id: int
    ending: str
    about: str
    reason: str


SEND_JOB = "messaging.send"
SEND_TEXTS_JOB = "messaging.send_texts"
RECEIPTS_JOB = "messaging.fetch_receipts"
POLL_JOB = "messaging.poll"
STEP = "CM4"
