"""The people behind the Web system: they receive, design, ask for a contribution, fix a day, and do the work."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zlib import crc32

from tomoshibi.gateways.manners import Kept
from tomoshibi.gateways.worlds import KeptWorld

DAY = timedelta(days=1)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS application (
  number TEXT PRIMARY KEY, kind TEXT, point TEXT, wished TEXT, form TEXT, stage TEXT, step INTEGER, since TEXT,
  reception TEXT, day TEXT, amount INTEGER);
CREATE TABLE IF NOT EXISTS event (seq INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, content TEXT);
CREATE TABLE IF NOT EXISTS answered (message_id TEXT PRIMARY KEY, content TEXT);
"""
LAND_KINDS = {"new_supply", "service_line"}
"""Whose design includes talks about land."""


@dataclass(frozen=True)
class Manners(Kept):
    """
    How the desk behaves; read anew for each request.

    :param receive_days: until an application has a reception number; ``design_days`` until the design is finished;
        ``schedule_days`` from then until the day is told; ``work_days`` from the telling until the work
    :param contribution: kind -> yen that are asked for; other kinds cost nothing
    :param give_back: applicant number -> words with which it comes back once
    :param reject: applicant number -> words with which it is rejected
    :param refuse: words with which each application is refused at once
    :param odd_stage: tells a stage that nobody knows, first
    :param repeat: so many events come again with each page; ``shuffle``: a page comes in the wrong order
    :param unavailable: answers 503 to everything
    :param cut: so many applications are taken, and the answer is lost on its way
    :param nonsense: answers are a page in HTML
    :param refuses: every request is answered with 403
    """

    receive_days: int = 1
    design_days: int = 3
    schedule_days: int = 1
    work_days: int = 5
    contribution: dict[str, int] = field(
        default_factory=lambda: {"new_supply": 66_000, "size": 33_000, "service_line": 44_000, "wiring": 22_000}
    )
    give_back: dict[str, str] = field(default_factory=dict)
    reject: dict[str, str] = field(default_factory=dict)
    refuse: str = ""
    odd_stage: str = ""
    repeat: int = 0
    shuffle: bool = False
    unavailable: bool = False
    cut: int = 0
    nonsense: bool = False
    refuses: bool = False


class World(KeptWorld):
    """
    What lies on the desk of one grid company, in a folder.

    :param folder: holds ``desk.sqlite`` and ``manners.json``
    """

    file, schema = "desk.sqlite", _SCHEMA

    @property
    def manners(self) -> Manners:
        return Manners.read(self.folder)

    @contextmanager
    def at(self, today: date) -> Iterator["Moment"]:
        """The desk on a day, in one transaction; what was due has happened."""
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            moment = Moment(db, today, self.manners)
            try:
                moment.advance()
                yield moment
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def applications(self) -> list[dict[str, Any]]:
        """For people who look."""
        with self._open() as db:
            return [dict(row) for row in db.execute("SELECT * FROM application ORDER BY rowid DESC LIMIT 100")]


