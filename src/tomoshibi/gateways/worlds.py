"""Where simulators keep what they know: a small database in a folder, which outlives them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar


class KeptWorld:
    """
    A world in a folder; opening it makes it.

    :cvar file: name of its database
    :cvar schema: tables that it needs
    """

    file: ClassVar[str]
    schema: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        with self._open() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(self.schema)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.folder / self.file, timeout=30, isolation_level=None)
        db.row_factory = sqlite3.Row
        try:
            db.execute("PRAGMA synchronous=OFF")
            yield db
        finally:
            db.close()
