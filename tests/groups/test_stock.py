"""Stock customers: totals, verification, batches in and out (G-076 ... G-081)."""

from datetime import date

import pytest

from tests.groups import book, sheets
from tomoshibi.groups import exports, layouts, operations, queries, values
from tomoshibi.parties import queries as parties

CUSTOMER = "明州通信有限公司"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def benchmark(n: int, points: int, *, verified: str = "正常") -> list:
    return [
        "城南供电所", f"17020000{n:02d}", CUSTOMER, f"明州市南苑{n}幢", "2013-03-28", f"33000000000000000000{n:02d}",
        f"BX{n:04d}", f"3350300000900{n:04d}", f"南苑{n}幢终端箱", points, f"T{n}", "EPON", 400,
        verified, "周巡" if verified else "", "2026-10-20" if verified else "",
    ]  # fmt: skip


def subs(n: int, count: int, *, verified: str = "正常", day: str = "") -> list[list]:
    return [
        [
            i, f"18{n:02d}{i:06d}", CUSTOMER, f"明州市南苑{n}幢{i}层", f"17020000{n:02d}", f"3350300000900{n:04d}",
            f"南苑{n}幢终端箱", "", day, f"17020000{n:02d}", verified, "周巡" if verified else "",
            "2026-10-21" if verified else "",
        ]
        for i in range(1, count + 1)
    ]  # fmt: skip


LIST = [*sheets.CONFIRMATION, "核查状态", "核查人", "核查日期"]


def loaded(batch: int, *rows_with_head: list[list], now) -> None:
    from tomoshibi.documents import operations as documents

    for rows in rows_with_head:
        file = documents.store(name="s.csv", content=sheets.csv(rows), kind="groups.stock_sheet", now=now)
        operations.load_sheet(batch_id=batch, document_id=file.id, name="s.csv")


@pytest.fixture
def batch(customer, now):
    return operations.open_batch(name="城南", customer_id=customer, takeover_on=date(2026, 10, 1), now=now)


def count(batch: int) -> values.BatchPreview:
    return queries.batch_preview(batch_id=batch, on=book.TODAY)


@pytest.mark.requirement("G-076")
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_verification_list_has_the_ten_columns_and_the_sum(customer, group, tmp_path, kind):
    book.with_subs(group, 17)
    other = book.found(customer, serial=1, box_number="BX9", benchmark={"name": "城北机房", "address": "城北"})
    book.with_subs(other, 4, first=100)
    frame = exports.verification_list(queries.verification_list(on=book.TODAY))
    content = (exports.as_xlsx if kind == "xlsx" else exports.as_csv)(frame, layouts.VERIFICATION)
    assert [layouts.VERIFICATION.columns[c][0] for c in frame.columns][:10] == [
        "单位", "户号", "户名", "地址", "立户日期", "表计条码", "表箱资源号", "接入点编号", "接入点名称", "参考表个数",
    ]  # fmt: skip
    read = layouts.read(sheets.write(tmp_path, content, f"v.{kind}"), name=f"v.{kind}")
    assert read.rows["account_number"].sort().to_list() == sorted([group.benchmark_number, other.benchmark_number])
    assert [total["declared_points"] for total in read.totals] == ["23"]


@pytest.mark.requirement("G-077")
def test_only_verified_rows_are_imported(batch, now):
    points = [*subs(1, 9), *subs(1, 3, verified="未找到")[:0]]
    points[6][-3] = points[7][-3] = ""
    points[6][-2:] = points[7][-2:] = ["", ""]
    points[8][-3] = "未找到"
    unverified = benchmark(2, 3, verified="")
    loaded(batch, [sheets.VERIFICATION, benchmark(1, 9), unverified], [LIST, *points, *subs(2, 2)], now=now)
    preview = count(batch)
    assert (preview.groups, preview.points, preview.not_found, preview.waiting) == (1, 7, 1, 5)
    assert preview.differing == ()
    made = operations.import_batch(batch_id=batch, now=now, today=book.TODAY)
    assert made == {"groups": 1, "points": 7}
    group = queries.group(benchmark_number="1702000001")
    assert queries.virtual_multiplier(group_id=group.id, on=book.TODAY) == 7
    assert group.opened_on == date(2013, 3, 28)
    assert queries.meters_of(group_id=group.id)[0].number.endswith("01")

    waiting = list(queries.stock_row_rows(batch_id=batch).filter(verification="open").values_list("id", flat=True))
    operations.verify_rows(
        batch_id=batch, row_ids=waiting, found=values.Verification.OK, inspector="周巡", on=book.TODAY
    )
    assert operations.import_batch(batch_id=batch, now=now, today=book.TODAY) == {"groups": 1, "points": 5}
    assert queries.virtual_multiplier(group_id=group.id, on=book.TODAY) == 9


