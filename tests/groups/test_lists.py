"""Point lists from xlsx and csv, and the lists that go out (G-019, G-027, G-029, G-070 ... G-074)."""

import hashlib
from datetime import date

import pytest

from tests.groups import book, sheets
from tomoshibi.documents import queries as documents
from tomoshibi.fieldwork import operations as field_operations
from tomoshibi.fieldwork import queries as fieldwork
from tomoshibi.groups import exports, layouts, operations, queries, values


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def new_rows(count: int, *, first: int = 1) -> list[list]:
    return [
        [n, f"南苑{n}幢车库", f"接电于南苑{n}幢2单元计量箱内", f"17000{n:05d}", "新增"]
        for n in range(first, first + count)
    ]


@pytest.mark.requirement("G-027")
@pytest.mark.parametrize("kind", ["csv", "gb.csv", "xlsx"])
def test_a_connection_list_comes_in_whole(group, now, kind):
    rows = sheets.connection(new_rows(17), benchmark=group.benchmark_number)
    content = sheets.xlsx(rows) if kind == "xlsx" else sheets.csv(rows, encoding="gb18030" if "gb" in kind else "utf-8")
    list_id = sheets.received(content, now=now, name=f"list.{kind}", group=group)
    read = queries.point_list(list_id=list_id)
    assert (read.state, read.counts["add"], read.refusals) == (values.ListState.READ, 17, ())
    assert queries.virtual_multiplier(group_id=group.id, on=book.TODAY) == 1, "reading writes nothing"

    assert operations.apply_list(list_id=list_id, now=now, today=book.TODAY)["add"] == 17
    assert queries.virtual_multiplier(group_id=group.id, on=book.TODAY) == 18
    with pytest.raises(operations.ListNotReady):
        operations.apply_list(list_id=list_id, now=now, today=book.TODAY)
    points = queries.points_of(group_id=group.id, on=book.TODAY)
    assert {point.nearest_number for point in points[1:]} == {f"17000{n:05d}" for n in range(1, 18)}


@pytest.mark.requirement("G-027")
def test_the_raw_file_is_kept_with_its_hash(group, now):
    content = sheets.csv(sheets.connection(new_rows(1)))
    read = queries.point_list(list_id=sheets.received(content, now=now, group=group))
    assert read.sha256 == hashlib.sha256(content).hexdigest()
    assert documents.content(file_id=read.document_id) == content


@pytest.mark.requirement("G-027")
def test_each_bad_row_is_named_and_nothing_is_written(group, now):
    rows = new_rows(5)
    rows[1][4] = "改造"
    rows[2][2] = ""
    rows[3] = [4, "", "", "", "取消"]
    list_id = sheets.received(sheets.csv(sheets.connection(rows)), now=now, group=group)
    read = queries.point_list(list_id=list_id)
    assert read.state is values.ListState.REFUSED
    found = {number: (column, reason) for number, column, reason in read.refusals}
    assert set(found) == {4, 5, 6}, "rows as people count them in the file"
    assert found[4] == ("change", "改造 is no change that we know: 新装, 取消 or 迁移")
    assert found[5][0] == "position"
    assert "matches no active point" in found[6][1]
    with pytest.raises(operations.ListNotReady):
        operations.apply_list(list_id=list_id, now=now, today=book.TODAY)
    assert queries.virtual_multiplier(group_id=group.id, on=book.TODAY) == 1


@pytest.mark.requirement("G-011")
def test_a_list_that_goes_beyond_the_cap_is_refused(group, now):
    read = queries.point_list(
        list_id=sheets.received(sheets.csv(sheets.connection(new_rows(101))), now=now, group=group)
    )
    assert "please apply for a new reference meter" in read.refusals[0][2]


@pytest.mark.requirement("G-017")
def test_a_device_that_stands_twice_is_resolved_in_the_list(group, now):
    rows = new_rows(2)
    rows[1][1] = rows[0][1]
    refused = queries.point_list(list_id=sheets.received(sheets.csv(sheets.connection(rows)), now=now, group=group))
    assert [number for number, *_rest in refused.refusals] == [4]
    assert "stands twice" in refused.refusals[0][2]
    resolved = [["接入设备类型", "EPON"], [*sheets.CONNECTION, "非重复说明"], rows[0], [*rows[1], "同一车库内第二台"]]
    read = queries.point_list(list_id=sheets.received(sheets.csv(resolved), now=now, group=group))
    assert read.state is values.ListState.READ


@pytest.mark.requirement("G-018")
def test_new_points_need_the_number_of_an_application(group, now):
    read = queries.point_list(
        list_id=sheets.received(sheets.csv(sheets.connection(new_rows(1))), now=now, group=group, application="")
    )
    assert "application" in read.refusals[0][2]


