"""What comes back from the site, the file within its days, and the reports that should be empty."""

import json
from datetime import date, datetime
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.applications.groupwork import world
from tests.applications.groupwork.test_survey import page
from tests.fieldwork import tickets
from tomoshibi.applications import casepapers, grouproles
from tomoshibi.applications.models import CaseRow, GroupCase
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.documents import queries as documents
from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.fieldwork import queries as field_queries
from tomoshibi.groups import queries as groups
from tomoshibi.identity import queries as people
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queue
from tomoshibi.worklist import queries as worklist


def ordered(client, utility, count=3, **more):
    """A case of so many points with its ticket, and the ticket."""
    case_id = world.receive(client, utility, world.rows(count), **more)
    world.survey(client, case_id)
    world.sign(client, case_id)
    return case_id, world.order(client, case_id)


@pytest.mark.requirement("G-036", "G-037", "G-058", "G-063")
def test_what_a_crew_changes_on_site_makes_a_new_list_to_be_stamped_anew(client, utility):
    case_id, ticket_id = ordered(client, utility)
    for slot in ("confirmation", "slip"):
        world.do(client, "chen", "add_document", case_id, slot=slot, version="1", file=world.scan())
    with db.transaction():
        spare = fieldwork.make_spares(count=1, now=world.NOW)[0]
        made = world.send(
            ticket_id,
            {
                "what": "found", "made_at": world.NOW.isoformat(), "caption": "枕河里9幢2单元设备", "address": "枕河里9幢2单元",
                "place": "33503000009089999", "checks": dict.fromkeys(("fit", "belongs", "ready", "listed"), True),
                "seal_number": "FY-FOUND", "new_label_serial": spare.serial,
            },
        )  # fmt: skip
        assert made.state == "applied", made.sentence
    with db.transaction():
        for task in field_queries.ticket(ticket_id).tasks[:3]:
            world.report(ticket_id, task, outcome="removed" if task.no == 3 else "done")
        fieldwork.close_ticket(ticket_id=ticket_id, now=world.NOW, actor_id=world.user_id("zhang"))
    queue.run_until_quiet()
    assert [(one.version, one.is_superseded) for one in queries.lists_of(case_id=case_id)] == [(2, False), (1, True)]
    assert queries.list_content(case_id=case_id, version=1)["superseded"] is True
    names = [row[3] for row in queries.list_content(case_id=case_id, version=2)["rows"]]
    assert len(names) == 3
    assert "枕河里9幢2单元" in names

    # Its access point was not known to the house: it is not a point before somebody names it.
    world.finish(client, case_id)
    assert world.state(case_id) == "install"
    assert "Row 4 has no access point and district." in page(client, case_id)
    world.do(
        client, "zhou", "row", case_id, 4, access_point_number="33503000009089999", access_point_name="枕河里配9号终端箱",
        district_number="T0", district_name="", tap="urban_box", distance_m="8", not_nearest="",
    )  # fmt: skip
    world.finish(client, case_id)
    assert world.state(case_id) == "archive"
    found = queries.case(case_id=case_id)
    points = {p.address or p.name: p for p in groups.points_of(group_id=found.group_id, on=world.TODAY)}
    assert len(points) == 3
    assert (points["枕河里9幢2单元"].access_point_number, points["枕河里9幢2单元"].seal_number) == (
        "33503000009089999",
        "FY-FOUND",
    )
    assert points["枕河里9幢2单元"].district_number == "T0"

    # The paper that was stamped before does not complete the file.
    world.do(client, "chen", "close", case_id)
    assert world.state(case_id) == "archive"
    assert [one.id for one in queries.incomplete_archives(today=world.TODAY)] == [case_id]
    reported = client.get(world.at("group_reports")).content.decode()
    assert "Confirmation list" in reported.split(queries.case(case_id=case_id).number)[1][:800]
    world.do(client, "chen", "add_document", case_id, slot="confirmation", version="1", file=world.scan())
    assert "The paper is version V1, the present list is V3" in page(client, case_id)
    world.archive(client, case_id)
    assert world.state(case_id) == "closed"


