"""Pages of customers, payers and mandates, through real views."""

import pytest

from tests import company
from tomoshibi.identity import queries as identity
from tomoshibi.masters import operations as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging import queries as letters
from tomoshibi.parties import queries
from tomoshibi.storage import db
from tomoshibi.worker import queries as clock

pytestmark = pytest.mark.django_db(transaction=True)

TARO = {
    "kind": "person", "name": "灯火 太郎", "kana": "ともしび ﾀﾛｳ", "postal_code": "105-0011", "prefecture": "東京都",
    "city": "港区", "town": "芝公園", "block": "51-51", "phone": "03-0000-1234", "mail": "taro@example.jp",
    "payment_method": "direct_debit", "statement_channel": "portal", "start": "2026-04-01",
}  # fmt: skip


@pytest.fixture
def taro(clerk):
    answer = clerk.post("/parties/customers/new/", TARO)
    assert answer.status_code == 302, answer.content.decode()
    return queries.customer(customer_id=int(answer["Location"].rstrip("/").split("/")[-1]))


def test_a_customer_is_registered_with_an_account(taro, clerk):
    assert (taro.kana, taro.address.postal_code) == ("トモシビ タロウ", "1050011")
    (account,) = queries.accounts_of(customer_id=taro.id)
    assert (account.payment_method, account.statement_channel) == ("direct_debit", "portal")
    (deed,) = identity.deeds(subject=f"parties.customer:{taro.id}")
    assert (deed.procedure, deed.who) == ("CM1", "鈴木")
    page = clerk.get("/parties/customers/?q=ともしび")
    assert page.headers["X-Procedures"].split()[0] == "CM1"
    assert "灯火 太郎" in page.content.decode()
    assert "灯火 太郎" not in clerk.get("/parties/customers/?q=花子").content.decode()


def test_a_form_keeps_what_was_typed_and_says_what_is_wrong(clerk):
    answer = clerk.post("/parties/customers/new/", TARO | {"kana": "灯火", "postal_code": "12", "phone": "call me"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "灯火 太郎" in text
    assert "A postal code has seven digits" in text
    assert queries.customers_frame().is_empty()
    answer = clerk.post("/parties/customers/new/", TARO | {"kana": "灯火", "phone": "call me"})
    assert set(answer.context["form"].errors) == {"kana", "phone"}


def test_contacts_are_masked_until_somebody_asks_and_that_is_recorded(taro, clerk):
    page = clerk.get(f"/parties/customers/{taro.id}/").content.decode()
    assert "…1234" in page
    assert "03-0000-1234" not in page
    assert "taro@example.jp" not in page
    shown = clerk.post(f"/parties/customers/{taro.id}/contacts/").content.decode()
    assert "03-0000-1234" in shown
    assert "in full" in identity.deeds(subject=f"parties.customer:{taro.id}")[0].what


def test_a_change_needs_a_reason_and_leaves_a_trail(taro, clerk):
    data = {k: v for k, v in TARO.items() if k not in {"payment_method", "statement_channel", "start"}}
    refused = clerk.post(f"/parties/customers/{taro.id}/change/", data | {"name": "佐藤 太郎"})
    assert set(refused.context["form"].errors) == {"reason"}
    done = clerk.post(f"/parties/customers/{taro.id}/change/", data | {"name": "佐藤 太郎", "reason": "結婚"})
    assert done.status_code == 302
    trail = clerk.get(f"/identity/trail/parties.customer/{taro.id}/").content.decode()
    assert all(word in trail for word in ("灯火 太郎", "佐藤 太郎", "結婚", "鈴木"))


def test_a_corrected_mail_address_is_told_to_the_one_before_once(taro, clerk):
    with db.transaction():
        company.enter()
        messaging.load_shipped_texts()
    data = {k: v for k, v in TARO.items() if k not in {"payment_method", "statement_channel", "start"}}
    for _again in range(2):
        corrected = data | {"mail": "tarou@example.jp", "reason": "誤記"}
        assert clerk.post(f"/parties/customers/{taro.id}/change/", corrected).status_code == 302
    (account,) = queries.accounts_of(customer_id=taro.id)
    for address in ("bills@example.jp", "other@example.jp"):
        clerk.post(f"/parties/accounts/{account.id}/address/", {"mail": address, "reason": "誤記"})
    told = letters.deliveries_about(about=f"parties.customer:{taro.id}")
    assert sorted(one.recipient for one in told) == ["bills@example.jp", "taro@example.jp", "tarou@example.jp"]


def test_an_account_is_invoiced_differently_from_a_day_on(taro, clerk):
    (account,) = queries.accounts_of(customer_id=taro.id)
    terms = {"start": "2027-01-01", "collective": "wait", "reason": "ご希望"}
    assert clerk.post(f"/parties/accounts/{account.id}/invoicing/", terms).status_code == 302
    early = clerk.post(f"/parties/accounts/{account.id}/invoicing/", terms | {"start": "2020-01-01"})
    assert early.status_code == 422
    assert "no terms yet" in early.content.decode()
    address = {
        "postal_code": "5450021",
        "prefecture": "大阪府",
        "city": "大阪市阿倍野区",
        "town": "阪南町",
        "reason": "x",
    }
    assert clerk.post(f"/parties/accounts/{account.id}/address/", address).status_code == 302
    page = clerk.get(f"/parties/accounts/{account.id}/").content.decode()
    assert "大阪府大阪市阿倍野区阪南町" in page


def test_a_mandate_goes_its_way(taro, clerk):
    with db.transaction():
        masters.load_shipped(on=clock.today())
    (account,) = queries.accounts_of(customer_id=taro.id)
    form = {
        "agent": "agent_a",
        "bank_code": "0001",
        "branch_code": "001",
        "account_kind": "1",
        "account_number": "777",
        "holder": "トモシビ タロウ",
    }
    wrong = clerk.post(f"/parties/accounts/{account.id}/mandate/", form | {"bank_code": "9998", "holder": "灯火"})
    assert wrong.status_code == 422
    assert "no such bank" in wrong.content.decode()
    answer = clerk.post(f"/parties/accounts/{account.id}/mandate/", form)
    mandate_id = queries.mandates_of(account_id=account.id)[0].id
    assert answer["Location"] == f"/parties/mandates/{mandate_id}/"
    page = clerk.get(answer["Location"]).content.decode()
    assert "••••777" in page
    assert "0000777" not in page
    assert "0000777" in clerk.post(f"/parties/mandates/{mandate_id}/number/").content.decode()
    move = f"/parties/mandates/{mandate_id}/move/"
    assert clerk.post(move, {"move": "accept", "on": "2026-11-27"}).status_code == 422
    for step in ("submit", "accept"):
        assert clerk.post(move, {"move": step, "on": "2026-11-27"}).status_code == 302
    assert clerk.post(move, {"move": "suspend", "on": "2026-11-28"}).status_code == 422
    clerk.post(move, {"move": "suspend", "on": "2026-11-28", "reason": "振替不能 3"})
    assert queries.mandate(mandate_id=mandate_id).state == "suspended"
    assert "振替不能 3" in clerk.get("/parties/mandates/?state=suspended").content.decode()


def test_postal_codes_are_looked_up_for_forms(clerk):
    found = clerk.get("/parties/places/?postal_code=498-0000").json()["places"]
    assert {place["prefecture"] for place in found} == {"愛知県", "三重県"}


def test_strangers_and_people_without_the_right_stay_out(client, clerk, taro):
    clerk.logout()
    assert client.get("/parties/customers/").status_code == 302
