"""What the worker runs for applications, by matter."""

from tomoshibi.applications.jobs import (
    groupwork,
    intake,
    mails,
    switching,
    works,
)

__all__ = [
    "groupwork",
    "intake",
    "mails",
    "switching",
    "works",
]
