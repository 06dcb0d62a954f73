"""A corporate customer with several groups: one form for all of them; and devices that the verification found."""

from datetime import date

import pytest

from tests.applications.groupwork import world
from tests.groups import book, sheets
from tests.groups.test_stock import LIST, benchmark, loaded, subs
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.groups import operations as groups
from tomoshibi.groups import queries as group_queries
from tomoshibi.storage import db

HEAD = ["序号", "户号", "户名", "设备地址", "就近户号", "接入点编号", "接入点名称", "变更情况", "时间", "基准户号"]
CUSTOMER = "明州通信有限公司"


@pytest.fixture
def two(utility):
    """Two groups of one customer."""
    with db.transaction():
        return [book.found(utility, serial=n, benchmark={"name": f"机房{n}", "address": f"北苑{n}幢"}) for n in (1, 2)]


def listed(*rows):
    return world.upload(sheets.csv([HEAD, *rows]))


def add(n, group, name=CUSTOMER):
    return [n, "", name, f"枕河里{n}幢1单元", f"17020231{n:02d}", "", "", "新增", "", group.benchmark_number]


@pytest.mark.requirement("G-075")
def test_one_form_and_one_list_for_several_groups_become_a_case_for_each(client, utility, two):
    first, second = two
    rows = listed(add(1, first), add(2, second), add(3, first))
    case_id = world.receive(client, utility, None, kinds=["change"], declared_points="3", electronic_list=rows)
    cases = queries.joint_cases(number=queries.case(case_id=case_id).joint_number)
    assert [(one.group_id, len(queries.rows(case_id=one.id))) for one in cases] == [(first.id, 2), (second.id, 1)]
    assert len({queries.documents_of(case_id=one.id)[0].sha256 for one in cases}) == 1, "one form lies in both files"
    page = client.get(world.at("group_case", case_id)).content.decode()
    assert cases[1].number in page


@pytest.mark.requirement("G-075")
def test_a_joint_application_is_received_whole_or_not_at_all(client, utility, two):
    first, second = two
    world.sign_in(client, "wang")
    rows = listed(add(1, first), add(2, second, "别家公司"), add(3, first))
    given = world.form(utility, None, kinds=["change"], declared_points="3", electronic_list=rows)
    answer = client.post(world.at("group_case_new"), given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "2 rows are good" in page
    assert '<td class="num fig">3</td>' in page, "the row of the file that came, not of its part"
    assert queries.case_rows(today=world.TODAY).count() == 0
    with db.transaction():
        stranger = book.customer("海曙有线公司")
        theirs = book.found(stranger, serial=9, benchmark={"name": "机房9", "address": "北苑9幢"})
    rows = listed(add(1, first), add(2, theirs))
    given = world.form(utility, None, kinds=["change"], declared_points="2", electronic_list=rows)
    answer = client.post(world.at("group_case_new"), given)
    assert answer.status_code == 422
    assert f"The benchmark {theirs.benchmark_number} belongs to 海曙有线公司" in answer.content.decode()
    assert queries.case_rows(today=world.TODAY).count() == 0


@pytest.mark.requirement("G-079")
def test_devices_that_no_list_had_become_an_application(client, utility):
    number = "1702000001"
    found = subs(1, 2, verified="清单外")
    with db.transaction():
        batch = groups.open_batch(name="城南", customer_id=utility, takeover_on=date(2026, 9, 1), now=world.NOW)
        loaded(batch, [sheets.VERIFICATION, benchmark(1, 3)], [LIST, *found], now=world.NOW)
        groups.import_batch(batch_id=batch, now=world.NOW, today=world.TODAY)
    assert [(row["customer"], row["count"]) for row in group_queries.extras()] == [(CUSTOMER, 2)]
    world.sign_in(client, "wang")
    reports = client.get(world.at("group_reports")).content.decode()
    assert number in reports
    assert "Apply for them" in reports
    (group,) = [group_queries.group(benchmark_number=number)]
    address = f"{world.at('group_case_new')}?benchmark_number={number}&waiting=1"
    given = world.form(utility, None, kinds=["change"], benchmark_number=number, declared_points="2")
    answer = client.post(address, given)
    assert answer.status_code == 302, answer.content.decode()[:4000]
    case_id = int(answer.url.rstrip("/").rsplit("/", 1)[1])
    assert queries.case(case_id=case_id).group_id == group.id
    assert [(row.change, row.address) for row in queries.rows(case_id=case_id)] == [
        ("add", "明州市南苑1幢1层"),
        ("add", "明州市南苑1幢2层"),
    ]
    assert queries.waiting_rows() == []
    assert "Apply for them" not in client.get(world.at("group_reports")).content.decode()
