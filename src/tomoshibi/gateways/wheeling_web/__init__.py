"""A grid company's wheeling Web system: applications for works (託送Webシステム)."""

from tomoshibi.gateways.wheeling_web.client import HttpsWheelingWeb
from tomoshibi.gateways.wheeling_web.port import (
    Application,
    BadAnswer,
    Connection,
    Event,
    NotAdmitted,
    Page,
    Receipt,
    Unreachable,
    WheelingError,
    WheelingWeb,
)
from tomoshibi.gateways.wheeling_web.simulator import Manners, WheelingWebSimulator, World

__all__ = [
    "Application",
    "BadAnswer",
    "Connection",
    "Event",
    "HttpsWheelingWeb",
    "Manners",
    "NotAdmitted",
    "Page",
    "Receipt",
    "Unreachable",
    "WheelingError",
    "WheelingWeb",
    "WheelingWebSimulator",
    "World",
]
