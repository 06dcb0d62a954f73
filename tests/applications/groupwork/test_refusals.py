"""What the counter refuses, each with a sentence that says what to do; nothing is written then."""

import pytest

from tests.applications.groupwork import world
from tests.groups import book
from tomoshibi.applications import casepapers
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import PaperState
from tomoshibi.identity import queries as people
from tomoshibi.storage import db


def refused(client, customer_id, lines, **more):
    """The page after a form that is not accepted."""
    world.sign_in(client, "wang")
    answer = client.post(world.at("group_case_new"), world.form(customer_id, lines, **more))
    assert answer.status_code == 422
    assert queries.case_rows(today=world.TODAY).count() == 0, "nothing is written"
    return answer.content.decode()


@pytest.mark.requirement("G-019", "G-020", "G-021", "G-023", "G-027")
def test_a_form_that_does_not_fit_is_refused_with_a_sentence(client, utility):
    lines = world.rows(17)
    assert "the form ticks 2" in refused(client, utility, lines, kinds=["new", "change"])
    assert "The form says 18 points, the list has 17 rows" in refused(client, utility, lines, declared_points="18")
    assert "signed in the future" in refused(client, utility, lines, signed_on="2026-09-22")
    assert "For a unit the stamp must be seen." in refused(client, utility, lines, seen="id")
    assert "is no mobile number" in refused(client, utility, lines, outage_mobile="0571-1234")
    assert "The stamped list is missing." in refused(client, utility, lines, stamped_list="")
    bad = [*lines[:15], [16, "枕河里16幢1单元车库", "", "1702023116", "新增"], [17, *lines[0][1:]]]
    page = refused(client, utility, bad)
    assert "a new point needs its name, its position" in page
    assert "stands twice in the list" in page
    assert "15 rows are good" in page
    case_id = world.receive(client, utility, bad, good_rows="on")
    assert len(queries.rows(case_id=case_id)) == 15
    assert {row for row, *_rest in queries.case(case_id=case_id).skipped} == {18, 19}


@pytest.mark.requirement("G-017", "G-021", "G-039", "G-042")
def test_another_customer_a_metered_account_and_an_open_application_are_refused(client, utility):
    with db.transaction():
        other = book.customer("海曙有线公司")
    lines = world.rows(3)
    case_id = world.receive(client, utility, lines)
    world.sign_in(client, "wang")
    again = client.post(world.at("group_case_new"), world.form(other, lines))
    assert queries.case(case_id=case_id).number in again.content.decode(), "the same devices are applied for already"
    world.do(client, "zhou", "order", case_id, planned_on="2026-09-21")
    assert world.state(case_id) == "received"
    assert "refused" in {step.what for step in queries.steps_of(case_id=case_id)}, "the attempt stays on record"
    world.survey(client, case_id)
    world.sign_in(client, "chen")
    assert client.post(world.at("group_case_approve", case_id)).status_code == 403, "each step has its role"


def test_a_contract_is_sent_back_by_whoever_has_it(client, utility):
    case_id = world.receive(client, utility, world.rows(3))
    world.survey(client, case_id)
    world.do(client, "chen", "draft", case_id, **casepapers.CLAUSES)
    world.do(client, "li", "review", case_id)
    back = world.at("group_case_send_back", case_id)
    world.sign_in(client, "li")
    assert client.post(back, {"reason": "a clause is missing"}).status_code == 403, "it is with who approves"
    assert queries.paper_of(case_id=case_id).state is PaperState.REVIEWED
    world.sign_in(client, "zhao")
    assert client.post(back, {"reason": "a clause is missing"}).status_code == 302
    assert queries.paper_of(case_id=case_id).state is PaperState.DRAFT
    assert "sent the contract back" in {one.what for one in people.deeds(procedure=values.APPROVE)}
