"""The customer's portal (CM5): invited, invited again, signed in for the first time; usage, changes, questions; blocked."""

import re
from datetime import date, timedelta
from functools import partial

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests import company
from tests.applications.switching.world import FRESH, START, START_DAY, contract_at, outside
from tests.metering.grid import Row, confirmed, spin
from tomoshibi.applications.operations import changes as operations
from tomoshibi.applications.queries import changes as queries
from tomoshibi.applications.values.changes import ChangeKind, ChangeSource, ChangeState, Part
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.identity.values import PortalState
from tomoshibi.masters import operations as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.metering import operations as metering
from tomoshibi.metering.jobs import read_file
from tomoshibi.metering.values import Source
from tomoshibi.parties import operations as party_operations
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import BankAccountKind, MandateState, PaymentMethod
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worker import queries as clock
from tomoshibi.worker.operations import Progress
from tomoshibi.worklist import queries as worklist

PASSWORD = "warm-lamp-77-x"


@pytest.fixture
def grid(journey, tmp_path):
    with outside(tmp_path) as made:

        def open_office():
            company.enter()
            tariffs.install_shipped(now=made.now)
            messaging.load_shipped_texts()
            rights = ["CM1.view", "CM2.do", "CM3.do", "CM5.do"]
            identity.save_role(code="care", name="顧客担当", rights=rights)
            identity.add_person(
                username="kato", name="加藤", mail="k@example.jp", password="lamp-light-42", roles=["care"]
            )

        journey.in_transaction(open_office)
        yield made


@pytest.fixture
def clerk(journey, grid):
    browser = journey.sign_in("kato")
    browser.cookies["django_language"] = "en"
    return browser


@pytest.fixture
def here():
    return lambda: contract_at(spin(1))


def address_in_mail(n=-1):
    body = [m for m in mail.outbox if "/identity/invitation/" in m.body][n].body
    return re.search(r"/identity/invitation/[^/\s]+/", body).group(0)


def post(browser, name, *args, **data):
    return browser.post(reverse(name, args=args), data, follow=True).content.decode()


def choose_password(address):
    return Client().post(address, {"password": PASSWORD, "again": PASSWORD})


def open_the_portal(journey, clerk, customer_id):
    journey.in_transaction(
        party_operations.change_customer, customer_id=customer_id, changes={"mail": "taro@example.jp"}
    )
    post(clerk, "console:open_portal", customer_id)
    journey.work()
    assert choose_password(address_in_mail()).status_code == 302
    browser = journey.sign_in_customer(customer_id)
    browser.cookies["django_language"] = "en"
    return browser


@pytest.mark.procedure("CM5")
def test_a_customer_is_invited_comes_in_is_blocked_and_let_in_again(journey, clerk, grid, here):
    customer = parties.customer(customer_id=here().customer_id)
    # Refused without a mail address; with one the invitation goes out, once however often the button is pressed.
    assert "no mail address" in post(clerk, "console:open_portal", customer.id)
    assert people.portal_access(customer_id=customer.id, now=grid.now) is None
    journey.in_transaction(
        party_operations.change_customer, customer_id=customer.id, changes={"mail": "taro@example.jp"}
    )
    assert "Invited" in post(clerk, "console:open_portal", customer.id)
    assert "open for this customer already" in post(clerk, "console:open_portal", customer.id)
    assert "on its way already" in post(clerk, "console:invite_to_portal_again", customer.id)
    journey.work()
    assert len(mail.outbox) == 1
    first = address_in_mail()

    # It runs out; a fresh one makes the old address void.
    grid.go(days=8)
    assert "ran out" in clerk.get(reverse("console:customer", args=[customer.id])).content.decode()
    assert choose_password(first).status_code == 410
    assert "fresh invitation" in post(clerk, "console:invite_to_portal_again", customer.id)
    journey.work()
    assert choose_password(first).status_code == 410
    assert choose_password(address_in_mail()).status_code == 302
    assert choose_password(address_in_mail()).status_code == 410, "an address opens the account once"
    assert people.portal_access(customer_id=customer.id, now=grid.now).state is PortalState.OPEN
    visitor = Client()
    signed_in = visitor.post("/accounts/login/", {"login": customer.number, "password": PASSWORD}, follow=True)
    assert signed_in.redirect_chain[-1][0] == reverse("portals:customer_home")

    # Blocking asks why, signs out at once and voids addresses; the reason is on record.
    assert "signed out everywhere" in post(clerk, "console:block_portal", customer.id)
    assert people.portal_access(customer_id=customer.id, now=grid.now).state is PortalState.OPEN
    post(clerk, "console:block_portal", customer.id, confirmed="1", reason="passed the password on")
    assert visitor.get(reverse("portals:customer_home")).status_code == 302
    again = visitor.post("/accounts/login/", {"login": customer.number, "password": PASSWORD})
    assert "_auth_user_id" not in visitor.session, again.content.decode()
    assert "unblock it first" in post(clerk, "console:invite_to_portal_again", customer.id)
    deeds = [one.what for one in people.deeds(subject=f"parties.customer:{customer.id}", procedure="CM5")]
    assert any("passed the password on" in what for what in deeds)

    post(clerk, "console:unblock_portal", customer.id)
    visitor.post("/accounts/login/", {"login": customer.number, "password": PASSWORD})
    assert visitor.get(reverse("portals:customer_home")).status_code == 200
    # A forgotten password: a mail with an address for a new one.
    post(clerk, "console:invite_to_portal_again", customer.id)
    journey.work()
    assert choose_password(address_in_mail()).status_code == 302


