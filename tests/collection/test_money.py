"""Transfers, credits, refunds, decisions after failed debits, and debts given up."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collection.conftest import COMPANY, NOW, TODAY, answer, balance, books_agree, bring, open_bills
from tomoshibi.collection import matching, operations, queries, values
from tomoshibi.documents import queries as documents
from tomoshibi.gateways import zengin
from tomoshibi.identity.operations import SamePerson
from tomoshibi.ledger import operations as ledger
from tomoshibi.ledger import values as ledger_values
from tomoshibi.masters import operations as masters_operations
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.worklist import queries as worklist


def receive(world, amount_minor, *, payer=0, **changes):
    account = world.payers[payer] if payer is not None else None
    given = {"received_on": TODAY, "amount_minor": amount_minor, "payer_name": "トモシビ タロウ", "account_id": account}
    return operations.enter_receipt(**(given | changes), now=NOW, actor_id=world.first)


def debt(bill_id):
    return queries.receivables_of(bill_ids=[bill_id])[0]


def test_a_transfer_pays_the_oldest_due_first_and_the_rest_is_a_credit(world):
    open_bills(world.bill(1, 0, 5_000, due_on=date(2026, 12, 10)), world.bill(2, 0, 3_000, due_on=date(2026, 12, 1)))
    receive(world, 4_000)
    assert (debt(2).state, debt(1).open_minor, debt(1).state) == ("paid", 4_000, "partly")
    receive(world, 4_500)
    assert debt(1).state == "paid"
    assert queries.credit_left(account_id=world.payers[0]) == 500
    books_agree()
    assert balance("bank") == 8_500


def test_a_transfer_pays_the_debts_that_were_chosen(world):
    open_bills(world.bill(1, 0, 5_000), world.bill(2, 0, 3_000), world.bill(3, 1, 100))
    receive(world, 3_000, receivable_ids=[debt(2).id])
    assert (debt(1).state, debt(2).state) == ("open", "paid")
    with pytest.raises(operations.TooMuchAllocated):
        receive(world, 100, receivable_ids=[debt(3).id])


def test_money_of_nobody_waits_until_a_person_finds_its_owner(world):
    open_bills(world.bill(1, 0, 5_000))
    receipt_id = receive(world, 5_000, payer=None)
    assert (balance("unapplied"), queries.open_total()) == (-5_000, 5_000)
    (item,) = worklist.open_items(kind="collection.unapplied_receipt")
    assert "5,000" in item.title
    operations.assign_receipt(
        receipt_id=receipt_id, account_id=world.payers[0], now=NOW, today=TODAY, actor_id=world.first
    )
    assert (balance("unapplied"), debt(1).state) == (0, "paid")
    assert worklist.open_items(kind="collection.unapplied_receipt") == []
    with pytest.raises(operations.AlreadyAssigned):
        operations.assign_receipt(
            receipt_id=receipt_id, account_id=world.payers[1], now=NOW, today=TODAY, actor_id=world.first
        )
    books_agree()


def test_a_return_invoice_pays_the_customers_other_debts(world):
    open_bills(world.bill(1, 0, 5_000))
    open_bills(world.bill(2, 0, -1_200))
    assert debt(1).open_minor == 3_800
    assert queries.credit_total() == 0
    books_agree()
    assert open_bills(world.bill(2, 0, -1_200)).credits == 0


def refund(world, amount_minor):
    return operations.request_refund(
        account_id=world.payers[0], amount_minor=amount_minor, bank_code="0005", branch_code="100", account_kind="1",
        account_number="1000", holder_kana="トモシビ タロー", reason="二重払い", now=NOW, today=TODAY, actor_id=world.first,
    )  # fmt: skip


def test_a_credit_goes_back_through_a_file_that_two_people_make(world):
    receive(world, 9_000)
    refund(world, 6_000)
    with pytest.raises(operations.NotEnoughCredit):
        refund(world, 3_001)
    assert balance("refund_payable") == -6_000
    books_agree()
    batch_id = operations.prepare_refunds(transfer_on=date(2026, 11, 12), now=NOW, actor_id=world.first)
    with pytest.raises(SamePerson):
        operations.release_refunds(batch_id=batch_id, now=NOW, actor_id=world.first)
    with pytest.raises(operations.WrongRefundState):
        operations.mark_refunds_paid(batch_id=batch_id, paid_on=TODAY, now=NOW, actor_id=world.first)
    operations.release_refunds(batch_id=batch_id, now=NOW, actor_id=world.second)
    content = documents.content(file_id=queries.refund_batch(batch_id=batch_id).file_id)
    (row,) = zengin.decode_transfers(content, near=TODAY).rows.to_dicts()
    assert (row["holder_kana"], row["amount_minor"], row["account_number"]) == ("ﾄﾓｼﾋﾞ ﾀﾛ-", 6_000, "0001000")
    operations.mark_refunds_paid(batch_id=batch_id, paid_on=date(2026, 11, 12), now=NOW, actor_id=world.first)
    assert (balance("refund_payable"), balance("bank")) == (0, 3_000)
    assert queries.credit_left(account_id=world.payers[0]) == 3_000
    books_agree()


@pytest.mark.parametrize("written", ["1", "普通"])
def test_the_companys_own_account_may_be_written_as_a_word(world, written):
    masters_operations.put_rows(master="company", rows=[COMPANY | {"account_kind": written}])
    receive(world, 9_000)
    refund(world, 6_000)
    batch_id = operations.prepare_refunds(transfer_on=date(2026, 11, 12), now=NOW, actor_id=world.first)
    operations.release_refunds(batch_id=batch_id, now=NOW, actor_id=world.second)
    header = documents.content(file_id=queries.refund_batch(batch_id=batch_id).file_id).decode("cp932")[:120]
    assert header[95:103] == "17654321", "預金種目 and 口座番号"
    assert masters.company(on=TODAY).account_kind_word == "普通"


def test_a_refund_that_is_cancelled_is_credit_again(world):
    receive(world, 9_000)
    refund_id = refund(world, 9_000)
    assert queries.credit_left(account_id=world.payers[0]) == 0
    operations.cancel_refund(refund_id=refund_id, now=NOW, today=TODAY, actor_id=world.first)
    assert queries.credit_left(account_id=world.payers[0]) == 9_000
    books_agree()
    with pytest.raises(operations.NothingToRefund):
        operations.prepare_refunds(transfer_on=TODAY, now=NOW, actor_id=world.first)


def decide(world, treatment):
    (failed,) = queries.failed_rows()
    operations.decide(
        debit_row_ids=[failed.debit_row_id], treatment=treatment, reason="電話で確認", now=NOW, today=TODAY,
        actor_id=world.first,
    )  # fmt: skip
    return queries.failed_rows().get()


def test_a_payment_letter_names_the_debt_and_where_to_pay(world, sent_batch):
    bring(answer(sent_batch, {0: "1"}))
    failed = decide(world, values.Treatment.LETTER)
    pdf = documents.content(file_id=failed.letter_file_id)
    text = _pdf_text(pdf)
    assert pdf.startswith(b"%PDF")
    for expected in ("灯火0郎様", "5,000円", "みずほ銀行", "7654321", "資金不足", "2026年11月23日"):
        assert expected in text, expected


def _pdf_text(pdf: bytes) -> str:
    import io

    from pypdf import PdfReader

    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace(" ", "")


def test_a_changed_mandate_is_waited_for(world, sent_batch):
    bring(answer(sent_batch, {0: "2"}))
    decide(world, values.Treatment.MANDATE)
    assert parties.mandate(mandate_id=world.mandates[0]).state == "suspended"
    assert queries.due_frame(issued_until=TODAY).is_empty()


def test_a_hold_keeps_a_debt_out_until_it_is_lifted(world, sent_batch):
    bring(answer(sent_batch, {0: "3"}))
    decide(world, values.Treatment.HOLD)
    assert queries.due_frame(issued_until=TODAY).is_empty()
    operations.lift_hold(receivable_id=debt(1).id, now=NOW, actor_id=world.first)
    assert queries.due_frame(issued_until=TODAY)["receivable_id"].to_list() == [debt(1).id]


def test_a_rule_decides_without_a_person(world, sent_batch):
    soft = queries.result_codes(agent="agent_a")["1"]
    operations.set_code(
        code=values.ResultCode(**{**soft.__dict__, "agent": "agent_a", "treatment": values.Treatment.AGAIN}),
        now=NOW, actor_id=world.first,
    )  # fmt: skip
    bring(answer(sent_batch, {0: "1", 1: "9"}))
    by_code = {row.code: row for row in queries.failed_rows()}
    assert (by_code["1"].treatment, by_code["1"].by_rule) == ("again", True)
    assert (by_code["9"].treatment, by_code["9"].by_rule) == ("ask", False)
    assert len(worklist.open_items(kind="collection.debit_failed")) == 1


def test_a_code_that_nobody_explained_is_for_a_person(world, sent_batch):
    outcome = bring(answer(sent_batch, {0: "7"}))
    assert outcome.failed == 1
    assert queries.failed_rows().get().meaning == "manual"


def test_a_debt_is_given_up_by_two_people_and_its_tax_comes_back(world):
    open_bills(world.bill(1, 0, 11_000))
    proposal = operations.propose_write_off(receivable_id=debt(1).id, reason="倒産", now=NOW, actor_id=world.first)
    with pytest.raises(SamePerson):
        operations.confirm_write_off(write_off_id=proposal, now=NOW, today=TODAY, actor_id=world.first)
    operations.confirm_write_off(write_off_id=proposal, now=NOW, today=TODAY, actor_id=world.second)
    assert debt(1).state == "written_off"
    assert (balance("write_off"), balance("tax_payable")) == (10_000, 0)
    books_agree()


def test_the_customers_time_line_tells_it_in_order(world, sent_batch):
    bring(answer(sent_batch, {0: "1"}))
    receive(world, 6_000)
    kinds = {event.kind for event in queries.events_of(customer_id=world.customers[0])}
    assert kinds == {"receivable", "payment", "failed_debit", "credit"}
    assert queries.balance_of(customer_id=world.customers[0]) == (0, 1_000)


_amounts = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 10_000)), max_size=8)


def _laid(rows, key, amount):
    frame = pl.DataFrame(
        [(n, account, size) for n, (account, size) in enumerate(rows)],
        schema={key: pl.Int64, "account_id": pl.Int64, amount: pl.Int64}, orient="row",
    )  # fmt: skip
    return frame.sort("account_id", maintain_order=True)


@given(money=_amounts, debts=_amounts)
@settings(max_examples=100, deadline=None)
def test_money_is_spread_as_a_slow_clerk_would(money, debts):
    """Against the obvious loop: first money to first debt of the same account until either is used up."""
    found = matching.spread(_laid(money, "money_id", "left_minor"), _laid(debts, "receivable_id", "open_minor"))
    expected = []
    due = {n: size for n, (_, size) in enumerate(debts)}
    for n, (account, size) in sorted(enumerate(money), key=lambda item: (item[1][0], item[0])):
        left = size
        for m, (other, _) in enumerate(debts):
            part = min(left, due[m]) if other == account else 0
            if part:
                expected.append((n, account, m, part))
                left, due[m] = left - part, due[m] - part
    assert sorted(found.rows()) == sorted(expected)


def test_what_was_posted_beside_the_program_is_found(world):
    open_bills(world.bill(1, 0, 5_000))
    assert queries.differences_to_the_ledger() == {}
    accounts = masters.posting_accounts(on=TODAY)
    rows = [
        {
            "source": "hand:1", "purpose": "mend", "entry_on": TODAY, "accounting_month": 202611, "account": accounts[key],
            "amount_minor": amount, "customer_id": None, "document": None, "text": "by hand",
        }
        for key, amount in (("receivable", 700), ("revenue_energy", -700))
    ]  # fmt: skip
    ledger.post(entries=pl.DataFrame(rows, schema=dict(ledger_values.ENTRY_SCHEMA)), posted_at=NOW)
    assert queries.differences_to_the_ledger() == {"receivable": (5_700, 5_000)}
