"""The pages of groups, as a clerk uses them (GR1 ... GR4)."""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import Form
from django.urls import reverse
from django.utils import translation

from tests.groups import book, sheets, test_stock
from tomoshibi.groups import queries, values
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queue


@pytest.fixture
def clerk(client, transactional_db, settings, tmp_path, now):
    settings.MEDIA_ROOT = tmp_path / "files"
    with db.transaction():
        rights = [
            f"{step}.do" for step in (values.REGISTER, values.LISTS, values.STOCK, values.SETTINGS, values.LABELS)
        ]
        identity.save_role(code="groups", name="受理人员", rights=rights)
        user_id = identity.add_person(
            username="wang", name="王敏", mail="w@example.cn", password="lamp-light-42", roles=["groups"]
        )
        worker.set_clock(now=now)
    client.force_login(User.objects.get(id=user_id))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def group(clerk):
    with db.transaction():
        book.device_type()
        made = book.found(book.customer())
        book.with_subs(made, 17)
    return made


def file(content: bytes, name: str = "list.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def post(client, name: str, *args, **data):
    """Post, say yes where a question comes back, and let the worker do what was asked for."""
    address = reverse(name, args=args)
    answer = client.post(address, data)
    if answer.status_code == 200:
        answer = client.post(address, data | {"confirmed": "1"})
    queue.run_until_quiet()
    return answer


@pytest.mark.requirement("G-070")
def test_groups_are_found_by_unit_name_address_date_and_number(clerk, group):
    with db.transaction():
        other = book.found(
            book.customer("海曙有线公司"),
            unit="城北供电所",
            serial=1,
            benchmark={"name": "北机房", "address": "明州市北苑9幢"},
        )
    address = reverse("groups:groups")

    def found(**filters):
        text = clerk.get(address, filters).content.decode()
        return {g.number for g in (group, other) if g.number in text}

    assert found() == {group.number, other.number}
    assert found(unit="城北供电所") == {other.number}
    assert found(name="海曙") == {other.number}
    assert found(address="北苑") == {other.number}
    assert found(opened_on_from="2026-01-02") == set()
    assert found(benchmark_number=group.benchmark_number) == {group.number}
    assert found(unit="城北供电所", name="明州") == set(), "filters combine"
    assert found(q=other.benchmark_number) == {other.number}
    exported = clerk.get(address, {"export": "xlsx", "unit": "城北供电所"})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(exported.streaming_content))).active.values)
    assert [row[0] for row in rows[1:]] == [other.number]


@pytest.mark.requirement("G-012")
def test_groups_with_little_room_left_are_listed(clerk, group):
    with db.transaction():
        full = book.found(book.customer("海曙有线公司"), serial=1, benchmark={"name": "北机房", "address": "北苑9幢"})
        book.with_subs(full, 90, first=300)
    listed = clerk.get(reverse("groups:groups"), {"free_to": "10"}).content.decode()
    assert full.number in listed
    assert group.number not in listed
    assert "Little room for growth is left" in clerk.get(reverse("groups:group", args=[full.id])).content.decode()


