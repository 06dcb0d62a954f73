"""A small Chinese utility for the tests of group cases: people in their roles, places, lists and papers; all invented."""

import uuid
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests import company
from tests.groups import book, sheets
from tomoshibi.applications import clauses
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.fieldwork import queries as field_queries
from tomoshibi.fieldwork import values as field_values
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.masters import operations as masters
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queue

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 21, 9, 0, tzinfo=SHANGHAI)
TODAY = NOW.date()
PEOPLE = {
    "wang": ("王敏", "gp_front"),
    "zhou": ("周巡", "gp_survey"),
    "zhang": ("张工", "gp_crew"),
    "chen": ("陈经理", "gp_manager"),
    "li": ("李审", "gp_review"),
    "zhao": ("赵总", "gp_approve"),
}
METER = "3300000000000000000042"


def found_utility() -> int:
    """The company, its calendar, people, device type, two districts and the accounts beside which devices hang."""
    company.enter(country="CN", language="zh-hans", currency="CNY", valid_from="2010-01-01")
    masters.import_chinese_workdays(years=(2016, 2026))
    operations.take_shipped_rights()
    for username, (name, role) in PEOPLE.items():
        identity.add_person(
            username=username, name=name, mail=f"{username}@example.cn", password="lamp-light-42", roles=[role]
        )
    fieldwork.add_qualification(
        person_id=user_id("zhang"), name="低压装接", certificate="ZJ-7", start=date(2016, 1, 1), end=None
    )
    book.device_type()
    customer_id = book.customer()
    neighbours(40)
    worker.set_clock(now=NOW)
    return customer_id


def neighbours(count: int) -> int:
    """Ordinary accounts 1702023100 ...: one to a building, ten buildings to an access point, two districts."""
    return supply.take_served_accounts(
        pl.DataFrame(
            {
                "account_number": [f"17020231{n:02d}" for n in range(count)],
                "meter_number": [f"3340101{n:05d}" for n in range(count)],
                "address": [f"明州市枕河里{n}幢" for n in range(count)],
                "access_point_number": [f"3350300000908{n // 10:04d}" for n in range(count)],
                "access_point_name": [f"枕河里配{n // 10}号终端箱" for n in range(count)],
                "district_number": [f"T{n // 20}" for n in range(count)],
                "district_name": [f"枕河里{n // 20 + 1}号台区" for n in range(count)],
            }
        )
    )


def user_id(username: str) -> int:
    return User.objects.get(username=username).pk


def sign_in(client: Client, username: str) -> Client:
    client.force_login(User.objects.get(username=username))
    client.cookies["django_language"] = "en"
    return client


def rows(count: int, *, first: int = 1) -> list[list[Any]]:
    return [
        [n, f"枕河里{n}幢1单元车库", f"接电于枕河里{n}幢1单元计量箱内", f"17020231{n:02d}", "新增"]
        for n in range(first, first + count)
    ]


def scan(name: str = "scan.pdf") -> SimpleUploadedFile:
    """A scan of its own: no two papers are the same bytes."""
    return SimpleUploadedFile(name, b"%PDF-1.4 " + uuid.uuid4().bytes)


