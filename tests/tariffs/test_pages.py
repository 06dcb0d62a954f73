"""Pages of plans, through real views: list, plan, proposal by one person, publication by another."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.tariffs.test_plans import NEXT
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.masters import operations as masters
from tomoshibi.storage import db
from tomoshibi.tariffs import operations, queries
from tomoshibi.worklist.models import Item

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(client, now):
    with db.transaction():
        identity.save_role(code="rates", name="料金", rights=["RB1.do", "RB1.confirm"])
        for name in ("sato", "yamada"):
            identity.add_person(username=name, name=name, mail="", password="lamp-light-42", roles=["rates"])
        masters.load_shipped(on=now.date(), with_banks=False)
        operations.install_shipped(now=now)
    client.force_login(User.objects.get(username="sato"))
    return client


def test_the_list_and_a_plan_with_its_prices_words_chart_and_versions(clerk):
    page = clerk.get("/tariffs/plans/")
    assert page.headers["X-Procedures"] == "RB1"
    text = page.content.decode()
    assert all(shown in text for shown in ("従量電灯B", "あかりゼロ", "スマートライフプラン"))
    assert "okinawa" not in clerk.get("/tariffs/plans/", {"area_code": "03"}).content.decode()
    plan = clerk.get("/tariffs/plans/tokyo-b/").content.decode()
    for shown in ("311.75", "/ 10 A", "29.80", "300 kWh", "kurashi-map", "従量電灯B", "段階", "電力量料金"):
        assert shown in plan, shown
    # The chart's table: 30 A, 300 kWh without published units is 935.25 + 3,576 + 6,552 = 11,063.25.
    assert "11,063" in plan
    assert "12,933" not in plan
    assert "12,933" not in clerk.get("/tariffs/plans/tokyo-b/", {"size": "30"}).content.decode()
    assert "11,998" in clerk.get("/tariffs/plans/tokyo-b/", {"size": "60"}).content.decode()
    old = queries.versions_of(plan_code="tokyo-b")[-1]
    assert "230.86" in clerk.get("/tariffs/plans/tokyo-b/", {"version": old.id}).content.decode()
    assert clerk.get("/tariffs/plans/nonsense/").status_code == 404
    smart = clerk.get("/tariffs/plans/chubu-smart-life/").content.decode()
    assert 'data-chart="curve"' not in smart
    kyushu = clerk.get("/tariffs/plans/kansai-a/").content.decode()
    assert "522.58" in kyushu


def test_a_document_goes_out_and_comes_back_unchanged(clerk):
    version = queries.versions_of(plan_code="tokyo-b")[0]
    text = clerk.get(f"/tariffs/versions/{version.id}.yaml").content.decode()
    (again,), _ = queries.read_document(text)
    assert again == version.document


def _upload(client, text, reason="値上げ"):
    file = SimpleUploadedFile("plan.yaml", text.encode(), content_type="application/yaml")
    return client.post("/tariffs/propose/", {"file": file, "reason": reason})


def test_one_person_proposes_and_another_publishes(clerk):
    answer = _upload(clerk, NEXT)
    assert answer.status_code == 302
    assert Item.objects.filter(kind="tariffs.proposal", closed_at__isnull=True).count() == 2
    first, second = queries.proposals(plan_code="test-b")[::-1]
    page = clerk.get(f"/tariffs/proposals/{second.id}/").content.decode()
    assert "30.10" in page
    assert f"/tariffs/proposals/{second.id}/publish/" not in page, "nobody publishes their own proposal"
    refused = clerk.post(f"/tariffs/proposals/{first.id}/publish/", {"confirmed": "1"}, follow=True)
    assert "公表" in refused.content.decode()
    assert clerk.get(f"/tariffs/proposals/{first.id}/publish/").status_code == 302, "they are not even asked"
    assert queries.versions_of(plan_code="test-b") == []
    clerk.force_login(User.objects.get(username="yamada"))
    assert f"/tariffs/proposals/{first.id}/publish/" in clerk.get(f"/tariffs/proposals/{first.id}/").content.decode()
    clerk.post(f"/tariffs/proposals/{first.id}/publish/", {"confirmed": "1"})
    changed = clerk.get(f"/tariffs/proposals/{second.id}/").content.decode()
    assert "29.80 / kWh" in changed
    assert "30.10 / kWh" in changed
    clerk.post(f"/tariffs/proposals/{second.id}/reject/")
    assert [v.valid_from.isoformat() for v in queries.versions_of(plan_code="test-b")] == ["2024-04-01"]
    assert Item.objects.filter(kind="tariffs.proposal", closed_at__isnull=True).count() == 0
    assert "2024" in clerk.get("/tariffs/plans/test-b/").content.decode()


def test_before_it_is_published_one_is_told_from_when_and_whom_it_reaches_and_yes_counts_once(clerk):
    _upload(clerk, NEXT.replace("2026-12-01", "2024-05-01"))
    second, first = queries.proposals(plan_code="test-b")
    clerk.force_login(User.objects.get(username="yamada"))
    address = f"/tariffs/proposals/{first.id}/publish/"
    for question in (clerk.get(address), clerk.post(address)):
        page = question.content.decode()
        for shown in ("2024-04-01", "値上げ", "sato", "contracts/on-plan/?plan=test-b&amp;start=2024-04-01"):
            assert shown in page, shown
    assert queries.versions_of(plan_code="test-b") == [], "a question publishes nothing"
    yes = {"confirmed": "1", "once": re.search(r'name="once" value="([^"]+)"', page)[1]}
    clerk.post(address, yes)
    again = clerk.post(address, yes, follow=True).content.decode()
    assert len(queries.versions_of(plan_code="test-b")) == 1
    assert "toast-error" in again
    assert clerk.get(address).status_code == 302, "what is decided is not asked again"
    later = clerk.get(f"/tariffs/proposals/{second.id}/publish/").content.decode()
    assert "再請求候補" in later, "its day has begun: bills of these days come out differently"
    assert clerk.get("/tariffs/proposals/999999/publish/").status_code == 404


def test_what_is_wrong_with_an_upload_is_shown_with_its_place(clerk):
    answer = _upload(clerk, NEXT.replace("kind: tiers", "kind: stairs"))
    assert answer.status_code == 422
    assert "versions[0].components[1].kind" in answer.content.decode()
    assert _upload(clerk, "a: [").status_code == 422
    assert clerk.post("/tariffs/propose/", {"reason": "x"}).status_code == 422
    latin = SimpleUploadedFile("plan.yaml", b"\xff\xfe\x80", content_type="application/yaml")
    assert clerk.post("/tariffs/propose/", {"file": latin, "reason": "x"}).status_code == 422
    assert queries.proposals() == []


def test_who_may_not_is_turned_away(clerk):
    with db.transaction():
        identity.save_role(code="viewer", name="閲覧", rights=["RB1.view"])
        identity.add_person(username="tanaka", name="tanaka", mail="", password="lamp-light-42", roles=["viewer"])
    clerk.force_login(User.objects.get(username="tanaka"))
    assert clerk.get("/tariffs/plans/tokyo-b/").status_code == 200
    assert _upload(clerk, NEXT).status_code == 403