@pytest.mark.requirement("G-066")
def test_every_door_refuses_a_sub_account_and_names_its_benchmark(clerk, group):
    """New contract, payment, charge, work, complaint, application: business begins under the benchmark's number."""
    from tomoshibi.applications.forms.works import TermsForm
    from tomoshibi.billing.chargeforms import WhoseForm
    from tomoshibi.collection.forms import PayerField
    from tomoshibi.contracts.forms import NewContractForm
    from tomoshibi.groups.forms import GroupForm

    sub = queries.points_of(group_id=group.id, on=book.TODAY)[3].account_number
    sentence = f"{sub} is a sub-account and may not transact; use its benchmark {group.benchmark_number}."
    with translation.override("en"):

        class Paid(Form):
            payer = PayerField()

        asked = {
            "account_number": (NewContractForm({"account_number": sub}, plans=[], today=book.TODAY), TermsForm({"account_number": sub})),
            "payer": (Paid({"payer": sub}), WhoseForm({"payer": sub}, kinds=[], today=book.TODAY)),
            "customer_id": (GroupForm({"customer_id": sub}, today=book.TODAY),),
        }  # fmt: skip
        for field, forms in asked.items():
            for form in forms:
                assert form.errors[field] == [sentence], type(form)
    with db.transaction():
        identity.save_role(code="groups", name="受理人员", rights=["CM1.view", "CM7.do", f"{values.REGISTER}.view"])
    complaint = {"kind": "1", "customer_number": sub, "name": "王", "subject": "账单", "body": "电费有误", "key": "k1"}
    assert sentence in clerk.post(reverse("care:phone"), complaint).content.decode()
    found = clerk.get(clerk.get(reverse("console:search"), {"q": sub})["Location"]).content.decode()
    assert group.benchmark_number in found, "to ask is allowed, and says where business is done"
    assert "No business is done under this number" in found


@pytest.mark.requirement("G-071", "G-072")
def test_a_group_shows_its_points_of_any_day_and_gives_them_out(clerk, group):
    page = clerk.get(reverse("groups:group", args=[group.id]))
    text = page.content.decode()
    assert page.headers["X-Procedures"] == values.REGISTER
    assert "counted, the benchmark among them" in text
    assert text.count("南苑") > 17
    before = clerk.get(reverse("groups:group", args=[group.id]), {"on": "2025-12-31"}).content.decode()
    assert "No point was active on that day." in before
    book_ = clerk.get(reverse("groups:export", args=[group.id, "xlsx"]))
    rows = list(openpyxl.load_workbook(io.BytesIO(book_.content)).active.values)
    assert rows[0][:10] == (
        "序号",
        "户号",
        "户名",
        "设备地址",
        "就近户号",
        "接入点编号",
        "接入点名称",
        "变更情况",
        "时间",
        "基准户号",
    )
    assert len(rows) == 19
    assert clerk.get(reverse("groups:export", args=[group.id, "pdf"])).status_code == 404
    assert clerk.get(reverse("groups:group_panel", args=[group.id])).status_code == 200


@pytest.mark.requirement("G-074", "G-075")
def test_lists_of_all_groups_and_of_one_customer_in_one_file(clerk, group):
    everything = clerk.get(reverse("groups:export_all", args=["csv"])).content.decode("utf-8-sig")
    assert everything.count("\n") == 19
    of_one = clerk.get(reverse("groups:customer_points", args=[group.customer_id, "csv"])).content.decode("utf-8-sig")
    assert of_one == everything
    page = clerk.get(reverse("groups:customer", args=[group.customer_id])).content.decode()
    assert group.number in page
    portfolio = clerk.get(reverse("groups:portfolio")).content.decode()
    assert "明州通信有限公司" in portfolio


@pytest.mark.requirement("G-027")
def test_a_list_is_uploaded_looked_through_and_written(clerk, group):
    rows = [[1, "新点位", "接电于1单元计量箱内", "1700000001", "新增"]]
    sent = clerk.post(
        reverse("groups:upload_for", args=[group.id]),
        {"file": file(sheets.csv(sheets.connection(rows))), "application_number": "SQ1", "effective_on": "2026-11-04"},
    )
    queue.run_until_quiet()
    page = clerk.get(sent.url).content.decode()
    assert "Write the list" in page
    list_id = queries.point_list_rows().get().id
    post(clerk, "groups:apply", list_id)
    assert queries.point_list(list_id=list_id).state is values.ListState.APPLIED
    assert queries.virtual_multiplier(group_id=group.id, on=book.TODAY) == 19
    raw = b"".join(clerk.get(reverse("groups:list_raw", args=[list_id])).streaming_content)
    assert raw == sheets.csv(sheets.connection(rows))
    assert clerk.get(reverse("groups:lists")).status_code == 200


