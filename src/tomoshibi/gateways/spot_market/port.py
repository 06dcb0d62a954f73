"""What crosses the door of the day-ahead market."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from tomoshibi.gateways.problems import OutsideError


@dataclass(frozen=True)
class Connection:
    """
    :param address: ``https://...``; days lie under it
    :param authority: certificates to trust instead of the machine's own
    """

    address: str
    authority: Path | None = None
    timeout_seconds: float = 30
    file_limit_bytes: int = 1_000_000


class MarketError(OutsideError):
    """The market did not give what it should."""


class Unreachable(MarketError):
    """It cannot be reached now; trying again later makes sense."""


class BadAnswer(MarketError):
    """It answers something else than a file of prices; somebody has to look."""


def name_of(day: date) -> str:
    """The name of a day's file."""
    return f"spot_{day:%Y%m%d}.csv"


class Market(Protocol):
    """The market's prices, day by day."""

    def fetch(self, day: date) -> bytes | None:
        """
        The file of a day; nothing while it is not published.

        :raises Unreachable:
        :raises BadAnswer:
        """
