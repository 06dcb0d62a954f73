"""What crosses the door of a collection agent: how it is reached, what lies there, what it reports."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tomoshibi.gateways.problems import OutsideError, gettext_noop

SENT_BEFORE = gettext_noop("%(name)s was sent before")
OTHER_SENT = gettext_noop("another file was sent under the name %(name)s before; choose another name")


@dataclass(frozen=True)
class Connection:
    """
    How one agent is reached over SFTP.

    :param host_key: the server's public key as it was agreed (``ssh-ed25519 AAAA...``); any other is refused
    :param key: our private key file
    :param to_agent: folder we put files into
    :param from_agent: folder the agent puts results and reports into
    :param taken: folder into which the agent moves files it has taken; empty where there is none
    """

    host: str
    port: int
    user: str
    key: Path
    host_key: str
    password: str = ""
    to_agent: str = "/to-agent"
    from_agent: str = "/from-agent"
    taken: str = "/taken"
    timeout_seconds: float = 30.0
    file_limit_bytes: int = 512 * 2**20


@dataclass(frozen=True)
class Sent:
    """A file that lies complete at the agent."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Listed:
    name: str
    size: int


@dataclass(frozen=True)
class Fetched:
    name: str
    content: bytes
    sha256: str


@dataclass(frozen=True)
class Report:
    """
    What the agent says about a file it took.

    :param reasons: why it was rejected; empty if accepted
    """

    file: str
    accepted: bool
    records: int
    amount_minor: int
    reasons: tuple[str, ...] = ()


class AgentError(OutsideError):
    """Talking to the agent failed; the sentence is fit for the user."""


class Unreachable(AgentError):
    """Nothing was reached, or the line broke: try again later."""


class NotAdmitted(AgentError):
    """Our key or the agent's key is not the agreed one: a person must look."""


class AlreadySent(AgentError):
    """
    A file of this name lies at the agent or was taken by it; nothing was sent.

    :ivar same: whether it has the same bytes, so that an interrupted job may go on as if it had just sent it
    """

    def __init__(self, name: str, *, same: bool) -> None:
        self.name = name
        self.same = same
        super().__init__(SENT_BEFORE if same else OTHER_SENT, name=name)


class NoSuchFile(AgentError):
    """The agent does not have a file of this name."""


class BadReport(AgentError):
    """The agent's report cannot be read."""


class Agent(Protocol):
    """What a room needs from a collection agent."""

    def send(self, name: str, content: bytes) -> Sent: ...

    def list_files(self) -> tuple[Listed, ...]: ...

    def fetch(self, name: str) -> Fetched: ...
