"""Pages of the ledger, through real views."""

import pytest

from tests.ledger.conftest import CHART, frame
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import operations, queries
from tomoshibi.storage import db

pytestmark = pytest.mark.django_db(transaction=True)
RANGE = {"first": "2026-10", "last": "2026-10"}


@pytest.fixture
def clerk(client, now):
    with db.transaction():
        identity.save_role(code="books", name="経理", rights=["RB7.do", "RB7.confirm"])
        for name in ("sato", "yamada"):
            identity.add_person(username=name, name=name, mail="", password="lamp-light-42", roles=["books"])
        operations.define_accounts(CHART)
        rows = (("bill:1", "1210", 11_000), ("bill:1", "4110", -10_000), ("bill:1", "2310", -1_000))
        operations.post(entries=frame(*rows), posted_at=now, actor_id=User.objects.get(username="sato").id)
    client.force_login(User.objects.get(username="sato"))
    return client


def test_the_trial_balance_foots_and_leads_to_account_and_entry(clerk):
    page = clerk.get("/ledger/", RANGE)
    assert page.headers["X-Procedures"] == "RC4 RB7"
    text = page.content.decode()
    for shown in ("売掛金", "11,000", "10,000", "貸借は一致"):
        assert shown in text
    assert "/ledger/accounts/1210/?first=2026-10" in text
    account = clerk.get("/ledger/accounts/1210/", RANGE).content.decode()
    entry_id = queries.entries_of(document="bill:1")[0].id
    assert f"/ledger/entries/{entry_id}/" in account
    entry = clerk.get(f"/ledger/entries/{entry_id}/").content.decode()
    assert all(shown in entry for shown in ("仮受消費税", "1,000", "sato"))


@pytest.mark.parametrize(
    ("language", "bill", "issue", "result", "paid"),
    [
        ("ja", "請求 1", "発行", "結果ファイル 7", "支払い"),
        ("zh-hans", "账单 1", "签发", "结果文件 7", "付款"),
        ("en", "Bill 1", "issue", "Result file 7", "paid"),
    ],
)
def test_an_entry_says_in_words_what_it_was_posted_for_and_leads_there(clerk, now, language, bill, issue, result, paid):
    with db.transaction():
        User.objects.update(language=language, is_superuser=True)  # who may follow every link
        debit = {"purpose": "paid", "document": "debit_batch:5"}
        rows = (("debit_result:7:5", "1110", 500, debit), ("debit_result:7:5", "1210", -500, debit))
        issued = {"document": "00000000001"}
        more = (("bill:2", "1210", 300, issued), ("bill:2", "4110", -300, issued))
        operations.post(entries=frame(*rows, *more), posted_at=now, actor_id=None)
    first, second, third = (
        queries.entries_of(document="bill:1")
        + queries.entries_of(document="debit_batch:5")
        + (queries.entries_of(document="00000000001"))
    )
    for entry, said, why, raw in ((first, bill, issue, "bill:1"), (second, result, paid, "debit_result")):
        for page in (f"/ledger/entries/{entry.id}/", "/ledger/entries/", "/ledger/accounts/1210/?first=2026-10"):
            shown = clerk.get(page, RANGE).content.decode()
            assert raw not in shown
            assert "/accounts/" in page or (said in shown and why in shown)
    assert 'href="/billing/bills/1/"' in clerk.get(f"/ledger/entries/{first.id}/").content.decode()
    numbered = clerk.get(f"/ledger/entries/{third.id}/").content.decode()
    assert '<a href="/billing/bills/2/">00000000001</a>' in numbered
    assert '<a href="/billing/bills/2/">00000000001</a>' in clerk.get("/ledger/accounts/1210/", RANGE).content.decode()


def test_a_range_that_cannot_be_read_says_so(clerk):
    assert "2026-1x" in clerk.get("/ledger/", {"first": "2026-1x", "last": "2026-10"}).content.decode()


def test_the_journal_goes_out_as_csv(clerk):
    answer = clerk.get("/ledger/journal.csv", RANGE)
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[1].split(",")[3:8] == ["bill:1", "issue", "bill:1", "電気料金 10月分", "1210"]
    assert lines[1].split(",")[9:11] == ["11000", "0"]


def test_lists_of_entries_and_accounts(clerk):
    assert "請求 1" in clerk.get("/ledger/entries/").content.decode()
    assert "請求 1" not in clerk.get("/ledger/entries/", {"q": "bill:2"}).content.decode()
    assert "普通預金" in clerk.get("/ledger/accounts/").content.decode()


def test_a_month_is_closed_by_two_people(clerk):
    clerk.post("/ledger/months/propose/", {"month": "2026-10", "reason": "月次締め", "do": "close"})
    (step,) = queries.waiting_steps()
    refused = clerk.post(f"/ledger/months/steps/{step.id}/", {"do": "accept"}, follow=True)
    assert queries.is_open(Month(2026, 10))
    assert "second person" in refused.content.decode() or "別の" in refused.content.decode()
    clerk.force_login(User.objects.get(username="yamada"))
    clerk.post(f"/ledger/months/steps/{step.id}/", {"do": "accept"})
    assert not queries.is_open(Month(2026, 10))
    assert "月次締め" in clerk.get("/ledger/months/").content.decode()


def test_who_may_not_see_the_books_does_not(client):
    with db.transaction():
        identity.add_person(username="guest", name="guest", mail="", password="lamp-light-42")
    client.force_login(User.objects.get(username="guest"))
    assert client.get("/ledger/").status_code == 403
