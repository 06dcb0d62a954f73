"""What crosses the door of messaging."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True)
class Delivery:
    """A message to somebody, and what became of it."""

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


SEND_JOB = "messaging.send"
