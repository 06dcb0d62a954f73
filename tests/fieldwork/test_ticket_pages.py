"""Work tickets and qualified people, as the office works with them (FW1, FW3)."""

import io
from uuid import uuid4

import pytest
from django.urls import reverse
from pypdf import PdfReader

from tests import company
from tests.fieldwork import tickets
from tomoshibi.fieldwork import operations, queries, values
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.identity.models import User
from tomoshibi.storage import db

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(client, now):
    """A ticket of two rows without a leader, 张工 who may lead, and somebody of the office."""
    with db.transaction():
        company.enter()
        identity.save_role(code="office", name="Office", rights=["FW1.do", "FW3.do"])
        user_id = identity.add_person(
            username="wang", name="王敏", mail="w@example.jp", password="lamp-light-42", roles=["office"]
        )
        crew = tickets.leader("zhang", "张工")
        tickets.label(now, 1)
        tickets.label(now, 2)
        ticket_id = tickets.open_ticket(now)
    client.force_login(User.objects.get(id=user_id))
    client.cookies["django_language"] = "en"
    return client, ticket_id, crew


def at(name, *args):
    return reverse(f"fieldwork:{name}", args=args)


def shown(client, name, *args):
    return client.get(at(name, *args)).content.decode()


@pytest.mark.requirement("G-055")
def test_only_qualified_people_are_offered_and_given_the_ticket(office):
    client, ticket_id, crew = office
    page = shown(client, "ticket", ticket_id)
    assert "张工" in page
    assert f'<option value="{people.user_id_of(username="wang")}"' not in page.split("Our staff")[0]
    client.post(at("assign", ticket_id), {"person_id": crew})
    assert queries.ticket(ticket_id).leader_id == crew
    refused = client.post(at("assign", ticket_id), {"person_id": people.user_id_of(username="wang")})
    assert refused.status_code == 422


def test_the_list_finds_tickets_by_state_and_counts_their_rows(office):
    client, ticket_id, _crew = office
    number = queries.ticket(ticket_id).number
    assert number in shown(client, "tickets")
    assert number in client.get(at("tickets"), {"state": "open"}).content.decode()
    assert number not in client.get(at("tickets"), {"state": "closed"}).content.decode()
    assert "62000000" in shown(client, "ticket_panel", ticket_id)


def test_the_crew_has_people_of_ours_and_of_the_customer(office):
    client, ticket_id, _crew = office
    client.post(at("add_member", ticket_id), {"customer_crew": "客户施工队 甲"})
    neither = client.post(at("add_member", ticket_id), {})
    assert neither.status_code == 422
    member = queries.ticket(ticket_id).crew[0]
    assert member.is_customer_crew
    client.post(at("remove_member", ticket_id, member.id))
    assert queries.ticket(ticket_id).crew == ()


def test_an_entry_that_waits_is_decided_on_the_page(office, now):
    client, ticket_id, crew = office
    with db.transaction():
        task = queries.ticket(ticket_id).tasks[0]
        waits = tickets.send(ticket_id, tickets.connected(task, now, "FY-1"), now, crew)
    assert waits.sentence in shown(client, "ticket", ticket_id)
    client.post(at("assign", ticket_id), {"person_id": crew})
    client.post(at("decide", waits.key), {"do": "apply"})
    assert queries.entry(key=waits.key).state is values.EntryState.ACCEPTED
    assert queries.ticket(ticket_id).tasks[0].seal_number == "FY-1"
    assert client.post(at("decide", uuid4()), {"do": "apply"}).status_code == 404


@pytest.mark.requirement("G-054")
def test_it_is_closed_after_a_question_and_only_when_every_row_has_an_outcome(office, now):
    client, ticket_id, crew = office
    client.post(at("assign", ticket_id), {"person_id": crew})
    client.post(at("close", ticket_id), {"confirmed": "1"})
    assert queries.ticket(ticket_id).state is values.TicketState.ASSIGNED
    with db.transaction():
        for task in queries.ticket(ticket_id).tasks:
            tickets.send(ticket_id, tickets.connected(task, now, f"FY-{task.no}"), now, crew)
    client.post(at("close", ticket_id))
    assert queries.ticket(ticket_id).closed_at is None
    client.post(at("close", ticket_id), {"confirmed": "1"})
    assert queries.ticket(ticket_id).state is values.TicketState.CLOSED
    assert {deed.procedure for deed in people.deeds(subject=f"fieldwork.ticket:{ticket_id}")} == {"FW1"}


def test_it_is_withdrawn_with_a_reason(office):
    client, ticket_id, _crew = office
    client.post(at("withdraw", ticket_id), {"confirmed": "1"})
    assert queries.ticket(ticket_id).state is values.TicketState.OPEN
    client.post(at("withdraw", ticket_id), {"confirmed": "1", "reason": "the customer withdrew"})
    assert queries.ticket(ticket_id).reason == "the customer withdrew"


@pytest.mark.requirement("G-054")
@pytest.mark.parametrize(("country", "title"), [("JP", "一括装接作業票"), ("CN", "批量装拆工作票")])
def test_it_is_printed_in_the_language_of_the_company(office, country, title):
    client, ticket_id, crew = office
    with db.transaction():
        company.enter(country=country, valid_from="2026-01-01")
        operations.assign_leader(
            ticket_id=ticket_id, person_id=crew, now=queries.ticket(ticket_id).opened_at, actor_id=None
        )
    answer = client.get(at("ticket_pdf", ticket_id))
    assert answer["Content-Type"] == "application/pdf"
    assert title in _text(answer.content)


def _text(pdf):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.requirement("G-055")
def test_qualifications_are_kept_on_a_page(office):
    client, _ticket_id, _crew = office
    wang = people.user_id_of(username="wang")
    form = {
        "person_id": wang,
        "name": "低压装接",
        "certificate": "ZJ-7",
        "start": "2026-01-01",
        "last_day": "2026-12-31",
    }
    client.post(at("new_qualification"), form)
    made = queries.qualifications(person_id=wang)[0]
    assert (made.certificate, str(made.end)) == ("ZJ-7", "2027-01-01")
    assert client.post(at("new_qualification"), form).status_code == 422
    assert "ZJ-7" in shown(client, "qualifications")
    client.post(at("qualification", made.id), {"last_day": "2026-06-30"})
    assert str(queries.qualifications(person_id=wang)[0].end) == "2026-07-01"
    assert client.post(at("qualification", made.id), {"last_day": "2020-06-30"}).status_code == 422


@pytest.mark.requirement("G-051")
def test_spare_labels_come_out_as_a_sheet(office):
    client, _ticket_id, _crew = office
    answer = client.post(at("spares"), {"count": 3, "template": "a4-21"})
    assert answer.content.startswith(b"%PDF")


def test_who_may_not_is_turned_away(client, now):
    with db.transaction():
        ticket_id = tickets.open_ticket(now)
        tickets.person("nobody")
    client.force_login(User.objects.get(username="nobody"))
    for name in ("tickets", "qualifications", "spares"):
        assert client.get(at(name)).status_code == 403
    assert client.post(at("assign", ticket_id)).status_code == 403