def test_a_verified_row_names_its_inspector(batch, now):
    row = benchmark(1, 1)
    row[-2] = ""
    loaded(batch, [sheets.VERIFICATION, row], now=now)
    assert queries.stock_batch(batch_id=batch).refusals[0][:2] == (2, "inspector")
    with pytest.raises(operations.NothingVerified):
        operations.import_batch(batch_id=batch, now=now, today=book.TODAY)


@pytest.mark.requirement("G-078")
def test_a_batch_is_taken_back_whole(batch, now):
    loaded(batch, [sheets.VERIFICATION, benchmark(1, 5)], [LIST, *subs(1, 4)], now=now)
    operations.import_batch(batch_id=batch, now=now, today=book.TODAY)
    assert queries.points_frame(on=book.TODAY).height == 5
    assert operations.roll_back_batch(batch_id=batch) == 5
    assert queries.points_frame(on=book.TODAY).is_empty()
    assert not queries.group_rows(on=book.TODAY).exists()
    with pytest.raises(parties.UnknownNumber):
        parties.registered_number(number="1702000001")
    assert operations.import_batch(batch_id=batch, now=now, today=book.TODAY)["points"] == 5, "and once more, put right"


@pytest.mark.requirement("G-078")
def test_what_was_changed_since_is_not_taken_back(batch, now):
    loaded(batch, [sheets.VERIFICATION, benchmark(1, 5)], [LIST, *subs(1, 4)], now=now)
    operations.import_batch(batch_id=batch, now=now, today=book.TODAY)
    group = queries.group(benchmark_number="1702000001")
    book.with_subs(group, 1, first=70)
    with pytest.raises(operations.UsedSince):
        operations.roll_back_batch(batch_id=batch)
    assert queries.points_frame(on=book.TODAY).height == 6


@pytest.mark.requirement("G-013")
def test_a_stock_group_over_the_cap_is_seen_before_and_taken(batch, now):
    loaded(batch, [sheets.VERIFICATION, benchmark(1, 312)], [LIST, *subs(1, 311)], now=now)
    assert count(batch).over_cap == (("1702000001", 312),)
    assert operations.import_batch(batch_id=batch, now=now, today=book.TODAY)["points"] == 312
    group = queries.group(benchmark_number="1702000001")
    assert queries.room_of(group_id=group.id, on=book.TODAY).is_over


def test_declared_points_unlike_the_list_need_a_decision(batch, now):
    loaded(batch, [sheets.VERIFICATION, benchmark(1, 6)], [LIST, *subs(1, 4)], now=now)
    assert count(batch).differing == (("1702000001", 6, 5),)
    with pytest.raises(operations.NeedsDecision, match="6 points were declared and 5 are listed"):
        operations.import_batch(batch_id=batch, now=now, today=book.TODAY)
    operations.decide_batch(batch_id=batch, decision="以现场核对的5个点位为准", actor_id=3)
    assert operations.import_batch(batch_id=batch, now=now, today=book.TODAY)["points"] == 5


