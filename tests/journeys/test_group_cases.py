"""
Groups of a Chinese company from the counter to the file, with their bills: founded, changed, given another benchmark,
cancelled. Each step is done by who has its role, on real pages; the crew sends what a phone sends.
"""

import json
from datetime import date, datetime, time
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.applications.groupwork import world
from tests.billing import groupbook
from tests.fieldwork import tickets
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.billing import queries as billing
from tomoshibi.collection import queries as collection
from tomoshibi.fieldwork import queries as field_queries
from tomoshibi.groups import queries as groups
from tomoshibi.groups.values import GroupState
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.ledger import queries as ledger
from tomoshibi.parties import queries as parties
from tomoshibi.worker import operations as clock
from tomoshibi.worklist import queries as worklist

BILLING = {
    "mei": ("GR1.view", "GR11.do", "GR12.view"),
    "he": ("GR1.view", "GR12.do", "RB6.do", "RB7.do", "RB8.do"),
    "lin": ("GR12.view", "RB6.view", "RB7.confirm"),
}


@pytest.fixture
def company(journey):
    """The utility of the group cases, with plans, people who read and bill, and a payer; the id of its customer."""

    def set_up():
        customer_id = world.found_utility()
        groupbook.china(world.NOW)
        for username, rights in BILLING.items():
            identity.save_role(code=username, name=username, rights=rights)
            identity.add_person(
                username=username, name=username, mail=f"{username}@example.cn", password="lamp-light-42",
                roles=[username],
            )  # fmt: skip
        groupbook.payer(customer_id)
        return customer_id

    return journey.in_transaction(set_up)


@pytest.fixture
def counter(journey, company):
    """One browser at which everybody signs in after the other."""
    del company
    return journey.sign_in("wang")


def on_the(journey, day):
    journey.in_transaction(clock.set_clock, now=datetime.combine(day, time(9), tzinfo=world.SHANGHAI))


def at(day):
    return datetime.combine(day, time(9), tzinfo=world.SHANGHAI)


def worked(journey, client, case_id, day, *, seals):
    """Labels, ticket, leader; the crew reports every row from its phone; the leader closes; the house takes it over."""
    if any(row.change == "add" for row in queries.rows(case_id=case_id)):
        world.do(client, "zhou", "labels", case_id, template="a4-21", reason="")
    world.do(client, "zhou", "order", case_id, planned_on=day.isoformat(), place="枕河里1幢")
    ticket_id = queries.case(case_id=case_id).ticket_id
    client.post(reverse("fieldwork:assign", args=[ticket_id]), {"person_id": world.user_id("zhang")})
    phone = journey.sign_in("zhang")
    assert [t["id"] for t in phone.get(reverse("portals:field_today")).json()["tickets"]] == [ticket_id]
    for task in field_queries.ticket(ticket_id).tasks:
        payload = tickets.report(task.id, at(day))
        if task.act.value in {"connect", "move"}:
            payload |= {"checks": tickets.YES, "seal_number": f"{seals}{task.no}", "place": task.place}
        elif task.act.value == "check":
            payload |= {"checks": tickets.YES}
        form = {"key": str(uuid4()), "ticket_id": ticket_id, "payload": json.dumps(payload)}
        answer = phone.post(reverse("portals:field_entries"), form).json()
        assert answer["state"] == "applied", answer
    phone.post(reverse("fieldwork:close", args=[ticket_id]), {"confirmed": "1"})
    journey.work()
    assert world.state(case_id) == "install"


