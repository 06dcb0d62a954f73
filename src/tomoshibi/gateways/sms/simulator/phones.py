"""The phones behind the gateway: what each shows, kept as lines of a file, and how the gateway behaves."""

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import httpx

from tomoshibi.gateways.manners import Kept

TOKEN = "lamp-light"  # noqa: S105 - of a simulator that listens on this machine only
PAGE = 100


@dataclass(frozen=True)
class Unwilling(Kept):
    """
    What goes wrong, kept in ``folder/manners.json``; numbers may hold ``*``.

    :param unknown: numbers that the gateway refuses at once
    :param off: numbers whose phone is off: the message is taken, and its receipt says that it failed
    :param silent: numbers of which no receipt ever comes
    :param later: so many messages are answered with 503 first
    :param cut: so many messages are taken, and the answer is lost on its way
    :param repeats: each page of receipts brings the page before it again
    :param refuses: everything is answered with 403
    """

    unknown: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    later: int = 0
    cut: int = 0
    repeats: bool = False
    refuses: bool = False


def among(numbers: tuple[str, ...], number: str) -> bool:
    return any(fnmatchcase(number, pattern) for pattern in numbers)


@dataclass(frozen=True)
class Signal:
    """A message as a phone shows it; ``state`` is what its receipt will say."""

    id: str
    to: str
    sender: str
    text: str
    state: str
    reason: str
    at: str


class Phones:
    """
    Everything that was taken, oldest first; a message id counts once.

    :param now: the time out there
    """

    def __init__(self, folder: Path, *, now: Callable[[], datetime]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._now = folder, now
        self._file = folder / "messages.jsonl"
        self._lock = threading.Lock()
        lines = self._file.read_text("utf-8").splitlines() if self._file.exists() else []
        self.signals = [Signal(**json.loads(line)) for line in lines]
        self._known = {one.id for one in self.signals}

    def take(self, given: dict[str, Any], manners: Unwilling) -> bool:
        """:returns: whether the message is new"""
        number = str(given["to"])
        off, silent = among(manners.off, number), among(manners.silent, number)
        signal = Signal(
            id=str(given["id"]),
            to=number,
            sender=str(given.get("sender", "")),
            text=str(given["text"]),
            state="" if silent else "failed" if off else "delivered",
            reason="the phone is off" if off else "",
            at=self._now().isoformat(),
        )
        with self._lock:
            if signal.id in self._known:
                return False
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(signal), ensure_ascii=False) + "\n")
            self._known.add(signal.id)
            self.signals.append(signal)
        return True

    def receipts(self, after: int) -> tuple[list[dict[str, str]], int]:
        """A page of receipts behind a mark, and the next mark."""
        page = self.signals[after : after + PAGE]
        told = [{"id": one.id, "state": one.state, "reason": one.reason, "at": one.at} for one in page if one.state]
        return told, after + len(page)


def shown_on_phones(address: str, *, authority: Path | None = None, token: str = TOKEN) -> list[Signal] | None:
    """
    What the phones show, newest first: only a simulator answers this; nothing where a real gateway, or nobody, is there.
    """
    try:
        context = ssl.create_default_context(cafile=str(authority) if authority else None)
        answer = httpx.get(
            f"{address.rstrip('/')}/phones",
            verify=context,
            timeout=5,
            trust_env=False,
            headers={"Authorization": f"Bearer {token}"},
        )
        told = answer.json() if answer.status_code == httpx.codes.OK else {}
        return [Signal(**one) for one in told["phones"]]
    except (OSError, httpx.HTTPError, ValueError, LookupError, TypeError):
        return None
