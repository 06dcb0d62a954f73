"""What goes to grid companies by form: from 500 kW up by mail, works over their Web system, and works by post."""

import email
from email import policy

import pytest
from django.urls import reverse

from tests.applications.switching.world import contract_at, payer
from tests.applications.works.world import CLERK, FACTORY, LEAD, WISHED, desks, employ, state
from tests.metering.grid import spin
from tomoshibi.applications.queries import works as queries
from tomoshibi.applications.values.works import WorkState
from tomoshibi.contracts import queries as contracts
from tomoshibi.messaging import operations as messaging
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import queries as worklist


@pytest.fixture
def grid(journey, tmp_path, settings):
    with desks(tmp_path, settings) as made:
        yield made
        journey.spoken_to.update({"wheeling_web"} if made.simulator.calls else ())


@pytest.fixture
def clerk(journey, grid):
    journey.in_transaction(employ)
    return english(journey, CLERK)


def english(journey, name):
    browser = journey.sign_in(name)
    browser.cookies["django_language"] = "en"
    return browser


def opened(response):
    assert response.status_code == 302, response.content.decode()[-3000:]
    return int(response.headers["Location"].rstrip("/").rpartition("/")[2])


def new(clerk, kind, **fields):
    given = {"kind": kind, "voltage": "low", "wished_on": WISHED.isoformat(), "holder_name": "灯火 太郎"} | fields
    return clerk.post(reverse("applications:new_work"), given)


def say(clerk, case_id, what, **fields):
    return clerk.post(reverse("applications:work_told", args=[case_id, what]), fields)


def step(clerk, case_id, name, **fields):
    return clerk.post(reverse(f"applications:work_{name}", args=[case_id]), fields)


def page(clerk, case_id):
    return clerk.get(reverse("applications:work", args=[case_id])).content.decode()


@pytest.mark.procedure("AP9")
def test_a_factory_comes_by_mail(journey, clerk, grid):
    """Low voltage is refused here; a form that comes back is corrected; the same number is not taken twice."""
    refused = new(clerk, "reconnect", spin=FACTORY)
    assert refused.status_code == 422
    assert "the switching support system takes this" in refused.content.decode()
    coming = opened(new(
        clerk, "reconnect", spin=FACTORY, voltage="high_large", capacity_milli="800", capacity_kind="kW",
        detail_engineer="主任 一郎",
    ))  # fmt: skip
    step(clerk, coming, "send")
    assert state(coming) is WorkState.DRAFT, "the terms of wheeling are not accepted yet"
    changes = {"voltage": "high_large", "wished_on": WISHED.isoformat(), "holder_name": "灯火 太郎", "capacity_milli": "800",
               "capacity_kind": "kW", "detail_engineer": "主任 一郎", "detail_terms_agreed": "on"}  # fmt: skip
    clerk.post(reverse("applications:work_change", args=[coming]), changes)
    step(clerk, coming, "send")
    step(clerk, coming, "send")
    journey.work()
    (sent,) = grid.post_office.messages()
    mail = email.message_from_bytes(sent.read_bytes(), policy=policy.default)
    assert mail["To"] == "hv03@grid.example.jp"
    assert [part.get_content_subtype() for part in mail.iter_attachments()] == [
        "vnd.openxmlformats-officedocument.spreadsheetml.sheet", "pdf",
    ]  # fmt: skip
    say(clerk, coming, "returned", **{"returned-reason": "受電設備の容量が未記入"})
    assert "受電設備の容量が未記入" in page(clerk, coming)
    clerk.post(reverse("applications:work_change", args=[coming]), changes | {"detail_equipment_kva": "1000"})
    step(clerk, coming, "send")
    journey.work()
    say(clerk, coming, "received", number="HV-77")
    say(clerk, coming, "received", number="HV-78")
    say(clerk, coming, "fixed", on="2026-12-10", inspection_on="2026-12-09")
    say(clerk, coming, "cancel", **{"cancel-reason": "too late"})
    found = queries.case(case_id=coming)
    assert (found.state, found.reception_number) == (WorkState.SCHEDULED, "HV-77")
    say(clerk, coming, "done", on="2026-12-10")
    assert state(coming) is WorkState.DONE
    # Nobody said who pays and on which plan: that is work for a person, not a lost contract.
    assert len(worklist.open_items(kind="applications.work_stopped")) == 1
    say(clerk, coming, "terms", account_number=payer(), plan_code="tokyo-regulated-b")
    assert worklist.open_items(kind="applications.work_stopped")[0].url == reverse("applications:work", args=[coming])


