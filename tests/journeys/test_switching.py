"""The clerk's day with the switching support system: customers come, change and go; each step over a real line."""

import re
from datetime import date

import pytest
from django.urls import reverse

from tests.applications import office
from tests.applications.office import CLERK
from tests.applications.switching.test_mediations import ask_us
from tests.applications.switching.world import ELSEWHERE, FRESH, OTHER, US, contract_at, outside, payer
from tests.journeys.test_intake import Visitor, mails, pick
from tests.metering.grid import spin
from tomoshibi.applications import queries as received
from tomoshibi.applications.models import Intake
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.values import RegistrationState, RequestState, SwitchingState
from tomoshibi.contracts import queries as contracts
from tomoshibi.gateways.switching import PointSeed
from tomoshibi.identity import operations as identity
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply
from tomoshibi.supply.values import PointKind
from tomoshibi.worklist import queries as worklist

SWITCH_DAY = date(2026, 11, 12)


@pytest.fixture
def grid(journey, tmp_path):
    with outside(tmp_path) as made:
        yield made
        journey.spoken_to.update({"switching"} if made.simulator.calls else ())


@pytest.fixture
def clerk(journey, grid):
    def employ():
        rights = ["AP7.do", "AP8.do", "CM6.do", "IN3.do", "IN4.do", "CM1.do", "CM2.do"]
        identity.save_role(code="switching", name="託送担当", rights=rights)
        identity.add_person(
            username="sato", name="佐藤", mail="s@example.jp", password="lamp-light-42", roles=["switching"]
        )

    journey.in_transaction(employ)
    browser = journey.sign_in("sato")
    browser.cookies["django_language"] = "en"
    return browser


def opened(response):
    """The application behind a redirect to its page."""
    assert response.status_code == 302, response.content.decode()[:3000]
    return int(response.headers["Location"].rstrip("/").rpartition("/")[2])


def new(clerk, kind, **fields):
    given = {"kind": kind, "klass": "low", "wished_on": "2026-11-12", "holder_name": "山田 太郎"} | fields
    return opened(clerk.post(reverse("applications:new_switching"), given))


def page(clerk, case_id):
    return clerk.get(reverse("applications:switching_case", args=[case_id])).content.decode()


def step(clerk, case_id, name, **more):
    return clerk.post(reverse("applications:switching_step", args=[case_id, name]), more)


def state(case_id):
    return queries.case(case_id=case_id).state


@pytest.mark.procedure("AP7", "CM6", "IN3")
def test_customers_come_and_go(journey, clerk, grid):
    # A switch: the old retailer is asked, says no for a wrong number, is asked again and agrees.
    coming = new(
        clerk, "start", spin=ELSEWHERE, old_retailer="10001", old_customer_number="X-7", holder_kana="ヤマダ タロウ",
        capacity_kind="A", capacity_milli="40", account_number=payer(), plan_code="tokyo-regulated-b",
    )  # fmt: skip
    step(clerk, coming, "ask")
    journey.work()
    grid.next_day()
    assert state(coming) is SwitchingState.DECLINED
    assert "契約番号不一致" in page(clerk, coming)
    assert [item.url for item in worklist.open_items(kind="applications.case_stopped")] == [
        reverse("applications:switching_case", args=[coming])
    ]
    clerk.post(reverse("applications:switching_change", args=[coming]), {
        "wished_on": "2026-11-12", "holder_name": "山田 太郎", "holder_kana": "ヤマダ タロウ", "old_retailer": "10001",
        "old_customer_number": "X-77", "capacity_milli": "40",
    })  # fmt: skip
    chosen = {"ids": [coming], "list_query": ""}
    clerk.post(reverse("applications:switching_ask"), chosen)
    journey.work()

    _find_an_empty_flat(clerk)
    leaving = _let_one_go(journey, clerk, grid)

    # Days pass; the house looks every hour.
    grid.next_day()
    grid.next_day()
    assert state(coming) is SwitchingState.MATCHED
    assert contracts.contract(contract_id=leaving.id).end == date(2026, 11, 20)
    step(clerk, coming, "cancel", reason="too late")
    assert state(coming) is SwitchingState.MATCHED
    grid.go(to=SWITCH_DAY)
    clerk.post(reverse("applications:switching_now"))
    journey.work()
    clerk.post(reverse("applications:switching_now"))
    journey.work()
    shown = page(clerk, coming)
    contract = contracts.contract(contract_id=queries.case(case_id=coming).contract_id)
    assert contract.start == SWITCH_DAY
    assert contract.number in shown
    assert "処理完了" in shown
    assert "&lt;SwRequest&gt;" in shown
    everything = clerk.get(reverse("applications:switching")).content.decode()
    assert queries.case(case_id=coming).number in everything
    assert clerk.get(reverse("applications:switching_panel", args=[coming])).status_code == 200
    assert clerk.get(reverse("applications:mediations")).status_code == 200
    assert clerk.get(reverse("applications:switching_link")).status_code == 200


