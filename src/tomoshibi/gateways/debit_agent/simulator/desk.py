"""
What the agent does with files: this side's own reading of the 91 and 21 layouts, byte by byte.

Nothing here is shared with the codec. ``folder/manners.json`` says what goes wrong and is read anew at each tick.
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tomoshibi.gateways.manners import Kept

RECORD = 120
NEW, TAKEN, OUT, QUEUE = "to-agent", "taken", "from-agent", "queue"


@dataclass(frozen=True)
class Manners(Kept):
    """
    How the agent answers.

    :param outcomes: result code by customer number (zeros in front do not matter) or ``bank-branch-kind-account``
    :param shares: result code -> how many of 10,000 other rows get it, chosen by their customer number
    :param default: result code of everything else
    :param on_tick: a request is answered only when ``tick`` is called, not at once
    :param late_ticks: so many ticks pass before the answer
    :param twice: the result comes again under another name
    :param missing: rows that are left out of the result, named as in ``outcomes``
    :param unknown_rows: so many rows that nobody asked for
    :param wrong_amount: rows whose amount comes back one yen higher, named as in ``outcomes``
    :param zero_totals: the trailer's four result totals stay zero
    :param rejects: sentence with which every file is rejected; empty accepts
    :param calendar: debit day -> day on which its result is given out (``2026-11-27``); a debit that does not stand in
        it is answered at once
    :param late_days: so many days after the calendar's
    :param days: debit day -> manners of that debit alone
    """

    outcomes: dict[str, str] = field(default_factory=dict)
    shares: dict[str, int] = field(default_factory=dict)
    default: str = "0"
    on_tick: bool = False
    late_ticks: int = 0
    twice: bool = False
    missing: tuple[str, ...] = ()
    unknown_rows: int = 0
    wrong_amount: tuple[str, ...] = ()
    zero_totals: bool = False
    rejects: str = ""
    calendar: dict[str, str] = field(default_factory=dict)
    late_days: int = 0
    days: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, debit_day: str) -> "Manners":
        """The manners of one debit: what is said for its day goes before what is said for all."""
        return replace(self, **self.known(self.days.get(debit_day, {})))

    def debit_day(self, month_and_day: str, *, near: date | None) -> str:
        """The calendar's day for the ``1127`` of a header, which names no year; empty where there is none."""
        fitting = [day for day in sorted(self.calendar) if day[5:].replace("-", "") == month_and_day]
        if near is not None:
            fitting.sort(key=lambda day: abs((date.fromisoformat(day) - near).days))
        return fitting[0] if fitting else ""

    def result_day(self, debit_day: str) -> date:
        return date.fromisoformat(self.calendar[debit_day]) + timedelta(days=self.late_days)

    def result_of(self, row: bytes) -> str:
        number, account = names(row)
        outcomes = {key.lstrip("0"): code for key, code in self.outcomes.items()}
        if number in outcomes:
            return outcomes[number]
        if account in outcomes:
            return outcomes[account]
        lot = zlib.crc32(number.encode()) % 10_000
        for code, share in self.shares.items():
            if lot < share:
                return code
            lot -= share
        return self.default


