"""What the worker runs for applications, by matter."""

from tomoshibi.applications.jobs import intake

__all__ = ["intake"]