def _find_an_empty_flat(clerk):
    """Its number is on the grid's Web page; a wrong one is refused, and the answer stands."""
    asked = {"area": "03", "address": "東京都港区芝公園9-9-9", "why": "入居"}
    search = opened(clerk.post(reverse("applications:new_point_search"), asked))
    where = reverse("applications:point_search", args=[search])
    clerk.post(where, {"do": "take", "spin": "06" + FRESH[2:], "source": "web"})
    assert queries.search(search_id=search).spin == ""
    clerk.post(where, {"do": "take", "spin": FRESH, "source": "web"})
    clerk.post(where, {"do": "take", "spin": spin(5), "source": "web"})
    assert queries.search(search_id=search).spin == FRESH
    assert worklist.open_items(kind="applications.point_search") == []


def _let_one_go(journey, clerk, grid):
    """Another retailer wants one of ours: agreed with one click, answered once."""
    ask_us(grid)
    clerk.post(reverse("applications:look_ask"))
    journey.work()
    (row,) = queries.request_rows()
    answer = reverse("applications:mediation_answer", args=[row.id])
    assert (
        "point, number, name and contract fit"
        in clerk.get(reverse("applications:mediation", args=[row.id])).content.decode()
    )
    clerk.post(answer, {"decision": "agree"})
    clerk.post(answer, {"decision": "decline", "reasons": ["01"]})
    journey.work()
    assert queries.request(request_id=row.id).state is RequestState.AGREED
    return contract_at(spin(1))


@pytest.mark.procedure("AP8", "IN4", "CM6")
def test_a_roof_feeds_in(journey, clerk, grid):
    roof = spin(301)
    search = opened(
        clerk.post(reverse("applications:new_point_search"), {"generation": "on", "area": "03", "meter_number": "PV-1"})
    )
    where = reverse("applications:point_search", args=[search])
    clerk.post(where, {"do": "give_up"})
    clerk.post(where, {"do": "again", "address": "東京都港区芝公園7-7", "building": "", "meter_number": "PV-1"})
    clerk.post(where, {"do": "take", "spin": roof, "source": "web"})
    assert queries.search(search_id=search).spin == roof

    refused = clerk.post(
        reverse("applications:new_switching"),
        {"kind": "start", "spin": roof, "klass": "generation", "wished_on": "2026-11-12", "holder_name": "灯火 太郎", "told_directly": "on"},
    )  # fmt: skip
    assert refused.status_code == 422
    feeding = new(clerk, "start", spin=roof, klass="generation", source_kind="post_fit", told_directly="on")
    step(clerk, feeding, "submit")
    step(clerk, feeding, "submit")
    journey.work()
    grid.next_day()
    assert len([one for one in grid.world.applications() if one["spin"] == roof]) == 1
    assert state(feeding) is SwitchingState.MATCHED
    assert "post-FIT source" in page(clerk, feeding)
    assert parties.account_by_number(number=payer()) is not None
    with pytest.raises(operations.CannotMove):
        journey.in_transaction(operations.cancel_cases, case_ids=[feeding], reason="x", now=grid.now, actor_id=None)
    grid.go(to=SWITCH_DAY)
    grid.poll()
    _another_buyer_takes_the_roof(journey, clerk, grid, roof)


