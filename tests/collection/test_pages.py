"""A clerk and a colleague do a whole debit in the browser: prepare, release, result, decisions, settlement, refund."""

import io

import pytest

from tests.collection.conftest import AGENT, NOW, answer, books_agree, open_bills, set_up
from tomoshibi.collection import operations, queries, values
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.masters import operations as masters
from tomoshibi.masters import queries as masters_queries
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(django_user_model):
    with db.transaction():
        worker.set_clock(now=NOW)
        made = set_up(django_user_model)
        identity.save_role(code="money", name="回収", rights=["RC4.do", "RC4.confirm", "RB7.view"])
        for name in ("tanaka", "suzuki"):
            identity.add_person(username=name, name=name, mail="", password="lamp-light-42", roles=["money"])
        open_bills(made.bill(1, 0, 5_000), made.bill(2, 1, 7_000), made.bill(4, 3, 3_000))
    return made


@pytest.fixture
def clerk(client, world):
    client.force_login(User.objects.get(username="tanaka"))
    return client


def colleague(client):
    client.force_login(User.objects.get(username="suzuki"))
    return client


def text(response) -> str:
    assert response.status_code in {200, 422}, response.status_code
    return response.content.decode()


def prepared(clerk) -> int:
    answer = clerk.post(f"/collection/prepare/{AGENT}/2026-11/27/")
    return int(answer["Location"].rstrip("/").rsplit("/", 1)[1])


def sent(clerk) -> int:
    batch_id = prepared(clerk)
    colleague(clerk).post(f"/collection/batches/{batch_id}/release/", {"confirmed": "1"})
    clerk.post(f"/collection/batches/{batch_id}/sent/")
    return batch_id


def upload(clerk, content, name="result.txt"):
    file = io.BytesIO(content)
    file.name = name
    return clerk.post("/collection/results/import/", {"agent": AGENT, "file": file}, follow=True)


def test_the_day_shows_what_is_due_and_prepares_it(clerk):
    page = clerk.get("/collection/")
    assert page.headers["X-Procedures"] == "RC4"
    assert "2026-11-27" in text(page)
    batch_id = prepared(clerk)
    shown = text(clerk.get(f"/collection/batches/{batch_id}/"))
    assert "12,000" in shown
    assert "0001000" not in shown, "account numbers are masked"
    assert "3,000" in text(clerk.get(f"/collection/batches/{batch_id}/aside/"))
    assert clerk.get(f"/collection/batches/{batch_id}/file/").status_code == 404, "not before its release"


def test_two_people_send_the_money_and_the_screen_says_whose_turn_it_is(clerk):
    batch_id = prepared(clerk)
    asked = text(clerk.get(f"/collection/batches/{batch_id}/release/"))
    assert "12,000" in asked
    assert "tanaka" in asked
    clerk.post(f"/collection/batches/{batch_id}/release/", {"confirmed": "1"})
    assert queries.batch(batch_id=batch_id).state == "prepared"
    colleague(clerk).post(f"/collection/batches/{batch_id}/release/", {"confirmed": "1"})
    assert queries.batch(batch_id=batch_id).state == "released"
    assert clerk.get(f"/collection/batches/{batch_id}/file/").status_code == 200


def test_a_result_is_imported_decided_and_settled(clerk):
    batch_id = sent(clerk)
    page = upload(clerk, answer(batch_id, {0: "1"}))
    assert "7,000" in text(page)
    again = upload(clerk, answer(batch_id, {0: "1"}))
    assert "以前" in text(again) or "before" in text(again)
    assert "資金不足" in text(clerk.get("/collection/failed/"))
    (failed,) = queries.failed_rows()
    chosen = {"ids": [failed.debit_row_id], "list_query": ""}
    asked = clerk.post("/collection/failed/letter/", chosen)
    assert "confirmed" in text(asked)
    clerk.post("/collection/failed/letter/", chosen | {"confirmed": "1", "reason": "お客さまの希望"})
    failed = queries.failed_rows().get()
    assert failed.treatment == "letter"
    letter = clerk.get(f"/collection/letters/{failed.letter_file_id}/")
    assert letter["Content-Type"] == "application/pdf"
    fee = {"settled_on": "2026-12-07", "fee_minor": "140", "fee_tax_minor": "14", "confirmed": "1"}
    clerk.post(f"/collection/batches/{batch_id}/settle/", fee)
    assert queries.batch(batch_id=batch_id).state == "settled"
    assert "6,846" in text(clerk.get(f"/collection/batches/{batch_id}/"))
    books_agree()


