"""
Who is supplied where, which applications and mediations are under way, and how a day changes them.

Kept in one SQLite file, so that a control page, a test and the server can all look at it. Every call that is given a day
first lets everything happen that was due until then.
"""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tomoshibi.gateways.switching.simulator.manners import ANY, Manners, listed, named
from tomoshibi.gateways.worlds import KeptWorld

OTHERS = {"10001": "もみじ電力", "20002": "しらかば電力", "30003": "あすなろエナジー"}
"""The other retailers: codes and names, all invented."""
LAST_RESORT = "90009"
DAY = timedelta(days=1)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS point (
  spin TEXT PRIMARY KEY, class TEXT, area TEXT, voltage TEXT, retailer TEXT, holder TEXT, kana TEXT,
  customer_number TEXT, address TEXT, building TEXT, capacity_kind TEXT, capacity_milli INTEGER, base_day TEXT,
  connected INTEGER, smart INTEGER, meter TEXT);
CREATE TABLE IF NOT EXISTS application (
  number TEXT PRIMARY KEY, spin TEXT, retailer TEXT, function TEXT, class TEXT, given TEXT, meaning TEXT, stage TEXT,
  step INTEGER, received TEXT, wished TEXT, fixed TEXT, reason TEXT, password TEXT, partner TEXT);
CREATE INDEX IF NOT EXISTS application_open ON application (meaning) WHERE meaning IN ('in_progress', 'matched', 'meter');
CREATE INDEX IF NOT EXISTS application_point ON application (spin);
CREATE TABLE IF NOT EXISTS mediation (
  number TEXT PRIMARY KEY, spin TEXT, class TEXT, new_retailer TEXT, old_retailer TEXT, given TEXT, meaning TEXT,
  step INTEGER, registered TEXT, deadline TEXT, wished TEXT, reasons TEXT);
CREATE TABLE IF NOT EXISTS event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, retailer TEXT, feed TEXT, number TEXT, content TEXT);
CREATE INDEX IF NOT EXISTS event_feed ON event (retailer, feed, seq);
CREATE TABLE IF NOT EXISTS done (what TEXT PRIMARY KEY, until TEXT);
CREATE TABLE IF NOT EXISTS answered (message_id TEXT PRIMARY KEY, content BLOB);
"""
OPEN = ("in_progress", "matched", "meter")


@dataclass(frozen=True)
class PointSeed:
    """A point that the world knows from the start."""

    spin: str
    retailer: str
    holder: str = ""
    kana: str = ""
    customer_number: str = ""
    address: str = ""
    building: str = ""
    klass: str = "low"
    voltage: str = "low"
    capacity_kind: str = "A"
    capacity_milli: int = 40_000
    base_day: str = "05"
    connected: bool = True
    smart: bool = True
    meter: str = ""

    def row(self) -> tuple[str | int, ...]:
        """As the table ``point`` holds it."""
        return (
            self.spin, self.klass, self.spin[:2], self.voltage, self.retailer, self.holder, self.kana, self.customer_number,
            self.address, self.building, self.capacity_kind, self.capacity_milli, self.base_day, int(self.connected),
            int(self.smart), self.meter or f"M{self.spin[-8:]}",
        )  # fmt: skip


Known = Callable[[str], PointSeed | None]
_TELL = f"INSERT OR IGNORE INTO point VALUES ({','.join('?' * 16)})"


class Turned(Exception):
    """The world does not do what was asked; code and words for the answer."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class World(KeptWorld):
    """
    The outside world in a folder; opening it makes it.

    :param folder: holds ``world.sqlite`` and ``manners.json``
    :param known: asked about a point that nobody told of, before one is invented
    """

    file, schema = "world.sqlite", _SCHEMA

    def __init__(self, folder: Path, *, known: Known | None = None) -> None:
        super().__init__(folder)
        self._known = known

    @property
    def manners(self) -> Manners:
        return Manners.read(self.folder)

    @contextmanager
    def at(self, today: date) -> Iterator["Moment"]:
        """The world on a day, in one transaction; what was due has happened."""
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            moment = Moment(db, today, self.manners, self._known)
            try:
                moment.advance()
                yield moment
            except Turned:
                db.execute("COMMIT")
                raise
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def seed(self, points: Iterable[PointSeed]) -> None:
        """Tell the world of points; those that it knows stay as they are."""
        with self._open() as db:
            db.execute("BEGIN")
            db.executemany(_TELL, [point.row() for point in points])
            db.execute("COMMIT")

    def answered(self, message_id: str) -> bytes | None:
        """The answer that a message got when it came before."""
        with self._open() as db:
            row = db.execute("SELECT content FROM answered WHERE message_id = ?", (message_id,)).fetchone()
        return row["content"] if row else None

    def remember(self, message_id: str, content: bytes) -> None:
        with self._open() as db:
            db.execute("INSERT OR IGNORE INTO answered VALUES (?, ?)", (message_id, content))

    def applications(self, *, limit: int = 100) -> list[dict[str, Any]]:
        """For people who look: the latest applications."""
        with self._open() as db:
            rows = db.execute("SELECT * FROM application ORDER BY rowid DESC LIMIT ?", (limit,)).fetchall()
        return [dict(row) for row in rows]

    def mediations(self, *, limit: int = 100) -> list[dict[str, Any]]:
        with self._open() as db:
            rows = db.execute("SELECT * FROM mediation ORDER BY rowid DESC LIMIT ?", (limit,)).fetchall()
        return [dict(row) for row in rows]

    def point(self, spin: str) -> dict[str, Any] | None:
        with self._open() as db:
            row = db.execute("SELECT * FROM point WHERE spin = ?", (spin,)).fetchone()
        return dict(row) if row else None