def _another_buyer_takes_the_roof(journey, clerk, grid, roof):
    """As the old retailer of a generation point: no for a number that nobody gave, yes once, and it ends on its day."""
    new_switching = reverse("applications:new_switching")
    known = clerk.get(new_switching, {"kind": "customer_change", "spin": roof}).content.decode()
    assert 'value="generation" selected' in known
    assert 'value="山田 太郎"' in known
    wishes = {"spin": roof, "old_retailer": US, "wished_on": "2026-11-30", "holder_name": "山田太郎", "holder_kana": ""}
    (number,) = {one["number"].partition("-")[0] for one in grid.world.applications() if one["spin"] == roof}
    for asked, given in (("TG1", "999"), ("TG2", number)):
        with grid.world.at(grid.today) as moment:
            moment.ask_old(
                number=asked, retailer=OTHER, klass="generation", given=wishes | {"old_customer_number": given}
            )
    clerk.post(reverse("applications:look_ask"))
    journey.work()
    wrong, right = (row.id for row in queries.request_rows().order_by("number"))
    shown = clerk.get(reverse("applications:mediation", args=[wrong])).content.decode()
    assert "the customer number is none that we gave the generator" in shown
    assert re.search(r"bought since\s+<time datetime=\"2026-11-12\"", shown)
    clerk.post(reverse("applications:mediation_answer", args=[wrong]), {"decision": "decline", "reasons": ["02"]})
    for _again in range(2):
        clerk.post(reverse("applications:mediation_answer", args=[right]), {"decision": "agree"})
    journey.work()
    for _day in range(3):
        grid.next_day()
    (ours,) = [one for one in grid.world.applications() if one["spin"] == roof and one["function"] == "end"]
    assert (ours["retailer"], ours["meaning"], ours["fixed"]) == (US, "matched", "2026-11-30")
    refused = clerk.post(new_switching, {"kind": "terminate", "spin": spin(399), "klass": "generation", "wished_on": "2026-12-01",
                                         "holder_name": "山田 太郎"})  # fmt: skip
    assert refused.status_code == 422
    assert "nothing is bought at this one" in refused.content.decode()


ROOF = spin(302)
SOLD = {"plant": "solar", "capacity": "4.5", "source_kind": "post_fit", "term_ends_on": "2026-11-20", "use_kwh": "230"}
AGREED = {"agree_purchase_terms": "on", "agree_privacy": "on", "agree_purchase_proxy": "on"}


@pytest.mark.procedure("IN1", "IN4", "CM1")
def test_a_household_sells_what_its_roof_delivers(journey, clerk, grid):
    """From the form on the Web to the day that the grid fixes; the number of the roof was not at hand."""
    journey.in_transaction(office.open_office)
    grid.go(to=office.NOW.date())
    grid.world.seed([PointSeed(ROOF, retailer=OTHER, klass="generation", customer_number="77001", meter="PV-7")])
    visitor = Visitor(journey)
    _write_about_the_roof(visitor)
    grid.go(hours=1)
    _send_the_sale_twice(visitor)
    front = journey.sign_in(CLERK)
    front.cookies["django_language"] = "en"
    _repair_whom_it_sells_to(front, visitor)
    front.post(reverse("applications:accept", args=[Intake.objects.get().id]))
    _find_the_roof(clerk)
    (selling,) = [queries.to_case(row) for row in queries.case_rows()]
    assert (selling.kind.value, selling.source_kind.value, selling.state) == (
        "start",
        "post_fit",
        SwitchingState.MEDIATING,
    )
    journey.work()
    grid.next_day()
    grid.next_day()
    assert state(selling.id) is SwitchingState.MATCHED
    assert grid.poll()
    shown = page(clerk, selling.id)
    assert "post-FIT source" in shown
    assert "4.5" in shown
    assert "Bought from" in front.get(reverse("applications:intake", args=[Intake.objects.get().id])).content.decode()
    _is_bought(visitor)