def take_in_readings(journey, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    rows = [
        Row(spin(1), "288", start=date(2026, 9, 5), end=date(2026, 10, 5)),
        Row(spin(2), "282", start=date(2026, 9, 5), end=date(2026, 10, 5), skip_slots=frozenset({7})),
        Row(spin(9), "999", start=date(2026, 9, 5), end=date(2026, 10, 5), each="0.9"),
    ]
    file, _new = journey.in_transaction(
        metering.receive_file,
        name="W51220202610090000001.zip",
        content=confirmed(*rows),
        source=Source.MANUAL,
        now=START,
    )
    read_file(Progress(), file)


@pytest.mark.procedure("CM5")
def test_the_customer_sees_what_the_meter_counted(journey, clerk, grid, here, tmp_path, settings):
    take_in_readings(journey, tmp_path, settings)
    customer = open_the_portal(journey, clerk, here().customer_id)
    page = reverse("portals:customer_usage")
    chosen = {"contract": here().id}
    months = customer.get(page, chosen).content.decode()
    assert "2026-10" in months
    assert "288" in months
    days = customer.get(page, chosen | {"month": "2026-09"}).content.decode()
    assert "4 days are not whole" in days, "those before the reading period"
    assert "249.6" in days, "26 days of 9.6"
    whole = customer.get(page, chosen | {"day": "2026-09-10"}).content.decode()
    assert "9.6" in whole
    holed = {"contract": contract_at(spin(2)).id, "day": "2026-09-10"}
    day = customer.get(page, holed).content.decode()
    assert "1 interval has not come" in day
    assert "9.4" in day, "47 half-hours of 0.2"
    assert "sent nothing for this time" in customer.get(page, chosen | {"day": "2026-06-01"}).content.decode()
    # Days before their contract are not theirs; contracts of others do not exist for them.
    early = customer.get(page, chosen | {"day": "2020-01-01"}).content.decode()
    assert 'value="2026-04-05"' in early
    assert customer.get(page, {"contract": 999_999}).status_code == 404
    assert customer.get(page, {"day": "nonsense"}).status_code == 200


def ask(browser, contract, what, *, key="k1", sure=True, **wanted):
    address = f"{reverse('portals:customer_new_change', args=[what])}?contract={contract.id}"
    assert browser.get(address).status_code == 200
    answer = browser.post(address, {"key": key, **wanted})
    if not sure or answer.status_code != 200:
        return answer
    assert "is this right?" in answer.content.decode()
    return browser.post(address, {"key": key, "confirmed": "1", **wanted})


def made(answer):
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return int(answer.headers["Location"].rstrip("/").rpartition("/")[2])


def who_was_told_of_another_address(journey):
    journey.work()
    return [one.to for one in mail.outbox if "メールアドレスを変更しました" in one.body]


@pytest.mark.procedure("CM5")
def test_the_customer_asks_for_changes_and_sees_them_decided(journey, clerk, grid, here):
    contract = here()
    customer = open_the_portal(journey, clerk, contract.customer_id)
    soon = str(START_DAY + timedelta(days=5))

    # Theirs alone to say: it holds when it is sent, once; what they see is what we hold.
    contact = {"mail": "new@example.jp", "mobile": "090-1111-2222"}
    first = made(ask(customer, contract, "contact", **contact))
    assert queries.change(change_id=first).state is ChangeState.DONE
    found = parties.customer(customer_id=contract.customer_id)
    assert (found.mail, found.mobile) == ("new@example.jp", "090-1111-2222")
    assert people.portal_access(customer_id=found.id, now=grid.now).mail == "new@example.jp"
    assert who_was_told_of_another_address(journey) == [["taro@example.jp"]]
    again = customer.post(
        f"{reverse('portals:customer_new_change', args=['contact'])}?contract={contract.id}",
        {"key": "k1", "confirmed": "1", **contact},
    )
    assert made(again) == first
    nothing = ask(customer, contract, "contact", key="k2", **contact)
    assert nothing.status_code == 422
    assert "Nothing would change" in nothing.content.decode()
    trail = clerk.get(reverse("applications:change", args=[first])).content.decode()
    assert "portal" in trail

    # A plan and a size wait for one of us and the grid; the second wish of a kind is refused with a sentence.
    plan = made(ask(customer, contract, "plan", key="k3", plan_code="tokyo-b", effective_on=soon))
    wish = queries.change(change_id=plan)
    assert (wish.state, wish.source) == (ChangeState.ASKED, ChangeSource.PORTAL)
    refused = ask(customer, contract, "plan", key="k4", plan_code="tokyo-b", effective_on=soon)
    assert refused.status_code == 422
    assert wish.number in refused.content.decode()
    (item,) = worklist.open_items(kind="applications.change_asked")
    assert clerk.get(item.url).status_code == 200
    clerk.post(reverse("applications:accept_change", args=[plan]))
    assert "agreed" in customer.get(reverse("portals:customer_change", args=[plan])).content.decode()
    size = made(ask(customer, contract, "size", key="k5", capacity_milli="40000", effective_on=soon))
    clerk.post(reverse("applications:decline_change", args=[size]), {"reason": "changed eight months ago"})
    told = customer.get(reverse("portals:customer_change", args=[size])).content.decode()
    assert "not possible" in told
    assert "changed eight months ago" in told
    name = made(ask(customer, contract, "name", key="k6", phone="03-9999-8888"))
    assert queries.change(change_id=name).wanted == {"phone": "03-9999-8888"}

    # Moving out; another ending is refused; taken back in time, and then asked for again.
    out = made(ask(customer, contract, "moving-out", key="k7", effective_on=soon))
    assert queries.change(change_id=out).effective_on == date.fromisoformat(soon) + timedelta(days=1)
    assert ask(customer, contract, "ending", key="k8", effective_on=soon).status_code == 422
    customer.post(reverse("portals:customer_cancel_change", args=[out]))
    assert queries.change(change_id=out).state is ChangeState.CANCELED
    past = ask(customer, contract, "ending", key="k9", effective_on="2026-10-01")
    assert past.status_code == 422
    ended = made(ask(customer, contract, "ending", key="k10", effective_on=soon))
    assert "ends the contract" in clerk.get(reverse("applications:change", args=[ended])).content.decode()
    listed = customer.get(reverse("portals:customer_changes")).content.decode()
    assert listed.count("H000") == 6

    # A question about one of them; what belongs to nobody or to others does not exist.
    asked = customer.get(reverse("portals:customer_enquiries"), {"about": wish.number}).content.decode()
    assert f"About {wish.number}" in asked
    assert customer.get(reverse("portals:customer_change", args=[999_999])).status_code == 404
    assert clerk.get(reverse("portals:customer_change", args=[plan])).status_code == 403


BANK = {
    "bank_code": "0001",
    "branch_code": "001",
    "account_kind": BankAccountKind.ORDINARY.value,
    "account_number": "１２３４５６７",
}


def enter_a_bank():
    since = {"valid_from": "2016-04-01", "source": "test", "confidence": "high"}
    masters.put_rows(master="debit_agents", rows=[{"code": "agent_a", "name": "A"} | since])
    masters.put_rows(master="banks", rows=[{"code": "0001", "name": "みずほ銀行", "kana": "ﾐｽﾞﾎ"} | since])
    branch = {"bank_code": "0001", "code": "001", "name": "東京営業部", "kana": "ﾄｳｷﾖｳ"}
    masters.put_rows(master="bank_branches", rows=[branch | since])


@pytest.mark.procedure("CM5", "CM3")
def test_the_customer_asks_to_pay_another_way(journey, clerk, grid, here):
    contract = here()
    customer = open_the_portal(journey, clerk, contract.customer_id)
    bare = ask(customer, contract, "payment", payment_method="direct_debit", bank_code="0001")
    assert bare.status_code == 422
    assert bare.content.decode().count("needed for direct debit") == 3
    transfer = made(ask(customer, contract, "payment", key="p0", payment_method="transfer"))
    assert clerk.post(reverse("applications:accept_change", args=[transfer])).status_code == 302
    assert parties.account(account_id=contract.account_id, on=START_DAY).payment_method is PaymentMethod.TRANSFER
    nothing = ask(customer, contract, "payment", payment_method="transfer")
    assert nothing.status_code == 422, "it is what holds"

    # A bank account: the number stands in the mandate only; nothing changes before the bank has agreed.
    debit = {"payment_method": "direct_debit", "holder": "トモシビ タロウ", **BANK}
    unknown = ask(customer, contract, "payment", **debit)
    assert "there is no bank 0001" in str(unknown.context["form"].errors)
    journey.in_transaction(enter_a_bank)
    wish = queries.change(change_id=made(ask(customer, contract, "payment", key="p1", **debit)))
    assert wish.wanted["account_number"] == "••••567"
    assert made(ask(customer, contract, "payment", key="p1", **debit)) == wish.id, "sent twice it is one"
    (mandate,) = parties.mandates_of(account_id=contract.account_id)
    assert (mandate.agent, mandate.account_number, mandate.state) == ("agent_a", "1234567", MandateState.DRAFT)
    assert ask(customer, contract, "payment", key="p2", **debit).status_code == 422, "one of a kind at a time"
    assert clerk.get(reverse("applications:change", args=[wish.id])).status_code == 200
    clerk.post(reverse("applications:accept_change", args=[wish.id]))
    assert queries.change(change_id=wish.id).state is ChangeState.SCHEDULED
    for step in (party_operations.submit_mandate, partial(party_operations.accept_mandate, on=START_DAY)):
        journey.in_transaction(step, mandate_id=mandate.id)
    grid.go(days=1)
    journey.in_transaction(operations.apply_change, change_id=wish.id, now=clock.now())
    assert queries.change(change_id=wish.id).state is ChangeState.DONE
    today = clock.today()
    assert parties.account(account_id=contract.account_id, on=today).payment_method is PaymentMethod.DIRECT_DEBIT

    # Back to transfers: declined, the mandate goes on; another account that comes to nothing leaves no draft behind.
    back = made(ask(customer, contract, "payment", key="p3", payment_method="transfer"))
    clerk.post(reverse("applications:decline_change", args=[back]), {"reason": "a debit is under way"})
    other = made(ask(customer, contract, "payment", key="p4", **debit | {"account_number": "7654321"}))
    customer.post(reverse("portals:customer_cancel_change", args=[other]))
    states = {one.account_number: one.state for one in parties.mandates_of(account_id=contract.account_id)}
    assert states == {"1234567": MandateState.REGISTERED, "7654321": MandateState.STOPPED}


NEW_PLACE = {"postal_code": "1050011", "prefecture": "東京都", "city": "港区", "town": "芝公園", "block": "1-2-3"}


@pytest.mark.procedure("CM5", "CM2")
def test_the_customer_moves_and_we_look_for_the_new_point(journey, clerk, grid, here):
    contract = here()
    customer = open_the_portal(journey, clerk, contract.customer_id)
    days = {"effective_on": str(START_DAY + timedelta(days=20)), "start_on": str(START_DAY + timedelta(days=18))}
    nowhere = ask(customer, contract, "moving", **days)
    assert nowhere.status_code == 422
    assert "Where do you move to?" in nowhere.content.decode()
    wish = queries.change(change_id=made(ask(customer, contract, "moving", key="m1", **days, **NEW_PLACE)))
    assert (wish.kind, wish.state) == (ChangeKind.MOVE, ChangeState.ASKED)
    assert ask(customer, contract, "moving-out", key="m2", effective_on=days["effective_on"]).status_code == 422

    # The clerk cannot send it before the point is found; the search has the address already.
    page = clerk.get(reverse("applications:change", args=[wish.id]))
    assert page.context["search"].startswith(reverse("applications:new_point_search"))
    clerk.post(reverse("applications:accept_change", args=[wish.id]))
    assert queries.change(change_id=wish.id).state is ChangeState.ASKED
    found = {"c-effective_on": str(wish.effective_on), "c-spin": FRESH, "c-plan_code": "tokyo-b"}
    written = found | {f"c-{name}": text for name, text in (days | NEW_PLACE).items() if name != "effective_on"}
    answer = clerk.post(reverse("applications:correct_change", args=[wish.id]), written)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    clerk.post(reverse("applications:accept_change", args=[wish.id]))
    assert queries.change(change_id=wish.id).state is ChangeState.AT_GRID
    assert {one.part for one in queries.grid_requests(change_id=wish.id)} == {Part.END, Part.START}
    assert "sent to the grid" in clerk.get(reverse("applications:change", args=[wish.id])).content.decode()
