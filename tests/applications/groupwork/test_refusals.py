"""What the counter refuses, each with a sentence that says what to do; nothing is written then."""

import uuid

import pytest

from tests.applications.groupwork import world
from tests.groups import book
from tomoshibi.applications import clauses
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import PaperState
from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.fieldwork import queries as field_queries
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.parties import operations as parties
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
    assert "This field is required." in refused(client, utility, lines, outage_contact="", outage_mobile="")
    assert "The number of the benchmark is needed." in refused(client, utility, lines, kinds=["change"])
    with db.transaction():
        person = parties.register_customer(
            registered_on=book.START, kind="person", name="周某", kana="ZHOU", city="明州市", town="灯火路", block="1号"
        ).id
    assert "must be seen" in refused(client, person, lines, seen="stamp")
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


@pytest.mark.requirement("G-042")
def test_no_step_of_the_contract_is_skipped_and_nobody_does_two(client, utility):
    case_id = world.receive(client, utility, world.rows(3))
    world.survey(client, case_id)
    with db.transaction():
        rights = {"chen": ["gp_manager", "gp_review", "gp_approve"], "li": ["gp_review", "gp_approve"]}
        for username, roles in rights.items():
            identity.change_person(user_id=world.user_id(username), department="", roles=roles, actor_id=0)
    paper = {"signed_on": "2026-09-21"}

    def stands_at(state):
        return queries.paper_of(case_id=case_id).state is state

    world.do(client, "chen", "draft", case_id, **clauses.CLAUSES)
    for who, step in (("chen", "review"), ("chen", "approve"), ("zhao", "approve"), ("chen", "sign")):
        world.do(client, who, step, case_id, **(paper | {"file": world.scan()} if step == "sign" else {}))
        assert stands_at(PaperState.DRAFT), f"{who} may not {step} a draft"
    world.do(client, "li", "review", case_id)
    for who, step in (("chen", "approve"), ("li", "approve"), ("chen", "sign")):
        world.do(client, who, step, case_id, **(paper | {"file": world.scan()} if step == "sign" else {}))
        assert stands_at(PaperState.REVIEWED), f"{who} may not {step} what was reviewed"
    world.do(client, "zhao", "approve", case_id)
    world.do(client, "chen", "sign", case_id, **paper, file=world.scan())
    assert stands_at(PaperState.SIGNED)


def test_a_contract_is_sent_back_by_whoever_has_it(client, utility):
    case_id = world.receive(client, utility, world.rows(3))
    world.survey(client, case_id)
    world.do(client, "chen", "draft", case_id, **clauses.CLAUSES)
    world.do(client, "li", "review", case_id)
    back = world.at("group_case_send_back", case_id)
    world.sign_in(client, "li")
    assert client.post(back, {"reason": "a clause is missing"}).status_code == 403, "it is with who approves"
    assert queries.paper_of(case_id=case_id).state is PaperState.REVIEWED
    world.sign_in(client, "zhao")
    assert client.post(back, {"reason": "a clause is missing"}).status_code == 302
    assert queries.paper_of(case_id=case_id).state is PaperState.DRAFT
    assert "sent the contract back" in {one.what for one in people.deeds(procedure=values.APPROVE)}


@pytest.mark.requirement("G-011", "G-021")
def test_the_cap_another_customer_and_a_list_of_another_version_are_refused(client, utility):
    many = [[n, f"枕河里{n % 40}幢设备{n}", f"{n}单元计量箱内", f"17020231{n % 40:02d}", "新增"] for n in range(1, 103)]
    assert "please apply for a new reference meter" in refused(client, utility, many)
    metered = [list(row) for row in world.rows(3)]
    lines = [
        "清单,,,,,,,,,",
        "序号,户号,户名,设备地址,就近户号,接入点编号,接入点名称,变更情况,时间,基准户号",
        "1,1702023105,明州通信有限公司,枕河里5幢1单元,1702023105,,,新增,,",
    ]
    page = refused(
        client, utility, None, declared_points="1", electronic_list=world.upload("\r\n".join(lines).encode())
    )
    assert "1702023105 is an account with a meter of its own" in page
    lines[2] = "1,,别家通信有限公司,枕河里5幢1单元,1702023105,,,新增,,"
    page = refused(
        client, utility, None, declared_points="1", electronic_list=world.upload("\r\n".join(lines).encode())
    )
    assert "别家通信有限公司 is not the customer of this application" in page

    case_id = world.receive(client, utility, metered)
    world.do(client, "wang", "accept", case_id)
    world.do(client, "zhou", "recheck", case_id)
    world.do(client, "zhou", "locate", case_id)
    old = client.get(world.at("group_case_repair_list", case_id)).content
    world.do(client, "zhou", "row_out", case_id, 3, reason="不属于本群组", other_benchmark="")
    world.do(client, "zhou", "repair", case_id, file=world.upload(old, "list.xlsx"))
    shown = client.get(world.at("group_case", case_id)).content.decode()
    assert "export it again and repair that one" in shown