def test_a_file_that_cannot_be_read_is_refused_in_words(clerk):
    sent(clerk)
    page = upload(clerk, b"this is not a bank file")
    assert queries.result_file_rows().count() == 0
    assert page.status_code == 422
    assert "field-errors" in page.content.decode()


def test_rows_that_nobody_believes_are_decided_in_a_list(clerk):
    batch_id = sent(clerk)
    upload(clerk, answer(batch_id, {}, change=lambda rows: rows.head(1)))
    file = queries.result_file_rows().get()
    shown = text(clerk.get(f"/collection/results/{file.id}/problems/"))
    assert "7,000" in shown
    (problem,) = queries.problem_rows(file_id=file.id)
    chosen = {"ids": [problem.id], "list_query": "", "confirmed": "1", "note": "代行会社に確認"}
    clerk.post(f"/collection/results/{file.id}/problems/believe/", chosen)
    assert queries.problem_rows(file_id=file.id).get().resolution == "applied"
    assert queries.batch_figures(batch_id=batch_id).waiting == 0


def test_debts_are_listed_held_and_given_up(clerk, world):
    shown = text(clerk.get("/collection/receivables/"))
    assert "15,000" in shown
    (debt,) = queries.receivables_of(bill_ids=[4])
    assert debt.invoice_number in text(clerk.get(f"/collection/receivables/{debt.id}/panel/"))
    clerk.post("/collection/receivables/hold/", {"receivable_id": debt.id, "confirmed": "1", "reason": "係争中です"})
    assert "係争中" in text(clerk.get(f"/collection/receivables/{debt.id}/"))
    clerk.post(f"/collection/receivables/{debt.id}/lift-hold/")
    given = {"receivable_id": debt.id, "confirmed": "1", "reason": "所在不明のため"}
    clerk.post("/collection/receivables/write-off/", given)
    proposal = queries.write_off_of(receivable_id=debt.id)
    confirm = {"receivable_id": debt.id, "do": "accept"}
    clerk.post(f"/collection/write-offs/{proposal.id}/", confirm)
    assert queries.receivable(receivable_id=debt.id).state == "open"
    second = colleague(clerk)
    second.post(f"/collection/write-offs/{proposal.id}/", confirm)
    assert queries.receivable(receivable_id=debt.id).state == "written_off"
    for what in ("accept", "refuse"):  # a second click
        again = second.post(f"/collection/write-offs/{proposal.id}/", confirm | {"do": what}, follow=True)
        assert "決定済みです" in text(again)
    assert queries.receivable(receivable_id=debt.id).state == "written_off"


def test_a_transfer_is_entered_and_its_credit_paid_back(clerk, world):
    wrong = clerk.post(
        "/collection/receipts/new/",
        {"received_on": "2026-11-09", "amount_minor": "6,000", "payer_name": "トモシビ", "account_id": "0"},
    )
    assert wrong.status_code == 422
    clerk.post(
        "/collection/receipts/new/", {"received_on": "2026-11-09", "amount_minor": "6,000", "payer_name": "トモシビ"}
    )
    receipt = queries.receipt_rows().get()
    assert text(clerk.get(f"/collection/receipts/{receipt.id}/"))
    from tomoshibi.parties import queries as parties

    number = parties.account(account_id=world.payers[0]).number
    clerk.post(f"/collection/receipts/{receipt.id}/", {"account_id": number})
    assert queries.credit_left(account_id=world.payers[0]) == 1_000
    assert "1,000" in text(clerk.get("/collection/credits/"))
    form = {
        "amount_minor": "1000", "bank_code": "0005", "branch_code": "100", "account_kind": "1",
        "account_number": "1000", "holder_kana": "ﾄﾓｼﾋﾞ ﾀﾛｳ", "reason": "過入金の返金",
    }  # fmt: skip
    clerk.post(f"/collection/credits/{world.payers[0]}/refund/", form)
    clerk.post("/collection/refunds/prepare/", {"transfer_on": "2026-11-12"})
    (batch,) = queries.refund_batches()
    clerk.post(f"/collection/refunds/batches/{batch.id}/release/", {"confirmed": "1"})
    assert clerk.get(f"/collection/refunds/batches/{batch.id}/file/").status_code == 404
    colleague(clerk).post(f"/collection/refunds/batches/{batch.id}/release/", {"confirmed": "1"})
    assert clerk.get(f"/collection/refunds/batches/{batch.id}/file/").status_code == 200
    clerk.post(f"/collection/refunds/batches/{batch.id}/paid/", {"paid_on": "2026-11-12"})
    assert queries.refund_batch(batch_id=batch.id).state == "paid"
    refund = queries.refund_rows().get()
    for address in (
        "/collection/refunds/",
        f"/collection/refunds/{refund.id}/",
        f"/collection/customers/{world.customers[0]}/",
    ):
        assert text(clerk.get(address))
    books_agree()


