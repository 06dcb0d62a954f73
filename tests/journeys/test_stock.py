"""
Old customers become groups: the list goes out, is verified on site, comes back block by block, is taken back, comes again.

Done-when 2 of the group requirements, its last part; the browser does the same in tests/browser/test_stock.py.
"""

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from tests import company
from tests.groups import book, sheets
from tests.groups.test_stock import LIST, benchmark, subs
from tomoshibi.groups import queries, values
from tomoshibi.identity import operations as identity
from tomoshibi.parties import queries as parties
from tomoshibi.worker import operations as worker

RIGHTS = ("GR1.do", "GR2.do", "GR3.do", "GR4.view")


@pytest.fixture
def office(journey, settings, tmp_path, now):
    """A clerk, a corporate customer, two districts: none of its points is known yet."""
    settings.DATA = tmp_path

    def begin():
        worker.set_clock(now=now)
        company.enter()
        book.device_type()
        book.places()
        identity.save_role(code="clerk", name="受理人员", rights=list(RIGHTS))
        identity.add_person(
            username="wang", name="王敏", mail="w@example.cn", password="lamp-light-42", roles=["clerk"]
        )
        return book.customer()

    return journey.in_transaction(begin)


class Desk:
    """The clerk's browser: posts, says yes where it is asked, lets the worker do it."""

    def __init__(self, journey):
        self.journey, self.client = journey, journey.sign_in("wang")

    def do(self, page, /, *args, **data):
        answer = self.client.post(reverse(f"groups:{page}", args=args), data)
        if answer.status_code == 200:
            for value in data.values():
                if hasattr(value, "seek"):
                    value.seek(0)
            answer = self.client.post(reverse(f"groups:{page}", args=args), data | {"confirmed": "1"})
        assert answer.status_code == 302, (page, answer.status_code)
        self.journey.work()
        return answer

    def see(self, name, *args, **query):
        answer = self.client.get(reverse(f"groups:{name}", args=args), query)
        assert answer.status_code == 200
        return answer

    def open_batch(self, customer_id, name):
        answer = self.do(
            "new_batch",
            name=name,
            customer_id=parties.customer(customer_id=customer_id).number,
            takeover_on="2026-10-01",
        )
        return int(answer.url.strip("/").split("/")[-1])

    def sheet(self, batch_id, rows):
        file = io.BytesIO(sheets.xlsx(rows))
        file.name = "核查.xlsx"
        self.do("sheet", batch_id, file=file)


def head(*rows):
    return [sheets.VERIFICATION, *rows]


def points(*rows):
    return [LIST, *rows]


@pytest.mark.procedure("GR3")
@pytest.mark.requirement("G-077", "G-078", "G-080")
def test_the_stock_comes_in_block_by_block_is_taken_back_and_comes_again(journey, office):
    desk = Desk(journey)

    # Somebody declared 12 points; the rows of the table add up to 13: a person decides, and the decision stays.
    table = io.BytesIO(sheets.csv([["序号", "单位名称", "参考表个数"], [1, "明州通信有限公司", 13]]))
    table.name = "统计.csv"
    desk.do("totals", file=table, declared="12")
    page = desk.see("stock").content.decode()
    assert "12" in page
    (declared,) = queries.stock_tables()
    assert (declared.difference, declared.needs_decision) == (1, True)
    desk.do("decide_totals", declared.id, decision="以现场核查的13个点位为准")
    assert queries.stock_tables()[0].decision == "以现场核查的13个点位为准"

    # Block by block: what was verified comes in, the rest of the block waits.
    north, south = (desk.open_batch(office, name) for name in ("城北", "城南"))
    desk.sheet(north, head(benchmark(1, 6, verified="")))
    desk.sheet(north, points(*subs(1, 5, verified="")))
    assert queries.batch_preview(batch_id=north, on=book.TODAY).points == 0, "nothing is verified yet"
    rows = list(queries.stock_row_rows(batch_id=north).order_by("role", "row_no").values_list("id", flat=True))
    found = {"found": "ok", "inspector": "周巡", "on": "2026-11-03", "list_query": ""}
    desk.do("verify", north, ids=[str(one) for one in rows[:5]], **found)
    preview = queries.batch_preview(batch_id=north, on=book.TODAY)
    assert (preview.groups, preview.points, preview.waiting) == (1, 5, 1)
    desk.do("import_batch", north)
    group = queries.group(benchmark_number="1702000001")
    assert queries.virtual_multiplier(group_id=group.id, on=book.TODAY) == 5
    desk.do("verify", north, ids=[str(rows[5])], **found)
    desk.do("import_batch", north)
    assert queries.virtual_multiplier(group_id=group.id, on=book.TODAY) == 6, "the row that waited joined its group"

    # The other block is verified by its sheet, and its declared count is not what the rows say.
    desk.sheet(south, head(benchmark(2, 9)))
    desk.sheet(south, points(*subs(2, 6)))
    desk.do("import_batch", south)
    assert queries.group(benchmark_number="1702000002") is None, "9 are declared and 7 listed: nobody decided"
    desk.do("decide_batch", south, decision="现场实有7个点位")
    desk.do("import_batch", south)
    progress = queries.stock_progress(table_id=declared.id)[0]
    assert (progress["declared"], progress["listed"], progress["verified"], progress["imported"]) == (13, 13, 13, 13)

    # Taken back whole, and imported once more.
    desk.do("roll_back", south)
    assert queries.group(benchmark_number="1702000002") is None
    assert queries.stock_progress(table_id=declared.id)[0]["imported"] == 6
    desk.do("import_batch", south)
    assert queries.stock_progress(table_id=declared.id)[0]["imported"] == 13


