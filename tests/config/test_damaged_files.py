"""
Whatever comes from outside is read as it stands or refused in words; a parser never breaks on it.

Confirmed values and half-hours (``tests/gateways/grid_portal``) and results of debits (``tests/collection``) have tests of
their own that also look at what was kept. A parser that raises anything but its named refusal fails here, and so does a
new one that nobody added.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests import harm
from tomoshibi.applications import sheets as bulk_sheets
from tomoshibi.fieldwork import reports, signing
from tomoshibi.gateways import debit_agent, grid_portal, switching, wheeling_web, zengin
from tomoshibi.gateways.debit_agent import codec as agent_codec
from tomoshibi.gateways.grid_portal import answers
from tomoshibi.gateways.problems import BrokenFile, OutsideError
from tomoshibi.gateways.sms import codec as sms_codec
from tomoshibi.gateways.wheeling_web import codec as wheeling_codec
from tomoshibi.groups import layouts, registersheet
from tomoshibi.masters import register, sheets, spot
from tomoshibi.messaging import reading
from tomoshibi.metering import demand_csv
from tomoshibi.tariffs import document, loads, purchases

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "gateways" / "golden"
NEAR = date(2026, 10, 26)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
"""A key of tests only."""
KEYS = {1: KEY.public_key().public_bytes_raw()}


def golden(name: str) -> Callable[[], bytes]:
    return (GOLDEN / name).read_bytes


def said(text: str) -> Callable[[], bytes]:
    return lambda: text.encode()


def workbook(rows: list[list[Any]]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def text_of(content: bytes) -> str:
    return content.decode("utf-8", "replace")


@dataclass(frozen=True)
class Parser:
    """
    :param good: a file that is read
    :param read: the parser, given bytes
    :param refuses: how it says no
    """

    good: Callable[[], bytes]
    read: Callable[[bytes], Any]
    refuses: type[Exception] | tuple[type[Exception], ...] = ()


def drained(batches: Any) -> list[Any]:
    return list(batches.batches)


def sheet_of_registers() -> bytes:
    return workbook([["表计条码", "日期", "正向有功总"], ["0000000001", "2026-10-01", "123.4"]])


def list_of_points() -> bytes:
    layout = layouts.CONFIRMATION
    return workbook([[names[0] for names in layout.columns.values()], ["1"] * len(layout.columns)])


def bulk_application() -> bytes:
    labels = dict.fromkeys(bulk_sheets.COLUMNS, "x")
    return bulk_sheets.blank(labels=labels, choices={}, title="applications")


def letter() -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "山田 <y@example.jp>", "desk@example.jp", "引越し"
    made["Message-ID"], made["Date"] = "<1@example.jp>", "Mon, 02 Nov 2026 09:30:00 +0900"
    made.set_content("来月引越します。")
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="図面.pdf")
    return made.as_bytes()


def master_rows(content: bytes) -> Any:
    master = register.MASTERS["levy"]
    return sheets.read_rows(master, sheets.read_csv(master, content))


def from_path(read: Callable[..., Any], ending: str) -> Callable[[bytes], Any]:
    def opened(content: bytes) -> Any:
        return read(Parser.folder / f"x{ending}", name=f"x{ending}") if _put(content, ending) else None

    return opened


def _put(content: bytes, ending: str) -> bool:
    (Parser.folder / f"x{ending}").write_bytes(content)
    return True


MESSAGES = switching.message_set(on=date(2026, 11, 2))
CSV_OF_DEMANDS = "spin,month,max_demand_kw\n0300000000000000000017,2026-10,123\n"
CSV_OF_POINTS = ",".join(names[0] for names in layouts.CONFIRMATION.columns.values()) + "\n" + "1," * 20 + "\n"
SPOT = "受渡日,時刻コード,システムプライス(円/kWh),エリアプライス東京(円/kWh)\n" + "".join(
    f"2026/10/01,{slot},10.00,11.50\n" for slot in range(1, 49)
)
PARSERS = {
    "confirmed values, ZIP": Parser(
        golden("W51220202610120100001.zip"), lambda c: drained(grid_portal.read_confirmed(io.BytesIO(c))), BrokenFile
    ),
    "confirmed values, XML": Parser(
        golden("W51220202610120100001.xml"), lambda c: drained(grid_portal.read_confirmed(io.BytesIO(c))), BrokenFile
    ),
    "half-hours, XML": Parser(
        golden("W4111020250402003000000001.xml"),
        lambda c: drained(grid_portal.read_half_hours(io.BytesIO(c))),
        BrokenFile,
    ),
    "facts of a file": Parser(
        golden("W51220202610120100001.zip"), lambda c: grid_portal.read_facts(io.BytesIO(c)), BrokenFile
    ),
    "confirmed values, CSV": Parser(
        said(
            "spin,month,period_start,period_end,energy_kwh\n0300000000000000000017,2026-10,2026-09-05,2026-10-05,12\n"
        ),
        lambda c: list(grid_portal.read_confirmed_csv(io.BytesIO(c))),
        BrokenFile,
    ),
    "half-hours, CSV": Parser(
        said(
            "spin,day,"
            + ",".join(f"s{n:02d}" for n in range(1, 49))
            + "\n0300000000000000000017,2026-10-01"
            + ",1" * 48
        ),
        lambda c: list(grid_portal.read_half_hours_csv(io.BytesIO(c))),
        BrokenFile,
    ),
    "list of the portal": Parser(
        said('<comment>rfilename1:"W5.zip",rfilesize1:"123"</comment>'),
        lambda c: answers.parse_list(text_of(c)),
        OutsideError,
    ),
    "demands, CSV": Parser(said(CSV_OF_DEMANDS), demand_csv.read, demand_csv.NotDemands),
    "debit results": Parser(golden("debit-result-91.txt"), lambda c: zengin.decode_debits(c, near=NEAR), BrokenFile),
    "transfers": Parser(golden("transfer-21.txt"), lambda c: zengin.decode_transfers(c, near=NEAR), BrokenFile),
    "deposits": Parser(golden("deposits-01.txt"), lambda c: zengin.decode_deposits(c, near=NEAR), BrokenFile),
    "report of the agent (SFTP)": Parser(
        said('{"file": "D.txt", "accepted": true, "records": 2, "amount": 12, "reasons": []}'),
        agent_codec.decode_report,
        debit_agent.BadReport,
    ),
    "switching, XML": Parser(
        golden("switching-events-answer.xml"),
        lambda c: switching.decode(c, messages=MESSAGES),
        (BrokenFile, switching.Fault),
    ),
    "receipt of wheeling": Parser(
        said('{"taken": true, "words": "ok"}'), wheeling_codec.decode_receipt, wheeling_web.BadAnswer
    ),
    "events of wheeling": Parser(
        said('{"events": [{"messageId": "m", "kind": "received", "at": "2026-11-02T09:30:00+09:00"}], "cursor": 3}'),
        wheeling_codec.decode_events,
        wheeling_web.BadAnswer,
    ),
    "receipts of text messages": Parser(
        said('{"receipts": [{"id": "1", "state": "delivered", "at": "2026-11-02T09:30:00+09:00"}], "next": "2"}'),
        sms_codec.receipts,
        OutsideError,
    ),
    "refusal of a text message": Parser(said('{"code": 12, "reason": "no"}'), sms_codec.reason_of),
    "spot prices": Parser(said(SPOT), spot.read, sheets.BadSheet),
    "masters, CSV": Parser(
        said("fiscal_year,price_micro_per_kwh,source,from,to\n2026,3.98,告示,2026-05-01,2027-05-01\n"),
        master_rows,
        sheets.BadSheet,
    ),
    "points, xlsx": Parser(list_of_points, from_path(layouts.read, ".xlsx"), layouts.NotReadable),
    "points, CSV": Parser(said(CSV_OF_POINTS), from_path(layouts.read, ".csv"), layouts.NotReadable),
    "registers, xlsx": Parser(sheet_of_registers, from_path(registersheet.read, ".xlsx"), layouts.NotReadable),
    "registers, CSV": Parser(
        said("表计条码,日期,正向有功总\n0000000001,2026-10-01,123.4\n"),
        from_path(registersheet.read, ".csv"),
        layouts.NotReadable,
    ),
    "bulk applications": Parser(bulk_application, bulk_sheets.read, bulk_sheets.NotOurSheet),
    "mail": Parser(letter, reading.read),
    "labels and seals": Parser(
        lambda: signing.token(7, key_no=1, key=KEY).encode(),
        lambda c: signing.read(text_of(c), keys=KEYS),
        signing.Forged,
    ),
    "load files": Parser(said("month,kwh\n2026-10,310.5\n"), lambda c: loads.read(text_of(c)), loads.UnreadableLoad),
    "half-hours of a load": Parser(
        said("start,kwh\n2026-10-01T00:00,0.3\n2026-10-01T00:30,0.4\n"),
        lambda c: loads.read(text_of(c)),
        loads.UnreadableLoad,
    ),
    "plan documents": Parser(
        min((ROOT / "src/tomoshibi/tariffs/plans").glob("**/*.yaml")).read_bytes,
        lambda c: document.read(text_of(c)),
        document.Unreadable,
    ),
    "bought points": Parser(
        said("period: [2026-09-01, 2026-10-01]\ndelivered_kwh: 10\nrule: ratio\nsources: []\n"),
        lambda c: purchases.read(text_of(c)),
        purchases.Unpriceable,
    ),
}


@pytest.fixture(autouse=True)
def _folder(tmp_path):
    Parser.folder = tmp_path


@pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS.keys())
def test_damage_is_refused_in_words_or_read(parser):
    good = parser.good()
    refused = 0
    for content in harm.damaged(good, seed=20_261_122):
        try:
            parser.read(content)
        except parser.refuses as no:
            refused += 1
            # A forged label is named by what it says, which may be nothing.
            assert str(no).strip() or isinstance(no, signing.Forged), "a refusal says why"  # noqa: PT017 - either is right
            assert "Traceback" not in str(no)  # noqa: PT017
    assert refused or not parser.refuses, "nothing was refused: the damage never reached what the parser looks at"


REPORT = {
    "what": "done",
    "task_id": 3,
    "made_at": "2026-11-02T09:30:00+09:00",
    "checks": {},
    "label_serial": 7,
    "seal_number": "A1",
    "position": {"latitude_e6": 35_000_000, "longitude_e6": 139_000_000, "accuracy_m": 5},
    "photos": [1],
    "note": "ok",
}


def test_an_entry_of_a_phone_is_read_or_refused():
    refused = 0
    for payload in harm.bent(REPORT, seed=7):
        try:
            reports.read(payload)
        except reports.NotReadable as no:
            refused += 1
            assert str(no).strip()  # noqa: PT017 - either outcome is right
    assert refused