def test_refused_rows_stand_on_the_page_with_their_reasons(clerk, group):
    rows = [
        [1, "好点位", "箱内", "1700000001", "新增"],
        [2, "新点位", "", "1700000001", "新增"],
        [3, "另一点", "箱内", "17", "改造"],
    ]
    sent = clerk.post(
        reverse("groups:upload_for", args=[group.id]),
        {"file": file(sheets.csv(sheets.connection(rows))), "application_number": "SQ1", "effective_on": "2026-11-04"},
    )
    queue.run_until_quiet()
    page = clerk.get(sent.url).content.decode()
    assert "改造 is no change that we know" in page
    assert "Write the list" not in page
    numbers = [int(number) for number in re.findall(r'<tr data-id="(\d+)"', page)]
    assert numbers == [numbers[-1] + 1, numbers[-1] + 2, numbers[-1]], "refused rows first, by their number in the file"
    assert "好点位" in page
    nothing = clerk.post(reverse("groups:upload"), {"effective_on": "2026-11-04"})
    assert nothing.status_code == 422


@pytest.mark.requirement("G-007", "G-073")
def test_one_of_four_fields_is_put_right_on_the_page_of_the_point(clerk, group):
    point = queries.points_of(group_id=group.id, on=book.TODAY)[1]
    given = {"field": "name", "new": "南苑1幢门卫室", "effective_on": "2026-11-04", "reason": "现场核对"}
    assert clerk.post(reverse("groups:edit", args=[point.id]), given).status_code == 302
    page = clerk.get(reverse("groups:point", args=[point.id])).content.decode()
    assert "南苑1幢门卫室" in page
    assert point.name in page, "the old name stays on record"
    assert "王敏" in page
    assert group.benchmark_number in page, "and which number to use for business"
    again = clerk.post(reverse("groups:edit", args=[point.id]), given)
    assert again.status_code == 422
    for fifth in ("account_number", "plan_code", "tariff", "price"):
        other = clerk.post(reverse("groups:edit", args=[point.id]), given | {"field": fifth})
        assert other.status_code == 422, "there is no fifth field, and no price of a sub-account"
    done = clerk.post(reverse("groups:complete", args=[point.id]), {"seal_number": "F0001"})
    assert done.status_code == 302
    assert queries.point_by_id(point_id=point.id)["seal_number"] == "F0001"


@pytest.mark.requirement("G-002", "G-022")
def test_a_group_is_founded_and_found_fit(clerk, group):
    customer = "".join(str(queries.group_rows(on=book.TODAY).values_list("customer_number", flat=True)[0]))
    data = {
        "customer_id": customer, "unit": "城南供电所", "application_number": "SQ2", "device_code": "EPON", "rated_w": "400",
        "start": "2026-11-01", "name": "东苑机房", "address": "明州市东苑1幢", "meter_number": "33000000000000000000099",
        "physical_ratio": "1",
    }  # fmt: skip
    made = clerk.post(reverse("groups:new_group"), data)
    assert made.status_code == 302, made.content.decode()[:2000]
    new = queries.group_rows(on=book.TODAY).get(state="draft")
    clerk.post(reverse("groups:check", args=[new.id]), {"is_steady": "on", "is_reliable": "on"})
    assert queries.group(group_id=new.id).state is values.GroupState.DRAFT
    clerk.post(reverse("groups:check", args=[new.id]), {"is_steady": "on", "is_reliable": "on", "is_safe": "on"})
    assert queries.group(group_id=new.id).state is values.GroupState.ACTIVE
    future = clerk.post(reverse("groups:new_group"), data | {"start": "2027-01-01"})
    assert future.status_code == 422
    assert "This day lies in the future." in future.content.decode()


