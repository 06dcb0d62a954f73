"""What crosses the door of identity."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tomoshibi.worker.values import Announcement

RIGHTS = ("view", "do", "confirm")


@dataclass(frozen=True)
class Person:
    """A member of staff as lists and the access review show them."""

    id: int
    username: str
    name: str
    mail: str
    department: str
    roles: tuple[str, ...]
    active: bool
    last_login: datetime | None
    has_mfa: bool
    reviewed_on: date | None
    left_on: date | None


@dataclass(frozen=True)
class Role:
    """A named bundle of rights like ``RB6.do``."""

    id: int
    code: str
    name: str
    rights: frozenset[str]
    people: int


@dataclass(frozen=True)
class Change:
    """One entry of a row's audit trail: who changed what, when, from, to, why."""

    at: datetime
    label: str
    who: str
    why: str
    url: str
    fields: tuple[tuple[str, str, str], ...]
    """(field, from, to)"""
    row: str = ""
    """Which row it is, where it hangs on the one that was asked for."""


@dataclass(frozen=True)
class Deed:
    """
    A business act.

    :param what: as it was recorded, in English
    :param said: the same in the language of the reader
    """

    at: datetime
    procedure: str
    what: str
    said: str
    subject: str
    who: str


@dataclass(frozen=True)
class InvitationCreated(Announcement):
    """Somebody was invited; messaging is told by a reaction. The address of the invitation is in the mail only."""

    invitation_id: int


@dataclass(frozen=True)
class Invitation:
    id: int
    username: str
    name: str
    mail: str
    language: str
    expires_at: datetime
    accepted: bool
    for_portal: bool
    blocked: bool = False


class PortalState(StrEnum):
    """Whether a customer can come into the portal."""

    INVITED = "invited"
    EXPIRED = "expired"
    OPEN = "open"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class PortalAccess:
    """
    How a customer stands to the portal.

    :param invitation_id: the invitation that was not accepted yet
    :param expires_at: until when the invitation that is open is good
    :param opened_at: when the customer chose a password, where an invitation was accepted
    """

    user_id: int
    username: str
    mail: str
    state: PortalState
    invitation_id: int | None
    expires_at: datetime | None
    opened_at: datetime | None
    signed_in_at: datetime | None
    blocked_on: date | None
