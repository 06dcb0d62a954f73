"""
The real worker with a tripwire: it dies (or takes its database along) at one exact place of its work.

Started by the chaos run only; what to do stands in CHAOS_KILLS, and what was done goes into the folder CHAOS_NOTES.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tools.chaos.plan import Kill, Moment, Target


class Tripwire:
    """
    Counts what the jobs do, and strikes where the next kill of the plan says. A process that outlives a kill (of the
    database) goes on to the next one; a kill is over when its note is there.
    """

    def __init__(self, kills: dict[int, Kill], folder: Path) -> None:
        self.kills, self.folder = kills, folder
        self.number, self.passed = 0, 0
        self.here = threading.local()  # parts of a run are done by two threads
        self.one = threading.Lock()

    def copying(self, copy: Any, buffer: Any, write: Callable[[Any, Any], None]) -> None:
        kill = self._next()
        if kill is None or f'"{kill.table}"'.encode() not in copy.cursor._query.query:
            return write(copy, buffer)
        self.here.marked = True
        if kill.moment is not Moment.IN_COPY or not self._comes_now(kill):
            return write(copy, buffer)
        cut = int(len(buffer) * kill.share)
        write(copy, buffer[:cut])
        self._strike(kill, copy.cursor.connection, f"{cut:,} of {len(buffer):,} bytes of {kill.table}")
        return write(copy, buffer[cut:])

    def committing(self, connection: Any, commit: Callable[[Any], None]) -> None:
        kill, marked = self._next(), getattr(self.here, "marked", False)
        self.here.marked = False
        mine = kill if kill and marked and kill.moment is not Moment.IN_COPY and self._comes_now(kill) else None
        if mine and mine.moment is Moment.BEFORE_COMMIT:
            self._strike(mine, connection, "everything written, nothing committed")
        commit(connection)
        if mine and mine.moment is Moment.AFTER_COMMIT:
            self._strike(mine, connection, "just committed")

    def _next(self) -> Kill | None:
        left = [number for number in self.kills if not note_of(self.folder, number).exists()]
        with self.one:
            if left and left[0] != self.number:
                self.number, self.passed = left[0], 0
        return self.kills[left[0]] if left else None

    def _comes_now(self, kill: Kill) -> bool:
        with self.one:
            self.passed += 1
            return self.passed > kill.skip

    def _strike(self, kill: Kill, connection: Any, what: str) -> None:
        with self.one:  # the other thread may have struck meanwhile
            note = note_of(self.folder, self.number)
            if note.exists() or self.kills[self.number] is not kill:
                return
            note.write_text(what, encoding="utf-8")
        strike(kill.target, worker=os.getpid(), backend=connection.info.backend_pid)


def note_of(folder: Path, number: int) -> Path:
    """Where it stands what a kill hit."""
    return folder / f"kill-{number:03d}"


def strike(target: Target, *, worker: int, backend: int) -> None:
    """SIGKILL the worker, the embedded server of this data folder, or one process of it."""
    from tomoshibi.storage import server

    server_pid = int((server.data_folder() / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill({Target.WORKER: worker, Target.DATABASE: server_pid, Target.BACKEND: backend}[target], signal.SIGKILL)
    time.sleep(0.2)  # a signal takes a moment to be felt


def install(wire: Tripwire) -> None:
    write, commit = psycopg.Copy.write, psycopg.Connection.commit
    psycopg.Copy.write = lambda copy, buffer: wire.copying(copy, buffer, write)  # type: ignore[method-assign]
    psycopg.Connection.commit = lambda connection: wire.committing(connection, commit)  # type: ignore[method-assign]


def main() -> None:
    wanted = json.loads(os.environ["CHAOS_KILLS"])
    kills = {int(number): Kill.from_json(kill) for number, kill in wanted.items()}
    install(Tripwire(kills, Path(os.environ["CHAOS_NOTES"])))
    from tomoshibi.config import commands

    sys.argv = ["tomoshibi", "worker", "--concurrency", "1"]
    commands.main()


if __name__ == "__main__":
    main()
