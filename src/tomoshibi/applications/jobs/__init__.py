"""What the worker runs for applications, by matter."""

from tomoshibi.applications.jobs import (
    changes,
    groupwork,
    intake,
    mails,
    notices,
    switching,
    works,
)

__all__ = [
    "changes",
    "groupwork",
    "intake",
    "mails",
    "notices",
    "switching",
    "works",
]