def test_a_refund_and_a_transfer_that_a_bank_takes_back(clerk, world):
    from tomoshibi.parties import queries as parties

    number = parties.account(account_id=world.payers[0]).number
    entered = {"received_on": "2026-11-09", "amount_minor": "6,000", "payer_name": "トモシビ", "account_id": number}
    clerk.post("/collection/receipts/new/", entered)
    receipt = queries.receipt_rows().get()
    details = {
        "bank_code": "0005", "branch_code": "100", "account_kind": "1", "account_number": "1000",
        "holder_kana": "ﾄﾓｼﾋﾞ ﾀﾛｳ", "reason": "過入金の返金",
    }  # fmt: skip
    clerk.post(f"/collection/credits/{world.payers[0]}/refund/", {"amount_minor": "1000"} | details)
    clerk.post("/collection/refunds/prepare/", {"transfer_on": "2026-11-12"})
    (batch,) = queries.refund_batches()
    colleague(clerk).post(f"/collection/refunds/batches/{batch.id}/release/", {"confirmed": "1"})
    clerk.post(f"/collection/refunds/batches/{batch.id}/paid/", {"paid_on": "2026-11-12"})
    refund = queries.refund_rows().get()
    said = {"returned_on": "2026-11-12", "reason": "口座番号相違"}

    assert f"/collection/refunds/{refund.id}/returned/" in text(clerk.get(f"/collection/refunds/{refund.id}/"))
    assert "1,000" in text(clerk.get(f"/collection/refunds/{refund.id}/returned/"))
    refused = clerk.post(f"/collection/refunds/{refund.id}/returned/", said | {"reason": ""})
    assert refused.status_code == 422
    clerk.post(f"/collection/refunds/{refund.id}/returned/", said)
    waiting = queries.returned_waiting().get()
    assert "口座番号相違" in text(clerk.get("/collection/")), "the day shows who has to agree"
    clerk.post(f"/collection/returned/{waiting.id}/", {"do": "accept"})
    assert queries.returned_waiting().exists(), "nobody agrees to what they said themselves"
    clerk.force_login(User.objects.get(username="tanaka"))
    clerk.post(f"/collection/returned/{waiting.id}/", {"do": "accept"})
    assert queries.credit_left(account_id=world.payers[0]) == 1_000
    shown = text(clerk.get(f"/collection/refunds/{refund.id}/"))
    assert f"/collection/credits/{world.payers[0]}/refund/?again={refund.id}" in shown
    again = text(clerk.get(f"/collection/credits/{world.payers[0]}/refund/?again={refund.id}"))
    assert 'value="0001000"' in again, "the details of before, to be put right"

    assert "5,000" in text(clerk.get(f"/collection/receipts/{receipt.id}/returned/")), "the debt that opens again"
    clerk.post(f"/collection/receipts/{receipt.id}/returned/", said)
    waiting = queries.returned_waiting().get()
    colleague(clerk).post(f"/collection/returned/{waiting.id}/", {"do": "accept"})
    assert queries.receivables_of(account_id=world.payers[0])[0].open_minor == 5_000
    assert "口座番号相違" in text(clerk.get(f"/collection/receipts/{receipt.id}/"))
    again = clerk.post(f"/collection/returned/{waiting.id}/", {"do": "accept"}, follow=True)
    assert "決定済みです" in text(again)
    assert clerk.post("/collection/returned/999999/", {"do": "accept"}).status_code == 404
    books_agree()


