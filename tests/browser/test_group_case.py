"""
One application of eighteen points in a Chinese browser, from the counter to the first bill: changed, a label printed again
and scanned on a phone, the ticket closed from the phone, the group cancelled. Each screen is kept at both sizes.
"""

import json
import re
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.applications.groupwork import world
from tests.billing import groupbook
from tests.browser.test_field import photo_of
from tests.fieldwork import tickets
from tests.groups import sheets
from tests.journeys.test_group_cases import BILLING
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.billing import queries as billing
from tomoshibi.fieldwork import queries as field_queries
from tomoshibi.groups import queries as groups
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.storage import db
from tomoshibi.worker import operations as clock
from tomoshibi.worker import queue

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PAPER = {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 one page"}
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SIZE = """() => [
    document.documentElement.scrollWidth,
    Math.max(document.documentElement.scrollHeight, 60 + (document.querySelector("main")?.scrollHeight ?? 0)),
]"""


class Office:
    """A window for each person; what they do there, and what it looks like."""

    def __init__(self, open_page: Any, look: Any) -> None:
        self._open, self._look, self._pages = open_page, look, {}

    def of(self, who: str, *, size: str = "desktop") -> Any:
        if (who, size) not in self._pages:
            user = User.objects.get(username=who)
            page = self._pages[who, size] = self._open(user=user, size=size, language="zh-hans")
            page.set_default_timeout(
                30_000
            )  # a long way: a machine that others use too may be slow on one of its pages
        return self._pages[who, size]

    def at(self, who: str, address: str, *, size: str = "desktop") -> Any:
        page = self.of(who, size=size)
        page.goto(address)
        return page

    def seen(self, page: Any, name: str) -> None:
        """Keep the page at both sizes, as long as it is; on a phone nothing may stick out."""
        before = page.viewport_size
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            wide, high = page.evaluate(SIZE)
            assert size is DESK or wide <= PHONE["width"], name
            page.set_viewport_size({"width": size["width"], "height": min(max(high, size["height"]), 3000)})
            self._look(page, f"group-case-{name}")
        page.set_viewport_size(before)

    def send(self, page: Any, ending: str, **filled: Any) -> Any:
        """Fill the form that posts to an address with this ending, and press its button; a question is said yes to."""
        form = page.locator(f'form[action$="{ending}"]') if ending else page.locator("main form[method=post]").last
        form = form.first
        hidden = form.locator("xpath=ancestor::details[not(@open)]")
        if hidden.count():
            hidden.first.locator("summary").first.click()
        for name, value in filled.items():
            fill(form.locator(f"[name={name}]"), value)
        with page.expect_navigation():
            form.locator("button:not([disabled])").first.click()
        if page.locator("form.confirm").count():
            with page.expect_navigation():
                page.locator("form.confirm button").first.click()
        return page


def fill(fields: Any, value: Any) -> None:
    first = fields.first
    kind = first.evaluate("it => it.tagName === 'SELECT' ? 'select' : it.type")
    if kind == "select":
        first.select_option(value)
    elif kind in {"checkbox", "radio"}:
        fields.locator(f"xpath=self::*[@value='{value}' or not(@value)]").first.check()
    elif kind == "file":
        first.set_input_files(value)
    else:
        first.fill(value)


def listed(rows: list[list[Any]], **more: Any) -> dict[str, Any]:
    return {"name": "清单.csv", "mimeType": "text/csv", "buffer": sheets.csv(sheets.connection(rows, **more))}


@pytest.fixture
def office(open_page: Any, look: Any, transactional_db: None, settings: Any, tmp_path: Path) -> tuple[Office, str]:
    settings.MEDIA_ROOT = settings.DATA = tmp_path
    settings.TIME_ZONE = "Asia/Shanghai"
    with db.transaction():
        customer_id = world.found_utility()
        groupbook.china(world.NOW)
        for username, rights in BILLING.items():
            identity.save_role(code=username, name=username, rights=rights)
            identity.add_person(
                username=username, name=username, mail=f"{username}@example.cn", password="lamp-light-42",
                roles=[username],
            )  # fmt: skip
        payer = groupbook.payer(customer_id)
    from tomoshibi.parties import queries as parties

    found = parties.customer(customer_id=customer_id)
    assert found is not None
    return Office(open_page, look), f"{found.number} {payer}"


def on_the(day: date) -> None:
    with db.transaction():
        clock.set_clock(now=datetime.combine(day, time(9), tzinfo=world.SHANGHAI))


def case_url(case_id: int) -> str:
    return f"/applications/groups/{case_id}/"


def received(office: Office, address: str, **filled: Any) -> int:
    page = office.at("wang", address)
    office.send(
        page, "", signed_on="2026-09-20", seen="stamp", agent_name="王五", outage_contact="何值班",
        outage_mobile="13800000001", form=PAPER, **filled,
    )  # fmt: skip
    found = re.search(r"/groups/(\d+)/$", page.url)
    assert found, page.locator("main").inner_text()[:1500]
    return int(found[1])


def surveyed(office: Office, case_id: int, *, first: bool) -> None:
    url = case_url(case_id)
    office.send(office.at("wang", url), "/accept/")
    page = office.at("zhou", url)
    office.send(page, "/recheck/")
    office.send(page, "/locate/")
    with page.expect_navigation():
        page.locator("button[name=all_yes]").click()
    if first:
        office.send(
            page, "/benchmark/", no="1", meter_number=world.METER, is_steady="on", is_reliable="on", is_safe="on"
        )
        office.seen(page, "survey")
    office.send(page, "/survey/")


def signed(office: Office, case_id: int, day: str) -> None:
    url = case_url(case_id)
    office.send(office.at("chen", url), "/contract/draft/")
    office.send(office.at("li", url), "/contract/review/")
    office.send(office.at("zhao", url), "/contract/approve/")
    office.send(office.at("chen", url), "/contract/sign/", signed_on=day, file=PAPER)


def worked(office: Office, case_id: int, day: str, *, labelled: bool, seals: str) -> int:
    page = office.at("zhou", case_url(case_id))
    if labelled:
        office.send(page, "/labels/", template="a4-21")
    office.send(page, "/order/", planned_on=day)
    ticket_id = queries.case(case_id=case_id).ticket_id
    assert ticket_id is not None
    office.send(office.at("zhou", f"/fieldwork/tickets/{ticket_id}/"), "/leader/")
    phone = office.at("zhang", "/portals/field/", size="phone")
    phone.wait_for_selector("html[data-ready=yes]")
    phone.get_by_role("button", name="重新获取工作票").click()
    phone.locator(f'a[href="#ticket/{ticket_id}"]').wait_for()
    todo = list(field_queries.ticket(ticket_id).tasks)
    if seals:
        task = next(one for one in todo if one.act.value == "connect")
        phone.goto(f"/portals/field/#task/{ticket_id}/{task.id}")
        for name in tickets.YES:
            phone.locator(f"input[name=check-{name}]").first.check()
        phone.locator("input[name=seal]").fill(f"{seals}{task.no}")
        with phone.expect_response("**/portals/field/entries/"):
            phone.locator("#do-done").click()
        phone.wait_for_selector("#waiting[data-n='0']")
        todo = [one for one in todo if one.id != task.id]
    for task in todo:
        # The other rows go the way of the page's own entries: one click less for each.
        payload = tickets.report(task.id, datetime.combine(date.fromisoformat(day), time(9), tzinfo=world.SHANGHAI))
        if task.act.value in {"connect", "move"}:
            payload |= {"checks": tickets.YES, "seal_number": f"{seals}{task.no}", "place": task.place}
        form = {"key": str(uuid4()), "ticket_id": str(ticket_id), "payload": json.dumps(payload)}
        token = next(c["value"] for c in phone.context.cookies() if c["name"] == "csrftoken")
        answer = phone.request.post(
            "/portals/field/entries/", multipart=form, headers={"X-CSRFToken": token, "Referer": phone.url}
        )
        assert answer.json()["state"] == "applied", answer.text()
    phone.goto(f"/fieldwork/tickets/{ticket_id}/")
    office.send(phone, "/close/")
    queue.run_until_quiet()
    return ticket_id


def billed(office: Office, month: str) -> None:
    office.send(office.at("he", f"/billing/runs/new/?month={month}"), "")
    queue.run_until_quiet()
    run = billing.runs()[0]
    page = office.at("he", f"/billing/runs/{run.id}/")
    office.send(page, "/examined/")
    office.send(office.at("lin", f"/billing/runs/{run.id}/confirm/"), "")
    office.send(office.at("he", f"/billing/runs/{run.id}/issue/"), "")
    queue.run_until_quiet()


NEW = "/applications/groups/new/"


def filed(office: Office, case_id: int) -> Any:
    for slot in ("confirmation", "slip"):
        office.send(office.at("chen", case_url(case_id)), "/documents/", slot=slot, version="1", file=PAPER)
    return office.send(office.at("chen", case_url(case_id)), "/close/")


@pytest.mark.requirement("G-049", "G-068")
def test_eighteen_points_from_the_counter_to_the_final_bill_on_screen(office):
    house, numbers = office
    customer, payer = numbers.split()
    case = _founded(house, customer)
    assert groups.virtual_multiplier(group_id=case.group_id, on=world.TODAY) == 18
    _first_bill(house, case.group_id, payer)
    _label_again(house, case.group_id)
    _changed(house, case, customer)
    assert groups.virtual_multiplier(group_id=case.group_id, on=date(2026, 10, 5)) == 18
    cancel = _cancelled(house, case, customer)
    assert queries.case(case_id=cancel).state == "closed"
    place = queries.rows(case_id=case.id)[0].access_point_number
    house.seen(house.at("chen", "/applications/groups/reports/"), "reports")
    house.seen(house.at("zhou", f"/applications/groups/places/{place}/"), "place")
    house.seen(house.at("chen", "/applications/groups/clauses/"), "clauses")


def _founded(house: Office, customer: str) -> Any:
    case_id = received(
        house, NEW, kinds="new", customer_id=customer, unit="城南供电所", device_code="EPON", rated_w="400",
        declared_points="18", stamped_list=PAPER, electronic_list=listed(world.rows(18)),
    )  # fmt: skip
    house.seen(house.at("wang", case_url(case_id)), "received")
    surveyed(house, case_id, first=True)
    house.seen(house.at("chen", case_url(case_id)), "contract")
    signed(house, case_id, "2026-09-21")
    house.seen(house.at("zhou", case_url(case_id)), "order")
    ticket_id = worked(house, case_id, "2026-09-21", labelled=True, seals="FY-A")
    house.seen(house.at("zhou", f"/fieldwork/tickets/{ticket_id}/"), "ticket")
    house.send(house.at("zhang", case_url(case_id), size="phone"), "/install/", on="2026-09-21")
    house.seen(filed(house, case_id), "closed")
    return queries.case(case_id=case_id)


def _first_bill(house: Office, group_id: int, payer: str) -> None:
    meters = f"/groups/{group_id}/meters/"
    house.send(
        house.at("mei", meters), "/supply/", area="33", account_number=payer, plan_code=groupbook.SINGLE,
        start="2026-09-21",
    )  # fmt: skip
    read = {"meter_number": world.METER, "reason": "现场抄表"}
    house.send(house.at("mei", meters), "/read/", day="2026-09-20", forward_dwh="0", **read)
    on_the(date(2026, 10, 5))
    house.send(house.at("mei", meters), "/read/", day="2026-09-30", forward_dwh="20", **read)
    billed(house, "2026-09")
    bill = billing.issued_frame(run_id=billing.runs()[0].id).row(0, named=True)
    assert bill["amount_minor"] == 26_525  # 360 kWh at 0.7368 yuan
    house.seen(house.at("he", f"/billing/bills/{bill['bill_id']}/"), "first-bill")


def _label_again(house: Office, group_id: int) -> None:
    """Printed once more with a reason, and scanned with the phone page."""
    page = house.at("zhou", f"/groups/{group_id}/labels/")
    every = page.locator("[data-choose-all]")
    every.check()
    count = page.locator("input[name=points]").count()
    assert page.locator("input[name=points]:checked").count() == count
    assert page.locator("[data-choose] output").inner_text() == str(count)
    every.uncheck()
    page.locator("input[name=points]").first.check()
    page.locator("select[name=template]").select_option("a4-21")
    page.locator("input[name=reason]").fill("标签破损")
    with page.expect_navigation():
        page.locator("button[data-key=p]").click()
    points = groups.points_of(group_id=group_id, on=world.TODAY)
    labels = field_queries.labels_of(subjects=[f"groups.point:{point.id}" for point in points])
    (label,) = [one for one in labels if one.print_count == 2]
    (point,) = [one for one in points if label.subject == f"groups.point:{one.id}"]
    group = groups.group(group_id=group_id)
    assert group is not None
    house.of("zhang", size="phone").context.grant_permissions(["geolocation"])
    phone = house.at("zhang", "/portals/field/#scan", size="phone")
    # The ticket of the morning is closed: once today's tickets are there, the label is on none of them.
    phone.wait_for_selector("html[data-ready=yes]")
    phone.locator("input[name=number]").fill(label.number)
    phone.get_by_role("button", name="输入编号").click()
    phone.locator("h1.verdict.is-listed").wait_for()
    house.seen(phone, "typed")
    phone.get_by_role("button", name="扫描标签").click()
    phone.locator("input[name=picture]").set_input_files(
        {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": photo_of(label, tilted=True)}
    )
    phone.locator("h1.verdict.is-genuine").wait_for()
    told = phone.locator("main").inner_text()
    assert all(one in told for one in (point.account_number, point.address, "枕河里1号台区", group.number))
    house.seen(phone, "scanned")


def _changed(house: Office, case: Any, customer: str) -> None:
    """One point joins, and one leaves."""
    points = groups.points_of(group_id=case.group_id, on=world.TODAY)
    leaving = next(point for point in points if point.role.value == "sub")
    head = ["序号", "户号", "户名", "设备地址", "就近户号", "接入点编号", "接入点名称", "变更情况", "时间", "基准户号"]
    owner, number = "明州通信有限公司", case.benchmark_number
    rows = [
        [1, leaving.account_number, owner, "", "", "", "", "取消", "", number],
        [2, "", owner, "枕河里30幢1单元", "1702023130", "", "", "新增", "", number],
    ]
    paper = {"name": "清单.csv", "mimeType": "text/csv", "buffer": sheets.csv([head, *rows])}
    change = received(
        house, NEW, kinds="change", customer_id=customer, benchmark_number=number, unit="城南供电所",
        device_code="EPON", rated_w="400", declared_points="2", stamped_list=PAPER,
        electronic_list=paper,
    )  # fmt: skip
    surveyed(house, change, first=False)
    signed(house, change, "2026-10-05")
    worked(house, change, "2026-10-05", labelled=True, seals="FY-B")
    house.send(house.at("zhang", case_url(change), size="phone"), "/install/", on="2026-10-05")
    filed(house, change)


def _cancelled(house: Office, case: Any, customer: str) -> int:
    on_the(date(2026, 10, 15))
    address = f"{NEW}?kind=cancel&benchmark_number={case.benchmark_number}"
    cancel = received(house, address, customer_id=customer)
    house.send(house.at("wang", case_url(cancel)), "/accept/")
    worked(house, cancel, "2026-10-15", labelled=False, seals="")
    house.send(house.at("zhang", case_url(cancel)), "/end/", on="2026-10-15", register_dwh="34")
    house.seen(house.at("wang", case_url(cancel)), "settle")
    billed(house, "2026-10")
    house.seen(house.at("chen", case_url(cancel)), "final-bill")
    house.send(house.of("chen"), "/close/")
    return cancel