@pytest.mark.requirement("G-021")
def test_a_benchmark_of_somebody_else_and_days_that_cannot_be_are_refused(client, utility):
    case_id = world.receive(client, utility, world.rows(3))
    world.survey(client, case_id)
    world.do(client, "chen", "draft", case_id, **queries.clauses())
    world.do(client, "li", "review", case_id)
    world.do(client, "zhao", "approve", case_id)
    for day, sentence in (("2026-09-22", "lies in the future"), ("2026-09-19", "cannot be signed before")):
        world.do(client, "chen", "sign", case_id, signed_on=day, file=world.scan())
        assert sentence in client.get(world.at("group_case", case_id)).content.decode()
    assert world.state(case_id) == "contract"
    world.do(client, "chen", "sign", case_id, signed_on="2026-09-21", file=world.scan())
    world.work(world.order(client, case_id))
    world.finish(client, case_id)
    with db.transaction():
        other = book.customer("海曙有线公司")
    number = queries.case(case_id=case_id).benchmark_number
    world.sign_in(client, "wang")
    given = world.form(other, world.rows(1, first=20), kinds=["change"], benchmark_number=number)
    answer = client.post(world.at("group_case_new"), given).content.decode()
    assert f"The benchmark {number} belongs to 明州通信有限公司, not to this customer." in answer


def test_a_package_that_comes_twice_and_a_second_crew_lose_and_double_nothing(client, utility):
    case_id = world.receive(client, utility, world.rows(3))
    world.survey(client, case_id)
    world.sign(client, case_id)
    ticket_id = world.order(client, case_id)
    first, second = field_queries.ticket(ticket_id).tasks[:2]
    payload = {
        "what": "done", "task_id": first.id, "made_at": world.NOW.isoformat(), "seal_number": "FY-1",
        "checks": dict.fromkeys(("fit", "belongs", "ready", "listed"), True), "place": first.place,
    }  # fmt: skip
    key = uuid.uuid4()
    with db.transaction():
        for _time in range(2):
            made = fieldwork.apply_entry(
                entry_key=key, ticket_id=ticket_id, payload=payload, received_at=world.NOW,
                actor_id=world.user_id("zhang"),
            )  # fmt: skip
            assert made.state == "applied"
    assert len(field_queries.entries_of(ticket_id=ticket_id)) == 1
    with db.transaction():
        other = fieldwork.apply_entry(
            entry_key=uuid.uuid4(), ticket_id=ticket_id, payload=payload | {"task_id": second.id, "seal_number": "FY-2"},
            received_at=world.NOW, actor_id=world.user_id("zhou"),
        )  # fmt: skip
    assert other.state == "queued"
    assert "张工" in other.sentence
    states = sorted(entry.state for entry in field_queries.entries_of(ticket_id=ticket_id))
    assert states == ["applied", "queued"], "it waits for the office, and is not lost"


@pytest.mark.requirement("G-022")
@pytest.mark.parametrize("field", ["declared_points", "device_code", "rated_w"])
def test_points_type_and_power_are_asked_for(client, utility, field):
    assert refused(client, utility, world.rows(2), **{field: ""})


@pytest.mark.requirement("G-022")
def test_more_than_a_kilowatt_warns_and_stays_with_the_case(client, utility):
    with db.transaction():
        book.device_type(rated=(100, 2_000))
    usual = queries.case(case_id=world.receive(client, utility, world.rows(2)))
    heavy = queries.case(
        case_id=world.receive(
            client,
            utility,
            [[n, *one[1:]] for n, one in enumerate(world.rows(2, first=5), start=1)],
            rated_w="1200",
        )
    )
    assert ("heavy" in usual.warnings, "heavy" in heavy.warnings) == (False, True)
    assert (heavy.rated_w, heavy.declared_points) == (1_200, 2)
    assert "More than 1,000 W for one device" in client.get(world.at("group_case", heavy.id)).content.decode()