@pytest.mark.requirement("G-079")
def test_devices_that_no_list_had_are_counted(batch, now):
    rows = [[*row, "T1"] for row in subs(1, 3)]
    rows[2][-4] = "清单外"
    loaded(batch, [sheets.VERIFICATION, benchmark(1, 4)], [[*LIST, "台区编号"], *rows], now=now)
    assert count(batch).extra == 1
    operations.import_batch(batch_id=batch, now=now, today=book.TODAY)
    assert queries.points_frame(on=book.TODAY).height == 3
    assert queries.extras() == [{"customer": CUSTOMER, "district": "T1", "count": 1}], "per customer and area"


TABLE = [["序号", "单位名称", "参考表个数"], [1, "电信", 1657], [2, "联通", 774], [3, "移动", 2017], [4, "有线", 2681],
         [5, "里坊", 7], [6, "河道", 10], [7, "物业", 36], [8, "支队", 3]]  # fmt: skip


@pytest.mark.requirement("G-080")
def test_a_declared_total_unlike_its_rows_waits_for_a_decision(customer, now):
    table = operations.receive_totals(name="t.csv", content=sheets.csv(TABLE), declared=7158, now=now, actor_id=None)
    assert (table.declared, table.counted, table.difference, table.needs_decision) == (7158, 7185, 27, True)
    assert len(table.rows) == 8
    operations.decide_totals(table_id=table.id, decision="以各行合计7185为准", now=now, actor_id=3)
    decided = queries.stock_table(table_id=table.id)
    assert (decided.needs_decision, decided.declared, decided.decided_at) == (False, 7158, now)


@pytest.mark.requirement("G-080")
def test_the_table_of_the_requirements_adds_up_to_7185(in_transaction, test_data, now):
    content = (test_data / "groups" / "points_by_customer.csv").read_bytes()
    table = operations.receive_totals(name="t.csv", content=content, declared=7158, now=now, actor_id=None)
    assert (table.counted, table.difference, len(table.rows)) == (7185, 27, 8)


@pytest.mark.requirement("G-078")
def test_progress_per_customer_against_the_table(batch, customer, now):
    rows = [["序号", "单位名称", "参考表个数"], [1, CUSTOMER, 10], [2, "别家", 4]]
    table = operations.receive_totals(name="t.csv", content=sheets.csv(rows), declared=None, now=now, actor_id=None)
    assert not table.needs_decision
    loaded(batch, [sheets.VERIFICATION, benchmark(1, 6)], [LIST, *subs(1, 5)], now=now)
    operations.import_batch(batch_id=batch, now=now, today=book.TODAY)
    first, second = queries.stock_progress(table_id=table.id)
    assert (first["declared"], first["verified"], first["imported"], first["share_ppm"]) == (10, 6, 6, 600_000)
    assert (second["declared"], second["verified"]) == (4, 0)


@pytest.mark.requirement("G-081")
def test_the_legacy_mark_stays_until_everything_is_there(batch, now):
    loaded(batch, [sheets.VERIFICATION, benchmark(1, 3)], [LIST, *subs(1, 2)], now=now)
    operations.import_batch(batch_id=batch, now=now, today=book.TODAY)
    assert queries.legacy_counts() == {"contract_list": 3, "seal": 3, "installed_on": 3, "marked": 3, "stock": 3}
    point = queries.point(account_number="1801000001")
    assert operations.complete_point(point_id=point["id"], seal_number="F1", today=book.TODAY, now=now) == [
        "contract_list", "installed_on",
    ]  # fmt: skip
    assert (
        operations.complete_point(
            point_id=point["id"], contract_list="HT-1", installed_on=date(2014, 5, 6), today=book.TODAY, now=now
        )
        == []
    )
    assert queries.legacy_counts()["marked"] == 2


def test_a_row_of_another_customer_is_refused_with_its_number(batch, now):
    rows = subs(1, 2)
    rows[1][2] = "别家公司"
    loaded(batch, [sheets.VERIFICATION, benchmark(1, 3)], [LIST, *rows], now=now)
    assert operations.import_batch(batch_id=batch, now=now, today=book.TODAY)["points"] == 0
    assert queries.stock_batch(batch_id=batch).refusals == (
        (3, "customer_name", "别家公司 is not the customer of this batch"),
    )
    assert queries.points_frame(on=book.TODAY).is_empty()