@pytest.mark.requirement("G-013")
def test_a_group_over_the_cap_is_split_on_its_page(clerk, group):
    with db.transaction():
        book.with_subs(group, 150, origin="stock", first=1_000)
    page = clerk.get(reverse("groups:split", args=[group.id])).content.decode()
    assert "Balanced parts under the cap" in page
    parts = queries.split_proposal(group_id=group.id, on=book.TODAY)
    meters = {f"meter_{part.benchmark_number}": f"NEW{n}" for n, part in enumerate(parts[1:])}
    assert clerk.post(reverse("groups:split", args=[group.id]), {"on": "2026-11-04"}).status_code == 422
    post(clerk, "groups:split", group.id, on="2026-11-04", **meters)
    assert queries.group_rows(on=book.TODAY).count() == len(parts) == 2


@pytest.mark.requirement("G-077", "G-078", "G-080")
def test_stock_goes_from_totals_to_points_and_back(clerk, group):
    totals = sheets.csv([["序号", "单位名称", "参考表个数"], [1, "明州通信有限公司", 6]])
    clerk.post(reverse("groups:totals"), {"file": file(totals), "declared": "5"})
    page = clerk.get(reverse("groups:stock")).content.decode()
    assert "Decide" in page
    table = queries.stock_tables()[0]
    clerk.post(reverse("groups:decide_totals", args=[table.id]), {"decision": "以各行合计为准"})
    assert not queries.stock_table(table_id=table.id).needs_decision

    number = queries.group_rows(on=book.TODAY).values_list("customer_number", flat=True)[0]
    made = clerk.post(
        reverse("groups:new_batch"), {"name": "城南一块", "customer_id": number, "takeover_on": "2026-10-01"}
    )
    batch_id = int(made.url.rstrip("/").split("/")[-1])
    for rows in (
        [sheets.VERIFICATION, test_stock.benchmark(1, 6, verified="")],
        [test_stock.LIST, *test_stock.subs(1, 5, verified="")],
    ):
        post(clerk, "groups:sheet", batch_id, file=file(sheets.csv(rows)))
    text = clerk.get(reverse("groups:batch", args=[batch_id])).content.decode()
    assert "1702000001" in text
    post(clerk, "groups:import_batch", batch_id)
    assert queries.stock_batch(batch_id=batch_id).state is values.BatchState.OPEN, "nothing is verified yet"

    chosen = {"everything": "1", "seen": "6", "list_query": ""}
    found = {"found": "ok", "inspector": "周巡", "on": "2026-11-03"}
    asked = clerk.post(reverse("groups:verify", args=[batch_id]), chosen)
    assert asked.status_code == 200
    clerk.post(reverse("groups:verify", args=[batch_id]), chosen | found | {"confirmed": "1"})
    post(clerk, "groups:import_batch", batch_id)
    assert queries.stock_batch(batch_id=batch_id).state is values.BatchState.IMPORTED
    stocked = queries.group(benchmark_number="1702000001")
    assert queries.virtual_multiplier(group_id=stocked.id, on=book.TODAY) == 6
    assert queries.stock_progress(table_id=table.id)[0]["imported"] == 6
    listed = clerk.get(reverse("groups:verification_list", args=["xlsx"]))
    rows = list(openpyxl.load_workbook(io.BytesIO(listed.content)).active.values)
    assert "1702000001" in {row[1] for row in rows}

    post(clerk, "groups:roll_back", batch_id)
    assert queries.group(benchmark_number="1702000001") is None
    assert identity_deeds() >= {"GR3"}


def identity_deeds() -> set[str]:
    from tomoshibi.identity import queries as people

    return {deed.procedure for deed in people.deeds()}


