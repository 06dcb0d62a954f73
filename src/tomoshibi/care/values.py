"""What crosses the door of care: enquiries and announcements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """By which way somebody asked."""

    MAIL = "mail"
    WEB = "web"
    PORTAL = "portal"
    PHONE = "phone"


class EnquiryState(StrEnum):
    NEW = "new"
    """Nobody has taken it."""
    IN_WORK = "in_work"
    ANSWERED = "answered"
    """Our word was the last; it closes by itself when nobody writes again."""
    CLOSED = "closed"
    REROUTED = "rerouted"
    """The message was an application."""


OPEN_ENQUIRIES = (EnquiryState.NEW, EnquiryState.IN_WORK)


class EntryKind(StrEnum):
    """What a line of a thread is."""

    RECEIVED = "received"
    ANSWER = "answer"
    NOTE = "note"
    """For us only."""
    HAND_OVER = "hand_over"
    """A procedure went on from here."""


class Recognized(StrEnum):
    """How the customer of an enquiry was found."""

    NOT = ""
    PORTAL = "portal"
    """Signed in: certain."""
    MAIL = "mail"
    """The sender's address is the customer's; anybody can write any sender."""
    NUMBER = "number"
    """The text names the customer's number."""
    CLERK = "clerk"
    """One of us asked, and tied it."""


@dataclass(frozen=True)
class Kind:
    """
    A kind of enquiry.

    :param names: by language
    :param business_days: within so many an answer is due
    """

    id: int
    code: str
    names: Mapping[str, str]
    business_days: int
    is_active: bool

    def name_in(self, language: str) -> str:
        return self.names.get(language) or self.names.get("ja") or self.code


@dataclass(frozen=True)
class Enquiry:
    """Somebody's question, from its first word to its end."""

    id: int
    number: str
    channel: Channel
    kind: Kind
    state: EnquiryState
    subject: str
    customer_id: int | None
    recognized_by: Recognized
    name: str
    mail: str
    phone: str
    language: str
    assigned_to_id: int | None
    received_at: datetime
    due_at: datetime
    first_answered_at: datetime | None
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_ENQUIRIES


@dataclass(frozen=True)
class Entry:
    """A line of a thread; never changed."""

    id: int
    enquiry_id: int
    kind: EntryKind
    body: str
    at: datetime
    author_id: int | None
    inbound_id: int | None
    delivery_id: int | None
    procedure: str
    url: str


@dataclass(frozen=True)
class AnswerText:
    """A text to begin an answer with; ``{name}`` and the like are filled in."""

    id: int
    code: str
    language: str
    title: str
    body: str


class AnnouncementState(StrEnum):
    DRAFT = "draft"
    WAITING = "waiting"
    """A second person decides."""
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Audience:
    """
    Whom an announcement reaches: portal users who fit everything that is named; nothing named is everybody.

    Area, plan, agency and place are those of one contract: who has a plan in one area and lives in another fits neither.

    :param places: postal codes, or how they begin (an outage)
    :param numbers: of customers
    """

    areas: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def of_contracts(self) -> bool:
        """Whether something is named that is a contract's."""
        return bool(self.areas or self.plans or self.agencies or self.places)

    def as_dict(self) -> dict[str, list[str]]:
        return {name: list(getattr(self, name)) for name in self.__dataclass_fields__}

    @classmethod
    def of(cls, given: Mapping[str, list[str]]) -> "Audience":
        return cls(**{name: tuple(given.get(name, ())) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Announcement:
    """A word to portal users."""

    id: int
    state: AnnouncementState
    texts: Mapping[str, Mapping[str, str]]
    audience: Audience
    by_mail: bool
    scheduled_at: datetime | None
    counted: int
    created_by_id: int | None
    decided_by_id: int | None
    sent_at: datetime | None
    withdrawn_reason: str

    def title_in(self, language: str) -> str:
        return self._in(language).get("title", "")

    def body_in(self, language: str) -> str:
        return self._in(language).get("body", "")

    def _in(self, language: str) -> Mapping[str, str]:
        found = self.texts.get(language) or {}
        return found if found.get("title") and found.get("body") else self.texts.get("ja", {})


PUBLISH_JOB = "care.publish"
PROCEDURE_OF = {Channel.MAIL: "CM7", Channel.PHONE: "CM7", Channel.WEB: "CM8", Channel.PORTAL: "CM9"}
"""The procedure that an enquiry belongs to."""
ANNOUNCE = "CM10"
