"""Before anybody goes out: the grouping again, places looked up and put right, rows that belong somewhere else."""

import io

import polars as pl
import pytest
from pypdf import PdfReader

from tests.applications.groupwork import world
from tests.groups import book
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values.groupwork import RowState
from tomoshibi.groups import queries as groups
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply
from tomoshibi.worklist import queries as worklist

SAMPLE = ("1702023115", "33503000009083788", "南江枫林2#配28幢终端箱")


@pytest.fixture
def surveyed(client, utility):
    """A case of three rows at the surveyor's; the second hangs beside nothing that is known."""
    lines = world.rows(3)
    lines[1][3] = "9999999999"
    lines[1][1] = "无名路9号车库"
    case_id = world.receive(client, utility, lines)
    world.do(client, "wang", "accept", case_id)
    return case_id


def page(client, case_id):
    return client.get(world.at("group_case", case_id)).content.decode()


def place(client, case_id, no, **more):
    given = {
        "access_point_number": "33503000009080001", "access_point_name": "", "district_number": "", "district_name": "",
        "tap": "urban_box", "distance_m": "12", "not_nearest": "",
    }  # fmt: skip
    return world.do(client, "zhou", "row", case_id, no, **given | more)


@pytest.mark.requirement("G-012", "G-014")
def test_balance_and_head_room_are_looked_at_and_stay_with_the_application(client, utility):
    with db.transaction():
        for serial, count in ((1, 94), (2, 19)):
            one = book.found(utility, serial=serial, benchmark={"name": f"机房{serial}", "address": f"北苑{serial}幢"})
            book.with_subs(one, count, first=1_000 * serial)
        small = book.found(utility, serial=3, benchmark={"name": "机房3", "address": "北苑3幢"})
        book.with_subs(small, 87, first=9_000)
        groups_of = sorted(size for _n, size in groups.balance_of(
            customer_id=utility, device_type_id=small.device_type_id, on=world.TODAY
        ).groups)  # fmt: skip
    case_id = world.receive(client, utility, world.rows(3), kinds=["change"], benchmark_number=small.benchmark_number)
    world.do(client, "wang", "accept", case_id)
    (check,) = queries.case(case_id=case_id).grouping
    assert sorted(size for _number, size in check["sizes"]) == groups_of == [20, 88, 95]
    assert (check["ratio_milli"], check["uneven"]) == (95 * 3 * 1_000 // 203, False)
    assert (check["used"], check["limit"], check["tight"]) == (90, 100, True)
    assert "little head-room" in page(client, case_id)


@pytest.mark.requirement("G-015")
def test_the_surveyor_checks_the_grouping_before_going_out(client, surveyed):
    world.do(client, "zhou", "answers", surveyed, all_yes="1")
    assert "Check the grouping a second time before going out" in page(client, surveyed)
    assert all(row.is_fit is None for row in queries.rows(case_id=surveyed))
    world.do(client, "zhou", "recheck", surveyed)
    first, second = queries.case(case_id=surveyed).grouping
    assert (first["second"], second["second"]) == (False, True)
    assert (first["by_id"], second["by_id"]) == (world.user_id("wang"), world.user_id("zhou"))
    assert second["at"]
    world.do(client, "zhou", "answers", surveyed, all_yes="1")
    assert all(row.is_fit for row in queries.rows(case_id=surveyed))


@pytest.mark.requirement("G-030")
def test_a_hundred_rows_get_number_place_and_district_in_one_call(client, utility):
    number, access_point, name = SAMPLE
    with db.transaction():
        supply.take_served_accounts(
            pl.DataFrame({
                "account_number": [number], "meter_number": ["33401019999"], "address": ["南江枫林28幢"],
                "access_point_number": [access_point], "access_point_name": [name], "district_number": ["T28"],
                "district_name": ["南江枫林2号配变"],
            })
        )  # fmt: skip
    lines = [
        [n, f"枕河里{n % 40}幢设备{n}", f"{n}单元计量箱内", f"17020231{n % 40:02d}", "新增"] for n in range(1, 101)
    ]
    lines[0][3] = number
    lines[1][3] = "334010100005"
    case_id = world.receive(client, utility, lines)
    world.do(client, "wang", "accept", case_id)
    world.do(client, "zhou", "recheck", case_id)
    world.do(client, "zhou", "locate", case_id)
    rows = queries.rows(case_id=case_id)
    assert (rows[0].access_point_number, rows[0].access_point_name) == (access_point, name)
    assert (rows[0].district_number, rows[0].district_name) == ("T28", "南江枫林2号配变")
    assert (rows[1].source, rows[1].access_point_number) == ("meter", "33503000009080000")
    assert len({row.account_number for row in rows}) == 100
    assert {row.source for row in rows[2:]} == {"account"}
    shown = page(client, case_id)
    assert "nearest account" in shown


@pytest.mark.requirement("G-031", "G-052")
def test_what_is_not_found_waits_for_a_person_and_is_marked(client, surveyed):
    world.do(client, "zhou", "recheck", surveyed)
    world.do(client, "zhou", "locate", surveyed)
    world.do(client, "zhou", "answers", surveyed, all_yes="1")
    world.do(
        client, "zhou", "benchmark", surveyed, no="1", meter_number=world.METER, is_steady="on", is_reliable="on",
        is_safe="on",
    )  # fmt: skip
    shown = page(client, surveyed)
    assert "1 rows have no certain access point and district." in shown
    world.do(client, "zhou", "survey", surveyed)
    assert world.state(surveyed) == "survey", "no final list before every row has its place"
    assert queries.lists_of(case_id=surveyed) == []
    refused = place(client, surveyed, 2, distance_m="")
    assert refused.status_code == 422
    assert "say why it is not the nearest one" in refused.content.decode(), "at the form, with what was typed"
    place(client, surveyed, 2, distance_m="", not_nearest="最近的表箱没有空位")
    row = queries.row(case_id=surveyed, no=2)
    assert (row.source, row.placed_by_id) == ("manual", world.user_id("zhou"))
    assert row.placed_at.astimezone(world.SHANGHAI).date() == world.TODAY
    assert row.not_nearest == "最近的表箱没有空位"
    assert "by hand" in page(client, surveyed)
    world.do(client, "zhou", "survey", surveyed)
    assert world.state(surveyed) == "contract"


@pytest.mark.requirement("G-032")
def test_places_are_looked_up_in_their_order_and_the_unsure_ones_wait(client, utility):
    asked = pl.DataFrame(
        [
            (1, "1702023103", "枕河里3幢"),
            (2, "334010100004", "枕河里4幢"),
            (3, "BX0901", "无名路1号"),
            (4, "", "明州市枕河里7幢"),
            (5, "不详", "无名路2号"),
        ],
        schema={"row": pl.Int64, "nearest_number": pl.String, "address": pl.String},
        orient="row",
    )
    with db.transaction():
        supply.ensure_access_points(
            pl.DataFrame({
                "number": ["33503000009080901"], "name": ["无名路1号终端箱"], "district_number": ["T0"],
                "box_number": ["BX0901"],
            })
        )  # fmt: skip
    found = {row["row"]: row for row in groups.locate(asked).iter_rows(named=True)}
    assert [found[n]["source"] for n in (1, 2, 3, 4)] == ["account", "meter", "box", "address"]
    assert 5 not in found or not found[5]["access_point_number"]
    sure = [found[n]["confidence"] for n in (1, 2, 3, 4)]
    assert sure == sorted(sure, reverse=True)
    assert sure[3] < groups.parameter("locate_percent", on=world.TODAY) <= sure[2], "an address alone is a proposal"


@pytest.mark.requirement("G-016")
def test_a_device_of_another_group_leaves_and_waits_there_to_be_applied_for(client, utility):
    first = world.receive(client, utility, world.rows(3))
    world.survey(client, first)
    world.sign(client, first)
    world.work(world.order(client, first))
    world.finish(client, first)
    world.archive(client, first)
    other = queries.case(case_id=first).benchmark_number
    case_id = world.receive(client, utility, world.rows(3, first=11))
    world.survey(client, case_id, meter="3300000000000000000043")
    assert [one.version for one in queries.lists_of(case_id=case_id)] == [1]
    world.sign(client, case_id)
    world.do(client, "zhou", "row_out", case_id, 3, reason="另一台区", other_benchmark=other)
    assert [row.state for row in queries.rows(case_id=case_id)].count(RowState.REJECTED) == 1
    assert [(one.version, one.is_superseded) for one in queries.lists_of(case_id=case_id)] == [(2, False), (1, True)]
    assert len(queries.list_content(case_id=case_id, version=2)["rows"]) == 2
    assert queries.list_content(case_id=case_id, version=1)["superseded"] is True
    (waiting,) = queries.waiting_rows(benchmark_number=other)
    (item,) = worklist.items_of(subject=f"groups.benchmark:{other}")
    world.sign_in(client, "wang")
    assert "1 device waits at this benchmark" in client.get(item.url).content.decode()
    sheet = client.get(world.at("group_waiting_list", other))
    assert sheet.content.startswith(b"PK")
    given = world.form(utility, None, kinds=["change"], benchmark_number=other, declared_points="1")
    answer = client.post(item.url, given)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    follow = int(answer.url.rstrip("/").rsplit("/", 1)[1])
    (row,) = queries.rows(case_id=follow)
    assert (row.name, row.change) == (waiting.name, "add")
    assert queries.waiting_rows(benchmark_number=other) == []
    assert worklist.items_of(subject=f"groups.benchmark:{other}")[0].closed_at


@pytest.mark.requirement("G-053")
def test_a_place_of_connection_that_does_not_fit_the_district_warns(client, surveyed):
    world.do(client, "zhou", "recheck", surveyed)
    world.do(client, "zhou", "locate", surveyed)
    assert "not as it is done in this district" not in page(client, surveyed)
    place(client, surveyed, 1, tap="rural_switch")
    assert queries.odd_taps(rows=queries.rows(case_id=surveyed)) == {1}
    shown = page(client, surveyed)
    assert "not as it is done in this district" in shown
    assert "lower terminals of the metering knife switch" in shown


def text_of(answer):
    """What is printed, without the blanks that a layout puts between its words."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages)


@pytest.mark.requirement("G-024", "G-033", "G-039", "G-041", "G-045")
def test_papers_say_what_was_agreed(client, utility):
    case_id = world.receive(client, utility, world.rows(4), boundary_changes="on")
    assert "the contract is signed anew before anything is connected" in page(client, case_id)
    world.survey(client, case_id)
    content = queries.list_content(case_id=case_id, version=1)
    assert all(len(row) == 12 for row in content["rows"]), "ten columns of the form, and ours after them"
    assert content["version"] == f"{queries.case(case_id=case_id).number}-V1"
    assert content["slip"] is True
    printed = text_of(client.get(world.at("group_case_list", case_id, 1)))
    ten = ("序号", "户号", "户名", "设备地址", "就近户号", "接入点编号", "接入点名称", "变更情况", "时间", "基准户号")
    assert all(heading in printed for heading in (*ten, "单位盖章处", content["version"], "共4个点位"))
    own = "基准户以参考表出线端为分界点，由双方另行约定。"
    world.sign_in(client, "chen")
    clauses = {"boundary": own, **dict.fromkeys(("customer", "utility", "notice", "counting", "breach"), "")}
    assert client.post(world.at("group_clauses"), clauses).status_code == 302
    shown = page(client, case_id)
    assert own in shown, "a new contract begins with the company's words"
    world.do(client, "zhou", "order", case_id, planned_on="2026-09-21")
    assert world.state(case_id) == "contract"
    world.do(client, "chen", "draft", case_id, **queries.clauses())
    assert queries.paper_of(case_id=case_id).clauses["boundary"] == own
    contract = text_of(client.get(world.at("group_case_paper", case_id, "contract")))
    blocks = ("产权责任分界点", "用电方的管理责任", "供电方的管理责任", "停电通知", "违约责任")
    assert all(text in contract for text in (own, *blocks))
    for who, step in (("li", "review"), ("zhao", "approve")):
        world.do(client, "zhou", "order", case_id, planned_on="2026-09-21")
        assert world.state(case_id) == "contract", "drafted or reviewed is not signed"
        world.do(client, who, step, case_id)
    world.do(client, "zhou", "order", case_id, planned_on="2026-09-21")
    assert world.state(case_id) == "contract", "and approved is not either"
    assert [step.what for step in queries.steps_of(case_id=case_id)].count("refused") == 4, "each attempt is on record"
    world.do(client, "chen", "sign", case_id, signed_on="2026-09-21", file=world.scan("contract.pdf"))
    world.do(client, "zhou", "labels", case_id, template="a4-21", reason="")
    slips = text_of(client.get(world.at("group_case_paper", case_id, "slips")))
    assert slips.count(content["version"]) >= 4, "each slip has the number of the list"
    assert all(row.account_number in slips for row in queries.rows(case_id=case_id))
    assert "Installation slips, one for each point" in page(client, case_id)
    assert operations.missing_documents_of(case_ids=[case_id])[case_id]
