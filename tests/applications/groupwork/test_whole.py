"""The three processes from the counter to the archive, through the pages of each role and the real worker."""

from datetime import date, timedelta

import pytest

from tests.applications.groupwork import world
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.fieldwork import queries as field_queries
from tomoshibi.groups import queries as groups
from tomoshibi.groups.values import GroupState
from tomoshibi.metering import queries as metering
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.worker import queue
from tomoshibi.worklist import queries as worklist


@pytest.fixture
def running(client, utility):
    """A group of eighteen points that came through an application, and the case that made it."""
    case_id = world.receive(client, utility, world.rows(18))
    world.survey(client, case_id)
    world.sign(client, case_id)
    world.work(world.order(client, case_id))
    world.finish(client, case_id)
    world.archive(client, case_id)
    return queries.case(case_id=case_id)


@pytest.mark.requirement("G-018", "G-028", "G-034", "G-045", "G-054", "G-057", "G-060", "G-063", "G-128")
def test_eighteen_points_from_the_counter_to_the_archive(client, utility):
    case_id = world.receive(client, utility, world.rows(18))
    assert world.state(case_id) == "received"
    world.survey(client, case_id)
    rows = queries.rows(case_id=case_id)
    assert {row.source for row in rows} == {"account"}
    assert len({row.account_number for row in rows}) == 18
    world.sign(client, case_id)
    ticket_id = world.order(client, case_id)
    labels = field_queries.labels_of(subjects=[f"groups.point:{row.point_id}" for row in rows])
    assert len(labels) == 18
    assert all(label.print_count == 1 for label in labels)
    assert groups.group_rows(on=world.TODAY).count() == 0, "nothing is a point before it is connected"
    world.work(ticket_id)
    assert world.state(case_id) == "install"
    world.finish(client, case_id)
    found = queries.case(case_id=case_id)
    points = groups.points_of(group_id=found.group_id, on=world.TODAY)
    assert len(points) == 18
    assert groups.virtual_multiplier(group_id=found.group_id, on=world.TODAY) == 18
    assert groups.points_of(group_id=found.group_id, on=world.TODAY - timedelta(days=1)) == [], (
        "linked from that day on"
    )
    assert groups.group(group_id=found.group_id).rated_w == 400
    assert groups.group(group_id=found.group_id).state is GroupState.ACTIVE
    assert {p.account_number for p in points} == {row.account_number for row in rows}, "as the labels say"
    assert all(p.seal_number and p.access_point_number and p.district_number and p.installed_on for p in points)
    assert groups.point_behind(subject=labels[0].subject, on=world.TODAY).is_active, "a scan finds it"
    assert [m.number for m in groups.meters_of(group_id=found.group_id)] == [world.METER]
    world.archive(client, case_id)
    assert world.state(case_id) == "closed"
    figures = queries.figures(today=world.TODAY)
    assert (figures["points"], figures["sealed"], figures["verified"]) == (18, 18, 18)
    assert (figures["open_cases"], figures["closed_cases"], figures["median_days"]) == (0, 1, 0)
    (to_supply,) = worklist.items_of(subject=f"groups.group:{found.group_id}")
    assert to_supply.closed_at is None, "nothing is billed that is not supplied"
    assert to_supply.url == f"/groups/{found.group_id}/meters/"
    assert worklist.items_of(subject=f"applications.groupcase:{case_id}")
    assert all(item.closed_at for item in worklist.items_of(subject=f"applications.groupcase:{case_id}"))


@pytest.mark.requirement("G-029", "G-040", "G-065")
def test_points_join_leave_and_move_through_the_benchmark(client, utility, running):
    before = groups.points_of(group_id=running.group_id, on=world.TODAY)
    gone, moved = before[1], before[2]
    lines = [
        "清单,,,,,,,,,",
        "序号,户号,户名,设备地址,就近户号,接入点编号,接入点名称,变更情况,时间,基准户号",
        f"1,{gone.account_number},明州通信有限公司,,,,,取消,,{running.benchmark_number}",
        f"2,{moved.account_number},明州通信有限公司,枕河里39幢1单元,1702023139,33503000009080003,枕河里配3号终端箱,迁移,,{running.benchmark_number}",
        f"3,,明州通信有限公司,枕河里30幢1单元,1702023130,,,新增,,{running.benchmark_number}",
    ]
    case_id = world.receive(
        client, utility, None, kinds=["change"], benchmark_number=running.benchmark_number, declared_points="3",
        electronic_list=world.upload("\r\n".join(lines).encode()),
    )  # fmt: skip
    later = date(2026, 9, 23)
    move_clock(later)
    world.survey(client, case_id)
    world.sign(client, case_id, on="2026-09-23")
    world.work(world.order(client, case_id, on="2026-09-23"), seals="GZ")
    world.finish(client, case_id, on="2026-09-23")
    after = {p.account_number: p for p in groups.points_of(group_id=running.group_id, on=later)}
    assert gone.account_number not in after
    assert after[moved.account_number].address == "枕河里39幢1单元"
    assert len(after) == 18
    then = {p.account_number: p for p in groups.points_of(group_id=running.group_id, on=date(2026, 9, 22))}
    assert then[moved.account_number].address == moved.address, "the past stays"
    voided = field_queries.labels_of(subjects=[f"groups.point:{gone.id}"], void=True)
    assert all(label.void_at for label in voided)
    lists = queries.contract_lists(group_id=running.group_id)
    assert [one.version for one in lists] == [2, 1]
    assert lists[1].end == lists[0].start == later
    for day, points in ((date(2026, 9, 22), then), (later, after)):
        holding = queries.contract_list_on(group_id=running.group_id, on=day)
        assert set(holding.account_numbers) == set(points), "each point of a day stands on the list of that day"


