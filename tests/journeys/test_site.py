"""From the order to the seal: a clerk orders work at a group's points, a crew does it with phones, the office closes it."""

import json
from uuid import uuid4

import pytest
from django.urls import reverse

from tests import company
from tests.fieldwork import tickets
from tests.groups import book
from tomoshibi.fieldwork import queries, values
from tomoshibi.groups import queries as groups
from tomoshibi.groups.values import subject_of
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import queries as worklist

PEOPLE = (
    ("wang", "王敏", ["GR1.do", "GR5.do", "FW1.do", "FW3.do"]),
    ("zhang", "张工", ["FW2.do"]),
    ("wu", "吴工", ["FW2.do"]),
)


@pytest.fixture
def site(journey, settings, tmp_path, now):
    """A group with three points, a clerk, and two people of the installation team."""
    settings.DATA = tmp_path

    def begin():
        worker.set_clock(now=now)
        company.enter()
        book.device_type()
        group = book.found(book.customer())
        book.with_subs(group, 2)
        for username, name, rights in PEOPLE:
            identity.save_role(code=username, name=name, rights=rights)
            identity.add_person(
                username=username, name=name, mail=f"{username}@example.jp", password="lamp-light-42", roles=[username]
            )
        return group

    return journey.in_transaction(begin)


def sent(phone, ticket_id, payload, key=None):
    form = {"key": str(key or uuid4()), "ticket_id": ticket_id, "payload": json.dumps(payload)}
    return phone.post(reverse("portals:field_entries"), form).json()


@pytest.mark.procedure("GR5", "FW1", "FW2", "FW3")
def test_a_crew_checks_the_points_of_a_group(journey, site, now):
    clerk, crew, others = (journey.sign_in(username) for username, _name, _rights in PEOPLE)
    group, day = site, now.date()

    # Labels are printed before anybody goes out, and the work is ordered at the chosen points.
    clerk.post(reverse("groups:print_labels", args=[group.id]), {"template": "a4-21"})
    order = {"act": "check", "planned_on": day.isoformat(), "note": "the seals of the stock"}
    answer = clerk.post(reverse("groups:order_site_work", args=[group.id]), order)
    ticket = queries.tickets_ordered_by(ordered_by=f"groups.group:{group.id}")[0]
    assert answer.url == reverse("fieldwork:ticket", args=[ticket.id])
    assert [item.url for item in worklist.open_items(procedure="FW1")] == [answer.url]

    # Nobody leads without a qualification of that day.
    zhang = people.user_id_of(username="zhang")
    assert clerk.post(reverse("fieldwork:assign", args=[ticket.id]), {"person_id": zhang}).status_code == 422
    qualification = {"person_id": zhang, "name": "低压装接", "certificate": "ZJ-1", "start": day.isoformat()}
    clerk.post(reverse("fieldwork:new_qualification"), qualification)
    clerk.post(reverse("fieldwork:assign", args=[ticket.id]), {"person_id": zhang})
    assert worklist.open_items(procedure="FW1") == []
    assert clerk.get(reverse("fieldwork:ticket_pdf", args=[ticket.id])).content.startswith(b"%PDF")

    # The phone: the page, the rows with their labels, an entry each; one of them arrives three times.
    assert crew.get(reverse("portals:field")).status_code == 200
    (found,) = crew.get(reverse("portals:field_today")).json()["tickets"]
    assert all(task["label"] for task in found["tasks"])
    scanned = crew.post(
        reverse("portals:field_scan"),
        json.dumps({"serial": found["tasks"][0]["label"]}),
        content_type="application/json",
    ).json()
    assert scanned["point"]["group"] == group.number
    key = uuid4()
    for n, task in enumerate(queries.ticket(ticket.id).tasks[:2]):
        payload = tickets.report(task.id, now, checks=tickets.YES, seal_number=f"OLD-{n}")
        for _again in range(3 if n == 0 else 1):
            assert sent(crew, ticket.id, payload, key if n == 0 else None)["state"] == "applied"

    # Another crew at the same ticket: kept, told why, decided by the office.
    last = queries.ticket(ticket.id).tasks[2]
    waits = sent(others, ticket.id, tickets.report(last.id, now, checks=tickets.YES, seal_number="OLD-2"))
    assert waits["state"] == "queued"
    assert "张工" in waits["sentence"]
    (entry,) = [one for one in queries.entries_of(ticket_id=ticket.id) if one.state == values.EntryState.QUEUED]
    assert clerk.post(reverse("fieldwork:close", args=[ticket.id]), {"confirmed": "1"}).status_code == 302
    assert queries.ticket(ticket.id).closed_at is None
    clerk.post(reverse("fieldwork:decide", args=[entry.key]), {"do": "apply"})
    clerk.post(reverse("fieldwork:close", args=[ticket.id]), {"confirmed": "1"})
    assert queries.ticket(ticket.id).state is values.TicketState.CLOSED
    assert len(queries.entries_of(ticket_id=ticket.id)) == 3

    # What the crew read is what the group shows.
    points = groups.points_of(group_id=group.id, on=day)
    assert sorted(point.seal_number for point in points) == ["OLD-0", "OLD-1", "OLD-2"]
    assert groups.completeness(on=day, group_id=group.id).seal == 3
    assert subject_of(points[0].id) in {task.subject for task in queries.ticket(ticket.id).tasks}

    # A phone that was out of reach sends an entry after the end: it is work, not lost.
    assert sent(crew, ticket.id, tickets.report(last.id, now, what="removed", note="gone"))["state"] == "queued"
    assert [item.kind for item in worklist.open_items(procedure="FW1")] == ["fieldwork.entry_waits"]
