"""Pages of RB2, through real views and the real worker."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.metering.grid import Row, confirmed, spin
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import operations, queries, values
from tomoshibi.storage import db
from tomoshibi.worker import queries as worker_queries
from tomoshibi.worker import queue
from tomoshibi.worklist import queries as worklist

pytestmark = pytest.mark.django_db(transaction=True)
START, END = date(2026, 9, 5), date(2026, 10, 5)


@pytest.fixture
def clerk(client, saved_retailer, settings, tmp_path, now):
    settings.MEDIA_ROOT = tmp_path
    with db.transaction():
        identity.save_role(code="meter", name="検針担当", rights=["RB2.do"])
        user_id = identity.add_person(
            username="meter", name="検針", mail="m@example.jp", password="lamp-light-42", roles=["meter"]
        )
    client.force_login(User.objects.get(id=user_id))
    return client


@pytest.fixture
def uploaded(clerk):
    content = confirmed(
        Row(spin(1), "288", start=START, end=END), Row(spin(2), "200"), Row(spin(3)), Row(spin(77)),
        Row(spin(4), provided=False),
    )  # fmt: skip
    answer = clerk.post("/metering/files/upload/", {"file": SimpleUploadedFile("W51220202610090000001.zip", content)})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/worker/jobs/")
    assert queue.run_waiting() >= 1
    return queries.file(file_id=queries.files()[0].id)


def page(clerk, url, status=200):
    answer = clerk.get(url)
    assert answer.status_code == status, answer.content.decode()[:500]
    assert answer.headers["X-Procedures"] == "RB2"
    return answer.content.decode()


def test_a_file_uploaded_by_hand_is_read_and_explains_its_rows(clerk, uploaded):
    assert uploaded.counts == {"new": 3, "unknown_point": 1, "not_provided": 1}
    assert uploaded.name in page(clerk, "/metering/files/")
    shown = page(clerk, f"/metering/files/{uploaded.id}/")
    assert spin(77) in shown
    assert uploaded.sha256 in shown
    assert spin(77) in page(clerk, f"/metering/files/{uploaded.id}/panel/")
    raw = clerk.get(f"/metering/files/{uploaded.id}/raw/")
    content = b"".join(raw.streaming_content)
    assert len(content) == uploaded.size
    again = clerk.post("/metering/files/upload/", {"file": SimpleUploadedFile("again.zip", content)})
    assert again["Location"] == f"/metering/files/{uploaded.id}/"
    assert queries.files().count() == 1


def test_a_file_that_cannot_be_read_shows_the_reason(clerk):
    clerk.post("/metering/files/upload/", {"file": SimpleUploadedFile("x.zip", b"PK nothing")})
    queue.run_waiting()
    (row,) = queries.files()
    assert row.state == values.FileState.REFUSED
    assert row.refusal in page(clerk, f"/metering/files/{row.id}/")
    assert clerk.post(f"/metering/files/{row.id}/read/").status_code == 302
    queue.run_waiting()
    assert queries.file(file_id=row.id).state == values.FileState.REFUSED


def test_a_gap_is_asked_for_again_or_agreed_upon(clerk, uploaded, now):
    with db.transaction():
        operations.watch(today=date(2026, 10, 20), now=now)
    assert worklist.open_items(kind="metering.gap")
    missing = {row.spin: row.id for row in queries.gaps()}
    assert set(missing) == {spin(4), spin(5)}
    shown = page(clerk, "/metering/gaps/")
    assert spin(4) in shown
    assert spin(5) in shown
    assert "遅れ（日数）" in shown
    exported = clerk.get("/metering/gaps/?export=csv").getvalue().decode("utf-8-sig").splitlines()
    due = queries.gaps()[0].due_on
    assert f",{(worker_queries.today() - due).days}," in exported[1]
    page(clerk, "/metering/gaps/all/")
    page(clerk, f"/metering/gaps/{missing[spin(5)]}/panel/")
    asked = clerk.post("/metering/gaps/ask/", {"ids": [missing[spin(4)], missing[spin(5)]], "list_query": ""})
    assert asked["Location"].startswith("/worker/jobs/")
    assert {row.asked_count for row in queries.gaps()} == {1}
    page(clerk, f"/metering/gaps/{missing[spin(4)]}/?use=previous_month")
    given = {"energy": "123.4", "basis": "other", "agreed_by": "送配電", "agreed_on": "2026-10-15"}
    url = f"/metering/gaps/{missing[spin(4)]}/agree/"
    assert clerk.post(url, given).status_code == 422
    assert clerk.post(url, {**given, "reason": "x", "energy": "-1"}).status_code == 422
    evidence = SimpleUploadedFile("letter.pdf", b"%PDF-1.7 letter")
    assert clerk.post(url, {**given, "reason": "計器故障", "evidence": evidence}).status_code == 302
    row = queries.confirmed_frame(month=Month(2026, 10), spins=[spin(4)]).row(0, named=True)
    assert (row["energy_dwh"], row["agreed"]) == (1_234_000, True)
    (agreed,) = queries.agreed_of_point(supply_point_id=row["supply_point_id"])
    answer = clerk.get(f"/metering/evidence/{agreed.id}/")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 letter"
    shown = page(clerk, f"/metering/points/{row['supply_point_id']}/")
    assert "計器故障" in shown


def test_a_point_shows_months_half_hours_and_versions(clerk, uploaded):
    row = queries.confirmed_frame(month=Month(2026, 10), spins=[spin(1)]).row(0, named=True)
    shown = page(clerk, f"/metering/points/{row['supply_point_id']}/")
    assert "heat-option" in shown
    assert "288" in shown
    assert uploaded.name in shown
    assert "heat-option" not in page(clerk, f"/metering/points/{row['supply_point_id']}/?month=2026-06")
    assert clerk.get("/metering/points/999999/").status_code == 404


def test_portals_are_set_in_the_browser(clerk):
    page(clerk, "/metering/portals/")
    wrong = clerk.post("/metering/portals/new/", {"area": "03", "base_url": "no address"})
    assert wrong.status_code == 422
    given = {
        "area": "03", "base_url": "https://portal.example/03", "timeout_seconds": 60, "wait_business_days": 5,
        "revision_digits": 2, "section_digits": 5,
    }  # fmt: skip
    assert clerk.post("/metering/portals/new/", given).status_code == 302
    assert "https://portal.example/03" in page(clerk, "/metering/portals/03/")
    (endpoint,) = queries.endpoints()
    assert (endpoint.wait_business_days, endpoint.revision_digits, endpoint.active) == (5, 2, False)
    assert clerk.post("/metering/portals/fetch/", {}).status_code == 302
    assert clerk.post("/metering/gaps/watch/").status_code == 302


def test_who_may_only_look_cannot_change(client, saved_retailer):
    with db.transaction():
        identity.save_role(code="guest", name="閲覧", rights=["RB2.view"])
        user_id = identity.add_person(
            username="guest", name="閲覧", mail="g@example.jp", password="lamp-light-42", roles=["guest"]
        )
    client.force_login(User.objects.get(id=user_id))
    assert client.get("/metering/files/").status_code == 200
    assert client.get("/metering/files/upload/").status_code == 403
    assert client.post("/metering/portals/fetch/").status_code == 403
    assert client.post("/metering/gaps/ask/", {"ids": []}).status_code == 403