class Desk:
    """One agent's folders and what happens in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (NEW, TAKEN, OUT, QUEUE):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def take(self) -> None:
        """Take every complete file that lies there, and report on it."""
        manners = Manners.read(self.folder)
        for path in sorted((self.folder / NEW).iterdir()):
            if path.name.startswith(".") or not path.is_file():
                continue
            content = path.read_bytes()
            reasons = [manners.rejects] if manners.rejects else list(faults(content))
            records = [] if reasons else split(content)
            asked = list(rows(records))
            report = {
                "file": path.name,
                "accepted": not reasons,
                "records": len(asked),
                "amount": sum(int(row[80:90]) for row in asked),
                "reasons": reasons,
            }
            path.replace(self.folder / TAKEN / path.name)
            _put(self.folder / OUT / f"{path.stem}.report.json", json.dumps(report, ensure_ascii=False).encode())
            if records and records[0][1:3] == b"91":
                waits = {"ticks": manners.late_ticks, "debit": records[0][54:58].decode("latin-1")}
                _put(self.folder / QUEUE / path.name, json.dumps(waits).encode())

    def look(self, today: date | None = None) -> None:
        """
        Take what lies there, and answer what can be answered.

        :param today: the day at the agent's place; without one, only what waits for no day of the calendar is answered
        """
        self.take()
        if not Manners.read(self.folder).on_tick:
            self._answer(today, ticked=False)

    def tick(self, today: date | None = None) -> None:
        """A banking day passes: what was waiting for one gets its result."""
        self.take()
        self._answer(today, ticked=True)

    def _answer(self, today: date | None, *, ticked: bool) -> None:
        everyday = Manners.read(self.folder)
        for path in sorted((self.folder / QUEUE).iterdir()):
            if path.name.startswith("."):
                continue
            waits = json.loads(path.read_text("utf-8"))
            debit_day = everyday.debit_day(waits["debit"], near=today)
            manners = everyday.of(debit_day)
            if debit_day:
                if today is None or today < manners.result_day(debit_day):
                    continue
            elif waits["ticks"]:
                if not ticked:
                    continue
                if waits["ticks"] > 1:
                    _put(path, json.dumps(waits | {"ticks": waits["ticks"] - 1}).encode())
                    continue
            content = (self.folder / TAKEN / path.name).read_bytes()
            answer = result(content, manners)
            _put(self.folder / OUT / f"{path.stem}.result.txt", answer)
            if manners.twice:
                _put(self.folder / OUT / f"{path.stem}.result-2.txt", answer)
            path.unlink()


def _put(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(content)
    temporary.replace(path)


def mark_of(content: bytes) -> bytes:
    """What separates the records."""
    return next((mark for mark in (b"\r\n", b"\n", b"\r") if mark in content), b"")


def split(content: bytes) -> list[bytes]:
    body = content.rstrip(b"\x1a\r\n")
    mark = mark_of(body)
    if mark:
        return [line.ljust(RECORD) for line in body.split(mark)]
    return [body[at : at + RECORD].ljust(RECORD) for at in range(0, len(body), RECORD)]


def names(row: bytes) -> tuple[str, str]:
    """By what a row can be named: its customer number, and ``bank-branch-kind-account``; without zeros in front."""
    account = b"-".join((row[1:5], row[20:23], row[42:43], row[43:50])).decode("latin-1")
    return row[91:111].strip().lstrip(b"0").decode("cp932", "replace"), account.lstrip("0")


def rows(records: list[bytes]) -> Iterator[bytes]:
    return (one for one in records if one[:1] == b"2")


def faults(content: bytes) -> Iterator[str]:
    """Why the agent would send the file back: it reads what it must, no more."""
    records = split(content)
    if not records or any(len(one) != RECORD for one in records):
        yield "records are not 120 bytes long"
        return
    if records[0][:1] != b"1" or records[0][1:3] not in {b"91", b"21"}:
        yield f"the first record is no header of 91 or 21: {records[0][:3]!r}"
    if records[-1][:1] != b"9":
        yield "the end record is missing"
    count = total = 0
    for number, one in enumerate(records, 1):
        if one[:1] == b"2":
            if not one[80:90].isdigit() or not one[43:50].isdigit():
                yield f"record {number}: amount or account is not in digits"
                return
            count, total = count + 1, total + int(one[80:90])
        elif one[:1] == b"8":
            if (one[1:7], one[7:19]) != (b"%06d" % count, b"%012d" % total):
                yield f"record {number}: the trailer does not agree with its {count} records"
            count = total = 0
    if count:
        yield "the last trailer is missing"


def result(content: bytes, manners: Manners) -> bytes:
    """The request as it comes back: result codes filled in, totals counted, and whatever the manners spoil."""
    missing = {one.lstrip("0") for one in manners.missing}
    wrong = {one.lstrip("0") for one in manners.wrong_amount}
    answer: list[bytes] = []
    paid: list[int] = []
    unpaid: list[int] = []
    extra = manners.unknown_rows
    for record in split(content):
        kind = record[:1]
        if kind == b"2":
            if not missing.isdisjoint(names(record)):
                continue
            one = record
            if not wrong.isdisjoint(names(record)):
                one = one[:80] + b"%010d" % (int(one[80:90]) + 1) + one[90:]
            code = manners.result_of(one)
            (paid if code == "0" else unpaid).append(int(one[80:90]))
            answer.append(one[:111] + code.encode() + one[112:])
        elif kind == b"8":
            for lost in range(extra):
                stranger = b"2" + b"0001".ljust(19) + b"001".ljust(22) + b"1" + b"9999999" + b"\xcc\xd2\xb2".ljust(30)
                stranger += b"%010d" % (100 + lost) + b"0" + b"9" * 12 + b"%08d" % lost + b"0"
                paid.append(100 + lost)
                answer.append(stranger.ljust(RECORD))
            extra = 0
            totals = b"%06d%012d" % (len(paid) + len(unpaid), sum(paid) + sum(unpaid))
            if manners.zero_totals:
                totals += b"0" * 36
            else:
                totals += b"%06d%012d%06d%012d" % (len(paid), sum(paid), len(unpaid), sum(unpaid))
            answer.append((b"8" + totals).ljust(RECORD))
            paid, unpaid = [], []
        else:
            answer.append(record)
    body = content.rstrip(b"\x1a\r\n")
    return mark_of(content).join(answer) + content[len(body) :]