def test_lists_go_out_as_files_in_every_language(clerk):
    for language in ("ja", "zh-hans", "en"):
        headers = {"accept-language": language}
        for address in ("receivables", "batches", "results", "failed", "receipts", "credits", "refunds"):
            assert text(clerk.get(f"/collection/{address}/", headers=headers))
    assert clerk.get("/collection/receivables/", {"export": "csv"}).status_code == 200


def test_a_rule_and_a_connection_are_set_in_the_browser(clerk):
    assert "資金不足" in text(clerk.get("/collection/codes/"))
    rule = {
        "code": "1", "meaning": "soft", "text_ja": "残高不足", "text_zh": "余额不足", "text_en": "no funds",
        "treatment": "again",
    }  # fmt: skip
    clerk.post(f"/collection/codes/{AGENT}/1/", rule)
    assert "残高不足" in text(clerk.get("/collection/codes/"))
    batch_id = sent(clerk)
    upload(clerk, answer(batch_id, {0: "1"}))
    failed = queries.failed_rows().get()
    assert (failed.treatment, failed.by_rule) == ("again", True)
    given = {
        "host": "sftp.example.jp", "port": "22", "user": "us", "key": "/keys/a", "host_key": "ssh-ed25519 AAAA",
        "to_agent": "/to", "from_agent": "/from", "taken": "",
    }  # fmt: skip
    assert clerk.post(f"/collection/links/{AGENT}/", given | {"port": "x"}).status_code == 422
    clerk.post(f"/collection/links/{AGENT}/", given)
    assert queries.link(agent=AGENT).from_agent == "/from"


def test_who_has_no_right_sees_nothing(client, world):
    with db.transaction():
        identity.add_person(username="guest", name="guest", mail="", password="lamp-light-42")
    client.force_login(User.objects.get(username="guest"))
    for address in ("", "receivables/", "results/", "refunds/"):
        assert client.get(f"/collection/{address}").status_code == 403


def test_the_customers_account_shows_what_is_open_what_was_paid_and_from_which_bank(clerk, world):
    page = text(clerk.get(f"/collection/customers/{world.customers[0]}/"))
    assert "0000000001" in page
    assert "5,000" in page
    assert "••••000" in page
    assert "0001000" not in page, "an account number is not for everybody who looks at a customer"
    batch_id = sent(clerk)
    upload(clerk, answer(batch_id, {}))
    page = text(clerk.get(f"/collection/customers/{world.customers[0]}/"))
    assert "口座振替" in page
    assert "5,000" in page, "as a payment"
    whole = text(clerk.get(f"/customers/{world.customers[0]}/")) if clerk.get("/").status_code == 200 else ""
    assert f'hx-get="/collection/customers/{world.customers[0]}/"' in whole


def test_debits_name_banks_and_hide_account_numbers(clerk, world):
    with db.transaction():
        masters.import_banks(on=NOW.date())
        bank, branch = masters_queries.bank("0005", NOW.date()), masters_queries.branch("0005", "101", NOW.date())
    batch_id = prepared(clerk)
    page = text(clerk.get(f"/collection/batches/{batch_id}/"))
    assert bank.name in page
    assert (branch.name if branch else "101") in page
    assert "0001000" not in page


def test_an_agents_own_code_is_told_in_its_own_words(clerk, world):
    with db.transaction():
        own = values.ResultCode(
            agent=AGENT, code="E", meaning=values.CodeClass.HARD, text_ja="データ相違", text_zh="数据不符",
            text_en="data do not match", treatment=values.Treatment.ASK,
        )  # fmt: skip
        operations.set_code(code=own, now=NOW, actor_id=None)
    batch_id = sent(clerk)
    upload(clerk, answer(batch_id, {0: "E"}))
    failed = queries.failed_rows().get(code="E")
    for address in ("/collection/failed/", f"/collection/receivables/{failed.receivable_id}/"):
        assert "データ相違" in text(clerk.get(address))
    assert "データ相違" in text(clerk.get("/worklist/?procedure=RC4"))