@pytest.mark.requirement("G-056", "G-059", "G-061")
def test_nothing_is_connected_without_a_ticket_nor_on_a_day_that_cannot_be(client, utility):
    case_id = world.receive(client, utility, world.rows(3))
    world.survey(client, case_id)
    world.sign(client, case_id)
    world.finish(client, case_id)
    assert world.state(case_id) == "order"
    assert groups.group_rows(on=world.TODAY).count() == 0
    ticket_id = world.order(client, case_id)
    world.finish(client, case_id)
    world.do(client, "chen", "close", case_id)
    assert world.state(case_id) == "field", "neither the site nor the installation can be skipped"
    world.work(ticket_id)
    world.do(client, "chen", "close", case_id)
    assert world.state(case_id) == "install"
    for day, reason in (("2026-09-22", "lies in the future"), ("2026-09-20", "is before the day of signature")):
        shown = world.finish(client, case_id, on=day)
        assert world.state(case_id) == "install"
        said = shown.content.decode() if shown.status_code == 422 else page(client, case_id)
        assert reason in said
    world.finish(client, case_id)
    points = groups.points_of(group_id=queries.case(case_id=case_id).group_id, on=world.TODAY)
    assert {p.installed_on for p in points} == {world.TODAY}, "one day for all rows"
    assert queries.connected_without_ticket() == []
    with db.transaction():
        CaseRow.objects.filter(case_id=case_id, no=2).update(ticket_id=None)
    (wrong,) = queries.connected_without_ticket()
    reports = client.get(world.at("group_reports")).content.decode()
    assert wrong["account_number"] in reports


@pytest.mark.requirement("G-062")
def test_the_archive_is_due_seven_working_days_after_the_connection(client, utility, monkeypatch):
    friday = datetime(2016, 9, 30, 9, tzinfo=world.SHANGHAI)
    assert masters.add_business_days(friday.date(), 7) == date(2016, 10, 14), "a holiday week, and two Saturdays worked"
    monkeypatch.setattr(world, "NOW", friday)
    move_clock(friday.date())
    case_id = world.receive(client, utility, world.rows(3), signed_on="2016-09-28")
    world.survey(client, case_id)
    world.sign(client, case_id, on="2016-09-29")
    world.work(world.order(client, case_id, on="2016-09-30"))
    world.finish(client, case_id, on="2016-09-30")
    assert queries.case(case_id=case_id).due_on == date(2016, 10, 14)
    # Working days after the connection: 8 (Saturday), 9 (Sunday), 10, 11, 12 October are the first five.
    for day, reminders in ((date(2016, 10, 11), 0), (date(2016, 10, 12), 1)):
        move_clock(day)
        with db.transaction():
            assert operations.remind_of_archives(now=noon(day), today=day) == reminders
    found = worklist.items_of(subject=f"applications.groupcase:{case_id}")
    assert any(item.kind == "applications.groupcase_archive" and not item.closed_at for item in found)
    late = world.at("group_reports")
    world.sign_in(client, "chen")
    move_clock(date(2016, 10, 14))
    assert "Fri" in client.get(late).content.decode()
    assert queries.overdue(today=date(2016, 10, 14)) == 0
    assert queries.overdue(today=date(2016, 10, 17)) == 1, "from the eighth working day on"


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=world.SHANGHAI)


def move_clock(day: date) -> None:
    with db.transaction():
        worker.set_clock(now=datetime(day.year, day.month, day.day, 9, tzinfo=world.SHANGHAI))


@pytest.mark.requirement("G-025", "G-026", "G-043", "G-064")
def test_papers_are_kept_with_who_brought_them_and_the_latest_form_holds(client, utility):
    case_id, ticket_id = ordered(client, utility)
    found = queries.case(case_id=case_id)
    slots = {doc.slot.value: doc for doc in queries.documents_of(case_id=case_id)}
    assert {"form", "stamped_list", "list", "contract"} <= slots.keys()
    assert all(len(doc.sha256) == 64 and doc.by_id for doc in slots.values())
    assert documents.stored_file(file_id=slots["form"].document_id).sha256 == slots["form"].sha256
    assert slots["contract"].by_id == world.user_id("chen")
    assert queries.by_query_number(query_number=found.query_number).id == case_id
    client.logout()
    client.cookies["django_language"] = "en"
    told = client.get(world.at("group_progress"), {"q": found.query_number}).content.decode()
    assert "work on site" in told
    assert found.customer_name not in told, "who has the number learns how far it is, and nothing else"
    assert "work on site" not in client.get(world.at("group_progress"), {"q": "000000000000"}).content.decode()

    world.work(ticket_id)
    assert queries.groups_without_list(on=world.TODAY) == []
    world.finish(client, case_id)
    world.archive(client, case_id)
    assert queries.groups_without_list(on=world.TODAY) == []
    move_clock(date(2026, 9, 23))
    number = queries.case(case_id=case_id).benchmark_number
    second = world.receive(
        client, utility, world.rows(2, first=20), kinds=["change"], benchmark_number=number, signed_on="2026-09-22"
    )
    group_id = queries.case(case_id=second).group_id
    begun = client.get(world.at("cases_of_group"), {"group": group_id}).content.decode()
    assert client.get(world.at("cases_of_group"), {"group": "no"}).status_code == 404
    assert world.at("papers_of_group", group_id) in begun
    shown = client.get(world.at("papers_of_group", group_id)).content.decode()
    assert shown.index(queries.case(case_id=case_id).number) < shown.index(queries.case(case_id=second).number)
    assert [one.id for one in queries.cases_of_group(group_id=group_id)] == [case_id, second]
    assert "the latest holds" in shown


