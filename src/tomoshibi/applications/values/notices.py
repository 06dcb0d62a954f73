"""Documents that the Electricity Business Act asks for before (2-13) and after (2-14) a contract: what crosses the door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

PROCEDURE = "CM4"
SEND_JOB = "applications.send_notice"
HELD_JOB = "applications.send_held_notices"
EXAMPLE = "この書面の文面は見本です。実際に使う前に、必ず法律の専門家に確認してください。"
"""Stands on every paper whose text nobody has confirmed with counsel."""


class NoticeKind(StrEnum):
    BEFORE = "before"
    AFTER = "after"


class Channel(StrEnum):
    PORTAL = "portal"
    MAIL = "mail"
    LETTER = "letter"


class NoticeState(StrEnum):
    HELD = "held"
    TO_POST = "to_post"
    SENT = "sent"
    RECEIVED = "received"
    WITHDRAWN = "withdrawn"


class TemplateState(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    REJECTED = "rejected"


class Occasion(StrEnum):
    """Why a document is sent."""

    FIRST = "first"
    CHANGE = "change"
    REISSUE = "reissue"


ITEMS: tuple[str, ...] = (
    "retailer", "registration_number", "contact", "agent", "how_to_apply", "start", "charges", "works_cost", "discounts",
    "payment", "reading_day", "due_date", "late_interest", "supply", "term", "renewal", "end_by_customer", "end_by_us",
    "power_mix", "deposit", "cooling_off",
)  # fmt: skip
"""The checklist, in the order of the paper: from general knowledge, to be confirmed with counsel (hence templates)."""


@dataclass(frozen=True)
class TemplateItem:
    """One item of a template: its heading, and its text with ``{facts}`` to be filled in."""

    code: str
    heading: str
    text: str


@dataclass(frozen=True)
class Template:
    """A version of the text of a document."""

    id: int
    kind: NoticeKind
    version: int
    state: TemplateState
    title: str
    opening: str
    items: tuple[TemplateItem, ...]
    counsel: str
    written_by_id: int | None
    decided_by_id: int | None
    decided_at: datetime | None
    valid_from: date | None


@dataclass(frozen=True)
class About:
    """
    What a document is about. Before a contract exists, the registration says what it will be.

    :param wanted: what a change puts in place of what the contract has
    """

    contract_id: int | None = None
    registration_id: int | None = None
    change_id: int | None = None


@dataclass(frozen=True)
class Notice:
    """A document to a customer, and the proof of its delivery."""

    id: int
    number: str
    kind: NoticeKind
    state: NoticeState
    occasion: Occasion
    channel: Channel
    customer_id: int
    contract_id: int | None
    registration_id: int | None
    change_id: int | None
    template_version: int | None
    title: str
    content: tuple[Mapping[str, str], ...]
    missing: tuple[str, ...]
    recipient: str
    file_id: int | None
    sha256: str
    made_at: datetime
    sent_at: datetime | None
    posted_on: date | None
    opened_at: datetime | None
    opened_how: str
    replaces_id: int | None
