"""What the worker runs for applications, by matter."""

from tomoshibi.applications.jobs import (
    groupwork,
    intake,
    switching,
)

__all__ = [
    "groupwork",
    "intake",
    "switching",
]