def founded(journey, client, customer_id, *, points):
    """A new group through its application, on supply and with its first register."""
    case_id = world.receive(client, customer_id, world.rows(points))
    world.survey(client, case_id)
    world.sign(client, case_id)
    worked(journey, client, case_id, world.TODAY, seals="FY-A")
    world.finish(client, case_id)
    world.archive(client, case_id)
    found = queries.case(case_id=case_id)
    assert found.state == "closed"
    (to_do,) = worklist.items_of(subject=f"groups.group:{found.group_id}")
    reader = journey.sign_in("mei")
    assert reader.get(to_do.url).status_code == 200
    payer = parties.accounts_of(customer_id=customer_id)[0].number
    supply = {"area": "33", "account_number": payer, "plan_code": groupbook.SINGLE, "start": "2026-09-21"}
    assert reader.post(f"/groups/{found.group_id}/meters/supply/", supply).status_code == 302
    read(reader, found.group_id, world.METER, "2026-09-20", "0")
    return queries.case(case_id=case_id)


def read(reader, group_id, meter, day, shown):
    given = {"meter_number": meter, "day": day, "forward_dwh": shown, "reason": "现场抄表"}
    answer = reader.post(f"/groups/{group_id}/meters/read/", given)
    assert answer.status_code == 302, answer.content.decode()[:3000]


def billed(journey, month):
    """One run like any other; the energy of the groups is worked out by it."""
    maker, checker = journey.sign_in("he"), journey.sign_in("lin")
    assert maker.post("/billing/runs/new/", {"month": month, "area": "", "kind": "regular"}).status_code == 302
    journey.work()
    run = billing.runs()[0]
    for contract_id in sorted({row["contract_id"] for row in billing.exceptions(run_id=run.id)}):
        decision = {"decision": "release", "reason": "已核对"}
        maker.post(f"/billing/runs/{run.id}/contracts/{contract_id}/decide/", decision)
    assert maker.post(f"/billing/runs/{run.id}/examined/", {"confirmed": "1"}).status_code == 302
    run = billing.run(run_id=run.id)
    seen = {"confirmed": "1", "seen_count": run.bill_count, "seen_total": run.total_minor}
    assert checker.post(f"/billing/runs/{run.id}/confirm/", seen).status_code == 302
    assert maker.post(f"/billing/runs/{run.id}/issue/", {"confirmed": "1"}).status_code == 302
    journey.work()
    return billing.issued_frame(run_id=run.id)


