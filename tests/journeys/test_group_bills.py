"""A month of groups in a Chinese company: read by file and by hand, worked out, checked, confirmed, issued, shown to the customer."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from pypdf import PdfReader

from tests.billing import groupbook
from tests.groups import book
from tomoshibi.billing import queries
from tomoshibi.groups import queries as groups
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.parties import queries as parties
from tomoshibi.worker import operations as clock

NOW = datetime(2026, 11, 4, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
PEOPLE = {
    "mei": ("GR1.view", "GR11.do", "GR12.view"),
    "he": ("GR1.view", "GR12.do", "RB6.do", "RB7.do", "RB8.do"),
    "lin": ("GR12.view", "RB6.view", "RB7.confirm"),
}


@pytest.fixture
def company(journey):
    def set_up():
        clock.set_clock(now=NOW)
        groupbook.china(NOW)
        book.device_type()
        for username, rights in PEOPLE.items():
            identity.save_role(code=username, name=username, rights=rights)
            identity.add_person(
                username=username,
                name=username,
                mail=f"{username}@example.cn",
                password="lamp-light-42",
                roles=[username],
            )
        customer = book.customer()
        groupbook.payer(customer)
        first = groupbook.supplied(customer, 17)
        second = book.found(customer, serial=1, benchmark={"name": "机房2", "address": "明州市北苑9幢"})
        return customer, first, second

    return journey.in_transaction(set_up)


def registers(*rows) -> BytesIO:
    lines = ["表计条码,抄表日期,示数", *(",".join(map(str, row)) for row in rows)]
    file = BytesIO("\r\n".join(lines).encode())
    file.name = "抄表.csv"
    return file


@pytest.mark.procedure("GR11", "GR12", "RB6", "RB7")
@pytest.mark.requirement("G-009")
@pytest.mark.requirement("G-075")
@pytest.mark.requirement("G-082")
@pytest.mark.requirement("G-088")
def test_from_reads_to_issued_bills(journey, company):
    customer, first, second = company
    reader, maker, checker = (journey.sign_in(name) for name in ("mei", "he", "lin"))
    meters = [groupbook.meter_of(group) for group in (first, second)]

    # The second group is put on supply, and both meters are read: a wrong file is refused whole, the right one taken.
    payer = parties.accounts_of(customer_id=customer)[0].number
    supply = {"area": "33", "account_number": payer, "plan_code": groupbook.SINGLE, "start": "2026-09-01"}
    nobody_reads = reader.post(f"/groups/{second.id}/meters/supply/", supply | {"area": "11"})
    assert nobody_reads.status_code == 422
    assert "検針カレンダーを確認" in nobody_reads.content.decode()
    assert reader.post(f"/groups/{second.id}/meters/supply/", supply).status_code == 302
    bad = registers((meters[0], "2026-10-01", "100"), ("NOBODY", "2026-10-01", "5"), (meters[1], "2026-10-01", "x"))
    answer = reader.post("/groups/reads/upload/", {"file": bad})
    assert answer.status_code == 422
    assert "NOBODY" in answer.content.decode()
    good = registers(
        (meters[0], "2026-10-01", "100"), (meters[0], "2026-11-01", "110.00"), (meters[1], "2026-10-01", "7.5")
    )
    assert reader.post("/groups/reads/upload/", {"file": good}).status_code == 302
    assert meters[0] in reader.get("/groups/reads/").content.decode()

    # One read is missing: the group is named with the day, and read by hand.
    assert maker.post("/billing/groups/work-out/", {"month": "2026-10"}).status_code == 302
    journey.work()
    assert queries.group_energies(group_id=second.id)[0].problem_on == date(2026, 10, 1)
    read = {"meter_number": meters[1], "day": "2026-10-31", "forward_dwh": "38.5", "reason": "现场抄表"}
    assert reader.post(f"/groups/{second.id}/meters/read/", read).status_code == 302
    mark = {"meter_number": meters[1], "start": "2026-10-20", "reason": "读数可疑"}
    assert reader.post(f"/groups/{second.id}/meters/suspect/", mark).status_code == 302
    maker.post("/billing/groups/work-out/", {"month": "2026-10"})
    journey.work()
    assert queries.group_energies(group_id=first.id)[0].energy_dwh == 180 * DWH_PER_KWH
    page = maker.get("/billing/groups/?month=2026-10").content.decode()
    assert first.number in page
    assert second.number in page

    run = _billed(journey, maker, checker, held=groups.contract_of(group_id=second.id))
    _shown(maker, run, customer=customer, group=first)


def _billed(journey, maker, checker, *, held):
    """One run like any other; the suspect meter holds its bill until somebody decides."""
    assert maker.post("/billing/runs/new/", {"month": "2026-10", "area": "", "kind": "regular"}).status_code == 302
    journey.work()
    [run] = queries.runs()
    codes = {(row["code"], row["contract_id"]) for row in queries.exceptions(run_id=run.id)}
    assert ("E224", held) in codes
    for contract_id in sorted({contract_id for _code, contract_id in codes}):
        decision = {"decision": "release", "reason": "已核对"}
        maker.post(f"/billing/runs/{run.id}/contracts/{contract_id}/decide/", decision)
    assert maker.post(f"/billing/runs/{run.id}/examined/", {"confirmed": "1"}).status_code == 302
    run = queries.run(run_id=run.id)
    seen = {"confirmed": "1", "seen_count": run.bill_count, "seen_total": run.total_minor}
    assert checker.post(f"/billing/runs/{run.id}/confirm/", seen).status_code == 302
    assert maker.post(f"/billing/runs/{run.id}/issue/", {"confirmed": "1"}).status_code == 302
    journey.work()
    return run


def _annex_adds_up(maker, bill_id, *, energy_dwh, amount_minor):
    """The annex as a workbook and as a paper: both say of every point what its share is, and add up to the bill exactly."""
    sheet = openpyxl.load_workbook(BytesIO(maker.get(f"/billing/bills/{bill_id}/points.xlsx").content)).active
    lines = list(sheet.values)
    head = next(n for n, line in enumerate(lines) if line[0] == "序号")
    assert lines[head] == ("序号", "户号", "点位名称", "地址", "起", "止", "天数", "电量(kWh)", "金额(元)")
    *points, total = [
        (line[1], line[4], line[5], line[6], Decimal(str(line[7])), Decimal(str(line[8]))) for line in lines[head + 1 :]
    ]
    shares = queries.shares_of_bill(bill_id=bill_id, total_minor=amount_minor)
    assert points == [
        (
            one["account_number"], one["from_day"].isoformat(), one["last_day"].isoformat(), one["days"],
            Decimal(one["energy_dwh"]) / DWH_PER_KWH, Decimal(one["amount_minor"]) / 100,
        )
        for one in shares.iter_rows(named=True)
    ]  # fmt: skip
    assert len(points) == 18
    assert sum(one[4] for one in points) == total[4] == Decimal(energy_dwh) / DWH_PER_KWH
    assert sum(one[5] for one in points) == total[5] == Decimal(amount_minor) / 100
    pdf = PdfReader(BytesIO(maker.get(f"/billing/bills/{bill_id}/points.pdf").content))
    printed = "".join("".join(page.extract_text().split()) for page in pdf.pages)
    for account, first, last, days, energy, amount in points:
        assert f"{account}" in printed
        assert f"{first[5:]}至{last[5:]}{days}{energy.normalize():,f}{amount:.2f}" in printed, account
    assert f"{total[4].normalize():,f}{total[5]:.2f}" in printed


def _shown(maker, run, *, customer, group):
    """What the clerk and the customer get to see of it."""
    issued = queries.issued_frame(run_id=run.id)
    # 180 kWh and 31 kWh at 0.7368 yuan, VAT in it.
    assert sorted(issued["amount_minor"]) == [2_284, 13_262]
    bill_id = issued.filter(amount_minor=13_262)["bill_id"][0]
    assert "群组" in maker.get(f"/billing/bills/{bill_id}/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    printed = PdfReader(BytesIO(maker.get(f"/billing/bills/{bill_id}/statement.pdf").content)).pages
    assert "用电点数（虚拟倍率）为每日在用点位数，含基准户。" in "".join(
        "".join(page.extract_text().split()) for page in printed
    ), "the bill says by which rule its points were counted"
    assert maker.get(f"/billing/bills/{bill_id}/points/").status_code == 200
    _annex_adds_up(maker, bill_id, energy_dwh=180 * DWH_PER_KWH, amount_minor=13_262)
    assert group.number in maker.get(f"/groups/{group.id}/").content.decode()
    assert "2026-10" in maker.get(f"/billing/groups/of-group/?group={group.id}").content.decode()

    # The customer's two groups in one statement.
    assert "202610" in maker.get(f"/billing/groups/of-customer/?customer={customer}").content.decode()
    combined = maker.get(f"/billing/groups/customers/{customer}/202610.xlsx").content
    last = list(openpyxl.load_workbook(BytesIO(combined)).active.values)[-1]
    assert (round(last[6], 4), round(last[8], 2)) == (211, 155.46)
    assert maker.get(f"/billing/groups/customers/{customer}/202610.pdf").content.startswith(b"%PDF")