@pytest.mark.requirement("G-043")
def test_a_group_from_before_stands_on_the_report_of_groups_without_a_list(client, utility):
    from tests.groups import book

    with db.transaction():
        group = book.found(utility)
    assert [one["number"] for one in queries.groups_without_list(on=world.TODAY)] == [group.number]
    world.sign_in(client, "chen")
    assert group.number in client.get(world.at("group_reports")).content.decode()


@pytest.mark.requirement("G-050", "G-087")
def test_what_does_not_belong_and_a_wrong_count_become_work_and_change_nothing(client, utility):
    case_id, ticket_id = ordered(client, utility)
    world.work(ticket_id)
    world.finish(client, case_id)
    group_id = queries.case(case_id=case_id).group_id
    number = queries.rows(case_id=case_id)[0].access_point_number
    world.sign_in(client, "zhou")
    shown = client.get(world.at("place", number)).content.decode()
    seals = [seal.number for seal in field_queries.seals_at(place=number)]
    assert len(seals) == 3
    assert all(seal in shown for seal in seals)
    answer = client.post(world.at("place", number), {"what": "一台无标签的光猫", "count": "2"})
    assert answer.status_code == 302
    (item,) = worklist.items_of(subject=f"supply.access_point:{number}")
    assert "2 devices without a seal" in item.title
    assert seals[0] in item.detail
    world.sign_in(client, "zhao")
    given = {"true_count": "5", "since": "2026-09-21", "evidence": "现场清点"}
    assert client.post(world.at("wrong_count", group_id), given).status_code == 403, "each step has its role"
    world.sign_in(client, "li")
    assert client.post(world.at("wrong_count", group_id), given | {"true_count": "3"}).status_code == 302
    assert worklist.items_of(subject=f"groups.group:{group_id}")[-1].kind != "applications.groupcase_wrong_count"
    client.post(world.at("wrong_count", group_id), given)
    found = [i for i in worklist.items_of(subject=f"groups.group:{group_id}") if i.kind.endswith("wrong_count")]
    assert "3 points were counted" in found[0].title
    assert groups.virtual_multiplier(group_id=group_id, on=world.TODAY) == 3, "a count is never edited"


@pytest.mark.requirement("G-125")
def test_a_step_is_refused_to_whoever_lacks_its_role(client, utility):
    case_id = world.receive(client, utility, world.rows(3))
    steps = {
        "accept": {"wang"}, "refuse": {"wang"}, "recheck": {"zhou"}, "locate": {"zhou"}, "answers": {"zhou"},
        "benchmark": {"zhou"}, "survey": {"zhou"}, "draft": {"chen"}, "review": {"li"}, "approve": {"zhao"},
        "sign": {"chen"}, "labels": {"zhou"}, "order": {"zhou"}, "install": {"zhou", "zhang"}, "end": {"zhou", "zhang"},
        "close": {"chen"}, "personal": {"wang"},
    }  # fmt: skip
    for who in world.PEOPLE:
        world.sign_in(client, who)
        for step, may in steps.items():
            if who not in may:
                assert client.post(world.at(f"group_case_{step}", case_id)).status_code == 403, (who, step)
    client.logout()
    assert client.post(world.at("group_case_accept", case_id)).status_code == 302, "to the sign-in"
    assert world.state(case_id) == "received"
    world.sign_in(client, "zhao")
    matrix = client.get(world.at("group_roles")).content.decode()
    eleven = [role.en for role in grouproles.shipped()]
    assert len(eleven) == 11
    for name in eleven:
        assert name.replace("'", "&#x27;") in matrix, "people of the customer act without a sign-in"


STEPS_EXPLAINED = {
    "received": "compares the count on the form",
    "survey": "looks places up in bulk",
    "contract": "nobody does two of the first three",
    "order": "Labels are printed for all points at once",
    "field": "One crew does everything in one visit",
    "install": "One real day for all rows",
    "settle": "The bill uses the register at the removal",
    "archive": "within seven working days",
}


