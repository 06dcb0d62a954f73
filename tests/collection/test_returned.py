"""Transfers that a bank takes back (組戻): two people put the money back where it was, and the books agree."""

from datetime import date

import pytest
from django.db import connection
from django.db.utils import IntegrityError
from django.utils import translation

from tests.collection.conftest import NOW, TODAY, balance, books_agree, open_bills
from tests.collection.notices import notice, row
from tests.collection.test_deposits import bring, number_of
from tests.collection.test_money import debt, receive, refund
from tomoshibi.collection import operations, queries
from tomoshibi.identity.operations import SamePerson
from tomoshibi.ledger import queries as ledger
from tomoshibi.storage import db
from tomoshibi.worklist import queries as worklist

BANK_DAY = date(2026, 11, 12)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def say(world, **what):
    return operations.propose_return(
        **what, returned_on=BANK_DAY, reason="振込人の依頼により組戻", now=NOW, actor_id=world.first
    )


def agree(world, returned_id, *, by=None):
    operations.confirm_return(returned_id=returned_id, now=NOW, today=TODAY, actor_id=by or world.second)


def events(world, payer=0):
    return [event.text for event in queries.events_of(customer_id=world.customers[payer])]


def test_what_the_bank_takes_back_is_owed_again_once_two_people_say_so(world):
    open_bills(world.bill(1, 0, 5_000))
    bring(world, notice(row(1, 6_000, "ﾄﾓｼﾋﾞ ﾀﾛｳ", code=number_of(world, 0))))
    receipt_id = queries.receipt_rows().get().id
    assert (debt(1).state, queries.credit_left(account_id=world.payers[0])) == ("paid", 1_000)
    undone = notice(row(1, 6_000, "ﾄﾓｼﾋﾞ ﾀﾛｳ", code=number_of(world, 0), canceled=True))
    bring(world, undone, "later.txt")
    (item,) = worklist.open_items(kind="collection.deposit_cancelled")
    assert item.url == f"/collection/receipts/{receipt_id}/", "the work leads to the transfer"
    assert queries.consequences_of_return(receipt_id=receipt_id).debts == (("0000000001", 5_000),)

    returned_id = say(world, receipt_id=receipt_id)
    assert (debt(1).open_minor, balance("bank")) == (0, 6_000), "nothing changes by one person"
    with pytest.raises(SamePerson):
        agree(world, returned_id, by=world.first)
    with pytest.raises(operations.CannotReturn, match="recorded already"):
        say(world, receipt_id=receipt_id)
    agree(world, returned_id)

    assert (debt(1).state, debt(1).open_minor) == ("open", 5_000)
    assert (balance("bank"), balance("receivable"), balance("credit_balance")) == (0, 5_000, 0)
    assert worklist.open_items(kind="collection.deposit_cancelled") == []
    assert any("振込人の依頼により組戻" in text for text in events(world))
    assert [entry.entry_on for entry in ledger.entries_of(document=f"receipt:{receipt_id}")] == [TODAY, BANK_DAY]
    books_agree()
    again = bring(world, undone + b"", "later.txt")
    assert again.already_known
    third = bring(world, notice(row(1, 6_000, "ﾄﾓｼﾋﾞ ﾀﾛｳ", canceled=True), row(2, 10, "ｱ")), "third.txt")
    assert third.known == 1, "the same cancellation in another file is known"
    assert worklist.open_items(kind="collection.deposit_cancelled") == []
    receive(world, 5_000)
    assert debt(1).state == "paid", "the payer sends it anew"
    books_agree()


def test_a_bill_that_the_transfers_credit_paid_is_owed_again_too(world):
    open_bills(world.bill(1, 0, 5_000))
    receipt_id = receive(world, 9_000)
    open_bills(world.bill(2, 0, 3_000))
    assert (debt(2).state, queries.credit_left(account_id=world.payers[0])) == ("paid", 1_000)
    agree(world, say(world, receipt_id=receipt_id))
    assert [debt(n).open_minor for n in (1, 2)] == [5_000, 3_000]
    assert queries.credit_left(account_id=world.payers[0]) == 0
    assert (balance("bank"), balance("receivable"), balance("credit_balance")) == (0, 8_000, 0)
    books_agree()