@pytest.mark.requirement("G-004", "G-011")
def test_rules_and_types_are_set_from_a_day_on(clerk, group):
    page = clerk.get(reverse("groups:settings")).content.decode()
    assert "Most accounts under one benchmark" in page
    clerk.post(
        reverse("groups:set_parameter"),
        {"code": "sub_limit", "value": "120", "start": "2026-12-01", "reason": "试点放宽"},
    )
    assert queries.parameter("sub_limit", on=book.TODAY) == 100
    bad = clerk.post(
        reverse("groups:set_parameter"),
        {"code": "count_benchmark", "value": "2", "start": "2026-12-01", "reason": "试点放宽"},
    )
    assert bad.status_code == 422
    terms = {
        "code": "CAM", "name": "路口摄像机", "kind": "摄像机", "spread": "street", "start": "2026-11-04", "rated_min_w": "5",
        "rated_max_w": "60", "day_min_dwh": "0.1", "day_max_dwh": "1.4",
    }  # fmt: skip
    assert clerk.post(reverse("groups:new_device_type"), terms).status_code == 302
    camera = queries.device_type(code="CAM", on=book.TODAY)
    assert camera.day_max_dwh == 14_000
    assert clerk.get(reverse("groups:device_type", args=[camera.id])).status_code == 200
    clerk.post(reverse("groups:delete_device_type", args=[group.device_type_id]))
    assert queries.device_type(code="EPON", on=book.TODAY), "a type that is used stays"
    clerk.post(reverse("groups:delete_device_type", args=[camera.id]))
    assert queries.device_type(code="CAM", on=book.TODAY) is None


@pytest.mark.requirement("G-125")
def test_nobody_works_in_a_step_without_its_right(client, clerk, group):
    with db.transaction():
        identity.save_role(code="groups", name="查询", rights=[f"{values.REGISTER}.view"])
    assert clerk.get(reverse("groups:group", args=[group.id])).status_code == 200
    for name, args in (("groups:new_group", []), ("groups:upload", []), ("groups:stock", []), ("groups:settings", [])):
        assert clerk.get(reverse(name, args=args)).status_code == 403, name
    for name in ("groups:edit", "groups:complete"):
        assert clerk.post(reverse(name, args=[1])).status_code == 403


@pytest.mark.requirement("G-003", "G-038")
def test_districts_are_seen_as_boxes_without_a_map(clerk, group):
    page = clerk.get(reverse("groups:portfolio")).content.decode()
    assert reverse("groups:portfolio_districts") in page
    for part in ("portfolio_growth", "portfolio_districts", "portfolio_completeness"):
        assert clerk.get(reverse(f"groups:{part}")).status_code == 200, part
    with db.transaction():
        odd = book.with_subs(group, 1, first=900, rated_w=900, override_reason="同一箱内, 用电特性相同")[
            "account_number"
        ][0]
    shown = clerk.get(reverse("groups:portfolio_completeness")).content.decode()
    assert odd in shown, "the exception report names it"
    assert "同一箱内, 用电特性相同" in shown
    listed = clerk.get(reverse("groups:districts")).content.decode()
    assert "T1" in listed
    rows = {row["number"]: row for row in queries.by_district(on=book.TODAY)}
    assert sum(row["points"] for row in rows.values()) == 19
    assert queries.district_rows(on=book.TODAY).get(number="T1").access_points == 2
    assert rows["T1"]["complete"] == 0, "no seal hangs yet"

    seen = clerk.get(reverse("groups:district", args=[rows["T1"]["district_id"]]), {"on": str(book.TODAY)})
    text = seen.content.decode()
    points = queries.points_in_district(district_id=rows["T1"]["district_id"], on=book.TODAY, limit=100)
    assert points.height == rows["T1"]["points"]
    assert all(number in text for number in points["account_number"])
    assert "data missing" in text
    assert clerk.get(reverse("groups:district", args=[9_999])).status_code == 404
    nowhere = clerk.get(reverse("groups:district", args=[queries.NO_DISTRICT])).content.decode()
    assert "No point was active" in nowhere


@pytest.mark.requirement("G-027")
@pytest.mark.parametrize(
    ("name", "size", "sentence"), [("list.pdf", 10, ".xlsx or .csv"), ("list.csv", 41 << 20, "41 MB")]
)
def test_a_file_that_is_no_list_is_not_even_kept(clerk, group, name, size, sentence):
    data = {"file": file(b"," * size, name), "application_number": "SQ1", "effective_on": str(book.TODAY)}
    answer = clerk.post(reverse("groups:upload"), data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not queries.point_list_rows().exists()