def upload(content: bytes, name: str = "list.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def form(customer_id: int, lines: list[list[Any]] | None, **more: Any) -> dict[str, Any]:
    """The application form as the counter fills it in."""
    customer = parties.customer(customer_id=customer_id)
    assert customer is not None
    given: dict[str, Any] = {
        "kinds": ["new"],
        "customer_id": customer.number,
        "benchmark_number": "",
        "unit": "城南供电所",
        "device_code": "EPON",
        "rated_w": "400",
        "declared_points": str(len(lines or [])),
        "seen": "stamp",
        "signed_on": "2026-09-20",
        "agent_name": "王五",
        "agent_document": "000000199001010000",
        "agent_phone": "0000-0000001",
        "outage_contact": "何值班",
        "outage_mobile": "13800000001",
        "form": scan("form.pdf"),
        "stamped_list": scan("stamped.pdf"),
    }
    if lines is not None:
        given["electronic_list"] = upload(
            sheets.csv(sheets.connection(lines, benchmark=more.get("benchmark_number", "")))
        )
    return given | more


def at(name: str, *args: Any) -> str:
    return reverse(f"applications:{name}", args=args)


def do(client: Client, who: str, name: str, case_id: int, *args: Any, **data: Any) -> Any:
    """One step by one person; a question is answered with yes."""
    sign_in(client, who)
    answer = client.post(at(f"group_case_{name}", case_id, *args), data)
    if answer.status_code == 200:
        answer = client.post(at(f"group_case_{name}", case_id, *args), data | {"confirmed": "1"})
    assert answer.status_code in {302, 422}, (name, answer.status_code)
    return answer


def state(case_id: int) -> str:
    return queries.case(case_id=case_id).state.value


def receive(client: Client, customer_id: int, lines: list[list[Any]] | None, **more: Any) -> int:
    """An application at the counter; it has to be received."""
    sign_in(client, "wang")
    kind = more.pop("kind", "")
    address = at("group_case_new") + (f"?kind={kind}" if kind else "")
    data = form(customer_id, lines, **more)
    if kind:
        data = {k: v for k, v in data.items() if k not in {"kinds", "stamped_list", "electronic_list"}}
    answer = client.post(address, data)
    assert answer.status_code == 302, answer.content.decode()[:6000]
    return int(answer.url.rstrip("/").rsplit("/", 1)[1])


def survey(client: Client, case_id: int, *, meter: str = METER) -> None:
    do(client, "wang", "accept", case_id)
    do(client, "zhou", "recheck", case_id)
    do(client, "zhou", "locate", case_id)
    do(client, "zhou", "answers", case_id, all_yes="1")
    if queries.case(case_id=case_id).kind == "new":
        do(
            client, "zhou", "benchmark", case_id, no="1", meter_number=meter, box_number="BX0042", is_steady="on",
            is_reliable="on", is_safe="on",
        )  # fmt: skip
    do(client, "zhou", "survey", case_id)


def sign(client: Client, case_id: int, on: str = "2026-09-21") -> None:
    do(client, "chen", "draft", case_id, **clauses.CLAUSES)
    do(client, "li", "review", case_id)
    do(client, "zhao", "approve", case_id)
    do(client, "chen", "sign", case_id, signed_on=on, file=scan("contract.pdf"))


def order(client: Client, case_id: int, *, template: str = "a4-21", on: str = "2026-09-21") -> int:
    """Labels, ticket, and its qualified leader."""
    if any(row.change == "add" for row in queries.rows(case_id=case_id)):
        do(client, "zhou", "labels", case_id, template=template, reason="再次派工")
    do(client, "zhou", "order", case_id, planned_on=on, place="枕河里1幢")
    ticket_id = queries.case(case_id=case_id).ticket_id
    assert ticket_id is not None, "the work was ordered"
    with db.transaction():
        fieldwork.assign_leader(ticket_id=ticket_id, person_id=user_id("zhang"), now=NOW, actor_id=user_id("zhou"))
    return ticket_id


def work(ticket_id: int, *, blocked: tuple[int, ...] = (), gone: tuple[int, ...] = (), seals: str = "FY") -> None:
    """The crew does every row and its leader closes the ticket; the worker takes it over."""
    with db.transaction():
        for task in field_queries.ticket(ticket_id).tasks:
            outcome = "blocked" if task.no in blocked else "removed" if task.no in gone else "done"
            report(ticket_id, task, outcome=outcome, seals=seals)
        fieldwork.close_ticket(ticket_id=ticket_id, now=NOW, actor_id=user_id("zhang"))
    queue.run_until_quiet()


def report(ticket_id: int, task: Any, *, outcome: str, seals: str = "FY") -> None:
    """An entry as the phone sends it."""
    payload: dict[str, Any] = {"what": outcome, "task_id": task.id, "made_at": NOW.isoformat()}
    if outcome == "done" and task.act.value in {"connect", "move"}:
        payload |= {
            "checks": dict.fromkeys(field_values.CHECKS, True),
            "seal_number": f"{seals}{ticket_id:03d}{task.no:04d}",
            "place": task.place,
        }
    made = send(ticket_id, payload)
    assert made.state is field_values.EntryState.APPLIED, made.sentence


def send(ticket_id: int, payload: dict[str, Any]) -> Any:
    return fieldwork.apply_entry(
        entry_key=uuid.uuid4(), ticket_id=ticket_id, payload=payload, received_at=NOW, actor_id=user_id("zhang")
    )


def finish(client: Client, case_id: int, on: str = "2026-09-21") -> Any:
    return do(client, "zhang", "install", case_id, on=on)


def archive(client: Client, case_id: int) -> None:
    version = len(queries.lists_of(case_id=case_id))
    for slot in ("confirmation", "slip"):
        do(client, "chen", "add_document", case_id, slot=slot, version=str(version), file=scan(f"{slot}.pdf"))
    do(client, "chen", "close", case_id)
