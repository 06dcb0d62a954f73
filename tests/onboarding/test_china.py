"""The Chinese demo comes in through the stock door, with the counts of the group requirements."""

from datetime import timedelta

import pytest

from tomoshibi.groups import queries
from tomoshibi.identity.models import User
from tomoshibi.masters import queries as masters
from tomoshibi.onboarding.demo import china, load
from tomoshibi.storage import server
from tomoshibi.supply.models import SupplyPoint
from tomoshibi.worker import queries as clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.requirement("G-013", "G-078", "G-080", "G-126")
def test_the_chinese_demo_has_the_counts_of_the_requirements(monkeypatch, tmp_path, settings, client):
    monkeypatch.setattr(server, "data_folder", lambda: tmp_path)
    settings.MEDIA_ROOT = tmp_path / "files"
    told = []
    done = load.load(say=lambda code, _outcome: told.append(code), of=china.steps, at=china.NOW)
    assert done == len(told) == len(list(china.steps()))
    assert load.is_loaded()
    assert load.load(say=lambda *_told: None, of=china.steps, at=china.NOW) == 0, "nothing is done twice"
    assert clock.now() >= china.NOW, "its clock goes on from there"
    assert (masters.company().country, masters.company().currency) == ("CN", "CNY")

    today = china.NOW.date()
    sizes = sorted(row["points"] for row in queries.group_rows(on=today).values("points"))
    assert (len(sizes), sum(sizes)) == (599, 7_185)
    assert sizes[-2:] == [125, 312]
    assert sizes[-3] <= 100
    [table] = queries.stock_tables()
    assert (table.declared, table.counted, table.difference, table.needs_decision) == (7_158, 7_185, 27, True)
    assert [row["share_ppm"] for row in queries.stock_progress(table_id=table.id)] == [1_000_000] * 8
    assert len(queries.portfolio(on=today)) == 8
    assert len(queries.by_district(on=today)) > 30
    assert queries.completeness(on=today).district < 7_185, "some points were found without a district"

    stopped, normal = (queries.group(benchmark_number=f"170000{n}000") for n in (1, 2))
    since = today - timedelta(days=30)
    assert queries.meter_energy(group_id=stopped.id, start=since, end=today)["energy_dwh"].sum() == 0
    low, high = queries.expected_band(device_type_id=normal.device_type_id, on=today)
    assert low <= queries.meter_energy(group_id=normal.id, start=since, end=today)["energy_dwh"].mean() <= high

    sample = (tmp_path / "outside" / "接电申请清单18个点位.csv").read_text(encoding="utf-8-sig").splitlines()
    assert (sample[0], len(sample[3:])) == ("接入设备类型：楼道EPON设备", 18), "the sample of the application form"
    assert all(line.endswith(",新增") for line in sample[3:])

    client.force_login(User.objects.get(username="li"))
    page = client.get(f"/supply/points/{SupplyPoint.objects.earliest('id').id}/")
    assert page.status_code == 200, "a point in a province has its page like one in an area"
    client.force_login(User.objects.get(username="lin"))
    plan = client.get("/tariffs/plans/china-commercial-single/", headers={"Accept-Language": "zh-hans"})
    assert "[元]" in plan.content.decode()
    assert "日元" not in plan.content.decode()