@pytest.mark.requirement("G-126")
def test_every_step_has_help_of_its_own(client, utility):
    """Each open step says what is done there, in its own words; a case has all of them in turn (see ``test_whole``)."""
    assert set(STEPS_EXPLAINED) == {state.value for state in values.OPEN_STATES}
    case_id, _ticket = ordered(client, utility)
    for state, words in STEPS_EXPLAINED.items():
        GroupCase.objects.filter(id=case_id).update(state=state)
        shown = page(client, case_id)
        help_shown = shown.split("What is done at this step")[1].split("</details>")[0]
        assert words in help_shown, state
        assert not any(other in help_shown for name, other in STEPS_EXPLAINED.items() if name != state), state


@pytest.mark.requirement("G-034")
def test_one_person_surveys_connects_and_enters_without_handing_over(client, utility):
    case_id = world.receive(client, utility, world.rows(2))
    world.survey(client, case_id)
    world.sign(client, case_id)
    zhou = world.user_id("zhou")
    with db.transaction():
        fieldwork.add_qualification(
            person_id=zhou, name="低压装接", certificate="ZJ-8", start=date(2026, 1, 1), end=None
        )
    ticket_id = world.order(client, case_id)
    phone = world.sign_in(client, "zhou")
    phone.post(reverse("fieldwork:assign", args=[ticket_id]), {"person_id": zhou})
    assert [t["id"] for t in phone.get(reverse("portals:field_today")).json()["tickets"]] == [ticket_id]
    for task in field_queries.ticket(ticket_id).tasks:
        entry = tickets.connected(task, world.NOW, f"FY-{task.no}")
        form = {"key": str(uuid4()), "ticket_id": ticket_id, "payload": json.dumps(entry)}
        assert phone.post(reverse("portals:field_entries"), form).json()["state"] == "applied"
    phone.post(reverse("fieldwork:close", args=[ticket_id]), {"confirmed": "1"})
    queue.run_until_quiet()
    world.do(client, "zhou", "install", case_id, on="2026-09-21")
    assert world.state(case_id) == "archive"
    done = {one.what: one.by_id for one in queries.steps_of(case_id=case_id)}
    assert {done[step] for step in ("surveyed", "installed")} == {zhou}
    assert {task.done_by_id for task in field_queries.ticket(ticket_id).tasks} == {zhou}


@pytest.mark.requirement("G-054")
def test_the_request_for_a_ticket_names_leader_and_certificate(client, utility):
    case_id, ticket_id = ordered(client, utility)
    ticket = field_queries.ticket(ticket_id)
    rows, case = queries.rows(case_id=case_id), queries.case(case_id=case_id)
    paper = casepapers.work_order(
        case=case,
        rows=rows,
        ticket=ticket.number,
        leader="张工",
        qualification=ticket.qualification,
        planned=world.TODAY,
    )
    assert (paper["ticket"], paper["count"]) == (ticket.number, 3)
    assert "ZJ-7" in paper["qualification"]
    pdf = world.sign_in(client, "zhou").get(world.at("group_case_paper", case_id, "workorder"))
    assert pdf.content.startswith(b"%PDF")


@pytest.mark.requirement("G-127", "G-128", "G-129")
def test_each_step_is_tracked_counted_and_shows_no_personal_number(client, utility):
    case_id, _ticket = ordered(client, utility)
    shown = page(client, case_id)
    assert "work on site" in shown
    for number in ("13800000001", "000000199001010000"):
        assert number not in shown
    world.sign_in(client, "chen")
    assert client.post(world.at("group_case_personal", case_id)).status_code == 403
    assert client.get(world.at("group_cases")).status_code == 200
    world.sign_in(client, "wang")
    full = client.post(world.at("group_case_personal", case_id)).content.decode()
    assert "13800000001" in full
    assert "000000199001010000" in full
    looked = [one for one in people.deeds(procedure="GP1") if one.what == "looked at personal numbers"]
    assert looked
    move_clock(date(2026, 9, 24))
    shown = page(client, case_id)
    assert "Now with</dt><dd>Installation crew and leader" in shown
    assert 'Age in days</dt><dd><span class="fig">3</span>; at this step since' in shown
    move_clock(date(2026, 12, 1))
    assert "late" in page(client, case_id).split("Due</dt>")[1].split("</dd>")[0]
    (unit,) = queries.cases_by_unit(today=date(2026, 12, 1))
    assert (unit["unit"], unit["count"], unit["late"], unit["days"]) == ("城南供电所", 1, 1, 71)
    figures = queries.figures(today=world.TODAY)
    assert (figures["points"], figures["open_cases"], figures["median_days"]) == (0, 1, None)
    reports = client.get(world.at("group_reports")).content.decode()
    assert "城南供电所" in reports
    assert "are not counted here" in reports
    listed = client.get(world.at("group_cases")).content.decode()
    assert "work on site" in listed
    assert "Installation crew and leader" in listed, "whose turn it is"