@pytest.mark.procedure("AP10")
def test_a_larger_connection_over_the_web_system(journey, clerk, grid):
    """The line tells everything; one person cannot agree to money that they entered, and nothing is charged twice."""
    contract = contract_at(spin(1))
    case_id = opened(new(
        clerk, "size", contract=contract.number, capacity_milli="60", capacity_kind="A", detail_terms_agreed="on",
        detail_main_breaker="60A",
    ))  # fmt: skip
    again = new(clerk, "size", contract=contract.number, capacity_milli="50", capacity_kind="A")
    assert again.status_code == 422
    assert "is open at this point" in again.content.decode()
    grid.behave(odd_stage="確認中", repeat=5)
    step(clerk, case_id, "send")
    journey.work()
    for _day in range(6):
        grid.go(days=1)
        grid.poll()
    assert state(case_id) is WorkState.QUOTED
    assert step(clerk, case_id, "agree").status_code == 403
    lead = english(journey, LEAD)
    assert "33,000" in step(lead, case_id, "agree").content.decode()
    step(lead, case_id, "agree", confirmed="1")
    step(lead, case_id, "agree", confirmed="1")
    assert [(one.code, one.amount_minor) for one in contracts.charges_of(contract_id=contract.id)] == [
        ("works_contribution", 33_000)
    ]
    october = contracts.waiting_charges_frame(month=202610, contract_ids=[contract.id])
    assert october["amount_minor"].to_list() == [33_000], "agreed in November, on the bill that November makes"
    grid.go(days=4)
    grid.poll()
    assert state(case_id) is WorkState.SCHEDULED
    grid.go(to=WISHED)
    grid.poll()
    grid.poll()
    terms = contracts.contract(contract_id=contract.id).terms_on(WISHED)
    assert (state(case_id), terms.capacity_milli) == (WorkState.DONE, 60_000)
    assert "確認中" in page(clerk, case_id)
    assert clerk.get(reverse("applications:works")).status_code == 200
    assert clerk.get(reverse("applications:work_panel", args=[case_id])).status_code == 200
    assert clerk.get(reverse("applications:work_desks")).status_code == 200


def reminded_once_for_a_day(journey, clerk, grid, case_id):
    """The grid company gets one mail for the day that passed, however often it is looked for."""
    number = queries.case(case_id=case_id).number

    def mails():
        journey.in_transaction(worker.enqueue, name="applications.chase_works")
        journey.work()
        read = [
            email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in grid.post_office.messages()
        ]
        return [one["To"] for one in read if number in one["Subject"]]

    assert mails() == ["hv@grid.example.jp"]
    assert mails() == ["hv@grid.example.jp"]
    assert "reminded by mail to hv@grid.example.jp" in page(clerk, case_id)


@pytest.mark.procedure("AP11")
def test_a_meter_is_moved_by_post(journey, clerk, grid):
    """No Web system: a person posts the form; who entered the money does not agree to it; what is late is called."""
    elsewhere = "05" + "7" * 20
    case_id = opened(new(clerk, "meter_place", spin=elsewhere, detail_meter_place="南側外壁", detail_terms_agreed="on"))
    step(clerk, case_id, "send")
    (item,) = worklist.open_items(kind="applications.work_to_post")
    assert item.procedure == "AP11"
    (sending,) = queries.sendings_of(case_id=case_id)
    pdf = clerk.get(reverse("applications:work_paper", args=[case_id, sending.id, "pdf"]))
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    taken = reverse("applications:work_taken", args=[case_id, sending.id])
    clerk.post(taken, {"words": "追跡 1234-5678"})
    clerk.post(taken, {"words": "again"})
    assert queries.sendings_of(case_id=case_id)[0].words == "追跡 1234-5678"
    grid.go(days=7)
    journey.in_transaction(messaging.load_shipped_texts)
    journey.in_transaction(worker.enqueue, name="applications.chase_works")
    journey.work()
    assert [one.url for one in worklist.open_items(kind="applications.work_overdue")] == [item.url]
    reminded_once_for_a_day(journey, clerk, grid, case_id)
    say(clerk, case_id, "received", number="M-5")
    say(clerk, case_id, "design", design="survey")
    lead = english(journey, LEAD)
    say(lead, case_id, "contribution", amount_minor="22000", due_on="2026-11-30")
    step(lead, case_id, "agree", confirmed="1")
    assert state(case_id) is WorkState.QUOTED, "the same person entered the amount"
    step(lead, case_id, "disagree", reason="見積書と違う")
    say(clerk, case_id, "contribution", amount_minor="11000")
    step(lead, case_id, "agree", confirmed="1")
    say(clerk, case_id, "paid", on="2026-11-12")
    say(clerk, case_id, "fixed", on="2026-12-01")
    say(clerk, case_id, "done", on="2026-12-01")
    found = queries.case(case_id=case_id)
    assert (found.state, found.contribution_minor, found.charge_id) == (WorkState.DONE, 11_000, None)
