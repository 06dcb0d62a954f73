"""One billing run by real workers, from rating to opened debts; kills on the way."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from django.db import connection

from tomoshibi.billing import jobs, membership, values
from tomoshibi.billing import operations as billing
from tomoshibi.billing import queries as billing_queries
from tomoshibi.storage import db
from tools.bench import book
from tools.bench.month import NOW, release_everything
from tools.chaos import plan
from tools.chaos.plan import Kill, Moment, Target
from tools.chaos.victim import note_of, strike

PATIENCE = 120


class Stuck(RuntimeError):
    """The work did not go on by itself."""


class Play:
    """:param folder: for the notes and logs of the workers"""

    def __init__(self, *, people: dict[str, int], folder: Path, say: Callable[[str], None]) -> None:
        self.people, self.folder, self.say = people, folder, say
        self.started, self.number = time.monotonic(), 0
        self.process: subprocess.Popen[bytes] | None = None
        self.commanded: dict[int, Kill] = {}

    def run(self, kills: dict[str, list[Kill]]) -> None:
        chunk_size = min(membership.CHUNK_SIZE, max(1, _contracts() // plan.PARTS))
        with db.transaction():
            made = billing.open_run(
                month=book.MONTH,
                selection=values.Selection(),
                actor_id=self.people["first"],
                now=NOW,
                chunk_size=chunk_size,
            )
            jobs.enqueue_rating(run_id=made.id, actor_id=self.people["first"])
        self._stage("rating", kills.get("rating", []))
        with db.transaction():
            release_everything(made.id, self.people["first"])
            billing.finish_examination(run_id=made.id, actor_id=self.people["first"], now=NOW)
            rated = billing_queries.run(run_id=made.id)
            billing.confirm(
                run_id=made.id, actor_id=self.people["second"], now=NOW,
                seen_count=rated.bill_count, seen_total=rated.total_minor,
            )  # fmt: skip
            jobs.enqueue_issue(run_id=made.id, actor_id=self.people["second"])
        self._stage("issue", [*kills.get("issue", []), *kills.get("opening", [])])

    def _stage(self, name: str, kills: Sequence[Kill]) -> None:
        numbered = dict(enumerate(kills, start=self.number + 1))
        for number, kill in numbered.items():
            self._start({later: one for later, one in numbered.items() if later >= number})
            self.number = number
            if not self._kill(kill):
                raise Stuck(f"{name} was over before kill {number} ({kill}); give more contracts")
        self._start({})
        self._wait(self._all_done, "the jobs to end")
        self._stop()

    def _kill(self, kill: Kill) -> bool:
        """:returns: whether it struck before the work was done"""
        note = note_of(self.folder, self.number)
        if kill.moment is Moment.ANY:
            self._wait(lambda: _works() or self._all_done(), "the job to go on")
            time.sleep(kill.delay)
            if self._all_done():
                return False
            note.write_text(self._strike_from_outside(kill), encoding="utf-8")
        else:
            self._wait(lambda: note.exists() or self._all_done(), "the moment of the kill")
            if not note.exists():
                return False
        assert self.process is not None
        if kill.target is Target.WORKER:
            self.process.wait(10)
        moment = time.monotonic() - self.started
        _one("SELECT 1", self)
        back = time.monotonic() - self.started - moment
        self.say(f"kill {self.number:>2} at {moment:5.1f} s: {kill} ({note.read_text(encoding='utf-8')})")
        self.say(f"{'':>8}{_progress()}; database back after {back:.1f} s; worker {self._fate()}")
        return True

    def _fate(self) -> str:
        assert self.process is not None
        return "goes on" if self.process.poll() is None else f"ended ({self.process.returncode})"

    def _strike_from_outside(self, kill: Kill) -> str:
        assert self.process is not None
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid, left(regexp_replace(query, '\\s+', ' ', 'g'), 60), state, xact_start IS NOT NULL"
                "  FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " ORDER BY xact_start NULLS LAST, state_change DESC LIMIT 1"
            )
            pid, query, state, inside = cursor.fetchone() or (0, "", "", False)
        target = kill.target if pid else Target.WORKER
        strike(target, worker=self.process.pid, backend=pid)
        return f"{'in' if inside else 'outside'} a transaction, {state}: {query}"

    def _start(self, kills: dict[int, Kill]) -> None:
        """Start a worker where none lives, as the supervisor would."""
        if self.process is not None and self.process.poll() is None:
            return
        environment = dict(os.environ)
        command = [sys.executable, "-m", "tomoshibi.config.commands", "worker", "--concurrency", "1"]
        if kills:
            command = [sys.executable, "-m", "tools.chaos.victim"]
            wanted = {number: dataclasses.asdict(kill) for number, kill in kills.items()}
            environment |= {"CHAOS_KILLS": json.dumps(wanted), "CHAOS_NOTES": str(self.folder)}
        with (self.folder / "workers.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        self.commanded = kills

    def restart_ended(self) -> None:
        """A worker that ended with its database is started again; its start brings the database back."""
        if self.process is not None and self.process.poll() is not None:
            left = {
                number: kill for number, kill in self.commanded.items() if not note_of(self.folder, number).exists()
            }
            self._start(left)

    def _stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def end(self) -> None:
        """Leave no process behind."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _wait(self, ready: Callable[[], bool], for_what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            self.restart_ended()
            if time.monotonic() > deadline:
                raise Stuck(f"waited {PATIENCE} s for {for_what}")
            time.sleep(0.05)

    def _all_done(self) -> bool:
        return _one("SELECT count(*) FROM worker_job WHERE state NOT IN ('done', 'failed')", self) == 0


def _contracts() -> int:
    return _one("SELECT count(*) FROM contracts_contract")


def _works() -> bool:
    """Whether a job is inside a transaction just now."""
    return bool(
        _one(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND xact_start IS NOT NULL AND backend_type = 'client backend'"
        )
    )


def _progress() -> str:
    parts = {
        "rated": "SELECT count(*) FROM billing_chunk WHERE rated",
        "issued": "SELECT count(*) FROM billing_chunk WHERE issued",
        "of": "SELECT count(*) FROM billing_chunk",
        "debts": "SELECT count(*) FROM collection_receivable",
    }
    found = {name: _one(query) for name, query in parts.items()}
    return f"rated {found['rated']}/{found['of']}, issued {found['issued']}/{found['of']}, debts {found['debts']:,}"


def _one(query: str, play: Play | None = None) -> int:
    """A number from the database, over a connection that is made anew when the server was killed."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return int(cursor.fetchone()[0])
        except Exception as failure:
            if not isinstance(failure.__cause__, psycopg.OperationalError):
                raise
            connection.close()
            if play is not None:
                play.restart_ended()
            time.sleep(0.1)
    raise Stuck("the database does not come back")