def _write_about_the_roof(visitor):
    """What cannot be is refused beside its field; what a month brings stands beside each plan."""
    visitor.page("", status=302, kind="sell", postal_code="105-0011")
    offers = visitor.page("plan", **SOLD, do="prices").content.decode()
    assert "2,633" in offers, "230 kWh at 12.00 less 0.55 yen that cannot be deducted"
    assert (
        "49.9 kW"
        in visitor.page("plan", status=422, **SOLD | {"capacity": "80"}, plan_code="tomoshibi-sun").content.decode()
    )
    assert "Choose a plan" in visitor.page("plan", status=422, **SOLD, plan_code="fit-residential").content.decode()
    visitor.page("plan", status=302, **SOLD, plan_code="tomoshibi-sun", do="next")
    place = pick("postal_code", "prefecture", "city", "town", "block") | {
        "current_retailer": OTHER,
        "meter_number": "PV-7",
    }
    runs = visitor.page("place", status=422, **place, wished_on="2026-11-18")
    assert "runs until 2026-11-20" in runs.content.decode()
    other_side = visitor.page("place", status=422, **place, wished_on="2026-12-01", spin=spin(1))
    assert "belongs to the other side" in other_side.content.decode()
    visitor.page("place", status=302, **place, wished_on="2026-12-01")
    you = pick("applicant", "name", "kana", "phone", "mail", "statement_channel")
    visitor.page("you", status=302, **you)


def _send_the_sale_twice(visitor):
    checked = visitor.page("check").content.decode()
    assert "Size of the plant" in checked
    assert "How you pay" not in checked
    assert visitor.page("check", status=422, agree_privacy="on").status_code == 422
    for _again in range(2):
        visitor.page("check", status=302, **AGREED)
    assert len(mails("applications.received")) == 1


def _repair_whom_it_sells_to(front, visitor):
    """The number at the present buyer is missing: the clerk asks, the link takes just that."""
    url = reverse("applications:intake", args=[Intake.objects.get().id])
    front.post(f"{url}accept/")
    assert Intake.objects.get().state == "received", "something is open"
    front.post(f"{url}ask/", {"findings": ["buyer"]})
    (asked,) = mails("applications.deficient")
    link = re.search(r"/apply/repair/\S+/", asked.body)[0]
    assert "Your customer number there" in visitor.get(link).content.decode()
    assert visitor.post(link, {"current_customer_number": "77-001"}).status_code == 302


def _find_the_roof(clerk):
    """IN4 from the Web window: searched as a generation point; one of another area is refused, taken twice is one."""
    (item,) = worklist.open_items(kind="applications.point_search")
    assert item.procedure == "IN4"
    (row,) = queries.search_rows()
    assert (row.generation, row.meter_number) == (True, "PV-7")
    clerk.post(item.url, {"do": "take", "spin": "06" + ROOF[2:], "source": "web"})
    assert list(queries.case_rows()) == []
    for _again in range(2):
        clerk.post(item.url, {"do": "take", "spin": ROOF, "source": "web"})


def _is_bought(visitor):
    row = Intake.objects.get()
    registration = received.registration_of(intake_id=row.id)
    assert (registration.state, registration.starts_on) == (RegistrationState.COMPLETED, date(2026, 12, 1))
    assert (registration.contract_id, registration.source_kind) == (None, "post_fit")
    assert supply.point(supply_point_id=registration.supply_point_id).kind is PointKind.GENERATION
    assert worklist.open_items(kind="applications.supply_unregistered") == []
    assert len(mails("applications.purchase_started")) == 1
    assert received.notices.notice_rows().count() == 0, "the documents before and after are about supply"
    shown = visitor.page("status", number=row.number, contact="taro@example.jp").content.decode()
    assert 'We buy from <time datetime="2026-12-01"' in shown
