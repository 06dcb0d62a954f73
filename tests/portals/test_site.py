"""What the crews' page reads and sends (FW2)."""

import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import company
from tests.fieldwork import tickets
from tomoshibi.fieldwork import keys, operations, queries, signing, values
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.identity.models import User
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker

pytestmark = pytest.mark.django_db(transaction=True)
JPEG = b"\xff\xd8\xff\xe0" + bytes(64)
HOME = "/portals/field/"


@pytest.fixture
def crew(client, settings, tmp_path, now):
    settings.MEDIA_ROOT = settings.DATA = tmp_path
    with db.transaction():
        worker.set_clock(now=now)
        company.enter()
        identity.save_role(code="crew", name="Crew", rights=["FW2.do"])
        user_id = identity.add_person(
            username="zhang", name="张工", mail="z@example.jp", password="lamp-light-42", roles=["crew"]
        )
        operations.add_qualification(
            person_id=user_id, name="低压装接", certificate="ZJ-1", start=tickets.DAY, end=None
        )
        made = [tickets.label(now, n) for n in (1, 2)]
        operations.print_labels(serials=[label.serial for label in made], template="a4-21", now=now)
        ticket_id = tickets.open_ticket(now)
        operations.assign_leader(ticket_id=ticket_id, person_id=user_id, now=now, actor_id=None)
    client.force_login(User.objects.get(id=user_id))
    client.cookies["django_language"] = "en"
    return client, ticket_id, made


def send(client, ticket_id, payload, *photos, key=None):
    form = {"key": str(key or uuid4()), "ticket_id": ticket_id, "payload": json.dumps(payload)}
    if photos:
        form["photos"] = [SimpleUploadedFile(f"{n}.jpg", photo) for n, photo in enumerate(photos)]
    return client.post(f"{HOME}entries/", form)


def test_the_phone_gets_its_tickets_and_the_public_keys_only(crew):
    client, ticket_id, made = crew
    found = client.get(f"{HOME}today.json").json()
    assert [ticket["id"] for ticket in found["tickets"]] == [ticket_id]
    assert [task["label"] for task in found["tickets"][0]["tasks"]] == [label.serial for label in made]
    assert list(found["keys"]) == ["1"]
    assert len(found["keys"]["1"]) == 44


@pytest.mark.requirement("G-046")
def test_an_entry_with_its_photo_arrives_once(crew, now):
    client, ticket_id, _made = crew
    key, task = uuid4(), queries.ticket(ticket_id).tasks[0]
    for _again in range(3):
        answer = send(client, ticket_id, tickets.connected(task, now, "FY-1"), JPEG, key=key)
        assert answer.json() == {"state": "applied", "sentence": "", "task_id": task.id}
    found = queries.ticket(ticket_id).tasks[0]
    assert len(found.photos) == 1
    assert queries.seal_of(subject="groups.point:1").photo_file_id == found.photos[0]
    assert len(queries.entries_of(ticket_id=ticket_id)) == 1
    assert {deed.procedure for deed in people.deeds(subject=f"fieldwork.ticket:{ticket_id}")} == {"FW2"}


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"key": "x", "ticket_id": "1", "payload": "{}"},
        {"key": str(uuid4()), "ticket_id": "x", "payload": "{}"},
        {"key": str(uuid4()), "ticket_id": "1", "payload": "[]"},
        {"key": str(uuid4()), "ticket_id": "1", "payload": "{"},
    ],
)
def test_what_is_no_entry_is_refused_for_good(crew, form):
    client, ticket_id, _made = crew
    answer = client.post(f"{HOME}entries/", form)
    assert (answer.status_code, answer.json()["state"]) == (400, "lost")
    assert queries.entries_of(ticket_id=ticket_id) == []


def test_a_file_that_is_no_photo_is_refused(crew, now):
    client, ticket_id, _made = crew
    task = queries.ticket(ticket_id).tasks[0]
    assert send(client, ticket_id, tickets.connected(task, now, "FY-1"), b"<svg/>").status_code == 400
    assert send(client, ticket_id, tickets.connected(task, now, "FY-1"), *[JPEG] * 7).status_code == 400
    assert send(client, 10**9, tickets.connected(task, now, "FY-1")).status_code == 404


@pytest.mark.requirement("G-048")
def test_a_scan_gives_the_facts_at_once(crew):
    client, _ticket_id, made = crew
    token = signing.token(made[0].serial, key_no=1, key=keys.private_key())
    answer = client.post(f"{HOME}scan/", json.dumps({"token": token}), content_type="application/json")
    found = answer.json()
    assert (found["verdict"], found["number"]) == ("genuine", made[0].number)
    for wrong in (
        {"serial": made[0].serial, "token": token[:-1] + ("A" if token[-1] != "A" else "B")},
        {"token": "x"},
        {},
        [],
        {"serial": made[0].serial, "position": {"latitude_e6": 10**10, "longitude_e6": 0}},
    ):
        assert client.post(f"{HOME}scan/", json.dumps(wrong), content_type="application/json").status_code == 404


def test_the_shell_and_what_keeps_it_hold_no_name(crew):
    client, _ticket_id, _made = crew
    shell = client.get(HOME)
    assert "张工" not in shell.content.decode()
    assert shell["X-Procedures"] == "FW2"
    kept = client.get(f"{HOME}worker.js")
    assert kept["Content-Type"].startswith("text/javascript")
    assert "/static/portals/field/page.js" in kept.content.decode()
    assert "&quot;" not in kept.content.decode()


def test_without_the_right_there_is_no_page(client):
    with db.transaction():
        tickets.person("nobody")
    client.force_login(User.objects.get(username="nobody"))
    assert client.get(HOME).status_code == 403
    assert client.get(f"{HOME}today.json").status_code == 403
    assert client.post(f"{HOME}entries/").status_code == 403


@pytest.mark.requirement("G-047")
def test_a_typed_number_is_looked_up_and_not_called_genuine(crew):
    client, _ticket_id, made = crew
    known = client.post(f"{HOME}scan/", json.dumps({"serial": made[0].serial}), content_type="application/json")
    assert (known.status_code, known.json()["verdict"], known.json()["number"]) == (200, "listed", made[0].number)
    unknown = client.post(f"{HOME}scan/", json.dumps({"serial": 10**9}), content_type="application/json")
    assert (unknown.status_code, unknown.json()) == (404, {"verdict": "unlisted"})


def test_a_void_label_is_told_so(crew, now):
    client, _ticket_id, made = crew
    with db.transaction():
        operations.void_labels(serials=[made[0].serial], reason="copied", now=now)
    answer = client.post(f"{HOME}scan/", json.dumps({"serial": made[0].serial}), content_type="application/json")
    assert answer.json()["verdict"] == values.Verdict.VOID
