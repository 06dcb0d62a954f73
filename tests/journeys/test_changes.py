"""Customers change plans, ways of paying and names, move and hand a contract on: asked by telephone, done in the end."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from tests.applications.switching.world import FRESH, START_DAY, contract_at, outside
from tests.metering.grid import spin
from tomoshibi.applications.models import Change
from tomoshibi.applications.queries import changes as queries
from tomoshibi.applications.values.changes import ChangeState
from tomoshibi.care import handing
from tomoshibi.contracts import queries as contracts
from tomoshibi.identity import operations as identity
from tomoshibi.parties import operations as party_operations
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import BankAccountKind
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import queries as worklist

MORNING = START_DAY + timedelta(days=3)


@pytest.fixture
def grid(journey, tmp_path):
    with outside(tmp_path) as made:
        journey.in_transaction(tariffs.install_shipped, now=made.now)
        yield made
        journey.spoken_to.update({"switching"} if made.simulator.calls else ())


@pytest.fixture
def clerk(journey, grid):
    def employ():
        rights = ["CM2.do", "CM3.do", "AP7.do", "RB7.view"]
        identity.save_role(code="care", name="顧客担当", rights=rights)
        identity.add_person(username="kato", name="加藤", mail="k@example.jp", password="lamp-light-42", roles=["care"])

    journey.in_transaction(employ)
    browser = journey.sign_in("kato")
    browser.cookies["django_language"] = "en"
    return browser


def write_down(clerk, number, kind, *, sure=True, **wanted):
    """Fill the form, read what it brings, say yes."""
    fields = {"source": "phone", "reason": "called", **wanted}
    given = {"contract": number, "kind": kind} | {f"w-{name}": value for name, value in fields.items()}
    address = reverse("applications:new_change")
    assert clerk.get(address, {"contract": number, "kind": kind}).status_code == 200
    told = clerk.post(address, given)
    if not sure or told.status_code != 200:
        return told
    assert "Consequences" in told.content.decode()
    done = clerk.post(address, given | {"confirmed": "1"})
    assert done.status_code == 302, done.content.decode()[-3000:]
    return int(done.headers["Location"].rstrip("/").rpartition("/")[2])


def state(change_id):
    return queries.change(change_id=change_id).state


def page(clerk, change_id):
    return clerk.get(reverse("applications:change", args=[change_id])).content.decode()


def step(clerk, change_id, name, **more):
    return clerk.post(reverse(f"applications:{name}_change", args=[change_id]), more)


@pytest.mark.procedure("CM3")
def test_what_is_ours_alone_changes_on_its_day(journey, clerk, grid):
    here = contract_at(spin(1))
    # What it would bring is said before anything is written down.
    asked = write_down(clerk, here.number, "plan", plan_code="tokyo-b", effective_on=str(MORNING), sure=False)
    told = asked.content.decode()
    assert asked.status_code == 200, told[told.index("<main") :]
    assert "takes effect on" in told
    assert "2-13, 2-14" in told
    assert Change.objects.count() == 0
    plan = write_down(clerk, here.number, "plan", plan_code="tokyo-b", effective_on=str(MORNING))
    assert state(plan) is ChangeState.SCHEDULED

    # A second one of the kind is refused, and so is the plan that holds; the same plan is named.
    again = write_down(clerk, here.number, "plan", plan_code="tokyo-b", effective_on=str(MORNING))
    assert again.status_code == 422
    assert queries.change(change_id=plan).number in again.content.decode()

    # Statements on paper from tomorrow, corrected to the day after, then canceled in time.
    channel = write_down(
        clerk, here.number, "channel", statement_channel="paper", effective_on=str(START_DAY + timedelta(days=1))
    )
    step(clerk, channel, "correct", **{"c-statement_channel": "paper", "c-effective_on": str(MORNING)})
    assert queries.change(change_id=channel).effective_on == MORNING
    step(clerk, channel, "cancel", reason="changed their mind")
    assert state(channel) is ChangeState.CANCELED

    # By transfer from today on: at once. Back to direct debit waits for a mandate that the bank has accepted.
    payer, number = here.account_id, contract_at(spin(2)).number
    transfer = write_down(clerk, number, "payment", payment_method="transfer", effective_on=str(START_DAY))
    assert state(transfer) is ChangeState.DONE
    assert parties.account(account_id=payer, on=START_DAY).payment_method.value == "transfer"
    debit = write_down(
        clerk, number, "payment", payment_method="direct_debit", effective_on=str(START_DAY + timedelta(days=1))
    )
    grid.go(to=MORNING)
    journey.in_transaction(worker.enqueue, name="applications.apply_changes")
    journey.work()
    assert state(debit) is ChangeState.SCHEDULED
    assert "mandate" in page(clerk, debit)
    made = journey.in_transaction(
        party_operations.draft_mandate, account_id=payer, agent="agent-a", bank_code="0001", branch_code="001",
        account_kind=BankAccountKind.ORDINARY, account_number="1234567", holder="トモシビ タロウ",
    )  # fmt: skip
    journey.in_transaction(party_operations.submit_mandate, mandate_id=made.id)
    journey.in_transaction(party_operations.accept_mandate, mandate_id=made.id, on=MORNING)
    journey.in_transaction(worker.enqueue, name="applications.apply_changes")
    journey.work()
    assert state(debit) is ChangeState.DONE
    assert queries.change(change_id=debit).took_effect_on == MORNING
    assert state(plan) is ChangeState.DONE
    terms = contracts.contract(contract_id=here.id).terms
    assert [(one.plan_code, one.start) for one in terms][-1] == ("tokyo-b", MORNING)
    before = len(terms)
    journey.in_transaction(worker.enqueue, name="applications.apply_changes")
    journey.work()
    assert len(contracts.contract(contract_id=here.id).terms) == before
    assert "took effect" in page(clerk, plan)
    assert clerk.get(reverse("applications:changes")).status_code == 200
    assert clerk.get(reverse("applications:change_panel", args=[plan])).status_code == 200
    assert clerk.get(reverse("applications:changes_of"), {"contract": here.id}).status_code == 200


@pytest.mark.procedure("CM2")
def test_what_the_grid_has_to_know_waits_for_its_answer(journey, clerk, grid):
    here = contract_at(spin(1))
    name = write_down(clerk, here.number, "holder", name="灯火 次郎", kana="トモシビ ジロウ", effective_on=str(MORNING))
    assert state(name) is ChangeState.AT_GRID
    assert parties.customer(customer_id=here.customer_id).name != "灯火 次郎"
    assert len(queries.grid_requests(change_id=name)) == 5, "each place that is supplied"

    # More amperes than the grid takes are refused; the change comes back, is corrected, and goes out again.
    size = write_down(clerk, here.number, "capacity", capacity_milli="100", effective_on=str(MORNING))
    journey.work()
    assert state(size) is ChangeState.BACK
    assert "60A" in page(clerk, size)
    (item,) = worklist.open_items(kind="applications.change_back")
    assert item.url == reverse("applications:change", args=[size])
    step(clerk, size, "correct", **{"c-capacity_milli": "50", "c-effective_on": str(MORNING)})
    step(clerk, size, "accept")
    assert state(size) is ChangeState.AT_GRID
    assert worklist.open_items(kind="applications.change_back") == []
    journey.work()
    for _day in range(8):
        grid.next_day()
    assert (state(name), state(size)) == (ChangeState.DONE, ChangeState.DONE)
    assert parties.customer(customer_id=here.customer_id).name == "灯火 次郎"
    assert contracts.contract(contract_id=here.id).terms[-1].capacity_milli == 50_000

    # Too late to take back, and nothing is done twice.
    step(clerk, size, "cancel", reason="too late")
    assert state(size) is ChangeState.DONE
    before = contracts.contract(contract_id=here.id)
    grid.poll()
    assert contracts.contract(contract_id=here.id) == before


@pytest.mark.procedure("CM2")
def test_a_move_is_one_process(journey, clerk, grid):
    here = contract_at(spin(3))
    leave, arrive = START_DAY + timedelta(days=10), START_DAY + timedelta(days=9)
    there = {
        "spin": FRESH, "plan_code": "tokyo-b", "start_on": str(arrive), "postal_code": "105-0011",
        "prefecture": "東京都", "city": "港区", "town": "芝公園", "block": "9-9-9", "effective_on": str(leave),
    }  # fmt: skip
    wrong = write_down(clerk, here.number, "move", **there | {"spin": spin(3)})
    assert wrong.status_code == 422
    move = write_down(clerk, here.number, "move", **there)
    out = write_down(clerk, here.number, "move_out", effective_on=str(leave))
    assert out.status_code == 422, "one ending at a time"
    journey.work()
    for _day in range(12):
        grid.next_day()
    found = queries.change(change_id=move)
    assert (found.state, found.took_effect_on) == (ChangeState.DONE, leave)
    assert contracts.contract(contract_id=here.id).end == leave
    new = contracts.contract(contract_id=found.new_contract_id)
    assert (new.start, new.account_id, new.customer_id) == (arrive, here.account_id, here.customer_id)
    assert parties.customer(customer_id=here.customer_id).address.block == "9-9-9"


@pytest.mark.procedure("CM2")
def test_another_person_takes_a_contract_over(journey, clerk, grid):
    here = contract_at(spin(4))
    day = START_DAY + timedelta(days=5)
    heir = write_down(
        clerk, here.number, "succession", effective_on=str(day), name="灯火 花子", kana="トモシビ ハナコ", ground="相続",
        payment_method="transfer", statement_channel="paper",
    )  # fmt: skip
    journey.work()
    for _day in range(8):
        grid.next_day()
    found = queries.change(change_id=heir)
    assert found.state is ChangeState.DONE, page(clerk, heir)
    old, new = (contracts.contract(contract_id=one) for one in (here.id, found.new_contract_id))
    assert (old.end, old.end_reason.value, new.start) == (found.took_effect_on, "replaced", found.took_effect_on)
    assert parties.customer(customer_id=new.customer_id).name == "灯火 花子"
    assert new.customer_id != old.customer_id
    assert new.terms[0].plan_code == old.terms[-1].plan_code
    assert date.fromisoformat(str(new.start)) >= day

    # Who has one contract goes from an enquiry straight to its changes, with the number there already.
    to = {way.procedure: url for way, url in handing.ways(customer=parties.customer(customer_id=new.customer_id))}
    assert to["CM2"] == to["CM3"] == f"{reverse('applications:new_change')}?contract={new.number}"
    assert f'value="{new.number}"' in clerk.get(to["CM2"]).content.decode()
    many = {way.procedure: url for way, url in handing.ways(customer=parties.customer(customer_id=old.customer_id))}
    assert many["CM3"].startswith(reverse("contracts:contracts")), "of several the clerk chooses"