@pytest.mark.procedure(
    "GP1", "GP2", "GP3", "GP4", "GP5", "GP6", "GP7", "GP8", "GP9", "GP10", "FW1", "FW2", "GR11", "RB6", "RB7"
)
@pytest.mark.requirement("G-067", "G-068")
def test_a_group_from_the_counter_to_its_final_bill(journey, company, counter):
    client = counter
    case = founded(journey, client, company, points=4)
    group_id, number = case.group_id, case.benchmark_number
    reader = journey.sign_in("mei")

    # The first bill: 20 kWh at the meter, four points; nobody has to work out the energy first.
    on_the(journey, date(2026, 10, 5))
    read(reader, group_id, world.METER, "2026-09-30", "20")
    (first,) = billed(journey, "2026-09").iter_rows(named=True)
    assert billing.group_energies(group_id=group_id)[0].energy_dwh == 80 * DWH_PER_KWH
    assert first["amount_minor"] == 5_894  # 80 kWh at 0.7368 yuan

    # Two points join and one leaves.
    leaving = groups.points_of(group_id=group_id, on=world.TODAY)[1].account_number
    lines = [
        "序号,户号,户名,设备地址,就近户号,接入点编号,接入点名称,变更情况,时间,基准户号",
        f"1,{leaving},明州通信有限公司,,,,,取消,,{number}",
        f"2,,明州通信有限公司,枕河里30幢1单元,1702023130,,,新增,,{number}",
        f"3,,明州通信有限公司,枕河里31幢1单元,1702023131,,,新增,,{number}",
    ]
    change = world.receive(
        client, company, None, kinds=["change"], benchmark_number=number, declared_points="3",
        electronic_list=world.upload("\r\n".join(lines).encode()),
    )  # fmt: skip
    world.survey(client, change)
    world.sign(client, change, on="2026-10-05")
    worked(journey, client, change, date(2026, 10, 5), seals="FY-B")
    world.finish(client, change, on="2026-10-05")
    world.archive(client, change)
    assert world.state(change) == "closed"
    assert groups.virtual_multiplier(group_id=group_id, on=date(2026, 10, 5)) == 5

    # The whole group is cancelled; the case waits for the final bill and cannot be closed before.
    on_the(journey, date(2026, 10, 15))
    cancel = world.receive(client, company, None, kind="cancel", benchmark_number=number)
    world.do(client, "wang", "accept", cancel)
    worked(journey, client, cancel, date(2026, 10, 15), seals="")
    world.do(client, "zhang", "end", cancel, on="2026-10-15", register_dwh="34")
    assert world.state(cancel) == "settle"
    world.do(client, "chen", "close", cancel)
    assert world.state(cancel) == "settle"
    assert "Awaiting the final bill" in client.get(world.at("group_case", cancel)).content.decode()
    assert groups.group(group_id=group_id).state is GroupState.DISSOLVING

    # October: 14 kWh in 14 days; four days of four points and ten of five.
    (final,) = billed(journey, "2026-10").iter_rows(named=True)
    assert billing.group_energies(group_id=group_id)[0].energy_dwh == 66 * DWH_PER_KWH
    assert final["amount_minor"] == 4_863
    assert world.state(cancel) == "archive", "the final bill is posted: the process goes on by itself"
    assert groups.group(group_id=group_id).state is GroupState.DISSOLVED
    ending = groups.ending_of(group_id=group_id)
    assert (ending.ended_on, ending.final_amount_minor) == (date(2026, 10, 15), 4_863)
    (entry,) = ledger.entries_of(document=f"bill:{final['bill_id']}")
    assert (entry.debit_minor, entry.text) == (4_863, "电费"), "posted, in the company's language"
    debts = collection.receivables_of(customer_id=company)
    assert [debt.bill_id for debt in debts] == [final["bill_id"], first["bill_id"]]
    world.do(client, "chen", "close", cancel)
    assert world.state(cancel) == "closed"
    assert ending.final_bill in client.get(world.at("group_case", cancel)).content.decode()
    assert groups.group_rows(on=date(2026, 10, 15)).filter(state="active").count() == 0


@pytest.mark.procedure("GP1", "GP7", "GP8", "GP9", "FW2", "GR12")
@pytest.mark.requirement("G-069")
def test_another_benchmark_without_a_gap_in_energy(journey, company, counter):
    client = counter
    case = founded(journey, client, company, points=3)
    group_id, reader, maker = case.group_id, journey.sign_in("mei"), journey.sign_in("he")
    on_the(journey, date(2026, 10, 11))
    read(reader, group_id, world.METER, "2026-09-30", "10")
    new = groups.points_of(group_id=group_id, on=world.TODAY)[2].account_number
    other = "3300000000000000000077"
    change = world.receive(
        client, company, None, kind="benchmark", benchmark_number=case.benchmark_number, new_benchmark=new,
        meter_number=other,
    )  # fmt: skip
    world.do(client, "wang", "accept", change)
    worked(journey, client, change, date(2026, 10, 11), seals="")
    world.do(
        client, "zhang", "change_benchmark", change, on="2026-10-11", meter_number=other, box_number="BX0077",
        old_register_dwh="20", new_register_dwh="5",
    )  # fmt: skip
    assert groups.group(group_id=group_id).benchmark_number == new
    world.do(client, "chen", "close", change)
    assert world.state(change) == "closed"

    # The old meter measured 10 kWh in ten days of October, the new one 21 in the other 21 days: 31 times three points.
    on_the(journey, date(2026, 11, 2))
    read(reader, group_id, other, "2026-10-31", "26")
    assert maker.post("/billing/groups/work-out/", {"month": "2026-10"}).status_code == 302
    journey.work()
    found = billing.group_energies(group_id=group_id)[0]
    assert (found.period_start, found.period_end) == (date(2026, 10, 1), date(2026, 11, 1))
    assert found.energy_dwh == 93 * DWH_PER_KWH
    assert found.meters == 2