def test_a_list_for_another_device_or_benchmark_is_refused(customer, group, now):
    read = queries.point_list(
        list_id=sheets.received(sheets.csv(sheets.connection(new_rows(1), device="路灯")), now=now, group=group)
    )
    assert read.refusals[0][2] == "路灯 is not the device type of the group"
    other = book.found(customer, serial=1, benchmark={"name": "别处机房", "address": "别处"})
    rows = sheets.connection(new_rows(1), benchmark=other.benchmark_number)
    read = queries.point_list(list_id=sheets.received(sheets.csv(rows), now=now, group=group))
    assert "another group" in read.refusals[0][2]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"a,b,c\n1,2,3", "list.csv", "no line of headings"),
        (b"PK\x03\x04broken", "list.xlsx", "not a workbook"),
        (b"%PDF-1.4", "list.pdf", "ends in .xlsx or .csv"),
        (b"", "list.csv", "no line of headings"),
    ],
)
def test_what_is_no_list_is_said_to_be_none(group, now, content, name, sentence):
    read = queries.point_list(list_id=sheets.received(content, now=now, name=name, group=group))
    assert read.state is values.ListState.REFUSED
    assert sentence in read.refusals[0][2]


def confirmation(group, account: str, change: str, day, *, customer: str = "明州通信有限公司", **more) -> list:
    row = {
        "seq": 1, "account_number": account, "customer_name": customer, "address": "明州市南苑28幢2单元",
        "nearest_number": "1702023115", "access_point_number": "33503000000000001", "access_point_name": "南苑28幢终端箱",
        "change": change, "day": day, "benchmark_number": group.benchmark_number,
    } | more  # fmt: skip
    return list(row.values())


@pytest.mark.requirement("G-029")
def test_points_are_added_moved_and_removed_by_a_confirmation_list(group, now):
    def take(*row, effective_on=book.TODAY):
        content = sheets.xlsx([sheets.CONFIRMATION, confirmation(group, *row[:3], **(row[3] if len(row) > 3 else {}))])
        list_id = sheets.received(content, now=now, name="l.xlsx", effective_on=effective_on)
        assert queries.point_list(list_id=list_id).refusals == ()
        return operations.apply_list(list_id=list_id, now=now, today=book.TODAY)

    take("1702900001", "新装", date(2026, 2, 8))
    assert queries.virtual_multiplier(group_id=group.id, on=date(2026, 2, 8)) == 2
    moved = {
        "address": "明州市北苑1幢",
        "access_point_number": "33503000000000009",
        "access_point_name": "北苑1幢终端箱",
    }
    assert take("1702900001", "迁移", date(2026, 5, 1), moved)["move"] == 1
    before = queries.points_of(group_id=group.id, on=date(2026, 4, 30))[1]
    after = queries.points_of(group_id=group.id, on=date(2026, 5, 1))[1]
    assert before.account_number == after.account_number == "1702900001"
    assert (before.access_point_number, after.access_point_number) == ("33503000000000001", "33503000000000009")
    assert after.address == "明州市北苑1幢"
    assert take("1702900001", "取消", date(2026, 7, 1))["remove"] == 1
    assert queries.virtual_multiplier(group_id=group.id, on=date(2026, 6, 30)) == 2
    assert queries.virtual_multiplier(group_id=group.id, on=date(2026, 7, 1)) == 1


def test_a_customer_unlike_the_benchmarks_and_a_day_to_come_are_refused(group, now):
    rows = [
        sheets.CONFIRMATION,
        confirmation(group, "1702900001", "新装", "2026-02-08", customer="别家通信公司"),
        confirmation(group, "1702900002", "新装", "2027-01-01", address="别处"),
    ]
    first = queries.point_list(list_id=sheets.received(sheets.csv(rows), now=now))
    assert first.refusals[0][:2] == (2, "customer_name")
    later = queries.point_list(list_id=sheets.received(sheets.csv([rows[0], rows[2]]), now=now))
    assert "lies in the future" in later.refusals[0][2]


@pytest.mark.requirement("G-071")
def test_the_points_of_any_day_have_all_columns_of_the_form(group, now):
    added = book.with_subs(group, 3, start=date(2026, 3, 1))
    listed = sheets.exported(on=date(2026, 3, 1), group_ids=[group.id])
    assert listed.columns[:10] == list(layouts.CONFIRMATION.columns)[:10]
    assert listed.height == 4
    assert set(added["account_number"]) < set(listed["account_number"])
    assert listed["benchmark_number"].unique().to_list() == [group.benchmark_number]
    assert sheets.exported(on=date(2026, 2, 28), group_ids=[group.id]).height == 1