class Moment:
    """The desk on one day, inside a transaction."""

    def __init__(self, db: sqlite3.Connection, today: date, manners: Manners) -> None:
        self.db, self.today, self.manners = db, today, manners

    def take(self, given: dict[str, Any]) -> dict[str, Any]:
        """An application, a correction or a cancellation comes in; the same message again is answered as before."""
        message_id = str(given.get("messageId", ""))
        before = self.db.execute("SELECT content FROM answered WHERE message_id = ?", (message_id,)).fetchone()
        if before is not None:
            found: dict[str, Any] = json.loads(before["content"])
            return found
        words = self._refusal(given)
        if not words:
            self._put(given)
        answer = {"taken": not words, "words": words or "受け付けました"}
        self.db.execute("INSERT INTO answered VALUES (?, ?)", (message_id, json.dumps(answer, ensure_ascii=False)))
        return answer

    def _refusal(self, given: dict[str, Any]) -> str:
        row = self._row(str(given.get("applicantNumber", "")))
        action = given.get("action")
        if self.manners.refuse:
            return self.manners.refuse
        if not given.get("paper"):
            return "申込書が添付されていません"
        if action == "new" and row is not None and row["stage"] not in {"returned", "rejected", "canceled"}:
            return "この整理番号は受付済みです"
        if action in {"correct", "cancel"} and row is None:
            return "整理番号が見つかりません"
        if action in {"correct", "cancel"} and row is not None and row["stage"] in {"scheduled", "done"}:
            return "工事日確定後の変更・取消はできません"
        return ""

    def _put(self, given: dict[str, Any]) -> None:
        number = str(given["applicantNumber"])
        row = self._row(number)
        if given["action"] == "cancel":
            self._move(number, "canceled")
            return
        form, wished = json.dumps(given.get("form", {}), ensure_ascii=False), given.get("wishedOn") or ""
        if row is None:
            self.db.execute(
                "INSERT INTO application VALUES (?, ?, ?, ?, ?, 'sent', 0, ?, '', '', NULL)",
                (number, given["kind"], given.get("point", ""), wished, form, self.today.isoformat()),
            )
        elif row["stage"] == "returned":
            self.db.execute(
                "UPDATE application SET form = ?, wished = ?, stage = 'again', since = ? WHERE number = ?",
                (form, wished, self.today.isoformat(), number),
            )
        else:
            self.db.execute("UPDATE application SET form = ?, wished = ? WHERE number = ?", (form, wished, number))

    def _row(self, number: str) -> sqlite3.Row | None:
        found = self.db.execute("SELECT * FROM application WHERE number = ?", (number,)).fetchone()
        return found if isinstance(found, sqlite3.Row) else None

    def events(self, *, after: int, limit: int) -> dict[str, Any]:
        rows = self.db.execute("SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit + 1)).fetchall()
        more, rows = len(rows) > limit, rows[:limit]
        cursor = rows[-1]["seq"] if rows else after
        if self.manners.repeat:
            rows = (
                self.db.execute(
                    "SELECT * FROM event WHERE seq <= ? ORDER BY seq DESC LIMIT ?", (after, self.manners.repeat)
                ).fetchall()
                + rows
            )
        told = [{"seq": row["seq"], **json.loads(row["content"])} for row in rows]
        if self.manners.shuffle:
            told.reverse()
        return {"events": told, "cursor": cursor, "more": more}

    def advance(self) -> None:
        """Let everything happen that is due by today."""
        for row in self.db.execute("SELECT number FROM application ORDER BY rowid").fetchall():
            while self._one_step(row["number"]):
                pass

    def _one_step(self, number: str) -> bool:
        """:returns: whether something happened"""
        row = self._row(number)
        assert row is not None
        if self.today < date.fromisoformat(row["since"]) + self._days(row) * DAY:
            return False
        words = self.manners.reject.get(number)
        match row["stage"]:
            case "sent" if number in self.manners.give_back:
                self._move(number, "returned", reason=self.manners.give_back[number])
            case "sent" | "again":
                if self.manners.odd_stage:
                    self._move(number, self.manners.odd_stage, keep="odd")
                self._move(number, "received", reception=f"R{crc32(number.encode()) % 10**8:08d}")
            case "received" if words:
                self._move(number, "rejected", reason=words)
            case "received":
                self._move(number, "design", design="land" if row["kind"] in LAND_KINDS else "designing")
            case "design" if self.manners.contribution.get(row["kind"]):
                self._move(number, "contribution", amount=self.manners.contribution[row["kind"]])
            case "design" | "contribution":
                self._schedule(row)
            case "scheduled" if self.today >= date.fromisoformat(row["day"]):
                self._move(number, "done", day=row["day"])
            case _:
                return False
        return True

    def _days(self, row: sqlite3.Row) -> int:
        waits = {"sent": self.manners.receive_days, "again": self.manners.receive_days, "received": 1}
        waits |= {"design": self.manners.design_days, "contribution": 2 + self.manners.schedule_days}
        return waits.get(row["stage"], 0)

    def _schedule(self, row: sqlite3.Row) -> None:
        soonest = self.today + self.manners.work_days * DAY
        day = max(soonest, date.fromisoformat(row["wished"])) if row["wished"] else soonest
        self._move(row["number"], "scheduled", day=day.isoformat(), inspection=(day - DAY).isoformat())

    def _move(self, number: str, stage: str, *, keep: str = "", **more: Any) -> None:
        columns = {"reception": more.get("reception"), "day": more.get("day"), "amount": more.get("amount")}
        changes = {name: value for name, value in columns.items() if value is not None}
        names = "".join(f", {name} = ?" for name in changes)
        self.db.execute(
            f"UPDATE application SET stage = ?, step = step + 1, since = ?{names} WHERE number = ?",
            ("sent" if keep else stage, self.today.isoformat(), *changes.values(), number),
        )
        row = self._row(number)
        assert row is not None
        content = {
            "applicantNumber": number, "step": row["step"], "stage": stage, "receptionNumber": row["reception"],
            "design": more.get("design", ""), "amount": more.get("amount"), "day": more.get("day", ""),
            "inspectionOn": more.get("inspection", ""), "reason": more.get("reason", ""),
        }  # fmt: skip
        self.db.execute(
            "INSERT INTO event (number, content) VALUES (?, ?)", (number, json.dumps(content, ensure_ascii=False))
        )
