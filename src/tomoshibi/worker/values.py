"""What crosses the door of the worker: jobs, their states, announcements."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

STEPPED_RUNS_ON = timedelta(hours=1)
"""A stepped clock runs on for so long by itself, then stands."""


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Job:
    """A piece of work in the queue, as people see it."""

    id: int
    name: str
    label: str
    procedure: str
    state: JobState
    done_count: int
    total_count: int
    message: str
    error: str
    requested_by_id: int | None
    enqueued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    attempts: int
    arguments: dict[str, Any]

    @property
    def percent(self) -> int | None:
        """Progress, where the job knows how much there is."""
        return min(100, self.done_count * 100 // self.total_count) if self.total_count else None


class Announcement:
    """Base of what rooms announce; ``config.reactions`` says which jobs follow. Subclasses are frozen dataclasses."""


@dataclass(frozen=True)
class JobFailed(Announcement):
    job_id: int
    name: str
    procedure: str
    error: str


@dataclass(frozen=True)
class JobRecovered(Announcement):
    """A job that had been tried before came to its end."""

    job_id: int


@dataclass(frozen=True)
class Schedule:
    """A job that runs by itself: every day at an hour, or every hour within hours."""

    name: str
    job: str
    procedure: str
    hour_from: int
    hour_to: int
    label: str