def move_clock(day: date) -> None:
    from datetime import datetime, time

    from tomoshibi.worker import operations as worker

    with db.transaction():
        worker.set_clock(now=datetime.combine(day, time(9), tzinfo=world.SHANGHAI))


@pytest.mark.requirement("G-066", "G-067", "G-068")
def test_a_whole_group_is_cancelled_and_ends_with_its_final_bill(client, utility, running):
    from tomoshibi.billing.values import BillsIssued
    from tomoshibi.groups import operations as group_operations
    from tomoshibi.worker import operations as worker

    points = groups.points_of(group_id=running.group_id, on=world.TODAY)
    sub = points[3].account_number
    world.sign_in(client, "wang")
    data = world.form(utility, None, benchmark_number=sub)
    refused = client.post(world.at("group_case_new") + "?kind=cancel", data)
    assert refused.status_code == 422
    assert f"{sub} is a sub-account and may not transact; use its benchmark {running.benchmark_number}." in (
        refused.content.decode()
    )
    move_clock(date(2026, 9, 23))
    case_id = world.receive(client, utility, None, kind="cancel", benchmark_number=running.benchmark_number)
    world.do(client, "wang", "accept", case_id)
    ticket_id = world.order(client, case_id, on="2026-09-23")
    assert {task.act.value for task in field_queries.ticket(ticket_id).tasks} == {"remove"}
    page = client.get(world.at("group_case", case_id)).content.decode()
    assert "Seals to remove" in page
    assert points[0].seal_number in page
    world.work(ticket_id)
    world.do(client, "zhang", "end", case_id, on="2026-09-23", register_dwh="123.4")
    assert world.state(case_id) == "settle"
    assert groups.points_of(group_id=running.group_id, on=date(2026, 9, 23)) == []
    assert len(groups.points_of(group_id=running.group_id, on=date(2026, 9, 22))) == 18
    labels = field_queries.labels_of(subjects=[f"groups.point:{p.id}" for p in points], void=True)
    assert len(labels) == 18
    assert all(label.void_at for label in labels)
    shown = metering.registers_frame(meters=[world.METER], start=date(2026, 9, 1), end=date(2026, 9, 24))
    assert shown.select("day", "forward_dwh").rows() == [(date(2026, 9, 22), 1_234_000)]
    world.do(client, "chen", "close", case_id)
    assert world.state(case_id) == "settle", "it does not end before its final bill"

    with db.transaction():
        worker.announce(BillsIssued(run_id=1))
    queue.run_until_quiet()
    assert world.state(case_id) == "settle", "bills of others change nothing"
    with db.transaction():
        group_operations.record_final_bill(group_id=running.group_id, document="FP0000001", amount_minor=123_45)
    queue.run_until_quiet()
    assert world.state(case_id) == "archive"
    assert groups.group(group_id=running.group_id).state is GroupState.DISSOLVED
    world.do(client, "chen", "close", case_id)
    assert world.state(case_id) == "closed"
    assert "FP0000001" in client.get(world.at("group_case", case_id)).content.decode()
    assert parties.registered_number(number=sub).number == sub, "the number is never used again"


@pytest.mark.requirement("G-069")
def test_another_point_becomes_the_benchmark_without_a_gap(client, utility, running):
    points = groups.points_of(group_id=running.group_id, on=world.TODAY)
    new = points[5]
    move_clock(date(2026, 9, 23))
    case_id = world.receive(
        client, utility, None, kind="benchmark", benchmark_number=running.benchmark_number,
        new_benchmark=new.account_number, meter_number="3300000000000000000077",
    )  # fmt: skip
    world.do(client, "wang", "accept", case_id)
    world.work(world.order(client, case_id, on="2026-09-23"))
    world.do(
        client, "zhang", "change_benchmark", case_id, on="2026-09-23", meter_number="3300000000000000000077",
        box_number="BX0077", old_register_dwh="20.5", new_register_dwh="0.2",
    )  # fmt: skip
    assert world.state(case_id) == "archive"
    group = groups.group(group_id=running.group_id)
    assert (group.id, group.benchmark_number) == (running.group_id, new.account_number)
    meters = groups.meters_of(group_id=group.id)
    assert meters[0].start == meters[1].end == date(2026, 9, 23), "no day is missing, and none counts twice"
    shown = metering.registers_frame(
        meters=[world.METER, "3300000000000000000077"], start=date(2026, 9, 1), end=date(2026, 9, 24)
    )
    assert set(shown["day"].to_list()) == {date(2026, 9, 22)}
    assert groups.virtual_multiplier(group_id=group.id, on=date(2026, 9, 23)) == 18
    offered = parties.registered_number(number=running.benchmark_number)
    assert offered.offer_instead == new.account_number
    world.do(client, "chen", "close", case_id)
    assert world.state(case_id) == "closed"
