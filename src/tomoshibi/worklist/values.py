"""What crosses the door of the worklist."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Item:
    """Something that a person has to do."""

    id: int
    procedure: str
    kind: str
    subject: str
    title: str
    detail: str
    url: str
    role: str
    due_at: datetime
    opened_at: datetime
    owner_id: int | None
    closed_at: datetime | None
    outcome: str


@dataclass(frozen=True)
class KindCount:
    """Open work of one kind under a procedure at one moment."""

    procedure: str
    kind: str
    open: int
    due_today: int
    late: int

    @property
    def due(self) -> int:
        """What should be done by the end of the day."""
        return self.due_today + self.late


@dataclass(frozen=True)
class ProcedureCount:
    """Open work of a procedure at one moment."""

    procedure: str
    open: int
    due_today: int
    late: int
    done_today: int