@pytest.mark.requirement("G-072", "G-074")
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_that_comes_in_again_changes_nothing(customer, group, now, kind):
    other = book.found(customer, serial=1, benchmark={"name": "城北机房", "address": "城北"})
    book.with_subs(group, 20)
    book.with_subs(other, 5, first=100, start=date(2026, 5, 1))
    listed = sheets.exported()
    assert set(listed["benchmark_number"]) == {group.benchmark_number, other.benchmark_number}, "all groups in one file"
    write = exports.as_xlsx if kind == "xlsx" else exports.as_csv
    list_id = sheets.received(write(listed, layouts.CONFIRMATION), now=now, name=f"l.{kind}", application="")
    read = queries.point_list(list_id=list_id)
    assert read.refusals == ()
    assert read.counts == {"add": 0, "remove": 0, "move": 0, "unchanged": 27}
    before = queries.members_frame()
    operations.apply_list(list_id=list_id, now=now, today=book.TODAY)
    assert queries.members_frame().equals(before)


@pytest.mark.requirement("G-073")
def test_four_fields_are_put_right_with_their_history(group, now):
    book.with_subs(group, 1)
    point = queries.points_of(group_id=group.id, on=book.TODAY)[1]
    given = {"point_id": point.id, "reason": "现场核对", "now": now, "actor_id": 7}
    changes = [
        (values.EditedField.NAME, "南苑1幢车库", book.TODAY),
        (values.EditedField.ADDRESS, "明州市南苑1幢1单元", book.TODAY),
        (values.EditedField.DISTRICT, "T2", date(2026, 10, 1)),
        (values.EditedField.ACCESS_POINT, "33503000009000003", book.TODAY),
    ]
    for field, new, day in changes:
        operations.edit_point(field=field, new=new, effective_on=day, **given)
    now_it_is = queries.points_of(group_id=group.id, on=book.TODAY)[1]
    assert (now_it_is.name, now_it_is.address) == ("南苑1幢车库", "明州市南苑1幢1单元")
    assert (now_it_is.district_number, now_it_is.access_point_number) == ("T2", "33503000009000003")
    assert queries.points_of(group_id=group.id, on=date(2026, 9, 30))[1].district_number == point.district_number
    edits = queries.edits_of(point_id=point.id)
    assert {(e.field, e.new, e.actor_id, e.reason) for e in edits} == {(f, n, 7, "现场核对") for f, n, _d in changes}
    assert next(e for e in edits if e.field is values.EditedField.NAME).old == point.name
    assert {field.value for field in values.EditedField} == {"name", "address", "district", "access_point"}
    with pytest.raises(operations.NothingChanged):
        operations.edit_point(field=values.EditedField.DISTRICT, new="T2", effective_on=book.TODAY, **given)
    with pytest.raises(operations.NoSuchPlace):
        operations.edit_point(field=values.EditedField.DISTRICT, new="T9", effective_on=book.TODAY, **given)


@pytest.mark.requirement("G-038")
def test_completeness_is_counted(group, now):
    book.with_subs(group, 3)
    bare = book.subs(group, 1, first=50).drop("access_point_id", "access_point_number", "district_id")
    operations.add_points(bare, today=book.TODAY)
    found = queries.completeness(on=book.TODAY, group_id=group.id)
    assert (found.points, found.address, found.access_point, found.district) == (5, 5, 4, 4)
    assert (found.installed_on, found.seal) == (0, 0)
    point = queries.points_of(group_id=group.id, on=book.TODAY)[1]
    operations.complete_point(
        point_id=point.id, installed_on=date(2026, 1, 2), seal_number="F0001", contract_list="HT1-1", today=book.TODAY,
        now=now,
    )  # fmt: skip
    assert fieldwork.seal(number="F0001").place == point.access_point_number
    other = queries.points_of(group_id=group.id, on=book.TODAY)[2]
    with pytest.raises(field_operations.SealUsed):
        operations.complete_point(point_id=other.id, seal_number="F0001", today=book.TODAY, now=now)
    found = queries.completeness(on=book.TODAY, group_id=group.id)
    assert (found.installed_on, found.seal) == (1, 1)


@pytest.mark.requirement("G-075")
def test_a_corporate_customer_holds_many_groups(customer, group):
    other = book.found(customer, serial=1, benchmark={"name": "城北机房", "address": "城北"})
    book.with_subs(group, 2)
    held = queries.groups_of_customer(customer_id=customer, on=book.TODAY)
    assert {(row["number"], row["points"]) for row in held} == {(group.number, 3), (other.number, 1)}
    [row] = queries.portfolio(on=book.TODAY)
    assert (row["groups"], row["points"], row["largest"]) == (2, 4, 3)


def test_the_sample_forms_are_read(test_data):
    folder = test_data / "groups"
    form4 = layouts.read(folder / "form4_connection_list_sample.csv", name="form4.csv")
    assert form4.layout is layouts.CONNECTION
    assert form4.rows["change"].to_list() == ["新增", "取消"]
    form5 = layouts.read(folder / "form5_confirmation_list_sample.csv", name="form5.csv")
    assert form5.rows.select(layouts.day("day"))["day"].to_list() == [date(2015, 2, 8), date(2015, 2, 7)]
    assert form5.rows["access_point_number"][0] == "33503000009083788"