class Moment:
    """The world on one day, inside a transaction."""

    def __init__(self, db: sqlite3.Connection, today: date, manners: Manners, known: Known | None = None) -> None:
        self.db, self.today, self.manners, self._known = db, today, manners, known

    # points ----------------------------------------------------------------------------------------------------

    def point(self, spin: str, klass: str = "low") -> sqlite3.Row:
        """A point; one that nobody told of is supplied by another retailer and takes any name and number."""
        found = self.db.execute("SELECT * FROM point WHERE spin = ?", (spin,)).fetchone()
        if found is None:
            told = self._known(spin) if self._known else None
            if told is None:
                self._invent(spin, klass)
            else:
                self.db.execute(_TELL, told.row())
            found = self.db.execute("SELECT * FROM point WHERE spin = ?", (spin,)).fetchone()
        assert isinstance(found, sqlite3.Row)
        return found

    def _invent(self, spin: str, klass: str) -> None:
        if len(spin) != 22 or not spin.isdigit() or not 1 <= int(spin[:2]) <= 10:  # noqa: PLR2004
            raise Turned("E101", "供給地点特定番号が正しくありません")
        digest = hashlib.sha256(spin.encode()).digest()
        days = self.manners.base_days.get(spin[:2]) or [f"{day:02}" for day in range(1, 16)]
        high = klass == "high"
        made = PointSeed(
            spin,
            retailer=sorted(OTHERS)[digest[0] % len(OTHERS)],
            klass=klass,
            voltage="high" if high else "low",
            capacity_kind="kW" if high else "A",
            capacity_milli=80_000 if high else (30_000, 40_000, 50_000, 60_000)[digest[1] % 4],
            base_day=days[digest[2] % len(days)],
        )
        self.db.execute(_TELL, made.row())

    def _lives_there(self, point: sqlite3.Row, retailer: str) -> bool:
        """Whether somebody else is supplied at a point; where nobody told who, they are taken to have moved out."""
        if not point["connected"] or point["retailer"] in {"", retailer}:
            return False
        is_invented = not point["holder"] and not point["customer_number"]
        return not is_invented or listed(self.manners.occupied, point["spin"])

    def pending(self, spin: str) -> str:
        rows = self.db.execute(
            "SELECT function FROM application WHERE spin = ? AND meaning IN ('in_progress', 'matched')", (spin,)
        )
        return ",".join(row["function"] for row in rows)

    def usage(self, spin: str, password: str) -> list[dict[str, Any]]:
        row = self.db.execute(
            "SELECT * FROM application WHERE spin = ? AND function = 'usage_application' AND password = ?",
            (spin, password),
        ).fetchone()
        if row is None or date.fromisoformat(row["fixed"]) + 31 * DAY < self.today:
            raise Turned("E301", "パスワードが正しくないか、有効期限が過ぎています")
        first = self.today.replace(day=1)
        found = []
        for _ in range(13):
            first = (first - DAY).replace(day=1)
            seed = int.from_bytes(hashlib.sha256(f"{spin}{first}".encode()).digest()[:2], "big")
            found.append({"month": first.year * 100 + first.month, "energy_dwh": 2_000_000 + seed * 40})
        return found[::-1]

    def search(self, *, area: str, address: str, building: str, meter: str) -> list[sqlite3.Row]:
        if not (address or meter):
            raise Turned("E401", "住所または計器番号を指定してください")
        clauses, params = ["area = ?"], [area]
        for column, text in (("address", address), ("building", building), ("meter", meter)):
            if text:
                clauses.append(f"{column} LIKE ?")
                params.append(f"%{text}%")
        rows = self.db.execute(f"SELECT * FROM point WHERE {' AND '.join(clauses)} ORDER BY spin LIMIT 20", params)
        return list(rows)

    # applications ----------------------------------------------------------------------------------------------

    def _stirred(self) -> None:
        """Something came in: the next look finds what follows."""
        self.db.execute("DELETE FROM done WHERE what = 'day'")

    def apply(
        self, *, number: str, retailer: str, function: str, klass: str, action: str, given: dict[str, Any]
    ) -> Any:
        """
        An application comes in, is changed or is taken back.

        :returns: its row
        """
        self._stirred()
        row = self._application(number)
        if action == "new":
            if row is not None:
                raise Turned("E201", "この申込番号は受付済みです")
            self._check(retailer, function, klass, given)
            wished = given.get("wished_on") or self.today.isoformat()
            self.db.execute(
                f"INSERT INTO application VALUES ({','.join('?' * 15)})",
                (number, given["spin"], retailer, function, klass, json.dumps(given, ensure_ascii=False), "in_progress",
                 self._stage_shown(given["spin"]), 1, self.today.isoformat(), wished, "", "", "", ""),
            )  # fmt: skip
            self._tell(number)
            return self._application(number)
        if row is None or row["retailer"] != retailer:
            raise Turned("E202", "申込番号が見つかりません")
        if row["meaning"] != "in_progress":
            raise Turned("E203", "マッチング後または完了後の申込は変更・取消できません")
        if action == "cancel":
            self._move(number, "canceled", stage="canceled")
        else:
            kept = json.loads(row["given"]) | given
            wished = kept.get("wished_on") or row["wished"]
            self.db.execute(
                "UPDATE application SET given = ?, wished = ? WHERE number = ?",
                (json.dumps(kept, ensure_ascii=False), wished, number),
            )
        return self._application(number)

    def _check(self, retailer: str, function: str, klass: str, given: dict[str, Any]) -> None:
        spin = given.get("spin", "")
        point = self.point(spin, klass)
        words = named(self.manners.refuse, spin)
        if words:
            raise Turned("E900", words)
        ours = point["retailer"] == retailer
        if function == "start" and ours:
            raise Turned("E211", "既に申込者が供給している地点です")
        if function in {"end", "terminate", "ampere", "customer_change"} and not ours:
            raise Turned("E212", "申込者が供給していない地点です")
        if function in {"start", "ampere"} and "terminate" in self.pending(spin).split(","):
            raise Turned("E213", "廃止の申込を受付済みです")
        if function == "start" and "start" in self.pending(spin).split(","):
            raise Turned("E214", "開始の申込を受付済みです")
        if function == "reconnect":
            wished = date.fromisoformat(given["wished_on"])
            if wished < self.today - self.manners.backdate_days * DAY:
                raise Turned("E221", "遡及できる期間を過ぎています")
            if self._lives_there(point, retailer) and "terminate" not in self.pending(spin):
                raise Turned("E222", "契約中の地点です")
        if function == "ampere" and not 0 < int(given.get("capacity_milli", 0)) <= 60_000:  # noqa: PLR2004
            raise Turned("E231", "60Aを超える変更は工事申込が必要です")
        if function == "start" and given.get("old_retailer") and given["old_retailer"] != point["retailer"]:
            raise Turned("E215", "旧小売電気事業者が一致しません")

    def _stage_shown(self, spin: str) -> str:
        return named(self.manners.odd_stage, spin) or "in_progress"

    def _application(self, number: str) -> sqlite3.Row | None:
        found = self.db.execute("SELECT * FROM application WHERE number = ?", (number,)).fetchone()
        return found if isinstance(found, sqlite3.Row) else None

    def state(self, number: str, retailer: str) -> sqlite3.Row:
        row = self._application(number)
        if row is None or row["retailer"] != retailer:
            raise Turned("E202", "申込番号が見つかりません")
        return row

    def _move(self, number: str, meaning: str, *, stage: str, **more: str) -> None:
        sets = "".join(f", {name} = ?" for name in more)
        self.db.execute(
            f"UPDATE application SET meaning = ?, stage = ?, step = step + 1{sets} WHERE number = ?",
            (meaning, stage, *more.values(), number),
        )
        self._tell(number)

    def _tell(self, number: str) -> None:
        row = self._application(number)
        assert row is not None
        content = {name: row[name] for name in ("number", "spin", "stage", "step", "fixed", "reason", "password")}
        self.db.execute(
            "INSERT INTO event (retailer, feed, number, content) VALUES (?, 'application', ?, ?)",
            (row["retailer"], number, json.dumps(content, ensure_ascii=False)),
        )

    # mediations ------------------------------------------------------------------------------------------------

    def ask_old(self, *, number: str, retailer: str, klass: str, given: dict[str, Any]) -> sqlite3.Row:
        """A retailer asks, through the system, the one that supplies a point to give it up."""
        self._stirred()
        point = self.point(given["spin"], klass)
        old = given.get("old_retailer") or point["retailer"]
        if old == retailer:
            raise Turned("E501", "現小売電気事業者が申込者と同じです")
        deadline = self.today + self.manners.deadline_days * DAY
        self.db.execute(
            f"INSERT INTO mediation VALUES ({','.join('?' * 12)})",
            (number, given["spin"], klass, retailer, old, json.dumps(given, ensure_ascii=False), "waiting", 1,
             self.today.isoformat(), deadline.isoformat(), given.get("wished_on", ""), ""),
        )  # fmt: skip
        self._tell_mediation(number)
        found = self._mediation(number)
        assert found is not None
        return found

    def decide(self, *, number: str, retailer: str, agreed: bool, reasons: str) -> sqlite3.Row:
        """The old retailer answers."""
        self._stirred()
        row = self._mediation(number)
        if row is None or row["old_retailer"] != retailer:
            raise Turned("E502", "廃止取次番号が見つかりません")
        if row["meaning"] != "waiting":
            raise Turned("E503", "判断済みです")
        self._move_mediation(number, "agreed" if agreed else "refused", reasons=reasons)
        if agreed and row["new_retailer"] in OTHERS:
            self._start_of_other(row)
        found = self._mediation(number)
        assert found is not None
        return found

    def _start_of_other(self, row: sqlite3.Row) -> None:
        """Another retailer, told yes, applies for the start."""
        number = f"S{row['number']}"
        given = {"spin": row["spin"], "wished_on": row["wished"], "mediation_number": row["number"]}
        self.db.execute(
            f"INSERT OR IGNORE INTO application VALUES ({','.join('?' * 15)})",
            (number, row["spin"], row["new_retailer"], "start", row["class"], json.dumps(given), "in_progress",
             "in_progress", 1, self.today.isoformat(), row["wished"], "", "", "", row["number"]),
        )  # fmt: skip

    def _mediation(self, number: str) -> sqlite3.Row | None:
        found = self.db.execute("SELECT * FROM mediation WHERE number = ?", (number,)).fetchone()
        return found if isinstance(found, sqlite3.Row) else None

    def _move_mediation(self, number: str, meaning: str, *, reasons: str = "") -> None:
        self.db.execute(
            "UPDATE mediation SET meaning = ?, step = step + 1, reasons = ? WHERE number = ?",
            (meaning, reasons, number),
        )
        self._tell_mediation(number)

    def _tell_mediation(self, number: str) -> None:
        row = self._mediation(number)
        assert row is not None
        content = json.dumps({**dict(row), "given": json.loads(row["given"])}, ensure_ascii=False)
        for retailer, feed in ((row["new_retailer"], "results"), (row["old_retailer"], "inbox")):
            self.db.execute(
                "INSERT INTO event (retailer, feed, number, content) VALUES (?, ?, ?, ?)",
                (retailer, feed, number, content),
            )

    # feeds -----------------------------------------------------------------------------------------------------

    def events(
        self, *, retailers: Sequence[str], feed: str, after: int, limit: int
    ) -> tuple[list[tuple[int, dict[str, Any]]], int, bool]:
        """What happened after a cursor: rows, the next cursor, and whether there is more."""
        marks = ",".join("?" * len(retailers))
        rows = self.db.execute(
            f"SELECT * FROM event WHERE retailer IN ({marks}) AND feed = ? AND seq > ? ORDER BY seq LIMIT ?",
            (*retailers, feed, after, limit + 1),
        ).fetchall()
        more, rows = len(rows) > limit, rows[:limit]
        cursor = rows[-1]["seq"] if rows else after
        if self.manners.repeat_events:
            rows = (
                self.db.execute(
                    f"SELECT * FROM event WHERE retailer IN ({marks}) AND feed = ? AND seq <= ? ORDER BY seq DESC LIMIT ?",
                    (*retailers, feed, after, self.manners.repeat_events),
                ).fetchall()
                + rows
            )
        found = [(row["seq"], json.loads(row["content"])) for row in rows]
        if self.manners.shuffle_events:
            found.reverse()
        return found, cursor, more

    # days ------------------------------------------------------------------------------------------------------

    def advance(self) -> None:
        """Let everything happen that is due; on a day on which nothing came in since the last look, nothing is."""
        until = f"{self.today} {zlib.crc32(str(self.manners).encode())}"
        known = self.db.execute("SELECT until FROM done WHERE what = 'day'").fetchone()
        if known is not None and known["until"] == until:
            return
        self.db.execute("INSERT OR REPLACE INTO done VALUES ('day', ?)", (until,))
        self._answers_of_others()
        rows = self.db.execute(
            "SELECT * FROM application WHERE meaning IN ('in_progress', 'matched', 'meter') ORDER BY rowid"
        ).fetchall()
        for row in rows:
            _STEPS[row["meaning"]](self, row)

    def _answers_of_others(self) -> None:
        for row in self.db.execute("SELECT * FROM mediation WHERE meaning = 'waiting'").fetchall():
            registered, deadline = (date.fromisoformat(row[name]) for name in ("registered", "deadline"))
            answers = row["old_retailer"] in OTHERS and not listed(self.manners.silent, row["spin"])
            if answers and self.today >= registered + self.manners.answer_days * DAY:
                reasons = self._objections(row)
                self._move_mediation(row["number"], "refused" if reasons else "agreed", reasons=",".join(reasons))
                continue
            if self.today > deadline:
                self._move_mediation(row["number"], "expired")

    def _objections(self, row: sqlite3.Row) -> list[str]:
        told = named(self.manners.mediation_no, row["spin"])
        if told:
            return list(told)
        point, given = self.point(row["spin"]), json.loads(row["given"])
        if point["retailer"] != row["old_retailer"]:
            return ["01"]
        if point["customer_number"] and point["customer_number"] != given.get("old_customer_number", ""):
            return ["02"]
        return []

    def _work(self, row: sqlite3.Row) -> None:
        """The grid company works on an application that is in progress."""
        received, wished = (date.fromisoformat(row[name]) for name in ("received", "wished"))
        if self.today < received + self.manners.grid_days * DAY:
            return
        words = named(self.manners.reject, row["spin"])
        if words:
            self._move(row["number"], "rejected", stage="rejected", reason=words)
            return
        function = row["function"]
        if function == "usage_application":
            secret = hashlib.sha256(f"{row['number']}{row['spin']}".encode()).hexdigest()[:12]
            self._move(row["number"], "completed", stage="completed", password=secret, fixed=self.today.isoformat())
        elif function in {"start", "end"}:
            self._match(row)
        elif self.today >= wished:
            self._finish(row, fixed=wished)

    def _match(self, row: sqlite3.Row) -> None:
        """Start and end have both come: the day is fixed and both are locked. Without its partner it expires."""
        start = row["function"] == "start"
        partner = self._partner(row, "end" if start else "start")
        # Where the old retailer is another, its own application is not kept here.
        if partner is None and not (start and self._old_is_other(row)):
            received = date.fromisoformat(row["received"])
            if self.today > received + self.manners.deadline_days * DAY:
                self._move(row["number"], "expired", stage="expired", reason="申込期限までに対となる申込がありません")
            return
        fixed = max(date.fromisoformat(row["wished"]), self.today + DAY).isoformat()
        self._move(row["number"], "matched", stage="matched", fixed=fixed)
        if partner is not None:
            self._move(partner["number"], "matched", stage="matched", fixed=fixed)
        mediation = json.loads(row["given"]).get("mediation_number")
        known = self._mediation(mediation) if mediation else None
        if known is not None and known["meaning"] == "agreed":
            self._move_mediation(known["number"], "matched")

    def _partner(self, row: sqlite3.Row, function: str) -> sqlite3.Row | None:
        found = self.db.execute(
            "SELECT * FROM application WHERE spin = ? AND function = ? AND meaning = 'in_progress'",
            (row["spin"], function),
        ).fetchone()
        return found if isinstance(found, sqlite3.Row) else None

    def _old_is_other(self, row: sqlite3.Row) -> bool:
        """
        Whether the retailer that supplies the point sends its end by itself: it was told by a mediation that it agreed to,
        or by its customer.
        """
        point = self.point(row["spin"])
        if point["retailer"] not in OTHERS or listed(self.manners.silent, row["spin"]):
            return False
        number = json.loads(row["given"]).get("mediation_number", "")
        known = self._mediation(number) if number else None
        return known is None or known["meaning"] in {"agreed", "matched"}

    def _due(self, row: sqlite3.Row) -> None:
        fixed = date.fromisoformat(row["fixed"])
        if self.today < fixed:
            return
        if row["function"] == "start" and self._moved_out(row["spin"], fixed):
            self._move(row["number"], "rejected", stage="rejected", reason="切替前に廃止されました")
            return
        self._finish(row, fixed=fixed)

    def _moved_out(self, spin: str, fixed: date) -> bool:
        """Somebody ended supply at the point before the switch."""
        point = self.point(spin)
        return not point["connected"] and point["retailer"] == "" and fixed <= self.today

    def _finish(self, row: sqlite3.Row, *, fixed: date) -> None:
        self._change_point(row)
        if listed(self.manners.meter_open, row["spin"]) and row["function"] in {"start", "reconnect", "ampere"}:
            self._move(row["number"], "meter", stage="completed_meter_open", fixed=fixed.isoformat())
        else:
            self._move(row["number"], "completed", stage="completed", fixed=fixed.isoformat())

    def _meter(self, row: sqlite3.Row) -> None:
        if self.today >= date.fromisoformat(row["fixed"]) + self.manners.meter_days * DAY:
            number = f"N{row['spin'][-8:]}"
            self.db.execute("UPDATE point SET meter = ?, smart = 1 WHERE spin = ?", (number, row["spin"]))
            self._move(row["number"], "completed", stage="completed")

    def _change_point(self, row: sqlite3.Row) -> None:
        given, spin = json.loads(row["given"]), row["spin"]
        changes: dict[str, Any] = {}
        match row["function"]:
            case "start" | "reconnect":
                changes = {"retailer": row["retailer"], "connected": 1, "customer_number": ""}
                changes |= {"holder": given.get("holder_name", ""), "kana": given.get("holder_kana", "")}
            case "terminate":
                changes = {"retailer": "", "connected": 0}
            case "ampere":
                changes = {"capacity_milli": int(given["capacity_milli"])}
            case "customer_change":
                changes = {"holder": given.get("holder_name", ""), "kana": given.get("holder_kana", "")}
        for name, value in changes.items():
            self.db.execute(f"UPDATE point SET {name} = ? WHERE spin = ?", (value, spin))

    def move_out(self, spin: str) -> None:
        """The former customer leaves: supply at the point ends, whoever waits for it."""
        self._stirred()
        self.point(spin)
        self.db.execute("UPDATE point SET retailer = '', connected = 0 WHERE spin = ?", (spin,))

    def resize(self, spin: str, *, capacity_milli: int) -> None:
        """The size of a connection changes while an application waits."""
        self.db.execute("UPDATE point SET capacity_milli = ? WHERE spin = ?", (capacity_milli, spin))


_STEPS = {"in_progress": Moment._work, "matched": Moment._due, "meter": Moment._meter}
__all__ = ["ANY", "LAST_RESORT", "OPEN", "OTHERS", "Known", "Moment", "PointSeed", "Turned", "World"]