@pytest.fixture
def stocked(journey, office):
    """A group of six points that came with the stock."""
    desk = Desk(journey)
    batch_id = desk.open_batch(office, "城北")
    desk.sheet(batch_id, head(benchmark(1, 6)))
    desk.sheet(batch_id, points(*subs(1, 5)))
    desk.do("import_batch", batch_id)
    return desk, batch_id, queries.group(benchmark_number="1702000001")


@pytest.mark.procedure("GR2", "GR3")
@pytest.mark.requirement("G-072", "G-076")
def test_what_goes_out_and_comes_in_again_changes_nothing(stocked):
    desk, _batch_id, _group = stocked

    # The verification list that goes out: the ten printed columns, one row per benchmark, the sum below.
    listed = openpyxl.load_workbook(io.BytesIO(desk.see("verification_list", "xlsx").content)).active
    lines = [row for row in listed.values if any(cell is not None for cell in row)]
    at = next(n for n, row in enumerate(lines) if row[0] == "单位")
    assert list(lines[at][:10]) == [
        "单位", "户号", "户名", "地址", "立户日期", "表计条码", "表箱资源号", "接入点编号", "接入点名称", "参考表个数",
    ]  # fmt: skip
    assert lines[at + 1][1] == "1702000001"
    assert any(str(cell) == "6" for cell in lines[-1]), "the sum of the points is printed"

    # The export of all points, taken in again, changes nothing.
    export = io.BytesIO(desk.see("export_all", "xlsx").content)
    export.name = "points.xlsx"
    desk.do("upload", file=export, application_number="", effective_on=book.TODAY.isoformat())
    same = queries.point_list(list_id=int(queries.point_list_rows().order_by("-id").values_list("id", flat=True)[0]))
    assert same.state is values.ListState.READ
    assert (same.counts["unchanged"], sum(same.counts.values())) == (6, 6)
    desk.do("apply", same.id)
    assert queries.point_list(list_id=same.id).counts == same.counts


@pytest.mark.procedure("GR1", "GR3")
@pytest.mark.requirement("G-073", "G-081")
def test_what_the_stock_lacks_is_made_good_and_four_fields_are_put_right(stocked):
    desk, batch_id, group = stocked

    # Every one of them carries the legacy mark until its three gaps are filled.
    assert queries.legacy_counts()["marked"] == 6
    sub = next(p for p in queries.points_of(group_id=group.id, on=book.TODAY) if p.role is values.Role.SUB)
    assert desk.see("point", sub.id)
    desk.do("complete", sub.id, installed_on="2015-02-08")
    assert queries.legacy_counts()["marked"] == 6, "its seal and its contract list are still missing"
    desk.do("complete", sub.id, seal_number="FY-1", contract_list="HT-1")
    assert queries.legacy_counts()["marked"] == 5

    # Four fields are put right without a process, with what they were; a fifth is not offered.
    for field, new in (
        ("name", "南苑1幢弱电间"),
        ("address", "明州市南苑1幢2层"),
        ("district", "T2"),
        ("access_point", "33503000009000003"),
    ):
        desk.do("edit", sub.id, field=field, new=new, effective_on="2026-11-01", reason="现场核对后更正")
    assert [edit.field.value for edit in reversed(queries.edits_of(point_id=sub.id))] == [
        "name", "address", "district", "access_point",
    ]  # fmt: skip
    refused = desk.client.post(
        reverse("groups:edit", args=[sub.id]),
        {"field": "rated_w", "new": "900", "effective_on": "2026-11-01", "reason": "现场核对后更正"},
    )
    assert refused.status_code == 422
    before = {p.id: p for p in queries.points_of(group_id=group.id, on=date(2026, 10, 31))}[sub.id]
    after = {p.id: p for p in queries.points_of(group_id=group.id, on=book.TODAY)}[sub.id]
    assert (before.district_number, after.district_number) == ("T1", "T2"), "the past stays"

    # What was edited since is not taken back as a block any more.
    desk.do("roll_back", batch_id)
    assert queries.group(benchmark_number="1702000001") is not None