def test_a_transfer_of_nobody_leaves_no_work_behind(world):
    receipt_id = receive(world, 4_000, payer=None)
    agree(world, say(world, receipt_id=receipt_id))
    assert (balance("bank"), balance("unapplied")) == (0, 0)
    assert worklist.open_items(kind="collection.unapplied_receipt") == []
    assert queries.day_counts()["unapplied"] == 0
    with pytest.raises(operations.AlreadyAssigned, match="took this transfer back"):
        operations.assign_receipt(
            receipt_id=receipt_id, account_id=world.payers[0], now=NOW, today=TODAY, actor_id=world.first
        )


def paid_refund(world, amount_minor):
    refund_id = refund(world, amount_minor)
    batch_id = operations.prepare_refunds(transfer_on=BANK_DAY, now=NOW, actor_id=world.first)
    operations.release_refunds(batch_id=batch_id, now=NOW, actor_id=world.second)
    operations.mark_refunds_paid(batch_id=batch_id, paid_on=BANK_DAY, now=NOW, actor_id=world.first)
    return refund_id


def test_a_refund_that_does_not_arrive_is_credit_again_and_goes_out_anew(world):
    receive(world, 9_000)
    refund_id = paid_refund(world, 6_000)
    assert balance("bank") == 3_000
    returned_id = say(world, refund_id=refund_id)
    with pytest.raises(SamePerson):
        agree(world, returned_id, by=world.first)
    agree(world, returned_id)
    assert queries.refund_rows().get(id=refund_id).state == "returned"
    assert queries.credit_left(account_id=world.payers[0]) == 9_000
    assert (balance("bank"), balance("credit_balance"), balance("refund_payable")) == (9_000, -9_000, 0)
    assert any("振込人の依頼により組戻" in text for text in events(world))
    books_agree()
    paid_refund(world, 9_000)
    assert (balance("bank"), queries.credit_left(account_id=world.payers[0])) == (0, 0)
    books_agree()


def test_the_money_of_a_refund_may_have_come_back_as_a_transfer(world):
    receive(world, 6_000)
    refund_id = paid_refund(world, 6_000)
    other = receive(world, 5_999, payer=None)
    came_back = receive(world, 6_000, payer=None)
    with pytest.raises(operations.CannotReturn, match="another amount"):
        say(world, refund_id=refund_id, receipt_id=other)
    assert [one.id for one in queries.unapplied_of(amount_minor=6_000)] == [came_back]
    agree(world, say(world, refund_id=refund_id, receipt_id=came_back))
    assert (balance("bank"), balance("unapplied"), balance("credit_balance")) == (11_999, -5_999, -6_000)
    books_agree()


def test_only_a_refund_that_was_paid_can_come_back(world):
    receive(world, 6_000)
    with pytest.raises(operations.CannotReturn, match="was paid"):
        say(world, refund_id=refund(world, 6_000))


def test_what_was_paid_out_of_a_transfer_needs_other_credit(world):
    receipt_id = receive(world, 6_000)
    paid_refund(world, 6_000)
    with pytest.raises(operations.CannotReturn, match="6,000 yen"):
        say(world, receipt_id=receipt_id)
    receive(world, 7_000)  # the payer gives it back
    agree(world, say(world, receipt_id=receipt_id))
    assert queries.credit_left(account_id=world.payers[0]) == 1_000
    assert balance("bank") == 1_000
    books_agree()


def test_a_proposal_that_is_turned_down_changes_nothing_and_may_be_made_again(world):
    open_bills(world.bill(1, 0, 5_000))
    receipt_id = receive(world, 5_000)
    operations.withdraw_return(returned_id=say(world, receipt_id=receipt_id), now=NOW, actor_id=world.second)
    assert (debt(1).state, queries.returned_of(receipt_id=receipt_id)) == ("paid", None)
    assert say(world, receipt_id=receipt_id)


def test_the_database_itself_wants_two_people(world):
    returned_id = say(world, receipt_id=receive(world, 100))
    with (
        pytest.raises(IntegrityError, match="returned_transfer_four_eyes"),
        db.savepoint(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE collection_returnedtransfer SET confirmed_by_id = proposed_by_id WHERE id = %s", [returned_id]
        )
